"""One customer's rows, for the page that shows a single person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.summary import customer_days, lazy

COLUMNS = ("day", "order_id", "status", "amount", "channel", "place", "lines")


def history(orders: Any, customer_id: str, end: dt.date | None = None) -> pd.DataFrame:
    """All rows of a customer up to `end`, oldest first: those of `COLUMNS` that the table has.

    ``day`` is datetime64[s] and ``amount`` float64; an unknown customer has no rows.
    """
    frame = lazy(orders)
    names = frame.collect_schema().names()
    kept = [column for column in COLUMNS if column in names]
    rows = frame.filter(nw.col("customer_id") == customer_id).select(*kept)
    rows = rows.with_columns(nw.col("day").cast(nw.Date))
    if end is not None:
        rows = rows.filter(nw.col("day") <= nw.lit(end, dtype=nw.Date))
    if "amount" in kept:
        rows = rows.with_columns(nw.col("amount").cast(nw.Float64))
    return collected(rows.sort(*kept))


def purchase_days(
    orders: Any, customer_id: str, end: dt.date | None = None, conditions: Conditions = ()
) -> pd.Series[pd.Timestamp]:
    """A customer's days of purchase up to `end`, ascending, as the customer summary counts them.

    `conditions` are as for `cxlib.frames.filters.where`. An unknown customer has none.
    """
    rows = where(orders, conditions).filter(nw.col("customer_id") == customer_id)
    bought = customer_days(rows, end).filter(nw.col("is_purchase"))
    days: pd.Series[pd.Timestamp] = collected(bought.select("purchase_day").sort("purchase_day"))[
        "purchase_day"
    ].astype("datetime64[s]")
    return days
