"""How long tickets wait, for an answer and for a solution; who waits still is not left out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxlib.results import Estimate
from cxlib.value.kaplan_meier import SurvivalCurve, kaplan_meier
from cxlib.voice.ticket_status import states

Event = Literal["response", "first_resolution", "resolution"]

EVENTS: dict[Event, str] = {
    "response": "responded",
    "first_resolution": "first_closed",
    "resolution": "closed",
}
LATE = 0.9
HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Wait:
    """The wait of tickets for one event, in hours from their opening.

    `curve` is the share that waits longer than a time, `median` and `p90` (None while fewer have had
    the event) the times by which half and nine in ten have. `came` had it; `waiting` are censored: at
    the end of observation, or for an answer where they were closed without one. `unknown` are closed
    at a time that the file does not say, `backwards` have the event before the opening: neither has
    a length.
    """

    curve: SurvivalCurve
    median: Estimate | None
    p90: Estimate | None
    came: int
    waiting: int
    unknown: int
    backwards: int


def timed(tickets: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Tickets with what had become of them at the end of observation.

    Parameters
    ----------
    tickets : as `cxlib.frames.tickets.ticket_rows` returns them
    moment : Timestamp
        The end of observation; what happened later is not known yet.

    Returns
    -------
    pandas.DataFrame
        With ``state`` (what the status says, missing where it is not known) and, of each of `EVENTS`,
        ``<event>_hours`` (until it, or as long as it was waited for; NaN where there is no length),
        ``<event>_came`` (bool), ``<event>_unknown`` and ``<event>_backwards``. ``open`` is not closed;
        a ticket that was closed at an unknown time is neither open nor of a length.
    """
    opened = tickets["opened"]
    state = states(tickets["status"])
    closed = tickets["closed"].where(tickets["closed"] <= moment)
    ended = state.eq("closed") & tickets["closed"].isna()
    made: dict[str, Any] = {"state": state, "open": closed.isna() & ~ended}
    for event, column in EVENTS.items():
        at = tickets[column].where(tickets[column] <= moment)
        until = at.fillna(closed) if event == "response" else at
        backwards, unknown = until < opened, until.isna() & ended
        hours = (until.fillna(moment) - opened).dt.total_seconds() / HOUR
        made[f"{event}_hours"] = hours.where(~unknown & ~backwards)
        made[f"{event}_came"] = at.notna() & ~backwards
        made[f"{event}_unknown"] = unknown
        made[f"{event}_backwards"] = backwards
    return tickets.assign(**made)


def wait(tickets: pd.DataFrame, event: Event) -> Wait | None:
    """The wait of some of the tickets of `timed`; None where it has a length for none."""
    hours, came = tickets[f"{event}_hours"], tickets[f"{event}_came"]
    known = hours.notna()
    if not known.any():
        return None
    length, place = np.unique(hours[known].to_numpy(np.float64), return_inverse=True)
    ended = came[known].to_numpy(bool)
    events, censored = (
        np.bincount(place[which], minlength=len(length)) for which in (ended, ~ended)
    )
    curve = kaplan_meier(length, events, censored, "hours")
    return Wait(
        curve=curve,
        median=curve.median,
        p90=curve.quantile(LATE),
        came=int(ended.sum()),
        waiting=int((~ended).sum()),
        unknown=int(tickets[f"{event}_unknown"].sum()),
        backwards=int(tickets[f"{event}_backwards"].sum()),
    )


def figures(tickets: pd.DataFrame, event: Event) -> dict[str, float]:
    """Median and p90 of a wait as columns of a table: ``<event>``, ``_low``, ``_high``, ``_p90`` and
    ``_n``, NaN where they are not known."""
    found = wait(tickets, event)
    median, p90 = (None, None) if found is None else (found.median, found.p90)
    return {
        event: median.value if median else math.nan,
        f"{event}_low": median.low if median else math.nan,
        f"{event}_high": median.high if median else math.nan,
        f"{event}_p90": p90.value if p90 else math.nan,
        f"{event}_n": float(median.n) if median else 0.0,
    }
