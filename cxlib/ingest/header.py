"""The rows that name the columns of a table: how many there are, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cxlib.ingest import shapes

MAX_HEADER = 3
LOOK = 300
"""Rows of a table by which its header is judged."""
MACHINE = re.compile(r"\{\s*\"?ImportId\"?\s*:")

Rows = Sequence[Sequence[str]]


def header_rows(rows: Rows) -> int:
    """How many of the first rows name the columns: none, one, or up to three.

    The first does unless its cells look like those beneath: numbers over numbers, dates over dates.
    A column with a word over numbers speaks for a header, one with a number over numbers against.
    Further ones do where they repeat the first, where words stand over every column of numbers and
    dates, or down to a row of ids of the program that wrote the file.
    """
    if not rows:
        return 0
    limit = min(MAX_HEADER, len(rows) - 1)
    repeated = 1
    while repeated < limit and list(rows[repeated]) == list(rows[0]):
        repeated += 1
    again = any(list(row) == list(rows[0]) for row in rows[repeated : repeated + LOOK])
    if repeated > 1 and not again and not any(_typed(cell) for cell in rows[0]):
        return repeated
    ids = next((i for i in range(1, limit + 1) if i < MAX_HEADER and _machine(rows[i])), None)
    if ids is not None:
        return ids + 1
    count = 1
    if not _names(rows[0], rows[1:LOOK]):
        # Years over names: a group stands over several columns, so the row has gaps.
        gaps = filled(rows[0]) < len(rows[0]) == len(rows[1]) if limit > 1 else False
        if not gaps or filled(rows[1]) < len(rows[1]) or not _names(rows[1], rows[2:LOOK]):
            return 0
        count = 2
    while count < limit and _names_too(rows, count):
        count += 1
    return count


def column_names(rows: Rows, width: int) -> tuple[str, ...]:
    """The names in the rows of a header: those of a column joined with a space.

    Where names of the last row recur, the upper one is taken for a group and reaches over the empty
    cells to its right.
    """
    if len(rows) < 2:
        return tuple([*(rows[0] if rows else ()), *[""] * width][:width])
    padded = [[*row, *[""] * width][:width] for row in rows if not _machine(row)]
    last = [name.strip() for name in padded[-1]]
    if len(set(last)) < len(last) and all(last):
        padded[:-1] = [list(_spread(row)) for row in padded[:-1]]
    return tuple(" ".join(part for row in padded if (part := row[i].strip())) for i in range(width))


def _names(first: Sequence[str], below: Rows) -> bool:
    """Whether a row names the columns of those beneath it."""
    if not below:
        return not any(_typed(cell) for cell in first)
    for_it = against = coded = 0
    for i, cell in enumerate(first):
        found = [s for row in below if i < len(row) and (s := shapes.shape(row[i])) != "empty"]
        own = shapes.shape(cell)
        typed = sum(_is_typed(s) for s in found) > shapes.ENOUGH * len(found) if found else False
        for_it += typed and not _is_typed(own) and own != "empty"
        against += typed and _is_typed(own)
        if found and own == "code" and found.count("code") > shapes.ENOUGH * len(found):
            coded += 1
    if for_it >= max(1, against + coded):
        return True
    if against or any(_typed(cell) for cell in first):
        return False
    return not (coded or _recurs(first, below))


def _recurs(first: Sequence[str], below: Rows) -> bool:
    """Whether most cells of a row occur again in their column, as categories do."""
    others = [row for row in below if list(row) != list(first)]
    again = [
        any(i < len(row) and row[i].strip() == cell.strip() for row in others)
        for i, cell in enumerate(first)
        if cell.strip()
    ]
    return len(again) > 1 and sum(again) > 0.5 * len(again)


def _names_too(rows: Rows, count: int) -> bool:
    """Whether the row after `count` rows of a header belongs to it."""
    row, below = rows[count], rows[count + 1 : LOOK]
    if len(below) < 2 or any(_typed(cell) for cell in row):
        return False
    columns = shapes.columns(below, len(row))
    over = [shapes.shape(cell) for cell, c in zip(row, columns, strict=True) if _is_typed(c.shape)]
    groups = filled(rows[count - 1]) < filled(row)
    if not over or any(s not in ("text", "code") for s in over) or len(over) < (1 if groups else 2):
        return False
    return not any(
        cell.strip() and any(cell.strip() == other[i].strip() for other in below if i < len(other))
        for i, cell in enumerate(row)
    )


def _machine(row: Sequence[str]) -> bool:
    """A row of ids that only the program that wrote them reads (Qualtrics)."""
    return any(MACHINE.match(cell) for cell in row)


def _spread(row: Iterable[str]) -> Iterator[str]:
    last = ""
    for cell in row:
        last = cell.strip() or last
        yield last


def filled(row: Sequence[str]) -> int:
    """How many cells of a row are not empty."""
    return sum(bool(cell.strip()) for cell in row)


def _typed(cell: str) -> bool:
    return _is_typed(shapes.shape(cell))


def _is_typed(found: str) -> bool:
    return found in ("number", "date", "time", "address")
