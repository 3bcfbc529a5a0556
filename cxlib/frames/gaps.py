"""Days from one purchase of a customer to the next, those that are still open included."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.ordinals import day_number
from cxlib.frames.summary import customer_days, last_day, lazy

COLUMNS = ("purchase", "days", "ended", "open")
MEMBERS = ("customer_id", "purchase", "days", "last_day")


def gaps(orders: Any, end: dt.date | None = None, most: int = 3) -> pd.DataFrame:
    """How long purchases were followed by nothing: counts by length, ended and open.

    Every purchase begins a gap. It has ended where the customer bought again and is open, its length
    counted to `end`, after their last purchase.

    Parameters
    ----------
    orders : table of any engine
        As for `cxlib.frames.summary.customer_summary`.
    end : date, optional
        End of observation: the last day of data unless given. Later rows are ignored.
    most : int
        Gaps after the first, second, … purchase are told apart up to this one.

    Returns
    -------
    pandas.DataFrame
        Ordered, with `COLUMNS` (int64): ``purchase`` (1 for gaps after a customer's first; 0 for all
        those after a later one than `most`), ``days``, how many have ``ended`` and are ``open``.
        A customer begins at most one gap of each ``purchase`` of 1 to `most`.
    """
    frame = lazy(orders)
    end = end or last_day(frame)
    if end is None:
        return pd.DataFrame(columns=list(COLUMNS), dtype="int64")
    nth = nw.col("purchase")
    counted = collected(
        _begun(frame, end)
        .with_columns(purchase=nw.when(nth <= most).then(nth).otherwise(0))
        .group_by("purchase", "days")
        .agg(ended=nw.col("ended").sum(), open=nw.col("open").sum())
        .sort("purchase", "days")
    )
    return counted[list(COLUMNS)]


def gap_members(
    orders: Any,
    low: int,
    high: int | None = None,
    open_: bool = False,
    purchase: int | None = None,
    end: dt.date | None = None,
    conditions: Conditions = (),
) -> pd.DataFrame:
    """Customers with a gap of `low` to `high` days, both included.

    Parameters
    ----------
    orders : table of any engine
    low, high : int
        Days; without `high`, `low` or more.
    open_ : bool
        Gaps that have not ended: customers who are silent now.
    purchase : int, optional
        Only gaps after a customer's first (1), second (2), … purchase.
    conditions : tuple of (column, allowed values)
        As for `cxlib.frames.filters.where`.

    Returns
    -------
    pandas.DataFrame
        A row a gap, the longest first: `MEMBERS`. ``last_day`` is the purchase that began it
        (datetime64[s]).
    """
    frame = where(orders, conditions)
    end = end or last_day(frame)
    if end is None:
        return pd.DataFrame(columns=list(MEMBERS))
    rows = _begun(frame, end).filter(nw.col("open" if open_ else "ended") == 1)
    rows = rows.filter(nw.col("days") >= low)
    if high is not None:
        rows = rows.filter(nw.col("days") <= high)
    if purchase is not None:
        rows = rows.filter(nw.col("purchase") == purchase)
    found = collected(
        rows.select("customer_id", "purchase", "days", last_day="purchase_day").sort(
            "days", "customer_id", "purchase", descending=[True, False, False]
        )
    )
    found["customer_id"] = found["customer_id"].astype("str")
    return found


def _begun(frame: nw.LazyFrame[Any], end: dt.date) -> nw.LazyFrame[Any]:
    """A row a purchase: its place in the customer's sequence, and the days until the next or `end`."""
    begun = (
        customer_days(frame, end)
        .filter(nw.col("is_purchase"))
        .select("customer_id", "purchase_day", day=day_number("purchase_day"), one=nw.lit(1))
        .with_columns(
            purchase=_over(nw.col("one").cum_sum()).cast(nw.Int64),
            following=_over(nw.col("day").shift(-1)),
        )
    )
    is_open = nw.col("following").is_null()
    return begun.with_columns(
        days=nw.col("following").fill_null(end.toordinal()).cast(nw.Int64) - nw.col("day"),
        ended=nw.when(is_open).then(0).otherwise(1),
        open=nw.when(is_open).then(1).otherwise(0),
    )


def _over(expression: nw.Expr) -> nw.Expr:
    """Along a customer's purchases, in order."""
    return expression.over("customer_id", order_by="purchase_day")
