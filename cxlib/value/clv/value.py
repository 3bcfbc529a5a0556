"""From fitted models to customers: P(alive), purchases, money, and how sure of it one can be.

Nothing is fitted here, so that horizon, discount and margin can be changed at will.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.results import Estimate, Gate, Issue, Receipt, Unit
from cxlib.statistics import Z
from cxlib.value.clv import gammagamma
from cxlib.value.clv.backtest import Backtest
from cxlib.value.clv.differences import central
from cxlib.value.clv.discount import force_of_interest, purchases_while_alive
from cxlib.value.clv.fitters import DAYS, MODELS
from cxlib.value.clv.gates import blocked
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.patterns import Array

COLUMNS = (
    "customer_id",
    "frequency",
    "recency",
    "T",
    "monetary_value",
    "p_alive",
    "expected_purchases",
    "expected_spend",
    "clv",
    "clv_low",
    "clv_high",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What purchases are valued at: the horizon in days, the effective annual rate R at which a
    purchase in d days is discounted by (1+R)^(−d/365), and the margin on a purchase's value.

    Raises `CxError` (``bad_option``) for a horizon that is not positive, a rate of −1 or less, or a
    margin that is not positive.
    """

    horizon_days: float = 365
    annual_discount_rate: float = 0.10
    margin: float = 1.0

    def __post_init__(self) -> None:
        for name, value, above in (
            ("horizon-days", self.horizon_days, 0),
            ("annual-discount-rate", self.annual_discount_rate, -1),
            ("margin", self.margin, 0),
        ):
            if not (math.isfinite(value) and value > above):
                raise CxError(
                    "bad_option",
                    N_("{option} is {value}; it must be a number above {above}."),
                    option=name,
                    value=str(value),
                    above=above,
                )


