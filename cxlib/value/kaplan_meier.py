"""Kaplan and Meier's product-limit estimator, from counts by duration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlib.results import Estimate, Unit
from cxlib.statistics import LEVEL, Z

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

METHOD = "exponential Greenwood"
ROUNDING = 1e-12  # a product of shares that is a half on paper can lie this far above it


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """How many are still waiting after a time: a step function with a step a duration.

    Arrays have shape (k,), one entry a distinct duration, ascending, in `unit`. `at_risk` counts
    those who had neither event nor end of observation before it; `survival` is the share that waits
    longer than it, `variance` Greenwood's variance of that, `low` and `high` its 95 % interval.
    `median` is the first duration at which half or fewer wait; None while more than half do. Its ends
    are where the interval's ends get there, infinite where one never does.
    """

    durations: Floats
    at_risk: Counts
    events: Counts
    censored: Counts
    survival: Floats
    variance: Floats
    low: Floats
    high: Floats
    median: Estimate | None
    unit: Unit

    def at(self, duration: float) -> Estimate:
        """The share that waits longer than `duration`; beyond the last one observed it is not known
        and ValueError is raised."""
        step = int(np.searchsorted(self.durations, duration, side="right")) - 1
        if duration > self.durations[-1]:
            raise ValueError(f"nobody was observed for {duration}")
        n = int(self.at_risk[0])
        if step < 0:
            return Estimate(1.0, 1.0, 1.0, n, "share", METHOD)
        ends = float(self.low[step]), float(self.high[step])
        return Estimate(float(self.survival[step]), *ends, n, "share", METHOD)

    def ended_by(self, duration: float) -> Estimate:
        """The share whose event came within `duration`: what `at` leaves."""
        waiting = self.at(duration)
        ends = 1 - waiting.high, 1 - waiting.low
        return Estimate(1 - waiting.value, *ends, waiting.n, "share", METHOD)

    def quantile(self, share: float) -> Estimate | None:
        """The first duration by which `share` have had the event, its ends as those of `median`;
        None while fewer have."""
        return _quantile(
            self.durations,
            self.survival,
            self.low,
            self.high,
            int(self.at_risk[0]),
            self.unit,
            share,
        )


def kaplan_meier(
    durations: ArrayLike, events: ArrayLike, censored: ArrayLike, unit: Unit = "days"
) -> SurvivalCurve:
    """The survival curve of people of whom some were not observed to the end.

    S(t) = Π (1 - d_i / n_i) over durations t_i <= t, with d_i events among the n_i at risk; who is
    censored at t_i was at risk then. Greenwood: Var S = S² Σ d_i / (n_i (n_i - d_i)). The interval is
    symmetric on the scale of log(-log S), so it stays within 0 and 1; where S is 1 or 0 it has no
    width.

    Parameters
    ----------
    durations : array of float, shape (k,), k >= 1
        Distinct and ascending, in `unit`, none below 0.
    events, censored : array of int, shape (k,)
        How many had the event after this duration, and how many were last seen without it.

    References
    ----------
    Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, JASA 53: 457-481.
    Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, 2nd ed., section
    1.4 (interval). Brookmeyer & Crowley (1982), A confidence interval for the median survival time,
    Biometrics 38: 29-41.
    """
    times = np.asarray(durations, dtype=np.float64)
    d, c = _counts(events, len(times)), _counts(censored, len(times))
    if not len(times) or (d + c).sum() == 0:
        raise ValueError("nobody was observed")
    if not (np.isfinite(times).all() and times[0] >= 0 and (np.diff(times) > 0).all()):
        raise ValueError("durations must be finite, distinct, ascending and not negative")
    leaving = d + c
    at_risk = leaving[::-1].cumsum()[::-1]
    staying = at_risk - d
    survival = np.divide(staying, at_risk, out=np.ones(len(times)), where=at_risk > 0).cumprod()
    # Where all at risk have the event, S is 0 from there on and so is its variance.
    product = at_risk * staying.astype(np.float64)
    terms = np.divide(d, product, out=np.zeros(len(times)), where=product > 0).cumsum()
    inner = (survival > 0) & (survival < 1)
    hazard = -np.log(survival[inner])
    width = np.exp(Z * np.sqrt(terms[inner]) / hazard)
    low, high = survival.copy(), survival.copy()
    low[inner], high[inner] = np.exp(-hazard * width), np.exp(-hazard / width)
    return SurvivalCurve(
        durations=times,
        at_risk=at_risk,
        events=d,
        censored=c,
        survival=survival,
        variance=survival**2 * terms,
        low=low,
        high=high,
        median=_quantile(times, survival, low, high, int(at_risk[0]), unit),
        unit=unit,
    )


def _counts(values: ArrayLike, k: int) -> Counts:
    counts: NDArray[Any] = np.asarray(values)
    whole = counts.astype(np.int64)
    if counts.shape != (k,) or (whole != counts).any() or (whole < 0).any():
        raise ValueError(f"{k} whole numbers, none below 0, are needed")
    return whole


def _quantile(
    times: Floats,
    survival: Floats,
    low: Floats,
    high: Floats,
    n: int,
    unit: Unit,
    share: float = 0.5,
) -> Estimate | None:
    value, earliest, latest = (_fallen(times, curve, 1 - share) for curve in (survival, low, high))
    if math.isinf(value):
        return None
    return Estimate(value, earliest, latest, n, unit, "Brookmeyer-Crowley", LEVEL)


def _fallen(times: Floats, curve: Floats, to: float) -> float:
    """The first time at which a falling curve is at `to` or below."""
    below = curve <= to + ROUNDING
    return float(times[below.argmax()]) if below.any() else math.inf
