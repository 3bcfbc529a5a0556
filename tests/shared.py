"""Files of the public data that lie beside the project on some machines."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(name: str) -> Path:
    """A file or folder of the shared data, by its path in there; the test skips where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared/{name} is not on this machine")
    return path
