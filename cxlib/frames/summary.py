"""The customer summary: what every model of value is fitted on, defined once.

A purchase is one customer-day. A refund belongs to the day of the purchase that it undoes
(`purchase_day`); a customer-day whose net is negative, or brought to nothing by a refund, is no
purchase; one recorded at 0 counts for frequency and never for spend (DEFINITIONS, "Transactions").
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected

COLUMNS = (
    "customer_id",
    "first_day",
    "last_day",
    "purchases",
    "frequency",
    "recency",
    "T",
    "monetary_value",
    "spend_purchases",
    "revenue",
)


# Money is summed as whole ten-thousandths (the scale of storage, decimal(18,4)): integer sums are
# exact and the same in every engine and row order, so equal customers stay equal.
TICKS = 10_000
NEVER = nw.lit(dt.date(9999, 12, 31))
"""The day of a purchase that was none: after all others."""


def lazy(table: Any) -> nw.LazyFrame[Any]:
    """A table of any engine (DuckDB relation, pandas, Polars, Narwhals) as a lazy Narwhals frame."""
    frame: nw.LazyFrame[Any] = nw.from_native(table).lazy()
    return frame


def rows_until(orders: nw.LazyFrame[Any], end: dt.date | None) -> nw.LazyFrame[Any]:
    """The rows up to `end`, days as dates, with `purchase_day`, `undoes` and `net` added.

    `net` is the amount in whole `TICKS` (0 throughout where the file has no money); `undoes` marks
    refunds and cancellations.
    """
    names = orders.collect_schema().names()
    belongs = "purchase_day" if "purchase_day" in names else "day"
    undoes = nw.lit(False)
    if "amount" in names:
        ticks = (nw.col("amount").cast(nw.Float64).fill_null(0) * TICKS).round(0)
        orders = orders.with_columns(net=ticks.cast(nw.Int64))
        undoes = nw.col("net") < 0
    else:
        orders = orders.with_columns(net=nw.lit(0, dtype=nw.Int64))
    if "status" in names:
        undoes = undoes | (nw.col("status") != "sale")
    rows = orders.with_columns(
        nw.col("day").cast(nw.Date), purchase_day=nw.col(belongs).cast(nw.Date), undoes=undoes
    )
    return rows if end is None else rows.filter(nw.col("day") <= nw.lit(end, dtype=nw.Date))


def customer_days(orders: nw.LazyFrame[Any], end: dt.date | None = None) -> nw.LazyFrame[Any]:
    """One row a customer and day of purchase: ``customer_id, purchase_day, net (ticks), is_purchase``."""
    rows = rows_until(orders, end).filter(~nw.col("customer_id").is_null())
    days = (
        rows.with_columns(
            sale=nw.when(nw.col("undoes")).then(0).otherwise(1),
            undone=nw.when(nw.col("undoes")).then(1).otherwise(0),
        )
        .group_by("customer_id", "purchase_day")
        .agg(nw.col("net").sum(), nw.col("sale").sum(), nw.col("undone").sum())
    )
    kept = (nw.col("net") > 0) | ((nw.col("net") == 0) & (nw.col("undone") == 0))
    if "amount" not in orders.collect_schema().names():
        kept = nw.lit(True)
    return days.with_columns(nw.col("net").cast(nw.Int64), is_purchase=(nw.col("sale") > 0) & kept)


def customer_summary(orders: Any, end: dt.date | None = None) -> pd.DataFrame:
    """Frequency, recency, age and spend of every customer with a purchase, in days.

    frequency = purchases - 1; recency = last - first; T = end - first;
    monetary_value = mean net value of the repeat purchases that have a positive one.

    Parameters
    ----------
    orders : table of any engine
        Needs ``customer_id`` and ``day``; reads ``amount``, ``purchase_day`` and ``status`` where
        they are there. It is not changed.
    end : date, optional
        End of observation: the last day of data unless given. Later rows are ignored.

    Returns
    -------
    pandas.DataFrame
        One row a customer, ordered by ``customer_id``, with the columns `COLUMNS`: ``first_day`` and
        ``last_day`` (datetime64[s]), ``purchases``, ``frequency`` and ``spend_purchases`` (int64),
        ``recency`` and ``T`` (float64, days), ``monetary_value`` and ``revenue`` (float64; NaN where
        there is no repeat spend, or no money in the file). ``revenue`` is the customer's net over
        all their rows.

    References
    ----------
    Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2):
    x, t_x and T. One purchase a customer-day: their CDNOW data preparation.
    """
    frame = lazy(orders)
    has_money = "amount" in frame.collect_schema().names()
    days = customer_days(frame, end)
    # One pass over the customer-days: what a repeat purchase is, is told by taking the first away.
    bought = nw.col("is_purchase")
    summary = collected(
        days.with_columns(
            bought=nw.when(bought).then(1).otherwise(0),
            bought_day=nw.when(bought).then(nw.col("purchase_day")).otherwise(NEVER),
            bought_net=nw.when(bought).then(nw.col("net")).otherwise(0),
            paid=nw.when(bought & (nw.col("net") > 0)).then(1).otherwise(0),
            last_bought=nw.when(bought).then(nw.col("purchase_day")),
        )
        .group_by("customer_id")
        .agg(
            first_day=nw.col("bought_day").min(),
            last_day=nw.col("last_bought").max(),
            purchases=nw.col("bought").sum(),
            first_net=nw.col("bought_net").first(order_by="bought_day"),
            net=nw.col("bought_net").sum(),
            paid=nw.col("paid").sum(),
            revenue=nw.col("net").sum(),
        )
        .filter(nw.col("purchases") > 0)
        .sort("customer_id")
    )
    summary["repeat_net"] = summary["net"] - summary["first_net"]
    summary["spend_purchases"] = summary["paid"] - (summary["first_net"] > 0)
    summary["customer_id"] = summary["customer_id"].astype("str")
    observed = end if end is not None else last_day(frame)
    summary["frequency"] = summary["purchases"] - 1
    summary["recency"] = (summary["last_day"] - summary["first_day"]).dt.days.astype("float64")
    summary["T"] = (pd.Timestamp(observed or 0) - summary["first_day"]).dt.days.astype("float64")
    spent = summary["repeat_net"].astype("float64") / (summary["spend_purchases"] * TICKS).where(
        summary["spend_purchases"] > 0
    )
    nothing = pd.Series(float("nan"), index=summary.index)
    summary["monetary_value"] = spent if has_money else nothing
    summary["revenue"] = summary["revenue"].astype("float64") / TICKS if has_money else nothing
    return summary[list(COLUMNS)]


def last_day(orders: Any, end: dt.date | None = None) -> dt.date | None:
    """The last day of data (up to `end`), or None for an empty table."""
    rows = lazy(orders).select(nw.col("day").cast(nw.Date))
    if end is not None:
        rows = rows.filter(nw.col("day") <= nw.lit(end, dtype=nw.Date))
    value = rows.select(nw.col("day").max()).collect("pyarrow")["day"][0]
    return None if value is None else nw.to_py_scalar(value)
