"""Between segments: how many customers went from which to which, and what that says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from cxlib.i18n import N_
from cxlib.results import KPI, Estimate, Fact, Param, Sentence, Unit
from cxlib.statistics import wilson
from cxlib.value.grid import AT_RISK, CHAMPIONS, HIBERNATING, LOST, MUST_KEEP, SEGMENTS
from cxlib.value.monthly import exact_sum

NEW_SINCE, UNDONE = N_("New since"), N_("All returned")
ORDER = (*SEGMENTS, NEW_SINCE, UNDONE)
QUIET = (AT_RISK, MUST_KEEP, HIBERNATING, LOST)
STAYED, SLIPPED, WON_BACK = N_("Stayed"), N_("Slipped"), N_("Won back")


@dataclass(frozen=True, slots=True)
class Flow:
    """Customers who went from one segment to another (or stayed), and their revenue in between."""

    before: str
    now: str
    customers: int
    revenue: float | None

    @property
    def active(self) -> bool:
        """Whether they were customers, and not quiet."""
        return self.before not in (*QUIET, NEW_SINCE)

    @property
    def slipped(self) -> bool:
        """Whether they were active and are quiet."""
        return self.active and self.now in QUIET

    @property
    def won_back(self) -> bool:
        """Whether they were quiet and are active."""
        return self.before in QUIET and self.now not in (*QUIET, UNDONE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many customers of a segment stayed in it, slipped or were won back. `share` is of all who
    were in the segment."""

    segment: str
    outcome: str
    customers: int
    share: Estimate


def flows(customers: pd.DataFrame) -> tuple[Flow, ...]:
    """The pairs of ``segment_before`` and ``segment_now`` that a customer has, by `ORDER`."""
    amounts = dict(tuple(customers.groupby(["segment_before", "segment_now"])["revenue_between"]))
    return tuple(
        Flow(before, now, len(cell), None if cell.isna().all() else exact_sum(cell))
        for before in ORDER
        for now in ORDER
        if (cell := amounts.get((before, now))) is not None
    )


def outcomes(found: Sequence[Flow]) -> tuple[Outcome, ...]:
    """Who stayed in each segment, and who slipped from it or, from a quiet one, was won back."""
    told = []
    for segment in SEGMENTS:
        row = [flow for flow in found if flow.before == segment]
        if not row:
            continue
        turned = WON_BACK if segment in QUIET else SLIPPED
        counts = {
            STAYED: _sum(flow for flow in row if flow.now == segment),
            turned: _sum(flow for flow in row if flow.slipped or flow.won_back),
        }
        told += [Outcome(segment, o, n, wilson(n, _sum(row))) for o, n in counts.items()]
    return tuple(told)


def headline(found: Sequence[Flow]) -> tuple[KPI, ...]:
    """Champions who stayed (where there were any), who slipped, who was won back, who is new."""
    everyone = _sum(found)
    kept = [
        KPI("kept_champions", N_("Champions kept"), outcome.share)
        for outcome in outcomes(found)
        if (outcome.segment, outcome.outcome) == (CHAMPIONS, STAYED)
    ]
    counts = (
        ("slipped", N_("Slipped away"), _sum(flow for flow in found if flow.slipped)),
        ("won_back", WON_BACK, _sum(flow for flow in found if flow.won_back)),
        ("new_since", NEW_SINCE, _sum(flow for flow in found if flow.before == NEW_SINCE)),
    )
    return (*kept, *(KPI(key, name, Fact(n, "count", everyone)) for key, name, n in counts))


def meaning(customers: pd.DataFrame, found: Sequence[Flow], days: int) -> Sentence:
    """How many of the active have slipped away, as a rate, and what they have brought."""
    active = _sum(flow for flow in found if flow.active)
    slipped = _sum(flow for flow in found if flow.slipped)
    back = _sum(flow for flow in found if flow.won_back)
    params: dict[str, Param] = {"days": days, "active": active, "back": back}
    units: dict[str, Unit] = {"days": "days", "active": "count", "back": "count"}
    if not slipped:
        return Sentence(
            N_("In {days} days none of {active} active customers slipped; {back} were won back."),
            params,
            units,
        )
    share = wilson(slipped, active)
    params |= {"slipped": slipped, "share": share.value, "low": share.low, "high": share.high}
    units |= {"slipped": "count", "share": "share", "low": "share", "high": "share"}
    left = ~customers["segment_before"].isin([*QUIET, NEW_SINCE])
    revenue = exact_sum(customers.loc[left & customers["segment_now"].isin(QUIET), "monetary"])
    if math.isnan(revenue):
        return Sentence(
            N_(
                "In {days} days {slipped} of {active} active customers slipped ({share}, 95 %"
                " interval {low} to {high}); {back} were won back."
            ),
            params,
            units,
        )
    return Sentence(
        N_(
            "In {days} days {slipped} of {active} active customers slipped ({share}, 95 % interval"
            " {low} to {high}), who have brought {revenue} so far; {back} were won back."
        ),
        params | {"revenue": revenue},
        units | {"revenue": "money"},
    )


def _sum(found: Iterable[Flow]) -> int:
    return sum(flow.customers for flow in found)
