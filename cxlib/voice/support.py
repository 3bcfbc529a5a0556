"""Support: how many tickets there are, what about, how fast they are answered and solved, and again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.answers import Scale
from cxlib.frames.tickets import Seen, days, seen, ticket_rows
from cxlib.i18n import N_
from cxlib.ingest.swapped import exchanged
from cxlib.ingest.swapped import warning as swapped
from cxlib.periods import months
from cxlib.results import KPI, Better, Fact, Issue, Param, Receipt, Sentence, Verdict
from cxlib.voice import csat
from cxlib.voice.recurring_topics import Recurring, recurring
from cxlib.voice.ticket_groups import group_table
from cxlib.voice.ticket_months import as_one_family, kpi, monthly_table, verdicts
from cxlib.voice.ticket_notes import notes
from cxlib.voice.ticket_shares import YES, share
from cxlib.voice.ticket_waits import EVENTS, Event, Wait, timed, wait
from cxlib.voice.topic_trends import topic_trends

TABLE = "tickets"
DEFINITIONS = (
    Definition(
        id="voice.support",
        version=1,
        name=N_("Support"),
        formula=N_(
            "First response and resolution: hours from opening, median and 90th percentile by"
            " Kaplan–Meier; tickets that still wait at the end of the data are censored, and so is the"
            " wait for an answer of tickets closed without one. Reopened: of tickets that were closed."
            " One touch: closed tickets of a log with at most one activity of the desk, never"
            " reopened. Recurring: the same customer and topic within 30 days. CSAT: answers in the"
            " positive set. A month's tickets are those opened in it."
        ),
        good_for=N_(
            "Seeing what customers need help with, and whether they get it sooner than before."
        ),
        not_good_for=N_(
            "Comparing agents: who takes the hard tickets is slower. Intervals of waits take tickets"
            " as independent."
        ),
        source="Kaplan & Meier (1958); Brookmeyer & Crowley (1982); Wilson (1927)",
        pitfalls=N_(
            "The mean or median of solved tickets alone: the newest of them are those that were easy,"
            " so a growing queue looks like a faster desk."
        ),
    ),
)
DATE_BASIS = N_("day of opening")
BY = ("topic", "channel", "group")
BETTER: Mapping[str, Better] = {
    "tickets": "neither",
    "response": "less",
    "resolution": "less",
    "reopened_share": "less",
    "one_touch_share": "more",
    "csat": "more",
}

UNUSUAL = N_(
    "{month} had {tickets} tickets: {change} more than {before}, beyond the usual ups and downs."
)
UNUSUAL_TOPIC = N_(
    "{month} had {tickets} tickets: {change} more than {before}, beyond the usual ups and downs. The"
    " topic that grew with it is “{topic}”."
)
CALM = N_(
    "{month} had {tickets} tickets, a difference of {change} to {before}: within the usual ups and"
    " downs."
)
ALONE = N_("{tickets} tickets so far; there are too few complete months to tell what is usual.")


@dataclass(frozen=True, slots=True)
class SupportResult:
    """What a table of tickets says of a help desk.

    `waits` are those for the first response, the first and the full resolution, as far as the file
    has them. `monthly` is as `cxlib.voice.ticket_months.monthly_table` gives it, with the ``state`` of
    each measure against the month before (``tickets_state``, …), `topics` as
    `cxlib.voice.topic_trends`. `groups` has a row a value of `by`, the most tickets first: ``value,
    tickets, open``, the waits and shares as by month. `states` counts tickets by what the status says.
    `open` are not closed at `moment`, the end of observation. Where `log` is true rows were
    activities.
    """

    by: str | None
    log: bool
    tickets: int
    open: int | None
    waits: Mapping[Event, Wait]
    monthly: pd.DataFrame
    verdicts: Mapping[str, tuple[Verdict, ...]]
    topics: pd.DataFrame
    groups: pd.DataFrame
    recurring: Recurring
    states: Mapping[str, int]
    first_day: dt.date
    end: dt.date
    moment: dt.datetime
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    by: str | None = None,
    closing: Collection[str] = (),
    responding: Collection[str] = (),
    low: float = 1.0,
    high: float = 5.0,
    best: str = "high",
    timezone: str = "Asia/Jakarta",
) -> SupportResult:
    """Count tickets and measure their waits: in all, by month with verdicts, by topic and group.

    Parameters
    ----------
    table : tickets of any engine
        Needs ``ticket_id``, ``timestamp`` and ``day``; a row a ticket, or a row an activity.
    as_of : date, optional
        The last day of data unless given. Later rows are ignored; what happens to a ticket after it
        is not known.
    by : str, optional
        A column to tell tickets apart by: the first of topic, channel and group that the file has
        unless given.
    closing, responding : collections of str
        Of a log, activities that close a ticket and that answer the customer. Without `closing` a
        ticket lasts from its first activity to its last.
    low, high, best : float, float, {"high", "low"}
        The scale of the satisfaction.

    Raises
    ------
    NotEnoughData
        There is no ticket.
    CxError
        ``bad_option``: no such column, no such activity, a scale without a usual positive set.
    """
    found = seen(table, as_of)
    if found is None:
        raise NotEnoughData(
            "not_enough_data",
            N_("There is no ticket in this file up to that day."),
            N_(
                "Support needs at least one row with a ticket's number and the time of its opening."
            ),
        )
    if by is not None and by not in found.held:
        raise CxError(
            "bad_option",
            N_("There is no column “{by}” with values to tell tickets apart by."),
            N_("Choose a column of the tickets, such as topic, channel or group."),
            by=by,
        )
    by = by or next((c for c in BY if c in found.held), None)
    score = next((c for c in ("s0", "csat") if c in found.held), None)
    also = [c for c in dict.fromkeys((score, by)) if c is not None and c not in BY]
    tickets = timed(ticket_rows(table, found, closing, responding, also), found.moment)
    if closing and found.log and not tickets["first_closed"].notna().any():
        raise CxError(
            "bad_option",
            N_("No ticket has one of the closing activities {activities}."),
            N_("Write them as they are in the file."),
            activities=", ".join(closing),
        )
    tickets, columns = _shares(tickets, found, score, csat.scale(low, high, best))
    periods = months(found.first, found.end)
    monthly = monthly_table(tickets, periods, found.moment, columns)
    judged = verdicts(monthly)
    topics = topic_trends(tickets.dropna(subset="topic"), periods)
    waits = {e: w for e in EVENTS if tickets[EVENTS[e]].notna().any() and (w := wait(tickets, e))}
    closes = "resolution" in waits
    warned = (swapped("timestamp"),) if exchanged(days(table, found)) else ()
    for key, verdict in judged.items():
        states = {v.after: v.state for v in verdict}
        monthly[f"{key}_state"] = [states.get(name, "unknown") for name in monthly["name"]]
    return SupportResult(
        by=by,
        log=found.log,
        tickets=len(tickets),
        open=int(tickets["open"].sum()) if closes else None,
        waits=waits,
        monthly=monthly,
        verdicts=judged,
        topics=topics,
        groups=group_table(tickets, by, columns),
        recurring=recurring(tickets, pd.Timestamp(found.first)),
        states={str(s): int(n) for s, n in tickets["state"].value_counts().items()},
        first_day=found.first,
        end=found.end,
        moment=found.moment.to_pydatetime(),
        headline=_headline(tickets, monthly, waits, columns),
        meaning=_meaning(monthly, judged["tickets"], topics),
        notes=(*warned, *notes(tickets, found, waits, closing)),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=found.rows,
            excluded={
                N_("after the end of observation"): found.later,
                N_("without a ticket number"): found.unnumbered,
            },
            parameters={
                "as_of": found.end.isoformat(),
                "by": by,
                "closing": ", ".join(closing),
                "responding": ", ".join(responding),
                "low": low,
                "high": high,
                "best": best,
            },
            timezone=timezone,
            date_basis=DATE_BASIS,
        ),
    )


def _shares(
    tickets: pd.DataFrame, found: Seen, score: str | None, scale: Scale
) -> tuple[pd.DataFrame, dict[str, tuple[str, Scale]]]:
    """Which shares the file can tell, each as a column: 1, 0, or NaN for tickets outside it."""
    columns = {} if score is None else {"csat": (score, scale)}
    reopened = tickets["reopened"]
    if tickets["state"].eq("reopened").any():
        closed = tickets["closed"].notna() | tickets["state"].isin(["closed", "reopened"])
        reopened = tickets["state"].eq("reopened").astype("float64").where(closed)
    if reopened.notna().any():
        columns["reopened_share"] = ("reopened", YES)
    single = (tickets["touches"].le(1) & ~reopened.eq(1)).astype("float64")
    one_touch = single.where(~tickets["open"] & tickets["touches"].notna())
    if one_touch.notna().any():
        columns["one_touch_share"] = ("one_touch", YES)
    return tickets.assign(reopened=reopened, one_touch=one_touch), columns


def _headline(
    tickets: pd.DataFrame,
    monthly: pd.DataFrame,
    waits: Mapping[Event, Wait],
    columns: Mapping[str, tuple[str, Scale]],
) -> tuple[KPI, ...]:
    n = len(tickets)
    shown = [kpi(monthly, "tickets", N_("Tickets"), Fact(n, "count", n))]
    labels: tuple[tuple[Event, str], ...] = (
        ("response", N_("Hours to response")),
        ("resolution", N_("Hours to resolution")),
    )
    for event, label in labels:
        if event in waits and (median := waits[event].median) is not None:
            shown.append(kpi(monthly, event, label, median))
    for key, label in (
        ("reopened_share", N_("Reopened")),
        ("one_touch_share", N_("One touch")),
        ("csat", N_("CSAT")),
    ):
        if key in columns and (value := share(tickets, *columns[key])) is not None:
            shown.append(kpi(monthly, key, label, value))
    return as_one_family([replace(k, better=BETTER[k.key]) for k in shown])


def _meaning(monthly: pd.DataFrame, judged: tuple[Verdict, ...], topics: pd.DataFrame) -> Sentence:
    """The newest month that had more tickets than usual, and the topic that grew with it."""
    units: Any = {"tickets": "count", "change": "count"}
    counts = monthly.set_index("name")["tickets"]
    up = [verdict for verdict in judged if verdict.state == "up"]
    told = up[-1] if up else judged[-1]
    if told.change is None or told.state == "unknown":
        return Sentence(ALONE, {"tickets": int(counts.sum())}, units)
    params: dict[str, Param] = {
        "month": told.after,
        "tickets": int(counts[told.after]),
        "change": told.change,
        "before": told.before,
    }
    if not up:
        return Sentence(CALM, params, units)
    grew = topics[(topics["name"] == told.after) & (topics["state"] == "up")]
    if grew.empty:
        return Sentence(UNUSUAL, params, units)
    first = grew.sort_values("change", ascending=False).iloc[0]
    return Sentence(UNUSUAL_TOPIC, {**params, "topic": str(first["topic"])}, units)
