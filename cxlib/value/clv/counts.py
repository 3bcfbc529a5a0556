"""How many purchases a living customer will make: the whole distribution, in closed form.

Alive at T, a customer of either process has λ ~ Gamma(r+x, α+T), independent of dropout: in BG/NBD
and MBG/NBD p ~ Beta(a, b+n) with n the chances to drop out that were let pass, in Pareto/NBD
μ ~ Gamma(s, β+T). The m-th purchase happens within t if the rate brings it in time and no dropout
came before; the probability of that is one product, or one integral of a positive function. So
nothing cancels, and P(N = m) is the difference of two of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln, expit

from cxlib.value.clv.betageometric import BetaGeometric
from cxlib.value.clv.fitters import Process
from cxlib.value.clv.patterns import Array

NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2
# Beyond this many e-folds below its peak the integrand adds nothing to twelve digits.
E_FOLDS = 30.0
HALVINGS = 24
BLOCK = 2_000


def at_least(
    process: Process, log_params: Array, m: ArrayLike, x: Array, T: Array, horizon: ArrayLike
) -> Array:
    """P(N ≥ m) for N the purchases in (T, T + horizon] of customers who are alive at T.

    BG/NBD and MBG/NBD: I_q(m, r+x) · B(a, b+n+m−1)/B(a, b+n), q = t/(α+T+t): the m-th event of a
    Poisson process comes in time, and no dropout followed the m−1 before it. Pareto/NBD: the
    mean of (β+T)^s/(β+T+y)^s over the times y ≤ t of the m-th event. Differences of these are
    eq. 8 of Fader, Hardie & Lee 2005 and eq. 16 of Fader & Hardie 2014, "Deriving the conditional
    PMF of the Pareto/NBD model".

    Parameters
    ----------
    m : array of whole numbers
        At least 0; broadcasts with the rest.
    x, T : array
        Repeat purchases and age, in the model's unit.
    horizon : float or array
        More than 0, in the model's unit.
    """
    m, x, T, t = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (m, x, T, horizon)))
    found = np.ones(m.shape)
    some = m > 0
    m, x, T, t = m[some], x[some], T[some], t[some]
    if isinstance(process, BetaGeometric):
        r, alpha, a, b = np.exp(log_params)
        kept = b + x + process.extra_chances
        passed = np.exp(betaln(a, kept + m - 1) - betaln(a, kept))
        found[some] = betainc(m, r + x, t / (alpha + T + t)) * passed
    else:
        blocks = range(0, len(m), BLOCK)
        cut = [slice(start, start + BLOCK) for start in blocks]
        parts = [_before_leaving(log_params, m[c], x[c], T[c], t[c]) for c in cut]
        found[some] = np.concatenate(parts) if parts else m
    return found


def _before_leaving(log_params: Array, m: Array, x: Array, T: Array, t: Array) -> Array:
    """P(the m-th purchase comes within t and before a Pareto dropout), arguments of shape (n,).

    With l the logarithm of its time over α+T the density of l is e^(ml) (1+e^l)^−(m+r+x) / B(m, r+x)
    and the chance to be there still (1 + e^(l+g))^−s, g = log((α+T)/(β+T)). The product's logarithm
    is concave in l: it is integrated by Gauss-Legendre to where it is `E_FOLDS` below its peak.
    """
    r, alpha, s, beta = np.exp(log_params)
    shape, gap, end = r + x, np.log((alpha + T) / (beta + T)), np.log(t / (alpha + T))

    def log_density(at: Array, tall: bool = False) -> Array:
        k, n, g = (one[:, None] if tall else one for one in (m, shape, gap))
        there = np.log(1 + np.exp(at + g))
        return np.asarray(k * at - (k + n) * np.log(1 + np.exp(at)) - s * there)

    # Left of `near` the slope is positive, at the logarithm of m/(r+x) and beyond it is not.
    near = np.log(m) - np.log(m + shape + s * np.exp(gap))
    low, high = np.minimum(near, end), np.minimum(np.log(m / shape), end)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rising = m - (m + shape) * expit(middle) - s * expit(middle + gap) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    top = high
    peak = log_density(top)
    # E^l − 1 − l falls by that much at least within this way from `near`.
    left = _fallen(log_density, np.minimum(near, end) - 1 - E_FOLDS / m, top, peak - E_FOLDS)
    right = _fallen(log_density, end, top, peak - E_FOLDS)
    at = left[:, None] + (right - left)[:, None] * NODES
    terms = np.exp(log_density(at, tall=True) - peak[:, None]) @ WEIGHTS
    return np.asarray(np.exp(peak - betaln(m, shape)) * terms * (right - left))


def _fallen(function: Callable[[Array], Array], far: Array, top: Array, level: Array) -> Array:
    """Where on the way from `top` to `far` a concave function has fallen to `level`, or `far`."""
    near = top
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        low = function(middle) < level
        near, far = np.where(low, near, middle), np.where(low, middle, far)
    return far
