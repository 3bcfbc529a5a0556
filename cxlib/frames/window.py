"""What customers brought within a span of days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import TICKS, lazy, rows_until

COLUMNS = ("customer_id", "revenue", "rows")


def window_revenue(orders: Any, after: dt.date, until: dt.date) -> pd.DataFrame:
    """Net revenue of each customer from the day after `after` up to `until`.

    A refund counts on its own day, so that this is what the customer's net revenue has grown by.

    Parameters
    ----------
    orders : table of any engine
        Needs ``customer_id`` and ``day``; money needs ``amount``.
    after, until : date
        The last day before the window, and its last day.

    Returns
    -------
    pandas.DataFrame
        One row a customer with a row in the window, ordered, with `COLUMNS`: ``revenue`` (float64,
        NaN without amounts) and ``rows``, all of the customer's up to `until` (int64).
    """
    frame = lazy(orders)
    inside = nw.col("day") > nw.lit(after, dtype=nw.Date)
    found = collected(
        rows_until(frame, until)
        .filter(~nw.col("customer_id").is_null())
        .with_columns(
            inside=nw.when(inside).then(1).otherwise(0),
            net=nw.when(inside).then(nw.col("net")).otherwise(0),
        )
        .group_by("customer_id")
        .agg(revenue=nw.col("net").sum(), rows=nw.len(), inside=nw.col("inside").sum())
        .filter(nw.col("inside") > 0)
        .sort("customer_id")
    )
    has_money = "amount" in frame.collect_schema().names()
    found["customer_id"] = found["customer_id"].astype("str")
    found["revenue"] = found["revenue"].astype("float64") / TICKS if has_money else float("nan")
    found["rows"] = found["rows"].astype("int64")
    return found[list(COLUMNS)]
