"""Retention: who comes back, by cohort and age, and how long it takes until the next order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.coverage import coverage
from cxlib.frames.gaps import gaps
from cxlib.frames.groups import largest, values_of
from cxlib.frames.ordinals import Grain
from cxlib.frames.triangle import Mode, observed, retention_triangle
from cxlib.i18n import N_
from cxlib.results import KPI, Receipt, Sentence
from cxlib.statistics import wilson
from cxlib.value.kaplan_meier import SurvivalCurve
from cxlib.value.rhythm import AFTER, Gaps, lengths, next_order
from cxlib.value.triangle import Of, first_period, marked, periods_of, pooled, shares

DEFINITIONS = (
    Definition(
        id="value.retention",
        version=1,
        name=N_("Retention"),
        formula=N_(
            "Cohort = customers by the calendar month (or week) of their first purchase. Exact: those"
            " with a purchase in exactly that period; on or after: in it or a later one; each as a"
            " share of the cohort, or of those who bought in the period before. Time to the next"
            " order: Kaplan–Meier, silence at the end of the data censored."
        ),
        good_for=N_("Seeing whether newer customers come back more or less than earlier ones did."),
        not_good_for=N_(
            "Saying who is lost: without a contract nobody says goodbye. First cohorts of a file"
            " hold customers who had bought before it begins."
        ),
        pitfalls=N_(
            "Newer cohorts have had less time to come back: compare cohorts at the same age. A"
            " good month of one cohort can be a season, which all cohorts have at the same time."
        ),
        source="Wilson (1927); Kaplan & Meier (1958); Kalbfleisch & Prentice (2002), section 1.4",
    ),
)

GROUPS = 6  # as many as colours tell apart
# Where half have not ordered again, how many have within a time that most shops can observe.
AGAIN = {90: N_("2nd order in 90 days"), 30: N_("2nd order in 30 days")}

CALENDAR = N_(
    "Periods are calendar ones: who first buys on the 31st is one month old on the next day."
)
TRUNCATED = N_(
    "The first cohorts also hold customers who had bought before this file begins, so they look more"
    " loyal than new customers are."
)
STILL_GROWING = N_(
    "“On or after” still grows for recent cohorts: who is silent now may come back. Compare cohorts"
    " by “exact”."
)
GAPS = N_(
    "Only gaps that have ended have a length, and in a short history long ones have had no time to"
    " end: the rule calls people lost sooner than it would after some years."
)
COMES_BACK: Mapping[Grain, str] = {
    "month": N_("{share} of new customers buy again in the calendar month after their first."),
    "week": N_("{share} of new customers buy again in the calendar week after their first."),
}
COMPARED = {
    "up": N_(
        "Of the customers won in {cohort}, {share} were back in the next period: {change} more than of"
        " those won in {before}, beyond chance."
    ),
    "down": N_(
        "Of the customers won in {cohort}, {share} were back in the next period: {change} less than of"
        " those won in {before}, beyond chance."
    ),
    "none": N_(
        "Of the customers won in {cohort}, {share} were back in the next period: {change} against those"
        " won in {before}, which chance explains (smallest change these data could show: {least})."
    ),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Customers with one value of the attribute; `curve` as `RetentionResult.curve`."""

    value: str
    customers: int
    curve: pd.DataFrame


