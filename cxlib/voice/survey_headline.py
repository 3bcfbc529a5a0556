"""The first figures of a survey metric, how they compare, and what they mean in a sentence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd

from cxlib.frames.answers import Excluded
from cxlib.i18n import N_
from cxlib.kpis import of_estimates, of_facts
from cxlib.periods import Period
from cxlib.results import KPI, Estimate, Fact, Sentence, Unit, Verdict
from cxlib.statistics import wilson
from cxlib.voice.scores import Metric, mean_score, share_of


def headline(
    metric: Metric,
    monthly: pd.DataFrame,
    total: pd.Series[Any],
    value: Estimate,
    sent: int | None,
    kept: Excluded,
    last_year: Period | None,
) -> tuple[KPI, ...]:
    """The score, its mean, the share of bad answers, how many there were, and of how many asked."""
    months_: list[Any] = list(monthly.itertuples())
    bad = [share_of(r.negative, r.effective_n, r.n) for r in months_]
    means = [mean_score(r) for r in months_]
    errors = [r.error for r in months_]
    named = monthly["name"].tolist(), monthly["complete"].tolist()
    year = last_year.name if last_year else ""
    found = [
        _tile(
            metric.key,
            metric.name,
            value,
            [metric.estimate(row) for row in months_],
            named,
            year,
            errors,
        ),
        _tile("mean", N_("Mean score"), mean_score(total) or value, means, named, year),
        replace(
            _tile(
                "negative",
                metric.roles[2],
                share_of(total["negative"], total["effective_n"], total["n"]) or value,
                bad,
                named,
                year,
            ),
            better="less",
        ),
    ]
    answers = Fact(kept.answers, "count", kept.rows)
    if monthly["complete"].any():
        counts = [float(n) for n in monthly["n"]]
        label = N_("Answers")
        found.append(
            of_facts("answers", label, answers, counts, *named, "count", kept.answers, None)
        )
    else:
        found.append(KPI("answers", N_("Answers"), answers))
    if sent and sent >= kept.answers:
        found.append(KPI("response_rate", N_("Response rate"), wilson(kept.answers, sent)))
    return tuple(found)


def _tile(
    key: str,
    label: str,
    value: Estimate,
    monthly: list[Estimate | None],
    named: tuple[list[str], list[bool]],
    year: str,
    errors: list[float] | None = None,
) -> KPI:
    """A KPI of estimates by month: the newest complete one, and against the month and year before."""
    names, complete = named
    if not any(complete):
        return KPI(key, label, value)
    before = names.index(year) if year in names else None
    series = [math.nan if e is None else e.value for e in monthly]
    return of_estimates(key, label, value, monthly, names, complete, series, before, errors)


def meaning(metric: Metric, monthly: pd.DataFrame, verdict: Verdict, value: Estimate) -> Sentence:
    """How the newest complete month compares with the one before; without months, the whole."""
    unit = metric.unit
    whole = monthly[monthly["complete"] & monthly["shown"]]
    params: dict[str, Any] = {"metric": metric.name}
    if verdict.state == "unknown" or verdict.change is None or whole.empty:
        return Sentence(
            N_(
                "{metric} is {value}: with {n} answers, what all customers would say lies between"
                " {low} and {high}."
            ),
            {**params, "value": value.value, "n": value.n, "low": value.low, "high": value.high},
            {"value": unit, "n": "count", "low": unit, "high": unit},
        )
    latest = monthly.loc[monthly["name"] == verdict.after, "value"].iloc[0]
    messages = {
        "up": N_(
            "{metric} was {value} in {month}, up by {change} on {before}: more than chance explains."
        ),
        "down": N_(
            "{metric} was {value} in {month}, down by {change} on {before}: more than chance explains."
        ),
        "none": N_(
            "{metric} was {value} in {month}. The difference to {before} ({change}) is within chance:"
            " with so many answers only {least} or more would show."
        ),
    }
    change = verdict.change if verdict.state == "none" else abs(verdict.change)
    found = {
        **params,
        "value": float(latest),
        "month": verdict.after,
        "before": verdict.before,
        "change": change,
    }
    units: dict[str, Unit] = {"value": unit, "change": unit}
    if verdict.state == "none":
        found["least"] = verdict.smallest_detectable
        units["least"] = unit
    return Sentence(messages[verdict.state], found, units)
