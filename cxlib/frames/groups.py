"""Groups of customers by an attribute: of their first purchase, or of the customers table."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw

from cxlib.errors import CxError
from cxlib.frames.collected import collected
from cxlib.frames.summary import customer_days, lazy, rows_until
from cxlib.i18n import N_

Groups = nw.LazyFrame[Any]
"""``customer_id, value``: a row a customer and value, so a customer of two values is in two groups."""


def first_values(orders: Any, column: str, end: dt.date | None = None, lines: Any = None) -> Groups:
    """The values of a column on the day of each customer's first purchase.

    Parameters
    ----------
    orders : table of any engine
        Where purchases are counted, and the column is unless it is in `lines`.
    end : date, optional
        Later rows are ignored.
    lines : order lines of the same engine, optional
        Where the column is, if not in `orders`: products and categories.
    """
    first = (
        _purchases(orders, end).group_by("customer_id").agg(first_day=nw.col("purchase_day").min())
    )
    sold = rows_until(lazy(orders if lines is None else lines), end).filter(~nw.col("undoes"))
    at_first = (
        sold.select("customer_id", "purchase_day", column)
        .join(first, on="customer_id", how="inner")
        .filter(nw.col("purchase_day") == nw.col("first_day"))
    )
    return _distinct(at_first, column)


def values_of(
    orders: Any, column: str, end: dt.date | None = None, lines: Any = None, customers: Any = None
) -> Groups:
    """The values of a column, from the first of these tables that has it.

    Of orders or their lines it is `first_values`, of the customers table `attribute_values`. Raises
    `CxError` (``bad_option``) where no table has the column.
    """
    if _has(orders, column):
        return first_values(orders, column, end)
    if _has(lines, column):
        return first_values(orders, column, end, lines)
    if _has(customers, column):
        return attribute_values(orders, customers, column, end)
    raise CxError(
        "bad_option",
        N_("There is no attribute “{by}”."),
        N_("Choose a column of the orders, of their lines or of the customers."),
        by=column,
    )


def _has(table: Any, column: str) -> bool:
    return table is not None and column in lazy(table).collect_schema().names()


def attribute_values(
    orders: Any, customers: Any, column: str, end: dt.date | None = None
) -> Groups:
    """The values of a column of the customers table, of customers with a purchase."""
    buyers = _purchases(orders, end).select("customer_id").unique()
    return _distinct(lazy(customers).join(buyers, on="customer_id", how="inner"), column)


def largest(groups: Groups, most: int) -> dict[str, int]:
    """The values with most customers, and how many these are, at most `most` values."""
    counted = collected(
        groups.group_by("value")
        .agg(n=nw.len())
        .sort("n", "value", descending=[True, False])
        .head(most)
    )
    return {str(value): int(n) for value, n in zip(counted["value"], counted["n"], strict=True)}


def _purchases(orders: Any, end: dt.date | None) -> nw.LazyFrame[Any]:
    return customer_days(lazy(orders), end).filter(nw.col("is_purchase"))


def _distinct(rows: nw.LazyFrame[Any], column: str) -> Groups:
    """Customers without a value are in no group."""
    return (
        rows.filter(~nw.col(column).is_null())
        .select("customer_id", value=nw.col(column).cast(nw.String))
        .unique()
    )
