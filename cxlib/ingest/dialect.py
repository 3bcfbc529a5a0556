"""How a text file parts its cells: delimiter, quote, escape, or positions."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cxlib.ingest.staged import MAX_CELL

WHITE_SPACE = " "
# Private characters stand for what csv.reader cannot take: they are put back into the cells.
DELIMITER = "\ue0d1"
HELD = {'"': "\ue0d2", "\\": "\ue0d3", "'": "\ue0d4", "\n": "\ue0d5", "\r": "\ue0d6"}
PART = "\ue0d7"
"""The first character of a delimiter that is escaped."""
PUT_BACK = str.maketrans({held: char for char, held in HELD.items()})
LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "", "Z": "\x1a"}
"""What databases write as a backslash and a letter."""
NULL = "\\N"
HOLD = str.maketrans(HELD)
HOLD_BREAKS = str.maketrans({char: HELD[char] for char in "\r\n"})
ESCAPE = re.compile(r"\\(\r\n|.)", re.S)
QUOTES = re.compile(r"\\([\"'\\])")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are parted.

    `delimiter` None: every line is one cell, or cells stand at fixed positions, `stops`, each the
    first character of one. `runs`: any run of white space parts cells, none does at the ends of a
    line. `sure` False where another reading came close. `escaped`: a backslash stands before
    delimiters, line ends and itself, and for nothing stands ``\\N``, as databases unload tables.
    `ends`: the only line end that ends records; another one belongs to its cell, quoted or not.
    `breaks`: line ends within cells came as private characters.
    """

    delimiter: str | None
    quotechar: str | None = '"'
    escapechar: str | None = None
    runs: bool = False
    stops: tuple[int, ...] = ()
    sure: bool = True
    escaped: bool = False
    ends: str = ""
    breaks: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is what every reader of CSV understands."""
        return (
            self.delimiter is not None
            and len(self.delimiter.encode()) == 1
            and not self.runs
            and not self.held
        )

    @property
    def mark(self) -> str:
        """The one character that parts cells once a line is `encode`d."""
        if self.delimiter is None or len(self.delimiter) > 1:
            return DELIMITER
        return self.delimiter

    @property
    def held(self) -> bool:
        """Whether private characters stand for signs that belong to cells."""
        return self.escapechar is not None or bool(self.ends) or self.breaks

    @property
    def encoded(self) -> bool:
        """Whether lines must be encoded before and cells decoded after csv.reader."""
        return self.held or len(self.delimiter or "") > 1

    def encode(self, line: str) -> str:
        """A line with `mark` for the delimiter and without escapes."""
        if self.escapechar is not None and self.escapechar in line:
            if self.escaped:
                if NULL in line:
                    line = self._null().sub("", line)
                line = ESCAPE.sub(self._held, line)
            else:
                line = QUOTES.sub(lambda m: HELD[m[1]], line)
        if self.ends:
            body = line.removesuffix(self.ends)
            line = body.translate(HOLD_BREAKS) + line[len(body) :]
        if self.delimiter is not None and len(self.delimiter) > 1:
            line = line.replace(self.delimiter, DELIMITER)
        return line

    def decode(self, cell: str) -> str:
        """The text of a cell of an encoded line."""
        if self.held:
            cell = cell.translate(PUT_BACK)
        if self.delimiter and (self.escaped or len(self.delimiter) > 1):
            cell = cell.replace(PART, self.delimiter[0]).replace(DELIMITER, self.delimiter)
        return cell

    def _held(self, found: re.Match[str]) -> str:
        """What stands for an escape until its cell is decoded; one that is unknown stays."""
        text = LETTERS.get(found[1], found[1])
        if text and text == (self.delimiter or "")[:1]:
            return PART
        known = text[:1] in HELD or found[1] in LETTERS
        return text.translate(HOLD) if known else found[0]

    def _null(self) -> re.Pattern[str]:
        part = re.escape(self.delimiter or "\n")
        return re.compile(rf"(?:^|(?<={part}))\\N(?={part}|[\r\n]|$)")


def parse(lines: Iterable[str], dialect: Dialect, strict: bool = False) -> Iterator[list[str]]:
    """Lines to records; blank lines become empty records.

    With `strict`, raises csv.Error where text follows a closing quote or a quote never closes.
    """
    if dialect.stops:
        return (_cut(line.rstrip("\r\n"), dialect.stops) for line in lines)
    if dialect.runs:
        rows = _white_space(map(dialect.encode, lines) if dialect.held else lines, dialect)
        return ([dialect.decode(cell) for cell in row] for row in rows) if dialect.held else rows
    csv.field_size_limit(MAX_CELL)
    encoded = dialect.encoded
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
