"""Occasions: whole calendar periods in each of which a customer bought, or did not."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.ordinals import first_day, period_number, period_of
from cxlib.frames.summary import customer_days, last_day, lazy

Every = Literal["month", "quarter", "year"]
MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "year": 12}

COLUMNS = ("customer_id", "x", "t_x", "n")


def last_whole(end: dt.date, every: Every) -> dt.date:
    """The last day of the newest period that is over at the close of `end`."""
    size = MONTHS[every]
    following = period_of(end + dt.timedelta(days=1), "month") // size * size
    return first_day(following, "month") - dt.timedelta(days=1)


def occasions(orders: Any, every: Every = "year", end: dt.date | None = None) -> pd.DataFrame:
    """At how many of their occasions customers bought, when last, and how many there were.

    The calendar period of the first purchase is where a customer begins, and no occasion; each whole
    period after it is one.

    Parameters
    ----------
    orders : table of any engine
        As for `cxlib.frames.summary.customer_summary`. A purchase is one customer-day.
    every : {"month", "quarter", "year"}
        What an occasion is.
    end : date, optional
        End of observation: the last day of data unless given. What lies after the newest period that
        is over then is ignored, since nobody can have let it pass.

    Returns
    -------
    pandas.DataFrame
        A row a customer with a purchase, ordered, with `COLUMNS`: ``x`` occasions with a purchase,
        ``t_x`` the number of the last of them (0 without one), ``n`` occasions (int64).
    """
    frame = lazy(orders)
    end = end or last_day(frame)
    if end is None:
        empty = pd.DataFrame(columns=list(COLUMNS), dtype="int64")
        return empty.astype({"customer_id": "str"})
    whole = last_whole(end, every)
    size = MONTHS[every]
    found = collected(
        customer_days(frame, whole)
        .filter(nw.col("is_purchase"))
        .with_columns(period=period_number("purchase_day", "month") // size)
        .select("customer_id", "period")
        .unique()
        .group_by("customer_id")
        .agg(first=nw.col("period").min(), last=nw.col("period").max(), periods=nw.len())
        .sort("customer_id")
    )
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"].astype("str"),
            "x": found["periods"] - 1,
            "t_x": found["last"] - found["first"],
            "n": period_of(whole, "month") // size - found["first"],
        }
    )
