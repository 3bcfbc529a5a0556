"""Active customers as tables: by day with stickiness, by month with sessions and lifecycle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.actives import WINDOWS, daily_actives, lifecycle
from cxlib.frames.sessions import MOMENTS, monthly, session_medians, session_sums
from cxlib.growth.visits import rates
from cxlib.periods import Period

MONTH = WINDOWS["mau"]


def daily_table(events: Any, first: dt.date, end: dt.date) -> pd.DataFrame:
    """DAU, WAU and MAU of each day.

    Returns
    -------
    pandas.DataFrame
        ``day`` (datetime64[s]), ``dau, wau, mau`` (int64), ``complete`` (the 30 days up to it are in
        the data) and ``stickiness``: the mean DAU of these days / MAU, NaN where they are not or
        nobody was active.
    """
    table = daily_actives(events, first, end)
    table["complete"] = table.index >= MONTH - 1
    usual = table["dau"].rolling(MONTH).mean()
    table["stickiness"] = usual / table["mau"].where(table["mau"] > 0)
    return table


def monthly_table(
    events: Any, found: nw.LazyFrame[Any], daily: pd.DataFrame, periods: Sequence[Period]
) -> pd.DataFrame:
    """A row a calendar month, months without an event included.

    Parameters
    ----------
    found : LazyFrame
        As `cxlib.frames.sessions.sessions`; a session is of the month in which it began.
    daily : pandas.DataFrame
        As `daily_table`.

    Returns
    -------
    pandas.DataFrame
        ``month`` (datetime64[s], its first day), ``name``, ``complete``; of its last observed day
        ``mau``, ``stickiness`` and ``covered`` (the month is complete, and so are the 30 days);
        ``active, new, returning, resurrecting, dormant`` as `cxlib.frames.actives.lifecycle`;
        ``sessions``, ``median_minutes`` and ``n``, the customers that the `RATES` with ``_low`` and
        ``_high`` rest on.
    """
    starts = pd.Series([pd.Timestamp(p.first) for p in periods], dtype="datetime64[s]")
    lasts = [min(pd.Timestamp(p.last), daily["day"].iloc[-1]) for p in periods]
    at = daily.set_index("day").loc[lasts].reset_index(drop=True)
    complete = pd.Series([p.complete for p in periods])
    table = pd.DataFrame(
        {
            "month": starts,
            "name": [p.name for p in periods],
            "complete": complete,
            "covered": complete & at["complete"],
            "mau": at["mau"],
            "stickiness": at["stickiness"],
        }
    )
    lives = lifecycle(events, periods[0].first, daily["day"].iloc[-1].date())
    table = table.merge(lives, on="month", how="left", validate="1:1")
    begun = monthly(found)
    sums = session_sums(begun, "month").set_index("month")[list(MOMENTS)]
    sums = sums.reindex(starts, fill_value=0.0).reset_index(drop=True)
    median = session_medians(begun, "month").set_index("month")["median"].reindex(starts)
    table["sessions"] = sums["s"].astype("int64")
    table["median_minutes"] = median.to_numpy() / 60
    table["n"] = sums["n"].astype("int64")
    return pd.concat([table, rates(sums)], axis=1)
