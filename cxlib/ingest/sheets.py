"""A sheet of a workbook to text Parquet: which sheet, where its table lies, what each cell was."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.header import column_names
from cxlib.ingest.layout import Table, find_tables, footer_start, is_blank, is_footer
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.staged import (
    CHUNK,
    MAX_CELL,
    MAX_COLUMNS,
    ReadOptions,
    Source,
    Staged,
    TextWriter,
    visible_names,
)
from cxlib.results import Issue

MAX_ROWS = 1_048_576  # of a sheet in any program
SAMPLE_ROWS = 5_000
"""Rows among which the tables of a sheet are looked for."""
TAIL_ROWS = 40
"""Rows at the end of a longer sheet among which its footer is looked for."""
MAX_HEADER = 10
"""Rows over which the merged cells of a header may reach."""
DIGITS = 15
"""Digits of a number that spreadsheet programs keep."""

Row = tuple[int, list[str], list[Source]]
"""Its number in the sheet from 1, its cells as text up to the last filled one, and what they were."""
Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column of merged cells, all from 0."""


class Book(Protocol):
    """A workbook that a library has opened."""

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that have cells, in their order."""

    @property
    def hidden(self) -> frozenset[str]:
        """Those that the workbook does not show."""

    def rows(self, sheet: str) -> Iterator[Row]:
        """All rows from the first on, blank ones without cells."""

    def merged(self, sheet: str) -> Sequence[Merge]:
        """Merged cells, where the library tells."""

    def remarks(self, sheet: str) -> Sequence[Issue]:
        """What the library cannot tell of a sheet."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the table that is read lies in a sheet, and what is around it."""

    table: Table
    left: int
    width: int
    titles: tuple[str, ...] | None
    issues: tuple[Issue, ...]
    tables: tuple[str, ...]
    number: int


def stage_sheet(
    book: Book,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
) -> Staged:
    """One table of one sheet as `Staged`; see `read.stage`.

    The first visible sheet with cells unless one is named, and its first table unless another is
    asked for. Rows before, between and after tables are left out and told.
    """
    sheet, rows = _chosen(book, options.sheet)
    sample = list(itertools.islice(rows, SAMPLE_ROWS))
    if all(is_blank(cells) for _, cells, _ in sample):
        raise CxError("empty_file", N_("The sheet “{sheet}” is empty."), sheet=sheet)
    following = list(itertools.islice(rows, 1))
    place = find_place(sample, options, book.merged(sheet), more=bool(following))
    body = iter(sample[place.table.start + place.table.header : place.table.stop])
    footer: list[int] = []
    if place.number == max(1, len(place.tables)):
        body = itertools.chain(body, following, rows)
    body = _without_footer(body, place.width, footer)
    target = outdir / "text.parquet"
    sources: list[set[Source]] = [set() for _ in range(place.width)]
    long_numbers: Counter[int] = Counter()
    with (
        Rejects(outdir / "read_rejects.csv") as rejects,
        TextWriter(target, place.width, progress) as writer,
    ):
        fitted = _fitted(body, place, rejects)
        while chunk := list(itertools.islice(fitted, CHUNK)):
            columns = zip(*(cells for _, cells, _ in chunk), strict=True)
            lines = pa.array([line for line, _, _ in chunk], pa.int64())
            writer.write([pa.array(column, pa.string()) for column in columns], lines)
            for _, cells, kinds in chunk:
                for i, kind in enumerate(kinds):
                    if cells[i]:
                        sources[i].add(kind)
                        if kind == "number" and len(cells[i]) > DIGITS:
                            long_numbers[i] += len(cells[i].lstrip("-")) > DIGITS and (
                                "." not in cells[i]
                            )
    names, renamed = visible_names(place.titles, place.width)
    return Staged(
        path=target,
        name=name,
        format="excel",
        columns=names,
        titles=place.titles,
        rows=writer.rows,
        sources=tuple(next(iter(found)) if len(found) == 1 else "text" for found in sources),
        samples=writer.samples(),
        sheet=sheet,
        sheets=book.sheets,
        table=place.number,
        tables=place.tables,
        rejects=rejects.path,
        rejected=rejects.count,
        issues=(
            *_other_sheets(book, sheet, options.sheet),
            *place.issues,
            *_footer_issue(footer),
            *renamed,
            *_long_issue(long_numbers, names),
            *book.remarks(sheet),
            *rejects.issues(),
        ),
    )


