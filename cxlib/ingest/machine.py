"""Numbers as machines write them, digits with at most a point and a minus in front: most are.

They are told from others by their bytes, all of a column at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlib.ingest.places import letters, places

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
    def integers(self) -> NDArray[np.int32]:
        """How many digits of each stand before its point."""
        found = self.end - self.first
        found[self.broken] = self.points - self.first[self.broken]
        return found

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Which have no decimals."""
        found = np.ones(len(self.first), bool)
        found[self.broken] = False
        return found

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
    at = places(text)
    data = letters(text)[at[0] : at[-1]]
    begin, end = at[:-1] - at[0], at[1:] - at[0]
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
