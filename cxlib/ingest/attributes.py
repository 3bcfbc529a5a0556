"""Columns that no field claims, and what all of their cells can be read as without a doubt."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.columns import Column, Evidence, chunks
from cxlib.ingest.dates import ORDERS, parse_dates
from cxlib.ingest.flags import are_flags
from cxlib.ingest.missing import is_missing, trimmed
from cxlib.ingest.numbers import parse_numbers
from cxlib.ingest.plan import TIMEZONE, Attribute
from cxlib.ingest.staged import Staged

# 00123 and what has more digits than a float holds are names of things, not amounts.
NAME_LIKE = r"^[-+]?0[0-9]|[0-9]{16,}|^\+"


def attributes(evidence: Evidence, claimed: Collection[str]) -> tuple[Attribute, ...]:
    """The columns that are not claimed, each with the type that all its cells have.

    A column is a number, a time or a flag only where every filled cell is one in one way of
    reading; what is left open (a day or a month first, a comma or a point) stays text, and so do
    months, weeks and quarters.
    """
    return tuple(
        _typed(evidence, column) if column.filled else Attribute(column.name, "text")
        for column in evidence.columns
        if column.name not in claimed
    )


def _typed(evidence: Evidence, column: Column) -> Attribute:
    text = Attribute(column.name, "text")
    flags = column.answers is not None and are_flags(
        pa.array([a for a in column.answers if a], pa.string())
    )
    if not flags and column.numbers.share < 1 and column.dates.share < 1:
        return text
    known = evidence.whole(column.name)
    if flags:
        held = known.answers is not None and are_flags(pa.array(list(known.answers), pa.string()))
        return Attribute(column.name, "flag") if held else text
    order = known.dates.order
    # Months, weeks and quarters are names of groups more often than times: they have no day.
    if known.dates.share == 1 and order in ORDERS[:4] and not known.dates.periods:
        every = _every(
            evidence.staged, column.name, lambda cells: parse_dates(cells, order, TIMEZONE)
        )
        return Attribute(column.name, "timestamp", order) if every else text
    mark = "." if known.source == "number" else known.numbers.decimal
    if (
        known.numbers.share == 1
        and mark is not None
        and not known.numbers.currencies.keys() - {known.numbers.currency}
    ):
        every = _every(evidence.staged, column.name, lambda cells: _numbers(cells, mark))
        return Attribute(column.name, "number", mark) if every else text
    return text


def _numbers(cells: pa.Array, mark: str) -> pa.Array:
    numbers = parse_numbers(cells, mark)
    return pc.if_else(pc.match_substring_regex(cells, NAME_LIKE), None, numbers)


def _every(staged: Staged, name: str, read: Callable[[pa.Array], pa.Array]) -> bool:
    """Whether all filled cells of a column can be read."""
    for chunk in chunks(staged, staged.cell(name)):
        cells = trimmed(pc.unique(chunk.cast(pa.string())))
        cells = cells.filter(pc.invert(is_missing(cells)))
        if read(cells).null_count:
            return False
    return True
