"""The records of a delimited text, one by one, with the line on which each starts."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cxlib.ingest.dialect import Dialect, parse
from cxlib.ingest.mending import Mend, fitted, in_order, parted_otherwise, reread
from cxlib.ingest.shapes import Column, matches
from cxlib.ingest.staged import MAX_CELL
from cxlib.ingest.unloaded import lines_of, whole

EXAMPLES = 5
MOST_LINES = 20
"""Lines of one record in which quotes that are not in order are looked for."""
MOST_LOOSE = 2
"""Quotes out of order in a record of several lines; with more they are several records."""
TABLE = 8
"""Records of the same other width, one after the other, that are a table of their own."""
MORE_LINES = 4
"""Lines that such a record may have beyond the one where the rules are broken."""


Refuse = Callable[[int, str, str], None]
"""Told the line, the text and the reason of a record that cannot be read."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of the table that records belong to.

    It has `width` columns, `columns` what they look like; the usual row has `usual` cells.
    """

    width: int
    usual: int
    columns: tuple[Column, ...] = ()


@dataclass
class Mended:
    """How many records were read another way, by the way, with the lines of a few.

    On the line `other` another table seems to begin.
    """

    counts: Counter[str] = field(default_factory=Counter)
    lines: dict[str, list[int]] = field(default_factory=dict)
    other: int | None = None

    def add(self, how: str, line: int) -> None:
        """Count a record."""
        self.counts[how] += 1
        examples = self.lines.setdefault(how, [])
        if len(examples) < EXAMPLES:
            examples.append(line)


def read_records(
    lines: Iterator[str],
    dialect: Dialect,
    shape: Shape,
    refuse: Refuse,
    mended: Mended,
    before: int = 0,
) -> Iterator[tuple[int, list[str]]]:
    """Records, blank ones as empty lists, whatever their width.

    Quotes that open or close nowhere are text where the record has the width of the table that way;
    a record that runs into the end of the file or beyond the cap of a cell loses its first line to
    `refuse`, and the lines after it are read anew.
    """
    source = _Lines(whole(lines, dialect), before, joined=dialect.escaped or bool(dialect.ends))
    reader = parse(source, dialect, strict=True)
    while True:
        source.mark()
        sound = True
        row: list[str] = []
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            sound = False
        if not source.held:
            continue
        if not sound or (len(row) != shape.width and len(row) > 0):
            other = _reread(source, dialect, shape, row)
            if other is not None:
                taken, row, how = other
                mended.add(how, source.start)
                source.back(taken)
                reader = parse(source, dialect, strict=True)
                yield source.start, row
                continue
        if not sound:
            row, code = _first_line(source, dialect, shape)
            if row:
                mended.add(code, source.start)
                yield source.start, row
            else:
                refuse(source.start, source.held[0].rstrip("\r\n"), code)
            source.back(1)
            reader = parse(source, dialect, strict=True)
            continue
        if len(source.held[0]) > MAX_CELL and any(len(cell) > MAX_CELL for cell in row):
            refuse(source.start, source.held[0], "cell_too_large")
            continue
        if 0 < len(row) < shape.width > 2 and len(source.held) == 1:
            parts = parted_otherwise(
                source.held[0].rstrip("\r\n"), dialect, shape.width, shape.columns
            )
            if parts is not None:
                mended.add("other_delimiter", source.start)
                row = parts
        if len(row) == shape.width > 1 and not _ordered(source.held, dialect, row):
            mended.add("stray_quotes", source.start)
        yield source.start, row if len(row) > 1 or any(cell.strip() for cell in row) else []


def fit(
    records: Iterator[tuple[int, list[str]]],
    dialect: Dialect,
    shape: Shape,
    refuse: Refuse,
    mended: Mended,
    seen: int = 0,
) -> Iterator[tuple[int, list[str]]]:
    """Records of the table's width; others are mended where that is certain, else rejected.

    After the line `seen`, up to which tables were looked for, many records of the same other width
    in a row are taken for another table: its records are rejected, and its beginning is told.
    """
    width = shape.width
    begin, run, alike = 0, 0, 0
    for line, row in records:
        if len(row) == width:
            run = 0
            yield line, row
            continue
        if len(row) != alike or not run:
            begin, run, alike = line, 0, len(row)
        run += 1
        if run == TABLE and begin > seen and alike > 1 and mended.other is None:
            mended.other = begin
        other = fitted(row, width, shape.usual, shape.columns, dialect.delimiter or "")
        if other is None:
            refuse(line, (dialect.delimiter or " ").join(row), "ragged_row")
            continue
        cells, how = other
        if how != "padded_rows" or len(row) != shape.usual:
            mended.add(how, line)
        yield line, cells


def _ordered(held: Sequence[str], dialect: Dialect, row: Sequence[str]) -> bool:
    return in_order(dialect.encode("".join(held)).rstrip("\r\n"), dialect, row)


def _reread(
    source: _Lines, dialect: Dialect, shape: Shape, row: Sequence[str]
) -> tuple[int, list[str], Mend] | None:
    """The lines that make a record of the table's width, quotes not in order: the cheapest way.

    `row` is what the lines are by the rules, if they follow them.
    """
    if shape.width < 2:
        return None
    held = source.held
    if row and len(held) == 1:
        sound = reread(
            dialect.encode(held[0].rstrip("\r\n")), dialect, shape.width, shape.columns, sound=True
        )
        return None if sound is None else (1, sound[0], sound[1])
    text, best, least = "", None, 0.0
    for i in range(MOST_LINES):
        if best is not None and least <= 1:
            break  # one quote too many is as cheap as it gets
        if i == len(held) and (row or i > MORE_LINES or not source.more()):
            break
        text += dialect.encode(held[i])
        if len(text) > MAX_CELL:
            break
        other = reread(text.rstrip("\r\n"), dialect, shape.width, shape.columns)
        if other is None or (i and other[2] > MOST_LOOSE):
            continue
        if best is None or other[2] < least:
            best, least = (i + 1, other[0], other[1]), other[2]
    if best is None:
        return None
    taken, cells, how = best
    if row and matches(cells, shape.columns) <= max(0, matches(row, shape.columns)):
        return None  # a record that follows the rules gives way only to a better one
    return taken, cells, "unclosed_quote" if how == "stray_quotes" and len(held) > taken else how


def _first_line(source: _Lines, dialect: Dialect, shape: Shape) -> tuple[list[str], str]:
    """The first line as what it can be, and how it was mended; or why it cannot be read."""
    line = source.held[0].rstrip("\r\n")
    if len(source.held) == 1 and len(line) > MAX_CELL:
        return [], "cell_too_large"
    if dialect.delimiter is None:
        return [line], "unclosed_quote"
    parts = parted_otherwise(line, dialect, shape.width, shape.columns)
    return ([], "unclosed_quote") if parts is None else (parts, "other_delimiter")


class _Lines:
    """Lines that can be handed out again from the last mark on."""

    def __init__(self, source: Iterator[str], before: int, joined: bool) -> None:
        self._source = source
        self._joined = joined
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self.start = before + 1

    def mark(self) -> None:
        """A new record begins with the next line."""
        self.start += sum(map(lines_of, self.held)) if self._joined else len(self.held)
        self.held = []

    def back(self, keep: int) -> None:
        """Keep the first lines since the mark; hand the others out again."""
        self._again.extendleft(reversed(self.held[keep:]))
        self.held = self.held[:keep]

    def more(self) -> bool:
        """Hold one more line, if there is one."""
        return next(self, None) is not None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.held.append(line)
        return line