@dataclass(frozen=True, slots=True)
class RetentionResult:
    """The triangle, its sums over cohorts, and the time between orders.

    `triangle` has a row a cohort and age, as `cxlib.frames.triangle.retention_triangle` gives them,
    with the cohort's ``name``, ``complete`` (the period at this age was observed to its end) and
    ``whole`` (so was the cohort's own, from its beginning). `curve` has a row an age, summed over the
    cohorts that are complete at it: ``age, cohorts, customers, active, returned``, their shares of
    customers ``exact`` and ``on_or_after`` with ``_low`` and ``_high`` (Wilson), ``value`` (revenue
    of the period per customer, NaN without amounts) and ``cumulative_value``, its sum over ages.
    `groups` are the largest values of the attribute `by`. `next_order` is the time to the next order
    after a customer's first, second and third purchase: each customer is once in each.
    """

    period: Grain
    triangle: pd.DataFrame
    curve: pd.DataFrame
    by: str | None
    groups: tuple[Group, ...]
    next_order: Mapping[int, SurvivalCurve]
    gaps: Gaps
    end: dt.date
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[str, ...]
    receipt: Receipt

    def shares(self, mode: Mode = "exact", of: Of = "cohort") -> pd.DataFrame:
        """The triangle as shares, as `cxlib.value.triangle.shares` gives them."""
        return shares(self.triangle, mode, of)


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    period: Grain = "month",
    by: str | None = None,
    lines: Any = None,
    customers: Any = None,
    timezone: str = "Asia/Jakarta",
) -> RetentionResult:
    """Count who came back, by cohort and age, and how long it took.

    Parameters
    ----------
    table : orders of any engine
        Needs ``customer_id`` and ``day``; revenue needs ``amount``.
    as_of : date, optional
        The last day of data unless given. Later rows are ignored.
    period : {"month", "week"}
        Of cohorts and ages.
    by : str, optional
        An attribute to tell customers apart by: a column of the orders or the lines (its value at
        the first purchase; who bought two values on that day is in both groups) or of `customers`.
    lines, customers : tables of the same engine, optional
        Where products and categories are; what else is known of customers, by ``customer_id``.

    Raises
    ------
    NotEnoughData
        No customer has a purchase.
    CxError
        ``bad_option``: no such period, no such attribute.
    """
    if period not in ("month", "week"):
        raise CxError(
            "bad_option",
            N_("There is no period “{period}”."),
            N_("Choose month or week."),
            period=period,
        )
    span = observed(table, as_of)
    found = pd.DataFrame() if span is None else retention_triangle(table, span[1], period)
    if span is None or found.empty:
        raise NotEnoughData(
            "not_enough_data",
            N_("No customer in this file has a purchase."),
            N_("Retention needs at least one row with a customer, a day and a sale."),
        )
    end = span[1]
    rows = coverage(table, end)
    triangle = marked(found, periods_of(span, period), end)
    begun = gaps(table, end, most=max(AFTER))
    waiting = next_order(begun)
    between = lengths(begun)
    headline = _headline(triangle, period, waiting, between)
    return RetentionResult(
        period=period,
        triangle=triangle,
        curve=pooled(triangle),
        by=by,
        groups=() if by is None else _groups(table, by, lines, customers, period, span),
        next_order=waiting,
        gaps=between,
        end=end,
        headline=headline,
        meaning=_meaning(headline, period),
        notes=(TRUNCATED, STILL_GROWING, CALENDAR, *((GAPS,) if between.p90 else ())),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=rows.excluded,
            parameters={"as_of": end.isoformat(), "period": period, "by": by},
            timezone=timezone,
        ),
    )


def _groups(
    table: Any,
    by: str,
    lines: Any,
    customers: Any,
    period: Grain,
    span: tuple[dt.date, dt.date],
) -> tuple[Group, ...]:
    """The curve of each of the largest groups, the largest first."""
    end = span[1]
    members = values_of(table, by, end, lines, customers)
    sizes = largest(members, GROUPS)
    members = members.filter(nw.col("value").is_in(list(sizes)))
    found = retention_triangle(table, end, period, members)
    cells = marked(found, periods_of(span, period), end)
    return tuple(
        Group(value, n, pooled(cells[cells["value"] == value])) for value, n in sizes.items()
    )


def _headline(
    triangle: pd.DataFrame, period: Grain, next_order: Mapping[int, SurvivalCurve], between: Gaps
) -> tuple[KPI, ...]:
    first = next_order[1]
    people = int(first.at_risk[0])
    shown = [KPI("repeat_rate", N_("Repeat rate"), wilson(int(first.events.sum()), people))]
    back = first_period(triangle, period)
    if back is not None:
        shown.append(back)
    if first.median is not None:
        shown.append(KPI("median_days", N_("Days to 2nd order"), first.median))
    else:
        for days, label in AGAIN.items():
            if days <= first.durations[-1]:
                shown.append(KPI(f"again_{days}", label, first.ended_by(days)))
                break
    if between.silent is not None:
        shown.append(KPI("silent", N_("Silent too long"), between.silent))
    return tuple(shown)


def _meaning(headline: tuple[KPI, ...], period: Grain) -> Sentence:
    """Whether the newest cohort came back as the one before did."""
    shown = {kpi.key: kpi for kpi in headline}
    back = shown.get("first_period")
    if back is None:
        repeat = shown["repeat_rate"].value
        return Sentence(
            N_(
                "{share} of customers bought again so far; no cohort has a complete next period yet."
            ),
            {"share": repeat.value},
            {"share": "share"},
        )
    verdict, latest = back.verdict, back.latest
    if verdict is None or latest is None or verdict.change is None:
        return Sentence(COMES_BACK[period], {"share": back.value.value}, {"share": "share"})
    change = verdict.change if verdict.state == "none" else abs(verdict.change)
    return Sentence(
        COMPARED[verdict.state],
        {
            "cohort": verdict.after,
            "share": latest.value,
            "change": change,
            "before": verdict.before,
            "least": verdict.smallest_detectable,
        },
        {"share": "share", "change": "share", "least": "share"},
    )
