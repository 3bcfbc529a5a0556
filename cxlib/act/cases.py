"""The closed loop in figures: who is waiting, how soon customers were called, and who was saved."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlib.definitions import Definition
from cxlib.i18n import N_
from cxlib.results import KPI, Estimate, Fact
from cxlib.statistics import wilson
from cxlib.store.cases import OUTCOMES, SOURCES, STATUSES, Case
from cxlib.value.kaplan_meier import SurvivalCurve, kaplan_meier

CONTACT = 48.0  # hours within which a customer shall be contacted
LATE = 0.9
FEW = 10
"""Cases below which a share says little: its interval covers most of the scale."""
HOUR = 3_600
DEFINITIONS = (
    Definition(
        id="act.cases.contacted",
        version=1,
        name=N_("Contacted within 48 hours"),
        formula=N_(
            "Cases contacted within 48 hours of their opening / cases opened 48 hours ago or longer."
            " Younger cases do not count yet, contacted or not; those that were no case never do."
            " Interval: Wilson."
        ),
        good_for=N_(
            "Seeing whether unhappy customers hear from you while they still remember why."
        ),
        not_good_for=N_("Saying whether the call helped: see how many were saved."),
        source="Wilson (1927), Probable inference, the law of succession, and statistical inference",
        pitfalls=N_(
            "The clock starts when the case is opened, not when the customer answered: open cases soon"
            " after each upload."
        ),
    ),
    Definition(
        id="act.cases.closing",
        version=1,
        name=N_("Time to close a case"),
        formula=N_(
            "Hours from the opening of a case to its closing, by Kaplan-Meier: open cases count with the"
            " time they have waited so far. Median and the time by which nine in ten are closed, with"
            " Brookmeyer-Crowley intervals."
        ),
        good_for=N_("Planning how many people the follow-up needs."),
        not_good_for=N_("Judging people: whoever takes the hard cases closes them later."),
        source="Kaplan & Meier (1958), JASA 53: 457-481; Brookmeyer & Crowley (1982), Biometrics 38: 29-41",
    ),
    Definition(
        id="act.cases.saved",
        version=1,
        name=N_("Save rate"),
        formula=N_(
            "Closed cases with the outcome “saved” / closed cases that were saved, not saved or gave no"
            " answer. Interval: Wilson."
        ),
        good_for=N_("Seeing for which causes a call helps."),
        not_good_for=N_(
            "Saying what the calls caused: some customers would have stayed without one, and only an"
            " experiment tells how many."
        ),
        source="Wilson (1927), Probable inference, the law of succession, and statistical inference",
    ),
)
BY = {"owner": N_("Owner"), "cause": N_("Root cause"), "source": N_("Source")}


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """The cases of a workspace at a moment.

    `contacted` is of detractors, `closing` and `saved` of all cases; None where there is nothing to
    measure yet. `young` detractors are not in `contacted` yet, `no_case` cases are in no figure but
    `cases`. `groups` has a row a group of each of `BY`, the most cases first: ``by, group, cases, open,
    overdue``, the shares ``contacted`` and ``saved`` with ``_low``, ``_high`` and ``_n``, and ``hours``
    (the median to close) with ``_low``, ``_high``; NaN where there is none. A group that nobody named
    is empty.
    """

    moment: dt.datetime
    cases: int
    open: int
    overdue: int
    young: int
    no_case: int
    contacted: Estimate | None
    curve: SurvivalCurve | None
    closing: Estimate | None
    closing_p90: Estimate | None
    saved: Estimate | None
    groups: pd.DataFrame

    @property
    def headline(self) -> tuple[KPI, ...]:
        """What stands on top of the page; of figures that are not there yet, nothing."""
        counts = (
            KPI("overdue", N_("Overdue"), Fact(self.overdue, "count", self.open), better="less"),
            KPI("open", N_("Open cases"), Fact(self.open, "count", self.cases), better="less"),
        )
        found = (
            ("contacted", N_("Contacted within 48 h"), self.contacted),
            ("closing", N_("Median hours to close"), self.closing),
            ("saved", N_("Save rate"), self.saved),
        )
        return counts + tuple(KPI(k, name, value) for k, name, value in found if value is not None)

    @property
    def few(self) -> bool:
        """Whether a share of the headline rests on fewer than `FEW` cases."""
        return any(e is not None and e.n < FEW for e in (self.contacted, self.saved))


def figures(cases: Sequence[Case], now: dt.datetime) -> CaseFigures:
    """The figures of some cases as they stand at `now` (aware)."""
    counted = [case for case in cases if case.outcome != "no_case"]
    detractors = [case for case in counted if case.source == "detractor"]
    curve = closing(counted, now)
    return CaseFigures(
        moment=now,
        cases=len(cases),
        open=sum(case.open for case in cases),
        overdue=sum(case.overdue(now) for case in cases),
        young=sum(_young(case, now) for case in detractors),
        no_case=len(cases) - len(counted),
        contacted=contacted(detractors, now),
        curve=curve,
        closing=None if curve is None else curve.median,
        closing_p90=None if curve is None else curve.quantile(LATE),
        saved=saved(counted),
        groups=_groups(cases, now),
    )


def contacted(cases: Sequence[Case], now: dt.datetime, hours: float = CONTACT) -> Estimate | None:
    """The share of cases that were contacted within `hours` of their opening, with Wilson's interval.

    Only cases opened `hours` ago or longer count: of younger ones only those that were quick could
    count so far, which would make every desk look quick. None where there are none.
    """
    within = dt.timedelta(hours=hours)
    old = [case for case in cases if not _young(case, now, hours)]
    quick = sum(c.contacted is not None and c.contacted - c.opened <= within for c in old)
    return wilson(quick, len(old)) if old else None


def closing(cases: Sequence[Case], now: dt.datetime) -> SurvivalCurve | None:
    """How many cases are still open so many hours after their opening; open ones are censored now.

    None without a case.
    """
    if not cases:
        return None
    waited = np.array([_waited(case, now) for case in cases])
    length, place = np.unique(waited, return_inverse=True)
    ended = np.array([case.closed is not None for case in cases])
    events, censored = (
        np.bincount(place[which], minlength=len(length)) for which in (ended, ~ended)
    )
    return kaplan_meier(length, events, censored, "hours")


def lasting(cases: Sequence[Case], hours: float, now: dt.datetime) -> tuple[Case, ...]:
    """The cases behind a point of the curve of `closing`: closed after `hours` or later, or open for
    so long at `now`."""
    return tuple(c for c in cases if c.outcome != "no_case" and _waited(c, now) >= hours)


def saved(cases: Sequence[Case]) -> Estimate | None:
    """Of the closed cases that were one, the share that was saved, with Wilson's interval."""
    closed = [case for case in cases if not case.open and case.outcome != "no_case"]
    won = sum(case.outcome == "saved" for case in closed)
    return wilson(won, len(closed)) if closed else None


