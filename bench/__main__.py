"""Run one measurement: `python -m bench NAME [options]`; without a name, list them.

A measurement is a module of this folder with a docstring and `main(argv) -> int`.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys

import bench


def main(argv: list[str]) -> int:
    """Run the measurement that `argv` names."""
    names = sorted(
        m.name for m in pkgutil.iter_modules(bench.__path__) if not m.name.startswith("_")
    )
    if not argv or argv[0] not in names:
        print(f"usage: python -m bench NAME [options]\n\n{'':2}NAME is one of")
        for name in names:
            about = importlib.import_module(f"bench.{name}").__doc__ or ""
            print(f"{'':2}{name:12} {about.splitlines()[0]}")
        return 2 if argv else 0
    return int(importlib.import_module(f"bench.{argv[0]}").main(argv[1:]))


sys.exit(main(sys.argv[1:]))
