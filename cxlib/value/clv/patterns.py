"""Purchase histories, each distinct one once: what the purchase models are fitted on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlib.errors import CxError
from cxlib.i18n import N_

Array = NDArray[np.float64]
LONGEST = 2**62  # keys of histories have to fit into 64 bits


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct (x, t_x, T) with the number of customers that share each.

    Customers with the same history have the same likelihood, so a file of a million customers is
    a few thousand patterns. What depends on x alone (the gamma functions) is computed on
    `distinct_x`; `distinct_x[of]` is `x`.

    `x` are repeat purchases, `t_x` the time from first to last purchase and `T` the time from first
    purchase to the end of observation, in one unit; `weights` are customers. All of shape (n,).
    """

    x: Array
    t_x: Array
    T: Array
    weights: Array
    distinct_x: Array
    of: NDArray[np.intp]

    @classmethod
    def merged(
        cls, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weights: ArrayLike | None = None
    ) -> Self:
        """Merge equal histories; the result does not depend on the order of the rows.

        Raises `CxError` (``bad_summary``) for histories that cannot be: missing or negative values,
        fractional counts, a last purchase after the end, or a recency without a repeat purchase.
        """
        columns = [np.asarray(column, float) for column in (x, t_x, T)]
        known = None if weights is None else np.asarray(weights, float)
        _check(columns, known)
        whole = _merged_whole(columns, known)
        if whole is not None:
            return cls.of_rows(*whole)
        names = ("x", "t_x", "T")
        rows = pd.DataFrame(dict(zip(names, columns, strict=True)))
        rows["weights"] = 1.0 if known is None else known
        merged = rows.groupby(list(names), as_index=False, sort=True)["weights"].sum()
        return cls.of_rows(*(merged[c].to_numpy() for c in (*names, "weights")))

    @classmethod
    def of_rows(cls, x: Array, t_x: Array, T: Array, weights: Array) -> Self:
        """Patterns from rows that are already distinct and checked."""
        distinct_x, of = np.unique(x, return_inverse=True)
        return cls(x, t_x, T, weights, distinct_x, of)

    @property
    def customers(self) -> float:
        """How many customers the patterns stand for."""
        return float(self.weights.sum())

    def parts(self, size: int) -> Iterator[Self]:
        """The patterns in parts of so many, in their order; `distinct_x` stays that of all."""
        for first in range(0, max(1, len(self.x)), size):
            p = slice(first, first + size)
            yield type(self)(
                self.x[p], self.t_x[p], self.T[p], self.weights[p], self.distinct_x, self.of[p]
            )

    def thinned(self, most: int) -> Self:
        """About `most` patterns, evenly through their order, for a first look."""
        some = slice(None, None, max(1, len(self.x) // most))
        return self.of_rows(self.x[some], self.t_x[some], self.T[some], self.weights[some])

    def scaled(self, unit: float) -> Self:
        """The same histories with time measured in `unit` of the present unit."""
        return type(self)(
            self.x, self.t_x / unit, self.T / unit, self.weights, self.distinct_x, self.of
        )


def _merged_whole(
    columns: list[Array], weights: Array | None
) -> tuple[Array, Array, Array, Array] | None:
    """x, t_x, T and weights merged where all times are whole, as days are: one sort of one number a
    customer. None where they are not, or are too long for that."""
    spans = [int(column.max()) + 1 if len(column) else 1 for column in columns]
    if math.prod(spans) >= LONGEST or any((c != np.floor(c)).any() for c in columns[1:]):
        return None
    # In place: of nine million customers each further column is 72 MB.
    keys = columns[0].astype(np.int64)
    for column, span in zip(columns[1:], spans[1:], strict=True):
        keys *= span
        keys += column.astype(np.int64)
    if weights is None:
        keys.sort()
        new = np.empty(len(keys), dtype=bool)
        new[:1] = True
        np.not_equal(keys[1:], keys[:-1], out=new[1:])
        starts = np.flatnonzero(new)
        distinct, counts = keys[starts], np.diff(starts, append=len(keys))
    else:
        distinct, of = np.unique(keys, return_inverse=True)
        counts = np.bincount(of, weights)
    rest, T = np.divmod(distinct, spans[2])
    x, t_x = np.divmod(rest, spans[1])
    return x.astype(float), t_x.astype(float), T.astype(float), counts.astype(float)


def _check(columns: list[Array], weights: Array | None) -> None:
    x, t_x, T = columns
    impossible = ~(np.isfinite(x) & np.isfinite(t_x) & np.isfinite(T))
    impossible |= (x < 0) | (x != np.round(x))
    impossible |= (t_x < 0) | (t_x > T) | ((x == 0) & (t_x != 0))
    if weights is not None:
        impossible |= ~(np.isfinite(weights) & (weights > 0))
    if impossible.any():
        first = int(np.flatnonzero(impossible)[0])
        raise CxError(
            "bad_summary",
            N_("{count} customers have a purchase history that cannot be, first in row {row}."),
            N_(
                "Frequency must be a whole number of repeat purchases, recency between 0 and T, "
                "and 0 for customers with one purchase."
            ),
            count=int(impossible.sum()),
            row=first + 1,
        )
