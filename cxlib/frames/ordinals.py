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
    all. Years are counted from March, so that a leap day is the last of its year.
    """
    year, month, day = (_part(column, part) for part in ("year", "month", "day"))
    early = (14 - month) // 12  # 1 in January and February
    year, month = year - early, month + 12 * early - 3
    leaps = year // 4 - year // 100 + year // 400
    return (365 * year + leaps + (153 * month + 2) // 5 + day - 306).cast(nw.Int64)


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


def _part(column: str, part: Literal["year", "month", "day"]) -> nw.Expr:
    date = nw.col(column).dt
    parts = {"year": date.year, "month": date.month, "day": date.day}
    return parts[part]().cast(nw.Int64)