def find_place(
    sample: Sequence[Row], options: ReadOptions, merged: Sequence[Merge], more: bool
) -> Place:
    """Where the table lies that is to be read.

    If there are `more` rows than the sample, the last table goes on in them. Raises CxError
    `unknown_table` where there is none of that number.
    """
    skip = min(options.skip or 0, len(sample))
    texts = [cells for _, cells, _ in sample]
    margin = min(_first_filled(cells) for cells in texts if not is_blank(cells))
    found = [
        Table(t.start + skip, t.stop + skip, t.header, t.width)
        for t in find_tables([cells[margin:] for cells in texts[skip:]], options.header)
    ]
    if found and more:
        found[-1] = replace(found[-1], stop=len(sample))
    number = options.table or 1
    if not 1 <= number <= len(found):
        raise CxError(
            "unknown_table",
            N_("There is no table {number}: {count} were found."),
            N_("Choose a number from 1 to {count}."),
            number=number,
            count=len(found),
        )
    table = found[number - 1]
    if options.header is None:
        table = found[number - 1] = replace(table, header=_header(table, sample, merged))
    within = [cells for cells in texts[table.start : table.stop] if not is_blank(cells)]
    left = min(_first_filled(cells) for cells in within)
    width = max(len(cells) for cells in within) - left
    head = [[*cells] for cells in texts[table.start : table.start + table.header]]
    if table.header > 1:
        _spread(head, table.start, merged)
    titles = column_names([cells[left:] for cells in head], width) if table.header else None
    shown = tuple(_words(texts[t.start], t) for t in found) if len(found) > 1 else ()
    return Place(
        table=table,
        left=left,
        width=width,
        titles=titles,
        issues=tuple(_around(sample, found, number, skip, merged)),
        tables=shown,
        number=number,
    )


def as_text(value: Any) -> tuple[str, Source]:
    """The value of a cell as text that reads as it does, and what it was."""
    if value is None:
        return "", "text"
    if isinstance(value, str):
        return value, "text"
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "flag"
    if isinstance(value, float):
        return _plain(value), "number"
    if isinstance(value, int):
        return str(value), "number"
    if isinstance(value, dt.datetime):
        return _moment(value), "timestamp"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat(), "timestamp"
    if isinstance(value, dt.timedelta):
        return _span(value), "text"
    return str(value), "text"


def check_span(columns: int, row: int) -> None:
    """Raises CxError `too_large` where a sheet is larger than a table can be."""
    if columns > MAX_COLUMNS or row > MAX_ROWS:
        raise CxError(
            "too_large",
            N_("The sheet spans {columns} × {rows} cells; at most {most} columns can be read."),
            N_("Delete what lies outside of the table, or save the table as CSV."),
            columns=columns,
            rows=row,
            most=MAX_COLUMNS,
        )


def _plain(value: float) -> str:
    if value.is_integer() and abs(value) < 1e25:
        return str(int(value))
    text = repr(value)
    if "e" in text:
        plain = format(Decimal(text), "f")
        return plain if len(plain) <= 40 else text
    return text


def _moment(value: dt.datetime) -> str:
    """ISO text. Days are stored as fractions, so a time is right to a millisecond at best."""
    whole = (value + dt.timedelta(milliseconds=1)).replace(microsecond=0)
    if abs(value - whole) <= dt.timedelta(milliseconds=1):
        value = whole
    if value.time() == dt.time(0):
        return value.date().isoformat()
    return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")


