"""The same data under the conventions of several vendors: why two tools show two numbers.

Nobody counts wrong, they count different things. Each convention is an exact share, its numerator and
denominator counted from the same rows. Steps lead from our share to it: each changes one thing of the
definition, and their effects add up to the difference.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.coverage import coverage
from cxlib.frames.gaps import gaps
from cxlib.frames.movements import counted, has_money, last_event, lives
from cxlib.frames.profiles import DAYS, profiles
from cxlib.frames.spans import Span, spans
from cxlib.frames.triangle import observed
from cxlib.i18n import N_
from cxlib.periods import Period, months
from cxlib.results import KPI, Receipt, Sentence
from cxlib.value.answers import Answer, Bridge, Counted, bridge
from cxlib.value.conventions import Change, Window, pages
from cxlib.value.order_conventions import ORDERS
from cxlib.value.subscription_conventions import SUBSCRIPTIONS

DAY, LAST = dt.timedelta(days=1), dt.timedelta(days=30)

FORMULA = N_(
    "Convention = numerator / denominator, both counted from the same rows. Effect of a step = share"
    " after it - share before it; the effects of all steps add up to the difference of the conventions."
)
DEFINITIONS = (
    Definition(
        id="value.bridge",
        version=1,
        name=N_("Bridge between definitions, orders"),
        formula=FORMULA,
        good_for=N_("Explaining why another tool shows another number of the same shop."),
        not_good_for=N_(
            "Saying which is right. A tool that sees other orders, or tells customers apart by other"
            " means, differs for reasons that no definition explains."
        ),
        pitfalls=N_(
            "One word stands for several shares: before two figures are compared, ask both"
            " tools what they divide by, and over which days."
        ),
        source=pages(ORDERS),
    ),
    Definition(
        id="value.bridge_subscriptions",
        version=1,
        name=N_("Bridge between definitions, subscriptions"),
        formula=FORMULA,
        good_for=N_("Explaining why a billing tool shows another churn of the same subscriptions."),
        not_good_for=N_(
            "Saying which is right. When a cancelled subscription ends, and what failed payments,"
            " discounts and trials do, each tool decides before it counts."
        ),
        pitfalls=N_(
            "Two rates of one name may be of the customers at the start of a month or of their"
            " average, with new customers or without, with upgrades or without."
        ),
        source=pages(SUBSCRIPTIONS),
    ),
)

IN_ORDER = N_(
    "Steps change one thing at a time, in a fixed order: what counts as an order, who is asked about,"
    " what is asked of them, and when. In another order single steps would be larger or smaller, their"
    " sum would not."
)
AS_DOCUMENTED = N_(
    "Conventions are as the vendors' pages describe them; where a page leaves something open, our"
    " definition stands. Predictions, such as Klaviyo's risk of churn, are no counts and have no bridge."
)


@dataclass(frozen=True, slots=True)
class BridgeResult:
    """The questions that a table can answer, each with all its conventions.

    `month` is the newest complete calendar month, which some conventions ask about. `windows` are the
    days that the conventions of subscriptions look at: the last day before, and the last day.
    `silences` are the least days of silence by each rule that orders are asked by.
    """

    bridges: tuple[Bridge, ...]
    month: Period | None
    windows: Mapping[Window, tuple[dt.date, dt.date]]
    silences: Mapping[str, int]
    end: dt.date
    headline: tuple[KPI, ...]
    meaning: Sentence | None
    notes: tuple[str, ...]
    receipt: Receipt


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    timezone: str = "Asia/Jakarta",
) -> BridgeResult:
    """Returning customers and churn of orders, as several vendors count them.

    Parameters
    ----------
    table : orders of any engine
        Needs ``customer_id`` and ``day``.
    as_of : date, optional
        The last day of data unless given. Later rows are ignored.

    Raises
    ------
    NotEnoughData
        No customer has a purchase.

    References
    ----------
    The ``source`` of each convention in `cxlib.value.order_conventions` is the page that says so.
    """
    span = observed(table, as_of)
    month = _newest(*span) if span else None
    silences = _silences(gaps(table, span[1])) if span else {}
    people = profiles(table, span[1], _bounds(month), silences) if span else None
    if span is None or people is None or not people["bought"].any():
        raise NotEnoughData(
            "not_enough_data",
            N_("No customer in this file has a purchase."),
            N_("Definitions are compared on rows with a customer, a day and a sale."),
        )

    def count(change: Change) -> Counted:
        of = people[change.of]
        part = of & people[list(change.part)].all(axis=1)
        n = int(people["n"][of].sum())
        return Counted(Fraction(int(people["n"][part].sum())), Fraction(n), n)

    rows = coverage(table, span[1])
    answered = [bridge(m, count) for m in ORDERS if set(m.start.part) <= set(people.columns)]
    return BridgeResult(
        bridges=tuple(answered),
        month=month,
        windows={},
        silences=silences,
        end=span[1],
        headline=_headline(answered),
        meaning=answered[0].meaning,
        notes=(IN_ORDER, AS_DOCUMENTED),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            # Where refunded orders count, a customer without a purchase is a customer.
            excluded={
                N_("after the end of observation"): rows.later,
                N_("without a customer"): rows.anonymous,
            },
            parameters={
                "as_of": span[1].isoformat(),
                "month": month.name if month else None,
                **silences,
            },
            timezone=timezone,
        ),
    )


def analyse_subscriptions(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    timezone: str = "Asia/Jakarta",
) -> BridgeResult:
    """Churn of customers and of recurring revenue, as several vendors count it.

    Parameters
    ----------
    table : subscriptions of any engine
        As for `cxlib.value.recurring.analyse`. Revenue needs ``mrr``.
    as_of : date, optional
        The latest start or end unless given.

    Raises
    ------
    NotEnoughData
        No calendar month is observed whole with customers who pay at its start.

    References
    ----------
    The ``source`` of each convention in `cxlib.value.subscription_conventions`.
    """
    end = as_of or last_event(table)
    lived = lives(table, end) if end is not None else pd.DataFrame()
    month = None if end is None or lived.empty else _newest(lived["start"].min().date(), end)
    windows: dict[Window, tuple[dt.date, dt.date]] = {}
    found: dict[Window, Span] = {}
    if end is not None and month is not None:
        windows = {"month": (month.first - DAY, month.last), "days": (end - LAST, end)}
        found = dict(zip(windows, spans(table, end, list(windows.values())), strict=True))
    if end is None or month is None or not found["month"].customers_start:
        raise NotEnoughData(
            "not_enough_data",
            N_("No calendar month with customers at its start is covered whole."),
            N_("Churn of a month needs subscriptions with start days, over two months or more."),
        )

    def count(change: Change) -> Counted:
        window = found[change.window]
        plus = sum(_sum(window, name) for name in change.part if name[0] != "-")
        minus = sum(_sum(window, name[1:]) for name in change.part if name[0] == "-")
        return Counted(Fraction(plus - minus), _sum(window, change.of), window.customers_start)

    rows = counted(table, end)
    priced = has_money(table)
    answered = [bridge(m, count) for m in SUBSCRIPTIONS if priced or m.unit != "money"]
    return BridgeResult(
        bridges=tuple(answered),
        month=month,
        windows=windows,
        silences={},
        end=end,
        headline=_headline(answered),
        meaning=answered[0].meaning,
        notes=(IN_ORDER, AS_DOCUMENTED),
        receipt=DEFINITIONS[1].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=rows.excluded,
            parameters={"as_of": end.isoformat(), "month": month.name, "last_days": LAST.days},
            timezone=timezone,
            date_basis=N_("close of the day"),
        ),
    )


def _newest(first: dt.date, end: dt.date) -> Period | None:
    return next((p for p in reversed(months(first, end)) if p.complete), None)


def _bounds(month: Period | None) -> tuple[dt.date, dt.date] | None:
    return None if month is None else (month.first, month.last)


def _silences(begun: pd.DataFrame) -> dict[str, int]:
    """The least days since the last purchase by each rule; those of gaps only where one has ended."""
    found = {"silent_90_days": DAYS}
    ended = begun.groupby("days")["ended"].sum()
    n = int(ended.sum())
    if n:
        # The fewest days within which eight, and nine, in ten have ended.
        eight, nine = (int(ended.index[10 * ended.cumsum() >= q * n][0]) for q in (8, 9))
        mean = int((ended.index.to_numpy() * ended.to_numpy()).sum()) / n
        found |= {
            "silent_longer_90th": nine + 1,
            "silent_longer_80th": eight + 1,
            "silent_80th": eight,
            "silent_longer_mean": math.floor(mean) + 1,
        }
    return found


def _sum(span: Span, name: str) -> Fraction:
    """A sum of a span, by the name that conventions call it."""
    if name == "start_and_new":
        return Fraction(span.customers_start + span.new)
    if name == "customers_mean":
        return Fraction(span.customer_days, span.days)
    return Fraction(getattr(span, name))


def _headline(bridges: list[Bridge]) -> tuple[KPI, ...]:
    ours: list[Answer] = [b.ours for b in bridges]
    return tuple(
        KPI(b.id, a.convention.name, a.value)
        for b, a in zip(bridges, ours, strict=True)
        if a.value is not None
    )
