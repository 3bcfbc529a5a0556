"""Engagement: how many are active, whether they come back, and what a visit is worth to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.events import events_until, rows_of
from cxlib.frames.filters import values
from cxlib.frames.sessions import (
    Rules,
    session_customers,
    session_medians,
    sessions,
)
from cxlib.frames.summary import lazy
from cxlib.growth.actives import daily_table, monthly_table
from cxlib.growth.clicks import NOT_INDEPENDENT, Clicks, clicks
from cxlib.growth.engagement_headline import FIGURES, comparable, headline, meaning
from cxlib.growth.groups import attribute_groups, members_of, session_groups
from cxlib.growth.visits import RATES, estimate, rates, sums_of, verdicts, views_among
from cxlib.i18n import N_
from cxlib.periods import CalendarEffect, Period, calendar_effects, compared, months
from cxlib.results import KPI, Estimate, Fact, Receipt, Sentence, Verdict

TABLE = "events"
DEFINITIONS = (
    Definition(
        id="growth.engagement",
        version=1,
        name=N_("Engagement"),
        formula=N_(
            "A session is a session id of a customer; without ids it ends after 30 idle minutes or"
            " more. Its length runs from its first event to its last, 0 for a single one. Engaged:"
            " 10 seconds or longer, 2 views or more, or a key event. DAU, WAU, MAU = distinct"
            " customers with an event in the last 1, 7 and 30 days. Stickiness = mean DAU of these"
            " 30 days / MAU. CTR = clicks / impressions."
        ),
        good_for=N_(
            "Seeing whether customers come, come back, and do something when they are here."
        ),
        not_good_for=N_(
            "Comparing with tools that count devices or cookies, or saying why somebody left. Time"
            " after the last event of a session is not seen."
        ),
        pitfalls=N_(
            "More sessions are not more engagement where a session got shorter: look at both. MAU of"
            " the first 30 days is too low, because the file holds no earlier events."
        ),
        source="Croll & Yoskovitz (2013), Lean Analytics; Clifton (2012), Advanced Web Metrics;"
        " Cochran (1977), section 6.4; Wilson (1927)",
    ),
)

NAMES = 10_000  # of events that are looked through for views
MOST = 12  # values of a breakdown before the rest
BY_MONTH = ("sessions_per_customer", "minutes_per_customer")
TRAILING = N_(
    "MAU looks back 30 days, a calendar month has 28 to 31: the active customers of a month differ a"
    " little from its MAU."
)
FIRST = N_(
    "“New” means first seen in this file: in its first months customers who have long been there look"
    " new."
)
LENGTH = N_(
    "The length of a session is a lower bound: what happens after its last event is not seen, and a"
    " session of one event has none."
)
ALL_VIEWS = N_("No event is named like a view, so every event counts as one.")


@dataclass(frozen=True, slots=True)
class EngagementResult:
    """Activity by day and month, sessions, and their breakdowns.

    `daily` and `monthly` are the tables of `cxlib.growth.actives`. `averages` are the `RATES` of all
    sessions, None where a single customer leaves no interval; of those a month the newest complete
    one's. `customers` is as `cxlib.frames.sessions.session_customers`. `channels` and `groups` are as
    `cxlib.growth.groups.session_groups`, None where there is no such column. `verdicts` judge the
    latest months of each series. `views` are the events that count as views (None: all), `absent` the
    names that were asked for and do not occur. `month`, `previous` and `last_year` are the periods
    that verdicts compare, `effects_previous` and `effects_last_year` what sets them apart.
    """

    rules: Rules
    daily: pd.DataFrame
    monthly: pd.DataFrame
    customers: pd.DataFrame
    averages: Mapping[str, Estimate | None]
    median_minutes: Fact
    channels: pd.DataFrame | None
    by: str | None
    groups: pd.DataFrame | None
    clicks: Clicks | None
    verdicts: Mapping[str, tuple[Verdict, ...]]
    events: tuple[str, ...]
    absent: tuple[str, ...]
    first_day: dt.date
    end: dt.date
    month: Period | None
    previous: Period | None
    last_year: Period | None
    effects_previous: tuple[CalendarEffect, ...]
    effects_last_year: tuple[CalendarEffect, ...]
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[str, ...]
    receipt: Receipt

    @property
    def views(self) -> tuple[str, ...] | None:
        """The events that count as views; None where all do."""
        return self.rules.views


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    by: str | None = None,
    campaigns: Any = None,
    customers: Any = None,
    idle_minutes: float = 30,
    view_events: tuple[str, ...] = (),
    key_events: tuple[str, ...] = (),
    timezone: str = "Asia/Jakarta",
) -> EngagementResult:
    """Count who is active, who comes back, and how engaged their sessions are.

    Parameters
    ----------
    table : events of any engine
        Needs ``customer_id``, ``timestamp``, ``event`` and ``day``; reads ``session_id`` and
        ``channel`` where they are there.
    as_of : date, optional
        The last day of data unless given. Later rows are ignored.
    by : str, optional
        An attribute to tell sessions apart by: a column of the events (its value at the first event
        with one) or of `customers`.
    campaigns, customers : tables of the same engine, optional
        Where impressions and clicks are; what else is known of customers, by ``customer_id``.
    idle_minutes : float
        So long without an event, or longer, ends a session. It is not asked of a session id.
    view_events : tuple of str
        The events that are views. Without it those whose name says so (view, page, screen), else all.
    key_events : tuple of str
        Events that make a session engaged.

    Raises
    ------
    NotEnoughData
        No row with a customer and a time lies in the period.
    CxError
        ``bad_option``: no time to be idle, or no such attribute.
    """
    if not idle_minutes > 0:
        raise CxError(
            "bad_option",
            N_("A session cannot end after {minutes} idle minutes."),
            N_("Choose more than 0 minutes."),
            minutes=idle_minutes,
        )
    rows = rows_of(table, as_of)
    if rows.first is None or rows.last is None:
        raise NotEnoughData(
            "not_enough_data",
            N_("No event in this file has a customer and a time."),
            N_("Engagement needs at least one row with a customer, a time and an event."),
        )
    end = as_of or rows.last
    periods = months(rows.first, end)
    names = values(events_until(table, end), "event", NAMES)
    rules = Rules(
        idle_minutes, tuple(sorted(view_events)) or views_among(names), tuple(sorted(key_events))
    )
    found = sessions(table, end, rules)
    people = session_customers(found)
    daily = daily_table(table, rows.first, end)
    monthly = monthly_table(table, found, daily, periods)
    whole = rates(sums_of(people)).assign(n=len(people))
    median = Fact(
        float(session_medians(found)["median"].iloc[0]) / 60, "ratio", int(people["sessions"].sum())
    )
    month, previous, last_year = compared(periods)
    averages = _averages(whole, monthly, periods.index(month) if month else None)
    tiles = headline(monthly, daily, averages, median, periods)
    columns = lazy(table).collect_schema().names()
    channels = session_groups(table, end, rules, "channel", MOST) if "channel" in columns else None
    counted = None if campaigns is None else clicks(campaigns, end)
    return EngagementResult(
        rules=rules,
        daily=daily,
        monthly=monthly,
        customers=people,
        averages=averages,
        median_minutes=median,
        channels=channels,
        by=by,
        groups=None if by is None else _groups(table, by, customers, end, rules, people),
        clicks=counted,
        verdicts={
            key: verdicts(monthly, key, comparable(monthly, key), unit)
            for key, (_, unit, _) in FIGURES.items()
        },
        events=names,
        absent=tuple(sorted({*view_events, *key_events} - set(names))),
        first_day=rows.first,
        end=end,
        month=month,
        previous=previous,
        last_year=last_year,
        effects_previous=calendar_effects(month, previous) if month and previous else (),
        effects_last_year=calendar_effects(month, last_year) if month and last_year else (),
        headline=tiles,
        meaning=meaning(tiles, month, len(people)),
        notes=_notes(rules, counted),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=rows.excluded,
            parameters={
                "as_of": end.isoformat(),
                "idle_minutes": idle_minutes,
                "session_ids": f"{rows.with_id}/{rows.counted}",
                "view_events": ", ".join(rules.views) if rules.views else "*",
                "key_events": ", ".join(rules.key_events) or None,
                "by": by,
                "campaigns": None if counted is None else counted.rows,
            },
            timezone=timezone,
            date_basis=N_("day of the event"),
        ),
    )


def _groups(
    table: Any, by: str, customers: Any, end: dt.date, rules: Rules, people: pd.DataFrame
) -> pd.DataFrame | None:
    if by in lazy(table).collect_schema().names():
        return session_groups(table, end, rules, by, MOST)
    if customers is not None and by in lazy(customers).collect_schema().names():
        return attribute_groups(people, members_of(customers, by), MOST)
    raise CxError(
        "bad_option",
        N_("There is no attribute “{by}”."),
        N_("Choose a column of the events or of the customers."),
        by=by,
    )


def _averages(
    whole: pd.DataFrame, monthly: pd.DataFrame, month: int | None
) -> dict[str, Estimate | None]:
    """The averages of all sessions; those that have a meaning by month only, of the newest one."""
    return {
        key: estimate(whole, key, 0)
        if key not in BY_MONTH
        else None
        if month is None
        else estimate(monthly, key, month)
        for key in RATES
    }


def _notes(rules: Rules, counted: Clicks | None) -> tuple[str, ...]:
    return (
        LENGTH,
        FIRST,
        TRAILING,
        *((ALL_VIEWS,) if rules.views is None else ()),
        *((NOT_INDEPENDENT,) if counted is not None else ()),
    )
