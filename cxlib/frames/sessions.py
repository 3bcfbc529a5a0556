"""Sessions: visits of customers made of their events, and what they sum up to.

Events of one moment belong together, so they are counted first and put in order afterwards: neither
the order of rows nor a row that is there twice makes a session.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.events import events_until
from cxlib.frames.filters import Conditions, where
from cxlib.frames.ordinals import day_number, first_days, period_number
from cxlib.frames.summary import one

SECOND = 1_000_000  # in microseconds, the scale of storage: sums of whole numbers are exact
LASTS, VIEWS = 10, 2  # from how many seconds, or views, on a session is engaged
MOMENTS = ("n", "s", "e", "v", "t", "ss", "ee", "vv", "tt", "es", "vs", "ts")
"""Sums over customers: n of 1, s of sessions, e of engaged ones, v of views, t of seconds, and of
their products. Ratios and their errors over customers follow from them."""
CUSTOMERS = ("customer_id", "sessions", "engaged_sessions", "views", "seconds", "first_seen",
             "last_seen")  # fmt: skip
_VISIT = ("customer_id", "given", "session")


@dataclass(frozen=True, slots=True)
class Rules:
    """What ends a session, and what engages.

    Attributes
    ----------
    idle_minutes : float
        So long without an event, or longer, ends a session. Where events carry a ``session_id``
        that is the session instead.
    views : tuple of str or None
        The events that are views; None where all are.
    key_events : tuple of str
        One of them makes a session engaged.
    """

    idle_minutes: float = 30
    views: tuple[str, ...] | None = None
    key_events: tuple[str, ...] = ()


def sessions(
    events: Any, end: dt.date | None = None, rules: Rules = Rules(), by: str | None = None
) -> nw.LazyFrame[Any]:
    """A row a session, in the engine of the events.

    Parameters
    ----------
    events : table of any engine
        Needs ``customer_id``, ``timestamp``, ``event`` and ``day``; reads ``session_id`` where it is
        there: its events are one session of the customer, however long they are apart.
    end : date, optional
        Later rows are ignored.
    rules : Rules
    by : str, optional
        A column whose value a session has: that of its first event with one.

    Returns
    -------
    LazyFrame
        ``customer_id, start`` (microseconds from the first day of year 1), ``day`` and ``last_day``
        (of its first and last event), ``micros`` (from the first event to the last; 0 for a single
        one), ``events, views, engaged`` (1 or 0) and, asked for, ``value`` (string).
    """
    idle = round(rules.idle_minutes * 60 * SECOND)
    told = [] if by is None else ["value"]
    moments = _moments(events, end, rules, by)
    since = nw.col("at") - _along(nw.col("at").shift(1))
    opens = since.is_null() | ((nw.col("given") == 0) & (since >= idle))
    parts = moments.with_columns(opens=one(opens))
    parts = parts.with_columns(number=_along(nw.col("opens").cum_sum()))
    if told:
        known = nw.when(~nw.col("value").is_null()).then(nw.col("at"))
        parts = parts.with_columns(known=known)
        parts = parts.with_columns(first_known=nw.col("known").min().over(*_VISIT, "number"))
        first = nw.col("at") == nw.col("first_known")
        parts = parts.with_columns(value=nw.when(first).then(nw.col("value")))
    found = parts.group_by(*_VISIT, "number").agg(
        *(nw.col(c).sum() for c in ("events", "views", "keys")),
        *(nw.col(c).max() for c in told),
        start=nw.col("at").min(),
        stop=nw.col("at").max(),
        day=nw.col("day").min(),
        last_day=nw.col("last_day").max(),
    )
    micros = nw.col("stop") - nw.col("start")
    lively = (micros >= LASTS * SECOND) | (nw.col("views") >= VIEWS) | (nw.col("keys") > 0)
    return found.with_columns(micros=micros, engaged=one(lively)).select(
        "customer_id", "start", "day", "last_day", "micros", "events", "views", "engaged", *told
    )


def monthly(found: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Sessions with the number of the calendar month in which they began, as ``month``."""
    return found.with_columns(month=period_number("day", "month"))


