"""Random streams: one for each noun, so that adding a table leaves the others as they were."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def stream(seed: int, noun: str) -> np.random.Generator:
    """The generator of `noun` under `seed`; independent of every other noun's."""
    return np.random.default_rng([seed, zlib.crc32(noun.encode())])
