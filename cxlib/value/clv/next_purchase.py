"""When a customer will buy next, if at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cxlib.value.clv.counts import at_least
from cxlib.value.clv.distinct import Distinct
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.patterns import Array
from cxlib.value.clv.predictive import scattered

# The wait is looked for between these multiples of a customer's α + T, to ten digits; what has not
# come by the last of them never comes.
SHORTEST, LONGEST, EVER = 1e-9, 1e12, 1e30
HALVINGS = 40


@dataclass(frozen=True, slots=True)
class NextPurchase:
    """Of n customers: the time from T to the next purchase if they are alive at T, in the model's
    unit, as its `low` (10 %), `median` and `high` (90 %) quantile, infinite where it may well not
    come; and `never`, the probability that none will come. Each (n,)."""

    low: Array
    median: Array
    high: Array
    never: Array


def time_to_next(fit: Fit, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> NextPurchase:
    """When customers with these histories buy next, with the uncertainty of the parameters in it.

    P(W ≤ w | alive) is P(N ≥ 1 | alive) over the horizon w. In BG/NBD and MBG/NBD it is
    1 − ((α+T)/(α+T+w))^(r+x): who is alive will buy again. In Pareto/NBD a dropout can come
    before. Quantiles are found by bisection, once for each pair (x, T).
    """
    known = Distinct.of_customers(x, t_x, T)
    process, thetas = MODELS[fit.model].process, scattered(fit)
    at_x, at_T = known.pair_x, known.pair_T
    scale = fit.params["alpha"] + at_T

    def within(wait: Array) -> Array:
        """P(W ≤ wait | alive) under each vector of parameters, (j, m)."""
        return np.stack([at_least(process, at, 1, at_x, at_T, wait) for at in thetas])

    found = []
    for share in (0.1, 0.5, 0.9):
        low, high = (np.full(len(scale), np.log(end)) for end in (SHORTEST, LONGEST))
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            early = within(scale * np.exp(middle)).mean(axis=0) < share
            low, high = np.where(early, middle, low), np.where(early, high, middle)
        comes = high < np.log(LONGEST)
        found.append(np.where(comes, scale * np.exp(high), np.inf)[known.pair][known.of])
    alive = np.stack([process.probability_alive(at, known.x, known.t_x, known.T) for at in thetas])
    ever = (alive * within(scale * EVER)[:, known.pair]).mean(axis=0)
    return NextPurchase(found[0], found[1], found[2], 1 - ever[known.of])
