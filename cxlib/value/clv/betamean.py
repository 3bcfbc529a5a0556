"""The mean of (1 + p u)^(−k) over a Beta-distributed p: what dropout does to a purchase rate.

It equals ₂F₁(k, a; a+β; −u). After Pfaff's transformation scipy sums the series well up to z = 0.9,
except where terms of either sign cancel. Beyond, it goes over to gamma functions that overflow or
cancel (4 to 5 digits are lost at a = 15, β = 60, k = 8). There the mean is integrated instead.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, hyp2f1

from cxlib.value.clv.patterns import Array

STEPS = np.arange(-9.0, 9.0 + 1e-9, 0.09)
BLOCK = 10_000
# From here scipy leaves the series.
FAR = 0.9
# A sum this much smaller than its largest terms has lost too many digits.
CANCELLED = 1e-6


def beta_mean(k: Array, a: float, beta: Array, u: Array) -> Array:
    """E[(1 + p u)^(−k)] for p ~ Beta(a, beta); shape of the arguments, which broadcast.

    Parameters
    ----------
    k, a, beta : positive
    u : array
        At least 0.
    """
    k, beta, u = np.broadcast_arrays(k, beta, u)
    first = a + beta - k
    z = u / (1 + u)
    with np.errstate(over="ignore", invalid="ignore"):
        series = hyp2f1(first, a, a + beta, z)
        largest = (1 + z) ** np.maximum(-first, 0)
        found = np.asarray(series * np.exp(-a * np.log1p(u)), dtype=np.float64)
        doubtful = (z >= FAR) | ~(series > CANCELLED * largest) | ~np.isfinite(found)
    rows = np.flatnonzero(doubtful)
    for some in np.array_split(rows, 1 + len(rows) // BLOCK):
        found.flat[some] = integrated(k.flat[some], a, beta.flat[some], u.flat[some])
    return found


def integrated(k: Array, a: float, beta: Array, u: Array) -> Array:
    """The same mean by the trapezoidal rule, for arguments of shape (n,).

    In l = logit p the integrand exp(a log p + β log(1−p) − k log(1+pu)) has one peak, at the root in
    (0, 1) of a quadratic, and exponential tails. With l = peak + width · sinh(s) both a narrow peak
    and a tail that falls by e^(−a) a unit are covered by the same steps in s, and the rule converges
    exponentially.
    """
    # (k − a − β) u p² + (a u − a − β − k u) p + a = 0, by the form that does not cancel.
    q2, q1 = (k - a - beta) * u, a * u - a - beta - k * u
    root = np.sqrt(np.maximum(q1 * q1 - 4 * q2 * a, 0))
    peak = np.where(q1 < 0, 2 * a / (root - q1), (-q1 - root) / (2 * np.where(q2 == 0, -1.0, q2)))
    peak = np.clip(peak, 1e-300, 1 - 1e-16)
    odds, away = peak * u / (1 + peak * u), 1 - peak
    # −d²/dl² at the peak; the last term is what the power bends, of either sign.
    curvature = (a + beta) * peak * away + k * odds * away * (away - peak - odds * away)
    width = 1 / np.sqrt(np.maximum(curvature, 1e-6))
    at = np.log(peak) - np.log1p(-peak)
    logit = at[:, None] + width[:, None] * np.sinh(STEPS)
    log_p, log_rest = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    log_terms = (
        a * log_p
        + beta[:, None] * log_rest
        - k[:, None] * np.log1p(np.exp(log_p) * u[:, None])
        + np.log(np.cosh(STEPS))
    )
    top = log_terms.max(axis=1)
    total = np.exp(log_terms - top[:, None]).sum(axis=1) * width * (STEPS[1] - STEPS[0])
    return np.asarray(np.exp(top - betaln(a, beta)) * total)
