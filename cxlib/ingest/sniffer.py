"""Finding the dialect of a text file by its first lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cxlib.ingest import shapes
from cxlib.ingest.candidates import COMMON, find_delimiters, find_sample
from cxlib.ingest.dialect import WHITE_SPACE, Dialect, tolerant
from cxlib.ingest.quotation import find_quotation

CLEVER_CHARACTERS = 12_000  # CleverCSV's cost grows fast with its sample
BLANKS = 0.5
"""The score from which blanks part cells: prose has as many words on most lines too."""
TABBED = 0.45
"""The score of tabs above which blanks are text: where tabs part cells, so does any white space."""
CLEVER, DUCK = 0.1, 0.2
"""What the opinions of CleverCSV and DuckDB add to a score: the second is right more often."""
TITLES = 5
"""Lines above a table that may outnumber its rows."""
AMOUNT = re.compile(r"[-+]?\d{1,3}(?:,?\d{3})*(?:[.,]\d+)?$")
HINT = re.compile(r'"?sep=(.)"?\s*$', re.I)
WORD = re.compile(r"[\w .@:/&#'+()%?!’-]*$")


@dataclass(frozen=True, slots=True)
class _Scored:
    dialect: Dialect
    score: float
    width: int


def detect(
    lines: Sequence[str], delimiter: str | None = None, quotechar: str | None = None
) -> Dialect:
    """The dialect of a file by its first lines, `delimiter` and `quotechar` where they are known.

    Each candidate is scored by how equal it makes the rows and by how many cells it leaves that
    look like a number, a date or a word. Where two come close, CleverCSV and DuckDB are asked: the
    one that they are for has a little more, and is not `sure` unless both are for it. An empty
    `quotechar` says that quotes are text.
    """
    sample = find_sample(lines)
    if delimiter is not None:
        if delimiter == WHITE_SPACE:
            return max(_spaces(sample, quotechar), key=lambda s: s.score).dialect
        return _dialect(lines, delimiter, quotechar)
    scored = [_score(sample, _dialect(sample, d, quotechar)) for d in find_delimiters(sample)]
    tabbed = any(s.dialect.delimiter == "\t" and s.score >= TABBED for s in scored)
    scored += [] if tabbed else _spaces(sample, quotechar)
    ranked = sorted(
        (s for s in scored if s.score > 0),
        key=lambda s: (-s.score, -len(s.dialect.delimiter or "")),
    )
    if ranked and _one_column(sample, ranked[0].dialect.delimiter):
        ranked = []
    best = _best(sample, ranked)
    if best is None or (best.delimiter == WHITE_SPACE and not best.sure):
        fixed = _positions(sample)
        if fixed:
            return Dialect(None, None, stops=fixed)
    if best is None:
        return _single(lines, quotechar, sure=not ranked)
    return best if best.runs else _requoted(lines, best, quotechar)


def hint(line: str) -> str | None:
    """The delimiter that a first line ``sep=;`` tells Excel."""
    found = HINT.match(line)
    return found[1] if found else None


def _one_column(sample: Sequence[str], delimiter: str | None) -> bool:
    """Whether whole lines are dates or numbers: a column of times is no table of hours and minutes.

    Other lines may name the column; then they have no delimiter.
    """
    lines = sample[1:] or sample
    alike = [_whole(line) for line in sample]
    named = [line for line, one in zip(sample, alike, strict=True) if not one]
    bare = bool(named) and len(sample) > 1 and not any((delimiter or "") in line for line in named)
    return sum(alike[-len(lines) :]) > 0.7 * len(lines) and (
        delimiter not in COMMON or (delimiter == "," and bare)
    )


def _whole(line: str) -> bool:
    return shapes.shape(line) in ("date", "time") or bool(AMOUNT.match(line.strip()))


def _dialect(sample: Sequence[str], delimiter: str, quotechar: str | None = None) -> Dialect:
    quote = find_quotation(sample, delimiter).mark if quotechar is None else quotechar
    escape = _escape(sample, delimiter, quote) if quote else None
    return Dialect(delimiter, quote or None, escape)


def _escape(sample: Sequence[str], delimiter: str, quote: str) -> str | None:
    """A backslash, if it stands before quotes inside of cells more often than quotes are doubled."""
    text = "".join(sample)
    part = re.escape(delimiter)
    # Before a delimiter the backslash is the cell's own last character.
    escaped = len(re.findall(rf"(?<!\\)\\{quote}(?!{quote}|{part}|\r|\n|\Z)", text))
    doubled = len(re.findall(rf"(?<!{part})(?<!^){quote}{quote}(?!{part}|\r|\n|\Z)", text, re.M))
    return "\\" if escaped > doubled else None


def _spaces(sample: Sequence[str], quotechar: str | None) -> list[_Scored]:
    """Single spaces and runs of white space as delimiters; both must make every row equal."""
    if not any(" " in line.strip() or "\t" in line.strip() for line in sample):
        return []
    single = _score(sample, _dialect(sample, WHITE_SPACE, quotechar))
    runs = _score(sample, replace(single.dialect, runs=True))
    return [runs, single] if runs.score >= single.score else [single, runs]


def _score(sample: Sequence[str], dialect: Dialect) -> _Scored:
    """Share of rows of the usual width × share of cells that look clean; 0 for a single column."""
    try:
        rows = [row for row in tolerant(sample, dialect) if row]
    except csv.Error:
        return _Scored(dialect, 0.0, 1)
    rows = _body(rows)
    widths = Counter(len(row) for row in rows)
    width, usual = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    if width < 2:
        return _Scored(dialect, 0.0, 1)
    others = "".join(d for d in COMMON if d not in (dialect.delimiter or ""))
    cells = [cell.strip() for row in rows if len(row) == width for cell in row][:4_000]
    clean = sum(_clean(cell, others, dialect.quotechar or '"') for cell in cells) / len(cells)
    if (dialect.delimiter or "") + " " == dialect.delimiter or len(dialect.delimiter or "") > 1:
        clean = min(1.0, clean * 1.02)  # what is left of a long delimiter is no part of the cells
    elif dialect.delimiter not in COMMON:
        clean *= 0.9
    # White space and rare signs part any prose: they must make rows equal to be believed.
    power = 1 if dialect.delimiter in COMMON else 4 if dialect.delimiter == WHITE_SPACE else 2
    return _Scored(dialect, clean * (usual / len(rows)) ** power, width)


def _body(rows: list[list[str]]) -> list[list[str]]:
    """Rows without a few lines of titles above them, where a column is no words."""
    begin = next((i for i, row in enumerate(rows) if len(row) > 1), 0)
    body = rows[begin:]
    if not 0 < begin <= TITLES or len(body) < 2 or begin < len(body):
        return rows
    width = len(body[-1])
    alike = all(len(row) == width for row in body)
    told = alike and any(column.typed for column in shapes.columns(body[-20:], width))
    return body if told else rows


def _clean(cell: str, others: str, quote: str) -> float:
    found = shapes.shape(cell)
    if found not in ("text", "code"):
        return 1.0
    if (cell[0] == quote) != (cell[-1] == quote):
        return 0.2
    if any(mark in cell for mark in others):
        return 0.3
    return 1.0 if WORD.match(cell) else 0.8


def _best(sample: Sequence[str], ranked: Sequence[_Scored]) -> Dialect | None:
    ranked = [s for s in ranked if s.dialect.delimiter != WHITE_SPACE or s.score >= BLANKS]
    if not ranked:
        return None
    best = ranked[0]
    rivals = [s for s in ranked[1:] if not _same(best.dialect, s.dialect)]
    second = rivals[0].score if rivals else 0.0
    if (best.score >= 0.7 and second < 0.7 * best.score) or (best.score > 0.35 and not second):
        return best.dialect
    asked = ((_clever(sample), CLEVER), (_duck(sample), DUCK))
    opinions = [(Dialect(found), weight) for found, weight in asked if found is not None]
    chosen = max(ranked, key=lambda s: s.score + _votes(s.dialect, opinions))
    votes = _votes(chosen.dialect, opinions)
    if chosen.score < (0.05 if votes else 0.35):
        return None
    agreed = all(_same(chosen.dialect, found) for found, _ in opinions)
    believed = bool(opinions) and chosen.dialect.delimiter != WHITE_SPACE
    return replace(chosen.dialect, sure=agreed and (believed or chosen.score >= 0.5))


def _votes(dialect: Dialect, opinions: Sequence[tuple[Dialect, float]]) -> float:
    return sum(weight for found, weight in opinions if _same(dialect, found))


def _same(a: Dialect, b: Dialect) -> bool:
    """Whether two dialects part cells at the same places, but for white space."""
    return (a.delimiter or "").strip()[:1] == (b.delimiter or "").strip()[:1]


def _clever(sample: Sequence[str]) -> str | None:
    import clevercsv  # slow to load, and most files are plain

    try:
        found = clevercsv.Detector().detect(_head(sample))
    except clevercsv.exceptions.NoDetectionResult:
        return None
    return None if found is None else str(found.delimiter)


def _duck(sample: Sequence[str]) -> str | None:
    from cxlib import engine  # slow to load too

    return engine.sniffed(_head(sample))


def _head(sample: Sequence[str]) -> str:
    return "".join(sample)[:CLEVER_CHARACTERS]


def _requoted(lines: Sequence[str], dialect: Dialect, quotechar: str | None) -> Dialect:
    """A dialect with its quotes by all lines: most files have few."""
    whole = _dialect(lines, dialect.delimiter or "", quotechar)
    return replace(dialect, quotechar=whole.quotechar, escapechar=whole.escapechar)


def _single(sample: Sequence[str], quotechar: str | None, sure: bool) -> Dialect:
    quote = find_quotation(sample, None).mark if quotechar is None else quotechar
    return Dialect(None, quote or None, sure=sure)


def _positions(sample: Sequence[str]) -> tuple[int, ...]:
    """Where the cells of a text of fixed positions begin: after columns of blanks on every line."""
    lines = [line.rstrip("\r\n") for line in sample if "\t" not in line]
    if len(lines) < 3 or len(lines) < len(sample):
        return ()
    length = max(map(len, lines))
    blank = [all(i >= len(line) or line[i] == " " for line in lines) for i in range(length)]
    starts = [i for i in range(length) if not blank[i] and (i == 0 or blank[i - 1])]
    if len(starts) < 2:
        return ()
    # A gap of one blank may be chance where lines are few.
    stops = [s for s in starts[1:] if blank[s - 2] or len(lines) >= 20]
    cells = [_filled_share(lines, a, b) for a, b in zip([0, *stops], [*stops, length], strict=True)]
    return (0, *stops) if stops and min(cells) > 0.3 else ()


def _filled_share(lines: Sequence[str], begin: int, end: int) -> float:
    return sum(bool(line[begin:end].strip()) for line in lines) / len(lines)
