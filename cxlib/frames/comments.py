"""Comments of any table that has some, with who wrote them, when, and the score that they gave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import lazy

TEXTS = ("text", "comment")
SCORES = ("rating", "score", "s0")
EXACT = 2.0**53
"""Whole numbers below it are exact as floats; from 2⁶³ on, and infinite, they fit no integer."""


@dataclass(frozen=True, slots=True)
class Comments:
    """Rows up to the end of observation: ``line, customer_id, day, text`` (None without one),
    ``score`` (NaN without one) and columns that were asked for; `rows` of the table, of which `later`
    lie after it. `survey` says that they are answers to a survey."""

    table: pd.DataFrame
    rows: int
    later: int
    survey: bool


def comments(
    table: Any,
    end: dt.date | None = None,
    score: str | None = None,
    also: Collection[str] = (),
) -> Comments:
    """The comments of a table of feedback or of survey answers, ordered by day and line.

    Parameters
    ----------
    table : feedback or survey answers of any engine
        With a column ``text`` or ``comment``.
    score : str, optional
        The column of points: the first of `SCORES` that there is unless given.
    also : collection of str
        Columns to keep beside these, as text: 4, not 4.0.
    """
    frame = lazy(table)
    schema = frame.collect_schema()
    names = schema.names()
    text = next(c for c in TEXTS if c in names)
    points = score or next((c for c in SCORES if c in names), None)
    nothing = nw.lit(None, dtype=nw.String)
    rows = frame.select(
        line=nw.col("line").cast(nw.Int64) if "line" in names else nw.lit(0),
        customer_id=nw.col("customer_id").cast(nw.String) if "customer_id" in names else nothing,
        day=nw.col("day").cast(nw.Date) if "day" in names else nw.lit(None, dtype=nw.Date),
        text=nw.col(text).cast(nw.String),
        score=nw.lit(None, dtype=nw.Float64) if points is None else nw.col(points).cast(nw.Float64),
        **{c: _text(c, schema[c]) for c in also},
    )
    found = collected(rows)
    inside = found
    if end is not None:
        inside = found[~(found["day"] > pd.Timestamp(end))]
    inside = inside.sort_values(["day", "line"], kind="stable", ignore_index=True).astype(
        {"score": "float64", "day": "datetime64[s]"}
    )
    return Comments(inside, len(found), len(found) - len(inside), text == "comment")


def _text(column: str, held: nw.dtypes.DType) -> nw.Expr:
    value = nw.col(column)
    if held == nw.Boolean:
        # Engines write these in their own way.
        word = nw.when(value).then(nw.lit("true")).otherwise(nw.lit("false"))
        return nw.when(~value.is_null()).then(word)
    if not held.is_float():
        return value.cast(nw.String)
    whole = (value == value.floor()) & (value.abs() < EXACT)
    # Missing ones are no whole number; pandas would refuse to cast them.
    number = nw.when(whole).then(value).otherwise(0.0).cast(nw.Int64)
    text = nw.when(whole).then(number.cast(nw.String)).otherwise(value.cast(nw.String))
    return nw.when(value.is_null() | value.is_nan()).then(None).otherwise(text)