def urgent(cases: Sequence[Case], now: dt.datetime) -> tuple[Case, ...]:
    """Cases in the order in which they need somebody: open ones by their due time, so that overdue
    ones come first, then closed ones, the latest first."""
    still = sorted((c for c in cases if c.open), key=lambda c: (c.due, c.opened, c.id))
    closed = sorted((c for c in cases if not c.open), key=lambda c: c.closed or now, reverse=True)
    return (*still, *closed)


def case_table(cases: Sequence[Case], zone: dt.tzinfo) -> pd.DataFrame:
    """Cases as a list to look through and to take along; moments in `zone`, to the minute."""

    def moment(at: dt.datetime | None) -> str | None:
        return None if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    rows: list[Mapping[str, Any]] = [
        {
            "case_due": moment(case.due),
            "status": STATUSES[case.status],
            "case_owner": case.owner or None,
            "customer_id": case.customer_id,
            "case_source": SOURCES[case.source],
            "score_given": math.nan if case.score is None else case.score,
            "topic": case.topic,
            "case_cause": case.cause or None,
            "case_action": case.action or None,
            "case_note": case.note or None,
            "case_outcome": OUTCOMES[case.outcome] if case.outcome else None,
            "case_followup": math.nan if case.followup is None else case.followup,
            "case_opened": moment(case.opened),
            "case_contacted": moment(case.contacted),
            "case_closed": moment(case.closed),
            "case_row": f"{case.kind}, {case.line}",
            "case_id": case.id,
        }
        for case in cases
    ]
    return pd.DataFrame(rows)


def group_of(case: Case, by: str) -> str:
    """The group of `BY` that a case belongs to; empty where nobody said."""
    return SOURCES[case.source] if by == "source" else str(getattr(case, by))


def _waited(case: Case, now: dt.datetime) -> float:
    """Hours from the opening of a case to its closing, of an open one until now."""
    return max(((case.closed or now) - case.opened).total_seconds(), 0) / HOUR


def _young(case: Case, now: dt.datetime, hours: float = CONTACT) -> bool:
    return now - case.opened < dt.timedelta(hours=hours)


def _groups(cases: Sequence[Case], now: dt.datetime) -> pd.DataFrame:
    rows = []
    for by in BY:
        named: dict[str, list[Case]] = {}
        for case in cases:
            named.setdefault(group_of(case, by), []).append(case)
        for group, held in sorted(named.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            rows.append({"by": by, "group": group, **_figures_of(held, now)})
    return pd.DataFrame(rows)


def _figures_of(cases: Sequence[Case], now: dt.datetime) -> dict[str, float]:
    counted = [case for case in cases if case.outcome != "no_case"]
    curve = closing(counted, now)
    return {
        "cases": len(cases),
        "open": sum(case.open for case in cases),
        "overdue": sum(case.overdue(now) for case in cases),
        **_columns("contacted", contacted(counted, now)),
        **_columns("hours", None if curve is None else curve.median),
        **_columns("saved", saved(counted)),
    }


def _columns(name: str, value: Estimate | None) -> dict[str, float]:
    if value is None:
        return {**dict.fromkeys((name, f"{name}_low", f"{name}_high"), math.nan), f"{name}_n": 0}
    return {
        name: value.value,
        f"{name}_low": value.low,
        f"{name}_high": value.high,
        f"{name}_n": value.n,
    }
