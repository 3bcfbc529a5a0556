"""Where the tables of a file or a sheet lie: what stands before, between and after them."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cxlib.ingest import shapes
from cxlib.ingest.header import LOOK, Rows, header_rows
from cxlib.ingest.header import filled as cells_in
from cxlib.ingest.shapes import Column

MAX_PREAMBLE = 40
MANY = 10
"""A header that comes again more often than that is no header."""
COPIED = 3
"""Rows by which the copy of a table is known."""
NOTE = re.compile(
    r"\s*(?:[*#†‡©(\[]|-{2,}|={2,}|_{2,}|(?:notes?|sources?|sumber|catatan|generated|exported|dicetak"
    r"|disclaimer|copyright|end of|total (?:rows|records))\b)",
    re.I,
)
TOTAL = re.compile(r"\s*(?:grand\s+|sub-?)?totals?\b|\s*jumlah\b|\s*(?:gesamt|summe|suma)\b", re.I)
ADS_TOTAL = re.compile(r"Total: ?\S")


@dataclass(frozen=True, slots=True)
class Table:
    """A table in rows[start:stop]; its first `header` rows name its `width` columns."""

    start: int
    stop: int
    header: int
    width: int


def find_tables(
    rows: Rows, header: int | None = None, *, joined: bool = False
) -> tuple[Table, ...]:
    """The tables in rows of text, from the top; what lies outside of them is remarks.

    A regular table stays whole, also where single cells are missing or blank lines are inside: a new
    table begins only where a header says so, a footer only after a blank row or with a mark of
    remarks.

    Parameters
    ----------
    rows : sequence of sequences of str
        All records of a sheet, or the first ones of a file, blank ones too (as empty sequences or
        rows of empty cells), so that positions count.
    header : int, optional
        How many rows name the columns; None: find out.
    joined : bool
        Whether a table goes on where its header stands once more, as in files put one after the
        other. A copy of the table begins a new one even so: its rows would count twice.

    Returns
    -------
    tuple of Table
        Empty only if all rows are blank. Rows before the first are its preamble, rows between two
        are titles or remarks, rows after the last its footer.
    """
    first = _start(rows)
    if first is None:
        return ()
    tables: list[Table] = []
    begin: int | None = first
    while begin is not None:
        table, begin = _table(rows, begin, header, joined)
        tables.append(table)
    return tuple(tables)


def footer_start(rows: Rows, width: int) -> int:
    """Where the remarks at the end of a table's rows begin; ``len(rows)`` if there are none.

    Called with the rows from the last blank one on, or with the last rows of a table.
    """
    stop = len(rows)
    while stop and is_blank(rows[stop - 1]):
        stop -= 1
    begin = stop
    while begin and (is_blank(rows[begin - 1]) or _remark(rows[begin - 1], width)):
        begin -= 1
    return begin if begin < stop else len(rows)


def is_footer(rows: Rows, width: int, *, told: bool = False) -> bool:
    """Whether rows that follow a blank one are remarks or totals rather than data.

    With `told` only by what they say: after a row that is blank, but has all its cells.
    """
    filled = [row for row in rows if not is_blank(row)]
    return len(filled) <= 20 and all(
        _remark(row, width) or is_total(row) or (not told and width > 2 and _words_only(row))
        for row in filled
    )


def is_total(row: Sequence[str]) -> bool:
    """Whether the first filled cell says that the row is a sum of others."""
    return bool(TOTAL.match(next((cell for cell in row if cell.strip()), "")))


def is_copy(rows: Rows, first: Rows) -> bool:
    """Whether the rows beneath a header that stands again are the first ones of its table again."""
    after = [list(row) for row in rows if not is_blank(row)][:COPIED]
    return bool(after) and after == [list(row) for row in first if not is_blank(row)][: len(after)]


def names_over(row: Sequence[str], columns: Sequence[Column]) -> bool:
    """Whether a row has words over each column of a table whose cells are none."""
    words = [
        shapes.shape(cell) in ("text", "code")
        for cell, column in zip(row, columns, strict=False)
        if column.typed
    ]
    return len(row) == len(columns) and bool(words) and all(words)


def is_blank(row: Sequence[str]) -> bool:
    """Whether a row has no text at all."""
    return not any(cell.strip() for cell in row)


def _start(rows: Rows) -> int | None:
    """The first row of the first table: after titles and remarks, which are thinner than it."""
    first = next((i for i, row in enumerate(rows) if not is_blank(row)), None)
    if first is None:
        return None
    while (begin := _next_block(rows, first)) is not None and _titles(rows, first, begin):
        first = begin
    for i in range(first, min(len(rows), first + MAX_PREAMBLE)):
        if is_blank(rows[i]):
            return first
        width = _width(rows, i)
        below = [row for row in rows[i : i + LOOK] if not is_blank(row)]
        if _thin(rows[i], width) or (width == 2 and _hollow(below)):
            continue
        if _comment(rows[i]) and (len(rows[i]) != width or header_rows(below[1:])):
            continue
        if len(rows[i]) < width and header_rows(below[1:]):
            continue
        shorter = all(len(row) < width or _comment(row) for row in rows[first:i])
        if i == first or header_rows(below) or (shorter and len(rows[i]) == width):
            return i
    return first


def _hollow(rows: Rows) -> bool:
    """Whether a few first rows fill one of two columns, above a table without a gap."""
    table = list(itertools.dropwhile(lambda row: len(row) == 2 and not row[1].strip(), rows))
    full = all(cells_in(row) == 2 for row in table) and len(table) > 2
    few = 0 < len(rows) - len(table) <= 5
    return few and full and header_rows(table) > 0 and _told(table[1:], 2)


def _titles(rows: Rows, first: int, begin: int) -> bool:
    """Whether the rows up to a blank one are few and thin beside the table that begins beneath."""
    width = _width(rows, begin)
    block = [row for row in rows[first:begin] if not is_blank(row)]
    below = [row for row in rows[begin : begin + LOOK] if not is_blank(row)]
    if width < 2 or len(block) > min(MAX_PREAMBLE, len(below)) or not header_rows(below):
        return all(_comment(row) for row in block)
    if width == 2:
        return cells_in(block[0]) == 1 and len(block) <= 5 and all(len(row) < 3 for row in block)
    if len(block) > 2 and header_rows(block) and _told(block[1:], _width(rows, first)):
        return False
    most = max(1, width // 3)
    return all(
        _comment(row) or cells_in(row) <= most or (len(row) < width and cells_in(row) <= width // 2)
        for row in block
    )


def _told(rows: Rows, width: int) -> bool:
    """Whether a column of the rows has cells that can be told from words."""
    return width > 1 and any(column.typed for column in shapes.columns(rows, width))


def _next_block(rows: Rows, begin: int) -> int | None:
    blank = next((i for i in range(begin, len(rows)) if is_blank(rows[i])), None)
    if blank is None:
        return None
    return next((i for i in range(blank, len(rows)) if not is_blank(rows[i])), None)


def _width(rows: Rows, begin: int) -> int:
    """The usual number of cells of the rows from `begin` on, up to a blank one.

    The first row's, if most of the next ones have it too: another table may follow that is longer.
    Else that of the rows that have most cells together, so that a list of remarks does not outweigh
    a short table beneath.
    """
    widths: Counter[int] = Counter()
    own = len(rows[begin]) if begin < len(rows) else 0
    near = [len(row) for row in rows[begin + 1 : begin + 8] if not is_blank(row)]
    if near.count(own) > 0.6 * len(near):
        return own
    for row in rows[begin : begin + LOOK]:
        if is_blank(row):
            if widths.total() > 1:
                break
            continue
        widths[len(row)] += 1
    several = {w: n for w, n in widths.items() if n > 1} or widths
    return max(several, key=lambda w: (several[w] * w, w), default=0)


def _table(rows: Rows, begin: int, header: int | None, joined: bool) -> tuple[Table, int | None]:
    """The table that begins on a row, and where the next one begins."""
    width = _width(rows, begin)
    filled = [row for row in rows[begin : begin + LOOK] if not is_blank(row)]
    named = min(header_rows(filled) if header is None else header, len(filled))
    titles = list(filled[0]) if named else None
    columns = shapes.columns(filled[named:], width)
    # Where all is words the first row may be data: that it comes again then says nothing.
    again = named and any(column.typed for column in columns) and filled.count(filled[0]) <= MANY
    i = begin + named
    while i < len(rows):
        row = rows[i]
        if again and i > begin + named and list(row) == titles and len(row) > 1:
            if not joined or named > 1 or is_copy(rows[i + 1 : i + 9], filled[1:]):
                return Table(begin, _before(rows, i), named, width), i
            i += 1
            continue
        if is_blank(row):
            end = next((k for k in range(i, len(rows)) if not is_blank(rows[k])), len(rows))
            after = _after_blank(rows, i, end, width, columns)
            on = joined and named == 1 and again and end < len(rows) and list(rows[end]) == titles
            if after is not None and not on:
                stop, following = after
                return Table(begin, stop, named, width), following
            i = end
            continue
        if len(row) != width and _another(rows, i, width, titles, columns):
            return Table(begin, _before(rows, i), named, width), i
        i += 1
    stop = len(rows)
    while stop > begin and is_blank(rows[stop - 1]) and not rows[stop - 1]:
        stop -= 1
    tail = max(begin + named, stop - 20)
    return Table(begin, tail + footer_start(rows[tail:stop], width), named, width), None


def _before(rows: Rows, begin: int) -> int:
    """Where the table ends that stands before another one: blank rows part them."""
    while is_blank(rows[begin - 1]):
        begin -= 1
    return begin


def _after_blank(
    rows: Rows, blank: int, begin: int, width: int, columns: Sequence[Column]
) -> tuple[int, int | None] | None:
    """What blank rows end: (stop, start of the next table); None where the table goes on.

    Blocks of remarks are passed over, as long as they are few.
    """
    told = len(rows[blank]) > 0
    for _ in range(MANY):
        if begin >= len(rows):
            break
        end = next((i for i in range(begin, len(rows)) if is_blank(rows[i])), len(rows))
        block = rows[begin:end]
        thin = 0
        while thin < len(block) and cells_in(block[thin]) == 1 and width > 1:
            thin += 1
        body = block[thin:]
        if len(body) > 1 and _is_new(body, width, columns):
            return blank, begin + thin
        if not is_footer(block, width, told=told):
            return None
        begin = next((i for i in range(end, len(rows)) if not is_blank(rows[i])), len(rows))
    return (blank, None) if begin >= len(rows) and _any_filled(rows[blank:]) else None


def _any_filled(rows: Rows) -> bool:
    return any(not is_blank(row) for row in rows)


def _is_new(block: Rows, width: int, columns: Sequence[Column]) -> bool:
    """Whether the rows after a blank one are a table with a header of its own."""
    own = _width(block, 0)
    if own < 2 or cells_in(block[0]) < 2 or not header_rows(block):
        return False
    typed = any(column.typed for column in shapes.columns(block[1:], own))
    if own == width:
        return any(
            column.typed and shapes.shape(cell) in ("text", "code")
            for cell, column in zip(block[0], columns, strict=False)
        )
    return typed or len(block) > 2


def _another(
    rows: Rows, begin: int, width: int, titles: Sequence[str] | None, columns: Sequence[Column]
) -> bool:
    """Whether a table of another width begins on a row, with a header and without a blank row."""
    own = len(rows[begin])
    block = rows[begin : begin + 12]
    if own < 2 or len(block) < 3 or any(len(row) != own for row in block):
        return False
    shared = min(own, width)
    if titles is not None and list(rows[begin][:shared]) == list(titles[:shared]):
        return True
    words = [
        shapes.shape(cell) in ("text", "code")
        for cell, column in zip(rows[begin], columns, strict=False)
        if column.typed
    ]
    return bool(words) and all(words) and header_rows(block) > 0


def _remark(row: Sequence[str], width: int) -> bool:
    """A line after a table that is none of its rows, by what it says."""
    text = next((cell for cell in row if cell.strip()), "")
    if ADS_TOTAL.match(text):
        return True
    return width > 2 and cells_in(row) == 1 and bool(NOTE.match(text))


def _words_only(row: Sequence[str]) -> bool:
    """Whether the only cell of a row is text."""
    return [shapes.shape(cell) for cell in row if cell.strip()] == ["text"]


def _comment(row: Sequence[str]) -> bool:
    return bool(row) and row[0].lstrip().startswith("#") and len(row[0].strip()) > 1


def _thin(row: Sequence[str], width: int) -> bool:
    """A row with a title or a remark above a table of that width."""
    if width == 2:
        return len(row) == 1
    return width > 2 and cells_in(row) <= max(1, width // 3) and len(row) <= max(width, 2)
