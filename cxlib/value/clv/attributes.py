"""An attribute of customers beside their summary: one value each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.groups import values_of
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
    known = collected(values_of(orders, by, end, lines, customers))
    several = known["customer_id"].duplicated(keep=False)
    known = known.assign(value=known["value"].where(~several, SEVERAL)).drop_duplicates()
    values = dict(zip(known["customer_id"], known["value"], strict=True))
    found = [values.get(customer) for customer in summary["customer_id"]]
    return pd.Series(found, index=summary.index, name=by, dtype=object)
