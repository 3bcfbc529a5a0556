"""How a text file parts its cells: the delimiter, the quote, and where the table begins."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cxlib.ingest.missing import WORDS as MISSING
from cxlib.ingest.staged import MAX_CELL

DELIMITERS = (",", ";", "\t", "|")
WHITE_SPACE = " "
"""As a delimiter: any run of spaces and tabs, and none at the ends of a line."""
SAMPLE_LINES = 400
CLEVER_CHARACTERS = 12_000  # CleverCSV's cost grows fast with its sample

NUMBER = re.compile(
    r"[-+(]?\s*(?:[A-Za-z]{1,3}\.?|[$€£¥])?\s*[-+]?\d[\d.,'\u00a0 ]*(?:[eE][-+]?\d+)?\s*[%)-]?$"
)
DATE = re.compile(
    r"\d{1,4}[-/. ](?:\d{1,2}|[^\W\d_]{3,9}\.?)[-/. ]\d{1,4}(?:[T ,]+\d{1,2}[:.]\d{2}.*)?$"
)
WORD = re.compile(r"[\w .@:/&#'+()%?!-]*$")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`delimiter` None: every line is one cell. `preamble` lines stand before the table."""

    delimiter: str | None
    quotechar: str = '"'
    escapechar: str | None = None
    preamble: int = 0
    sure: bool = True


def detect(lines: Sequence[str], delimiter: str | None = None) -> Dialect:
    """The dialect of a file by its first lines.

    Each candidate is scored by how equal it makes the rows and by how many cells it leaves that
    look like a number, a date or a word; CleverCSV is the second opinion where two come close.
    """
    sample = [line for line in lines[:SAMPLE_LINES] if line.strip()]
    quotechar, escapechar = _quotes(sample)
    if delimiter is None:
        found, sure = _delimiter(sample, quotechar, escapechar)
    else:
        found, sure = delimiter, True
    dialect = Dialect(found, quotechar, escapechar, sure=sure)
    rows = list(parse(lines[:SAMPLE_LINES], dialect))
    return Dialect(found, quotechar, escapechar, _preamble(rows), sure)


def parse(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """Lines to records; blank lines become empty records."""
    if dialect.delimiter is None:
        return ([text] if (text := line.rstrip("\r\n")) else [] for line in lines)
    if dialect.delimiter == WHITE_SPACE:
        return _white_space(lines, dialect)
    csv.field_size_limit(MAX_CELL)
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quotechar,
        escapechar=dialect.escapechar,
        doublequote=dialect.escapechar is None,
    )


def header_found(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of the rows names the columns.

    It does unless its cells look like those beneath: numbers over numbers, dates over dates. A
    column with a word over numbers or dates speaks for a header, one with a number over numbers
    against.
    """
    first, below = rows[0], rows[1:]
    if not below:
        return not any(_typed(cell) for cell in first)
    for_it = against = 0
    for i, cell in enumerate(first):
        cells = [row[i].strip() for row in below if i < len(row) and row[i].strip()]
        typed = sum(_typed(c) for c in cells) > 0.8 * len(cells) if cells else False
        for_it += typed and not _typed(cell) and cell.strip().lower() not in MISSING
        against += typed and _typed(cell)
    return for_it >= max(1, against) or (against == 0 and not any(_typed(c) for c in first))


def _typed(cell: str) -> bool:
    text = cell.strip()
    return bool(NUMBER.match(text) or DATE.match(text))


def _white_space(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    for line in lines:
        if dialect.quotechar in line:
            text = line.strip(" \t\r\n")
            row = next(csv.reader([text], delimiter=" ", skipinitialspace=True), [])
            yield [cell for cell in row if cell]
        else:
            yield line.split()


def _quotes(sample: Sequence[str]) -> tuple[str, str | None]:
    text = "".join(sample)
    single = len(re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", text, re.M))
    double = len(re.findall(r'(?:^|[,;\t|])\s*"', text, re.M))
    quotechar = "'" if single > 2 and double == 0 else '"'
    # \" inside of text; where a delimiter follows, the backslash is the cell's own last character.
    escaped = len(re.findall(rf"[^\\]\\{quotechar}(?![{quotechar},;\t|\r\n]|$)", text))
    doubled = len(re.findall(f"[^,;\t|\n]{quotechar}{quotechar}", text))
    return quotechar, "\\" if escaped > doubled else None


def _delimiter(
    sample: Sequence[str], quotechar: str, escapechar: str | None
) -> tuple[str | None, bool]:
    candidates = [*(d for d in DELIMITERS if any(d in line for line in sample)), WHITE_SPACE]
    scores = {d: _score(sample, Dialect(d, quotechar, escapechar)) for d in candidates}
    ranked = sorted(scores, key=lambda d: -scores[d])
    best, second = ranked[0], scores[ranked[1]] if len(ranked) > 1 else 0.0
    if (scores[best] >= 0.7 and second < 0.7 * scores[best]) or (
        scores[best] > 0.35 and not second
    ):
        return best, True
    clever = _clever(sample)
    if clever in scores and scores[clever] > 0.5 * max(scores[best], 0.1):
        return clever, scores[clever] >= 0.5
    if scores[best] < 0.35:
        return None, len(candidates) == 1
    return best, False


def _score(sample: Sequence[str], dialect: Dialect) -> float:
    """Share of rows of the usual width × share of cells that look clean; 0 for a single column."""
    try:
        rows = [row for row in parse(sample, dialect) if row]
    except csv.Error:
        return 0.0
    if not rows:
        return 0.0
    widths = Counter(len(row) for row in rows)
    width, usual = max(widths.items(), key=lambda item: (item[1], item[0]))
    if width == 1:
        return 0.0
    others = "".join(d for d in DELIMITERS if d != dialect.delimiter)
    cells = [cell.strip() for row in rows[:200] if len(row) == width for cell in row]
    clean = sum(_clean(cell, others) for cell in cells) / len(cells)
    # White space parts any prose: it must make every row equal to be believed.
    equal = usual / len(rows)
    return clean * equal ** (4 if dialect.delimiter == WHITE_SPACE else 1)


def _clean(cell: str, others: str) -> float:
    if not cell or _typed(cell):
        return 1.0
    if any(mark in cell for mark in others):
        return 0.3
    return 1.0 if WORD.match(cell) else 0.8


def _clever(sample: Sequence[str]) -> str | None:
    import clevercsv  # slow to load, and most files are plain

    try:
        found = clevercsv.Detector().detect("".join(sample)[:CLEVER_CHARACTERS])
    except clevercsv.exceptions.NoDetectionResult:
        return None
    return None if found is None else str(found.delimiter)


def _preamble(rows: Sequence[Sequence[str]]) -> int:
    """How many lines with a title or a remark stand before a table of at least three columns."""
    widths = Counter(len(row) for row in rows if row)
    usual = widths.most_common(1)[0][0] if widths else 0
    first = next((i for i, row in enumerate(rows) if sum(bool(c.strip()) for c in row) > 1), 0)
    return first if usual >= 3 and 0 < first <= 20 and len(rows) > first + 1 else 0
