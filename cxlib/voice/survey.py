"""What the survey metrics have in common: one question's answers as a score with its interval.

NPS, CSAT and CES differ in their scale and in what they are called; what a question's answers come to
in all, by month and by group is here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlib.errors import NotEnoughData
from cxlib.frames.answers import Asked, answer_sums, excluded, first_answer, points, with_groups
from cxlib.frames.summary import last_day
from cxlib.i18n import N_
from cxlib.periods import CalendarEffect, Period, calendar_effects, compared, months
from cxlib.privacy.small_groups import SMALLEST
from cxlib.results import KPI, Estimate, Receipt, Sentence, Verdict
from cxlib.statistics import wilson
from cxlib.value import rfm
from cxlib.voice.scores import Metric, against_others, mean_score, monthly_scores, scored
from cxlib.voice.survey_headline import headline, meaning

DATE_BASIS = N_("day of the answer")
SEGMENT = "segment"
"""Of `by`: the RFM segment of the customer, by the orders beside the answers."""


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
    orders: Any = None,
    most: int = 20,
) -> SurveyResult:
    """The score of one question; see `cxlib.voice.nps.analyse` for the parameters.

    Raises
    ------
    NotEnoughData
        Fewer than ten rows answer the question.
    """
    if by == SEGMENT and orders is not None:
        customers = rfm.analyse(orders, as_of=as_of).customers
        table = with_groups(table, asked, customers, by)
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
    periods = months(first, end) if first and end else ()
    monthly, verdicts = monthly_scores(table, asked, metric, as_of, periods)
    month, previous, last_year = compared(periods)
    given = points(table, asked, as_of)
    given["role"] = _roles(given["point"], asked, metric)
    reasons = {
        N_("after the end of observation"): kept.later,
        N_("answers to another question"): kept.other_questions,
        N_("missing"): kept.missing,
        N_("outside the scale"): sum(kept.outside.values()),
        N_("without a weight"): kept.weightless,
    }
    tiles = headline(metric, monthly, total, value, sent, kept, last_year)
    scale = asked.scale
    return SurveyResult(
        metric=metric.key,
        asked=asked,
        value=value,
        mean=mean_score(total),
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
        headline=tiles,
        meaning=meaning(metric, monthly, verdicts[-1], value),
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


def _roles(given: pd.Series[Any], asked: Asked, metric: Metric) -> list[str]:
    scale = asked.scale
    good = given if scale.best == "high" else scale.low + scale.high - given
    return [
        metric.roles[0 if g >= scale.positive else 2 if g <= scale.negative else 1] for g in good
    ]
