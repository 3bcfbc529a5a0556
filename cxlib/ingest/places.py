"""The bytes of many texts as one array, and where each text begins and ends in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def places(text: pa.Array) -> NDArray[np.integer[Any]]:
    """Where n texts begin and end among the bytes of `letters`, shape (n + 1,)."""
    large = pa.types.is_large_string(text.type)
    kind: type[np.integer[Any]] = np.int64 if large else np.int32
    offsets = text.buffers()[1]
    if offsets is None:
        return np.zeros(1, kind)
    return np.frombuffer(offsets, kind)[text.offset : text.offset + len(text) + 1]


def letters(text: pa.Array) -> NDArray[np.uint8]:
    """The bytes of texts, one after the other; what lies beyond their places is of others."""
    return np.frombuffer(text.buffers()[2] or b"", np.uint8)
