"""What goes with buying more often, and with staying: attributes of customers in BG/NBD.

Each attribute moves a customer's rate of purchases and chance of leaving by a factor (Fader & Hardie
2007, "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models"). It describes
who buys more, not what would make anybody buy more.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.results import Estimate, Issue, Param, Receipt, Sentence, Unit
from cxlib.statistics import FALSE_DISCOVERY, Z
from cxlib.value.clv.ages import Ages
from cxlib.value.clv.betageometric import BetaGeometric
from cxlib.value.clv.cell_surface import CellPatterns
from cxlib.value.clv.covariate_design import Column, Design, design
from cxlib.value.clv.covariate_fit import (
    MOVED,
    CovariateFit,
    fitted_with,
    fullest,
    undetermined,
)
from cxlib.value.clv.discount import purchases_while_alive
from cxlib.value.clv.fitters import DAYS, MODELS
from cxlib.value.clv.ladder import climb_days
from cxlib.value.clv.likelihood_ratio import RatioTest, likelihood_ratio
from cxlib.value.clv.patterns import Array
from cxlib.value.clv.value import FittedClv, Terms, under

A_ALONE = Issue(
    "dropout_by_a_alone",
    "info",
    N_(
        "Attributes move the chance of leaving, not how far customers differ in it: the file does"
        " not tell more."
    ),
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What goes with a column: `often` is how many times as often one buys as at the reference (for a
    number: as one standard deviation lower), exp(γ₁); `leaves` how many times the odds of leaving
    after a purchase are, exp(γ₂ − γ₃); the others being equal, with 95 % intervals."""

    column: Column
    often: Estimate
    leaves: Estimate


@dataclass(frozen=True, slots=True)
class Covariates:
    """`overall` tests all attributes against none, `by_attribute` each against the others alone (None
    where the fit without it does not converge). `customers` has a row a customer, in the order of
    the summary: ``customer_id, p_alive, expected_purchases`` over the horizon with covariates."""

    fit: CovariateFit
    effects: tuple[Effect, ...]
    overall: RatioTest
    by_attribute: Mapping[str, RatioTest | None]
    customers: pd.DataFrame
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt


