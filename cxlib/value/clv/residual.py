"""Residual lifetime value: all that customers will ever buy from now on, discounted.

No horizon cuts it off; the discount alone makes it finite (Fader, Hardie & Lee 2005, "RFM and CLV:
using iso-value curves for customer base analysis", call the count of purchases DERT).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.results import Estimate, Param, Receipt, Sentence
from cxlib.value.clv import gammagamma
from cxlib.value.clv.discount import Rate, force_of_interest, purchases_while_alive
from cxlib.value.clv.distinct import Codes
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.gates import blocked
from cxlib.value.clv.patterns import Array
from cxlib.value.clv.value import (
    Expected,
    FittedClv,
    Terms,
    estimated,
    limited,
    norms,
    spread_of,
    under,
    variance,
)

EXACT = 1e-9
"""The largest relative error of the integral that is let pass."""
# The number of points of the integral is doubled until it is exact, from the first to the last.
POINTS, MOST_POINTS = 16, 512
# What is discounted by more than e^-30 adds less than 1e-13.
E_FOLDS = 30.0
HELD = 2_000_000  # values of the integrand that are held at once

COLUMNS = (
    "residual_purchases",
    "residual_purchases_low",
    "residual_purchases_high",
    "residual_clv",
    "residual_clv_low",
    "residual_clv_high",
)


@dataclass(frozen=True, slots=True)
class Residual:
    """`customers` has a row a customer: ``customer_id`` and `COLUMNS`, NaN where a gate withholds;
    the intervals are those of the expectation. `purchases` and `clv` are the totals, None where
    withheld. `within` is the share of the expected total that falls within the horizon of the terms.
    """

    customers: pd.DataFrame
    purchases: Estimate | None
    clv: Estimate | None
    within: float | None
    meaning: Sentence
    receipt: Receipt


def residual(fitted: FittedClv, terms: Terms) -> Residual:
    """What each customer will ever buy, each purchase discounted, and what that is worth.

    Purchases: P(alive) · ∫ rate(s | alive) e^(−δs) ds over 0 < s < ∞, δ the force of interest; value:
    times margin and expected spend. For Pareto/NBD this is the closed form with Tricomi's function
    (Fader, Hardie & Lee 2005, eq. 2). Intervals are those of `value.value_customers`: the delta
    method on the logarithm, never above what one would be worth if surely alive.

    Parameters
    ----------
    terms : Terms
        Discount and margin; the horizon counts for `Residual.within` alone.

    Raises
    ------
    CxError
        ``bad_option`` for a discount of 0 or less: without one the sum has no end.
    """
    if terms.annual_discount_rate <= 0:
        raise CxError(
            "bad_option",
            N_("Without a discount, what customers will ever bring has no end."),
            N_("Give an annual discount rate above 0, such as 0.1 for 10 %."),
            option="annual-discount-rate",
            value=str(terms.annual_discount_rate),
        )
    receipt = under(fitted, terms)
    if fitted.fit is None or blocked(fitted.gates, "all"):
        return Residual(_frame(fitted, {}), None, None, None, _meaning(None, None, None), receipt)
    fit, n = fitted.fit, len(fitted.summary)
    process, days = MODELS[fit.model].process, fit.days_per_unit
    force, horizon = force_of_interest(terms.annual_discount_rate, days), terms.horizon_days / days
    spend = None if blocked(fitted.gates, "money") else fitted.spend

    def ahead(log_params: Array, x: Array, T: Array) -> Array:
        soon = purchases_while_alive(process, log_params, x, T, horizon).total(force)
        return np.stack((soon, discounted_forever(process, log_params, x, T, force)))

    found: dict[str, Array] = {}
    bought, brought, early = np.zeros(1), np.zeros(1), 0.0
    for expected in Expected.in_parts(fitted, fit, ahead):
        known, slopes, alive = expected.histories, expected.d_log_discounted, expected.alive
        soon, if_alive = (expected.if_alive(e) for e in (expected.purchases, expected.discounted))
        of_bought = expected.if_alive(expected.spread_discounted)
        most = norms(of_bought)
        spread = norms(spread_of(fit, expected.d_log_alive) + of_bought)
        made = _columns("residual_purchases", limited(alive, if_alive, spread, most))
        bought = bought + expected.sums(alive * if_alive, slopes)
        if spend is not None:
            history = (spend.log_params, known.paid, known.mean)
            worth, d_log_spend = (
                gammagamma.expected_spend(*history),
                gammagamma.spend_slopes(*history),
            )
            if_alive, soon = (terms.margin * worth * one for one in (if_alive, soon))
            doubt = variance(spend, d_log_spend)
            values = limited(alive, if_alive, spread + doubt, most + doubt)
            made |= _columns("residual_clv", values)
            brought = brought + expected.sums(alive * if_alive, slopes, d_log_spend)
        early += float((alive * soon) @ known.customers)
        for name, column in made.items():
            known.give(column, found.setdefault(name, np.empty(n)))
    purchases = total = estimated(bought, (fit,), n, "count")
    clv = None
    if spend is not None:
        clv = total = estimated(brought, (fit, spend), n, "money")
    share = early / total.value if total.value > 0 else 1.0
    sentence = _meaning(purchases, clv, share)
    return Residual(_frame(fitted, found), purchases, clv, share, sentence, receipt)


def discounted_forever(process: Rate, log_params: Array, x: Array, T: Array, force: float) -> Array:
    """∫ rate(s) e^(−force·s) ds over 0 < s < ∞ of customers who are alive at T, shape (n,).

    With s = σ(e^y − 1) and 1/σ the larger one of the rate's first decay and `force`, the integrand is
    smooth in y, and Gauss-Legendre converges exponentially. It ends where the discount is e^−30: the
    rate falls, so that the rest is at most rate(end) e^−30 / force. The number of points is doubled
    until that bound and the last change together are below `EXACT` of the whole, for each customer.

    Parameters
    ----------
    x, T : array, shape (n,)
        Repeat purchases and age, in the model's unit.
    force : float
        Of interest per unit of time, more than 0.

    Raises
    ------
    ArithmeticError
        The bound is not reached with `MOST_POINTS` points.
    """
    scale = 1 / np.maximum(process.decay(log_params, x, T), force)
    end = E_FOLDS / force
    length = np.log1p(end / scale)[:, None]
    rest = process.purchase_rate(log_params, np.full_like(x, end), x, T)
    rest = rest * np.exp(-E_FOLDS) / force

    def integral(rows: Codes, points: int) -> Array:
        nodes, weights = np.polynomial.legendre.leggauss(points)
        some = np.array_split(rows, 1 + len(rows) * points // HELD)
        return np.concatenate([piece(part, nodes, weights) for part in some])

    def piece(rows: Codes, nodes: Array, weights: Array) -> Array:
        wide, tall = scale[rows, None], length[rows]
        y = tall * (nodes + 1) / 2
        ahead = wide * np.expm1(y)
        rate = process.purchase_rate(log_params, ahead, x[rows, None], T[rows, None])
        return np.asarray(
            (rate * wide * np.exp(y - force * ahead) * tall * weights / 2).sum(axis=1)
        )

    found = np.empty(len(x))
    open_, points = np.arange(len(x)), POINTS
    before = integral(open_, points)
    while len(open_) and points < MOST_POINTS:
        points *= 2
        now = integral(open_, points)
        found[open_] = now
        wrong = np.abs(now - before) + rest[open_] > EXACT * now
        open_, before = open_[wrong], now[wrong]
    if len(open_):
        raise ArithmeticError(f"the residual integral is not exact at {len(open_)} histories")
    return found


def _columns(name: str, values: tuple[Array, Array, Array]) -> dict[str, Array]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))


def _frame(fitted: FittedClv, found: dict[str, Array]) -> pd.DataFrame:
    nothing = np.full(len(fitted.summary), np.nan)
    columns = {name: found.get(name, nothing) for name in COLUMNS}
    return pd.DataFrame({"customer_id": fitted.summary["customer_id"].to_numpy(), **columns})


def _meaning(purchases: Estimate | None, clv: Estimate | None, within: float | None) -> Sentence:
    if purchases is None or within is None:
        return Sentence(N_("Nothing can be forecast from this file; the checks say why."))
    params: dict[str, Param] = {"within": within}
    if clv is None:
        params |= {"n": purchases.value, "low": purchases.low, "high": purchases.high}
        return Sentence(
            N_(
                "Without a horizon these customers are expected to make {n} more purchases"
                " ({low} to {high}), counted at today's value; {within} of them fall within the"
                " horizon above."
            ),
            params,
            {"n": "count", "low": "count", "high": "count", "within": "share"},
        )
    params |= {"value": clv.value, "low": clv.low, "high": clv.high}
    return Sentence(
        N_(
            "Without a horizon these customers are worth {value} today ({low} to {high});"
            " {within} of it falls within the horizon above."
        ),
        params,
        {"value": "money", "low": "money", "high": "money", "within": "share"},
    )
