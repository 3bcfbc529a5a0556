"""Purchase histories and how many customers share each: what the models of purchases are fitted on.

Counted in the engine, so that a fit asks for a row a history, never for a row a customer: what
travels grows with the days of observation, not with the customers.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import customer_days, last_day, lazy, per_customer

COLUMNS = ("frequency", "recency", "T", "customers")


def histories(orders: Any, end: dt.date | None = None) -> pd.DataFrame:
    """Distinct histories (x, t_x, T) of customers with a purchase, in days, and their customers.

    frequency = purchases - 1; recency = last - first; T = end - first, as in the customer summary.
    As weights they fit the same models as its rows do:
    ``Patterns.merged(h["frequency"], h["recency"], h["T"], h["customers"])``.

    Parameters
    ----------
    orders : table of any engine
        Orders, as for `cxlib.frames.summary.customer_summary`.
    end : date, optional
        End of observation: the last day of data unless given. Later rows are ignored.

    Returns
    -------
    pandas.DataFrame
        One row a history, ordered, with `COLUMNS`: ``frequency`` and ``customers`` (int64),
        ``recency`` and ``T`` (float64, days).

    References
    ----------
    Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2): the
    likelihood depends on a customer through x, t_x and T alone.
    """
    frame = lazy(orders)
    # With the end fixed, first day, last day and purchases tell histories apart as x, t_x and T do;
    # no engine has to subtract days.
    spans = ("purchases", "first_day", "last_day")
    found = collected(
        per_customer(customer_days(frame, end))
        .filter(nw.col("purchases") > 0)
        .group_by(*spans)
        .agg(customers=nw.len())
    )
    observed = pd.Timestamp((end if end is not None else last_day(frame)) or 0)
    found["frequency"] = found["purchases"] - 1
    found["recency"] = (found["last_day"] - found["first_day"]).dt.days.astype("float64")
    found["T"] = (observed - found["first_day"]).dt.days.astype("float64")
    return found[list(COLUMNS)].sort_values(list(COLUMNS[:3]), ignore_index=True)
