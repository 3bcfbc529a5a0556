"""Purchases to come, and what they are worth today."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cxlib.value.clv.patterns import Array

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2


class Rate(Protocol):
    """A purchase process, as far as the future is concerned."""

    def probability_alive(self, log_params: Array, x: Array, t_x: Array, T: Array) -> Array: ...

    def purchase_rate(self, log_params: Array, ahead: Array, x: Array, T: Array) -> Array: ...
    def decay(self, log_params: Array, x: Array, T: Array) -> Array: ...


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchases that customers would make over a horizon if they are alive, spread over its moments.

    `ahead` are moments from now and `expected` the purchases that stand for each; both (n, k).
    """

    ahead: Array
    expected: Array

    def total(self, force: float = 0.0) -> Array:
        """Expected purchases, shape (n,), each discounted by e^(−force·ahead)."""
        if force == 0:
            return np.asarray(self.expected.sum(axis=1))
        return np.asarray((self.expected * np.exp(-force * self.ahead)).sum(axis=1))


def force_of_interest(annual_rate: float, days_per_unit: float) -> float:
    """The continuous rate δ per unit of time at which e^(−δt) is (1+R)^(−days/365)."""
    return math.log1p(annual_rate) * days_per_unit / 365


def purchases_while_alive(
    process: Rate, log_params: Array, x: Array, T: Array, horizon: float
) -> Purchases:
    """Purchases in (T, T + horizon] of customers with `x` repeat purchases who are alive at T.

    Times P(alive) the total is a customer's expectation. The integral of the purchase rate is taken
    by Gauss-Legendre in y, where the time ahead is σ(e^y − 1) and 1/σ is the rate's initial decay
    or the reciprocal of the horizon, whichever is larger: on that scale the rate is smooth for a
    customer with one purchase and for one with ten thousand.

    Parameters
    ----------
    x, T : array, shape (n,)
        Repeat purchases and age; what is to come depends on these alone once one is alive.
    horizon : float
        In the model's unit.
    """
    scale = 1 / np.maximum(process.decay(log_params, x, T), 1 / horizon)
    length = np.log1p(horizon / scale)[:, None]
    y = length * NODES
    ahead = scale[:, None] * np.expm1(y)
    rate = process.purchase_rate(log_params, ahead, x[:, None], T[:, None])
    return Purchases(ahead, rate * scale[:, None] * np.exp(y) * length * WEIGHTS)


def purchases_of_new(process: Rate, log_params: Array, horizon: float, force: float = 0.0) -> float:
    """Repeat purchases of a customer who has just come, in (0, horizon], each discounted: E[X(t)].

    P(alive) after the first purchase times what a living customer with x = 0 and T = 0 buys (Fader,
    Hardie & Lee 2005, eq. 9, for BG/NBD).
    """
    none = np.zeros(1)
    ahead = purchases_while_alive(process, log_params, none, none, horizon).total(force)
    return float((process.probability_alive(log_params, none, none, none) * ahead)[0])
