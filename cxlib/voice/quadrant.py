"""Importance and performance of each driver, and the quadrant where they put it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxlib.frames.answers import Scale
from cxlib.results import Estimate
from cxlib.statistics import (
    FALSE_DISCOVERY,
    LEVEL,
    benjamini_hochberg,
    ratio_of_sums,
    wilson_ends,
)
from cxlib.voice import relative_weights as weights
from cxlib.voice.listwise import Listwise, good
from cxlib.voice.ratings import Rating

Quadrant = Literal["fix_first", "keep", "watch", "possible_overkill", "unclear"]


@dataclass(frozen=True, slots=True)
class Driver:
    """A rating: how much goes with it, and how good it is.

    `importance` is its relative weight, in shares of the variance of the score; `share` the same of
    what all drivers explain. `p` is that of weighing no more than a column of chance, adjusted over
    the drivers, and `beyond_chance` whether it is at most 5 %. `coefficient` is that of the regression
    on all drivers, standardised; `performance` the mean in points of `rating.scale`, `level` the same
    as a share of the scale from worst to best, `positive` the share of answers in its positive set.
    `quadrant` is unclear where an interval does not clear a border.
    """

    rating: Rating
    importance: Estimate
    share: Estimate
    p: float
    beyond_chance: bool
    coefficient: Estimate
    performance: Estimate
    level: Estimate
    positive: Estimate
    quadrant: Quadrant

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.rating.name


def measured(of: Listwise, seed: int) -> tuple[tuple[Driver, ...], Estimate]:
    """The drivers, the most important first, and R² of all of them."""
    picked, values, starts = of.drivers, of.values, of.starts
    n, k = len(values), len(picked)
    correlations = weights.correlation_matrix(values)
    raw = weights.relative_weights(correlations[:-1, :-1], correlations[:-1, -1])
    drawn = weights.resampled(values, starts, seed)
    explained = drawn.weights.sum(axis=1)
    p = benjamini_hochberg(weights.chance(drawn))
    slopes = [
        (float(slope), float(low), float(high))
        for slope, low, high in zip(*weights.standardised(values, starts), strict=True)
    ]

    def estimate(draws: NDArray[np.float64], value: float) -> Estimate:
        ends = weights.interval(draws, value)
        return Estimate(value, *ends, n, "share", drawn.method)

    total = float(raw.sum())
    shares = raw / total if total > 0 else np.full(k, 1 / k)  # of nothing, all have as much
    parts = [estimate(drawn.weights[:, j] / explained, float(shares[j])) for j in range(k)]
    rated = [_performance(values[:, j], starts, picked[j].scale) for j in range(k)]
    border = float(np.mean([level.value for _, level, _ in rated]))
    found = [
        Driver(
            rating=picked[j],
            importance=estimate(drawn.weights[:, j], float(raw[j])),
            share=parts[j],
            p=float(p[j]),
            beyond_chance=bool(p[j] <= FALSE_DISCOVERY),
            coefficient=Estimate(*slopes[j], n, "ratio", "clustered t"),
            performance=rated[j][0],
            level=rated[j][1],
            positive=rated[j][2],
            quadrant=_quadrant(parts[j], bool(p[j] <= FALSE_DISCOVERY), 1 / k, rated[j][1], border),
        )
        for j in range(k)
    ]
    found.sort(key=lambda driver: -driver.importance.value)
    return tuple(found), estimate(explained, total)


def _performance(
    points: NDArray[np.float64], starts: NDArray[np.intp], scale: Scale
) -> tuple[Estimate, Estimate, Estimate]:
    """Mean in points, the same as a share of the scale, and the share of positive answers."""
    n, units = len(points), len(starts)
    mean, error = _ratio(points, starts)
    half = float(stats.t.ppf(0.5 + LEVEL / 2, units - 1)) * error
    low, high = max(mean - half, scale.low), min(mean + half, scale.high)
    # Points are counted upwards; the reader sees them as they were given.
    ends = (low, high) if scale.best == "high" else (high, low)
    given = [float(good(point, scale)) for point in (mean, *ends)]
    width = scale.high - scale.low
    level = [(point - scale.low) / width for point in (mean, low, high)]
    share, spread = _ratio((points >= scale.positive).astype(np.float64), starts)
    variance = spread**2 * (units - 1) / units
    simple = share * (1 - share)
    effective = min(simple / variance, n) if variance > 0 and units < n else units
    wilson = wilson_ends(share * effective, effective)
    return (
        Estimate(given[0], given[1], given[2], n, "score", "clustered t"),
        Estimate(level[0], level[1], level[2], n, "share", "clustered t"),
        Estimate(share, float(wilson[0]), float(wilson[1]), n, "share", "wilson"),
    )


def _ratio(values: NDArray[np.float64], starts: NDArray[np.intp]) -> tuple[float, float]:
    """The mean of values and its standard error over units."""
    x = np.add.reduceat(values, starts)
    y = np.diff(np.append(starts, len(values))).astype(np.float64)
    mean, error = ratio_of_sums(
        len(starts), x.sum(), y.sum(), float(x @ x), float(x @ y), float(y @ y)
    )
    return float(mean), float(error)


def _quadrant(
    share: Estimate, beyond_chance: bool, middle: float, level: Estimate, border: float
) -> Quadrant:
    """Where a driver lies, if its intervals clear both borders."""
    important = beyond_chance and share.low > middle
    unimportant = share.high < middle
    if not (important or unimportant) or level.low <= border <= level.high:
        return "unclear"
    good = level.low > border
    if important:
        return "keep" if good else "fix_first"
    return "possible_overkill" if good else "watch"
