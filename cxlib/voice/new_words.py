"""What is new in the newest month: topics and words that were seldom or never written before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from cxlib.periods import Period
from cxlib.privacy.small_groups import SMALLEST
from cxlib.statistics import FALSE_DISCOVERY, benjamini_hochberg
from cxlib.voice.discovered import words_of

EARLIER = 50_000  # comments before the month that are read; the newest of them
TIMES = 2.0  # as frequent as before, at least
SHOWN = 15
COLUMNS = ("kind", "name", "month", "n", "share", "before", "before_share", "p")


def new_words(
    table: pd.DataFrame, complaints: pd.DataFrame, periods: tuple[Period, ...]
) -> pd.DataFrame:
    """Topics of complaint and words of the newest complete month that it has more of than chance allows.

    Of the comments of the month and of those before, the hypergeometric probability that so many of
    those that hold a word fall into the month (one-sided, Fisher's exact test). All topics, and all
    words in ten or more comments of the month, are one family, Benjamini–Hochberg at 5 %; what is
    shown is also at least twice as frequent as before.

    Parameters
    ----------
    table : pandas.DataFrame
        Comments with ``day`` and ``text``.
    complaints : pandas.DataFrame
        A row a comment and topic that is spoken of badly: ``text`` (row of `table`), ``topic``.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`, the least probable first.

    References
    ----------
    Fisher (1935), The logic of inductive inference, J. R. Stat. Soc. 98: 39-82.
    """
    whole = [p for p in periods if p.complete]
    nothing = pd.DataFrame(columns=list(COLUMNS))
    if len(whole) < 2:
        return nothing
    first, last = pd.Timestamp(whole[-1].first), pd.Timestamp(whole[-1].last)
    wrote = table[table["text"].notna() & table["day"].notna()]
    now = wrote[wrote["day"].between(first, last)]
    then = wrote[wrote["day"] < first].tail(EARLIER)
    if len(now) < SMALLEST or len(then) < SMALLEST:
        return nothing
    rows = []
    held = {kind: (_counted(a), _counted(b)) for kind, a, b in (
        ("word", map(words_of, now["text"]), map(words_of, then["text"])),
        ("topic", _topics(complaints, now), _topics(complaints, then)),
    )}  # fmt: skip
    for kind, (recent, earlier) in held.items():
        rows += [
            (kind, name, whole[-1].name, n, n / len(now), earlier[name], earlier[name] / len(then))
            for name, n in recent.items()
            if n >= SMALLEST
        ]
    found = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    if found.empty:
        return nothing
    both = found["n"] + found["before"]
    p = stats.hypergeom.sf(found["n"] - 1, len(now) + len(then), both, len(now))
    found["p"] = benjamini_hochberg(np.minimum(p, 1.0))
    new = (found["p"] <= FALSE_DISCOVERY) & (found["share"] >= TIMES * found["before_share"])
    return found[new].sort_values(["p", "name"], ignore_index=True).head(SHOWN)


def _counted(lists: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(name for names in lists for name in set(names))


def _topics(complaints: pd.DataFrame, part: pd.DataFrame) -> list[list[str]]:
    inside = complaints[complaints["text"].isin(part.index)]
    return [list(names) for _, names in inside.groupby("text")["topic"]]
