"""The grid of RFM: scores from 1 to 5, and the segment of each of its 25 cells."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxlib.i18n import N_

Scores = NDArray[np.int8]
SCORES = (1, 2, 3, 4, 5)
FREQUENCY_STEPS = (1.0, 2.0, 3.0, 5.0)  # 1 | 2 | 3 | 4-5 | 6 and more

# GRID[r - 1][f - 1]
NEW, PROMISING, SLEEPY = N_("New"), N_("Promising"), N_("About To Sleep")
POTENTIAL, CHAMPIONS, LOYAL = N_("Potential Loyalist"), N_("Champions"), N_("Loyal")
ATTENTION, HIBERNATING = N_("Needs Attention"), N_("Hibernating")
AT_RISK, MUST_KEEP, LOST = N_("At Risk"), N_("Can't Lose Them"), N_("Lost")
GRID = (
    (LOST, HIBERNATING, AT_RISK, AT_RISK, MUST_KEEP),
    (HIBERNATING, HIBERNATING, AT_RISK, AT_RISK, MUST_KEEP),
    (SLEEPY, SLEEPY, ATTENTION, LOYAL, LOYAL),
    (PROMISING, POTENTIAL, POTENTIAL, LOYAL, LOYAL),
    (NEW, POTENTIAL, POTENTIAL, CHAMPIONS, CHAMPIONS),
)
# The order in which segments are listed: from the best to the lost.
SEGMENTS = (
    CHAMPIONS,
    LOYAL,
    POTENTIAL,
    NEW,
    PROMISING,
    ATTENTION,
    SLEEPY,
    MUST_KEEP,
    AT_RISK,
    HIBERNATING,
    LOST,
)


def quantile_scores(values: NDArray[Any], edges: tuple[float, ...]) -> Scores:
    """1 + number of edges strictly below each value: equal values, equal scores."""
    scores = np.ones(len(values), dtype=np.int8)
    for edge in edges:  # of a handful: faster than looking each value up
        scores += values > edge
    return scores


def dense_scores(values: NDArray[Any]) -> Scores:
    """Ranks without gaps stretched over 1-5; 3 throughout where all values are equal."""
    distinct, ranks = np.unique(values, return_inverse=True)
    if len(distinct) == 1:
        return np.full(len(values), 3, dtype=np.int8)
    # Half up, in integers: floor(4·rank/(K-1) + 0.5).
    steps = len(distinct) - 1
    return (1 + (8 * ranks.astype(np.int64) + steps) // (2 * steps)).astype(np.int8)
