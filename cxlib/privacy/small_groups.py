"""Groups too small to be shown: who few people are in one could be known by name."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SMALLEST = 10
"""Answers that a group of a survey must have to be shown."""


def suppressed(sizes: ArrayLike, smallest: int = SMALLEST) -> NDArray[np.bool_]:
    """Which of some groups that add up to a known whole are not shown.

    A group of fewer than `smallest` is not. Where the whole is known, what is not shown can be had by
    subtraction, so what is held back has to be `smallest` or more together: the smallest of the other
    groups are held back as well until it is. Empty groups hide nothing and nobody.

    Parameters
    ----------
    sizes : array of int, shape (k,)

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, section 4.2 (complementary suppression).
    """
    n = np.asarray(sizes, dtype=np.int64)
    hidden = (n > 0) & (n < smallest)
    # Smallest first; of equal ones the last, so that the order of rows decides and nothing else.
    for i in sorted(range(len(n)), key=lambda i: (n[i], -i)):
        if not hidden.any() or n[hidden].sum() >= smallest:
            break
        hidden[i] |= n[i] > 0
    return hidden
