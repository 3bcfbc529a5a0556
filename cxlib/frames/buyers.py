"""The customers behind a mark: who bought this, there, or in this month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.summary import TICKS, rows_until

COLUMNS = ("customer_id", "orders", "revenue", "last_day")


def buyers(
    table: Any,
    conditions: Conditions = (),
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> pd.DataFrame:
    """Customers with a sale that meets `conditions` on a purchase day in [first, last].

    Parameters
    ----------
    table : orders or order lines of any engine
    conditions : tuple of (column, allowed values)
        As for `cxlib.frames.filters.where`.
    first, last : date, optional
        Days of purchase, both included.

    Returns
    -------
    pandas.DataFrame
        A row a customer, the largest revenue first: ``customer_id, orders`` (sale rows), ``revenue``
        (net of these rows, NaN without amounts), ``last_day`` (of these rows).
    """
    frame = where(table, conditions)
    has_money = "amount" in frame.collect_schema().names()
    rows = rows_until(frame, None).filter(~nw.col("customer_id").is_null())
    if first is not None:
        rows = rows.filter(nw.col("purchase_day") >= nw.lit(first, dtype=nw.Date))
    if last is not None:
        rows = rows.filter(nw.col("purchase_day") <= nw.lit(last, dtype=nw.Date))
    found = collected(
        rows.with_columns(sale=nw.when(nw.col("undoes")).then(0).otherwise(1))
        .group_by("customer_id")
        .agg(
            orders=nw.col("sale").sum(),
            revenue=nw.col("net").sum(),
            last_day=nw.col("purchase_day").max(),
        )
        .filter(nw.col("orders") > 0)
        .sort("revenue", "customer_id", descending=[True, False])
    )
    found["revenue"] = found["revenue"].astype("float64") / TICKS if has_money else float("nan")
    return found[list(COLUMNS)]
