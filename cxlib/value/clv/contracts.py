"""Contracts that are renewed or not: the shifted-beta-geometric model, and its homogeneous limit.

At the end of each period a customer leaves with a probability θ of their own, θ ~ Beta(α, β) over
customers (Fader & Hardie 2007, "How to project customer retention", Journal of Interactive Marketing
21(1)). Those who are likely to leave do so early, so the rate of renewal rises with age though
nobody's θ changes. Where the data show one rate for all, α and β have no optimum and the model is
its limit, a constant rate (`geometric`).

Either is a rate of renewal at each age, so the likelihood is that of as many binomials. Its
log-odds η(t) hold everywhere: no beta function is evaluated, so nothing cancels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from cxlib.statistics import Z
from cxlib.value.clv.betasum import discounted
from cxlib.value.clv.differences import central
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.maximum import maximise
from cxlib.value.clv.patterns import Array

SBG, GEOMETRIC = "sbg", "geometric"
STARTS = ((1.0, 1.0), (1.0, 10.0), (10.0, 100.0))  # α, β: varied customers, then more alike


@dataclass(frozen=True, slots=True)
class Renewals:
    """What became of contracts at each renewal.

    Arrays have shape (k,), one entry an age t = 1 … k in periods: `at_risk` came to their t-th
    renewal and `lost` of them were not renewed. Cohorts of different age are summed: a contract that
    was last seen running after t renewals is at risk up to t. `contracts` were there at age 0.
    """

    age: Array
    at_risk: Array
    lost: Array
    contracts: float

    @classmethod
    def counted(cls, lost: ArrayLike, censored: ArrayLike) -> Self:
        """From counts by age, each of shape (k + 1,).

        ``lost[t]`` were not renewed at their t-th renewal (so ``lost[0]`` is 0), ``censored[t]`` were
        last seen running after t renewals. Raises ValueError for counts that cannot be.
        """
        d, c = np.asarray(lost, dtype=np.float64), np.asarray(censored, dtype=np.float64)
        if d.shape != c.shape or d.ndim != 1 or not (np.isfinite(d + c).all() and len(d)):
            raise ValueError("as many counts of lost as of censored contracts are needed")
        if d[0] or (d < 0).any() or (c < 0).any():
            raise ValueError("nobody can be lost before the first renewal, nor fewer than nobody")
        there = (d + c)[::-1].cumsum()[::-1]
        return cls(np.arange(1.0, len(d)), there[1:], d[1:], float(there[0]))


@dataclass(frozen=True, slots=True)
class Band:
    """A figure by age with its 95 % interval: arrays of one shape."""

    value: Array
    low: Array
    high: Array


def fit_contracts(renewals: Renewals) -> Fit | None:
    """Fit the shifted-beta-geometric, or its limit where customers do not differ.

    None where neither holds: nobody was lost, nobody renewed, or renewals clearly become fewer with
    age.

    Parameters of ``sbg`` are ``alpha`` and ``beta``, of ``geometric`` the ``odds`` of renewal,
    β/α in the limit of large α and β. `Fit.unit` is empty: ages are in the data's own periods.
    """
    kept, lost = (renewals.at_risk - renewals.lost).sum(), renewals.lost.sum()
    if kept <= 0 or lost <= 0:
        return None
    for start in STARTS:
        found = maximise(lambda at: surface(SBG, at, renewals), np.log(start), renewals.contracts)
        if found.converged and found.covariance is not None:
            values = np.exp(found.log_params)
            return Fit(
                model=SBG,
                unit="",
                params={"alpha": float(values[0]), "beta": float(values[1])},
                covariance=tuple(tuple(map(float, row)) for row in found.covariance),
                log_likelihood=found.log_likelihood,
                gradient=found.gradient,
                n=round(renewals.contracts),
            )
    return _constant(renewals, float(kept / lost)) if abs(_trend(renewals)) < Z else None


def _trend(renewals: Renewals) -> float:
    """How clearly the rate of renewal rises (or, below 0, falls) with age: a standard normal where it
    does neither, by the score of a slope in its log-odds."""
    n, age = renewals.at_risk, renewals.age
    rate = 1 - renewals.lost.sum() / n.sum()
    apart = age - n @ age / n.sum()
    spread = rate * (1 - rate) * float(n @ apart**2)
    return float((n - renewals.lost - n * rate) @ apart) / math.sqrt(spread) if spread > 0 else 0.0


def _constant(renewals: Renewals, odds: float) -> Fit:
    """The constant rate, whose optimum is the share renewed of all renewals that came up."""
    value, gradient, hessian = surface(GEOMETRIC, np.log([odds]), renewals)
    return Fit(
        model=GEOMETRIC,
        unit="",
        params={"odds": odds},
        covariance=((float(-1 / hessian[0, 0]),),),
        log_likelihood=value,
        gradient=float(abs(gradient[0])) / renewals.contracts,
        n=round(renewals.contracts),
    )


def log_odds(model: str, log_params: Array, age: ArrayLike) -> tuple[Array, Array]:
    """Log-odds η of the renewal at each age, and their derivatives by the log-parameters.

    sbg: η(t) = log(β + t − 1) − log α, since r(t) = (β + t − 1)/(α + β + t − 1) (Fader & Hardie 2007,
    eq. 8); geometric: η = log odds. Shapes (n,) and (k, n).
    """
    t = np.asarray(age, dtype=np.float64)
    if model == GEOMETRIC:
        return np.full(t.shape, log_params[0]), np.ones((1, *t.shape))
    beta = np.exp(log_params[1])
    known = beta + t - 1
    return np.log(known) - log_params[0], np.stack((np.full(t.shape, -1.0), beta / known))


def surface(model: str, log_params: Array, renewals: Renewals) -> tuple[float, Array, Array]:
    """Total log-likelihood Σ kept·log r + lost·log(1 − r), its gradient (k,) and Hessian (k, k)."""
    odds, slopes = log_odds(model, log_params, renewals.age)
    n, lost = renewals.at_risk, renewals.lost
    kept = n - lost
    rate = expit(odds)
    value = float(kept @ log_expit(odds) + lost @ log_expit(-odds))
    excess = kept - n * rate
    hessian = -(slopes * (n * rate * (1 - rate))) @ slopes.T
    if model == SBG:
        # η is straight in log α, and in log β it bends by s (1 − s) with s = β/(β + t − 1).
        hessian[1, 1] += excess @ (slopes[1] * (1 - slopes[1]))
    return value, slopes @ excess, hessian


def retention(fit: Fit, age: ArrayLike) -> Band:
    """r(t): the share that renews at the t-th renewal of those who come to it; delta method, logit.

    Parameters
    ----------
    fit : Fit
        Of `fit_contracts`.
    age : array of int, shape (n,)
        From 1.
    """
    odds, slopes = log_odds(fit.model, fit.log_params, age)
    half = Z * errors(fit, slopes)
    return Band(expit(odds), expit(odds - half), expit(odds + half))


def survival(fit: Fit, age: ArrayLike, since: int = 0) -> Band:
    """S(t)/S(since): the share that runs after t renewals of those who ran after `since`.

    S(t) = B(α, β + t)/B(α, β) = Π r(s), s ≤ t (Fader & Hardie 2007, eq. 6). Delta method on the logit
    scale.

    Parameters
    ----------
    fit : Fit
        Of `fit_contracts`.
    age : array of int, shape (n,)
        None below `since`.
    """
    t = np.asarray(age, dtype=np.int64)
    logs, slopes = log_survival(fit.model, fit.log_params, int(t.max(initial=0)))
    log_s, by = logs[t] - logs[since], slopes[:, t] - slopes[:, [since]]
    lost = -np.expm1(log_s)
    inner = lost > 0
    logit = np.where(inner, log_s - np.log(np.where(inner, lost, 1.0)), np.inf)
    half = Z * errors(fit, by / np.where(inner, lost, 1.0))
    return Band(np.exp(log_s), expit(logit - half), expit(logit + half))


def residual(fit: Fit, renewals: ArrayLike, rate: float) -> Band:
    """DERL: discounted renewals still expected of a contract with so many behind it.

    Looked at on the day of the next renewal, before it is known: Σ_{t ≥ n} S(t)/S(n−1) · (1+d)^−(t−n)
    with n − 1 `renewals` made = r(n) · ₂F₁(1, β+n; α+β+n; 1/(1+d)). The renewal that is due next is
    not discounted. Delta method on the log scale; infinite for d = 0 and α ≤ 1.

    Parameters
    ----------
    fit : Fit
        Of `fit_contracts`.
    renewals : array of int, shape (n,)
        From 0.
    rate : float
        d, the rate of discount a period; 0 or more.

    References
    ----------
    Fader & Hardie (2010), "Customer-base valuation in a contractual setting: the perils of ignoring
    heterogeneity", Marketing Science 29(1), eq. 6.
    """
    made = np.asarray(renewals, dtype=np.float64)

    def log_residual(log_params: Array) -> Array:
        return np.log(expected_residual(fit.model, log_params, made, rate))

    value = expected_residual(fit.model, fit.log_params, made, rate)
    if not np.isfinite(value).all():
        return Band(value, np.full_like(value, np.nan), value)
    half = Z * errors(fit, central(log_residual, fit.log_params))
    return Band(value, value * np.exp(-half), value * np.exp(half))


def expected_residual(model: str, log_params: Array, made: Array, rate: float) -> Array:
    """`residual` alone, at parameters that need not be a fit's."""
    odds, _ = log_odds(model, log_params, made + 1)
    renewed = expit(odds)
    if model == GEOMETRIC:
        # r Σ (r/(1+d))^k, with 1 − r taken from the odds.
        return np.asarray(renewed * (1 + rate) / (rate + expit(-odds)))
    alpha, beta = np.exp(log_params)
    return np.asarray(renewed * discounted(float(alpha), beta + made + 1, rate))


def log_survival(model: str, log_params: Array, last: int) -> tuple[Array, Array]:
    """log S(t) for t = 0 … last and its derivatives: (last + 1,) and (k, last + 1)."""
    odds, slopes = log_odds(model, log_params, np.arange(1, last + 1))
    logs = np.append(0.0, log_expit(odds).cumsum())
    rows = (slopes * expit(-odds)).cumsum(axis=1)
    return logs, np.hstack((np.zeros((len(rows), 1)), rows))


def errors(fit: Fit, slopes: Array) -> Array:
    """Standard errors of figures with these derivatives by the log-parameters (k, n): (n,)."""
    variance = np.einsum("kn,kj,jn->n", slopes, np.asarray(fit.covariance), slopes)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))
