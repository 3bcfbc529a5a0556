"""A costly smooth function of (x, T) at every customer, from its values at few ages.

For each x what a living customer will buy is an analytic function of log(α + T) alone, so its values
at a few Chebyshev points tell all others to many digits. Where a check says that they do not, or
where an x comes with few ages anyway, each age is looked at itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from cxlib.value.clv.distinct import Codes, coded
from cxlib.value.clv.patterns import Array

DIGITS = 12
"""What the interpolation is laid out for, and (with room for rounding) what it is checked against."""
WRONG = 1e-9
BLOCK = 100_000


@dataclass(frozen=True, slots=True)
class Ages:
    """Distinct pairs (x, T) of customers, each once.

    `x` and `T` have shape (m,); ``x[of]`` is each customer's x, `of` having shape (n,).
    """

    x: Array
    T: Array
    of: Codes

    @classmethod
    def of_customers(cls, x: Array, T: Array) -> Self:
        """The pairs of customers with `x` repeat purchases and age `T`, both of shape (n,)."""
        if len(T) and (np.floor(T) == T).all():  # days: both in one number
            span = T.max() + 1
            of, keys = coded(x * span + T)
            xs, Ts = np.divmod(keys, span)
            return cls(xs, Ts, of)
        x_codes, xs = coded(x)
        T_codes, Ts = coded(T)
        of, pairs = coded(x_codes.astype(np.int64) * max(1, len(Ts)) + T_codes)
        at_x, at_T = np.divmod(pairs, max(1, len(Ts)))
        return cls(xs[at_x], Ts[at_T], of)

    def laid(self, offset: float) -> Layout:
        """Where to look, for functions that are smooth in the logarithm of `offset` + T."""
        xs, of_x, counts = np.unique(self.x, return_inverse=True, return_counts=True)
        u = np.log(offset + self.T)
        low, high = (float(u.min()), float(u.max())) if len(u) else (0.0, 0.0)
        points = _points(low, high)
        many = counts > 2 * len(points)
        rows = np.where(many, np.cumsum(many) - 1, -1)[of_x]
        return Layout(self, xs[many], points, u, rows, offset)


@dataclass(frozen=True, slots=True)
class Layout:
    """`dense` are the x that are interpolated, from `points` of log(offset + T); `u` are the pairs'
    own logarithms and `rows` their places in `dense`, -1 for those that are looked at directly."""

    pairs: Ages
    dense: Array
    points: Array
    u: Array
    rows: Codes
    offset: float

    def checked(self, function: Callable[[Array, Array], Array]) -> Layout:
        """The same without the x where interpolating the positive `function`, of one value or of k a
        look, (k, looks), is not exact enough."""
        if not len(self.dense):
            return self
        between = (self.points[1:] + self.points[:-1]) / 2
        known, truth = (
            np.log(np.atleast_2d(function(*self._grid(at)))).reshape(-1, len(self.dense), len(at))
            for at in (self.points, between)
        )
        guess = known @ _weights(self.points, between).T
        good = (np.abs(guess - truth) < WRONG).all(axis=(0, 2))
        moved = np.where(good, np.cumsum(good) - 1, -1)
        rows = np.where(self.rows >= 0, moved[self.rows], -1)
        return Layout(self.pairs, self.dense[good], self.points, self.u, rows, self.offset)

    def looks(self) -> tuple[Array, Array]:
        """x and T at which a function has to be evaluated."""
        direct = self.rows < 0
        x, T = self._grid(self.points)
        return np.append(x, self.pairs.x[direct]), np.append(T, self.pairs.T[direct])

    def spread(self, values: Array) -> Array:
        """Values (k, looks) at the places of `looks`, to all pairs: shape (k, m)."""
        values = np.atleast_2d(values)
        split = len(self.dense) * len(self.points)
        table = values[:, :split].reshape(len(values), len(self.dense), len(self.points))
        found = np.empty((len(values), len(self.rows)))
        found[:, self.rows < 0] = values[:, split:]
        inner = np.flatnonzero(self.rows >= 0)
        for some in np.array_split(inner, 1 + len(inner) // BLOCK):
            weights = _weights(self.points, self.u[some])
            found[:, some] = np.einsum("knp,np->kn", table[:, self.rows[some]], weights)
        return found

    def _grid(self, points: Array) -> tuple[Array, Array]:
        T = np.maximum(np.exp(points) - self.offset, 0.0)
        return np.repeat(self.dense, len(points)), np.tile(T, len(self.dense))


def _points(low: float, high: float) -> Array:
    """Chebyshev points of [low, high], as many as `DIGITS` need where the nearest singularity is π
    away from the real axis: the error falls by the factor ρ of Bernstein's ellipse with each."""
    reach = math.pi / max((high - low) / 2, 1e-3)
    rho = reach + math.hypot(1, reach)
    number = max(4, math.ceil(DIGITS * math.log(10) / math.log(rho)))
    angles = np.arange(number) * math.pi / (number - 1)
    return np.asarray((low + high) / 2 - (high - low) / 2 * np.cos(angles))


def _weights(points: Array, at: Array) -> Array:
    """Barycentric weights (n, k) that make values at Chebyshev points (k,) those `at` (n,).

    Source: Berrut & Trefethen 2004, "Barycentric Lagrange Interpolation", SIAM Review 46(3), eq. 5.4.
    """
    signs = (-1.0) ** np.arange(len(points))
    signs[[0, -1]] /= 2
    away = at[:, None] - points
    hit = away == 0
    terms = signs / np.where(hit, 1.0, away)
    weights = terms / terms.sum(axis=1, keepdims=True)
    exact = hit.any(axis=1)
    weights[exact] = hit[exact]
    return np.asarray(weights)
