"""The customer summary: what every model of value is fitted on, defined once.

A purchase is one customer-day. A refund belongs to the day of the purchase that it undoes
(`purchase_day`); a customer-day whose net is negative, or brought to nothing by a refund, is no
purchase; one recorded at 0 counts for frequency and never for spend (DEFINITIONS, "Transactions").
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib import engine
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
HALF = 2**31
"""Below it lie the lower bits of an amount; above them there is room for a day."""
ROOM = 2**40
NEVER = 2**62
"""Above all days: a null among whole numbers would make pandas round them."""


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
    if "amount" in names and engine.is_money(orders, "amount"):
        # Four decimals are whole ticks already: the nearest number is theirs.
        ticks = (nw.col("amount").cast(nw.Float64) * TICKS).cast(nw.Int64)
        orders = orders.with_columns(net=ticks.fill_null(0))
        undoes = nw.col("net") < 0
    elif "amount" in names:
        # Half a tick away from zero, as DuckDB and Spark round; pandas and Polars would to even.
        ticks = nw.col("amount").cast(nw.Float64).fill_null(0) * TICKS
        size, whole = ticks.abs(), ticks.abs().floor()
        size = whole + nw.when(size - whole >= 0.5).then(1.0).otherwise(0.0)
        ticks = nw.when(ticks < 0).then(-size).otherwise(size)
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


def one(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds, else 0: what sums of it count."""
    return nw.when(condition).then(1).otherwise(0)


def some(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds, else nothing: what `count` counts, faster than a sum of `one`."""
    return nw.when(condition).then(1)


def customer_days(
    orders: nw.LazyFrame[Any], end: dt.date | None = None, **more: nw.Expr
) -> nw.LazyFrame[Any]:
    """One row a customer and day of purchase: ``customer_id, purchase_day, net (ticks), rows, undone
    and sale (counts of them), is_purchase``, and the sums of what `more` says of the rows of
    `rows_until`."""
    rows = rows_until(orders, end).filter(~nw.col("customer_id").is_null())
    days = (
        rows.with_columns(undone=some(nw.col("undoes")), **more)
        .group_by("customer_id", "purchase_day")
        .agg(
            *(nw.col(name).sum() for name in ("net", *more)),
            rows=nw.len(),
            undone=nw.col("undone").count(),
        )
    )
    has_money = "amount" in orders.collect_schema().names()
    return days.with_columns(
        nw.col("net").cast(nw.Int64), sale=nw.col("rows") - nw.col("undone")
    ).with_columns(is_purchase=bought(nw.col("net"), nw.col("undone"), has_money))


def bought(net: nw.Expr, undone: nw.Expr, has_money: bool) -> nw.Expr:
    """Whether a customer-day with a sale is a purchase, by its net and its refunds."""
    kept = (net > 0) | ((net == 0) & (undone == 0)) if has_money else nw.lit(True)
    return (nw.col("sale") > 0) & kept


def per_customer(days: nw.LazyFrame[Any], **more: nw.Expr) -> nw.LazyFrame[Any]:
    """Customer-days summed up to a row a customer, as `finished` takes them; `more` are further
    aggregates. Customers without a purchase are there too, with 0 purchases."""
    bought, net, day = nw.col("is_purchase"), nw.col("net"), nw.col("purchase_day")
    # What the first purchase brought, without an ordered aggregate (these cost most of the time): the
    # least of day and amount in one number. No purchase has less than nothing, and amounts have 63
    # bits, so two such numbers hold them.
    year, month, number = (
        part.cast(nw.Int64) for part in (day.dt.year(), day.dt.month(), day.dt.day())
    )
    number = (year * 512 + month * 32 + number) * ROOM
    # By a float, since whole division costs more; where that rounds, the rest is below 0 or above
    # `HALF`, and both together are still the amount.
    halves = (net / HALF).floor().cast(nw.Int64)
    return (
        days.with_columns(
            bought=some(bought),
            bought_day=nw.when(bought).then(day),
            bought_net=nw.when(bought).then(net).otherwise(0),
            paid=some(bought & (net > 0)),
            upper=nw.when(bought).then(number + halves).otherwise(NEVER),
            lower=nw.when(bought).then(number + (net - halves * HALF)).otherwise(NEVER),
        )
        .group_by("customer_id")
        .agg(
            nw.col("upper").min(),
            nw.col("lower").min(),
            first_day=nw.col("bought_day").min(),
            last_day=nw.col("bought_day").max(),
            purchases=nw.col("bought").count(),
            net=nw.col("bought_net").sum(),
            paid=nw.col("paid").count(),
            revenue=nw.col("net").sum(),
            **more,
        )
    )


def finished(rows: pd.DataFrame, end: dt.date | None, has_money: bool) -> pd.DataFrame:
    """The customer summary from rows of `per_customer` with a purchase."""
    upper, lower, paid, net, purchases, revenue = (
        rows[name].to_numpy() for name in ("upper", "lower", "paid", "net", "purchases", "revenue")
    )
    first, last = (rows[name].to_numpy("datetime64[s]") for name in ("first_day", "last_day"))
    first_net = upper % ROOM * HALF + (lower + ROOM // 2) % ROOM - ROOM // 2
    repeats = paid - (first_net > 0)
    spent, nothing = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if has_money:
        np.divide(net - first_net, repeats * TICKS, out=spent, where=repeats > 0)
    # Copies, where a view would keep all columns of the query in memory.
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"].astype("str"),
            "first_day": first.copy(),
            "last_day": last.copy(),
            "purchases": purchases.copy(),
            "frequency": purchases - 1,
            "recency": days_between(first, last),
            "T": days_between(first, np.datetime64(end or 0, "s")),
            "monetary_value": spent,
            "spend_purchases": repeats,
            "revenue": revenue / TICKS if has_money else nothing,
        },
        copy=False,
    )


def days_between(first: NDArray[Any], last: NDArray[Any] | np.datetime64) -> NDArray[np.float64]:
    """How many days lie between days that are told in seconds (datetime64[s])."""
    return np.asarray(np.subtract(last, first).view(np.int64) / 86_400)


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
    found = per_customer(customer_days(frame, end)).filter(nw.col("purchases") > 0)
    observed = end if end is not None else last_day(frame)
    has_money = "amount" in frame.collect_schema().names()
    return finished(collected(found.sort("customer_id")), observed, has_money)


def last_day(orders: Any, end: dt.date | None = None) -> dt.date | None:
    """The last day of data (up to `end`), or None for an empty table."""
    rows = lazy(orders).select(nw.col("day").cast(nw.Date))
    if end is not None:
        rows = rows.filter(nw.col("day") <= nw.lit(end, dtype=nw.Date))
    value = rows.select(nw.col("day").max()).collect("pyarrow")["day"][0]
    return None if value is None else nw.to_py_scalar(value)
