"""Customer satisfaction: the share of answers that say so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cxlib.definitions import Definition
from cxlib.errors import CxError
from cxlib.frames.answers import Asked, Scale
from cxlib.i18n import N_
from cxlib.voice.scores import Metric
from cxlib.voice.survey import SurveyResult, surveyed

TABLE = "responses"
DEFINITIONS = (
    Definition(
        id="voice.csat",
        version=1,
        name=N_("CSAT"),
        formula=N_(
            "Answers in the positive set / answers on the scale. The positive set: 4–5 of 1–5, 5–7 of"
            " 1–7, 9–10 of 1–10 (stated with the number, and selectable). Interval: Wilson, with the"
            " effective n where customers answered several times or weights differ."
        ),
        good_for=N_("Judging one contact, delivery or product soon after it."),
        not_good_for=N_(
            "Saying who will stay: satisfied customers leave too. Scores of different scales do not"
            " compare, since the positive set is another share of the scale."
        ),
        source="Farris, Bendle, Pfeifer & Reibstein (2010), Marketing Metrics, section 2.7; Wilson (1927)",
    ),
)
METRIC = Metric(
    "csat",
    N_("CSAT"),
    "share",
    False,
    (N_("Satisfied"), N_("Neutral"), N_("Dissatisfied")),
    DEFINITIONS[0],
)
# Where the positive set of a scale begins and the negative one ends.
POSITIVE = {
    (1.0, 3.0): (3.0, 1.0),
    (1.0, 4.0): (3.0, 2.0),
    (1.0, 5.0): (4.0, 2.0),
    (1.0, 6.0): (5.0, 2.0),
    (1.0, 7.0): (5.0, 3.0),
    (1.0, 10.0): (9.0, 4.0),
    (0.0, 5.0): (4.0, 2.0),
    (0.0, 10.0): (9.0, 4.0),
    (0.0, 100.0): (80.0, 40.0),
}


def scale(
    low: float = 1.0, high: float = 5.0, best: Any = "high", positive: float | None = None
) -> Scale:
    """The positive and the negative set of a scale; `positive` is the least good point if given.

    Raises CxError `bad_option` for a scale without a usual positive set, and for one beyond it.
    """
    sets = POSITIVE.get((low, high))
    if sets is None and positive is None:
        raise CxError(
            "bad_option",
            N_("From {low} to {high} it is not usual which answers count as good."),
            N_("Say from which point on they do: --positive N."),
            low=f"{low:g}",
            high=f"{high:g}",
        )
    least = positive if positive is not None else sets[0] if sets else high
    if not low < least <= high:
        raise CxError(
            "bad_option",
            N_("{point} is no point of the scale above its lowest."),
            N_("The scale goes from {low} to {high}."),
            point=f"{least:g}",
            low=f"{low:g}",
            high=f"{high:g}",
        )
    worst = sets[1] if sets else low
    return Scale(low, high, least, min(worst, least - 1), best)


def analyse(
    table: Any,
    *,
    score: str = "score",
    low: float = 1.0,
    high: float = 5.0,
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
    """CSAT in all, by month with verdicts, and by an attribute; parameters as `cxlib.voice.nps.analyse`.

    `positive` is the least point that counts as satisfied, the usual one of the scale unless given.

    Raises
    ------
    NotEnoughData
        Fewer than ten rows answer.
    CxError
        `bad_option`, as in `scale`.
    """
    asked = Asked(score, scale(low, high, best, positive), question, weighted)
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
