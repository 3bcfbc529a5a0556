"""When customers came and came again: the ground of cumulative and incremental tracking."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import customer_days, lazy, one


def repeats(orders: Any, until: dt.date, end: dt.date | None = None) -> pd.DataFrame:
    """First and repeat purchases of each day, of customers who first bought up to `until`.

    Parameters
    ----------
    orders : table of any engine
        As for `cxlib.frames.summary.customer_summary`.
    until : date
        The last day on which a customer may have come to be counted.
    end : date, optional
        Later rows are ignored.

    Returns
    -------
    pandas.DataFrame
        Ordered by ``day`` (datetime64[s]; days without a purchase are absent): ``acquired``
        (customers whose first purchase it is) and ``repeats`` (purchases of customers who had
        bought before), int64.
    """
    bought = customer_days(lazy(orders), end).filter(nw.col("is_purchase"))
    first = bought.group_by("customer_id").agg(first_day=nw.col("purchase_day").min())
    known = bought.join(first, on="customer_id").filter(
        nw.col("first_day") <= nw.lit(until, dtype=nw.Date)
    )
    new = nw.col("purchase_day") == nw.col("first_day")
    return collected(
        known.with_columns(acquired=one(new), repeats=one(~new))
        .group_by("purchase_day")
        .agg(nw.col("acquired").sum(), nw.col("repeats").sum())
        .rename({"purchase_day": "day"})
        .sort("day")
    )
