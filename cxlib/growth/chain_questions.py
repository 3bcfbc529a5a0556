"""The questions of the chain: where their answers are, and on which scale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cxlib.errors import CxError
from cxlib.frames.answers import Asked, Scale
from cxlib.frames.summary import lazy
from cxlib.i18n import N_
from cxlib.voice import csat, nps
from cxlib.voice.questions import Question

METRICS = ("nps", "csat", "ces")
SCORES = re.compile(r"s\d+")  # stored columns of points


def asked_of(table: Any, questions: Mapping[str, tuple[str | None, str]]) -> dict[str, Asked]:
    """Where the answers to each question are; one that the table has not is left out.

    Parameters
    ----------
    table : survey answers of any engine, as stored
    questions : mapping of metric to (column or question, scale)
        As `cxlib.growth.chain.analyse` takes them.

    Raises
    ------
    CxError
        `bad_option` for a scale that is none.
    """
    names = set(lazy(table).collect_schema().names())
    found = {}
    for metric, (where, text) in questions.items():
        scale = _scale(metric, text)
        if where in names:
            found[metric] = Asked(where, scale)
        elif where and {"question", "score"} <= names and not SCORES.fullmatch(where):
            found[metric] = Asked("score", scale, where)
    return found


def firsts(found: Iterable[Question]) -> dict[str, Question]:
    """The first question of each metric."""
    made = dict[str, Question]()
    for one in found:
        if one.metric in METRICS:
            made.setdefault(one.metric, one)
    return made


def options(asked: Mapping[str, Question]) -> dict[str, Any]:
    """The options of `cxlib.growth.chain.analyse` for the question of each metric; one that is not
    asked is None."""
    made: dict[str, Any] = {}
    for metric in METRICS:
        one = asked.get(metric)
        made[metric] = one.key if one else None
        if one:
            worst, best = (one.low, one.high) if one.best == "high" else (one.high, one.low)
            made[f"{metric}_scale"] = f"{worst:g}-{best:g}"
    return made


def _scale(metric: str, text: str) -> Scale:
    ends = re.fullmatch(r"(-?\d+\.?\d*)-(-?\d+\.?\d*)", text)
    if ends is None or float(ends[1]) == float(ends[2]):
        raise CxError(
            "bad_option",
            N_("“{text}” is no scale."),
            N_("Write its worst point, a dash and its best point: 1-7, or 7-1."),
            text=text,
        )
    worst, good = float(ends[1]), float(ends[2])
    low, high, best = min(worst, good), max(worst, good), "high" if good > worst else "low"
    if metric == "nps":
        return nps.scale(low, high, best)
    # Of a scale without a usual positive set the best point alone counts as satisfied.
    return csat.scale(low, high, best, None if (low, high) in csat.POSITIVE else high)
