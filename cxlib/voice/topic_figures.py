"""What each topic comes to: how many speak of it, in which mood, and what it does to the score."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.frames.answers import Scale
from cxlib.privacy.small_groups import SMALLEST
from cxlib.results import Estimate
from cxlib.statistics import Z
from cxlib.voice.ticket_shares import YES, shares

MOODS = ("positive", "neutral", "negative")


def by_comment(said: pd.DataFrame) -> pd.DataFrame:
    """A row a comment and topic: ``text, topic, mood, start, end``.

    A comment that praises a topic in one clause and blames it in another is neutral about it; ``start``
    and ``end`` are those of the first clause of its mood.
    """
    marks = said["polarity"].map({"positive": 1, "negative": -1}).fillna(0).astype("int64")
    rows = said.assign(mark=marks)
    net = rows.groupby(["text", "aspect"], sort=False)["mark"].sum().clip(-1, 1)
    rows = rows.merge(net.rename("net").reset_index(), on=["text", "aspect"])
    rows = rows.assign(telling=rows["mark"] == rows["net"]).sort_values(
        ["text", "aspect", "telling", "start"], ascending=[True, True, False, True]
    )
    first = rows.drop_duplicates(["text", "aspect"])
    mood = first["net"].map({1: "positive", 0: "neutral", -1: "negative"})
    return pd.DataFrame(
        {
            "text": first["text"],
            "topic": first["aspect"],
            "mood": mood,
            "start": first["start"],
            "end": first["end"],
        }
    ).reset_index(drop=True)


def topic_table(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a topic, the most spoken of first.

    Parameters
    ----------
    rows : pandas.DataFrame
        `by_comment` with ``customer_id``.

    Returns
    -------
    pandas.DataFrame
        ``topic, n`` (comments), ``customers`` (those known), and of each of `MOODS` the share with
        ``_low`` and ``_high``: Wilson, the comments of one customer being one. Shares of topics with
        fewer than ten comments are NaN.
    """
    sizes = rows.groupby("topic").agg(n=("text", "size"), customers=("customer_id", "nunique"))
    table = sizes.reset_index().sort_values(["n", "topic"], ascending=[False, True])
    table = table.reset_index(drop=True)
    small = (table["n"] < SMALLEST).to_numpy()
    for mood in MOODS:
        flagged = rows.assign(flag=(rows["mood"] == mood).astype("float64"))
        found = shares(flagged, "flag", YES, flagged["topic"]).reindex(table["topic"])
        for column, end in (("value", ""), ("low", "_low"), ("high", "_high")):
            table[f"{mood}{end}"] = np.where(small, np.nan, found[column].to_numpy())
    return table


def impact(
    table: pd.DataFrame, speaks: NDArray[np.bool_], value: NDArray[np.float64]
) -> Estimate | None:
    """The mean of `value` over all who gave a score, less that without those who speak of a topic.

    The variance is linearised over customers: each contributes Σ (x - m)/n - Σ (1 - t)(x - m')/n' over
    their rows, with t = 1 for those that speak, m and n of all, m' and n' of the others. None where
    fewer than ten speak of it or are left.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``customer_id``, a row a comment or answer.
    speaks : array of bool, shape (n,)
    value : array of float, shape (n,)
        NaN without a score.
    """
    given = ~np.isnan(value)
    x, t = value[given], speaks[given]
    if t.sum() < SMALLEST or (~t).sum() < SMALLEST:
        return None
    n, rest = len(x), int((~t).sum())
    mean, without = x.mean(), x[~t].mean()
    pull = (x - mean) / n - np.where(t, 0.0, x - without) / rest
    unit = pd.factorize(table["customer_id"].to_numpy()[given])[0]
    unit = np.where(unit < 0, unit.max(initial=0) + 1 + np.arange(n), unit)
    sums = np.bincount(unit, pull)
    half = Z * float(np.sqrt((sums**2).sum()))
    change = float(mean - without)
    return Estimate(change, change - half, change + half, int(t.sum()), "points", "linearised")


def impacts(
    table: pd.DataFrame, rows: pd.DataFrame, topics: pd.Series[str], value: NDArray[np.float64]
) -> dict[str, list[float]]:
    """`impact` of each topic as columns ``impact, impact_low, impact_high``, NaN where there is none."""
    made: dict[str, list[float]] = {"impact": [], "impact_low": [], "impact_high": []}
    for topic in topics:
        speaks = np.zeros(len(table), bool)
        speaks[rows.loc[rows["topic"] == topic, "text"]] = True
        found = impact(table, speaks, value)
        ends = (found.value, found.low, found.high) if found else (np.nan,) * 3
        for held, end in zip(made.values(), ends, strict=True):
            held.append(end)
    return made


def of_detractors(
    table: pd.DataFrame, rows: pd.DataFrame, topics: pd.Series[str], scale: Scale
) -> dict[str, list[float]]:
    """Of the detractors who wrote a comment, the share that speaks of each topic:
    ``detractors, detractors_low, detractors_high``; NaN where fewer than ten wrote one."""
    point = table["score"]
    good = point if scale.best == "high" else scale.low + scale.high - point
    wrote = table["text"].notna() & good.le(scale.negative)
    made: dict[str, list[float]] = {"detractors": [], "detractors_low": [], "detractors_high": []}
    for topic in topics:
        flag = pd.Series(0.0, index=table.index)
        flag[rows.loc[rows["topic"] == topic, "text"]] = 1.0
        part = table[wrote].assign(flag=flag)
        found = shares(part, "flag", YES, pd.Series(0, index=part.index))
        shown = len(found) and len(part) >= SMALLEST
        ends = found.iloc[0][["value", "low", "high"]] if shown else (np.nan,) * 3
        for held, end in zip(made.values(), ends, strict=True):
            held.append(float(end))
    return made