def with_covariates(
    fitted: FittedClv,
    terms: Terms,
    attributes: Mapping[str, Sequence[Hashable] | pd.Series[Any]],
    seed: int = 0,
) -> Covariates:
    """Fit BG/NBD or MBG/NBD with attributes that do not change, and say what goes with them.

    Parameters
    ----------
    fitted : FittedClv
        The fit of all customers without attributes.
    attributes : mapping
        A value a customer of the summary, in its order, by the name of the attribute
        (`covariate_design.design` says what becomes of them).

    Raises
    ------
    NotEnoughData
        No model converges, without attributes or with them, or an attribute tells nobody apart.
    CxError
        ``bad_option`` for another model, for no attributes, or a number with gaps.
    """
    if fitted.fit is None:
        raise undetermined()
    model, unit, days = fitted.fit.model, fitted.fit.unit, fitted.fit.days_per_unit
    process = MODELS[model].process
    if not attributes or not isinstance(process, BetaGeometric):
        raise CxError(
            "bad_option",
            N_("Attributes go with BG/NBD and MBG/NBD, and with at least one attribute."),
            N_("Choose one of these models and name an attribute."),
            option="covariates",
        )
    plain = climb_days(model, fitted.summary, unit, seed, others=False).fit
    if plain is None:
        raise undetermined()
    laid = design(attributes)
    x, t_x, T = (fitted.summary[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    patterns = CellPatterns.merged(laid.of, x, t_x / days, T / days)
    fit = fullest(process, plain, laid, patterns)
    tests: dict[str, RatioTest | None] = {}
    for name in attributes:
        fewer = laid.without(name)
        rest = fitted_with(process, plain, fewer, patterns, fit.moved) if fewer.columns else plain
        lost = len(fit.moved) * (len(laid.columns) - len(fewer.columns))
        tests[name] = None
        if rest is not None:
            tests[name] = likelihood_ratio(fit.log_likelihood, rest.log_likelihood, lost)
    degrees = len(fit.moved) * len(laid.columns)
    overall = likelihood_ratio(fit.log_likelihood, plain.log_likelihood, degrees)
    effects = _effects(fit)
    return Covariates(
        fit=fit,
        effects=effects,
        overall=overall,
        by_attribute=tests,
        customers=_customers(process, fit, laid, fitted.summary, terms.horizon_days),
        meaning=_meaning(overall, effects),
        notes=() if fit.moved == MOVED[0] else (A_ALONE,),
        receipt=under(fitted, terms, covariates=", ".join(attributes)),
    )


def _effects(fit: CovariateFit) -> tuple[Effect, ...]:
    q = len(fit.columns)

    def ratio(weights: Mapping[str, float], i: int) -> Estimate:
        way = np.zeros(len(fit.covariance))
        for name, weight in weights.items():
            if name in fit.moved:
                way[4 + fit.moved.index(name) * q + i] = weight
        log = float(way[4:] @ fit.coefficients.reshape(-1))
        reach = Z * math.sqrt(float(way @ fit.covariance @ way))
        low, value, high = (math.exp(log + step) for step in (-reach, 0.0, reach))
        return Estimate(value, low, high, fit.n, "ratio", "hessian")

    return tuple(
        Effect(column, ratio({"alpha": 1.0}, i), ratio({"a": 1.0, "b": -1.0}, i))
        for i, column in enumerate(fit.columns)
    )


def _customers(
    process: BetaGeometric,
    fit: CovariateFit,
    laid: Design,
    summary: pd.DataFrame,
    horizon_days: float,
) -> pd.DataFrame:
    """Each customer's expectation, cell by cell."""
    days = DAYS[fit.unit]
    horizon = horizon_days / days
    x, t_x, T = (summary[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    t_x, T = t_x / days, T / days
    alive, made = np.empty(len(x)), np.empty(len(x))
    order = np.argsort(laid.of, kind="stable")
    bounds = np.searchsorted(laid.of[order], np.arange(len(laid.cells) + 1))
    for number, at in enumerate(fit.log_params(laid.cells).T):
        rows = order[bounds[number] : bounds[number + 1]]
        ages = Ages.of_customers(x[rows], T[rows])

        def ahead(some_x: Array, some_T: Array, at: Array = at) -> Array:
            return purchases_while_alive(process, at, some_x, some_T, horizon).total()

        layout = ages.laid(float(np.exp(at[1]))).checked(ahead)
        bought = np.exp(layout.spread(np.log(ahead(*layout.looks()))))[0]
        alive[rows] = process.probability_alive(at, x[rows], t_x[rows], T[rows])
        made[rows] = alive[rows] * bought[ages.of]
    return pd.DataFrame(
        {
            "customer_id": summary["customer_id"].to_numpy(),
            "p_alive": alive,
            "expected_purchases": made,
        }
    )


def _meaning(overall: RatioTest, effects: Sequence[Effect]) -> Sentence:
    """The effect that is surest, by its distance from 1 in errors."""
    if overall.p > FALSE_DISCOVERY:
        return Sentence(
            N_(
                "These attributes go with no difference in buying or staying that the data could"
                " show."
            )
        )
    surest = max(effects, key=lambda one: _sureness(one.often))
    leaving = max(effects, key=lambda one: _sureness(one.leaves))
    rate = _sureness(surest.often) >= _sureness(leaving.leaves)
    one = surest if rate else leaving
    ratio = one.often if rate else one.leaves
    params: dict[str, Param] = {"ratio": ratio.value, "low": ratio.low, "high": ratio.high}
    units: dict[str, Unit] = {"ratio": "ratio", "low": "ratio", "high": "ratio"}
    if one.column.level is None:
        params["attribute"] = one.column.attribute
        if rate:
            words = N_(
                "Customers with a standard deviation more of {attribute} buy {ratio} times as often"
                " ({low} to {high}), all else equal. That goes together; it need not be the cause."
            )
        else:
            words = N_(
                "For customers with a standard deviation more of {attribute} the odds of leaving"
                " after a purchase are {ratio} times as high ({low} to {high}), all else equal. That"
                " goes together; it need not be the cause."
            )
        return Sentence(words, params, units)
    params |= {"level": one.column.level, "reference": one.column.reference}
    if rate:
        words = N_(
            "Customers of “{level}” buy {ratio} times as often as those of “{reference}” ({low} to"
            " {high}), all else equal. That goes together; it need not be the cause."
        )
    else:
        words = N_(
            "For customers of “{level}” the odds of leaving after a purchase are {ratio} times those"
            " of “{reference}” ({low} to {high}), all else equal. That goes together; it need not be"
            " the cause."
        )
    return Sentence(words, params, units)


def _sureness(ratio: Estimate) -> float:
    return abs(math.log(ratio.value)) / (math.log(ratio.high / ratio.low) / (2 * Z))
