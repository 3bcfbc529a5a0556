"""XLSX and XLSM through openpyxl, row by row: the only file that knows it for reading."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from cxlib.i18n import N_
from cxlib.ingest.calamine import damaged, stage_calamine
from cxlib.ingest.sheets import (
    SAMPLE_ROWS,
    TAIL_ROWS,
    Merge,
    Row,
    as_text,
    check_span,
    stage_sheet,
)
from cxlib.ingest.staged import ReadOptions, Source, Staged
from cxlib.results import Issue

BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    ParseError,
    EOFError,
)
"""What openpyxl raises on workbooks that are damaged or built unusually."""
MERGE = re.compile(rb"<(?:\w+:)?mergeCell [^>]*?ref=\"([A-Z0-9:]{3,40})\"")
UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c(?P<cell> [^<>]*)?><(?:\w+:)?f(?: [^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
BLOCK = 1 << 20
OVERLAP = 16 << 10  # bytes: more than the longest formula


def stage_excel(
    path: Path,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
) -> Staged:
    """A sheet of a workbook (XLSX, XLSM) as `Staged`; see `read.stage`.

    Cells hold what was computed when the file was saved; days and times are ISO text, whole numbers
    have no point.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's remarks on styles that it leaves out
        try:
            with ExcelBook(path) as book:
                if book.sheets:
                    return stage_sheet(book, outdir, options, name, progress)
        except _Unopened:
            pass
    # Without shared strings, or with the paths of strict XLSX, openpyxl finds nothing.
    return stage_calamine(path, outdir, options, name, progress)


class _Unopened(Exception):
    """openpyxl cannot find its way in the workbook."""


class ExcelBook:
    """A workbook opened by openpyxl; see `sheets.Book`. A context manager that closes it."""

    def __init__(self, path: Path) -> None:
        # By its bytes: openpyxl refuses a path whose name does not end in .xlsx, as an upload's does.
        self._stream = path.open("rb")
        try:
            self._book = openpyxl.load_workbook(
                self._stream, read_only=True, data_only=True, keep_links=False
            )
        except BROKEN as error:
            self._stream.close()
            raise _Unopened from error
        self.sheets = tuple(sheet.title for sheet in self._book.worksheets)
        self.hidden = frozenset(
            sheet.title for sheet in self._book.worksheets if sheet.sheet_state != "visible"
        )
        self._scanned = cache(self._scan)

    def rows(self, sheet: str) -> Iterator[Row]:
        """See `sheets.Book`; never as wide as a sheet merely claims to be."""
        source = self._book[sheet]
        source.reset_dimensions()
        try:
            blank = 0
            for number, cells in enumerate(source.iter_rows(), start=1):
                blank = 0 if cells else blank + 1
                if blank > TAIL_ROWS and number > SAMPLE_ROWS:
                    continue  # to a lone cell a million rows further down
                last = len(cells)
                while last and cells[last - 1].value in (None, ""):
                    last -= 1
                check_span(last, number)
                read = [_text(cell) for cell in cells[:last]]
                while read and not read[-1][0].strip():
                    read.pop()
                yield number, [text for text, _ in read], [kind for _, kind in read]
        except BROKEN as error:
            raise damaged(str(error)) from error

    def merged(self, sheet: str) -> Sequence[Merge]:
        """See `sheets.Book`."""
        return self._scanned(sheet)[0]

    def remarks(self, sheet: str) -> Sequence[Issue]:
        """See `sheets.Book`: formulas whose values the file does not hold."""
        count = self._scanned(sheet)[1]
        if not count:
            return ()
        return [
            Issue(
                "uncomputed_formulas",
                "warning",
                N_("{count} formulas have no value in the file and are read as empty."),
                N_("Open the workbook in Excel or LibreOffice, save it and read it again."),
                {"count": count},
                count=count,
            )
        ]

    def _scan(self, sheet: str) -> tuple[Sequence[Merge], int]:
        """Merged cells and the number of formulas without a value, from the sheet's XML.

        openpyxl tells neither of a sheet that it streams.
        """
        merges, uncomputed = list[Merge](), 0
        path = self._book[sheet]._worksheet_path
        with self._book._archive.open(path) as source:
            kept = b""
            while block := source.read(BLOCK):
                text = kept + block
                # What ends in the overlap was counted with the block before.
                for found in UNCOMPUTED.finditer(text):
                    empty_text = b't="str"' in (found["cell"] or b"")
                    uncomputed += found.end() > len(kept) and not empty_text
                for found in MERGE.finditer(text):
                    if found.end() > len(kept):
                        left, top, right, bottom = range_boundaries(found[1].decode())
                        merges.append((top - 1, left - 1, bottom - 1, right - 1))
                kept = text[-OVERLAP:]
        return merges, uncomputed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()
        self._stream.close()


def _text(cell: Any) -> tuple[str, Source]:
    """A cell as text, and what it was."""
    value = cell.value
    if type(value) is int and len(zeros := _number_format(cell)) > 1 and set(zeros) == {"0"}:
        return f"{value:0{len(zeros)}d}", "text"  # 00123, as Excel shows it
    if type(value) is str and "_x" in value:
        value = unescape(value)  # a line break of old Macs is written _x000D_
    return as_text(value)


def _number_format(cell: Any) -> str:
    try:
        return str(cell.number_format)
    except (IndexError, TypeError):  # a workbook without styles, or with broken ones
        return ""