@dataclass(frozen=True, slots=True)
class FittedClv:
    """Fitted models with the customers that they were fitted to; plain data, fit to be cached.

    `summary` is the customer summary in days, in its own order. `fit` is None where no purchase
    model converged, `spend` where money could not be modelled; `gates` say what may be shown.
    `requested` is the model that was asked for, `notes` tell where it took another.
    """

    requested: str
    unit: str
    summary: pd.DataFrame
    fit: Fit | None
    spend: Fit | None
    gates: tuple[Gate, ...]
    backtest: Backtest | None
    notes: tuple[Issue, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Valuation:
    """`customers` has a row a customer with the columns `COLUMNS`, times in the model's unit; what a
    gate withholds is NaN. The totals are over all customers, None where withheld."""

    customers: pd.DataFrame
    alive: Estimate | None
    purchases: Estimate | None
    clv: Estimate | None


def value_customers(fitted: FittedClv, terms: Terms) -> Valuation:
    """Every customer's P(alive), expected purchases, expected spend and discounted CLV.

    CLV = margin · E(spend a purchase) · P(alive) · ∫ rate(t | alive) (1+R)^(−d(t)/365) dt over the
    horizon. `clv_low` and `clv_high` are the 95 % interval of this expectation from the uncertainty
    of the parameters (delta method on its logarithm, purchases and spend independent), never above
    what the customer would be worth if surely alive. They are not limits of what one customer does.
    """
    customers = _frame(fitted)
    if fitted.fit is None or blocked(fitted.gates, "all"):
        return Valuation(customers, None, None, None)
    expected = _purchases(fitted.fit, fitted.summary, terms)
    customers["p_alive"] = expected.alive
    customers["expected_purchases"] = expected.alive * expected.purchases
    alive = _total(expected.alive, expected.d_alive, fitted.fit, "count")
    purchases = _total(
        expected.alive * expected.purchases,
        expected.d_alive * expected.purchases + expected.alive * expected.d_purchases,
        fitted.fit,
        "count",
    )
    if fitted.spend is None or blocked(fitted.gates, "money"):
        return Valuation(customers, alive, purchases, None)
    spend, d_log_spend = _spend(fitted.spend, fitted.summary)
    if_alive = terms.margin * spend * expected.discounted
    clv = if_alive * expected.alive
    d_log_if_alive = expected.d_discounted / expected.discounted
    d_log_clv = d_log_if_alive + _over(expected.d_alive, expected.alive)
    spend_variance = _variance(d_log_spend, fitted.spend)
    spread = np.sqrt(_variance(d_log_clv, fitted.fit) + spend_variance)
    ceiling_spread = np.sqrt(_variance(d_log_if_alive, fitted.fit) + spend_variance)
    customers["expected_spend"] = spend
    customers["clv"] = clv
    customers["clv_low"] = clv * np.exp(-Z * spread)
    with np.errstate(over="ignore"):
        high = np.where(clv > 0, clv * np.exp(Z * spread), 0.0)
    customers["clv_high"] = np.minimum(high, if_alive * np.exp(Z * ceiling_spread))
    total = _total(clv, clv * d_log_clv, fitted.fit, "money", (clv * d_log_spend, fitted.spend))
    return Valuation(customers, alive, purchases, total)


@dataclass(frozen=True, slots=True)
class _Expected:
    """P(alive), and purchases and discounted purchases if alive, each (n,); and the derivatives of
    the three by the logarithms of the parameters, each (k, n)."""

    alive: Array
    purchases: Array
    discounted: Array
    d_alive: Array
    d_purchases: Array
    d_discounted: Array


def _purchases(fit: Fit, summary: pd.DataFrame, terms: Terms) -> _Expected:
    process, days = MODELS[fit.model].process, fit.days_per_unit
    force = force_of_interest(terms.annual_discount_rate, days)
    x, t_x, T = _histories(summary, days)
    # The future of a living customer depends on (x, T) alone: far fewer pairs than customers.
    grouped = pd.DataFrame({"x": x, "T": T}).groupby(["x", "T"], sort=False)
    of = grouped.ngroup().to_numpy()
    pairs = grouped.head(1)
    pair_x, pair_T = pairs["x"].to_numpy(), pairs["T"].to_numpy()

    def ahead(log_params: Array) -> Array:
        made = purchases_while_alive(process, log_params, pair_x, pair_T, terms.horizon_days / days)
        return np.stack((made.total(), made.total(force)))

    here = fit.log_params
    purchases, discounted = ahead(here)
    d_purchases, d_discounted = central(ahead, here).swapaxes(0, 1)
    return _Expected(
        alive=process.probability_alive(here, x, t_x, T),
        purchases=purchases[of],
        discounted=discounted[of],
        d_alive=process.alive_slopes(here, x, t_x, T),
        d_purchases=d_purchases[:, of],
        d_discounted=d_discounted[:, of],
    )


def _spend(spend: Fit, summary: pd.DataFrame) -> tuple[Array, Array]:
    """Expected value of a purchase, (n,), and the derivatives of its logarithm, (3, n)."""
    x = summary["spend_purchases"].to_numpy(float)
    mean = np.where(x > 0, summary["monetary_value"].to_numpy(float), 0.0)
    p, q, v = spend.params["p"], spend.params["q"], spend.params["v"]
    denominator = p * x + q - 1
    slopes = np.stack((1 - p * x / denominator, -q / denominator, v / (v + x * mean)))
    return gammagamma.expected_spend(spend.log_params, x, mean), slopes


def _frame(fitted: FittedClv) -> pd.DataFrame:
    summary = fitted.summary.reset_index(drop=True)
    _, t_x, T = _histories(summary, DAYS[fitted.unit])
    customers = pd.DataFrame(
        {
            "customer_id": summary["customer_id"],
            "frequency": summary["frequency"],
            # A summary given as 1.71 weeks comes back as 1.71, not as 11.97 / 7.
            "recency": np.round(t_x, 9),
            "T": np.round(T, 9),
            "monetary_value": summary["monetary_value"],
        }
    )
    for column in COLUMNS[len(customers.columns) :]:
        customers[column] = np.nan
    return customers


def _histories(summary: pd.DataFrame, days_per_unit: float) -> tuple[Array, Array, Array]:
    x, t_x, T = (summary[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    return x, t_x / days_per_unit, T / days_per_unit


def _variance(slopes: Array, fit: Fit) -> Array:
    """gᵀ Σ g of each customer: `slopes` (k, n) by the logarithms of the parameters."""
    return np.asarray(
        np.einsum("in,ij,jn->n", slopes, np.array(fit.covariance), slopes, optimize=True)
    )


def _over(slopes: Array, values: Array) -> Array:
    """Slopes of a logarithm; 0 where the value itself has vanished."""
    safe = np.where(values > 1e-300, values, np.inf)
    return slopes / safe


def _total(
    values: Array, slopes: Array, fit: Fit, unit: Unit, also: tuple[Array, Fit] | None = None
) -> Estimate:
    """A sum over customers with the interval of its logarithm; `also` are slopes by another fit."""
    total = float(values.sum())
    parts = [(slopes, fit)] if also is None else [(slopes, fit), also]
    variance = sum(float(_variance(s.sum(axis=1, keepdims=True), f)[0]) for s, f in parts)
    reach = math.exp(Z * math.sqrt(variance) / total) if total > 0 else 1.0
    return Estimate(total, total / reach, total * reach, len(values), unit, "delta")
