"""The rating columns of a survey: which of them can be drivers of its score, and on which scale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import pandas as pd

from cxlib.errors import CxError
from cxlib.frames.answers import Asked, Scale, answers
from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.summary import lazy
from cxlib.i18n import N_
from cxlib.ingest.plan import Score
from cxlib.voice.csat import POSITIVE

Part = Literal["part", "like", "whole"]

SCORE = "score"
NPS = (9.0, 6.0)  # where promoters begin and detractors end
POINTS = ((1.0, 5.0), (1.0, 7.0), (0.0, 10.0))  # what a column of whole numbers may be rated on
SPREAD = 2  # between the lowest and the highest point given: less is a flag
LEAST = 2  # drivers; of one alone there is nothing to compare
BY_CUSTOMER = ("customer_id", "answers", "rating_given", "score_given", "last_answer")
BY_ANSWER = ("line", "last_answer", "rating_given", "score_given", "comment")


@dataclass(frozen=True, slots=True)
class Rating:
    """A column of points: ``s0, s1, …`` or ``a0, a1, …``, what the user calls it, and its scale.

    `part` is ``part`` where the import knows that it rates a part of the experience, ``like`` where
    its values look as if it did, ``whole`` where it rates the whole (CSAT, CES), as the score does.
    `used` says whether somebody gave the highest point: a column of codes seldom fills a scale.
    """

    column: str
    name: str
    scale: Scale
    part: Part
    used: bool = True


def ratings(
    table: Any,
    outcome: str = SCORE,
    scales: Sequence[Score] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[Rating, ...]:
    """The columns that can be drivers of `outcome`, in the order of the table.

    These are the scores of metric rating, CSAT or CES other than the outcome, and the numeric
    columns all of whose values are whole points of 1–5, 1–7 or 0–10, flags left out.

    Parameters
    ----------
    table : survey answers of any engine, as stored
    outcome : str
        The column of the score; ``score`` is ``s0``.
    scales : sequence of Score
        What ``s0, s1, …`` hold, in their order, as the import says. Without it all columns but
        ``s0`` are told by their values.
    names : mapping of column to name, optional
        What the user calls the attributes.
    """
    called = names or {}
    taken = {outcome, "s0"} if outcome == SCORE or not scales else {outcome}
    known = [
        Rating(f"s{i}", s.column, scale_of(s), "part" if s.metric == "rating" else "whole")
        for i, s in enumerate(scales)
        if s.metric != "nps" and f"s{i}" not in taken
    ]
    schema = lazy(table).collect_schema()
    numeric = [
        name
        for name, held in schema.items()
        if name[:1] in ("a" if scales else "as")
        and name[1:].isdigit() and name not in taken and held.is_numeric()
    ]  # fmt: skip
    return (*known, *_like(table, numeric, called))


def chosen(found: Sequence[Rating], drivers: Sequence[str] | None) -> tuple[Rating, ...]:
    """The drivers that are named, by column or name; else those that rate a part.

    Known parts go first: where the import knows two, columns that merely look like ratings are not
    taken, and columns that rate the whole only where there are not two parts.

    Raises CxError `unknown_column` for a name that is no rating.
    """
    if drivers:
        by_name = {r.name: r for r in reversed(found)} | {r.column: r for r in found}
        missing = next((d for d in drivers if d not in by_name), None)
        if missing is not None:
            raise CxError(
                "unknown_column",
                N_("“{column}” is not a column of ratings."),
                N_("Choose from: {choices}."),
                column=missing,
                choices="; ".join(r.name for r in found) or "-",
            )
        return tuple(dict.fromkeys(by_name[d] for d in drivers))
    picked = [r for r in found if r.part == "part"]
    for more in ("like", "whole"):
        if len(picked) < LEAST:
            picked += [r for r in found if r.part == more and r.used]
    return tuple(picked)


def scale_of(score: Score) -> Scale:
    """The scale of a score, with its usual positive and negative sets."""
    sets = POSITIVE.get((score.low, score.high), (score.high, score.low))
    positive, negative = NPS if score.metric == "nps" else sets
    return Scale(score.low, score.high, positive, negative, score.best)


def fitting(low: float, high: float) -> Scale | None:
    """The smallest of the usual scales that holds whole points from `low` to `high`; None: none."""
    for ends in POINTS:
        if ends[0] <= low and high <= ends[1]:
            return Scale(*ends, *POSITIVE[ends])
    return None


def rated_low(
    table: Any,
    column: str,
    scale: Scale,
    outcome: str = SCORE,
    end: dt.date | None = None,
    conditions: Conditions = (),
) -> pd.DataFrame:
    """Who rated a driver low, in the negative set of its scale; the lowest first.

    Returns
    -------
    pandas.DataFrame
        A row a customer (`BY_CUSTOMER`: means of what they gave, and the last day), or, where no
        answer has a customer, a row an answer (`BY_ANSWER`).
    """
    rows = answers(where(table, conditions), Asked(column, scale), end)
    names = rows.collect_schema().names()
    comment = nw.col("comment") if "comment" in names else nw.lit(None, dtype=nw.String)
    low = rows.filter(nw.col("positives") == 0, nw.col("negatives") == 1).select(
        "line" if "line" in names else nw.lit(0).alias("line"),
        "customer_id",
        rating_given=nw.col("point"),
        score_given=nw.col(outcome).cast(nw.Float64),
        last_answer=nw.col("day"),
        comment=comment,
    )
    order = ("rating_given", "score_given")
    people = collected(
        low.filter(~nw.col("customer_id").is_null())
        .group_by("customer_id")
        .agg(
            nw.col("rating_given").mean(),
            nw.col("score_given").mean(),
            nw.col("last_answer").max(),
            answers=nw.len(),
        )
        .sort(*order, "customer_id", descending=[scale.best == "low", False, False])
    )
    if len(people):
        return people[list(BY_CUSTOMER)]
    alone = collected(low.sort(*order, "line", descending=[scale.best == "low", False, False]))
    return alone[list(BY_ANSWER)]


def _like(table: Any, columns: Sequence[str], called: Mapping[str, str]) -> list[Rating]:
    """The columns whose values are whole points of a usual scale."""
    if not columns:
        return []
    # NaN is how pandas writes what is missing.
    values = [nw.when(nw.col(c) == nw.col(c)).then(nw.col(c).cast(nw.Float64)) for c in columns]
    facts = {
        f"{fact}_{column}": getattr(value if fact != "part" else (value - value.floor()), of)()
        for column, value in zip(columns, values, strict=True)
        for fact, of in (("low", "min"), ("high", "max"), ("part", "max"))
    }
    row = collected(lazy(table).select(**facts)).iloc[0]
    found = []
    for column in columns:
        low, high, part = (row[f"{fact}_{column}"] for fact in ("low", "high", "part"))
        scale = fitting(low, high) if part == 0 and high - low >= SPREAD else None
        if scale is not None:
            name = called.get(column, column)
            found.append(Rating(column, name, scale, "like", bool(high == scale.high)))
    return found
