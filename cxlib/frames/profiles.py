"""Customers by what the definitions of returning and of silence ask of them, counted in the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.ordinals import day_number, period_number, period_of
from cxlib.frames.summary import customer_days, lazy, one

DAYS, OBSERVED = 90, 120  # from the first purchase: when to be back, and how long to be watched
MONTHS = 3  # calendar months after that of the first purchase
RECENT, YEAR, TWO_YEARS = 182, 365, 730  # days before the end of observation

FLAGS = (
    "bought", "again", "old_90", "again_90", "old_120", "from_90", "not_from_90", "old_month_3",
    "from_month_3", "in_month_3", "year_ago", "recent", "ordered", "ordered_again",
    "ordered_in_month", "ordered_again_by_month", "active_at_start", "silent_by_month",
)  # fmt: skip
MEMBERS = ("customer_id", "first_day", "last_day", "purchases")


def profiles(
    orders: Any,
    end: dt.date,
    month: tuple[dt.date, dt.date] | None,
    silences: Mapping[str, int],
) -> pd.DataFrame:
    """Customers with an order up to `end`, counted by what is true of them.

    Parameters
    ----------
    orders : table of any engine
        As for `cxlib.frames.summary.customer_summary`; a row is an order.
    end : date
        End of observation. Later rows are ignored.
    month : (date, date), optional
        First and last day of a calendar month. Without one, nothing is true of any.
    silences : mapping
        Names of flags, each with the least days since the last purchase that make it true.

    Returns
    -------
    pandas.DataFrame
        A row a distinct set of flags, ordered, with how many customers ``n`` (int64) it has: `FLAGS`
        and the names of `silences` (bool). ``bought``: a purchase that stands, ``again``: two or
        more; ``old_N``: the first is so many days old, ``again_90``: another within 90 days of it,
        ``from_90``: one 90 days or more after it; ``old_month_3``: the third calendar month after it
        is over, ``in_month_3`` and ``from_month_3``: a purchase in it, or from it on; ``year_ago``: a
        purchase 365 to 730 days before `end`, ``recent``: one in the last 182 days. ``ordered…``:
        the same of orders, every sale of a day, undone or not; ``…_by_month``: as it was at the
        month's end. ``active_at_start``: a purchase in the 90 days before the month,
        ``silent_by_month``: none in the 90 days up to its last day.
    """
    flags = (*FLAGS, *silences)
    found = collected(_people(lazy(orders), end, month, silences).group_by(*flags).agg(n=nw.len()))
    found = found.sort_values(list(flags), ignore_index=True)
    return found.astype(dict.fromkeys(flags, "bool") | {"n": "int64"})[[*flags, "n"]]


def profile_members(
    orders: Any,
    end: dt.date,
    month: tuple[dt.date, dt.date] | None,
    silences: Mapping[str, int],
    flags: Sequence[str],
    conditions: Conditions = (),
) -> pd.DataFrame:
    """The customers of whom all of `flags` are true, the latest purchase first.

    Parameters as for `profiles`, and `conditions` as for `cxlib.frames.filters.where`.

    Returns
    -------
    pandas.DataFrame
        A row a customer, with `MEMBERS`: days of the first and the last purchase (datetime64[s],
        missing where none stands) and how many ``purchases``.
    """
    people = _people(where(orders, conditions), end, month, silences)
    for flag in flags:
        people = people.filter(nw.col(flag) == 1)
    found = collected(people.select("customer_id", "purchases", "first", "last"))
    for column in ("first", "last"):
        days = [pd.NaT if pd.isna(d) else dt.date.fromordinal(int(d)) for d in found[column]]
        found[f"{column}_day"] = pd.Series(days, dtype="datetime64[s]")
    found["customer_id"] = found["customer_id"].astype("str")
    found = found.sort_values(["last_day", "customer_id"], ascending=[False, True])
    return found[list(MEMBERS)].reset_index(drop=True)


def _people(
    frame: nw.LazyFrame[Any],
    end: dt.date,
    month: tuple[dt.date, dt.date] | None,
    silences: Mapping[str, int],
) -> nw.LazyFrame[Any]:
    """A row a customer: ``customer_id, purchases, first, last`` (ordinals), and the flags as 1 or 0."""
    first_of, last_of = (day.toordinal() for day in month or (dt.date.max, dt.date.max))
    known = month is not None
    bought, day, age = nw.col("is_purchase"), nw.col("day"), nw.col("day") - nw.col("first")
    months, ago = nw.col("period") - nw.col("cohort"), end.toordinal() - nw.col("day")
    inside = (day >= first_of) & (day <= last_of)
    days = (
        customer_days(frame, end)
        .with_columns(day=day_number("purchase_day"), period=period_number("purchase_day", "month"))
        .with_columns(
            bought_day=nw.when(bought).then(day), bought_period=nw.when(bought).then("period")
        )
        .with_columns(
            first=nw.col("bought_day").min().over("customer_id"),
            cohort=nw.col("bought_period").min().over("customer_id"),
        )
    )
    sums = {
        "purchases": bought,
        "again_90": bought & (age > 0) & (age <= DAYS),
        "from_90": bought & (age >= DAYS),
        "in_month_3": bought & (months == MONTHS),
        "from_month_3": bought & (months >= MONTHS),
        "year_ago": bought & (ago >= YEAR) & (ago <= TWO_YEARS),
        "recent": bought & (ago <= RECENT),
        "active_at_start": bought & (day < first_of) & (day > first_of - 1 - DAYS),
        "active_by_month": bought & (day <= last_of) & (day > last_of - DAYS),
    }
    sales = {
        "orders": nw.lit(True),
        "orders_in_month": inside,
        "orders_by_month": day <= last_of,
    }
    people = (
        days.with_columns(
            **{name: one(condition) for name, condition in sums.items()},
            **{
                name: nw.when(condition).then(nw.col("sale")).otherwise(0)
                for name, condition in sales.items()
            },
        )
        .group_by("customer_id")
        .agg(
            *(nw.col(name).sum() for name in (*sums, *sales)),
            first=nw.col("bought_day").min(),
            last=nw.col("bought_day").max(),
            cohort=nw.col("bought_period").min(),
        )
        .filter(nw.col("orders") > 0)
    )
    flags = _flags(end, known)
    silent = end.toordinal() - nw.col("last")
    flags |= {name: silent >= least for name, least in silences.items()}
    return people.select(
        "customer_id",
        "purchases",
        "first",
        "last",
        **{name: one(condition) for name, condition in flags.items()},
    )


def _flags(end: dt.date, known: bool) -> dict[str, nw.Expr]:
    """`FLAGS` of a customer, from the sums over their days."""
    bought, watched = nw.col("purchases") > 0, end.toordinal() - nw.col("first")
    whole = period_of(end + dt.timedelta(days=1), "month") - 1
    in_month = nw.lit(known) & (nw.col("orders_in_month") > 0)
    return {
        "bought": bought,
        "again": nw.col("purchases") > 1,
        "old_90": watched >= DAYS,
        "again_90": nw.col("again_90") > 0,
        "old_120": watched >= OBSERVED,
        "from_90": nw.col("from_90") > 0,
        "not_from_90": bought & (nw.col("from_90") == 0),
        "old_month_3": nw.col("cohort") + MONTHS <= whole,
        "from_month_3": nw.col("from_month_3") > 0,
        "in_month_3": nw.col("in_month_3") > 0,
        "year_ago": nw.col("year_ago") > 0,
        "recent": nw.col("recent") > 0,
        "ordered": nw.col("orders") > 0,
        "ordered_again": nw.col("orders") > 1,
        "ordered_in_month": in_month,
        "ordered_again_by_month": in_month & (nw.col("orders_by_month") > 1),
        "active_at_start": nw.lit(known) & (nw.col("active_at_start") > 0),
        "silent_by_month": nw.lit(known) & bought & (nw.col("active_by_month") == 0),
    }
