"""What single customers will do: how many purchases, how much money, and within which limits.

An interval of an expectation says how well the model is known. It says nothing of one customer, who
buys a whole number of times or never comes back. The distributions here are of that number, with
the uncertainty of the parameters in them. Histories and horizons are in the model's unit of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlib.statistics import LEVEL
from cxlib.value.clv.betageometric import BetaGeometric
from cxlib.value.clv.counts import at_least
from cxlib.value.clv.distinct import Codes, Distinct, merged
from cxlib.value.clv.fitters import MODELS, Process
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.patterns import Array

Counts = NDArray[np.int64]

DRAWS = 1_000
# Draws that are held at once, those of all histories of a block together.
HELD = 2_000_000
# More purchases than anybody makes; what is larger than this is not looked for.
MOST = 2**31
# Poisson counts have to fit into 64 bits.
LARGEST_MEAN = 1e15


def chance_of_at_least(
    n: ArrayLike, fit: Fit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float
) -> Array:
    """P(at least n purchases in (T, T + horizon]) of each customer, shape (n,).

    P(alive) · P(N ≥ n | alive), averaged over the uncertainty of the parameters (`scattered`).

    Parameters
    ----------
    n : whole number, or array of them, one a customer
        At least 0.
    fit : Fit
        A fitted purchase model.
    x, t_x, T : array, shape (n,)
        Histories, times in the model's unit. A new customer has x = t_x = T = 0.
    horizon : float
        In the model's unit, more than 0.
    """
    mixture = _Mixture.of(fit, Distinct.of_customers(x, t_x, T), horizon)
    rows = mixture.known.of
    return mixture.reached(rows, np.broadcast_to(np.asarray(n, dtype=np.int64), rows.shape))


def probability_of(
    n: ArrayLike, fit: Fit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float
) -> Array:
    """P(exactly n purchases in (T, T + horizon]) of each customer; as `chance_of_at_least`."""
    number = np.asarray(n, dtype=np.int64)
    here = chance_of_at_least(number, fit, x, t_x, T, horizon)
    # Rounding must not bring a probability below nothing.
    return np.maximum(here - chance_of_at_least(number + 1, fit, x, t_x, T, horizon), 0.0)


def limits(
    fit: Fit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float, level: float = LEVEL
) -> tuple[Counts, Counts]:
    """The fewest and the most purchases that each customer will make, each (n,).

    Fewer than `low` and more than `high` have a probability of at most (1 − level)/2 each. Counts
    are discrete, so that together the limits hold at least `level`. Nothing is drawn: the
    distribution function is searched, once for each distinct history. Parameters as for
    `chance_of_at_least`.
    """
    known = Distinct.of_customers(x, t_x, T)
    mixture = _Mixture.of(fit, known, horizon)
    low, high = (mixture.quantile(tail)[known.of] for tail in ((1 + level) / 2, (1 - level) / 2))
    return low, high


def draws(
    fit: Fit, known: Distinct, horizon: float, seed: int, number: int = DRAWS
) -> Iterator[tuple[int, Counts]]:
    """Simulated purchases in (T, T + horizon] of each distinct history, block by block.

    A draw is a vector of parameters from N(log θ, Σ), the same for all histories; whether a customer
    is alive; a rate and a dropout given that; and the purchases until then. Neither the order of
    customers nor how many share a history matters to what is drawn.

    Yields
    ------
    first, counts : int, array (k, number)
        The counts of the histories `first` to `first` + k − 1; about `HELD` counts at once.
    """
    process = MODELS[fit.model].process
    thetas = drawn_parameters(fit, np.random.default_rng([seed, 0]), number)
    step = max(1, HELD // number)
    for first in range(0, len(known.x), step):
        some = slice(first, first + step)
        generator = np.random.default_rng([seed, 1, first])
        x, t_x, T = known.x[some], known.t_x[some], known.T[some]
        counts = np.zeros((len(x), number), dtype=np.int64)
        chance = np.stack([process.probability_alive(at, x, t_x, T) for at in thetas], axis=1)
        row, draw = np.nonzero(generator.random(counts.shape) < chance)
        counts[row, draw] = _simulated(
            generator, process, np.exp(thetas[draw]).T, x[row], T[row], horizon
        )
        yield first, counts


def spend_limits(
    fit: Fit,
    spend: Fit,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    paid: ArrayLike,
    mean: ArrayLike,
    horizon: float,
    seed: int,
    level: float = LEVEL,
    number: int = DRAWS,
) -> tuple[Array, Array]:
    """Limits of what each customer will spend in (T, T + horizon], each (n,), undiscounted.

    To a draw of N purchases comes the customer's own ν ~ Gamma(q + p·paid, v + paid·mean), and what
    they spend is Gamma(pN, ν) (Fader & Hardie 2013, eq. 1 to 4). The limits are quantiles of
    `number` draws: their level is known to about ± 1 % at 1,000.

    Parameters
    ----------
    spend : Fit
        Of Gamma-Gamma.
    paid, mean : array, shape (n,)
        Repeat purchases of a positive value, and their mean (anything where `paid` is 0).
    seed : int
        The only source of chance.
    """
    known = Distinct.of_customers(x, t_x, T)
    bought = np.asarray(paid, dtype=float)
    own = np.where(bought > 0, bought * np.asarray(mean, dtype=float), 0.0)
    # Customers by history, then by what they spent: their order is forgotten.
    (at, paid, own), of = merged(known.of, bought, own)
    history = at.astype(np.intp)
    p, q, v = np.exp(drawn_parameters(spend, np.random.default_rng([seed, 2]), number)).T
    found = np.empty((2, len(history)))
    step = max(1, HELD // number)
    for first, counts in draws(fit, known, horizon, seed, number):
        start, end = np.searchsorted(history, (first, first + len(counts)))
        for begin in range(start, end, step):
            some = slice(begin, min(begin + step, end))
            generator = np.random.default_rng([seed, 3, begin])
            made = counts[history[some] - first]
            row, draw = np.nonzero(made)
            scaled = generator.standard_gamma(p[draw] * made[row, draw])
            rate = generator.standard_gamma(q[draw] + p[draw] * paid[some][row])
            spent = np.zeros(made.shape)
            spent[row, draw] = scaled / rate * (v[draw] + own[some][row])
            found[:, some] = np.quantile(spent, [(1 - level) / 2, (1 + level) / 2], axis=1)
    low, high = found[:, of]
    return low, high


def scattered(fit: Fit) -> Array:
    """2k vectors of log-parameters, (2k, k), with the mean and the covariance of the estimate.

    log θ ± √k times the columns of the symmetric root of the covariance, of equal weight: a mean
    over them has the uncertainty of the parameters in it, without chance, and is exact for cubic
    functions. Source: Arasaratnam & Haykin 2009, "Cubature Kalman Filters", IEEE Transactions on
    Automatic Control 54(6).
    """
    root = np.sqrt(len(fit.log_params)) * _root(fit)
    return np.asarray(fit.log_params + np.concatenate((root, -root)))


def drawn_parameters(fit: Fit, generator: np.random.Generator, number: int) -> Array:
    """Log-parameters from N(log θ, Σ), (number, k)."""
    normal = generator.standard_normal((number, len(fit.log_params)))
    return np.asarray(fit.log_params + normal @ _root(fit))


def _root(fit: Fit) -> Array:
    values, vectors = np.linalg.eigh(np.array(fit.covariance))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T)


def _simulated(
    generator: np.random.Generator,
    process: Process,
    params: Array,
    x: Array,
    T: Array,
    horizon: float,
) -> Counts:
    """Purchases of customers who are alive at T, one each, with `params` (k, n)."""
    r, alpha, third, fourth = params
    rate = generator.standard_gamma(r + x) / (alpha + T)
    if isinstance(process, BetaGeometric):
        dropout = generator.beta(third, fourth + x + process.extra_chances)
        # A tiny p rounds to "never".
        last = generator.geometric(np.maximum(dropout, 1e-12))
        events = generator.poisson(np.minimum(rate * horizon, LARGEST_MEAN))
        return np.asarray(np.minimum(events, last), dtype=np.int64)
    leaving = generator.standard_gamma(third) / (fourth + T)
    with np.errstate(divide="ignore"):
        stays = np.minimum(generator.standard_exponential(len(x)) / leaving, horizon)
    return np.asarray(generator.poisson(np.minimum(rate * stays, LARGEST_MEAN)), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Mixture:
    """The distribution of each distinct history, as a mean over vectors of parameters.

    `thetas` (j, k) and P(alive) under each of them, `alive` (j, h).
    """

    process: Process
    known: Distinct
    horizon: float
    thetas: Array
    alive: Array

    @classmethod
    def of(cls, fit: Fit, known: Distinct, horizon: float) -> Self:
        process, thetas = MODELS[fit.model].process, scattered(fit)
        alive = [process.probability_alive(at, known.x, known.t_x, known.T) for at in thetas]
        return cls(process, known, horizon, thetas, np.stack(alive))

    def reached(self, rows: Codes, m: Counts) -> Array:
        """P(N ≥ m) of the histories `rows`, both (n,)."""
        chance = self._mean(self.known.pair[rows], m, self.alive[:, rows])
        return np.where(m > 0, chance, 1.0)

    def quantile(self, tail: float) -> Counts:
        """The smallest k of each history with P(N > k) ≤ `tail`."""
        known = self.known
        # Nobody buys more often than somebody of the same x and T who is surely alive.
        most = np.zeros(len(known.pair_x), dtype=np.int64)
        pairs = np.arange(len(most))
        while len(pairs):
            more = self._mean(pairs, most[pairs] + 1, np.ones((1, 1))) > tail
            pairs = pairs[more & (most[pairs] < MOST // 4)]
            most[pairs] = 2 * most[pairs] + 1
        low, high = np.full(len(known.x), -1, dtype=np.int64), most[known.pair]
        rows = np.flatnonzero(high - low > 1)
        while len(rows):
            middle = (low[rows] + high[rows]) // 2
            more = self.reached(rows, middle + 1) > tail
            low[rows] = np.where(more, middle, low[rows])
            high[rows] = np.where(more, high[rows], middle)
            rows = rows[high[rows] - low[rows] > 1]
        return high

    def _mean(self, pair: Codes, m: Counts, weights: Array) -> Array:
        """The mean over parameters of `weights` (j, n) times P(N ≥ m | alive), where the latter is
        computed once for each distinct pair and m."""
        keys, back = np.unique(pair.astype(np.int64) * MOST + m, return_inverse=True)
        of, number = np.divmod(keys, MOST)
        x, T = self.known.pair_x[of], self.known.pair_T[of]
        total = np.zeros(len(m))
        for at, weight in zip(
            self.thetas, np.broadcast_to(weights, (len(self.thetas), len(m))), strict=True
        ):
            total += weight * at_least(self.process, at, number, x, T, self.horizon)[back]
        return total / len(self.thetas)
