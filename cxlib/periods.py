"""Calendar periods, and the feasts and sale days that move or crowd sales within them.

Days are the business's own: a table's days are in its time zone before they come here.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import holidays

from cxlib.i18n import N_

DAY = dt.timedelta(days=1)
RAMADAN_DAYS = 30  # 29 in some years: as a label for a month of trade a day does not matter
SALE_DAYS = (9, 10, 11, 12)  # 9.9 to 12.12, the marketplaces' large ones


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month, or a week from Monday. `complete` says that the data cover all of it."""

    first: dt.date
    last: dt.date
    unit: Literal["month", "week"]
    complete: bool = True

    @property
    def name(self) -> str:
        """2025-03 or 2025-W09: sorts as the calendar does."""
        if self.unit == "month":
            return f"{self.first:%Y-%m}"
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"

    def previous(self) -> Period:
        """The period before."""
        return _around(self.first - DAY, self.unit)

    def last_year(self) -> Period:
        """The same month a year earlier; for a week the one 52 weeks earlier, on the same weekdays."""
        if self.unit == "month":
            return _around(self.first.replace(year=self.first.year - 1), "month")
        return _around(self.first - 52 * 7 * DAY, "week")


def months(first_day: dt.date, last_day: dt.date) -> tuple[Period, ...]:
    """The calendar months that observation from `first_day` to `last_day` touches.

    The first and the last are incomplete unless observation covers them whole.
    """
    return tuple(_periods(first_day, last_day, "month"))


def weeks(first_day: dt.date, last_day: dt.date) -> tuple[Period, ...]:
    """The weeks (Monday to Sunday, as ISO 8601) that observation touches; see `months`."""
    return tuple(_periods(first_day, last_day, "week"))


def compared(periods: Iterable[Period]) -> tuple[Period | None, Period | None, Period | None]:
    """The newest period that the data cover whole, the one before it and that of the year before;
    None where they are not covered whole."""
    whole = {p.first: p for p in periods if p.complete}
    if not whole:
        return None, None, None
    newest = whole[max(whole)]
    return newest, whole.get(newest.previous().first), whole.get(newest.last_year().first)


def _periods(
    first_day: dt.date, last_day: dt.date, unit: Literal["month", "week"]
) -> Iterator[Period]:
    period = _around(first_day, unit)
    while period.first <= last_day:
        whole = first_day <= period.first and period.last <= last_day
        yield Period(period.first, period.last, unit, whole)
        period = _around(period.last + DAY, unit)


def _around(day: dt.date, unit: Literal["month", "week"]) -> Period:
    if unit == "month":
        length = calendar.monthrange(day.year, day.month)[1]
        return Period(day.replace(day=1), day.replace(day=length), "month")
    monday = day - day.weekday() * DAY
    return Period(monday, monday + 6 * DAY, "week")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Days that change how people buy. `name` is a message id; `moves` through the solar year."""

    name: str
    first: dt.date
    last: dt.date
    moves: bool

    def days_in(self, period: Period) -> int:
        """How many of its days lie in a period."""
        overlap = min(self.last, period.last) - max(self.first, period.first)
        return max(0, overlap.days + 1)


@dataclass(frozen=True, slots=True)
class CalendarEffect:
    """An occasion that two compared periods do not share alike.

    `days_after` and `days_before` are its days in the newer and the older period. `first_after` and
    `first_before` are when it began around each: "Lebaran fell in March this year, April last year".
    """

    name: str
    days_after: int
    days_before: int
    first_after: dt.date
    first_before: dt.date


@cache
def occasions(year: int) -> tuple[Occasion, ...]:
    """Ramadan, Lebaran and the marketplaces' sale days that begin in a year, as Indonesia keeps them.

    Lebaran is known for the years that the government has announced and computed for others. A
    solar year now and then has two (2000, 2033).
    """
    feasts = [
        day
        # Ramadan may begin in December before a Lebaran in January.
        for day, name in holidays.country_holidays(
            "ID", years=(year, year + 1), language="en_US"
        ).items()
        if any(part.removesuffix(" (estimated)") == "Eid al-Fitr" for part in name.split("; "))
    ]
    found = [
        *(
            Occasion(N_("Ramadan"), day - RAMADAN_DAYS * DAY, day - DAY, moves=True)
            for day in feasts
        ),
        *(Occasion(N_("Lebaran"), day, day + DAY, moves=True) for day in feasts),
        *(
            Occasion(f"{month}.{month}", day, day, moves=False)
            for month in SALE_DAYS
            for day in (dt.date(year, month, month),)
        ),
    ]
    return tuple(
        sorted((o for o in found if o.first.year == year), key=lambda o: (o.first, o.name))
    )


def occasions_in(period: Period) -> tuple[Occasion, ...]:
    """The occasions with a day in a period, in order."""
    near = [o for year in _years(period) for o in occasions(year)]
    return tuple(o for o in near if o.days_in(period))


def calendar_effects(after: Period, before: Period) -> tuple[CalendarEffect, ...]:
    """The occasions that one of two periods has more of than the other.

    A reader who compares March with last year's March should know that Lebaran moved into it; one
    who compares December with November, that 11.11 is gone and 12.12 has come.
    """
    names = {o.name: None for p in (after, before) for o in occasions_in(p)}
    effects = []
    for name in names:
        there, here = (
            [o for year in _years(p) for o in occasions(year) if o.name == name]
            for p in (before, after)
        )
        days_after = sum(o.days_in(after) for o in here)
        days_before = sum(o.days_in(before) for o in there)
        if here and there and days_after != days_before:
            effects.append(
                CalendarEffect(
                    name, days_after, days_before, _nearest(here, after), _nearest(there, before)
                )
            )
    return tuple(effects)


def _years(period: Period) -> range:
    return range(period.first.year - 1, period.last.year + 2)


def _nearest(found: list[Occasion], period: Period) -> dt.date:
    return min((o.first for o in found), key=lambda day: abs(day - period.first))
