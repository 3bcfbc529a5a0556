"""Numbers as machines write them, digits with at most a point and a minus in front: most are.

They are told from others by their bytes, all of a column at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

POINT, MINUS, ZERO = (ord(sign) for sign in ".-0")
WRITTEN = np.array([chr(byte) in "0123456789.-" for byte in range(256)])


@dataclass(frozen=True, slots=True)
class MachineNumbers:
    """Where the digits of n numbers begin and end among the bytes of their text, which are below 0,
    and, of those that have decimals, which they are (`broken`) and where their point is."""

    data: NDArray[np.uint8]
    first: NDArray[np.int32]
    end: NDArray[np.int32]
    negative: NDArray[np.bool_]
    broken: NDArray[np.intp]
    points: NDArray[np.intp]

    @property
    def ambiguous(self) -> int:
        """How many may be thousands as well, to people who write them with a point: 1.250."""
        first, end = self.first[self.broken], self.end[self.broken]
        whole, rest = self.points - first, end - self.points - 1
        return int(((rest == 3) & (whole <= 3) & (self.data[first] != ZERO)).sum())


def machine_numbers(text: pa.Array) -> MachineNumbers | None:
    """The numbers of a text, shape (n,); None where any of it is written otherwise, or nothing."""
    if not pa.types.is_string(text.type) or not len(text) or text.null_count:
        return None
    _, offsets, buffer = text.buffers()
    places = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    data = np.frombuffer(buffer or b"", np.uint8)[places[0] : places[-1]]
    begin, end = places[:-1] - places[0], places[1:] - places[0]
    if not WRITTEN[data].all() or (begin == end).any():
        return None
    negative = data[begin] == MINUS
    first = begin + negative
    if (first == end).any() or np.count_nonzero(data == MINUS) != np.count_nonzero(negative):
        return None
    if (data[first] == POINT).any() or (data[end - 1] == POINT).any():
        return None
    points = np.flatnonzero(data == POINT)
    broken = np.searchsorted(begin, points, "right") - 1
    if (np.diff(broken) == 0).any():  # two points in one
        return None
    return MachineNumbers(data, first, end, negative, broken, points)
