"""Before and after an answer: when customers answered, and what they did until then and since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.answers import Asked, answers
from cxlib.frames.collected import collected
from cxlib.frames.sessions import sessions
from cxlib.frames.summary import TICKS, customer_days, lazy, one
from cxlib.i18n import N_


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """Rows of survey answers: `rows` = `later` + `nameless` + `silent` + `named`, the last being those
    that answer a question and have a customer; `silent` ones answer none of them."""

    rows: int
    later: int
    nameless: int
    silent: int
    named: int

    @property
    def excluded(self) -> dict[str, int]:
        """Why rows do not count."""
        return {
            N_("after the end of observation"): self.later,
            N_("without a customer"): self.nameless,
            N_("without an answer to these questions"): self.silent,
        }


def answer_days(responses: Any, asked: Asked, end: dt.date | None = None) -> pd.DataFrame:
    """What each customer answered on each day: a row a customer and day.

    Parameters
    ----------
    responses : survey answers of any engine, as stored
    asked : Asked
        The question; its points are counted upwards.
    end : date, optional
        Later answers are left out.

    Returns
    -------
    pandas.DataFrame
        ``customer_id, day`` (datetime64[s], NaT where the answer has none), ``point`` (float64, the
        mean of the day), ordered by customer and day, those without a day first.
    """
    found = collected(
        answers(responses, asked, end)
        .filter(~nw.col("customer_id").is_null())
        .group_by("customer_id", "day")
        .agg(point=nw.col("good").mean())
    )
    found["customer_id"] = found["customer_id"].astype("str")
    found["day"] = found["day"].astype("datetime64[s]")
    return found.sort_values(["customer_id", "day"], na_position="first", ignore_index=True)


def counted_rows(responses: Any, asked: Sequence[Asked], end: dt.date | None = None) -> AnswerRows:
    """What becomes of the rows of a table that holds several questions, by its ``line``."""
    frame = lazy(responses)
    late = nw.lit(False)
    if end is not None and "day" in frame.collect_schema().names():
        late = nw.col("day").cast(nw.Date) > nw.lit(end, dtype=nw.Date)
    counts = frame.with_columns(late=one(late)).select(nw.col("late").sum(), rows=nw.len())
    whole = collected(counts).fillna(0).astype("int64").iloc[0]
    named = one(~nw.col("customer_id").is_null())
    lines = [
        collected(answers(responses, question, end).select("line", named=named))
        for question in asked
    ]
    given = pd.concat(lines).drop_duplicates("line")["named"] if lines else pd.Series([])
    rows, later, several = int(whole["rows"]), int(whole["late"]), int(given.sum())
    return AnswerRows(rows, later, len(given) - several, rows - later - len(given), several)


def purchase_days(orders: Any, end: dt.date | None = None) -> pd.DataFrame:
    """A row a customer and day of purchase, ordered.

    Returns
    -------
    pandas.DataFrame
        ``customer_id, day`` (datetime64[s]), ``net`` (float64; NaN where the file has no money) and
        ``bought`` (1 where the purchase stood, 0 where it was undone).
    """
    frame = lazy(orders)
    found = collected(
        customer_days(frame, end)
        .select("customer_id", "net", day="purchase_day", bought=one(nw.col("is_purchase")))
        .sort("customer_id", "day")
    )
    found["customer_id"] = found["customer_id"].astype("str")
    has_money = "amount" in frame.collect_schema().names()
    found["net"] = found["net"].astype("float64") / TICKS if has_money else float("nan")
    return found


def session_days(events: Any, end: dt.date | None = None) -> pd.DataFrame:
    """How many ``sessions`` each customer began on each ``day`` (datetime64[s])."""
    found = collected(
        sessions(events, end).group_by("customer_id", "day").agg(sessions=nw.len()).sort("day")
    )
    found["customer_id"] = found["customer_id"].astype("str")
    return found


def around(rows: pd.DataFrame, since: pd.Series[Any], first: int | None, last: int) -> pd.DataFrame:
    """The rows of each customer that lie from `first` to `last` days after their own day.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``customer_id, day`` and more.
    since : Series of datetime64, shape (customers,)
        The day of each customer, indexed by customer; those without one have no rows.
    first, last : int
        Days, both included; 0 is the day itself, negative ones lie before. Without `first`, all
        earlier ones.
    """
    known = since.dropna()
    own = rows[rows["customer_id"].isin(known.index)]
    if own.empty:  # a map of nothing has no type that days could be taken from
        return own
    days = (own["day"] - own["customer_id"].map(known)).dt.days
    inside = days <= last
    return own[inside if first is None else inside & (days >= first)]
