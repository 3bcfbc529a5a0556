"""From fitted models to customers: P(alive), purchases, money, and how sure of it one can be.

Nothing is fitted here, so that horizon, discount and margin can be changed at will.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.results import Estimate, Gate, Issue, Param, Receipt, Unit
from cxlib.statistics import Z
from cxlib.value.clv import gammagamma
from cxlib.value.clv.ages import Ages
from cxlib.value.clv.backtest import Backtest
from cxlib.value.clv.differences import central
from cxlib.value.clv.discount import force_of_interest, purchases_while_alive
from cxlib.value.clv.distinct import Codes
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


Ahead = Callable[[Array, Array, Array], Array]
"""What a living customer buys by (log-parameters, x, T), and the same discounted: (2, m)."""
COUNTED = ("p_alive", "expected_purchases")
MONEY = ("expected_spend", "clv", "clv_low", "clv_high")
PART = 8_192
"""Histories that are valued at once: the columns in between are many."""


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


def under(fitted: FittedClv, terms: Terms, **more: Param) -> Receipt:
    """The receipt of what follows from a fit under these terms, and from `more`."""
    parameters = dict(fitted.receipt.parameters) | {
        "horizon_days": terms.horizon_days,
        "annual_discount_rate": terms.annual_discount_rate,
        "margin": terms.margin,
    }
    return replace(fitted.receipt, parameters=parameters | more)


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
    if fitted.fit is None or blocked(fitted.gates, "all"):
        return Valuation(_frame(fitted, {}), None, None, None)
    fit, n = fitted.fit, len(fitted.summary)
    spend = None if blocked(fitted.gates, "money") else fitted.spend
    names = COUNTED if spend is None else (*COUNTED, *MONEY)
    found = {name: np.empty(n) for name in names}
    summed = {name: np.zeros(1) for name in (*COUNTED, "clv")}
    for expected in Expected.in_parts(fitted, fit, within(fit, terms)):
        alive, if_alive = expected.alive, expected.if_alive(expected.purchases)
        made = {"p_alive": alive, "expected_purchases": alive * if_alive}
        sums = {
            "p_alive": expected.sums(alive),
            "expected_purchases": expected.sums(
                made["expected_purchases"], expected.d_log_purchases
            ),
        }
        if spend is not None:
            money, d_log_spend = _money(expected, spend, terms.margin)
            made |= money
            sums["clv"] = expected.sums(money["clv"], expected.d_log_discounted, d_log_spend)
        for name, values in made.items():
            expected.histories.give(values, found[name])
        for name, values in sums.items():
            summed[name] = summed[name] + values
    return Valuation(
        _frame(fitted, found),
        estimated(summed["p_alive"], (fit,), n, "count"),
        estimated(summed["expected_purchases"], (fit,), n, "count"),
        estimated(summed["clv"], (fit, spend), n, "money") if spend is not None else None,
    )


def within(fit: Fit, terms: Terms) -> Ahead:
    """What a living customer buys within the horizon of these terms, and the same discounted."""
    process, days = MODELS[fit.model].process, fit.days_per_unit
    force, horizon = force_of_interest(terms.annual_discount_rate, days), terms.horizon_days / days

    def ahead(log_params: Array, x: Array, T: Array) -> Array:
        made = purchases_while_alive(process, log_params, x, T, horizon)
        return np.stack((made.total(), made.total(force)))

    return ahead


def _money(expected: Expected, spend_fit: Fit, margin: float) -> tuple[dict[str, Array], Array]:
    """Spend and value of histories with their limits, `MONEY`, and the slopes of the spend (3, h)."""
    known, alive = expected.histories, expected.alive
    history = (spend_fit.log_params, known.paid, known.mean)
    spend, d_log_spend = gammagamma.expected_spend(*history), gammagamma.spend_slopes(*history)
    if_alive = margin * spend * expected.if_alive(expected.discounted)
    of_spend = variance(spend_fit, d_log_spend)
    of_bought = expected.if_alive(expected.spread_discounted)
    of_both = spread_of(expected.fit, expected.d_log_alive) + of_bought
    limits = limited(alive, if_alive, norms(of_both) + of_spend, norms(of_bought) + of_spend)
    values = spend, *limits
    return dict(zip(MONEY, values, strict=True)), d_log_spend


def limited(
    alive: Array, if_alive: Array, spread: Array, most: Array
) -> tuple[Array, Array, Array]:
    """P(alive) × what is expected of the living, and the ends of its interval; `spread` and `most`
    are the variances of its logarithm, as it is and if one were surely alive."""
    value = alive * if_alive
    with np.errstate(over="ignore"):
        factor = np.exp(Z * np.sqrt(spread))
        high = np.where(value > 0, value * factor, 0.0)
        ceiling = if_alive * np.exp(Z * np.sqrt(most))
    return value, value / factor, np.minimum(high, ceiling)


@dataclass(frozen=True, slots=True)
class Histories:
    """What values depend on, of some customers; those of one purchase are merged by their age.

    `x`, `t_x`, `T` (in the model's unit), `paid` (repeat purchases of a positive value) and `mean`
    (of these) have shape (h,); `pair` (h,) is the place of (x, T) among all, and `customers` (h,)
    counts the customers of each. These are `at` (k,) among all customers and have the history `of`.
    """

    x: Array
    t_x: Array
    T: Array
    paid: Array
    mean: Array
    pair: Codes
    customers: Array
    at: Codes
    of: Codes | slice

    def give(self, values: Array, all_customers: Array) -> None:
        """Write values (h,) where these customers stand among all (n,)."""
        all_customers[self.at] = values[self.of]

    @classmethod
    def in_parts(cls, summary: pd.DataFrame, days_per_unit: float, pairs: Ages) -> Iterator[Self]:
        """Those of a summary in days: first the customers of one purchase, then `PART` of the others
        at a time, so that what is computed of them stays near the processor."""
        x, t_x, T = _in_unit(summary, days_per_unit)
        paid = summary["spend_purchases"].to_numpy(float)
        mean = summary["monetary_value"].to_numpy(float)
        single = np.flatnonzero(pairs.x == 0)
        at = np.flatnonzero(x == 0)
        place = np.empty(len(pairs.x), np.intp)
        place[single] = np.arange(len(single))
        of, none = place[pairs.of[at]], np.zeros(len(single))
        merged = np.bincount(of, minlength=len(single)).astype(float)
        yield cls(none, none, pairs.T[single], none, none, single, merged, at, of)
        repeats = np.flatnonzero(x)
        for first in range(0, len(repeats), PART):
            at = repeats[first : first + PART]
            yield cls(
                x=x[at],
                t_x=t_x[at],
                T=T[at],
                paid=paid[at],
                mean=np.where(paid[at] > 0, mean[at], 0.0),
                pair=pairs.of[at],
                customers=np.ones(len(at)),
                at=at,
                of=slice(None),
            )


@dataclass(frozen=True, slots=True)
class Expected:
    """What a fitted model expects of histories.

    `alive` is P(alive), (h,), and `d_log_alive` the derivatives of its logarithm by the logarithms
    of the parameters, (k, h). What is bought if alive depends on (x, T) alone: `purchases` and
    `discounted` have a value for each of the pairs, (m,), and the derivatives of their logarithms
    are (k, m), those of the latter also in units of their errors (`spread_discounted`); `if_alive`
    brings them to the histories.
    """

    histories: Histories
    fit: Fit
    alive: Array
    d_log_alive: Array
    purchases: Array
    discounted: Array
    d_log_purchases: Array
    d_log_discounted: Array
    spread_discounted: Array

    @classmethod
    def in_parts(cls, fitted: FittedClv, fit: Fit, ahead: Ahead) -> Iterator[Self]:
        """Of all customers, `Histories.in_parts`; `ahead` says what will be bought if alive."""
        process, here = MODELS[fit.model].process, fit.log_params
        x, _, T = _in_unit(fitted.summary, fit.days_per_unit)
        pairs = Ages.of_customers(x, T)
        layout = pairs.laid(fit.params["alpha"]).checked(lambda x, T: ahead(here, x, T))
        x, T = layout.looks()

        def looked(log_params: Array) -> Array:
            return np.log(ahead(log_params, x, T))

        purchases, discounted = np.exp(layout.spread(looked(here)))
        slopes = central(looked, here)
        d_log_purchases, d_log_discounted = (layout.spread(slopes[:, i]) for i in (0, 1))
        spread = spread_of(fit, d_log_discounted)
        for known in Histories.in_parts(fitted.summary, fit.days_per_unit, pairs):
            alive, d_log_alive = process.alive_with_slopes(here, known.x, known.t_x, known.T)
            yield cls(
                histories=known,
                fit=fit,
                alive=alive,
                d_log_alive=d_log_alive,
                purchases=purchases,
                discounted=discounted,
                d_log_purchases=d_log_purchases,
                d_log_discounted=d_log_discounted,
                spread_discounted=spread,
            )

    def if_alive(self, values: Array) -> Array:
        """Values of pairs (…, m) for the histories (…, h)."""
        return values[..., self.histories.pair]

    def sums(
        self, values: Array, d_log_if_alive: Array | None = None, also: Array | None = None
    ) -> Array:
        """The sum of `values` (h,) over customers and its derivatives by the logarithms of the
        parameters, (1 + k,), for `estimated`; sums of parts add up.

        Values are in proportion to P(alive) and to something of the pairs with the derivatives
        `d_log_if_alive` (k, m); `also` are derivatives (k', h) by the parameters of another fit,
        which are appended.
        """
        weighted = values * self.histories.customers
        slopes = np.einsum("kn,n->k", self.d_log_alive, weighted)
        if d_log_if_alive is not None:
            m = d_log_if_alive.shape[1]
            slopes += d_log_if_alive @ np.bincount(self.histories.pair, weighted, minlength=m)
        more = np.empty(0) if also is None else np.einsum("kn,n->k", also, weighted)
        return np.concatenate(([weighted.sum()], slopes, more))


def estimated(sums: Array, fits: Sequence[Fit], n: int, unit: Unit) -> Estimate:
    """A total over n customers from `Expected.sums`, with the interval of its logarithm; `fits` are
    those whose parameters the derivatives are by, in their order."""
    total, first, variance = float(sums[0]), 1, 0.0
    for fit in fits:
        slopes = sums[first : first + len(fit.params)]
        variance += float(slopes @ np.array(fit.covariance) @ slopes)
        first += len(fit.params)
    reach = math.exp(Z * math.sqrt(variance) / total) if total > 0 else 1.0
    return Estimate(total, total / reach, total * reach, n, unit, "delta")


def _frame(fitted: FittedClv, found: Mapping[str, Array]) -> pd.DataFrame:
    """The customers with what was found of them; the other columns are NaN."""
    summary = fitted.summary.reset_index(drop=True)
    _, t_x, T = _in_unit(summary, DAYS[fitted.unit])
    known = {
        "customer_id": summary["customer_id"],
        "frequency": summary["frequency"],
        # A summary given as 1.71 weeks comes back as 1.71, not as 11.97 / 7.
        "recency": t_x if fitted.unit == "D" else np.round(t_x, 9),
        "T": T if fitted.unit == "D" else np.round(T, 9),
        "monetary_value": summary["monetary_value"],
    }
    held = {**known, **found}
    held |= dict.fromkeys(set(COLUMNS) - set(held), np.nan)
    # Columns as they are: bringing them together would take their memory twice.
    return pd.DataFrame({column: held[column] for column in COLUMNS}, copy=False)


def _in_unit(summary: pd.DataFrame, days_per_unit: float) -> tuple[Array, Array, Array]:
    x, t_x, T = (summary[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    return (x, t_x, T) if days_per_unit == 1 else (x, t_x / days_per_unit, T / days_per_unit)


def spread_of(fit: Fit, slopes: Array) -> Array:
    """Slopes (k, n) by the logarithms of the parameters in units of their errors: independent
    standard errors, whose squares add up to the variance gᵀ Σ g."""
    return np.asarray(np.linalg.cholesky(np.array(fit.covariance)).T @ slopes)


def variance(fit: Fit, slopes: Array) -> Array:
    """Of what has these slopes (k, n) by the logarithms of the parameters: gᵀ Σ g, (n,)."""
    return norms(spread_of(fit, slopes))


def norms(spreads: Array) -> Array:
    """Sums of squares of columns, (n,)."""
    return np.asarray(np.einsum("kn,kn->n", spreads, spreads))
