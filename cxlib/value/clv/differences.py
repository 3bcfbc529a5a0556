"""Derivatives by differences, where none are written down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cxlib.value.clv.patterns import Array


def central(function: Callable[[Array], Array], at: Array, step: float = 1e-3) -> Array:
    """Derivatives of `function` by each of the k parameters at `at` (k,): shape (k, *values)."""
    return np.stack(
        [
            (function(at + step * way) - function(at - step * way)) / (2 * step)
            for way in np.eye(len(at))
        ]
    )
