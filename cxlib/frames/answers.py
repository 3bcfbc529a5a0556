"""Answers on a scale, reduced to sums: by month, by a group, or in all.

Several answers of one customer are not independent, so every unit is one customer, and each row
without a customer a unit of its own. Shares and their errors follow from the sums over units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.filters import Conditions, where
from cxlib.frames.ordinals import first_days, period_number
from cxlib.frames.summary import lazy, one

MOMENTS = ("w", "ww", "p", "d", "s", "net2", "net_w", "p2", "p_w", "s2", "s_w")
"""Sums over units of w, the weight of its answers (1 each without weights), and of weighted
positives p, negatives d, net = p - d and points s: first and second moments."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The points of a question: from `low` to `high`, and where the good and the bad ones begin.

    On a scale whose `best` end is the low one points are turned round first (low + high - point), so
    `positive`, the least good point, and `negative`, the greatest bad one, always count upwards.
    """

    low: float
    high: float
    positive: float
    negative: float
    best: Literal["high", "low"] = "high"


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the answers to one question are: a column of points, and of a long table the question.

    With `weighted` the column ``weight`` counts: an answer of weight 2 stands for two.
    """

    column: str
    scale: Scale
    question: str | None = None
    weighted: bool = False


@dataclass(frozen=True, slots=True)
class Excluded:
    """What became of the rows of a table: `rows` = answers + later + other questions + missing +
    outside + weightless. `outside` counts points beyond the scale by what they are."""

    rows: int
    answers: int
    later: int
    other_questions: int
    missing: int
    outside: Mapping[str, int]
    weightless: int


def excluded(responses: Any, asked: Asked, end: dt.date | None = None) -> Excluded:
    """How many rows answer the question, and why the others do not."""
    rows = _marked(responses, asked, end)
    counts = collected(rows.group_by("fate").agg(n=nw.len()))
    found = {str(fate): int(n) for fate, n in zip(counts["fate"], counts["n"], strict=True)}
    outside = collected(
        rows.filter(nw.col("fate") == "outside")
        .group_by("point")
        .agg(n=nw.len())
        .sort("n", "point", descending=[True, False])
    )
    return Excluded(
        rows=sum(found.values()),
        answers=found.get("answer", 0),
        later=found.get("later", 0),
        other_questions=found.get("other", 0),
        missing=found.get("missing", 0),
        outside={
            f"{point:g}": int(n) for point, n in zip(outside["point"], outside["n"], strict=True)
        },
        weightless=found.get("weightless", 0),
    )


def answer_sums(
    responses: Any,
    asked: Asked,
    end: dt.date | None = None,
    *,
    by: str | None = None,
    monthly: bool = False,
) -> pd.DataFrame:
    """Sums over the units of each month and group.

    Parameters
    ----------
    responses : table of any engine
        Answers: the column of the question, and where there are ``customer_id``, ``day``,
        ``question``, ``weight`` and the column `by`.
    by : str, optional
        A column whose values are told apart; rows without one are left out.
    monthly : bool
        By calendar month; rows without a day are left out.

    Returns
    -------
    pandas.DataFrame
        ``month`` (datetime64[s]) and ``value`` (str) as asked for, ``n`` answers, ``units``,
        ``positives`` and ``negatives`` (int64, answers) and `MOMENTS` (float64).
    """
    rows = answers(responses, asked, end)
    keys = []
    if monthly:
        rows = rows.filter(~nw.col("day").is_null()).with_columns(
            month=period_number("day", "month")
        )
        keys.append("month")
    if by is not None:
        rows = rows.filter(~nw.col(by).is_null()).with_columns(value=nw.col(by).cast(nw.String))
        keys.append("value")
    values = ("n", "positives", "negatives", "w", "p", "d", "s")
    single = rows.select(*keys, "customer_id", *values)
    # A key of its own, so that the whole is one group on every engine.
    single = single.with_columns(whole=nw.lit(0))
    keys = ["whole", *keys]
    named = (
        single.filter(~nw.col("customer_id").is_null())
        .group_by(*keys, "customer_id")
        .agg(*(nw.col(v).sum() for v in values))
    )
    loose = single.filter(nw.col("customer_id").is_null())
    units = nw.concat(
        [
            part.select(*keys, *(nw.col(v).cast(nw.Float64) for v in values))
            for part in (named, loose)
        ]
    ).with_columns(
        units=nw.lit(1),
        net2=(nw.col("p") - nw.col("d")) * (nw.col("p") - nw.col("d")),
        net_w=(nw.col("p") - nw.col("d")) * nw.col("w"),
        ww=nw.col("w") * nw.col("w"),
        p2=nw.col("p") * nw.col("p"),
        p_w=nw.col("p") * nw.col("w"),
        s2=nw.col("s") * nw.col("s"),
        s_w=nw.col("s") * nw.col("w"),
    )
    counts = ("n", "units", "positives", "negatives")
    sums = collected(
        units.group_by(*keys).agg(*(nw.col(c).sum() for c in (*counts, *MOMENTS))).sort(*keys)
    ).drop(columns="whole")
    if monthly:
        sums["month"] = first_days(sums["month"].astype("int64"), "month")
    return sums.astype({**dict.fromkeys(counts, "int64"), **dict.fromkeys(MOMENTS, "float64")})


