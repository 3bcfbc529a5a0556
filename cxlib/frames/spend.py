"""What each customer spent in how many orders, in all and by month: the grounds of averages.

Averages are read over customers, not rows (several orders of one customer are not independent), so
every unit here is one customer, and each row without a customer is a unit of its own.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.ordinals import period_number
from cxlib.frames.summary import TICKS, customer_days, lazy, rows_until

MOMENTS = ("revenue", "orders", "revenue2", "revenue_orders", "orders2")


def customer_spend(orders: Any, end: dt.date | None = None) -> pd.DataFrame:
    """Totals of every unit over all days up to `end`.

    Parameters
    ----------
    orders : table of any engine
        Orders, as for `cxlib.frames.summary.customer_summary`.
    end : date, optional
        Later rows are ignored.

    Returns
    -------
    pandas.DataFrame
        ``customer_id`` (missing for a unit without a customer), ``revenue`` (float64, NaN without
        amounts), ``orders`` (sales, int64), ``purchases`` (customer-days that stood, int64).
    """
    frame = lazy(orders)
    named = (
        _days(frame, end)
        .group_by("customer_id")
        .agg(nw.col("net").sum(), nw.col("orders").sum(), nw.col("purchases").sum())
        .sort("customer_id")
    )
    loose = _anonymous(frame, end).sort("net", "orders")
    spend = pd.concat([collected(part) for part in (named, loose)], ignore_index=True)
    has_money = "amount" in frame.collect_schema().names()
    spend["revenue"] = spend["net"].astype("float64") / TICKS if has_money else float("nan")
    return spend[["customer_id", "revenue", "orders", "purchases"]]


def monthly_spend(orders: Any, end: dt.date | None = None) -> pd.DataFrame:
    """Sums over the units of each calendar month, from which averages and their errors follow.

    Returns
    -------
    pandas.DataFrame
        Ordered by ``month`` (datetime64[s], its first day; months without a row are absent), with
        ``units``, ``buyers``, the sums of r = revenue, o = orders, r², r·o and o² over units
        (`MOMENTS`, float64), and ``buyer_orders``, ``buyer_orders2``: Σo and Σo² over buyers.
    """
    frame = lazy(orders)
    named = (
        _days(frame, end)
        .with_columns(month=period_number("purchase_day", "month"))
        .group_by("customer_id", "month")
        .agg(nw.col("net").sum(), nw.col("orders").sum(), nw.col("purchases").sum())
    )
    columns = ("month", "net", "orders", "purchases")
    units = nw.concat(
        [
            part.select(nw.col("month"), *(nw.col(c).cast(nw.Float64) for c in columns[1:]))
            for part in (
                named,
                _anonymous(frame, end).with_columns(month=period_number("purchase_day", "month")),
            )
        ]
    ).with_columns(
        revenue=nw.col("net") / TICKS,
        units=nw.lit(1.0),
        buyers=nw.when(nw.col("purchases") > 0).then(1.0).otherwise(0.0),
    )
    sums = collected(
        units.with_columns(
            revenue2=nw.col("revenue") * nw.col("revenue"),
            revenue_orders=nw.col("revenue") * nw.col("orders"),
            orders2=nw.col("orders") * nw.col("orders"),
            buyer_orders=nw.col("orders") * nw.col("buyers"),
            buyer_orders2=nw.col("orders") * nw.col("orders") * nw.col("buyers"),
        )
        .group_by("month")
        .agg(
            *(
                nw.col(name).sum()
                for name in ("units", "buyers", *MOMENTS, "buyer_orders", "buyer_orders2")
            )
        )
        .sort("month")
    )
    months = sums["month"].astype("int64")
    first = {"year": months // 12, "month": months % 12 + 1, "day": 1}
    sums["month"] = pd.to_datetime(pd.DataFrame(first, index=sums.index)).astype("datetime64[s]")
    floats = dict.fromkeys((*MOMENTS, "buyer_orders", "buyer_orders2"), "float64")
    return sums.astype({"units": "int64", "buyers": "int64", **floats})


def _days(frame: nw.LazyFrame[Any], end: dt.date | None) -> nw.LazyFrame[Any]:
    return customer_days(frame, end).with_columns(
        orders=nw.col("sale").cast(nw.Int64),
        purchases=nw.when(nw.col("is_purchase")).then(1).otherwise(0),
    )


def _anonymous(frame: nw.LazyFrame[Any], end: dt.date | None) -> nw.LazyFrame[Any]:
    """The rows without a customer, each a unit."""
    rows = rows_until(frame, end).filter(nw.col("customer_id").is_null())
    return rows.select(
        nw.col("customer_id"),
        nw.col("purchase_day"),
        nw.col("net"),
        orders=nw.when(nw.col("undoes")).then(0).otherwise(1),
        purchases=nw.lit(0),
    )
