"""How a text file parts its cells: delimiter, quote, escape, or positions."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cxlib.ingest.staged import MAX_CELL

WHITE_SPACE = " "
# Private characters stand for what csv.reader cannot take: they are put back into the cells.
DELIMITER, QUOTE, BACKSLASH = "\ue0d1", "\ue0d2", "\ue0d3"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are parted.

    `delimiter` None: every line is one cell, or cells stand at fixed positions, `stops`, each the
    first character of one. `runs`: any run of white space parts cells, none does at the ends of a
    line. `sure` False where another reading came close.
    """

    delimiter: str | None
    quotechar: str | None = '"'
    escapechar: str | None = None
    runs: bool = False
    stops: tuple[int, ...] = ()
    sure: bool = True

    @property
    def plain(self) -> bool:
        """Whether it is what every reader of CSV understands."""
        return (
            self.delimiter is not None
            and len(self.delimiter.encode()) == 1
            and self.escapechar is None
            and not self.runs
        )

    @property
    def mark(self) -> str:
        """The one character that parts cells once a line is `encode`d."""
        if self.delimiter is None or len(self.delimiter) > 1:
            return DELIMITER
        return self.delimiter

    def encode(self, line: str) -> str:
        """A line with `mark` for the delimiter and without escapes."""
        if self.escapechar is not None and self.escapechar in line:
            line = re.sub(
                re.escape(self.escapechar) + r"([\"'\\])",
                lambda m: BACKSLASH if m[1] == self.escapechar else QUOTE,
                line,
            )
        if self.delimiter is not None and len(self.delimiter) > 1:
            line = line.replace(self.delimiter, DELIMITER)
        return line

    def decode(self, cell: str) -> str:
        """The text of a cell of an encoded line."""
        if self.escapechar is not None:
            cell = cell.replace(QUOTE, self.quotechar or '"').replace(BACKSLASH, self.escapechar)
        if self.delimiter is not None and len(self.delimiter) > 1:
            cell = cell.replace(DELIMITER, self.delimiter)
        return cell


def parse(lines: Iterable[str], dialect: Dialect, strict: bool = False) -> Iterator[list[str]]:
    """Lines to records; blank lines become empty records.

    With `strict`, raises csv.Error where text follows a closing quote or a quote never closes.
    """
    if dialect.stops:
        return (_cut(line.rstrip("\r\n"), dialect.stops) for line in lines)
    if dialect.runs:
        return _white_space(lines, dialect)
    csv.field_size_limit(MAX_CELL)
    encoded = dialect.escapechar is not None or len(dialect.delimiter or "") > 1
    records = csv.reader(
        map(dialect.encode, lines) if encoded else lines,
        delimiter=dialect.mark,
        quotechar=dialect.quotechar,
        quoting=csv.QUOTE_NONE if dialect.quotechar is None else csv.QUOTE_MINIMAL,
        strict=strict,
    )
    if not encoded:
        return records
    return ([dialect.decode(cell) for cell in row] for row in records)


def tolerant(lines: Sequence[str], dialect: Dialect) -> list[list[str]]:
    """The records of a sample; where quotes are out of order each line by itself."""
    try:
        return list(parse(lines, dialect, strict=True))
    except csv.Error:
        return [row for line in lines for row in parse([line], dialect)]


def _cut(line: str, stops: tuple[int, ...]) -> list[str]:
    ends = [*stops[1:], None]
    return [line[a:b].strip() for a, b in zip(stops, ends, strict=True)] if line.strip() else []


def _white_space(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    for line in lines:
        if dialect.quotechar is not None and dialect.quotechar in line:
            text = line.strip(" \t\r\n").replace("\t", " ")
            row = next(
                csv.reader(
                    [text], delimiter=" ", quotechar=dialect.quotechar, skipinitialspace=True
                ),
                [],
            )
            yield [cell for cell in row if cell]
        else:
            yield line.split()
