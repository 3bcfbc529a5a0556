"""What one customer will do: when they buy next, and how often over the horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cxlib.value.clv.explain import row_of
from cxlib.value.clv.gates import blocked
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.next_purchase import time_to_next
from cxlib.value.clv.predictive import chance_of_at_least

TOLD = 3  # counts of purchases that are told one by one, from none on; the last is "or more"


@dataclass(frozen=True, slots=True)
class Coming:
    """The next purchase and the number of purchases of a customer, the doubt about the model in them.

    If the customer still buys, the next purchase comes within `median` days from the end of
    observation with a chance of one half, and within `high` with nine in ten (None: it may well not
    come). `never` is the probability that none will come. `chances` are those of 0, 1, … and of
    `TOLD` or more purchases within `horizon_days`; they add up to 1.
    """

    median: float | None
    high: float | None
    never: float
    horizon_days: float
    chances: tuple[float, ...]


def coming(valued: ClvResult, customer_id: str) -> Coming | None:
    """When a customer buys next and how often; None where nothing may be forecast.

    Raises `NotFound` for a customer who is not in the summary.
    """
    fitted = valued.fitted
    row = row_of(fitted.summary, customer_id)
    if fitted.fit is None or blocked(fitted.gates, "all"):
        return None
    days, horizon = fitted.fit.days_per_unit, valued.terms.horizon_days
    x, t_x, T = ([float(row[c])] for c in ("frequency", "recency", "T"))
    history = (x, [t_x[0] / days], [T[0] / days])
    wait = time_to_next(fitted.fit, *history)
    at_least = [
        float(chance_of_at_least(n, fitted.fit, *history, horizon / days)[0])
        for n in range(TOLD + 1)
    ]
    chances = (*(-np.diff(at_least)).tolist(), at_least[-1])
    median, high = (
        float(one[0]) * days if math.isfinite(one[0]) else None for one in (wait.median, wait.high)
    )
    return Coming(median, high, float(wait.never[0]), horizon, chances)
