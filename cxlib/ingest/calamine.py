"""XLS, XLSB and ODS (and XLSX that is built unusually) through calamine: the only file that knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.sheets import Merge, Row, as_text, check_span, stage_sheet
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.results import Issue


def stage_calamine(
    path: Path,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
) -> Staged:
    """A sheet of an XLS, XLSB or ODS workbook as `Staged`; see `read.stage`."""
    with CalamineBook(path) as book:
        return stage_sheet(book, outdir, options, name, progress)


class CalamineBook:
    """A workbook opened by calamine; see `sheets.Book`. A context manager that closes it."""

    def __init__(self, path: Path) -> None:
        try:
            self._book = CalamineWorkbook.from_path(str(path))
        except PasswordError as error:
            raise encrypted() from error
        except (CalamineError, OSError, ValueError) as error:
            raise damaged(str(error)) from error
        known = [m for m in self._book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
        self.sheets = tuple(m.name for m in known)
        self.hidden = frozenset(m.name for m in known if m.visible != SheetVisibleEnum.Visible)

    def rows(self, sheet: str) -> Iterator[Row]:
        """See `sheets.Book`."""
        try:
            found = self._book.get_sheet_by_name(sheet)
        except (CalamineError, OSError, ValueError) as error:
            raise damaged(str(error)) from error
        check_span(found.width, found.total_height)
        for number, values in enumerate(found.iter_rows(), start=1):
            read = [as_text(value) for value in values]
            while read and not read[-1][0].strip():
                read.pop()
            yield number, [text for text, _ in read], [kind for _, kind in read]

    def merged(self, sheet: str) -> Sequence[Merge]:
        """See `sheets.Book`; calamine knows them of XLS only."""
        found = self._book.get_sheet_by_name(sheet)
        across = (found.start or (0, 0))[1]  # rows are handed out from the first column with cells
        return [
            (top, first - across, bottom, last - across)
            for (top, first), (bottom, last) in found.merged_cell_ranges or ()
            if first >= across
        ]

    def remarks(self, sheet: str) -> Sequence[Issue]:
        """See `sheets.Book`: calamine keeps neither errors nor the formats of numbers."""
        return [
            Issue(
                "format_limits",
                "info",
                N_(
                    "Of this kind of workbook cells with an error (#N/A) are read as empty, and zeros "
                    "that only a number format shows (00123) are not seen."
                ),
                N_("If the table has such cells, save it as XLSX."),
            )
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()


def damaged(detail: str) -> CxError:
    """The file is no workbook that anybody could read, or one that is far too wide."""
    if "Cell limit exceeded" in detail:
        return CxError(
            "too_large",
            N_("A sheet spans more cells than can be read ({detail})."),
            N_("Delete what lies outside of the table, or save the table as CSV."),
            detail=detail,
        )
    return CxError(
        "unreadable",
        N_("The workbook is damaged, or is none."),
        N_("Open it in Excel or LibreOffice and save it again as XLSX or CSV."),
        detail=detail[:300],
    )


def encrypted() -> CxError:
    """The workbook has a password."""
    return CxError("encrypted", N_("The workbook has a password."), N_("Save a copy without one."))
