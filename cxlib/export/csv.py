"""CSV that people open in a spreadsheet: text that would run as a formula is made inert."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pandas as pd

# What spreadsheets read as the start of a formula (OWASP, CSV Injection), full-width forms included.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(value: Any) -> Any:
    """Text that starts like a formula gets an apostrophe in front; numbers stay numbers.

    What cannot be seen (spaces, marks of direction, control characters) hides no start.
    """
    if not isinstance(value, str):
        return value
    seen = next((mark for mark in value if mark.isprintable() and mark != " "), "")
    return "'" + value if value.startswith(STARTS) or seen in STARTS else value


def to_csv(frame: pd.DataFrame, headers: Sequence[str] | None = None) -> bytes:
    """A table as CSV (UTF-8 with BOM, which Excel needs to read it so; CRLF).

    `headers` replaces the names of the columns, one for each. Missing values are empty cells.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([inert(str(name)) for name in (headers or frame.columns)])
    plain = frame.astype(object).where(frame.notna(), None)
    writer.writerows([inert(cell) for cell in row] for row in plain.itertuples(index=False))
    return out.getvalue().encode("utf-8-sig")
