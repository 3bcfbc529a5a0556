"""How long contracts will last: the curve seen so far, the model behind it, and what is still to come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.contracts import contracts
from cxlib.frames.movements import counted as rows_of
from cxlib.frames.movements import last_event, lives
from cxlib.i18n import N_
from cxlib.results import KPI, Estimate, Fact, Gate, Issue, Receipt, Sentence
from cxlib.statistics import wilson
from cxlib.value import contract_value
from cxlib.value.clv.contracts import SBG, Renewals, fit_contracts, retention
from cxlib.value.clv.ladder import Fit
from cxlib.value.kaplan_meier import SurvivalCurve
from cxlib.value.recurring import AHEAD
from cxlib.value.renewal_curve import curve, observed
from cxlib.value.renewal_gates import gates
from cxlib.value.renewal_proof import Proof, proof
from cxlib.value.terms import MONTHS, Term, aged, counted, terms

TABLE = "subscriptions"
MOST_AHEAD = 24  # periods that are projected unless more are asked for
FARTHEST = 240
DEFINITIONS = (
    Definition(
        id="value.renewals",
        version=1,
        name=N_("Renewals and what contracts are still worth"),
        formula=N_(
            "A contract is a customer's unbroken run of subscriptions; its age is the periods it has"
            " come through. S(t) = B(α, β + t) / B(α, β), r(t) = (β + t - 1) / (α + β + t - 1), by"
            " maximum likelihood over contracts lost and still running at each age. Renewals to come"
            " = Σ S(t) / S(n - 1) / (1 + d)^(t - n) over t ≥ n; value = monthly revenue × months of"
            " a period × renewals to come."
        ),
        good_for=N_(
            "Projecting how many contracts will be renewed, and what running ones are worth."
        ),
        not_good_for=N_(
            "Saying who leaves next: contracts of one age are alike here. Plans that change what"
            " they ask of customers while the projection runs."
        ),
        pitfalls=N_(
            "Renewal rates rise with age even if nobody grows more loyal: those who were likely to"
            " leave have left. One average rate for all ages makes old contracts look worse than"
            " they are, and new ones better."
        ),
        source=(
            "Fader & Hardie (2007), How to project customer retention; Fader & Hardie (2010),"
            " Customer-base valuation in a contractual setting; Kaplan & Meier (1958)"
        ),
    ),
)

CONSTANT = Issue(
    "constant_rate",
    "info",
    N_("These contracts show one rate of renewal at every age, so the projection uses that."),
    N_("If some customers are more loyal than others, what is to come is more than is said here."),
)
PLANNED = Issue(
    "planned_ends",
    "warning",
    N_("Subscriptions end as late as {day}, long after the last one that starts."),
    N_("If these ends are planned, set the last day that counts to the day of the export."),
)


@dataclass(frozen=True, slots=True)
class RenewalsResult:
    """Contracts by age, seen and projected, and what those that run are worth.

    `period` is that of renewals; `contracts`, `lost` and `running` are numbers of contracts.
    `survival` is Kaplan and Meier's at whole periods. `curve` has a row an age: ``renewals``,
    ``at_risk``, ``lost``, ``observed`` and ``fitted`` (shares still there) and ``renewed`` and
    ``fitted_renewed`` (renewed of those who came to it), each with ``_low`` and ``_high``, and
    ``projected`` (beyond what was seen); NaN where not known. `residual` has a row a number of
    renewals that running contracts have made: ``renewals, contracts, expected_renewals,
    renewals_low, renewals_high, mrr`` and ``residual_value, value_low, value_high``.

    `customers` has a row a running contract with `cxlib.value.contract_value.COLUMNS`, the most
    valuable first. `fit` is None where no model holds;
    `offered` says that all gates are passed: else nothing is projected, and what is still to come is
    NaN. `expected` are renewals to come of a running contract on average, `total` is what all of
    them are worth.
    """

    period: Term
    contracts: int
    lost: int
    running: int
    survival: SurvivalCurve
    curve: pd.DataFrame
    residual: pd.DataFrame
    customers: pd.DataFrame
    fit: Fit | None
    proof: Proof | None
    gates: tuple[Gate, ...]
    offered: bool
    expected: Estimate | None
    total: Estimate | None
    last_day: dt.date
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt

    def members(self, renewals: int) -> pd.DataFrame:
        """The running contracts that have been renewed so many times."""
        return self.customers[self.customers["renewals"] == renewals]


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    period: Term | None = None,
    ahead: int | None = None,
    annual_discount_rate: float = 0.10,
    timezone: str = "Asia/Jakarta",
) -> RenewalsResult:
    """How many contracts are renewed at each age, how many will be, and what that is worth.

    Parameters
    ----------
    table : subscriptions of any engine
        Needs ``customer_id`` and ``start``; reads ``end``, ``plan``, ``mrr`` and ``churned``.
    as_of : date, optional
        The last day of observation: the latest start or end unless given.
    period : {"month", "year"}, optional
        Between renewals; that of most contracts unless given. Contracts of plans with another
        period are left out and counted.
    ahead : int, optional
        Periods to project: as many as were seen unless given, at most 24.
    annual_discount_rate : float
        Effective, a year; 0 or more.

    Raises
    ------
    NotEnoughData
        No subscription has a start day by `as_of`, or none has the period that was asked for.
    CxError
        An option that cannot be (`bad_option`).
    """
    if (ahead is not None and not 1 <= ahead <= FARTHEST) or annual_discount_rate < 0:
        raise CxError(
            "bad_option",
            N_("A projection reaches 1 to {most} periods, and discount rates are not below 0."),
            most=FARTHEST,
        )
    end = as_of or last_event(table)
    found = contracts(table, end) if end is not None else None
    if end is None or found is None or found.empty:
        raise NotEnoughData(
            "not_enough_data",
            N_("No subscription in this file has a start day."),
            N_(
                "Renewals are counted from the column of the day on which each subscription starts."
            ),
        )
    known = terms(lives(table, end))
    term = found["plan"].map(lambda plan: known[None if pd.isna(plan) else plan])
    chosen = period if period else _usual(term)
    others = found[term != chosen]
    found = aged(found[term == chosen].reset_index(drop=True), end, chosen)
    if found.empty:
        raise NotEnoughData(
            "not_enough_data",
            N_("No contract in this file has this period."),
            N_("Choose the other period, month or year, or none to have it found."),
        )
    renewals = counted(found)
    fit = fit_contracts(renewals)
    tested = proof(found, end, chosen)
    checks = gates(renewals, fit, tested)
    offered = all(gate.passed for gate in checks)
    rate = (1 + annual_discount_rate) ** (MONTHS[chosen] / 12) - 1
    ahead = min(len(renewals.age), MOST_AHEAD) if ahead is None else ahead
    projection = curve(renewals, fit, ahead if offered else 0)
    running = found[found["stop"].isna()]
    trusted = fit if offered else None
    to_come = contract_value.by_age(running, trusted, rate, chosen)
    expected, total = contract_value.totals(to_come, trusted, rate, chosen)
    rows = rows_of(table, end)
    return RenewalsResult(
        period=chosen,
        contracts=len(found),
        lost=int(renewals.lost.sum()),
        running=len(running),
        survival=observed(renewals),
        curve=projection,
        residual=to_come,
        customers=contract_value.customers(running, to_come, chosen),
        fit=fit,
        proof=tested,
        gates=checks,
        offered=offered,
        expected=expected,
        total=total,
        last_day=end,
        headline=_headline(renewals, len(running), expected, total),
        meaning=_meaning(renewals, projection, trusted, expected),
        notes=_notes(found["start"].max(), end, as_of is not None, trusted),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded={
                **rows.excluded,
                N_("of plans with another period"): int(others["subscriptions"].sum()),
            },
            parameters={
                "as_of": end.isoformat(),
                "period": chosen,
                "ahead": int(projection["projected"].sum()),
                "annual_discount_rate": annual_discount_rate,
            },
            timezone=timezone,
            date_basis=N_("close of the day"),
        ),
    )


def _usual(term: pd.Series[Any]) -> Term:
    """The period of most contracts."""
    return "year" if 2 * (term == "year").sum() > len(term) else "month"


def _headline(
    renewals: Renewals, running: int, expected: Estimate | None, total: Estimate | None
) -> tuple[KPI, ...]:
    shown = [KPI("running", N_("Contracts running"), Fact(running, "count", running))]
    if len(renewals.age):
        n, lost = int(renewals.at_risk[0]), int(renewals.lost[0])
        shown.append(KPI("first_renewal", N_("First renewal"), wilson(n - lost, n)))
    if expected is not None:
        shown.append(KPI("expected_renewals", N_("Renewals ahead"), expected))
    if total is not None:
        shown.append(KPI("residual_value", N_("Contract value"), total))
    return tuple(shown)


def _meaning(
    renewals: Renewals, curve: pd.DataFrame, fit: Fit | None, expected: Estimate | None
) -> Sentence:
    """What the curve says of loyalty, where it may be projected; else how far it reaches."""
    seen = curve[~curve["projected"]].iloc[-1]
    if fit is None:
        return Sentence(
            N_("After {periods} periods {share} of the contracts are still there; what comes next is not projected."),
            {"periods": int(seen["renewals"]), "share": float(seen["observed"])},
            {"periods": "count", "share": "share"},
        )  # fmt: skip
    first, last = retention(fit, [1, len(renewals.age)]).value
    params = {"first": float(first), "last": float(last), "n": len(renewals.age) - 1,
              "expected": expected.value if expected else None}  # fmt: skip
    words = (
        N_(
            "Of contracts at their first renewal {first} are renewed, of those with {n} behind them"
            " {last}: who stays is ever more likely to stay. A running one has {expected} renewals"
            " to come, later ones discounted."
        )
        if fit.model == SBG
        else N_(
            "Contracts are renewed with {first} at any age. A running one has {expected} renewals to"
            " come, later ones discounted."
        )
    )
    return Sentence(words, params, {"first": "share", "last": "share", "n": "count", "expected": "ratio"})  # fmt: skip


def _notes(started: pd.Timestamp, end: dt.date, chosen: bool, fit: Fit | None) -> tuple[Issue, ...]:
    """What a reader of the projection should know of it."""
    notes = [] if fit is None or fit.model == SBG else [CONSTANT]
    # Ends that decided on the last day of observation may still lie ahead.
    if not chosen and pd.Timestamp(end) - started > pd.Timedelta(days=AHEAD):
        params = {"day": end.isoformat()}
        notes.append(replace(PLANNED, params=params))
    return tuple(notes)
