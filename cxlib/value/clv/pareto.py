"""Pareto/NBD: Poisson purchases until a dropout at an unobserved, exponential time.

A customer buys at rate λ ~ Gamma(r, α) and drops out at rate μ ~ Gamma(s, β) (Schmittlein, Morrison
& Colombo 1987). The chance of having dropped out in (t_x, T] is an integral of positive terms; it is
taken by Gauss-Legendre quadrature in the logarithm of time, which has neither the cancellation
nor the NaN of the two hypergeometric functions whose difference it equals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import gammaln, psi

from cxlib.value.clv.differences import central
from cxlib.value.clv.patterns import Array, Patterns

NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2
# Beyond this many e-folds the integrand adds less than 1e-15 to the integral.
E_FOLDS = 36.0


@dataclass(frozen=True, slots=True)
class Pareto:
    """The process."""

    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    in_time_units: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    dropout: ClassVar[tuple[str, ...]] = ("s", "beta")

    def surface(self, log_params: Array, patterns: Patterns) -> tuple[float, Array, None]:
        """Total log-likelihood of the patterns and its gradient (4,); no Hessian is written down.

        L = Γ(r+x)α^r β^s/Γ(r) · [(α+T)^−(r+x) (β+T)^−s + ∫ s (α+y)^−(r+x) (β+y)^−(s+1) dy], the
        integral over t_x < y < T; the gradient is by the logarithms of r, α, s, β. Source: Fader &
        Hardie 2005, "A note on deriving the Pareto/NBD model", before its eq. 16.
        """
        r, alpha, s, beta = np.exp(log_params)
        x, T, of = patterns.x, patterns.T, patterns.of
        gone = _gone(log_params, x, patterns.t_x, T)
        alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
        either = np.logaddexp(alive, gone.log_integral)
        p_gone = np.exp(gone.log_integral - either)
        p_alive = 1 - p_gone

        def mean(values: Array) -> Array:
            return np.asarray(np.einsum("nk,nk->n", gone.shares, values))

        of_x = gammaln(r + patterns.distinct_x) - gammaln(r)
        by_r = psi(r + patterns.distinct_x) - psi(r)
        values = of_x[of] + r * np.log(alpha) + s * np.log(beta) + either
        log_a = p_alive * np.log(alpha + T) + p_gone * mean(gone.log_a)
        log_b = p_alive * np.log(beta + T) + p_gone * mean(gone.log_b)
        over_a = p_alive / (alpha + T) + p_gone * mean(np.exp(-gone.log_a))
        over_b = p_alive * s / (beta + T) + p_gone * (s + 1) * mean(np.exp(-gone.log_b))
        gradient = np.stack(
            (
                r * (by_r[of] + np.log(alpha) - log_a),
                r - alpha * (r + x) * over_a,
                s * (np.log(beta) - log_b) + p_gone,
                s - beta * over_b,
            )
        )
        return float(values @ patterns.weights), gradient @ patterns.weights, None

    def probability_alive(self, log_params: Array, x: Array, t_x: Array, T: Array) -> Array:
        """P(alive at T | x, t_x, T): the first term's share of the likelihood."""
        return np.exp(_log_alive(log_params, x, t_x, T))

    def alive_with_slopes(
        self, log_params: Array, x: Array, t_x: Array, T: Array
    ) -> tuple[Array, Array]:
        """`probability_alive`, (n,), and the derivatives of its logarithm by the logarithms of the
        parameters, (4, n), by central differences."""
        slopes = central(lambda at: _log_alive(at, x, t_x, T), log_params)
        return self.probability_alive(log_params, x, t_x, T), slopes

    def purchase_rate(self, log_params: Array, ahead: Array, x: Array, T: Array) -> Array:
        """Expected purchases per unit of time, `ahead` of T, of a customer who is alive at T.

        (r+x)/(α+T) · ((β+T)/(β+T+s))^s: the integrand of eq. 41 of the note, without its
        singularity at s = 1.
        """
        r, alpha, s, beta = np.exp(log_params)
        return np.asarray((r + x) / (alpha + T) * np.exp(-s * np.log1p(ahead / (beta + T))))

    def decay(self, log_params: Array, x: Array, T: Array) -> Array:
        """How fast `purchase_rate` falls at first, per unit of time."""
        _, _, s, beta = np.exp(log_params)
        return np.asarray(s / (beta + T) + 0 * x)


def _log_alive(log_params: Array, x: Array, t_x: Array, T: Array) -> Array:
    r, alpha, s, beta = np.exp(log_params)
    log_gone = _gone(log_params, x, t_x, T).log_integral
    alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    return np.asarray(alive - np.logaddexp(alive, log_gone))


@dataclass(frozen=True, slots=True)
class _Gone:
    """The integral over the times y at which a customer may have dropped out.

    `log_integral` (n,), each time's share of it, and log(α+y) and log(β+y); the last three (n, k).
    """

    log_integral: Array
    shares: Array
    log_a: Array
    log_b: Array


def _gone(log_params: Array, x: Array, t_x: Array, T: Array) -> _Gone:
    """∫ s (α+y)^−(r+x) (β+y)^−(s+1) dy over t_x < y < T.

    With c = min(α, β) and w = log((c+y)/(c+t_x)) the integrand's singularities stay at
    least π away from the real line, and its logarithm is concave in w: where it falls at w = 0 it
    falls faster later, so that it can be cut off after `E_FOLDS`.
    """
    r, alpha, s, beta = np.exp(log_params)
    near = min(alpha, beta)
    start = (near + t_x)[:, None]
    slope = (r + x) * (near + t_x) / (alpha + t_x) + (s + 1) * (near + t_x) / (beta + t_x) - 1
    length = np.log1p((T - t_x) / (near + t_x))
    length = np.where(slope * length > E_FOLDS, E_FOLDS / np.maximum(slope, 1e-300), length)
    w = length[:, None] * NODES
    when = t_x[:, None] + start * np.expm1(w)
    log_a, log_b = np.log(alpha + when), np.log(beta + when)
    log_integrand = (
        np.log(s) - (r + x)[:, None] * log_a - (s + 1) * log_b + np.log(start) + w + np.log(WEIGHTS)
    )
    top = log_integrand.max(axis=1, keepdims=True)
    shares = np.exp(log_integrand - top)
    total = shares.sum(axis=1)
    shares /= total[:, None]
    with np.errstate(divide="ignore"):
        return _Gone(top[:, 0] + np.log(total * length), shares, log_a, log_b)
