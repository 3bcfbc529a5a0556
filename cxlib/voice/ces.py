"""Customer effort score: how many found it easy."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cxlib.definitions import Definition
from cxlib.frames.answers import Asked
from cxlib.i18n import N_
from cxlib.voice import csat
from cxlib.voice.scores import Metric
from cxlib.voice.survey import SurveyResult, surveyed

TABLE = "responses"
DEFINITIONS = (
    Definition(
        id="voice.ces",
        version=1,
        name=N_("CES"),
        formula=N_(
            "Answers of 5–7 on 1–7 (“the company made it easy”) / answers on the scale, and their mean."
            " The old scale of 1–5 asks for the effort, so its low end is the good one. Interval:"
            " Wilson for the share, t for the mean, with the effective n where customers answered"
            " several times or weights differ."
        ),
        good_for=N_("Finding where customers have to work: after support, a return, a checkout."),
        not_good_for=N_("The relation as a whole: an easy purchase can still be one too dear."),
        source="Dixon, Freeman & Toman (2010), Stop Trying to Delight Your Customers; CEB (2013),"
        " CES 2.0",
    ),
)
METRIC = Metric(
    "ces",
    N_("CES"),
    "share",
    False,
    (N_("Easy"), N_("Neutral"), N_("Hard")),
    DEFINITIONS[0],
)


def analyse(
    table: Any,
    *,
    score: str = "score",
    low: float = 1.0,
    high: float = 7.0,
    best: str = "high",
    positive: float | None = None,
    question: str | None = None,
    weighted: bool = False,
    by: str | None = None,
    sent: int | None = None,
    orders: Any = None,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    timezone: str = "Asia/Jakarta",
) -> SurveyResult:
    """CES in all, by month with verdicts, and by an attribute; parameters as `cxlib.voice.nps.analyse`.

    `best` is the end of the scale that means little effort; `positive` the least point, counted
    towards that end, that counts as easy.

    Raises
    ------
    NotEnoughData
        Fewer than ten rows answer.
    CxError
        `bad_option`, as in `cxlib.voice.csat.scale`.
    """
    asked = Asked(score, csat.scale(low, high, best, positive), question, weighted)
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
