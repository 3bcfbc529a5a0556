"""The likelihood of BG/NBD and MBG/NBD customers whose parameters differ from cell to cell.

A cell is a combination of attributes. `betageometric.surface` is the same with one cell; here the
slopes are kept by cell, for a chain rule to whatever moves the parameters of a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit, gammaln, polygamma, psi

from cxlib.value.clv.betageometric import BetaGeometric
from cxlib.value.clv.distinct import Codes, merged
from cxlib.value.clv.patterns import Array


@dataclass(frozen=True, slots=True)
class CellPatterns:
    """Distinct (cell, x, t_x, T), in order, with the customers that share each, all (n,).

    What depends on the cell and x alone is computed once: `pair_x` and `pair_cell` (m,), of which
    each row is number `pair` (n,).
    """

    x: Array
    t_x: Array
    T: Array
    cell: Codes
    weights: Array
    pair_x: Array
    pair_cell: Codes
    pair: Codes

    @classmethod
    def merged(cls, cell: Codes, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Self:
        """Of customers, whose order is forgotten."""
        rows = pd.DataFrame({"cell": cell, "x": x, "t_x": t_x, "T": T})
        known = rows.groupby(["cell", "x", "t_x", "T"], sort=True).size().reset_index(name="n")
        count, last, age, n = (known[c].to_numpy(float) for c in ("x", "t_x", "T", "n"))
        return cls._of(known["cell"].to_numpy(np.intp), count, last, age, n)

    @classmethod
    def _of(cls, cell: Codes, x: Array, t_x: Array, T: Array, weights: Array) -> Self:
        (at_cell, at_x), pair = merged(cell, x)
        return cls(x, t_x, T, cell, weights, at_x, at_cell.astype(np.intp), pair)

    @property
    def customers(self) -> float:
        """How many customers there are."""
        return float(self.weights.sum())

    def thinned(self, most: int) -> Self:
        """About `most` rows, evenly through their order, for a first look."""
        some = slice(None, None, max(1, len(self.x) // most))
        x, t_x, T, weights = (a[some] for a in (self.x, self.t_x, self.T, self.weights))
        return self._of(self.cell[some], x, t_x, T, weights)

    def scaled(self, unit: float) -> Self:
        """The same histories with time measured in `unit` of the present unit."""
        return self._of(self.cell, self.x, self.t_x / unit, self.T / unit, self.weights)


def cell_surface(
    process: BetaGeometric, logs: Array, patterns: CellPatterns
) -> tuple[float, Array, Array]:
    """Total log-likelihood, and its first and second derivatives by the parameters of each cell.

    Parameters
    ----------
    logs : array, shape (4, c)
        Logarithms of r, α, a, b of each cell.

    Returns
    -------
    value, slopes, curves : float, array (4, c), array (4, 4, c)
        Cells are independent of one another.
    """
    of, at, w = patterns.cell, patterns.pair, patterns.weights
    r, alpha, a, b = np.exp(logs)
    few, where = patterns.pair_x, patterns.pair_cell
    chances = few + process.extra_chances
    # What depends on the cell and x: gamma functions and the odds of having left.
    r_, a_, b_ = r[where], a[where], b[where]
    before = b_ + np.maximum(chances, 1) - 1
    rise, lost = psi(r_ + few) - psi(r_), psi(a_ + b_) - psi(a_ + b_ + chances)
    kept = psi(b_ + chances) - psi(b_)
    curl_rise = polygamma(1, r_ + few) - polygamma(1, r_)
    curl_lost = polygamma(1, a_ + b_) - polygamma(1, a_ + b_ + chances)
    curl_kept = polygamma(1, b_ + chances) - polygamma(1, b_)
    known = gammaln(r_ + few) - gammaln(r_) + gammaln(a_ + b_) - gammaln(a_ + b_ + chances)
    known += gammaln(b_ + chances) - gammaln(b_)
    odds = np.where(chances > 0, np.log(a_ / before), -np.inf)
    of_b = (b_ / before)[at]
    # What depends on times too.
    alphas, shape, bought = alpha[of], r[of], r[of] + patterns.x
    log_known = np.log(alphas + patterns.T)
    later = log_known - np.log(alphas + patterns.t_x)
    far, near = alphas / (alphas + patterns.T), alphas / (alphas + patterns.t_x)
    log_odds = odds[at] + bought * later
    gone = expit(log_odds)
    either = np.maximum(log_odds, 0) + np.log1p(np.exp(-np.abs(log_odds)))
    values = known[at] + shape * logs[1, of] - bought * log_known + either
    # The slopes of the log-odds by log r, log α, log a, log b.
    steps = (shape * later, bought * (far - near), np.ones_like(gone), -of_b)
    by_r = shape * (rise[at] + logs[1, of] - log_known)
    by_a, by_b = (a_ * lost)[at], (b_ * (lost + kept))[at]
    slopes = (by_r, shape - bought * far, by_a, by_b)
    still = np.zeros((4, 4, len(w)))
    still[0, 0] = by_r + (r_ * r_ * curl_rise)[at] + gone * shape * later
    still[0, 1] = shape * (1 - far) + gone * shape * (far - near)
    still[1, 1] = -bought * far * (1 - far)
    still[1, 1] += gone * bought * (far * (1 - far) - near * (1 - near))
    still[2, 2] = by_a + (a_ * a_ * curl_lost)[at]
    still[2, 3] = (a_ * b_ * curl_lost)[at]
    still[3, 3] = by_b + (b_ * b_ * (curl_lost + curl_kept))[at] - gone * of_b * (1 - of_b)
    doubt = gone * (1 - gone)
    c = logs.shape[1]
    found, curves = np.empty((4, c)), np.empty((4, 4, c))
    for i in range(4):
        found[i] = np.bincount(of, w * (slopes[i] + gone * steps[i]), minlength=c)
        for j in range(i, 4):
            curved = w * (still[i, j] + doubt * steps[i] * steps[j])
            curves[i, j] = curves[j, i] = np.bincount(of, curved, minlength=c)
    return float(w @ values), found, curves
