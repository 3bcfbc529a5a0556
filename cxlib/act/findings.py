"""What changed: the months in which the data of a workspace show that something did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cxlib.i18n import N_
from cxlib.results import Param, Sentence, Unit, Verdict
from cxlib.statistics import FALSE_DISCOVERY, benjamini_hochberg

CALLED = ("up", "down")
Series = tuple[str, str, tuple[Verdict, ...]]
"""A measure's id, its name (a message id, or the user's own word) and the verdicts of its family."""

MESSAGES = {
    ("up", False): N_("{measure} rose by {change} in {month}, more than chance explains."),
    ("down", False): N_("{measure} fell by {change} in {month}, more than chance explains."),
    ("up", True): N_("{measure} rose by {change} in {month} and was back after {until}."),
    ("down", True): N_("{measure} fell by {change} in {month} and was back after {until}."),
}
ONE_MONTH = {
    "up": N_("{measure} rose by {change} in {month} and was back a month later."),
    "down": N_("{measure} fell by {change} in {month} and was back a month later."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A change of `measure` in a month (``2025-08``), and until which month it lasted, where the data
    show it to have gone back."""

    measure: str
    label: str
    month: str
    state: str
    change: float
    unit: Unit
    until: str | None
    sentence: Sentence


def findings(series: Sequence[Series]) -> tuple[Finding, ...]:
    """The changes that hold among all measures that are looked at, oldest first.

    Each measure's comparisons are a family of their own, judged at a false-discovery rate q. Looking at
    many families and telling only those with a discovery would raise it, so the families are selected
    first, by Benjamini-Hochberg over their Simes p-values (the least of the adjusted ones), and within
    the R of m that are, a comparison counts at q·R/m.

    A change of which the next one called is its opposite is told as one, with the last month that it
    lasted.

    Parameters
    ----------
    series : sequence of (id, label, verdicts)
        The verdicts of one family each, oldest first.

    References
    ----------
    Benjamini & Bogomolov (2014), Selective inference on multiple families of hypotheses, JRSS B 76:
    297-318.
    """
    judged = [one for one in series if any(v.p is not None for v in one[2])]
    if not judged:
        return ()
    simes = [min(v.p for v in verdicts if v.p is not None) for _, _, verdicts in judged]
    selected = benjamini_hochberg(simes) <= FALSE_DISCOVERY
    level = FALSE_DISCOVERY * float(np.mean(selected))
    found: list[Finding] = []
    for (measure, label, verdicts), chosen in zip(judged, selected, strict=True):
        if chosen:
            called = [v for v in verdicts if v.state in CALLED and v.p is not None and v.p <= level]
            found += _episodes(measure, label, called)
    return tuple(sorted(found, key=lambda f: (f.month, f.measure, f.label)))


def _episodes(measure: str, label: str, called: list[Verdict]) -> list[Finding]:
    """The changes of one measure, what went back told with what came."""
    made: list[Finding] = []
    back = False
    for i, verdict in enumerate(called):
        if back:  # told with the one before
            back = False
            continue
        following = called[i + 1] if i + 1 < len(called) else None
        back = following is not None and following.state != verdict.state
        until = following.before if back and following is not None else None
        change = abs(verdict.change or 0.0)
        told: dict[str, Param] = {"measure": label, "change": change, "month": verdict.after}
        message = MESSAGES[verdict.state, until is not None]
        if until == verdict.after:
            message = ONE_MONTH[verdict.state]
        elif until is not None:
            told["until"] = until
        made.append(
            Finding(
                measure,
                label,
                verdict.after,
                verdict.state,
                change,
                verdict.unit,
                until,
                Sentence(message, told, {"change": verdict.unit}),
            )
        )
    return made


def topic_series(topics: Any, measure: str) -> tuple[Series, ...]:
    """The topics of `cxlib.voice.support` as series, each a family of its own.

    Their p-values are adjusted over all topics already, which errs on the side of silence.
    """
    made = []
    for topic, rows in topics.groupby("topic", sort=True):
        verdicts = [
            Verdict(
                row.state,
                float(row.change),
                "count",
                usual=float(row.usual),
                p=float(row.p),
                family=len(rows),
                before=str(before),
                after=str(after),
            )
            for row, before, after in zip(
                rows.itertuples(), rows["name"].shift(), rows["name"], strict=True
            )
            if row.state != "unknown"
        ]
        made.append((measure, str(topic), tuple(verdicts)))
    return tuple(made)


def by_month(found: Sequence[Finding]) -> Mapping[str, tuple[Finding, ...]]:
    """The findings of each month, the newest first."""
    months = sorted({f.month for f in found}, reverse=True)
    return {month: tuple(f for f in found if f.month == month) for month in months}
