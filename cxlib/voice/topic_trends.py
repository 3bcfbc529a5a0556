"""Which topics grow or shrink, beyond what they usually do and beyond what chance does to counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxlib.periods import Period
from cxlib.statistics import FALSE_DISCOVERY, FAMILY, benjamini_hochberg, unusual

MOST = 12  # topics; the others are too rare to have a trend
COLUMNS = ("topic", "month", "name", "complete", "tickets", "change", "usual", "p", "state")


def topic_trends(tickets: pd.DataFrame, periods: Sequence[Period]) -> pd.DataFrame:
    """Tickets of the largest topics by month of opening, each month against the one before.

    A change is called only where two yardsticks agree: it is beyond the usual changes of its topic
    (`cxlib.statistics.fact_verdicts`), and two Poisson counts with the same mean would seldom lie so
    far apart (the exact conditional test: given their sum the newer is binomial with 1/2). Without
    the second one the first ticket of a quiet topic would be a trend. The larger of the two p-values
    counts. The newest `FAMILY` comparisons of all topics are one family, Benjamini–Hochberg at 5 %.

    Parameters
    ----------
    tickets : as `cxlib.frames.tickets.ticket_rows` returns them
    periods : sequence of Period
        All months, without gaps.

    Returns
    -------
    pandas.DataFrame
        A row a topic and month, the largest topic first, with `COLUMNS`. ``change`` is against the
        month before and ``usual`` the standard deviation of earlier changes; ``p`` is adjusted, and
        NaN (``state`` is ``unknown``) outside the family.

    References
    ----------
    Przyborowski & Wilenski (1940), Homogeneity of results in testing samples from Poisson series,
    Biometrika 31: 313-323.
    """
    sizes = tickets["topic"].value_counts().reset_index()
    largest = sizes.sort_values(["count", "topic"], ascending=[False, True])["topic"].head(MOST)
    month = tickets["day"].dt.to_period("M").astype("str")
    counted = tickets.groupby([tickets["topic"], month]).size()
    whole = np.array([p.complete for p in periods], bool)
    tables = []
    for topic in largest:
        found = counted[topic].reindex([p.name for p in periods], fill_value=0)
        n = found.to_numpy(np.int64)
        table = pd.DataFrame(
            {
                "topic": topic,
                "month": pd.Series([pd.Timestamp(p.first) for p in periods], dtype="datetime64[s]"),
                "name": [p.name for p in periods],
                "complete": whole,
                "tickets": n,
            }
        )
        tables.append(table.assign(**_compared(n, whole)))
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(tables, ignore_index=True)
    table["p"] = benjamini_hochberg(table["p"])
    found = table["p"] <= FALSE_DISCOVERY
    table["state"] = np.select(
        [table["p"].isna(), found & (table["change"] > 0), found & (table["change"] < 0)],
        ["unknown", "up", "down"],
        "none",
    )
    return table[list(COLUMNS)]


def _compared(n: NDArray[np.int64], whole: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    """Each complete month against the one before; NaN where there is nothing to compare."""
    at = np.flatnonzero(whole)[1:]
    made = {name: np.full(len(n), np.nan) for name in ("change", "usual", "p")}
    level = n[whole]
    if len(level) < 2:
        return made
    changes = np.diff(level).astype(np.float64)
    usual, p = unusual(changes)
    made["change"][at], made["usual"][at] = changes, usual
    newest = slice(max(0, len(changes) - FAMILY), None)
    made["p"][at[newest]] = np.fmax(p, _chance(level[:-1], level[1:]) + 0 * p)[newest]
    return made


def _chance(before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.float64]:
    """Two-sided p-values of equal Poisson means."""
    more = np.maximum(before, after)
    tail = stats.binom.sf(more - 1, before + after, 0.5)
    return np.minimum(2 * tail, 1.0)
