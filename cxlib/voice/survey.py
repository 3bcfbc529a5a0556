"""What the survey metrics have in common: one question's answers as a score with its interval.

NPS, CSAT and CES differ in their scale and in what they are called; how they are counted, how a month
is compared with the one before and a group with the others, is here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.answers import Asked, Excluded, answer_sums, excluded, first_answer, points
from cxlib.frames.summary import last_day
from cxlib.i18n import N_
from cxlib.periods import CalendarEffect, Period, calendar_effects, months
from cxlib.privacy.small_groups import SMALLEST, suppressed
from cxlib.results import KPI, Estimate, Fact, Receipt, Sentence, Unit, Verdict
from cxlib.statistics import (
    FALSE_DISCOVERY,
    LEVEL,
    Z,
    adjusted_wald,
    benjamini_hochberg,
    estimate_verdicts,
    fact_verdicts,
    ratio_of_sums,
    smallest_detectable,
    wilson,
    wilson_ends,
)

DATE_BASIS = N_("day of the answer")


@dataclass(frozen=True, slots=True)
class Metric:
    """What a survey metric is called and how it is reckoned: ``net`` is 100 (positive - negative),
    else the share of positive answers. The three names are those of good, middling and bad answers."""

    key: str
    name: str
    unit: Unit
    net: bool
    roles: tuple[str, str, str]
    definition: Definition

    def estimate(self, row: Any) -> Estimate | None:
        """The score in a row of `scored`; None where it is not shown."""
        if not math.isfinite(row.value):
            return None
        method = "adjusted Wald" if self.net else "wilson"
        ends = float(row.low), float(row.high)
        return Estimate(float(row.value), *ends, int(row.n), self.unit, method)


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """A question's score: in all, by point, by month and by group.

    `value` rests on `effective_n` answers (fewer than n where customers answered several times, or
    weights differ). `points` has a row a point: ``point, n, w, role``. `monthly` has a row a calendar
    month: ``month, name, complete, n, value, low, high, error, effective_n, positive, negative``
    (shares), ``average, average_low, average_high, shown``, and the verdict's ``state, change, p,
    smallest_detectable`` against the month before; `groups` the same for each value of `by`, its
    verdict against all others. What is not shown, because fewer than ten answered, is NaN there.
    `excluded` counts rows by reason, `outside` those beyond the scale by what they say.
    """

    metric: str
    asked: Asked
    value: Estimate
    mean: Estimate | None
    effective_n: float
    positives: int
    neutrals: int
    negatives: int
    points: pd.DataFrame
    excluded: Mapping[str, int]
    outside: Mapping[str, int]
    first_day: dt.date | None
    last_day: dt.date | None
    monthly: pd.DataFrame
    verdicts: tuple[Verdict, ...]
    by: str | None
    groups: pd.DataFrame
    response_rate: Estimate | None
    month: Period | None
    previous: Period | None
    last_year: Period | None
    effects_previous: tuple[CalendarEffect, ...]
    effects_last_year: tuple[CalendarEffect, ...]
    headline: tuple[KPI, ...]
    meaning: Sentence
    receipt: Receipt


def surveyed(
    table: Any,
    metric: Metric,
    asked: Asked,
    *,
    by: str | None,
    sent: int | None,
    as_of: dt.date | None,
    digests: tuple[str, ...],
    timezone: str,
    most: int = 20,
) -> SurveyResult:
    """The score of one question; see `cxlib.voice.nps.analyse` for the parameters.

    Raises
    ------
    NotEnoughData
        Fewer than ten rows answer the question.
    """
    kept = excluded(table, asked, as_of)
    if kept.answers < SMALLEST:
        raise NotEnoughData(
            "not_enough_data",
            N_("{metric} needs {least} answers; there are {n} from {low} to {high}."),
            N_("Check that the right column is taken for the score, and its scale."),
            metric=metric.name,
            least=SMALLEST,
            n=kept.answers,
            low=f"{asked.scale.low:g}",
            high=f"{asked.scale.high:g}",
        )
    total = scored(answer_sums(table, asked, as_of), metric).iloc[0]
    value = metric.estimate(total)
    assert value is not None
    first = first_answer(table, asked, as_of)
    end = as_of or (last_day(table) if first else None)
    monthly, verdicts = _monthly(table, asked, metric, as_of, first, end)
    month, previous, last_year = _compared(monthly)
    given = points(table, asked, as_of)
    given["role"] = _roles(given["point"], asked, metric)
    reasons = {
        N_("after the end of observation"): kept.later,
        N_("answers to another question"): kept.other_questions,
        N_("missing"): kept.missing,
        N_("outside the scale"): sum(kept.outside.values()),
        N_("without a weight"): kept.weightless,
    }
    headline = _headline(metric, monthly, total, value, sent, kept, last_year)
    scale = asked.scale
    return SurveyResult(
        metric=metric.key,
        asked=asked,
        value=value,
        mean=_mean(total),
        effective_n=float(total["effective_n"]),
        positives=int(total["positives"]),
        neutrals=int(total["n"] - total["positives"] - total["negatives"]),
        negatives=int(total["negatives"]),
        points=given,
        excluded={reason: n for reason, n in reasons.items() if n},
        outside=kept.outside,
        first_day=first,
        last_day=end,
        monthly=monthly,
        verdicts=verdicts,
        by=by,
        groups=pd.DataFrame()
        if by is None
        else against_others(answer_sums(table, asked, as_of, by=by), metric).head(most),
        response_rate=wilson(kept.answers, sent) if sent and sent >= kept.answers else None,
        month=month,
        previous=previous,
        last_year=last_year,
        effects_previous=calendar_effects(month, previous) if month and previous else (),
        effects_last_year=calendar_effects(month, last_year) if month and last_year else (),
        headline=headline,
        meaning=_meaning(metric, monthly, verdicts[-1], value),
        receipt=metric.definition.receipt(
            snapshots=digests,
            rows_in=kept.rows,
            excluded=reasons,
            parameters={
                "score": asked.column,
                "question": asked.question,
                "low": scale.low,
                "high": scale.high,
                "best": scale.best,
                # Promoters are fixed; a positive set is chosen.
                **({} if metric.net else {"positive": scale.positive}),
                "weighted": asked.weighted,
                "by": by,
                "sent": sent,
                "as_of": as_of.isoformat() if as_of else None,
            },
            timezone=timezone,
            date_basis=DATE_BASIS,
        ),
    )


def scored(sums: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """`answer_sums` with the score of each row, its interval, and the effective n that it rests on.

    The variance of the score is linearised over customers (and weights), and the effective n is the
    number of independent, equally weighted answers with that variance, at most n. Where everybody
    answered alike there is no variance to compare, and Kish's (Σw)²/Σw² over customers counts.

    References
    ----------
    Kish (1965), Survey Sampling, sections 8.2 and 11.7; Cochran (1977), section 6.4.
    """
    table = sums.copy()
    n, units, w, ww = (table[c].to_numpy(np.float64) for c in ("n", "units", "w", "ww"))
    p, d = table["p"].to_numpy() / w, table["d"].to_numpy() / w
    if metric.net:
        simple = p + d - (p - d) ** 2
        _, error = ratio_of_sums(
            units, table["p"] - table["d"], w, table["net2"], table["net_w"], ww
        )
    else:
        simple = p * (1 - p)
        _, error = ratio_of_sums(units, table["p"], w, table["p2"], table["p_w"], ww)
    # Of the n/(n-1) of an estimated variance there is no twin in p (1 - p).
    variance = error**2 * (units - 1) / units
    known = (simple > 1e-12) & (variance > 0)
    effective = np.where(known, simple / np.where(known, variance, 1.0), w**2 / ww)
    plain = (units == n) & (w == n) & (ww == n)
    effective = np.where(plain, n, np.minimum(effective, n))
    if metric.net:
        low, high, spread = adjusted_wald(p * effective, d * effective, effective)
        value = 100 * (p - d)
    else:
        low, high = wilson_ends(p * effective, effective)
        value, spread = p, (high - low) / (2 * Z)
    mean, mean_error = ratio_of_sums(units, table["s"], w, table["s2"], table["s_w"], ww)
    half = stats.t.ppf(0.5 + LEVEL / 2, np.maximum(units - 1, 1)) * mean_error
    return table.assign(
        value=value,
        low=low,
        high=high,
        error=spread,
        effective_n=effective,
        positive=p,
        negative=d,
        average=mean,
        average_low=mean - half,
        average_high=mean + half,
    )


HIDDEN = (
    "value", "low", "high", "error", "effective_n", "positive", "negative", "average", "average_low",
    "average_high",
)  # fmt: skip


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of fewer than ten answers, and what would give them away, without their figures."""
    hidden = suppressed(table["n"])
    table = table.assign(shown=~hidden & (table["n"] > 0))
    table.loc[hidden, list(HIDDEN)] = math.nan
    return table


