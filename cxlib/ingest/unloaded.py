"""Text as databases unload it: without quotes around what has delimiters or line ends in it.

Some escape these by a backslash and write ``\\N`` for nothing; some tell the ends of records, CRLF,
from line feeds in cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cxlib.ingest.dialect import LETTERS, Dialect, tolerant
from cxlib.ingest.staged import MAX_CELL

ESCAPED = re.compile(r"\\(.|\Z)", re.S)
GOES_ON = re.compile(r"(?<!\\)(?:\\\\)*\\(?:\r\n|\r|\n)\Z")
LINE_END = re.compile(r"\r\n|\r|\n")
ENDS = ("\r\n", "\n", "\r")
KNOWN = {*LETTERS, *"\\\"'N\r\n"}
ENCLOSED = 0.5
"""The share of lines with a cell in quotes above which quotes enclose cells, escaped or not."""


def unloaded(lines: Sequence[str], dialect: Dialect) -> Dialect:
    """The dialect with what a database that unloads a table does, if the text shows it.

    Paths have backslashes too: so all of them must be known escapes, and a cell must be ``\\N``, or
    the rows must be more even once escaped delimiters and line ends belong to their cells. Line ends
    of two kinds may be chance too: the rows must be more even where one of them ends no record.
    """
    if dialect.delimiter is None or dialect.runs or dialect.stops:
        return dialect
    dialect = _escaped(lines, dialect) or dialect
    kinds = Counter(end for line in lines if (end := line_end(line)))
    if len(kinds) < 2:
        return dialect
    tried = [replace(dialect, ends=end) for end in ENDS if end in kinds]
    best = max(tried, key=lambda d: _usual(lines, d))
    return best if _usual(lines, best) > _usual(lines, dialect) else dialect


def bare(dialect: Dialect) -> Dialect:
    """Only how lines go on in a dialect: each line is one cell."""
    return Dialect(None, escapechar=dialect.escapechar, escaped=dialect.escaped, ends=dialect.ends)


def whole(lines: Iterable[str], dialect: Dialect) -> Iterator[str]:
    """Lines with those that they go on in: after a backslash, or another line end than a record's."""
    if not dialect.escaped and not dialect.ends:
        yield from lines
        return
    source = iter(lines)
    for line in source:
        parts, size = [line], len(line)
        while _goes_on(parts[-1], dialect) and size <= MAX_CELL:
            more = next(source, None)
            if more is None:
                break
            parts.append(more)
            size += len(more)
        yield "".join(parts)


def _goes_on(line: str, dialect: Dialect) -> bool:
    end = line_end(line)
    if dialect.ends and end not in ("", dialect.ends):
        return True
    return dialect.escaped and line.endswith("\\" + end) and bool(GOES_ON.search(line))


def line_end(line: str) -> str:
    """The line end that a line has."""
    return next((end for end in ENDS if line.endswith(end)), "")


def lines_of(record: str) -> int:
    """How many lines of the file a line of `whole` is."""
    ends = LINE_END.findall(record)
    return max(1, len(ends) + (not record.endswith(("\r", "\n"))))


def _usual(lines: Sequence[str], dialect: Dialect) -> int:
    """How many rows have the usual width: what is parted wrongly has not."""
    widths = Counter(len(row) for row in tolerant(list(whole(lines, dialect)), dialect))
    return max((n for width, n in widths.items() if width > 1), default=0)


def _escaped(lines: Sequence[str], dialect: Dialect) -> Dialect | None:
    part = dialect.delimiter or ""
    text = "".join(lines)
    after = ESCAPED.findall(text) if "\\" in text else []
    if not after or not set(after) <= {*KNOWN, part[0]}:
        return None
    found = replace(dialect, escapechar="\\", escaped=True)
    if dialect.quotechar is not None and not _encloses(lines, part, dialect.quotechar):
        found = replace(found, quotechar=None)
    mark = re.escape(part)
    nothing = re.search(rf"(?:\A|[\r\n]|{mark})\\N(?={mark}|[\r\n]|\Z)", text)
    own, other = _usual(lines, found), _usual(lines, dialect)
    return found if own > other or (own == other and nothing) else None


def _encloses(lines: Sequence[str], delimiter: str, quote: str) -> bool:
    """Whether quotes enclose cells, rather than that a few cells have quotes."""
    text = "".join(lines)
    if quote not in text:
        return False
    part = re.escape(delimiter)
    cells = re.findall(rf"(?:^|{part}){quote}[^{quote}]*{quote}(?={part}|\r|$)", text, re.M)
    return "\\" + quote in text or len(cells) > ENCLOSED * len(lines)