def points(responses: Any, asked: Asked, end: dt.date | None = None) -> pd.DataFrame:
    """How often each point was given: ``point`` (as answered), ``n`` and, with weights, ``w``."""
    return collected(
        answers(responses, asked, end)
        .group_by("point")
        .agg(n=nw.len(), w=nw.col("w").sum())
        .sort("point")
    ).astype({"n": "int64", "w": "float64"})


def first_answer(responses: Any, asked: Asked, end: dt.date | None = None) -> dt.date | None:
    """The day of the first answer; None in a table without days."""
    day = answers(responses, asked, end).select(nw.col("day").min()).collect("pyarrow")["day"][0]
    return None if day is None else nw.to_py_scalar(day)


def answers(responses: Any, asked: Asked, end: dt.date | None = None) -> nw.LazyFrame[Any]:
    """The rows that answer the question, with all their columns and ``point``, ``good`` (the point
    counted upwards), ``n`` (1), ``positives``, ``negatives`` (0 or 1), ``w``, ``p``, ``d``, ``s``."""
    scale = asked.scale
    rows = _marked(responses, asked, end).filter(nw.col("fate") == "answer")
    good = nw.col("point") if scale.best == "high" else scale.low + scale.high - nw.col("point")
    return rows.with_columns(good=good).with_columns(
        n=nw.lit(1),
        positives=one(nw.col("good") >= scale.positive),
        negatives=one(nw.col("good") <= scale.negative),
        p=nw.when(nw.col("good") >= scale.positive).then(nw.col("w")).otherwise(0.0),
        d=nw.when(nw.col("good") <= scale.negative).then(nw.col("w")).otherwise(0.0),
        s=nw.col("good") * nw.col("w"),
    )


def _marked(responses: Any, asked: Asked, end: dt.date | None) -> nw.LazyFrame[Any]:
    """All rows with ``point``, ``w``, and ``fate``: answer, later, other, missing, outside or
    weightless, the first that applies."""
    frame = lazy(responses)
    names = set(frame.collect_schema().names())
    text = nw.lit(None, dtype=nw.String)
    day = nw.col("day") if "day" in names else nw.lit(None, dtype=nw.Date)
    weight = nw.col("weight").cast(nw.Float64) if asked.weighted else nw.lit(1.0)
    rows = frame.with_columns(
        day=day.cast(nw.Date),
        customer_id=nw.col("customer_id").cast(nw.String) if "customer_id" in names else text,
        point=nw.col(asked.column).cast(nw.Float64),
        w=weight,
    )
    # NaN is how pandas writes an answer that is missing.
    missing = nw.col("point").is_null() | (nw.col("point") != nw.col("point"))
    later = nw.lit(False)
    if end is not None:
        later = (nw.col("day") > nw.lit(end, dtype=nw.Date)).fill_null(False)
    other = nw.lit(False)
    if asked.question is not None:
        other = (nw.col("question") != asked.question).fill_null(True)
    inside = (nw.col("point") >= asked.scale.low) & (nw.col("point") <= asked.scale.high)
    weighs = (nw.col("w") > 0).fill_null(False)
    return rows.with_columns(
        fate=nw.when(later)
        .then(nw.lit("later"))
        .when(other)
        .then(nw.lit("other"))
        .when(missing)
        .then(nw.lit("missing"))
        .when(~inside)
        .then(nw.lit("outside"))
        .when(~weighs)
        .then(nw.lit("weightless"))
        .otherwise(nw.lit("answer"))
    )


def with_groups(responses: Any, asked: Asked, groups: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rows with what the metrics read of them, and the column `by` of `groups` for each customer.

    Parameters
    ----------
    groups : pandas.DataFrame
        ``customer_id`` and `by`, a row a customer; rows of others have no value.
    """
    frame = lazy(responses)
    held = ("customer_id", "day", asked.column, "question", "weight")
    rows = collected(frame.select(c for c in held if c in frame.collect_schema().names()))
    return rows.merge(groups[["customer_id", by]], on="customer_id", how="left")


def answered(
    responses: Any,
    asked: Asked,
    end: dt.date | None = None,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    point: float | None = None,
    by: str | None = None,
    value: str | None = None,
    conditions: Conditions = (),
) -> pd.DataFrame:
    """The answers behind a mark: of some days, of a point, of a value of `by`; the newest first.

    Returns
    -------
    pandas.DataFrame
        ``customer_id, day, point`` and, where the table has comments, ``comment``.
    """
    rows = answers(where(responses, conditions), asked, end)
    for condition in (
        None if first is None else nw.col("day") >= nw.lit(first, dtype=nw.Date),
        None if last is None else nw.col("day") <= nw.lit(last, dtype=nw.Date),
        None if point is None else nw.col("point") == point,
        None if by is None else nw.col(by).cast(nw.String) == value,
    ):
        if condition is not None:
            rows = rows.filter(condition)
    columns = ["customer_id", "day", "point"]
    if "comment" in rows.collect_schema().names():
        columns.append("comment")
    return collected(
        rows.select(columns).sort(
            "day", "customer_id", "point", descending=[True, False, False], nulls_last=True
        )
    )


def answered_values(
    responses: Any, asked: Asked, end: dt.date | None = None, conditions: Conditions = ()
) -> pd.DataFrame:
    """What each answer adds to a score: ``customer_id``, ``net`` (100, 0 or -100) and ``good`` (1 or 0)."""
    rows = answers(where(responses, conditions), asked, end)
    return collected(
        rows.select(
            "customer_id",
            net=100.0 * (nw.col("positives") - nw.col("negatives")),
            good=1.0 * nw.col("positives"),
        )
    )
