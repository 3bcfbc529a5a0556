"""Customers as they were known on a day, what they did before it, and whether they came back after.

Nothing of a day after the cut is read for what comes before it: a refund undoes its purchase from
the day on which it was made.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import TICKS, customer_days, lazy, one

YEAR = 365
COLUMNS = (
    "customer_id",
    "first_day",
    "last_day",
    "purchases",
    "silent_days",
    "tenure_days",
    "mean_gap",
    "overdue",
    "recent_purchases",
    "earlier_purchases",
    "refunds",
    "average_value",
    "year_value",
)


def lookback(orders: Any, cut: dt.date, window: int) -> pd.DataFrame:
    """What is known of every customer with a purchase at the end of the day `cut`.

    Parameters
    ----------
    orders : table of any engine
        As for `cxlib.frames.summary.customer_summary`.
    cut : date
        The last day that is looked at.
    window : int
        Days, for what is recent.

    Returns
    -------
    pandas.DataFrame
        A row a customer, ordered, with `COLUMNS`: ``silent_days`` since the last purchase,
        ``tenure_days`` since the first, ``mean_gap`` between purchases in days and ``overdue``, the
        silence over it (NaN with one purchase), ``recent_purchases`` in the last `window` days and
        ``earlier_purchases`` in as many before, ``refunds`` (days with one), ``average_value`` of a
        purchase and ``year_value``, net of the last 365 days (NaN without amounts).
    """
    frame = lazy(orders)
    has_money = "amount" in frame.collect_schema().names()
    day, bought = nw.col("purchase_day"), nw.col("is_purchase")

    def since(days: int) -> nw.Expr:
        return day > nw.lit(cut - dt.timedelta(days=days), dtype=nw.Date)

    found = collected(
        customer_days(frame, cut)
        .with_columns(
            bought=one(bought),
            bought_day=nw.when(bought).then(day),
            bought_net=nw.when(bought).then(nw.col("net")).otherwise(0),
            recent=one(bought & since(window)),
            both=one(bought & since(2 * window)),
            refund=one(nw.col("undone") > 0),
            year=nw.when(since(YEAR)).then(nw.col("net")).otherwise(0),
        )
        .group_by("customer_id")
        .agg(
            first_day=nw.col("bought_day").min(),
            last_day=nw.col("bought_day").max(),
            purchases=nw.col("bought").sum(),
            net=nw.col("bought_net").sum(),
            recent_purchases=nw.col("recent").sum(),
            both=nw.col("both").sum(),
            refunds=nw.col("refund").sum(),
            year_value=nw.col("year").sum(),
        )
        .filter(nw.col("purchases") > 0)
        .sort("customer_id")
    )
    found["customer_id"] = found["customer_id"].astype("str")
    end = pd.Timestamp(cut)
    found["silent_days"] = (end - found["last_day"]).dt.days.astype("int64")
    found["tenure_days"] = (end - found["first_day"]).dt.days.astype("int64")
    repeats = (found["purchases"] - 1).where(found["purchases"] > 1)
    found["mean_gap"] = (found["tenure_days"] - found["silent_days"]) / repeats
    found["overdue"] = found["silent_days"] / found["mean_gap"]
    found["earlier_purchases"] = found["both"] - found["recent_purchases"]
    money = 1.0 if has_money else float("nan")
    found["average_value"] = money * found["net"] / found["purchases"] / TICKS
    found["year_value"] = money * found["year_value"] / TICKS
    return found[list(COLUMNS)]


def first_purchase(orders: Any, end: dt.date) -> dt.date | None:
    """The day of the first purchase of any customer that stands at `end`."""
    days = customer_days(lazy(orders), end).filter(nw.col("is_purchase"))
    first = collected(days.select(day=nw.col("purchase_day").min()))["day"].iloc[0]
    return None if pd.isna(first) else pd.Timestamp(first).date()


def came_back(orders: Any, cut: dt.date, window: int) -> pd.Series[Any]:
    """The customers with a purchase in the `window` days after `cut`, as it stands at their end."""
    days = customer_days(lazy(orders), cut + dt.timedelta(days=window))
    after = nw.col("purchase_day") > nw.lit(cut, dtype=nw.Date)
    found = collected(days.filter(nw.col("is_purchase") & after).select("customer_id").unique())
    return found["customer_id"].astype("str")
