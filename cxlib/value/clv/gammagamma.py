"""Gamma-Gamma: how much customers spend a purchase, and how far a customer's own mean is to be
believed.

A purchase is worth Gamma(p, ν), and ν ~ Gamma(q, v) over customers (Fader, Hardie & Lee 2005, "RFM
and CLV: using iso-value curves"; Fader & Hardie 2013, "The Gamma-Gamma model of monetary value").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, psi

from cxlib.value.clv.patterns import Array

PARAMETERS = ("p", "q", "v")


def log_likelihood(
    log_params: Array, x: Array, mean: Array, distinct: tuple[Array, NDArray[np.intp]]
) -> tuple[Array, Array]:
    """Log-likelihood of each customer, shape (n,), and its gradient by log p, log q, log v, (3, n).

    `x` purchases (at least one) had the mean value `mean` (positive). `distinct` are the distinct x
    and the place of each customer's among them: the gamma functions are computed on those alone.
    Fader & Hardie 2013, eq. 1a.
    """
    p, q, v = np.exp(log_params)
    few, of = distinct
    of_x = gammaln(p * few + q) - gammaln(p * few) - gammaln(q)
    digamma = psi(p * few + q)
    px, spent = p * x, x * mean
    total = spent + v
    log_own, log_rest = np.log(spent / total), np.log(v / total)
    values = of_x[of] + q * log_rest + px * log_own - np.log(mean)
    gradient = np.stack(
        (
            px * ((digamma - psi(p * few))[of] + log_own),
            q * ((digamma - psi(q))[of] + log_rest),
            q - v * (px + q) / total,
        )
    )
    return values, gradient


def expected_spend(log_params: Array, x: Array, mean: Array) -> Array:
    """E(mean value of a purchase | x, mean) = p (v + x·mean) / (p x + q − 1), shape (n,).

    A customer without a purchase to go by (x = 0, whatever `mean`) gets the population's
    p v / (q − 1). Defined for q > 1. Fader & Hardie 2013, eq. 5.
    """
    p, q, v = np.exp(log_params)
    spent = np.where(x > 0, x * mean, 0.0)
    return np.asarray(p * (v + spent) / (p * x + q - 1))


def own_weight(log_params: Array, x: Array) -> Array:
    """How much of `expected_spend` is the customer's own mean, the rest being the population's."""
    p, q, _ = np.exp(log_params)
    return np.asarray(p * x / (p * x + q - 1))
