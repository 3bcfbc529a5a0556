"""Days and times in one shape: the same digits and marks at the same places, read as a block.

Most columns of dates are written by machines. Where thousands of cells share a stencil
(``dd/dd/dddd dd:dd``), their digits are a matrix of bytes, and parsing it costs a fiftieth of
matching each cell against a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LEAST = 32  # cells; fewer are matched one by one
SLICE = 1 << 14  # cells whose bytes stay in the processor's cache
SHORTEST, LONGEST = 6, 19  # 1/1/25, 31/01/2025 23:59:59
STENCILS = 4  # of one length: 1/12/2025 and 12/1/2025 are as long

SHAPE = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})"
    r"(?:[ T](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?$"
)
COMPACT = re.compile(r"(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})$")
_ZERO = np.uint8(ord("0"))


@dataclass(frozen=True, slots=True)
class Block:
    """Cells of one stencil: which `rows`, their three numbers in the order they are written, how
    many digits the first and the last of these have, and the time of the day in microseconds.

    `compact` is True for eight digits without marks: year, month, day.
    """

    rows: np.ndarray
    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    first: int
    last: int
    micros: np.ndarray
    compact: bool


def blocks(text: pa.Array) -> Iterator[Block]:
    """The cells of trimmed `text` that share a stencil with many others; the rest is left out.

    Hours above 23 and minutes or seconds above 59 are left out too; that there is such a day is not
    checked.
    """
    starts, data = _buffers(text)
    lengths = pc.fill_null(pc.binary_length(text), 0).to_numpy(zero_copy_only=False)
    for begin in range(0, len(text), SLICE):
        part = lengths[begin : begin + SLICE]
        counts = np.bincount(np.minimum(part, LONGEST + 1), minlength=LONGEST + 1)
        for length in range(SHORTEST, LONGEST + 1):
            if counts[length] < LEAST:
                continue
            rows = begin + np.flatnonzero(part == length)
            for _ in range(STENCILS):
                if len(rows) < LEAST:
                    break
                places = _places(starts[rows], length, data)
                fits, block = _cut(places, rows)
                if block is not None:
                    yield block
                rows = rows[~fits]


def _places(starts: np.ndarray, length: int, data: np.ndarray) -> np.ndarray:
    """The bytes of cells of one length: a row a place, a column a cell."""
    begin, size = int(starts[0]), len(starts) * length
    if int(starts[-1]) - begin == size - length:  # nothing lies between them
        return np.ascontiguousarray(data[begin : begin + size].reshape(-1, length).T)
    return data[starts + np.arange(length)[:, None]]


def _buffers(text: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Where each cell starts, and the bytes of all."""
    if pa.types.is_large_string(text.type):
        text = text.cast(pa.string())
    _, offsets, data = text.buffers()
    starts = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text)]
    return starts.astype(np.int64), np.frombuffer(data or b"", np.uint8)


def _cut(places: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, Block | None]:
    """Which rows have the stencil of the first one, and their block if it is one of a date."""
    digits, fits = places - _ZERO, np.ones(len(rows), bool)
    for place, digit in zip(places, digits, strict=True):
        fits &= digit < 10 if digit[0] < 10 else place == place[0]
    first = places[:, 0].tobytes().decode("latin-1")
    shape = SHAPE.match(first) or COMPACT.match(first)
    if shape is None or int(fits.sum()) < LEAST:
        return fits, None
    if not fits.all():
        digits, rows = digits[:, fits], rows[fits]
    part = {name: _number(digits, shape, name) for name in shape.re.groupindex if name != "mark"}
    zero = np.zeros(len(rows), np.int64)
    hour, minute, second = (part.get(name, zero) for name in ("hour", "minute", "second"))
    real = (hour < 24) & (minute < 60) & (second < 60)
    micros = ((hour * 60 + minute) * 60 + second) * 1_000_000
    kept = (rows, part["a"], part["b"], part["c"], micros)
    rows, a, b, c, micros = kept if real.all() else (each[real] for each in kept)
    first_digits, last_digits = (shape.end(n) - shape.start(n) for n in "ac")
    compact = shape.re is COMPACT
    return fits, Block(rows, a, b, c, first_digits, last_digits, micros, compact)


def _number(digits: np.ndarray, shape: re.Match[str], name: str) -> np.ndarray:
    value = np.zeros(digits.shape[1], np.int64)
    for place in range(*shape.span(name)):
        value = value * 10 + digits[place]
    return value