def _monthly(
    table: Any,
    asked: Asked,
    metric: Metric,
    as_of: dt.date | None,
    first: dt.date | None,
    end: dt.date | None,
) -> tuple[pd.DataFrame, tuple[Verdict, ...]]:
    """A row a calendar month, months without an answer included, and the verdicts of the newest."""
    periods = months(first, end) if first and end else ()
    sums = answer_sums(table, asked, as_of, monthly=True).set_index("month")
    starts = pd.Series([pd.Timestamp(p.first) for p in periods], dtype="datetime64[s]")
    filled = sums.reindex(starts, fill_value=0).rename_axis("month").reset_index()
    with np.errstate(invalid="ignore", divide="ignore"):
        found = _shown(scored(filled, metric))
    found.insert(1, "name", [p.name for p in periods])
    found.insert(2, "complete", np.array([p.complete for p in periods], dtype=bool))
    estimates = [metric.estimate(row) for row in found.itertuples()]
    verdicts = estimate_verdicts(
        estimates, found["name"].tolist(), found["complete"].tolist(), found["error"].tolist()
    )
    known = {v.after: v for v in verdicts if v.after}
    found = found.assign(
        state=[known[n].state if n in known else "" for n in found["name"]],
        change=[_of(known.get(n), "change") for n in found["name"]],
        p_adjusted=[_of(known.get(n), "p") for n in found["name"]],
        smallest_detectable=[_of(known.get(n), "smallest_detectable") for n in found["name"]],
    )
    return found, verdicts


