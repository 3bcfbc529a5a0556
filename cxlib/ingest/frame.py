"""The frame of the table in a delimited text: where it begins and ends, its header and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest import shapes, sniffer
from cxlib.ingest.dialect import Dialect, parse, tolerant
from cxlib.ingest.encoding import not_a_table
from cxlib.ingest.header import LOOK, column_names, header_rows
from cxlib.ingest.layout import Table, find_tables, is_blank
from cxlib.ingest.mending import OTHERS, split_names
from cxlib.ingest.quotation import find_quotation
from cxlib.ingest.records import Mended, Shape, read_records
from cxlib.ingest.staged import ReadOptions
from cxlib.ingest.unloaded import ENDS, bare, unloaded, whole


@dataclass(frozen=True, slots=True)
class Frame:
    """A table in a text.

    Its header stands on line `start`, in `named` records; its data begin on line `first`
    (the header's own where it may be refused) and end before line `stop` (None: with the file, as
    far as is known). `titles` is the header, `last` its last record as it is in
    the file, if it can be told from data. `preamble` and `footer` are the lines that were left out,
    `tables` a few words of each table of the file, `table` the one that this is, from 1, and
    `starts` the lines on which they start; up to line `seen` tables were looked for. `hinted` is the
    delimiter that the first line tells; on the lines `quoted` stand cells between marks that may be
    quotes or text.
    """

    dialect: Dialect
    shape: Shape
    titles: tuple[str, ...] | None
    last: tuple[str, ...] = ()
    start: int = 1
    named: int = 0
    stop: int | None = None
    preamble: tuple[int, ...] = ()
    footer: tuple[int, ...] = ()
    table: int = 1
    tables: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    first: int = 1
    seen: int = 0
    hinted: str | None = None
    quoted: tuple[int, ...] = ()


def find_frame(
    sample: Sequence[str], options: ReadOptions, complete: bool = True, *, breaks: bool = False
) -> Frame:
    """The frame of a table by the first lines of a file; `complete` where they are all lines.

    With `breaks` line ends within cells come as private characters.

    The width is the header's, or the usual row's where that is wider; a header that is one short
    over full cells lacks the name of its first column (row names), else of its last ones.

    Raises CxError: `empty_file`, `not_a_table`, `unknown_table`.
    """
    skipped = options.skip or 0
    lines = sample[skipped:]
    hinted = sniffer.hint(lines[0]) if lines and options.skip is None else None
    if hinted is not None:
        skipped, lines = skipped + 1, lines[1:]
    dialect = _dialect(lines, options.delimiter or hinted, options.quotechar)
    dialect = replace(dialect, breaks=breaks)
    numbers, rows, refused = _records(lines, dialect, skipped)
    if not complete and len(rows) > 2:  # the last record may be cut
        numbers, rows = numbers[:-1], rows[:-1]
    if all(is_blank(row) for row in rows):
        if not complete:
            raise not_a_table()
        raise CxError("empty_file", N_("The file has no text: all of its cells are empty."))
    header = None if options.header is None else int(options.header)
    tables = _tables(rows, dialect, header)
    number = options.table or 1
    if number > len(tables):
        raise CxError(
            "unknown_table",
            N_("The file has no table {table}; there are {count}."),
            N_("Choose one of them by its number, from 1."),
            table=number,
            count=len(tables),
        )
    table = tables[number - 1]
    head = rows[table.start : table.start + table.header]
    body = [row for row in rows[table.start + table.header : table.stop] if not is_blank(row)]
    titles, shape = _header(head, body, table)
    first = [*numbers, skipped + len(lines) + 1][table.start + table.header]
    cut = not complete and table.start + table.header == len(rows)
    if table.header and (cut or numbers[table.start] in refused):
        first = numbers[table.start]  # to be refused once more, and told
    ended = table.stop < len(rows) and (complete or number < len(tables))
    outside = [
        (n, i)
        for i, (n, row) in enumerate(zip(numbers, rows, strict=True))
        if not is_blank(row) and (i < tables[0].start or i >= tables[-1].stop)
    ]
    return Frame(
        dialect=dialect,
        shape=shape,
        titles=titles,
        last=tuple(head[-1]) if head and any(c.typed for c in shape.columns) else (),
        start=numbers[table.start],
        named=table.header,
        stop=numbers[table.stop] if ended else None,
        preamble=tuple(n for n, i in outside if i < tables[0].start),
        footer=tuple(n for n, i in outside if i >= tables[-1].stop) if ended else (),
        table=number,
        tables=tuple(_words(rows[t.start]) for t in tables) if len(tables) > 1 else (),
        starts=tuple(numbers[t.start] for t in tables),
        seen=skipped + len(lines),
        first=first,
        hinted=hinted,
        quoted=_doubtful_quotes(lines, dialect, skipped) if options.quotechar is None else (),
    )


def _dialect(lines: Sequence[str], delimiter: str | None, quotechar: str | None) -> Dialect:
    """The dialect of lines, of which some may go on in the next, as databases unload them."""
    dialect = sniffer.detect(lines, delimiter, quotechar)
    found = unloaded(lines, dialect)
    if found is dialect and dialect.sure and dialect.delimiter is not None:
        return dialect
    escaped = Dialect(None, escapechar="\\", escaped=True)
    ways = [escaped, *(Dialect(None, ends=end) for end in ENDS)]
    for way in ways if found is dialect else [bare(found)]:
        joined = list(map(way.encode, whole(lines, way)))
        if 1 < len(joined) < len(lines):
            other = sniffer.detect(joined, delimiter, quotechar)
            if other.sure and (better := unloaded(lines, other)) is not other:
                return better
    return found


def _doubtful_quotes(lines: Sequence[str], dialect: Dialect, skipped: int) -> tuple[int, ...]:
    if dialect.runs or dialect.stops or dialect.escaped:
        return ()
    return tuple(n + skipped for n in find_quotation(lines, dialect.delimiter).unsure)


def _records(
    lines: Sequence[str], dialect: Dialect, skipped: int
) -> tuple[list[int], list[list[str]], set[int]]:
    """The lines on which records start, their cells, and the lines of those that cannot be read.

    First with the width that most have.
    """
    widths = Counter(len(row) for row in tolerant(list(whole(lines, dialect)), dialect) if row)
    width = max(widths, key=lambda w: (widths[w], w), default=1)
    found: list[tuple[int, list[str]]] = []
    refused: set[int] = set()

    def keep(line: int, text: str, _: str) -> None:
        found.append((line, [text]))  # so that no line is passed over
        refused.add(line)

    shape = Shape(width, width)
    for record in read_records(iter(lines), dialect, shape, keep, Mended(), before=skipped):
        found.append(record)
    rows = [row for _, row in found]
    first = next((i for i, row in enumerate(rows) if not is_blank(row)), 0)
    if len(rows) > first + 1 and len(rows[first]) == 1 and len(rows[first + 1]) == width > 1:
        rows[first] = _parted(rows[first], rows[first + 1 :], width, dialect)
        refused -= {found[first][0]} if len(rows[first]) > 1 else set()
    return [n for n, _ in found], rows, refused


def _parted(first: list[str], below: list[list[str]], width: int, dialect: Dialect) -> list[str]:
    """A header that is parted otherwise than the rows beneath it, or lacks a delimiter at quotes."""
    if header_rows(below[:LOOK]) or any(end in first[0] for end in "\r\n"):
        return first
    readings = [next(parse([first[0]], Dialect(other))) for other in OTHERS]
    split = split_names(dialect.encode(first[0]), dialect, width)
    for names in readings if split is None else (split, *readings):
        distinct = len(set(names)) == len(names) == width and all(n.strip() for n in names)
        if distinct and header_rows([names, *below]) and _told(below, width):
            return names
    return first


def _told(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a column of the rows has cells that can be told from words."""
    return any(column.typed for column in shapes.columns(rows[:LOOK], width))


