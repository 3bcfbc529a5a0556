"""The questions of a survey: which columns, or which rows of a long table, hold the points of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import pandas as pd

from cxlib.errors import CxError
from cxlib.frames.collected import collected
from cxlib.frames.summary import lazy
from cxlib.i18n import N_
from cxlib.ingest.plan import Metric, Score
from cxlib.ingest.scales import ASKS, SAID_SCALE, ends_of
from cxlib.tables.headers import normal

MOST = 50  # questions of a long table


@dataclass(frozen=True, slots=True)
class Question:
    """A question with points: its words, where its answers are, and its scale as recognised.

    `only` is its text where the table has a row a question and answer, else None. `metric` is
    ``rating`` where nothing says which of the three it is.
    """

    name: str
    column: str
    metric: Metric
    low: float
    high: float
    best: Literal["high", "low"]
    only: str | None = None

    @property
    def key(self) -> str:
        """Tells it from the others of its table."""
        return self.only or self.column


def questions(table: Any, scores: Sequence[Score]) -> tuple[Question, ...]:
    """The questions of a table of responses, in the order of the file (of a long one, by answers).

    Parameters
    ----------
    table : survey answers of any engine, as stored
        With the columns ``s0, s1, …``.
    scores : sequence of Score
        What these columns hold, in their order, as the import says.
    """
    if not scores:
        return ()
    asked = _asked(table)
    if asked.empty:
        return tuple(
            Question(s.column, f"s{i}", s.metric, s.low, s.high, s.best)
            for i, s in enumerate(scores)
        )
    return tuple(_of(text, rows, scores[0]) for text, rows in asked.groupby("question", sort=False))


def question(found: Sequence[Question], metric: Metric, named: str | None = None) -> Question:
    """The question of a metric: the one that is named (by its words or column), else the first that
    asks for it, else the only one there is.

    Raises CxError `needs_answer` where it cannot be told.
    """
    if named is not None:
        for one in found:
            if named in (one.name, one.column, one.only):
                return one
    fits = [q for q in found if q.metric == metric] or ([found[0]] if len(found) == 1 else [])
    if named is None and fits:
        return fits[0]
    raise CxError(
        "needs_answer",
        N_("Which column or question holds the answers cannot be told."),
        N_("Say so with --score-column, or --question in a table with a row an answer: {choices}."),
        choices="; ".join(q.name for q in found) or "-",
    )


def _asked(table: Any) -> pd.DataFrame:
    """The questions of a long table, how often each point was given to each; empty for a wide one."""
    frame = lazy(table)
    if "question" not in frame.collect_schema().names():
        return pd.DataFrame()
    counted = collected(
        frame.filter(~nw.col("question").is_null())
        .group_by("question", "score")
        .agg(n=nw.len())
        .sort("question", "score")
    )
    sizes = counted.groupby("question")["n"].sum()
    order = sizes.sort_values(ascending=False, kind="stable").head(MOST).index
    return counted.set_index("question").loc[order].reset_index() if len(order) else pd.DataFrame()


def _of(text: Any, rows: pd.DataFrame, score: Score) -> Question:
    name = str(text)
    words = normal(name)
    metric: Metric = next((m for m, pattern in ASKS if re.search(pattern, words)), "rating")
    said = SAID_SCALE.search(name.casefold())
    given = rows.dropna(subset="score")
    answers = Counter(dict(zip(given["score"].map("{:g}".format), given["n"], strict=True)))
    if said is not None and said[1] is not None:
        low, high = float(said[1]), float(said[2])
    elif answers:
        low, end = ends_of(metric, {a: float(a) for a in answers}, answers)
        high = end if end is not None else max(map(float, answers))
    else:
        low, high = score.low, score.high
    return Question(name, "score", metric, low, high, score.best, name)
