"""The tickets behind a mark of a chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import pandas as pd

from cxlib.frames.filters import Conditions, where
from cxlib.frames.tickets import seen, ticket_rows
from cxlib.voice.recurring_topics import is_recurring
from cxlib.voice.ticket_waits import Event, timed

COLUMNS = (
    "ticket_id", "customer_id", "opened_day", "response_hours", "resolution_hours", "status", "topic",
    "channel", "group",
)  # fmt: skip


def ticket_list(
    table: Any,
    *,
    end: dt.date | None = None,
    conditions: Conditions = (),
    first: dt.date | None = None,
    last: dt.date | None = None,
    event: Event = "resolution",
    longer: float | None = None,
    still_open: bool = False,
    recurring: bool = False,
    closing: Collection[str] = (),
    responding: Collection[str] = (),
) -> pd.DataFrame:
    """Tickets, the longest wait first.

    Parameters
    ----------
    table : tickets of any engine
    end : date, optional
        End of observation: the last day of data unless given. Later rows are ignored.
    conditions : tuple of (column, allowed values)
        As for `cxlib.frames.filters.where`.
    first, last : date, optional
        Opened from one day to another, both included.
    event, longer : str, float, optional
        Only tickets that waited for the event longer than so many hours, those that wait still among
        them.
    still_open : bool
        Only tickets that are not closed at the end.
    recurring : bool
        Only those within 30 days of the customer's last one of the same topic.
    closing, responding : collections of str
        As for `cxlib.frames.tickets.ticket_rows`.

    Returns
    -------
    pandas.DataFrame
        A row a ticket, with those of `COLUMNS` that the file has: ``response_hours`` and
        ``resolution_hours`` are NaN where the event has not come.
    """
    found = seen(table, end)
    if found is None:
        return pd.DataFrame(columns=list(COLUMNS))
    # Which ticket is the second of a topic depends on all of them: conditions come after.
    named = [c for c, _ in conditions if c in found.held]
    tickets = timed(ticket_rows(table, found, closing, responding, _others(named)), found.moment)
    known = where(tickets, conditions).collect().to_native() if conditions else tickets
    chosen = pd.Series(True, index=known.index)
    if first is not None:
        chosen &= known["day"] >= pd.Timestamp(first)
    if last is not None:
        chosen &= known["day"] <= pd.Timestamp(last)
    if longer is not None:
        chosen &= known[f"{event}_hours"] > longer
    if still_open:
        chosen &= known["open"]
    if recurring:
        chosen &= is_recurring(known)
    rows = known[chosen].sort_values(
        [f"{event}_hours", "ticket_id"], ascending=[False, True], ignore_index=True
    )
    shown = rows.assign(
        opened_day=rows["day"],
        response_hours=rows["response_hours"].where(rows["response_came"]),
        resolution_hours=rows["resolution_hours"].where(rows["resolution_came"]),
    )
    empty = [c for c in COLUMNS[1:] if shown[c].isna().all()] if len(shown) else []
    return shown[[c for c in COLUMNS if c not in empty]]


def _others(columns: list[str]) -> list[str]:
    """Columns that `ticket_rows` does not bring by itself."""
    return [c for c in columns if c not in ("customer_id", "status", "topic", "channel", "group")]
