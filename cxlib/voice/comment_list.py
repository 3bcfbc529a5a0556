"""Comments behind a mark: of a label, a language, a month, some stars, a group, with some words."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from cxlib.voice.sentiment import Sentiment

COLUMNS = ("day", "sentiment", "confidence", "text", "rating", "language", "customer_id", "line")


def comment_list(
    result: Sentiment,
    *,
    labels: Collection[str] = (),
    languages: Collection[str] = (),
    emotions: Collection[str] = (),
    month: str | None = None,
    ratings: Collection[float] = (),
    groups: Collection[tuple[str, tuple[str, ...]]] = (),
    contradicting: bool = False,
    search: str = "",
    lines: Collection[int] | None = None,
) -> pd.DataFrame:
    """The comments that meet every condition, the newest first; what is empty is no condition.

    Parameters
    ----------
    month : str, optional
        Such as 2025-08.
    ratings : collection of float
        Stars, rounded up where they are not whole.
    groups : collection of (column, values)
        Of the columns of `Sentiment.by`.
    contradicting : bool
        Only those whose stars say the opposite.
    search : str
        Words that all have to be there, in any case and order.
    lines : collection of int, optional
        Of the file, such as those that speak of a topic.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS` and those of `Sentiment.by`; the texts are masked.
    """
    rows = result.comments
    kept = np.ones(len(rows), bool)
    of = (("label", labels), ("language", languages), ("emotion", emotions))
    for column, allowed in (*of, *groups):
        if allowed:
            kept &= rows[column].isin(list(allowed)).to_numpy(bool)
    if month:
        kept &= rows["day"].dt.strftime("%Y-%m").eq(month).to_numpy(bool)
    if ratings:
        kept &= np.ceil(rows["rating"]).isin(list(ratings)).to_numpy(bool)
    if contradicting:
        kept &= rows["contradicts"].to_numpy(bool)
    if lines is not None:
        kept &= rows["line"].isin(list(lines)).to_numpy(bool)
    words = search.casefold().split()
    if words:
        texts = rows["text"].str.casefold()
        for word in words:
            kept &= texts.str.contains(word, regex=False).to_numpy(bool)
    found = rows[kept].rename(columns={"label": "sentiment"})
    found = found.sort_values(
        ["day", "line"], ascending=[False, False], na_position="last", ignore_index=True
    )
    columns = list(COLUMNS)
    return found[columns[:5] + [c for c in result.by if c in found] + columns[5:]]
