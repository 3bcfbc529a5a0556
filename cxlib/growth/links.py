"""Links between two measures of the same customers: how closely they go together, and by how much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from cxlib.i18n import N_
from cxlib.results import Estimate, Unit
from cxlib.statistics import (
    FALSE_DISCOVERY,
    LEVEL,
    Floats,
    Z,
    benjamini_hochberg,
    smallest_detectable,
)

SMALLEST = 30  # customers who must have both measures
FEW = N_("Fewer than 30 customers have both.")
ABSENT = N_("These data do not have both.")
SAME = N_("One of the two is the same for all of them.")

State = Literal["linked", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Association:
    """How two measures of the same `n` customers go together.

    `value` is Spearman's ρ, or a slope; None where `reason` (a message id) says why there is no
    number. `state` is ``linked`` where the family's test says so, ``none`` where nothing is
    detectable and ``unknown`` without a number; `p` is adjusted over the family, and
    `smallest_detectable` what this n would have shown in four of five cases.
    """

    of: str
    to: str
    n: int
    value: Estimate | None
    p: float | None = None
    smallest_detectable: float | None = None
    state: State = "unknown"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Link(Association):
    """An association of a measure of one stage of the chain with one of another."""

    before: str = ""
    after: str = ""


A = TypeVar("A", bound=Association)


def spearman(x: Floats, y: Floats) -> tuple[Estimate, float]:
    """Spearman's rank correlation ρ of n pairs with its interval, and the p of none.

    The interval is that of Fisher's z = artanh ρ with the standard error √((1 + ρ²/2)/(n - 3)); p is
    Student's t of ρ √((n - 2)/(1 - ρ²)).

    Parameters
    ----------
    x, y : array of float, shape (n,), n > 3
        One pair a customer; neither is constant.

    References
    ----------
    Bonett & Wright (2000), Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations, Psychometrika 65: 23-28.
    """
    n = len(x)
    found = stats.spearmanr(x, y)
    # Rounding may push a perfect order past 1.
    rho = min(max(float(found.statistic), -1.0), 1.0)
    if abs(rho) == 1.0:
        return Estimate(rho, rho, rho, n, "ratio", "fisher z"), 0.0
    half = Z * math.sqrt((1 + rho**2 / 2) / (n - 3))
    low, high = (math.tanh(math.atanh(rho) + end) for end in (-half, half))
    return Estimate(rho, low, high, n, "ratio", "fisher z"), float(found.pvalue)


def slope(x: ArrayLike, y: ArrayLike, unit: Unit) -> tuple[Estimate, float, float]:
    """By how much y is higher where x is higher by one: its interval, standard error and p of none.

    Least squares with a constant, the standard error robust to unequal variances (HC3), Student's t
    with n - 2 degrees of freedom. For a y of 0 and 1 this is the linear probability model.

    Parameters
    ----------
    x, y : array of float, shape (n,), n > 2
        One pair a customer; x is not constant.
    unit : str
        Of y.

    References
    ----------
    Long & Ervin (2000), Using heteroscedasticity consistent standard errors in the linear regression
    model, The American Statistician 54: 217-224.
    """
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    n = len(across)
    centred = across - across.mean()
    spread = centred @ centred
    b = float(centred @ up / spread)
    residual = up - up.mean() - b * centred
    leverage = 1 / n + centred**2 / spread
    # A customer who alone makes the slope leaves no residual, and tells nothing of its error.
    robust = residual / np.maximum(1 - leverage, 1e-12)
    error = float(np.sqrt((centred**2) @ robust**2) / spread)
    half = float(stats.t.ppf(0.5 + LEVEL / 2, n - 2)) * error
    p = float(2 * stats.t.sf(abs(b) / error, n - 2)) if error > 0 else float(b == 0)
    return Estimate(b, b - half, b + half, n, unit, "hc3"), error, p


def link(before: str, after: str, of: str, to: str, x: Floats, y: Floats) -> Link:
    """How x, a measure of one stage, goes with y, one of another; NaN where a customer has none."""
    found, x, y = _paired(of, to, x, y)
    made = Link(of, to, found.n, None, reason=found.reason, before=before, after=after)
    if made.reason:
        return made
    rho, p = spearman(x, y)
    # artanh ρ has a standard error of 1/√(n - 3) where there is no link.
    least = math.tanh(smallest_detectable(1 / math.sqrt(made.n - 3)))
    return replace(made, value=rho, p=p, smallest_detectable=least)


def per_point(of: str, to: str, x: Floats, y: Floats, unit: Unit) -> Association:
    """By how much y is higher where a score x is by one; NaN where a customer has none."""
    found, x, y = _paired(of, to, x, y)
    if found.reason:
        return found
    value, error, p = slope(x, y, unit)
    return replace(found, value=value, p=p, smallest_detectable=smallest_detectable(error))


def judged(family: Sequence[A]) -> tuple[A, ...]:
    """The associations of one family with adjusted p and their verdicts (Benjamini-Hochberg, 5 %)."""
    raw = [math.nan if one.p is None else one.p for one in family]
    adjusted = benjamini_hochberg(raw)
    return tuple(
        one
        if one.value is None
        else replace(one, p=float(p), state="linked" if p <= FALSE_DISCOVERY else "none")
        for one, p in zip(family, adjusted, strict=True)
    )


def _paired(of: str, to: str, x: Floats, y: Floats) -> tuple[Association, Floats, Floats]:
    """The customers with both, and why they give no number."""
    held = ~(np.isnan(x) | np.isnan(y))
    n = int(held.sum())
    x, y = x[held], y[held]
    reason = ""
    if n < SMALLEST:
        reason = FEW if n else ABSENT
    elif np.ptp(x) == 0 or np.ptp(y) == 0:
        reason = SAME
    return Association(of, to, n, None, reason=reason), x, y
