"""Excel workbooks (XLSX): the cells of one sheet as text, row by row."""

from __future__ import annotations

import datetime as dt
import itertools
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.dialect import header_found
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

MAX_ENTRIES = 10_000
MAX_INFLATED = 2 << 30
MAX_RATIO = 200  # a repetitive sheet reaches 40; above 16 MB only, so that tiny ones do not matter
RATIO_FROM = 16 << 20
HEADER_ROWS = 200

Row = tuple[int, list[str], list[Source]]


def stage_excel(
    path: Path,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
) -> Staged:
    """A sheet of a workbook as `Staged`; see `read.stage`.

    The first sheet with cells unless one is named. Cells hold what was computed when the file was
    saved; days and times are ISO text, whole numbers have no point.
    """
    check_archive(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on styles that it leaves out
            return _stage(path, outdir, options, name, progress)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        ParseError,
        OSError,
    ) as error:
        raise _unreadable(str(error)) from error


def check_archive(path: Path) -> None:
    """Refuse a ZIP that would inflate beyond reason: `too_large`; or that is none: `unreadable`."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise _unreadable(str(error)) from error
    inflated = sum(entry.file_size for entry in entries)
    greedy = any(
        entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
        for entry in entries
    )
    if len(entries) > MAX_ENTRIES or inflated > MAX_INFLATED or greedy:
        raise CxError(
            "too_large",
            N_(
                "The workbook would take {size} MB when unpacked, far more than its {packed} kB suggest."
            ),
            N_("Save the table as CSV."),
            size=inflated >> 20,
            packed=path.stat().st_size >> 10,
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise CxError(
            "encrypted", N_("The workbook has a password."), N_("Save a copy without one.")
        )


def _stage(
    path: Path,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
) -> Staged:
    # By its bytes: openpyxl refuses a path whose name does not end in .xlsx, as an upload's does not.
    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        try:
            sheets = tuple(sheet.title for sheet in book.worksheets)
            if not sheets:
                raise CxError("empty_file", N_("The workbook has no sheet with cells."))
            sheet, rows = _chosen(book, sheets, options.sheet)
            first = list(itertools.islice(rows, HEADER_ROWS))
            if not first:
                raise CxError("empty_file", N_("The sheet “{sheet}” is empty."), sheet=sheet)
            width = max(len(cells) for _, cells, _ in first)
            padded = [[*cells, *[""] * (width - len(cells))] for _, cells, _ in first]
            header = _has_header(first, padded) if options.header is None else options.header
            target = outdir / "text.parquet"
            body = itertools.chain(first[1:] if header else first, rows)
            sources: list[set[Source]] = [set() for _ in range(width)]
            with (
                Rejects(outdir / "read_rejects.csv") as rejects,
                TextWriter(target, width, progress) as writer,
            ):
                fitted = _fitted(body, width, rejects)
                while chunk := list(itertools.islice(fitted, CHUNK)):
                    columns = zip(*(cells for _, cells, _ in chunk), strict=True)
                    lines = pa.array([line for line, _, _ in chunk], pa.int64())
                    writer.write([pa.array(column, pa.string()) for column in columns], lines)
                    for _, cells, kinds in chunk:
                        for i, kind in enumerate(kinds):
                            if i < width and cells[i]:
                                sources[i].add(kind)
        finally:
            book.close()
        names, issues = visible_names(padded[0] if header else None, width)
        if len(sheets) > 1 and options.sheet is None:
            issues.append(
                Issue(
                    "other_sheets",
                    "info",
                    N_("Only the sheet “{sheet}” was read; there are also: {others}."),
                    N_("Choose another sheet to read that one."),
                    {"sheet": sheet, "others": ", ".join(s for s in sheets if s != sheet)},
                    count=len(sheets) - 1,
                )
            )
        return Staged(
            path=target,
            name=name,
            format="excel",
            columns=names,
            titles=tuple(padded[0]) if header else None,
            rows=writer.rows,
            sources=tuple(next(iter(found)) if len(found) == 1 else "text" for found in sources),
            samples=writer.samples(),
            sheet=sheet,
            sheets=sheets,
            rejects=rejects.path,
            rejected=rejects.count,
            issues=(*issues, *rejects.issues()),
        )


def _chosen(book: Any, sheets: tuple[str, ...], asked: str | None) -> tuple[str, Iterator[Row]]:
    """The sheet that was asked for, by name or number, or the first one with cells."""
    if asked is not None:
        if asked.isdecimal() and asked not in sheets and 1 <= int(asked) <= len(sheets):
            asked = sheets[int(asked) - 1]
        if asked not in sheets:
            raise CxError(
                "unknown_sheet",
                N_("The workbook has no sheet “{sheet}”."),
                N_("Its sheets are: {choices}."),
                sheet=asked,
                choices=", ".join(sheets),
            )
        return asked, _rows(book[asked])
    for sheet in sheets:
        rows = _rows(book[sheet])
        if (first := next(rows, None)) is not None:
            return sheet, itertools.chain([first], rows)
    return sheets[0], iter(())


def _rows(sheet: Any) -> Iterator[Row]:
    """The rows that have cells, with their numbers; never as wide as a sheet merely claims."""
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if len(cells) > MAX_COLUMNS:
            raise CxError(
                "too_large",
                N_("The sheet spans {columns} × {rows} cells; at most {most} columns can be read."),
                N_("Delete what lies outside of the table, or save the table as CSV."),
                columns=len(cells),
                rows=number,
                most=MAX_COLUMNS,
            )
        texts, kinds = [], []
        for cell in cells:
            text, kind = _text(cell)
            texts.append(text)
            kinds.append(kind)
        while texts and not texts[-1].strip():
            texts.pop()
            kinds.pop()
        if texts:
            yield number, texts, kinds


def _text(cell: Any) -> tuple[str, Source]:
    """A cell as text, and what it was."""
    value = cell.value
    if value is None:
        return "", "text"
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "flag"
    if isinstance(value, (int, float)):
        if (
            isinstance(value, int)
            and len(zeros := _number_format(cell)) > 1
            and set(zeros) == {"0"}
        ):
            return f"{value:0{len(zeros)}d}", "text"  # 00123, as Excel shows it
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e25:
            value = int(value)
        return str(value), "number"
    if isinstance(value, dt.datetime):
        day_only = value.time() == dt.time(0)
        return (value.date() if day_only else value.replace(microsecond=0)).isoformat(), "timestamp"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat(), "timestamp"
    return str(value), "text"


def _number_format(cell: Any) -> str:
    try:
        return str(cell.number_format)
    except (IndexError, TypeError):  # a workbook without styles, or with broken ones
        return ""


def _has_header(first: list[Row], padded: list[list[str]]) -> bool:
    """As for text, but a cell that is a number or a date in Excel is no name."""
    kinds = first[0][2]
    return header_found(padded) and all(kind == "text" for kind in kinds)


def _fitted(rows: Iterator[Row], width: int, rejects: Rejects) -> Iterator[Row]:
    for line, cells, kinds in rows:
        if len(cells) > width:
            rejects.add(line, "", "; ".join(cells), "ragged_row")
        elif any(len(cell) > MAX_CELL for cell in cells):
            rejects.add(line, "", max(cells, key=len), "cell_too_large")
        else:
            yield line, [*cells, *[""] * (width - len(cells))], kinds


def _unreadable(detail: str) -> CxError:
    return CxError(
        "unreadable",
        N_("The workbook is damaged, or is no XLSX file."),
        N_("Open it in Excel or LibreOffice and save it again as XLSX or CSV."),
        detail=detail[:300],
    )
