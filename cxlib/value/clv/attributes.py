"""An attribute of customers beside their summary: one value each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from cxlib.errors import CxError
from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.groups import attribute_values, first_values
from cxlib.frames.summary import lazy
from cxlib.i18n import N_

SEVERAL = N_("several")
"""The value of customers who bought in several ways on their first day."""


def attribute(
    table: Any,
    by: str,
    summary: pd.DataFrame,
    *,
    lines: Any = None,
    customers: Any = None,
    end: dt.date | None = None,
    conditions: Conditions = (),
) -> pd.Series[Any]:
    """The value of `by` for each customer of a summary, in its order; None where there is none.

    It is a column of the orders or their lines (its value on the day of the first purchase,
    `SEVERAL` where that day has more than one) or of the customers table.

    Parameters
    ----------
    table, lines, customers : tables of one engine
        Orders (or lines in their place), order lines and what else is known of customers.
    summary : pandas.DataFrame
        With ``customer_id``, of the same orders.
    end : date, optional
        End of observation; later rows are ignored.
    conditions : sequence of (column, allowed values)
        What part of the orders is looked at (`cxlib.frames.filters.where`).

    Raises
    ------
    CxError
        ``bad_option`` where no table has the column.
    """
    orders = where(table, conditions)
    if _has(orders, by):
        groups = first_values(orders, by, end)
    elif _has(lines, by):
        groups = first_values(orders, by, end, lines)
    elif _has(customers, by):
        groups = attribute_values(orders, customers, by, end)
    else:
        raise CxError(
            "bad_option",
            N_("There is no attribute “{by}”."),
            N_("Choose a column of the orders, of their lines or of the customers."),
            by=by,
        )
    known = collected(groups)
    several = known["customer_id"].duplicated(keep=False)
    known = known.assign(value=known["value"].where(~several, SEVERAL)).drop_duplicates()
    values = dict(zip(known["customer_id"], known["value"], strict=True))
    found = [values.get(customer) for customer in summary["customer_id"]]
    return pd.Series(found, index=summary.index, name=by, dtype=object)


def _has(table: Any, column: str) -> bool:
    return table is not None and column in lazy(table).collect_schema().names()
