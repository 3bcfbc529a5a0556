"""Net promoter score: how many would recommend, less those who would not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cxlib.definitions import Definition
from cxlib.frames.answers import Asked, Scale
from cxlib.i18n import N_
from cxlib.voice.scores import Metric
from cxlib.voice.survey import SurveyResult, surveyed

TABLE = "responses"
DEFINITIONS = (
    Definition(
        id="voice.nps",
        version=1,
        name=N_("NPS"),
        formula=N_(
            "100 × (promoters, 9–10, - detractors, 0–6) / answers from 0 to 10. Interval: adjusted Wald,"
            " (P + ¾, N + 1½, D + ¾) / (n + 3), clipped at ±100, with the effective n where customers"
            " answered several times or weights differ."
        ),
        good_for=N_(
            "Watching whether customers become more or less willing to recommend, asked in the same way."
        ),
        not_good_for=N_(
            "Comparing with other companies, who ask otherwise, and with few answers: NPS needs about"
            " twice as many as a mean to show the same change."
        ),
        source="Reichheld (2003), The One Number You Need to Grow; Rocks (2016), The American"
        " Statistician 70: 365-372",
    ),
)
METRIC = Metric(
    "nps",
    N_("NPS"),
    "points",
    True,
    (N_("Promoters"), N_("Passives"), N_("Detractors")),
    DEFINITIONS[0],
)


def scale(low: float = 0.0, high: float = 10.0, best: Any = "high") -> Scale:
    """Promoters and detractors of a scale: 9–10 and 0–6 (so on 1–10 too)."""
    return Scale(low, high, high - 1, high - 4, best)


def analyse(
    table: Any,
    *,
    score: str = "score",
    low: float = 0.0,
    high: float = 10.0,
    best: str = "high",
    question: str | None = None,
    weighted: bool = False,
    by: str | None = None,
    sent: int | None = None,
    orders: Any = None,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    timezone: str = "Asia/Jakarta",
) -> SurveyResult:
    """NPS in all, by month with verdicts, and by an attribute.

    Parameters
    ----------
    table : survey answers of any engine
        A row an answer, with the column `score`; reads ``customer_id``, ``day``, ``question``,
        ``weight`` and `by` where they are there.
    score : str
        The column of points from `low` to `high`; others are left out and counted.
    best : {"high", "low"}
        Which end of the scale is the good one.
    question : str, optional
        Of a table with a row a question and answer, the question that counts.
    weighted : bool
        Whether the column ``weight`` counts; unweighted unless asked for.
    by : str, optional
        A column whose values are compared, each with all others; ``segment`` with `orders` for
        the RFM segment.
    sent : int, optional
        How many were asked, for the response rate.
    orders : orders of any engine, optional
        What segments are made of.
    as_of : date, optional
        Later answers are ignored.

    Raises
    ------
    NotEnoughData
        Fewer than ten rows answer.
    """
    asked = Asked(score, scale(low, high, best), question, weighted)
    return surveyed(
        table,
        METRIC,
        asked,
        by=by,
        sent=sent,
        orders=orders,
        as_of=as_of,
        digests=digests,
        timezone=timezone,
    )
