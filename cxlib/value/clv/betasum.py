"""The discounted sum of what a customer who may leave at each step still does."""

from __future__ import annotations

import numpy as np

from cxlib.value.clv.patterns import Array


def discounted(a: float, b: Array, rate: float) -> Array:
    """Σ_{k ≥ 0} B(a, b+k)/B(a, b) (1+d)^−k = ₂F₁(1, b; a+b; 1/(1+d)), shape of `b`.

    By Gauss's continued fraction (NIST Digital Library of Mathematical Functions, 15.7.5), from its
    end. At d near 0, where the series takes 1/d terms, it takes 1/√d; all its parts are positive, so
    few digits are lost. For d = 0 the sum is (a+b−1)/(a−1), infinite for a ≤ 1.
    """
    if rate == 0:
        return (a + b - 1) / (a - 1) if a > 1 else np.full_like(b, np.inf)
    c, z = a + b, 1 / (1 + rate)
    found = np.ones_like(c)
    for m in range(int(20 / np.sqrt(rate * z)) + 20, 0, -1):
        found = 1 - z * m * (a + m - 1) / ((c + 2 * m - 2) * (c + 2 * m - 1)) / (
            1 - z * (b + m) * (c + m - 1) / ((c + 2 * m - 1) * (c + 2 * m)) / found
        )
    return np.asarray(1 / (1 - z * b / c / found))