def _of(verdict: Verdict | None, name: str) -> float:
    found = None if verdict is None else getattr(verdict, name)
    return math.nan if found is None else float(found)


def against_others(sums: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """The groups of `answer_sums` (``value``), each against all others: one family of tests."""
    named = sums.rename(columns={"value": "group"})
    named = named.sort_values(["n", "group"], ascending=[False, True], ignore_index=True)
    whole = named.drop(columns="group").sum()
    found = _shown(scored(named, metric))
    # All others: their share is a difference of sums, and what clustering and weights cost them is
    # what it costs the whole.
    cost = scored(whole.to_frame().T, metric).iloc[0]
    rest_n = whole["n"] - found["n"]
    effective = rest_n * cost["effective_n"] / whole["n"]
    with np.errstate(invalid="ignore", divide="ignore"):
        p, d = ((whole[c] - found[c]) / (whole["w"] - found["w"]) for c in ("p", "d"))
        if metric.net:
            rest, error = 100 * (p - d), adjusted_wald(p * effective, d * effective, effective)[2]
        else:
            low, high = wilson_ends(p * effective, effective)
            rest, error = p, (high - low) / (2 * Z)
        spread = np.hypot(found["error"], error)
        change = found["value"] - rest
        tested = found["shown"] & (rest_n >= SMALLEST)
        raw = np.where(tested, 2 * stats.norm.sf(np.abs(change) / spread), math.nan)
    adjusted = benjamini_hochberg(raw)
    state = np.where(adjusted > FALSE_DISCOVERY, "none", np.where(change > 0, "up", "down"))
    return found.assign(
        change=np.where(tested, change, math.nan),
        p_adjusted=adjusted,
        state=np.where(np.isnan(adjusted), "unknown", state),
        smallest_detectable=np.where(tested, smallest_detectable(1.0) * spread, math.nan),
    )


def _compared(monthly: pd.DataFrame) -> tuple[Period | None, Period | None, Period | None]:
    """The newest month that the data cover whole, the one before, and that of the year before."""
    whole = {
        day.date(): months(day.date(), (day + pd.offsets.MonthEnd(0)).date())[0]
        for day, complete in zip(monthly["month"], monthly["complete"], strict=True)
        if complete
    }
    if not whole:
        return None, None, None
    month = whole[max(whole)]
    return month, whole.get(month.previous().first), whole.get(month.last_year().first)


def _mean(row: Any) -> Estimate | None:
    """The mean score in a row of `scored`; None where it is not shown."""
    if not math.isfinite(row.average_low):
        return None
    ends = float(row.average_low), float(row.average_high)
    return Estimate(float(row.average), *ends, int(row.n), "score", "linearised")


def _roles(given: pd.Series[Any], asked: Asked, metric: Metric) -> list[str]:
    scale = asked.scale
    good = given if scale.best == "high" else scale.low + scale.high - given
    return [
        metric.roles[0 if g >= scale.positive else 2 if g <= scale.negative else 1] for g in good
    ]


def _headline(
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
    bad = [_share(r.negative, r.effective_n, r.n) for r in months_]
    means = [_mean(r) for r in months_]
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
        _tile("mean", N_("Mean score"), _mean(total) or value, means, named, year),
        _tile(
            "negative",
            metric.roles[2],
            _share(total["negative"], total["effective_n"], total["n"]) or value,
            bad,
            named,
            year,
        ),
    ]
    answers = Fact(kept.answers, "count", kept.rows)
    whole = monthly[monthly["complete"]]
    if whole.empty:
        found.append(KPI("answers", N_("Answers"), answers))
    else:
        counts = [float(n) for n in monthly["n"]]
        latest = Fact(float(whole["n"].iloc[-1]), "count", kept.answers)
        judged = fact_verdicts(counts, *named, "count")
        series = tuple(float(n) for n in whole["n"])
        found.append(
            KPI("answers", N_("Answers"), answers, latest, judged[-1], None, series, judged)
        )
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
    whole = [i for i, c in enumerate(complete) if c]
    if not whole:
        return KPI(key, label, value)
    newest = whole[-1]
    before = names.index(year) if year in names else None
    compared = None
    if before is not None:
        pair = [before, newest]
        compared = estimate_verdicts(
            [monthly[i] for i in pair],
            [names[i] for i in pair],
            [True, True],
            [errors[i] for i in pair] if errors else None,
        )[0]
    series = tuple(math.nan if (e := monthly[i]) is None else e.value for i in whole)
    judged = estimate_verdicts(monthly, names, complete, errors)
    return KPI(key, label, value, monthly[newest], judged[-1], compared, series, judged)


def _share(share: float, effective: float, n: float) -> Estimate | None:
    if not math.isfinite(share):
        return None
    low, high = wilson_ends(share * effective, effective)
    return Estimate(float(share), float(low), float(high), int(n), "share", "wilson")


def _meaning(metric: Metric, monthly: pd.DataFrame, verdict: Verdict, value: Estimate) -> Sentence:
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
