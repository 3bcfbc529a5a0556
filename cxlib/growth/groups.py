"""Engagement by an attribute: of the sessions themselves, or of their customers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.events import events_until
from cxlib.frames.filters import values
from cxlib.frames.sessions import Rules, session_sums, sessions
from cxlib.frames.summary import lazy
from cxlib.growth.visits import rates, sums_of

ROLES = ("value", "rest", "without")
"""A single value; all beyond the largest; sessions that have none."""


def session_groups(
    events: Any, end: dt.date, rules: Rules, column: str, most: int
) -> pd.DataFrame | None:
    """Sessions by the value of a column of their events, the most sessions first.

    Returns
    -------
    pandas.DataFrame or None
        ``role`` (`ROLES`), ``value`` (None but for single ones), ``customers`` (who has sessions of
        two values is counted in both), ``sessions`` (they add up to all), and the
        `cxlib.growth.visits.RATES` with ``_low`` and ``_high``. None where no event has a value.
    """
    rows = events_until(events, end).with_columns(told=nw.col(column).cast(nw.String))
    top = values(rows, "told", most)
    if not top:
        return None
    value = nw.col("value")
    single = value.is_in(list(top)).fill_null(False)
    found = sessions(events, end, rules, column).with_columns(
        role=nw.when(value.is_null())
        .then(nw.lit("without"))
        .when(single)
        .then(nw.lit("value"))
        .otherwise(nw.lit("rest")),
        value=nw.when(single).then(value).otherwise(nw.lit("")),
    )
    return _table(session_sums(found, "role", "value"))


def attribute_groups(people: pd.DataFrame, members: pd.DataFrame, most: int) -> pd.DataFrame | None:
    """The same by an attribute of customers.

    Parameters
    ----------
    people : pandas.DataFrame
        As `cxlib.frames.sessions.session_customers`.
    members : pandas.DataFrame
        ``customer_id, value``; of several values of a customer the least counts.
    most : int
        Values before the rest.
    """
    known = _known(people, members)
    if known.isna().all():
        return None
    sizes = people["sessions"].groupby(known).sum().sort_values(ascending=False, kind="stable")
    top = set(sizes.index[:most])
    role = known.map(lambda v: "without" if pd.isna(v) else "value" if v in top else "rest")
    value = known.where(role == "value", "")
    return _table(sums_of(people, role.rename("role"), value.rename("value")))


def members_with(
    people: pd.DataFrame, members: pd.DataFrame, table: pd.DataFrame, role: str, value: str
) -> pd.DataFrame:
    """The people behind a row of `attribute_groups`, the most sessions first."""
    known = _known(people, members)
    single = known.isin(table.loc[table["role"] == "value", "value"])
    chosen = {"value": known == value, "without": known.isna(), "rest": known.notna() & ~single}
    found = people[chosen[role].fillna(False).astype("bool")]
    order = ["sessions", "customer_id"]
    return found.sort_values(order, ascending=[False, True], ignore_index=True)


def members_of(customers: Any, column: str) -> pd.DataFrame:
    """``customer_id, value`` of a table of customers of any engine."""
    named = nw.col("customer_id").cast(nw.String)
    return collected(
        lazy(customers).select(named.alias("customer_id"), nw.col(column).cast(nw.String).alias("value"))
    )  # fmt: skip


def _known(people: pd.DataFrame, members: pd.DataFrame) -> pd.Series[Any]:
    """The attribute of each of the people, missing where none is known."""
    known = members.dropna(subset="value").astype({"customer_id": "str", "value": "str"})
    return people["customer_id"].map(known.groupby("customer_id")["value"].min())


def _table(sums: pd.DataFrame) -> pd.DataFrame:
    table = sums[["role", "value"]].assign(
        customers=sums["n"].astype("int64"), sessions=sums["s"].astype("int64"), **rates(sums)
    )
    single = table["role"] == "value"
    table["value"] = table["value"].astype("object").where(single, None)
    order = table["role"].map({role: i for i, role in enumerate(ROLES)})
    return (
        table.assign(order=order)
        .sort_values(["order", "sessions", "value"], ascending=[True, False, True])
        .drop(columns="order")
        .reset_index(drop=True)
    )
