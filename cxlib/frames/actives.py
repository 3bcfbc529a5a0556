"""Active customers: by day, week and month without counting anybody twice, and who came and went."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.events import events_until
from cxlib.frames.filters import Conditions, where
from cxlib.frames.ordinals import day_number, first_days, period_number, period_of
from cxlib.frames.summary import one

State = Literal["new", "returning", "resurrecting", "dormant"]

STATES: tuple[State, ...] = ("new", "returning", "resurrecting", "dormant")
WINDOWS = {"dau": 1, "wau": 7, "mau": 30}
"""Days that each count looks back, its own day included."""
MEMBERS = ("customer_id", "events", "active_days", "last_seen")


def daily_actives(
    events: Any, first: dt.date, last: dt.date, windows: dict[str, int] = WINDOWS
) -> pd.DataFrame:
    """Distinct customers with an event in the days that end on each day.

    Each day on which a customer was active covers the days up to their next active one, at most the
    window. These stretches do not overlap, so adding 1 where one begins and taking 1 off where it
    ends counts everybody once, and the engine passes each customer-day once whatever the window.

    Parameters
    ----------
    events : table of any engine
        As for `cxlib.frames.sessions.sessions`.
    first, last : date
        The days to count, both included; events before `first` count in the windows.

    Returns
    -------
    pandas.DataFrame
        A row a day, days without an event included: ``day`` (datetime64[s]) and a column a window
        (int64).
    """
    widest = max(windows.values())
    ahead = nw.col("following").fill_null(last.toordinal() + widest + 1) - nw.col("number")
    stretches = collected(
        _along(_days(events, last), "number")
        .with_columns(ahead=ahead.cast(nw.Int64))
        .with_columns(ahead=nw.when(nw.col("ahead") < widest).then(nw.col("ahead")).otherwise(widest))
        .group_by("number", "ahead")
        .agg(n=nw.len())
    )  # fmt: skip
    begin = int(stretches["number"].min()) if len(stretches) else first.toordinal()
    begin = min(begin, first.toordinal())
    size = last.toordinal() - begin + 1
    start, n = stretches["number"].to_numpy() - begin, stretches["n"].to_numpy()
    counted = {}
    for name, width in windows.items():
        stop = start + np.minimum(stretches["ahead"].to_numpy(), width)
        steps = np.zeros(size + widest + 1, dtype=np.int64)
        np.add.at(steps, start, n)
        np.add.at(steps, stop, -n)
        counted[name] = np.cumsum(steps)[first.toordinal() - begin : size]
    days = pd.date_range(first, last, freq="D").astype("datetime64[s]")
    return pd.DataFrame({"day": days, **counted})


def lifecycle(events: Any, first: dt.date, last: dt.date) -> pd.DataFrame:
    """Customers of each calendar month by what they did in it and before.

    new: active for the first time; returning: active in the month before too; resurrecting: not in
    the month before, but earlier; dormant: active in the month before, not now. So
    active = new + returning + resurrecting, and returning + dormant = active of the month before.

    Returns
    -------
    pandas.DataFrame
        A row a month from that of `first` to that of `last`: ``month`` (datetime64[s], its first
        day), ``active`` and `STATES` (int64).
    """
    before, after, now = nw.col("before"), nw.col("following"), nw.col("number")
    stayed = (before == now - 1).fill_null(False)
    gone = (after != now + 1).fill_null(True)
    counts = collected(
        _along(_months(events, last), "number")
        .with_columns(
            new=one(before.is_null()),
            returning=one(stayed),
            resurrecting=one(~before.is_null() & ~stayed),
            gone=one(gone),
        )
        .group_by("number")
        .agg(
            *(nw.col(c).sum() for c in ("new", "returning", "resurrecting", "gone")),
            active=nw.len(),
        )
    )
    span = range(period_of(first, "month"), period_of(last, "month") + 1)
    table = counts.set_index("number").reindex(list(span), fill_value=0)
    table["dormant"] = table["gone"].shift(1, fill_value=0)
    table = table.reset_index(names="month")
    table["month"] = first_days(table["month"], "month")
    return table[["month", "active", *STATES]].astype(dict.fromkeys(("active", *STATES), "int64"))


def active_members(
    events: Any, first: dt.date, last: dt.date, conditions: Conditions = ()
) -> pd.DataFrame:
    """The customers with an event on a day in [first, last], the most active days first: `MEMBERS`,
    of these days."""
    rows = events_until(where(events, conditions), last)
    return _members(rows.filter(nw.col("day") >= nw.lit(first, dtype=nw.Date)))


def lifecycle_members(
    events: Any, month: dt.date, state: State, end: dt.date, conditions: Conditions = ()
) -> pd.DataFrame:
    """The customers who are in a `state` in the month of a day: `MEMBERS`, of all days up to it."""
    at = period_of(month, "month")
    rows = events_until(where(events, conditions), end).with_columns(
        number=period_number("day", "month")
    )
    rows = rows.filter(nw.col("number") <= at)
    marked = rows.with_columns(was=one(nw.col("number") == at - 1), now=one(nw.col("number") == at))
    known = marked.group_by("customer_id").agg(
        *(nw.col(c).max() for c in ("was", "now")), number=nw.col("number").min()
    )
    here, there = nw.col("now") > 0, nw.col("was") > 0
    chosen = {
        "new": here & (nw.col("number") == at),
        "returning": here & there,
        "resurrecting": here & ~there & (nw.col("number") < at),
        "dormant": ~here & there,
    }[state]
    wanted = known.filter(chosen).select("customer_id")
    return _members(rows.join(wanted, on="customer_id", how="inner"))


def _members(rows: nw.LazyFrame[Any]) -> pd.DataFrame:
    found = collected(
        rows.group_by("customer_id")
        .agg(
            events=nw.len(),
            active_days=nw.col("day").n_unique(),
            last_seen=nw.col("day").max(),
        )
        .sort("active_days", "customer_id", descending=[True, False])
    )
    found["customer_id"] = found["customer_id"].astype("str")
    return found[list(MEMBERS)]


def _days(events: Any, last: dt.date) -> nw.LazyFrame[Any]:
    """A row a customer and active day, as ``number``."""
    rows = events_until(events, last).select("customer_id", number=day_number("day"))
    return rows.unique()


def _months(events: Any, last: dt.date) -> nw.LazyFrame[Any]:
    """A row a customer and active month, as ``number``."""
    rows = events_until(events, last).select("customer_id", number=period_number("day", "month"))
    return rows.unique()


def _along(rows: nw.LazyFrame[Any], number: str) -> nw.LazyFrame[Any]:
    """With the number ``before`` and the one ``following`` of the same customer."""
    return rows.with_columns(
        before=nw.col(number).shift(1).over("customer_id", order_by=number),
        following=nw.col(number).shift(-1).over("customer_id", order_by=number),
    )
