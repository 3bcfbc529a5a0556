"""Bootstrap of parameters: the fit again and again, on customers drawn with replacement.

It asks nothing of the likelihood but its optimum, so it checks the errors that the Hessian tells:
where the two differ much, the model or the sample is not what the Hessian takes it for. Each refit
starts at the optimum with its curvature, a few of Newton's steps from its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cxlib.statistics import LEVEL
from cxlib.value.clv import gammagamma
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.gammagamma import Spenders
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.maximum import Objective, maximise
from cxlib.value.clv.patterns import Array, Patterns

RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Resampled:
    """`log_params` (b, k) of the refits that converged, in the order of the fit's `params`;
    `failed` counts the others, which are left out of the intervals."""

    fit: Fit
    log_params: Array
    failed: int

    @property
    def errors(self) -> Array:
        """Standard deviations of the log-parameters, (k,)."""
        return np.asarray(self.log_params.std(axis=0, ddof=1))

    @property
    def ratios(self) -> Array:
        """`errors` over those that the Hessian tells, (k,): near 1 where the two agree."""
        return np.asarray(self.errors / np.sqrt(np.diag(self.fit.covariance)))

    def intervals(self, level: float = LEVEL) -> dict[str, tuple[float, float]]:
        """Percentile intervals of the parameters by name."""
        low, high = np.exp(np.quantile(self.log_params, [0.5 - level / 2, 0.5 + level / 2], axis=0))
        return {name: (float(low[i]), float(high[i])) for i, name in enumerate(self.fit.params)}


def resampled(fit: Fit, patterns: Patterns, seed: int, resamples: int = RESAMPLES) -> Resampled:
    """Refits of a purchase model; a resample is one multinomial draw of the patterns' customers.

    Parameters
    ----------
    patterns : Patterns
        What `fit` was fitted on, in its unit.
    seed : int
        The only source of chance; the order of customers does not matter.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 6 and 13.
    """
    process = MODELS[fit.model].process

    def objective(weights: Array) -> Objective:
        some = weights > 0
        part = Patterns.of_rows(
            patterns.x[some], patterns.t_x[some], patterns.T[some], weights[some]
        )
        return lambda at: process.surface(at, part)

    return _refitted(fit, objective, _drawn(patterns.weights, seed, resamples))


def resampled_spend(
    fit: Fit, x: Array, mean: Array, seed: int, resamples: int = RESAMPLES
) -> Resampled:
    """Refits of Gamma-Gamma, fitted on customers with `x` purchases of that `mean`, both (n,)."""
    order = np.lexsort((mean, x))
    x, mean = x[order], mean[order]

    def objective(weights: Array) -> Objective:
        some = weights > 0
        part = Spenders.of(x[some], mean[some], weights[some])
        return lambda at: gammagamma.log_likelihood(at, part)

    return _refitted(fit, objective, _drawn(np.ones(len(x)), seed, resamples))


def _drawn(weights: Array, seed: int, resamples: int) -> Iterator[Array]:
    generator = np.random.default_rng(seed)
    n = weights.sum()
    for _ in range(resamples):
        yield generator.multinomial(round(n), weights / n).astype(np.float64)


def _refitted(
    fit: Fit, objective: Callable[[Array], Objective], drawn: Iterator[Array]
) -> Resampled:
    curvature = np.array(fit.covariance) * fit.n
    found, failed = [], 0
    for weights in drawn:
        optimum = maximise(objective(weights), fit.log_params, float(weights.sum()), curvature)
        if optimum.converged:
            found.append(optimum.log_params)
        else:
            failed += 1
    return Resampled(fit, np.array(found).reshape(-1, len(fit.params)), failed)
