"""Contracts: a customer's subscriptions that follow one another without a day between, as one.

A file may hold a row a contract that goes on until it is left, or a row a period that was paid for;
a change of plan begins a new row too. Renewals are counted along the whole.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.movements import has_money, spells
from cxlib.frames.ordinals import day_number
from cxlib.frames.summary import TICKS, one

COLUMNS = ("customer_id", "plan", "start", "stop", "left", "mrr", "subscriptions")
RUNNING = dt.date.max.toordinal()


def contracts(subscriptions: Any, end: dt.date) -> pd.DataFrame:
    """The contracts that had started at the close of `end`, and how each stood then.

    Subscriptions of a customer belong to one contract while the next starts before, or on the day
    on which, those before it have ended. Who comes back later has a new one.

    Parameters
    ----------
    subscriptions : table of any engine
        As for `cxlib.frames.movements.movements`.
    end : date
        The last day of observation.

    Returns
    -------
    pandas.DataFrame
        A row a contract, ordered by customer and start, with `COLUMNS`: ``plan`` of its first
        subscription (missing without plans), ``start`` and ``stop`` (datetime64[s]; stop is the
        first day on which it does not run, missing while it does), ``left`` (bool: it ended, and
        the column ``churned`` does not deny it), ``mrr`` paid at the end (float64, 0 where it has
        ended, NaN in a table without), ``subscriptions`` (int64: rows of the table).
    """
    order = ("number", "until", "plan")
    until = nw.when(nw.col("stop").is_null()).then(RUNNING).otherwise(day_number("stop"))
    rows = (
        spells(subscriptions, end)
        .with_columns(number=day_number("start"), until=until)
        .with_columns(
            reach=nw.col("until").cum_max().over("customer_id", order_by=order).cast(nw.Int64)
        )
        .with_columns(
            before=nw.col("reach").shift(1).over("customer_id", order_by=order),
        )
        .with_columns(first=one((nw.col("number") > nw.col("before")).fill_null(True)))
        .with_columns(contract=nw.col("first").cum_sum().over("customer_id", order_by=order))
        .with_columns(
            plan=nw.when(nw.col("first") == 1).then(nw.col("plan")),
            left_until=nw.when(nw.col("left")).then(nw.col("until")).otherwise(0),
            paid=nw.when(nw.col("stop").is_null()).then(nw.col("ticks")).otherwise(0),
        )
    )
    found = collected(
        rows.group_by("customer_id", "contract")
        .agg(
            plan=nw.col("plan").max(),
            start=nw.col("start").min(),
            last=nw.col("stop").max(),
            until=nw.col("until").max(),
            left_until=nw.col("left_until").max(),
            paid=nw.col("paid").sum(),
            subscriptions=nw.len(),
        )
        .sort("customer_id", "contract")
    )
    running = found["until"] == RUNNING
    money = 1.0 if has_money(subscriptions) else float("nan")
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"].astype("str"),
            "plan": found["plan"],
            "start": pd.to_datetime(found["start"]).astype("datetime64[s]"),
            "stop": pd.to_datetime(found["last"]).astype("datetime64[s]").where(~running),
            "left": ~running & (found["left_until"] == found["until"]),
            "mrr": money * found["paid"].astype("float64") / TICKS,
            "subscriptions": found["subscriptions"].astype("int64"),
        }
    )
