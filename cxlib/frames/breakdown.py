"""Sales by an attribute: product, category, channel, place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import TICKS, lazy, rows_until

COLUMNS = ("value", "revenue", "orders", "buyers")


def breakdown(table: Any, by: str, end: dt.date | None = None) -> pd.DataFrame:
    """Net revenue, sales and buyers for each value of `by`, the largest first.

    Parameters
    ----------
    table : table of any engine
        Orders or order lines with the column `by`.
    by : str
        The column; its nulls form a row of their own (``value`` is None).
    end : date, optional
        Later rows are ignored.

    Returns
    -------
    pandas.DataFrame
        ``value, revenue (float64, NaN without amounts), orders, buyers``. ``orders`` counts distinct
        orders where the table has order ids, else sale rows; a customer who bought two values counts
        as a buyer of each.
    """
    frame = lazy(table)
    names = frame.collect_schema().names()
    rows = rows_until(frame, end).rename({by: "value"} if by != "value" else {})
    sold = rows.group_by("value").agg(revenue=nw.col("net").sum())
    order = nw.col("order_id") if "order_id" in names else nw.lit(None, dtype=nw.String)
    sales = rows.filter(~nw.col("undoes")).with_columns(order=order)
    with_id = (
        sales.filter(~nw.col("order").is_null())
        .group_by("value")
        .agg(ids=nw.col("order").n_unique())
    )
    without = sales.filter(nw.col("order").is_null()).group_by("value").agg(loose=nw.len())
    buyers = (
        sales.filter(~nw.col("customer_id").is_null())
        .group_by("value")
        .agg(buyers=nw.col("customer_id").n_unique())
    )
    # Joins do not match nulls to nulls, so the four small tables meet in pandas.
    parts = [collected(p).set_index("value") for p in (sold, with_id, without, buyers)]
    joined = pd.concat(parts, axis=1).fillna(0)
    joined["orders"] = (joined["ids"] + joined["loose"]).astype("int64")
    joined["buyers"] = joined["buyers"].astype("int64")
    money = joined["revenue"].astype("float64") / TICKS
    joined["revenue"] = money if "amount" in names else float("nan")
    result = joined.reset_index().sort_values(
        ["revenue", "orders", "value"], ascending=[False, False, True]
    )
    return result[list(COLUMNS)].reset_index(drop=True)
