"""XLSX with numbers as numbers and text as text: no cell is ever written as a formula or a link."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence

import pandas as pd
import xlsxwriter

from cxlib.export.csv import inert

# The format's own limits.
ROWS, CELL, FIRST_YEAR = 1_048_576, 32_767, 1900
CUT = " […]"


def to_xlsx(
    frame: pd.DataFrame, headers: Sequence[str] | None = None, sheet: str = "Data"
) -> bytes:
    """A table as a workbook of one sheet, the header row frozen; raises ValueError when too long."""
    if len(frame) + 1 > ROWS:
        raise ValueError(f"a sheet holds {ROWS - 1:,} rows; this table has {len(frame):,}")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    page = book.add_worksheet(sheet)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    names = [inert(str(name)) for name in (headers or frame.columns)]
    for column, name in enumerate(names):
        page.write_string(0, column, _fitting(name), bold)
        page.set_column(column, column, min(40, max(10, len(name) + 2)))
    plain = frame.astype(object).where(frame.notna(), None)
    for number, row in enumerate(plain.itertuples(index=False), start=1):
        for column, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, str):
                page.write_string(number, column, _fitting(inert(cell)))
            elif isinstance(cell, dt.date) and cell.year >= FIRST_YEAR:
                page.write_datetime(number, column, pd.Timestamp(cell).to_pydatetime(), day)
            elif isinstance(cell, dt.date) or cell in (math.inf, -math.inf):
                page.write_string(number, column, inert(str(cell)))  # the format has no such number
            else:
                page.write(number, column, cell)
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _fitting(text: str) -> str:
    """A text as a cell can hold it; one that is too long says at its end that it was cut."""
    return text if len(text) <= CELL else text[: CELL - len(CUT)] + CUT
