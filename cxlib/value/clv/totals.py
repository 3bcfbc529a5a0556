"""Totals of customers by any grouping: what is expected, and what may come of it.

Two intervals, and they answer two questions. That of the expectation says how well the model knows
what to expect; it shrinks with the data that the model was fitted on. That of the actual total says
where the sum of these customers' purchases will end; chance remains in it however much is known.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cxlib.results import Estimate, Unit
from cxlib.statistics import LEVEL, Z
from cxlib.value.clv.outlook import Outlook
from cxlib.value.clv.patterns import Array


@dataclass(frozen=True, slots=True)
class Total:
    """Of the customers of a group (None: those without one): `expected` with the interval of the expectation, and `actual`
    with the limits within which the sum will lie (None where a customer's variance is infinite)."""

    group: Hashable
    customers: int
    expected: Estimate
    actual: Estimate | None


def totals(outlook: Outlook, groups: Sequence[Hashable], unit: Unit) -> tuple[Total, ...]:
    """Totals by group, in the order of the groups' names.

    The expectation: the slopes of its sum g give its variance gᵀ Σ g (delta method, on the logarithm
    of the total, so that the interval is positive); several fits add up, their errors being
    independent. The actual total: the variances of single customers, who are independent given the
    parameters, are added to that, and limits are quantiles of the distribution with this mean and
    variance: negative binomial for counts (Poisson where the variance is no larger than the mean);
    for money gamma, apart from the probability that nobody of the group buys, which stays at 0.

    Parameters
    ----------
    groups : sequence, length n
        The group of each customer; missing ones are a group of their own.
    unit : {"count", "money", …}
        Of the outlook.
    """
    of, names = pd.factorize(np.asarray(groups, dtype=object), use_na_sentinel=False)

    def summed(values: Array) -> Array:
        return np.bincount(of, values, minlength=len(names)).astype(np.float64)

    means, noise = summed(outlook.mean), summed(outlook.variance)
    none = np.exp(summed(outlook.log_none))
    doubt = np.zeros(len(names))
    for slopes, covariance in zip(outlook.slopes, outlook.covariances, strict=True):
        by_group = np.stack([summed(row) for row in slopes])
        doubt += np.einsum("kg,kl,lg->g", by_group, covariance, by_group)
    sizes = np.bincount(of, minlength=len(names))
    order = sorted(range(len(names)), key=lambda i: (pd.isna(names[i]), str(names[i])))
    return tuple(
        Total(
            group=None if pd.isna(names[i]) else names[i],
            customers=int(sizes[i]),
            expected=_expected(float(means[i]), float(doubt[i]), int(sizes[i]), unit),
            actual=_actual(
                float(means[i]), float(doubt[i] + noise[i]), float(none[i]), int(sizes[i]), unit
            ),
        )
        for i in order
    )


def _expected(mean: float, variance: float, n: int, unit: Unit) -> Estimate:
    reach = math.exp(Z * math.sqrt(variance) / mean) if mean > 0 else 1.0
    return Estimate(mean, mean / reach, mean * reach, n, unit, "delta")


def _actual(mean: float, variance: float, none: float, n: int, unit: Unit) -> Estimate | None:
    if not math.isfinite(variance):
        return None
    if mean == 0 or variance == 0:
        return Estimate(mean, mean, mean, n, unit, "predictive")
    tails = np.array([0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    if unit != "count":
        # Mean and variance of what is bought, if anything is.
        most = mean / (1 - none)
        spread = (variance + mean**2) / (1 - none) - most**2
        above = np.maximum(tails - none, 0) / (1 - none)
        low, high = stats.gamma.ppf(above, most**2 / spread, scale=spread / most)
    elif variance > mean:
        low, high = stats.nbinom.ppf(tails, mean**2 / (variance - mean), mean / variance)
    else:
        low, high = stats.poisson.ppf(tails, mean)
    return Estimate(mean, float(low), float(high), n, unit, "predictive")