def session_sums(found: nw.LazyFrame[Any], *keys: str) -> pd.DataFrame:
    """Sums of sessions over customers for each value of the columns `keys`, at least one.

    Returns
    -------
    pandas.DataFrame
        Ordered by the keys (``month`` as datetime64[s], its first day), with `MOMENTS` (float64).
    """
    units = (
        found.group_by("customer_id", *keys)
        .agg(s=nw.len(), e=nw.col("engaged").sum(), v=nw.col("views").sum(), t=nw.col("micros").sum())
        .with_columns(nw.col(c).cast(nw.Float64) for c in "sevt")
        .with_columns(n=nw.lit(1.0), t=nw.col("t") / SECOND)
        .with_columns(**{ab: nw.col(ab[0]) * nw.col(ab[1]) for ab in MOMENTS if len(ab) == 2})
    )  # fmt: skip
    table = collected(units.group_by(*keys).agg(*(nw.col(c).sum() for c in MOMENTS)))
    return _keyed(table, keys)[[*keys, *MOMENTS]]


def session_medians(found: nw.LazyFrame[Any], key: str | None = None) -> pd.DataFrame:
    """The ``median`` length of a session in seconds, for each value of `key` or of all in one row."""
    named = "all" if key is None else key
    asked = found.with_columns(all=nw.lit(0)).group_by(named).agg(median=nw.col("micros").median())
    table = _keyed(collected(asked), (named,))
    table["median"] = table["median"].astype("float64") / SECOND
    return table[[named, "median"]]


def _keyed(table: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    table = table.sort_values(list(keys), ignore_index=True)
    if "month" in keys:
        table["month"] = first_days(table["month"], "month")
    return table


def session_customers(found: nw.LazyFrame[Any]) -> pd.DataFrame:
    """What each customer did: a row a customer, ordered, with `CUSTOMERS`; ``seconds`` is float64,
    ``first_seen`` and ``last_seen`` are datetime64[s]."""
    table = collected(
        found.group_by("customer_id")
        .agg(
            sessions=nw.len(),
            engaged_sessions=nw.col("engaged").sum(),
            views=nw.col("views").sum(),
            micros=nw.col("micros").sum(),
            first_seen=nw.col("day").min(),
            last_seen=nw.col("last_day").max(),
        )
        .sort("customer_id")
    )
    table["customer_id"] = table["customer_id"].astype("str")
    table["seconds"] = table["micros"] / SECOND
    return table[list(CUSTOMERS)]


def session_members(
    events: Any,
    rules: Rules = Rules(),
    by: str | None = None,
    value: str | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    conditions: Conditions = (),
    end: dt.date | None = None,
) -> pd.DataFrame:
    """The customers with a session of a value of `by` that began on a day in [first, last].

    Returns
    -------
    pandas.DataFrame
        As `session_customers`, of these sessions alone, the most sessions first.
    """
    found = sessions(where(events, conditions), end, rules, by)
    if by is not None:
        found = found.filter(nw.col("value") == nw.lit(value))
    if first is not None:
        found = found.filter(nw.col("day") >= nw.lit(first, dtype=nw.Date))
    if last is not None:
        found = found.filter(nw.col("day") <= nw.lit(last, dtype=nw.Date))
    table = session_customers(found)
    return table.sort_values(
        ["sessions", "customer_id"], ascending=[False, True], ignore_index=True
    )


def _moments(events: Any, end: dt.date | None, rules: Rules, by: str | None) -> nw.LazyFrame[Any]:
    """What a customer did in one microsecond of a session id (or of none): counts of rows."""
    rows = events_until(events, end)
    has_id = "session_id" in rows.collect_schema().names()
    given = ~nw.col("session_id").is_null() if has_id else nw.lit(False)
    time = nw.col("timestamp").dt
    clock = (time.hour().cast(nw.Int64) * 60 + time.minute().cast(nw.Int64)) * 60
    # Engines differ in what the difference of two times is; that of whole numbers is one in all.
    at = (day_number("day") * 86_400 + clock + time.second().cast(nw.Int64)) * SECOND
    seen, key = (
        nw.col("event").is_in(list(rules.views or ())),
        nw.col("event").is_in(list(rules.key_events)),
    )
    told = {} if by is None else {"value": nw.col(by).cast(nw.String)}
    return (
        rows.with_columns(
            given=one(given),
            session=nw.col("session_id").cast(nw.String).fill_null("") if has_id else nw.lit(""),
            at=at + time.microsecond().cast(nw.Int64),
            viewed=nw.lit(1) if rules.views is None else one(seen),
            key=one(key),
            **told,
        )
        .group_by(*_VISIT, "at")
        .agg(
            *(nw.col(c).min() for c in told),
            events=nw.len(),
            views=nw.col("viewed").sum(),
            keys=nw.col("key").sum(),
            day=nw.col("day").min(),
            last_day=nw.col("day").max(),
        )
    )  # fmt: skip


def _along(expression: nw.Expr) -> nw.Expr:
    """Along the moments of a customer's session id, or of those without one, in order."""
    return expression.over(*_VISIT, order_by="at")
