"""Days, weeks and months as whole numbers, which every engine subtracts and groups alike."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import narwhals as nw
import pandas as pd

Grain = Literal["month", "week"]


def day_number(column: str) -> nw.Expr:
    """The ordinal of a day as `datetime.date.toordinal` has it: 1 January of year 1 is 1.

    Engines differ in what the difference of two days is; that of two whole numbers is the same in
    all.
    """
    past = _part(column, "year") - 1
    leaps = past // 4 - past // 100 + past // 400
    day_of_year = nw.col(column).dt.ordinal_day().cast(nw.Int64)
    return (365 * past + leaps + day_of_year).cast(nw.Int64)


def period_number(column: str, period: Grain) -> nw.Expr:
    """The number of a day's calendar month (from year 0), or of its week from Monday (from year 1)."""
    if period == "month":
        return _part(column, "year") * 12 + _part(column, "month") - 1
    return ((day_number(column) - 1) // 7).cast(nw.Int64)


def period_of(day: dt.date, period: Grain) -> int:
    """`period_number` of one day."""
    return day.year * 12 + day.month - 1 if period == "month" else (day.toordinal() - 1) // 7


def first_day(number: int, period: Grain) -> dt.date:
    """The first day of the period of a number."""
    if period == "month":
        return dt.date(number // 12, number % 12 + 1, 1)
    return dt.date.fromordinal(7 * number + 1)


def first_days(numbers: pd.Series[Any], period: Grain) -> pd.Series[Any]:
    """`first_day` of each, as datetime64[s]."""
    days = {n: pd.Timestamp(first_day(int(n), period)) for n in numbers.unique()}
    return numbers.map(days).astype("datetime64[s]")


def _part(column: str, part: Literal["year", "month"]) -> nw.Expr:
    date = nw.col(column).dt
    parts = {"year": date.year, "month": date.month}
    return parts[part]().cast(nw.Int64)