def _span(value: dt.timedelta) -> str:
    """Hours, minutes and seconds, as a sheet shows a duration."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < dt.timedelta(0) else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _chosen(book: Book, asked: str | None) -> tuple[str, Iterator[Row]]:
    """The sheet that was asked for, by name or number, or the first visible one with cells."""
    if not book.sheets:
        raise CxError("empty_file", N_("The workbook has no sheet with cells."))
    if asked is not None:
        if asked.isdecimal() and asked not in book.sheets and 1 <= int(asked) <= len(book.sheets):
            asked = book.sheets[int(asked) - 1]
        if asked not in book.sheets:
            raise CxError(
                "unknown_sheet",
                N_("The workbook has no sheet “{sheet}”."),
                N_("Its sheets are: {choices}."),
                sheet=asked,
                choices=", ".join(book.sheets),
            )
        return asked, book.rows(asked)
    for sheet in sorted(book.sheets, key=lambda name: name in book.hidden):
        rows = book.rows(sheet)
        before: list[Row] = []
        for row in rows:
            before.append((row[0], [], []) if is_blank(row[1]) else row)
            if not is_blank(row[1]):
                return sheet, itertools.chain(before, rows)
    return book.sheets[0], iter(())


def _without_footer(rows: Iterator[Row], width: int, footer: list[int]) -> Iterator[Row]:
    """The rows but for remarks and totals after the last blank one; `footer` gets their numbers."""
    tail: deque[Row] = deque()
    for row in rows:
        tail.append(row)
        if len(tail) > TAIL_ROWS:
            yield tail.popleft()
    texts = [cells for _, cells, _ in tail]
    stop = footer_start(texts, width)
    for i in range(1, stop):
        if is_blank(texts[i - 1]) and not is_blank(texts[i]) and is_footer(texts[i:], width):
            stop = i
            break
    last = list(tail)
    footer += [line for line, cells, _ in last[stop:] if not is_blank(cells)]
    yield from last[:stop]


def _fitted(rows: Iterator[Row], place: Place, rejects: Rejects) -> Iterator[Row]:
    left, width = place.left, place.width
    for line, cells, kinds in rows:
        if is_blank(cells):
            continue
        if len(cells) > left + width or not is_blank(cells[:left]):
            rejects.add(line, "", "; ".join(cells), "ragged_row")
        elif any(len(cell) > MAX_CELL for cell in cells):
            rejects.add(line, "", max(cells, key=len), "cell_too_large")
        else:
            fitted = cells[left:]
            yield line, [*fitted, *[""] * (width - len(fitted))], kinds[left:]


def _first_filled(cells: Sequence[str]) -> int:
    return next(i for i, cell in enumerate(cells) if cell.strip())


def _header(table: Table, sample: Sequence[Row], merged: Sequence[Merge]) -> int:
    """The rows of a header, down to where its merged cells end, or the names under a merged one."""
    rows = range(table.start, table.start + max(1, table.header))
    inside = [m for m in merged if m[0] in rows]
    header = table.header
    below = min(rows.stop, len(sample) - 1)
    for _, first, bottom, last in inside:
        _, cells, kinds = sample[below]
        named = len(cells) > last and all(
            cells[i].strip() and kinds[i] == "text" for i in range(first, last + 1)
        )
        if last > first and bottom < below and named:
            header = below - table.start + 1
    if not header:
        return 0
    reach = max((m[2] - table.start + 1 for m in inside), default=0)
    return max(header, reach if reach <= MAX_HEADER else 0)


def _spread(head: list[list[str]], start: int, merged: Sequence[Merge]) -> None:
    """Let a merged cell of a header name all the columns over which it lies."""
    for top, first, _, last in merged:
        row = top - start
        if 0 <= row < len(head) and first < len(head[row]):
            missing = last + 1 - len(head[row])
            head[row] += [""] * missing
            head[row][first : last + 1] = [head[row][first]] * (last + 1 - first)


def _words(cells: Sequence[str], table: Table) -> str:
    shown = ", ".join(cell.strip() for cell in cells if cell.strip())[:80]
    return f"{shown} ({table.stop - table.start - table.header})"


def _around(
    sample: Sequence[Row], found: Sequence[Table], number: int, skip: int, merged: Sequence[Merge]
) -> Iterator[Issue]:
    """What was left out before and between tables, and how the header was made."""
    table = found[number - 1]
    numbers = [line for line, cells, _ in sample if not is_blank(cells)]
    before = [line for line in numbers if line < sample[found[0].start][0]]
    if before:
        yield _left_out("preamble", N_("{count} rows above the table were left out."), before)
    between = [
        line
        for line, cells, _ in sample[found[0].stop :]
        if not is_blank(cells)
        and not any(sample[t.start][0] <= line <= sample[t.stop - 1][0] for t in found)
    ]
    if between:
        yield _left_out("footer", N_("{count} rows after the table were left out."), between)
    if table.header > 1:
        yield Issue(
            "header_rows",
            "info",
            N_("The names of the columns stand in {count} rows; they were joined with a space."),
            params={"count": table.header},
            rows=tuple(line for line, _, _ in sample[table.start : table.start + table.header]),
            count=table.header,
        )
    if len(found) > 1:
        yield Issue(
            "other_tables",
            "warning",
            N_("The sheet has {count} tables; only table {number} was read."),
            N_("Choose another table to read that one: they begin in the rows {starts}."),
            {
                "count": len(found),
                "number": number,
                "starts": ", ".join(str(sample[t.start][0]) for t in found),
            },
            rows=tuple(sample[t.start][0] for t in found),
            count=len(found) - 1,
        )
    over_rows = [
        m for m in merged if m[2] > m[0] and table.start + table.header <= m[0] < table.stop
    ]
    if over_rows:
        yield Issue(
            "merged_cells",
            "warning",
            N_("{count} cells lie over several rows; their text is in the first of these only."),
            N_("Undo the merging and fill in the empty cells, where each row needs the value."),
            {"count": len(over_rows)},
            rows=tuple(m[0] + 1 for m in over_rows[:5]),
            count=len(over_rows),
        )


def _left_out(code: str, message: str, lines: Sequence[int]) -> Issue:
    return Issue(
        code, "info", message, params={"count": len(lines)}, rows=tuple(lines[:5]), count=len(lines)
    )


def _footer_issue(lines: Sequence[int]) -> list[Issue]:
    if not lines:
        return []
    return [_left_out("footer", N_("{count} rows after the table were left out."), lines)]


def _long_issue(found: Counter[int], names: Sequence[str]) -> Iterator[Issue]:
    for i, count in sorted(found.items()):
        if count:
            yield Issue(
                "long_numbers",
                "warning",
                N_(
                    "{count} numbers of the column “{column}” have more than 15 digits: spreadsheet "
                    "programs keep only 15, so the last ones may be wrong."
                ),
                N_("If these are ids, export them as text from the program that made them."),
                {"count": count, "column": names[i]},
                column=names[i],
                count=count,
            )


def _other_sheets(book: Book, sheet: str, asked: str | None) -> list[Issue]:
    if len(book.sheets) == 1 or asked is not None:
        return []
    others = [name for name in book.sheets if name != sheet]
    hidden = [name for name in others if name in book.hidden]
    message = (
        N_("Only the sheet “{sheet}” was read; there are also: {others}. Hidden ones: {hidden}.")
        if hidden
        else N_("Only the sheet “{sheet}” was read; there are also: {others}.")
    )
    return [
        Issue(
            "other_sheets",
            "info",
            message,
            N_("Choose another sheet to read that one."),
            {"sheet": sheet, "others": ", ".join(others), "hidden": ", ".join(hidden)},
            count=len(others),
        )
    ]
