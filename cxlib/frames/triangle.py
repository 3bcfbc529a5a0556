"""The retention triangle: first-purchase cohorts by age, counted in the engine."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.ordinals import Grain, first_day, first_days, period_number, period_of
from cxlib.frames.summary import TICKS, customer_days, last_day, lazy, one

Mode = Literal["exact", "on_or_after"]

COUNTS = ("active", "returned", "kept")
COLUMNS = ("cohort", "age", "customers", *COUNTS, "revenue", "cumulative_value")
MEMBERS = ("customer_id", "purchases", "revenue", "last_day")


def retention_triangle(
    orders: Any, end: dt.date | None = None, period: Grain = "month", groups: Any = None
) -> pd.DataFrame:
    """Cohorts by the calendar period of the first purchase, and what they did at each age.

    Age 0 is the period of the first purchase, age a the a-th calendar period after it.

    Parameters
    ----------
    orders : table of any engine
        As for `cxlib.frames.summary.customer_summary`. A purchase is one customer-day.
    end : date, optional
        End of observation: the last day of data unless given. Later rows are ignored.
    period : {"month", "week"}
        Weeks begin on Monday.
    groups : table of the same engine, optional
        ``customer_id, value``: what customers are told apart by. Who has two values is in both
        groups; who has none is in no group.

    Returns
    -------
    pandas.DataFrame
        A row a cohort and age up to the period of `end`, ordered, with `COLUMNS` (and ``value``
        before them, where there are groups): ``cohort`` (datetime64[s], the first day of its
        period), ``customers`` of the cohort, ``active`` (with a purchase in exactly that period),
        ``returned`` (in it or a later one), ``kept`` (in it and in the one before), ``revenue`` (net
        of the cohort's rows of the period; refunds from before the first purchase are in age 0) and
        ``cumulative_value`` (revenue up to the period / customers). NaN without amounts.
    """
    frame = lazy(orders)
    end = end or last_day(frame)
    told = [] if groups is None else ["value"]
    lived = _lived(frame, end, period)
    if groups is not None:
        lived = lived.join(lazy(groups), on="customer_id", how="inner")
    bought = nw.col("bought") > 0
    cells = collected(
        lived.with_columns(
            age=_age(),
            active=one(bought),
            kept=one(bought & (nw.col("before") == nw.col("period") - 1).fill_null(False)),
            final=one(bought & (nw.col("period") == nw.col("latest"))),
        )
        .group_by(*told, "cohort", "age")
        .agg(*(nw.col(c).sum() for c in ("active", "kept", "final", "net")))
    )
    has_money = "amount" in frame.collect_schema().names()
    return _dense(cells, told, end, period, has_money)


def observed(orders: Any, end: dt.date | None = None) -> tuple[dt.date, dt.date] | None:
    """The first day of data and the end of observation; None where no row lies before the end."""
    day = lazy(orders).select(nw.col("day").cast(nw.Date))
    ends = day.select(first=nw.col("day").min(), last=nw.col("day").max()).collect("pyarrow")
    first, last = (nw.to_py_scalar(ends[column][0]) for column in ("first", "last"))
    end = end or last
    return None if first is None or end is None or end < first else (first, end)


def triangle_members(
    orders: Any,
    age: int,
    cohort: dt.date | None = None,
    mode: Mode = "exact",
    end: dt.date | None = None,
    period: Grain = "month",
    conditions: Conditions = (),
) -> pd.DataFrame:
    """The customers behind a cell of the triangle, or behind an age of all cohorts together.

    Parameters
    ----------
    orders : table of any engine
    age : int
        Periods after the first purchase.
    cohort : date, optional
        Any day of the cohort's period; without it all cohorts whose period at this age was observed
        to its end.
    mode : {"exact", "on_or_after"}
        A purchase in exactly that period, or in it or a later one.
    conditions : tuple of (column, allowed values)
        As for `cxlib.frames.filters.where`.

    Returns
    -------
    pandas.DataFrame
        A row a customer, the largest revenue first: `MEMBERS`. Purchases, revenue (NaN without
        amounts) and the last day are those of the period, or from it on.
    """
    frame = where(orders, conditions)
    end = end or last_day(frame)
    has_money = "amount" in frame.collect_schema().names()
    chosen = _age() == age if mode == "exact" else _age() >= age
    rows = _lived(frame, end, period, last_day=nw.col("bought_day").max())
    if cohort is not None:
        rows = rows.filter(nw.col("cohort") == period_of(cohort, period))
    elif end is not None:
        rows = rows.filter(nw.col("cohort") + age <= _whole(end, period))
    found = collected(
        rows.filter(chosen)
        .group_by("customer_id")
        .agg(
            purchases=nw.col("bought").sum(),
            revenue=nw.col("net").sum(),
            last_day=nw.col("last_day").max(),
        )
        .filter(nw.col("purchases") > 0)
        .sort("revenue", "customer_id", descending=[True, False])
    )
    found["revenue"] = found["revenue"].astype("float64") / TICKS if has_money else float("nan")
    found["customer_id"] = found["customer_id"].astype("str")
    return found[list(MEMBERS)]


def _lived(
    frame: nw.LazyFrame[Any], end: dt.date | None, period: Grain, **more: nw.Expr
) -> nw.LazyFrame[Any]:
    """A row a customer and period with a row: ``bought`` (purchases), ``net``, the first period with
    a purchase (``cohort``), the ``latest`` and the one ``before``, and further aggregates of the days
    (``bought_day`` is null on a day without a purchase).

    Windows side by side, not joins with what is summed of the same rows: an engine would sum and sort
    them again for each.
    """
    bought = nw.col("is_purchase")
    return (
        customer_days(frame, end)
        .with_columns(
            period=period_number("purchase_day", period),
            bought=one(bought),
            bought_day=nw.when(bought).then(nw.col("purchase_day")),
        )
        .group_by("customer_id", "period")
        .agg(nw.col("bought").sum(), nw.col("net").sum(), **more)
        .with_columns(bought_period=nw.when(nw.col("bought") > 0).then(nw.col("period")))
        .with_columns(
            cohort=nw.col("bought_period").min().over("customer_id"),
            latest=nw.col("bought_period").max().over("customer_id"),
            before=nw.col("bought_period").shift(1).over("customer_id", order_by="period"),
        )
        .filter(~nw.col("cohort").is_null())
    )


def _dense(
    cells: pd.DataFrame, told: list[str], end: dt.date | None, period: Grain, has_money: bool
) -> pd.DataFrame:
    """Every age of every cohort up to the period of `end`, with what was counted or 0."""
    keys = cells[[*told, "cohort"]].drop_duplicates().sort_values([*told, "cohort"])
    latest = period_of(end, period) if end is not None else 0
    ages = (latest - keys["cohort"] + 1).to_numpy(dtype="int64")
    dense = keys.loc[keys.index.repeat(ages)].reset_index(drop=True)
    by_cohort = [*told, "cohort"]
    dense["age"] = dense.groupby(by_cohort).cumcount().astype("int64")
    dense = dense.merge(cells, on=[*by_cohort, "age"], how="left")
    counts = ["active", "kept", "final", "net"]
    dense[counts] = dense[counts].fillna(0).astype("int64")
    cohorts = dense.groupby(by_cohort)
    dense["customers"] = cohorts["final"].transform("sum")
    # Who bought last at a later age has returned on or after this one.
    dense["returned"] = dense["customers"] - cohorts["final"].cumsum() + dense["final"]
    money = 1.0 if has_money else np.nan
    dense["revenue"] = money * dense["net"] / TICKS
    dense["cumulative_value"] = money * cohorts["net"].cumsum() / TICKS / dense["customers"]
    dense["cohort"] = first_days(dense["cohort"], period)
    return dense[[*told, *COLUMNS]]


def _whole(end: dt.date, period: Grain) -> int:
    """The newest period that is over at the end of a day."""
    number = period_of(end, period)
    tomorrow = end + dt.timedelta(days=1)
    return number if first_day(number + 1, period) == tomorrow else number - 1


def _age() -> nw.Expr:
    """Periods since the first purchase; what lies before it, an unmatched refund, counts as age 0."""
    age = nw.col("period") - nw.col("cohort")
    return nw.when(age < 0).then(0).otherwise(age)
