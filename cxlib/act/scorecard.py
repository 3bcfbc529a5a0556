"""The scorecard: each metric's newest value, its target, whether it changed, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from cxlib.act.findings import Finding, Series, findings, topic_series
from cxlib.definitions import Definition
from cxlib.i18n import N_
from cxlib.results import KPI, Better, Estimate, Fact, Receipt, Sentence, Unit, Verdict
from cxlib.store.targets import Direction, Target

DEFINITIONS = (
    Definition(
        id="act.scorecard",
        version=1,
        name=N_("Scorecard"),
        formula=N_(
            "The newest complete month of each metric, as its own page has it. A target is met, or"
            " missed, where the whole 95 % interval is on that side of it, and open where the interval"
            " holds it. Of all comparisons of all metrics those count as changes that Benjamini-Bogomolov"
            " lets pass at a false-discovery rate of 5 %."
        ),
        good_for=N_("Seeing in a minute what needs a talk this month, and with which team."),
        not_good_for=N_("Saying why: every line leads to the page that shows what is behind it."),
        source="Benjamini & Bogomolov (2014), JRSS B 76: 297-318",
        pitfalls=N_(
            "A metric that is a target stops being a good one when people work on the number alone."
        ),
    ),
)

Team = Literal["cx", "service", "marketing", "product", "sales", "analytics"]
TEAMS: Mapping[Team, str] = {
    "cx": N_("CX"),
    "service": N_("Service"),
    "marketing": N_("Marketing"),
    "product": N_("Product"),
    "sales": N_("Sales"),
    "analytics": N_("Analytics"),
}
Standing = Literal["met", "missed", "open", "none"]
STANDINGS: Mapping[Standing, str] = {
    "met": N_("met"),
    "missed": N_("missed"),
    "open": N_("too close to tell"),
    "none": N_("no target"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A line of the scorecard: which KPI of which analysis, the team that owns it, and which way is
    better. `page` is where it is shown in full, `name` what it is called here, where the KPI's own label
    would not be told from another."""

    analysis: str
    kpi: str
    team: Team
    better: Direction
    page: str
    name: str = ""

    @property
    def id(self) -> str:
        """The id under which its target is kept."""
        return f"{self.analysis}.{self.kpi}"


# Who returns among a month's buyers is left out: in a young file it rises by itself.
MEASURES = (
    Measure("nps", "nps", "cx", "at_least", "voice/nps.py"),
    Measure("csat", "csat", "service", "at_least", "voice/csat.py"),
    Measure("ces", "ces", "product", "at_least", "voice/ces.py"),
    Measure("support", "tickets", "service", "at_most", "voice/support.py"),
    Measure("support", "response", "service", "at_most", "voice/support.py"),
    Measure("support", "resolution", "service", "at_most", "voice/support.py"),
    Measure("support", "reopened_share", "service", "at_most", "voice/support.py"),
    Measure("support", "csat", "service", "at_least", "voice/support.py", N_("CSAT of tickets")),
    Measure("engagement", "mau", "marketing", "at_least", "growth/engagement.py"),
    Measure("engagement", "stickiness", "product", "at_least", "growth/engagement.py"),
    Measure("engagement", "engaged_share", "product", "at_least", "growth/engagement.py"),
    Measure("sales", "revenue", "sales", "at_least", "value/overview.py"),
    Measure("sales", "orders", "sales", "at_least", "value/overview.py"),
    Measure("sales", "average_order", "sales", "at_least", "value/overview.py"),
    Measure(
        "recurring", "grr", "product", "at_least", "value/churn.py", N_("Gross revenue retention")
    ),
    Measure(
        "recurring", "nrr", "analytics", "at_least", "value/churn.py", N_("Net revenue retention")
    ),
    Measure("recurring", "customer_churn", "product", "at_most", "value/churn.py"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A measure as it stands: its KPI, under its name here. `month` is the newest complete one (empty
    where the value is of all data), `sentence` what changed."""

    measure: Measure
    kpi: KPI
    month: str
    target: Target | None
    standing: Standing
    sentence: Sentence

    @property
    def value(self) -> Fact | Estimate:
        """The newest complete month's, or that of all data."""
        return self.kpi.latest or self.kpi.value


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The lines that there are data for, what changed over the last year of months, and the receipts
    of the analyses that it rests on."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    receipts: tuple[Receipt, ...]


def scorecard(results: Mapping[str, Any], targets: Mapping[str, Target]) -> Scorecard:
    """The lines and findings of the analyses that a workspace has data for.

    Parameters
    ----------
    results : mapping of str to result
        Results of analyses by the names of `MEASURES` (``nps``, ``support``, …), as far as there are.
    targets : mapping of str to Target
        By `Measure.id`, as `cxlib.store.targets.listed` gives them.
    """
    lines, series = [], list[Series]()
    for measure in MEASURES:
        result = results.get(measure.analysis)
        kpi = next((k for k in result.headline if k.key == measure.kpi), None) if result else None
        if kpi is None:
            continue
        lines.append(_line(measure, kpi, targets.get(measure.id)))
        series.append((measure.id, measure.name or kpi.label, kpi.family))
    support = results.get("support")
    if support is not None:
        series += topic_series(support.topics, "support.topic")
    return Scorecard(
        lines=tuple(lines),
        findings=findings(series),
        receipts=tuple(result.receipt for result in results.values()),
    )


def standing(value: Fact | Estimate, target: Target | None) -> Standing:
    """Whether a target is met: for certain, for certain not, or too close to tell."""
    if target is None:
        return "none"
    low, high = (value.low, value.high) if isinstance(value, Estimate) else (value.value,) * 2
    if target.direction == "at_most":
        low, high = -high, -low
    goal = target.value if target.direction == "at_least" else -target.value
    return "met" if low >= goal else "missed" if high < goal else "open"


def _line(measure: Measure, kpi: KPI, target: Target | None) -> Line:
    value, verdict = kpi.latest or kpi.value, kpi.verdict
    better: Better = "more" if measure.better == "at_least" else "less"
    return Line(
        measure=measure,
        kpi=replace(kpi, label=measure.name or kpi.label, better=better),
        month=verdict.after if kpi.latest is not None and verdict is not None else "",
        target=target,
        standing=standing(value, target),
        sentence=_sentence(value.unit, verdict),
    )


def _sentence(unit: Unit, verdict: Verdict | None) -> Sentence:
    """What changed against the month before."""
    if verdict is None or verdict.change is None or verdict.state == "unknown":
        return Sentence(N_("Too few complete months to compare."))
    if verdict.state == "none":
        return Sentence(N_("No detectable change on {before}."), {"before": verdict.before})
    message = {
        "up": N_("Up by {change} on {before}."),
        "down": N_("Down by {change} on {before}."),
    }[verdict.state]
    return Sentence(
        message, {"change": abs(verdict.change), "before": verdict.before}, {"change": unit}
    )
