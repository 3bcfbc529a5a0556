"""Which mark encloses the cells of a text, and where that is not certain."""

from __future__ import annotations

import bisect
import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cxlib.ingest.dialect import Dialect, parse

SOME = 2
"""Cells between marks that may be chance."""
SHOWN = 5
MOST = 0.5
"""The share of lines with a cell between marks above which that is no chance."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """The mark that encloses cells, None where none does.

    `unsure` are the lines, from 1, of cells between marks that may enclose them or be their text.
    """

    mark: str | None
    unsure: tuple[int, ...] = ()


def find_quotation(lines: Sequence[str], delimiter: str | None) -> Quotation:
    """The mark whose pairs enclose cells: the double one unless only the single one does.

    A few cells between apostrophes are enclosed where the rules of quoting show: an apostrophe
    inside is doubled, or the rows have the same width only that way. Else they are text, or so it
    seems.
    """
    text = "".join(lines)
    double, single = _enclosed(text, delimiter, '"'), _enclosed(text, delimiter, "'")
    if delimiter is None:
        return _one_column(lines, double)
    needs_double = any(_needs(cell, delimiter, '"') for _, cell in double)
    needs_single = any(_needs(cell, delimiter, "'") for _, cell in single)
    if needs_single and not needs_double and len(double) <= len(single):
        if len(single) > SOME or _shown(lines, delimiter, single):
            return Quotation("'")
    elif len(single) > SOME and len(single) > 2 * len(double):
        places = _numbers(lines, single)
        everywhere = places[0] == 1 and len(single) > MOST * len(lines)
        return Quotation("'", () if needs_single or everywhere else places)
    doubtful = not needs_double and len(double) <= min(SOME, MOST * len(lines))
    return Quotation('"', _numbers(lines, sorted(double + single)) if doubtful else ())


def late_apostrophes(lines: Iterable[str], delimiter: str) -> tuple[int, ...]:
    """The lines, from 1, with a cell between apostrophes in which one is doubled; a few of them."""
    found = (
        number
        for number, line in enumerate(lines, start=1)
        if "''" in line and any("''" in cell for _, cell in _enclosed(line, delimiter, "'"))
    )
    return tuple(itertools.islice(found, SHOWN))


def has_enclosed(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a cell of the lines is between marks."""
    text = "".join(lines)
    return any(_enclosed(text, delimiter, mark) for mark in "\"'" if mark in text)


def _shown(lines: Sequence[str], delimiter: str, single: Sequence[tuple[int, str]]) -> bool:
    """Whether rows are as even with apostrophes for quotes, and one is doubled, or more even."""
    own, other = (_even(lines, delimiter, mark) for mark in "'\"")
    return own > other or (own == other > 0 and any("''" in cell for _, cell in single))


def _one_column(lines: Sequence[str], double: Sequence[tuple[int, str]]) -> Quotation:
    """A text whose lines are cells: quotes enclose them where most have them, or one needs them."""
    if len(double) > MOST * len(lines) or any('""' in cell or "\n" in cell for _, cell in double):
        return Quotation('"')
    return Quotation(None, _numbers(lines, double))


def _enclosed(text: str, delimiter: str | None, mark: str) -> list[tuple[int, str]]:
    """Where cells between marks begin, and what is between; marks inside are doubled."""
    part = f"|{re.escape(delimiter)}" if delimiter else ""
    begin, end = rf"(?:\A|(?<=[\r\n]){part})[ ]*", rf"[ ]*(?=[\r\n]{part}|\Z)"
    pattern = rf"{begin}{mark}((?:[^{mark}]|{mark}{mark})*+){mark}{end}"
    return [(found.start(), found[1]) for found in re.finditer(pattern, text)]


def _numbers(lines: Sequence[str], cells: Sequence[tuple[int, str]]) -> tuple[int, ...]:
    """The lines on which cells begin."""
    starts = list(itertools.accumulate(map(len, lines), initial=0))
    return tuple(bisect.bisect_right(starts, start) for start, _ in cells)


def _needs(cell: str, delimiter: str, mark: str) -> bool:
    """Whether a cell could not stand without marks around it."""
    return any(sign in cell for sign in (delimiter, "\n", "\r", mark * 2))


def _even(lines: Sequence[str], delimiter: str, mark: str) -> float:
    """The share of rows that have the usual width, 0 where marks are out of order."""
    try:
        rows = parse(lines, Dialect(delimiter, mark), strict=True)
        widths = Counter(len(row) for row in rows if row)
    except csv.Error:
        return 0.0
    return max(widths.values(), default=0) / max(1, widths.total())
