"""Purchase histories, each distinct one once, with the way back to customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlib.value.clv.patterns import Array

Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Distinct:
    """Distinct (x, t_x, T), ordered by x, then T, then t_x, so that customers' order is forgotten.

    `x`, `t_x`, `T` have shape (h,), in the model's unit; ``x[of]`` is each customer's x, `of`
    having shape (n,). What a living customer will do depends on (x, T) alone: `pair_x` and `pair_T`
    (m,) are these pairs, ``pair_x[pair]`` is `x`.
    """

    x: Array
    t_x: Array
    T: Array
    of: Codes
    pair_x: Array
    pair_T: Array
    pair: Codes

    @classmethod
    def of_customers(cls, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Self:
        """Of customers with these histories, each of shape (n,)."""
        (at_x, at_T, at_t_x), of = merged(x, T, t_x)
        new = np.append(True, (np.diff(at_x) != 0) | (np.diff(at_T) != 0))[: len(at_x)]
        return cls(at_x, at_t_x, at_T, of, at_x[new], at_T[new], np.cumsum(new) - 1)


def coded(values: NDArray[Any]) -> tuple[Codes, NDArray[Any]]:
    """Each value's place among the distinct ones, (n,), and these. Counts and days are small whole
    numbers, whose places are looked up in a table; all else is hashed."""
    with np.errstate(invalid="ignore"):
        whole = values.astype(np.int32)
    small = len(whole) and whole.min() >= 0 and whole.max() < 4 * len(whole)
    if not small or (whole != values).any():
        codes, distinct = pd.factorize(values)
        return codes, np.asarray(distinct)
    seen = np.zeros(int(whole.max()) + 1, dtype=bool)
    seen[whole] = True
    return (np.cumsum(seen) - 1)[whole], np.flatnonzero(seen).astype(values.dtype)


def merged(*columns: ArrayLike) -> tuple[list[Array], Codes]:
    """Distinct rows of up to three columns (n,), ordered by the first, then the second, then the
    third; and each row's place among them, (n,). Raises `ValueError` where something is missing."""
    keys = np.zeros(np.shape(columns[0]), dtype=np.int64)
    values = []
    for column in columns:
        codes, some = pd.factorize(np.asarray(column, dtype=float), sort=True)
        if (codes < 0).any():
            raise ValueError("a history has a missing value")
        keys = keys * max(1, len(some)) + codes
        values.append(some)
    keys, of = np.unique(keys, return_inverse=True)
    found = []
    for some in reversed(values):
        keys, at = np.divmod(keys, max(1, len(some)))
        found.append(some[at])
    return found[::-1], of
