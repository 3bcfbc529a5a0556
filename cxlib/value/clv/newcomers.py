"""What a customer who has just been won will bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cxlib.results import Estimate, Unit
from cxlib.statistics import Z
from cxlib.value.clv import gammagamma
from cxlib.value.clv.differences import central
from cxlib.value.clv.discount import force_of_interest, purchases_of_new
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.patterns import Array
from cxlib.value.clv.value import Terms


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """Expected `purchases` over the horizon and their discounted `value` (None without a model of
    spend that has a mean), with the intervals of the expectations."""

    purchases: Estimate
    value: Estimate | None


def new_customer(
    fit: Fit, spend: Fit | None, terms: Terms, first_purchase: bool = False
) -> NewCustomer:
    """Purchases and value of a new customer, E[X(t)] and margin · E(spend) · discounted E[X(t)].

    Parameters
    ----------
    spend : Fit, optional
        Of Gamma-Gamma.
    terms : Terms
        Horizon, discount and margin.
    first_purchase : bool
        Count the one that made them a customer too, today and undiscounted. What it costs to win a
        customer is held against the value with it.
    """
    process, days = MODELS[fit.model].process, fit.days_per_unit
    horizon, none = terms.horizon_days / days, np.zeros(1)
    force = force_of_interest(terms.annual_discount_rate, days)
    already = 1.0 if first_purchase else 0.0

    def log_made(force: float) -> Callable[[Array], Array]:
        def function(at: Array) -> Array:
            made = purchases_of_new(process, at, horizon, force)
            return np.asarray(np.log([already + made]))

        return function

    def log_spend(at: Array) -> Array:
        return np.log(terms.margin * gammagamma.expected_spend(at, none, none))

    purchases = _estimate([(log_made(0.0), fit)], "count", fit.n)
    if spend is None or spend.params["q"] <= 1:
        return NewCustomer(purchases, None)
    parts = [(log_made(force), fit), (log_spend, spend)]
    return NewCustomer(purchases, _estimate(parts, "money", spend.n))


def _estimate(parts: list[tuple[Callable[[Array], Array], Fit]], unit: Unit, n: int) -> Estimate:
    """The product of positive functions of independent fits, by the delta method on its logarithm."""
    log, variance = 0.0, 0.0
    for function, fit in parts:
        log += float(function(fit.log_params)[0])
        slopes = central(function, fit.log_params)[:, 0]
        variance += float(slopes @ np.array(fit.covariance) @ slopes)
    low, value, high = np.exp(log + Z * np.sqrt(variance) * np.array([-1, 0, 1]))
    return Estimate(float(value), float(low), float(high), n, unit, "delta")
