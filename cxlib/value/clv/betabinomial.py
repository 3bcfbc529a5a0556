"""BG/BB: customers who buy, or not, at each of a number of occasions, until they leave.

At each occasion a customer who is alive buys with a probability p ~ Beta(α, β), and before each they
leave with a probability θ ~ Beta(γ, δ) (Fader, Hardie & Shang 2010, "Customer-base analysis in a
discrete-time noncontractual setting", Marketing Science 29(6)). For donations, events, orders by year.

Ratios of beta functions are products of whole steps, (a)_k = a (a+1) … (a+k−1), so their logarithms
are sums of as many logarithms: nothing overflows or cancels, and derivatives are sums too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.value.clv.betasum import discounted
from cxlib.value.clv.patterns import Array

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Occasions:
    """Distinct (x, t_x, n) with the number of customers that share each, shape (h,).

    `x` are occasions with a purchase, `t_x` the last of them (0 without one) and `n` occasions there
    were, the customer's first purchase not among them. A customer may have left before any occasion
    after t_x, or be alive at the n-th: `row_m` lists for each history the occasions m = t_x … n − 1
    after which they may have left, and last n itself; `begins` is where each history's rows begin.
    """

    whole_x: Whole
    t_x: Whole
    n: Whole
    weights: Array
    row_of: Whole
    row_m: Whole
    alive: NDArray[np.bool_]
    begins: Whole

    @classmethod
    def merged(
        cls, x: ArrayLike, t_x: ArrayLike, n: ArrayLike, weights: ArrayLike | None = None
    ) -> Self:
        """Merge equal histories, whatever their order.

        Raises `CxError` (``bad_summary``) for histories that cannot be: missing, negative or
        fractional counts, a last purchase after the last occasion, or more of them than there were.
        """
        rows = pd.DataFrame(
            {"x": np.asarray(x, float), "t_x": np.asarray(t_x, float), "n": np.asarray(n, float)}
        )
        rows["weights"] = 1.0 if weights is None else np.asarray(weights, float)
        _check(rows)
        found = rows.groupby(["x", "t_x", "n"], as_index=False, sort=True)["weights"].sum()
        whole_x, last, count = (found[c].to_numpy(np.int64) for c in ("x", "t_x", "n"))
        return cls.of_rows(whole_x, last, count, found["weights"].to_numpy(np.float64))

    @classmethod
    def of_rows(cls, x: Whole, t_x: Whole, n: Whole, weights: Array) -> Self:
        """Histories that are already checked; equal ones need not be merged."""
        sizes = n - t_x + 1
        begins = np.cumsum(sizes) - sizes
        row_of = np.repeat(np.arange(len(x)), sizes)
        row_m = np.arange(len(row_of)) - begins[row_of] + t_x[row_of]
        return cls(x, t_x, n, weights, row_of, row_m, row_m == n[row_of], begins)

    @property
    def x(self) -> Array:
        """Purchases, as numbers that need not be whole to a fit."""
        return self.whole_x.astype(np.float64)

    @property
    def customers(self) -> float:
        """How many customers the histories stand for."""
        return float(self.weights.sum())

    def thinned(self, most: int) -> Self:
        """About `most` histories, evenly through their order, for a first look."""
        some = slice(None, None, max(1, len(self.whole_x) // most))
        return self.of_rows(self.whole_x[some], self.t_x[some], self.n[some], self.weights[some])


class BetaBinomial:
    """The process: likelihood and predictions, from logarithms of α, β, γ, δ."""

    parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")

    def log_likelihoods(self, log_params: Array, histories: Occasions) -> Array:
        """Log-likelihood of each history, (h,).

        L = (α)_x (β)_{n−x}/(α+β)_n · (δ)_n/(γ+δ)_n
        + Σ_{m = t_x}^{n−1} (α)_x (β)_{m−x}/(α+β)_m · γ (δ)_m/(γ+δ)_{m+1}.
        Fader, Hardie & Shang 2010, eq. 5, with B(a+i, b+j)/B(a, b) = (a)_i (b)_j/(a+b)_{i+j}.
        """
        return self._shares(log_params, histories)[0]

    def surface(self, log_params: Array, histories: Occasions) -> tuple[float, Array, Array]:
        """Total log-likelihood, its gradient (4,) and its Hessian (4, 4) by the log-parameters.

        With shares p of the terms of a history and f their logarithms, f' the mean and f'' + the
        covariance of f' under p are the derivatives of the logarithm of their sum.
        """
        logs, share = self._shares(log_params, histories)
        weights, of, m, x = histories.weights, histories.row_of, histories.row_m, histories.whole_x
        alpha, beta, gamma, delta = np.exp(log_params)
        last = int(histories.n.max(initial=0)) + 1
        steps = m + ~histories.alive
        first, second = _inverse_sums(np.array([alpha, beta, alpha + beta, delta, gamma + delta]), last)  # fmt: skip
        bought, rest = x[of], m - x[of]
        by = np.stack(
            [
                alpha * (first[0][bought] - first[2][m]),
                beta * (first[1][rest] - first[2][m]),
                ~histories.alive - gamma * first[4][steps],
                delta * (first[3][m] - first[4][steps]),
            ]
        )
        mean = np.stack([np.add.reduceat(share * row, histories.begins) for row in by])
        held = weights[of] * share
        hessian = (by * held) @ by.T - (mean * weights) @ mean.T
        gradient = mean @ weights
        hessian += np.diag(gradient - np.array([0, 0, float(held @ ~histories.alive), 0]))
        shared, left = held @ second[2][m], held @ second[4][steps]
        own = np.array([held @ second[0][bought], held @ second[1][rest], 0.0, held @ second[3][m]])
        for i, j, both in ((0, 1, shared), (2, 3, left)):
            pair = np.exp(log_params[[i, j]])
            hessian[np.ix_([i, j], [i, j])] += both * np.outer(pair, pair)
        hessian -= np.diag(own * np.exp(2 * log_params))
        return float(weights @ logs), gradient, hessian

    def probability_alive(self, log_params: Array, histories: Occasions, ahead: int = 1) -> Array:
        """P(alive at occasion n + `ahead` | x, t_x, n), (h,); eq. 11 of the paper for 1."""
        bought = self._bought(log_params, histories, 0)
        there = self._there(log_params, histories.n + ahead)
        return np.exp(bought + there - self.log_likelihoods(log_params, histories))

    def expected(self, log_params: Array, histories: Occasions, ahead: int) -> Array:
        """Expected purchases at the next `ahead` occasions, (h,).

        Eq. 13 of the paper is Σ_k (α)_{x+1} (β)_{n−x}/(α+β)_{n+1} · (δ)_{n+k}/(γ+δ)_{n+k} / L, which
        is summed as it stands: the closed form of it divides by γ − 1.
        """
        once = self._bought(log_params, histories, 1) - self.log_likelihoods(log_params, histories)
        later = [
            np.exp(once + self._there(log_params, histories.n + k)) for k in range(1, ahead + 1)
        ]
        return np.asarray(np.sum(later, axis=0))

    def residual(self, log_params: Array, histories: Occasions, rate: float) -> Array:
        """DERT: purchases ever to come, one at occasion n + k discounted by (1+d)^−k, (h,).

        Eq. 14 of the paper; infinite for d = 0 and γ ≤ 1.
        """
        _, _, gamma, delta = np.exp(log_params)
        once = self._bought(log_params, histories, 1) - self.log_likelihoods(log_params, histories)
        next_one = np.exp(once + self._there(log_params, histories.n + 1))
        return np.asarray(
            next_one * discounted(float(gamma), delta + histories.n + 1.0, rate) / (1 + rate)
        )

    def counts(self, log_params: Array, n: int) -> Array:
        """P(X(n) = x) for x = 0 … n: how many customers buy at so many of n occasions, (n + 1,)."""
        alpha, beta, gamma, delta = np.exp(log_params)
        x, m = np.arange(n + 1)[:, None], np.arange(n + 1)
        a, b, both, d, left = _log_steps(
            np.array([alpha, beta, alpha + beta, delta, gamma + delta]), n + 1
        )
        ways = gammaln(m + 1.0) - gammaln(x + 1.0) - gammaln(np.maximum(m - x, 0) + 1.0)
        bought = ways + a[x] + b[np.maximum(m - x, 0)] - both[m]
        ends = np.where(
            m == n, d[m] - left[m], log_params[2] + d[m] - left[np.minimum(m + 1, n + 1)]
        )
        return np.asarray(np.where(m >= x, np.exp(bought + ends), 0.0).sum(axis=1))

    def _shares(self, log_params: Array, histories: Occasions) -> tuple[Array, Array]:
        """Log-likelihoods (h,), and what part of each is each of its terms (rows,)."""
        alpha, beta, gamma, delta = np.exp(log_params)
        of, m = histories.row_of, histories.row_m
        x = histories.whole_x[of]
        last = int(histories.n.max(initial=0)) + 1
        a, b, both, d, left = _log_steps(
            np.array([alpha, beta, alpha + beta, delta, gamma + delta]), last
        )
        terms = a[x] + b[m - x] - both[m] + d[m]
        terms -= left[m + ~histories.alive]
        terms += np.where(histories.alive, 0.0, log_params[2])
        top = np.maximum.reduceat(terms, histories.begins)
        parts = np.exp(terms - top[of])
        total = np.add.reduceat(parts, histories.begins)
        return top + np.log(total), parts / total[of]

    def _bought(self, log_params: Array, histories: Occasions, more: int) -> Array:
        """log (α)_{x+more} (β)_{n−x}/(α+β)_{n+more}."""
        alpha, beta, *_ = np.exp(log_params)
        x, n = histories.whole_x, histories.n
        last = int(n.max(initial=0)) + more
        a, b, both = _log_steps(np.array([alpha, beta, alpha + beta]), last)
        return np.asarray(a[x + more] + b[n - x] - both[n + more])

    def _there(self, log_params: Array, occasion: Whole) -> Array:
        """log P(alive at an occasion) of a new customer: (δ)_m/(γ+δ)_m."""
        _, _, gamma, delta = np.exp(log_params)
        d, left = _log_steps(np.array([delta, gamma + delta]), int(occasion.max(initial=0)))
        return np.asarray(d[occasion] - left[occasion])


def _log_steps(starts: Array, last: int) -> Array:
    """log (a)_k for k = 0 … last of each start: (s, last + 1)."""
    logs = np.log(starts[:, None] + np.arange(last))
    return np.hstack((np.zeros((len(starts), 1)), logs.cumsum(axis=1)))


def _inverse_sums(starts: Array, last: int) -> tuple[Array, Array]:
    """Σ_{j<k} 1/(a+j) and Σ_{j<k} 1/(a+j)² for k = 0 … last of each start: (s, last + 1) each."""
    inverse = 1 / (starts[:, None] + np.arange(last))
    nothing = np.zeros((len(starts), 1))
    return (
        np.hstack((nothing, inverse.cumsum(axis=1))),
        np.hstack((nothing, (inverse**2).cumsum(axis=1))),
    )


def _check(rows: pd.DataFrame) -> None:
    x, t_x, n = rows["x"], rows["t_x"], rows["n"]
    values = rows[["x", "t_x", "n"]].to_numpy()
    impossible = (
        ~np.isfinite(rows.to_numpy()).all(axis=1)
        | (values != np.round(values)).any(axis=1)
        | (x < 0)
        | (x > t_x)
        | (t_x > n)
        | ((x == 0) & (t_x != 0))
        | (rows["weights"] <= 0)
    )
    if impossible.any():
        raise CxError(
            "bad_summary",
            N_("{count} customers have a history of occasions that cannot be, first in row {row}."),
            N_("Purchases, the last of them and occasions are whole numbers, none above the next."),
            count=int(impossible.sum()),
            row=int(np.flatnonzero(impossible)[0]) + 1,
        )