def _tables(rows: list[list[str]], dialect: Dialect, header: int | None) -> tuple[Table, ...]:
    if dialect.delimiter is not None or dialect.stops:
        return find_tables(rows, header, joined=True)
    start = next(i for i, row in enumerate(rows) if not is_blank(row))
    filled = [row for row in rows[start : start + LOOK] if not is_blank(row)]
    named = min(1, header_rows(filled)) if header is None else header
    return (Table(start, len(rows), named, 1),)


def _header(
    head: Sequence[Sequence[str]], body: Sequence[Sequence[str]], table: Table
) -> tuple[tuple[str, ...] | None, Shape]:
    widths = Counter(len(row) for row in body)
    width = max(map(len, head), default=table.width)
    usual = width if not widths or widths[width] else max(widths, key=lambda w: (widths[w], w))
    if not head:
        usual = width = max(widths, key=lambda w: (widths[w], w))
        return None, Shape(width, usual, shapes.columns(body[:LOOK], width))
    names = column_names(head, width)
    parts = [[part for part in cell.split('"') if part] for cell in names]
    if usual == width + 1 and sorted(map(len, parts))[-2:] == [1, 2] and all(parts):
        # The delimiter is missing beside a quoted name.
        names = tuple(part for cell in parts for part in cell)
        width = usual
    nameless = [i for i, name in enumerate(names) if not name.strip()]
    surplus = width - usual
    if 0 < surplus <= len(nameless) and widths[usual] > 0.8 * len(body):
        dropped = set(nameless[-surplus:])  # a delimiter too many in the header
        names = tuple(name for i, name in enumerate(names) if i not in dropped)
    elif usual == width + 1 and any(row[-1].strip() for row in body if len(row) == usual):
        names = ("", *names)
    width = max(len(names), usual)
    names = (*names, *[""] * (width - len(names)))
    wide = [[*row, *[""] * (width - len(row))] if len(row) == usual else row for row in body]
    return names, Shape(width, usual, shapes.columns(wide[:LOOK], width))


def _words(row: Sequence[str]) -> str:
    return ", ".join(cell.strip()[:40] for cell in row if cell.strip())[:120]
