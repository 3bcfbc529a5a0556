"""Gamma-Gamma: how much customers spend a purchase, and how far a customer's own mean is to be
believed.

A purchase is worth Gamma(p, ν), and ν ~ Gamma(q, v) over customers (Fader, Hardie & Lee 2005, "RFM
and CLV: using iso-value curves"; Fader & Hardie 2013, "The Gamma-Gamma model of monetary value").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import gammaln, polygamma, psi

from cxlib.value.clv.patterns import Array

PARAMETERS = ("p", "q", "v")
PART = 8_192
"""Customers that are summed at once, so that the columns in between stay near the processor."""


@dataclass(frozen=True, slots=True)
class Spenders:
    """Customers with `x` purchases (at least one) of the mean value `mean` (positive), each (n,), and
    what of their likelihood does not depend on parameters.

    The gamma functions are computed on `few`, the distinct x, of which `many` are the customers.
    """

    x: Array
    mean: Array
    weights: Array
    few: Array
    many: Array
    spent: Array
    log_spent: float
    log_mean: float

    @classmethod
    def of(cls, x: Array, mean: Array, weights: Array) -> Self:
        """From rows of customers; equal ones need not be merged."""
        few, of = np.unique(x, return_inverse=True)
        spent = x * mean
        return cls(
            x=x,
            mean=mean,
            weights=weights,
            few=few,
            many=np.bincount(of, weights).astype(np.float64),
            spent=spent,
            log_spent=float(np.sum(weights * x * np.log(spent))),
            log_mean=float(np.sum(weights * np.log(mean))),
        )

    @property
    def customers(self) -> float:
        """How many customers there are."""
        return float(self.weights.sum())

    def thinned(self, most: int) -> Self:
        """About `most` customers, evenly through their order, for a first look."""
        some = slice(None, None, max(1, len(self.x) // most))
        return type(self).of(self.x[some], self.mean[some], self.weights[some])


def log_likelihood(log_params: Array, spenders: Spenders) -> tuple[float, Array, Array]:
    """Total log-likelihood, its gradient (3,) and its Hessian (3, 3) by log p, log q, log v.

    L = Γ(px+q)/(Γ(px)Γ(q)) · v^q (x·mean)^(px) / (v + x·mean)^(px+q) / mean. Fader & Hardie 2013,
    eq. 1a.
    """
    p, q, v = np.exp(log_params)
    few, n = spenders.few, spenders.many
    parts = range(0, max(1, len(spenders.x)), PART)
    logs, logs_x, rests, rests_x, owns, owns_x = np.sum(
        [_sums(v, spenders, slice(first, first + PART)) for first in parts], axis=0
    )
    customers = n.sum()
    log_v = log_params[2]
    own, rest_log = spenders.log_spent - logs_x, customers * log_v - logs
    both, alone = psi(p * few + q), psi(p * few)
    curl, curl_alone = polygamma(1, p * few + q), polygamma(1, p * few)
    value = (
        n @ (gammaln(p * few + q) - gammaln(p * few) - gammaln(q))
        + q * rest_log
        + p * own
        - spenders.log_mean
    )
    by_p = p * ((n * few) @ (both - alone) + own)
    by_q = q * (n @ (both - psi(q)) + rest_log)
    by_v = q * customers - p * rests_x - q * rests
    by_pp = by_p + p * p * ((n * few * few) @ (curl - curl_alone))
    by_qq = by_q + q * q * (n @ (curl - polygamma(1, q)))
    by_pq = p * q * ((n * few) @ curl)
    by_pv, by_qv = -p * rests_x, q * (customers - rests)
    by_vv = -p * owns_x - q * owns
    gradient = np.array([by_p, by_q, by_v])
    hessian = np.array([[by_pp, by_pq, by_pv], [by_pq, by_qq, by_qv], [by_pv, by_qv, by_vv]])
    return float(value), gradient, hessian


def _sums(v: float, spenders: Spenders, part: slice) -> Array:
    """What the likelihood of some customers and its derivatives are made of: sums over them, (6,)."""
    weights, total = spenders.weights[part], spenders.spent[part] + v
    log_total, rest = np.log(total), v / total
    own_rest = rest * (1 - rest)
    weighted = weights * spenders.x[part]
    columns = (log_total, rest, own_rest)
    return np.array([w @ column for column in columns for w in (weights, weighted)])


def expected_spend(log_params: Array, x: Array, mean: Array) -> Array:
    """E(mean value of a purchase | x, mean) = p (v + x·mean) / (p x + q − 1), shape (n,).

    A customer without a purchase to go by (x = 0, whatever `mean`) gets the population's
    p v / (q − 1). Defined for q > 1. Fader & Hardie 2013, eq. 5.
    """
    p, q, v = np.exp(log_params)
    spent = np.where(x > 0, x * mean, 0.0)
    return np.asarray(p * (v + spent) / (p * x + q - 1))


def spend_slopes(log_params: Array, x: Array, mean: Array) -> Array:
    """Derivatives of the logarithm of `expected_spend` by the logarithms of p, q, v: (3, n)."""
    p, q, v = np.exp(log_params)
    spent = np.where(x > 0, x * mean, 0.0)
    denominator = p * x + q - 1
    return np.stack((1 - p * x / denominator, -q / denominator, v / (v + spent)))


def own_weight(log_params: Array, x: Array) -> Array:
    """How much of `expected_spend` is the customer's own mean, the rest being the population's."""
    p, q, _ = np.exp(log_params)
    return np.asarray(p * x / (p * x + q - 1))
