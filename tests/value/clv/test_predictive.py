"""Distributions of single customers: stock formulae, quadrature, simulation, and what must hold."""

import dataclasses
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import betainc, roots_genlaguerre, roots_jacobi
from scipy.stats import poisson

from cxlib.value.clv.counts import at_least
from cxlib.value.clv.distinct import Distinct
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.newcomers import new_customer
from cxlib.value.clv.next_purchase import time_to_next
from cxlib.value.clv.predictive import (
    chance_of_at_least,
    drawn_parameters,
    draws,
    limits,
    probability_of,
    scattered,
    spend_limits,
)
from cxlib.value.clv.value import Terms

with warnings.catch_warnings():
    import lifetimes

STOCK = {
    "bgnbd": lifetimes.BetaGeoFitter,
    "mbgnbd": lifetimes.ModifiedBetaGeoFitter,
    "pareto": lifetimes.ParetoNBDFitter,
}
PARAMS = {
    "bgnbd": {"r": 0.25, "alpha": 4.4, "a": 0.8, "b": 2.4},
    "mbgnbd": {"r": 0.52, "alpha": 6.2, "a": 0.9, "b": 1.6},
    "pareto": {"r": 0.55, "alpha": 10.6, "s": 0.61, "beta": 11.7},
}
SPEND = {"p": 6.25, "q": 3.75, "v": 15.5}
# Standard errors and correlations as those of some two thousand customers.
SPREAD = 0.15**2 * (0.5 * np.eye(4) + 0.5)
HISTORIES = (
    np.array([0, 0, 1, 2, 2, 7, 26, 40.0]),
    np.array([0, 0, 1.7, 30.43, 3.0, 29.4, 30.857, 12.0]),
    np.array([38.9, 12.0, 38.9, 38.86, 39.0, 38.9, 31.0, 39.0]),
)


def sure(model):
    """The parameters, known exactly."""
    return Fit(model, "W", PARAMS[model], ((0.0,) * 4,) * 4, 0.0, 0.0, 2000)


def unsure(model):
    return dataclasses.replace(sure(model), covariance=tuple(map(tuple, SPREAD)))


def spend_fit(spread=0.0):
    covariance = tuple(map(tuple, spread**2 * np.eye(3)))
    return Fit("gammagamma", "", SPEND, covariance, 0.0, 0.0, 2000)


@pytest.mark.parametrize("model", ["bgnbd", "mbgnbd"])
@pytest.mark.parametrize("horizon", [3.0, 39.0])
def test_a_new_customer_as_stock_has_it(model, horizon):
    stock = STOCK[model]()
    stock.params_ = pd.Series(PARAMS[model])
    n = np.arange(30)
    expected = [stock.probability_of_n_purchases_up_to_time(horizon, k) for k in n]
    found = probability_of(n, sure(model), *np.zeros((3, 30)), horizon)
    assert_allclose(found, expected, rtol=1e-9, atol=1e-14)


def test_known_customers_of_pareto_as_stock_has_them():
    stock = STOCK["pareto"]()
    stock.params_ = pd.Series(PARAMS["pareto"])
    x, t_x, T = (column[[0, 2, 3, 5]] for column in HISTORIES)
    for n in (0, 1, 2, 5, 12):
        expected = [
            stock.conditional_probability_of_n_purchases_up_to_time(n, 39.0, *one)
            for one in zip(x, t_x, T, strict=True)
        ]
        found = probability_of(n, sure("pareto"), x, t_x, T, 39.0)
        assert_allclose(found, np.ravel(expected), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("model", ["bgnbd", "mbgnbd"])
def test_known_customers_by_quadrature_over_rate_and_dropout(model):
    """Against the prior, weighted by the likelihood of single customers."""
    r, alpha, a, b = PARAMS[model].values()
    first = MODELS[model].process.extra_chances
    for x, t_x, T in ((0.0, 0.0, 38.9), (2.0, 30.43, 38.86), (7.0, 29.4, 38.9)):
        u, weights = roots_genlaguerre(150, r + x - 1)
        rate = (u / (alpha + T))[:, None]
        weights = (weights / weights.sum())[:, None]
        y, more = roots_jacobi(150, b - 1, a - 1)
        p, weights = (1 + y) / 2, weights * (more / more.sum())
        stayed = weights * (1 - p) ** (x + first)
        # Gone with the last purchase: no need to keep still since; the rate's weight is e^(-λT).
        left = weights * p * (1 - p) ** (x + first - 1) * np.exp(rate * (T - t_x))
        left = left if x + first > 0 else 0 * left
        for n in (1, 2, 4):
            chance = (stayed * (1 - p) ** (n - 1) * poisson.sf(n - 1, 39 * rate)).sum()
            expected = chance / (stayed.sum() + left.sum())
            found = chance_of_at_least(n, sure(model), [x], [t_x], [T], 39.0)
            assert found[0] == pytest.approx(expected, rel=1e-5)


SHAPES = st.floats(-3, 3)


@settings(max_examples=40, deadline=None)
@given(
    model=st.sampled_from(sorted(MODELS)),
    logs=st.tuples(SHAPES, st.floats(-2, 6), SHAPES, st.floats(-3, 6)).map(np.array),
    x=st.sampled_from([0.0, 1.0, 10.0, 172.0, 2_000.0, 10_000.0]),
    part=st.floats(0, 1),
    T=st.floats(0, 2000),
    n=st.integers(0, 20_000),
    horizon=st.floats(0.01, 4000),
)
def test_every_history_has_a_distribution(model, logs, x, part, T, n, horizon):
    fit = Fit(model, "D", dict(zip("abcd", np.exp(logs), strict=True)), ((0.0,) * 4,) * 4, 0, 0, 1)
    fit = dataclasses.replace(
        fit, params=dict(zip(PARAMS[model], fit.params.values(), strict=True))
    )
    history = (np.full(3, x), np.full(3, part * T if x else 0.0), np.full(3, T))
    found = chance_of_at_least(np.array([n, n + 1, n + 100]), fit, *history, horizon)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= 1 + 1e-8).all()
    assert (np.diff(found) <= 1e-8).all()
    exact = probability_of(n, fit, *history, horizon)
    assert (exact >= 0).all()


@pytest.mark.parametrize("model", MODELS)
def test_probabilities_sum_to_one_and_to_the_expectation(model):
    n = np.repeat(np.arange(400), 8)
    rows = [np.tile(column, 400) for column in HISTORIES]
    chances = probability_of(n, sure(model), *rows, 39.0).reshape(400, 8)
    assert_allclose(chances.sum(axis=0), 1, rtol=1e-9)
    fitter = MODELS[model](unit="W")
    fitter.params_ = pd.Series(PARAMS[model])
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(39.0, *HISTORIES)
    assert_allclose(np.arange(400) @ chances, expected, rtol=1e-7)


@pytest.mark.parametrize("model", MODELS)
def test_draws_have_the_distribution(model):
    known = Distinct.of_customers(*HISTORIES)
    ((first, drawn),) = draws(unsure(model), known, 39.0, seed=3, number=4_000)
    assert first == 0
    for n in (1, 2, 5, 15):
        expected = chance_of_at_least(n, unsure(model), *HISTORIES, 39.0)
        share = (drawn >= n).mean(axis=1)[known.of]
        error = np.sqrt(expected * (1 - expected) / 4_000)
        assert (np.abs(share - expected) < 4 * error + 1e-3).all()


def test_draws_have_the_mean_of_the_expected_purchases():
    fitter = MODELS["bgnbd"](unit="W")
    fitter.params_ = pd.Series(PARAMS["bgnbd"])
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(39.0, *HISTORIES)
    known = Distinct.of_customers(*HISTORIES)
    ((_, drawn),) = draws(sure("bgnbd"), known, 39.0, seed=4, number=8_000)
    error = drawn.std(axis=1) / np.sqrt(8_000)
    assert (np.abs(drawn.mean(axis=1) - expected[np.argsort(known.of)]) < 4 * error + 1e-6).all()


def test_scattered_parameters_have_the_moments_and_stand_for_all():
    fit = unsure("bgnbd")
    points = scattered(fit)
    assert_allclose(points.mean(axis=0), fit.log_params)
    away = points - fit.log_params
    assert_allclose(away.T @ away / len(points), SPREAD, atol=1e-14)
    process, (x, t_x, T) = MODELS["bgnbd"].process, HISTORIES
    many = np.mean(
        [
            process.probability_alive(at, x, t_x, T) * at_least(process, at, 2, x, T, 39.0)
            for at in drawn_parameters(fit, np.random.default_rng(0), 4_000)
        ],
        axis=0,
    )
    assert_allclose(chance_of_at_least(2, fit, *HISTORIES, 39.0), many, atol=3e-3)


@pytest.mark.parametrize("model", MODELS)
def test_limits_are_the_tightest_that_hold(model):
    fit = unsure(model)
    low, high = limits(fit, *HISTORIES, 39.0)
    assert (low <= high).all()
    assert (chance_of_at_least(high + 1, fit, *HISTORIES, 39.0) <= 0.025).all()
    some = high > 0
    assert (chance_of_at_least(high, fit, *HISTORIES, 39.0)[some] > 0.025).all()
    assert (chance_of_at_least(low, fit, *HISTORIES, 39.0) >= 0.975).all()
    assert (chance_of_at_least(low + 1, fit, *HISTORIES, 39.0) < 0.975).all()


def test_order_and_company_of_customers_do_not_matter():
    fit, order = unsure("bgnbd"), np.random.default_rng(1).permutation(16)
    paid = HISTORIES[0]
    mean = np.where(paid > 0, 20 + paid, np.nan)
    rows = [np.tile(column, 2) for column in (*HISTORIES, paid, mean)]
    alone = limits(fit, *HISTORIES, 39.0)
    twice = limits(fit, *(row[order] for row in rows[:3]), 39.0)
    assert_array_equal(np.stack(twice), np.tile(np.stack(alone), 2)[:, order])
    spent = spend_limits(fit, spend_fit(0.1), *HISTORIES, paid, mean, 39.0, 5)
    again = spend_limits(fit, spend_fit(0.1), *(row[order] for row in rows), 39.0, 5)
    assert_array_equal(np.stack(again), np.tile(np.stack(spent), 2)[:, order])
    other = spend_limits(fit, spend_fit(0.1), *HISTORIES, paid, mean, 39.0, 6)
    assert (other[1] != spent[1]).any()


def test_a_missing_value_is_not_a_history():
    with pytest.raises(ValueError, match="missing"):
        limits(sure("bgnbd"), [0, np.nan], [0, 1], [3, 3], 39.0)


def test_draws_in_blocks_are_of_the_same_distribution(monkeypatch):
    monkeypatch.setattr("cxlib.value.clv.predictive.HELD", 3 * 2_000)
    known = Distinct.of_customers(*HISTORIES)
    parts = list(draws(unsure("bgnbd"), known, 39.0, seed=3, number=2_000))
    assert [first for first, _ in parts] == [0, 3, 6]
    shares = (np.concatenate([drawn for _, drawn in parts]) > 0).mean(axis=1)[known.of]
    assert_allclose(shares, chance_of_at_least(1, unsure("bgnbd"), *HISTORIES, 39.0), atol=0.05)
    mean = np.full(8, 30.0)
    found = spend_limits(
        unsure("bgnbd"), spend_fit(), *HISTORIES, HISTORIES[0], mean, 39.0, 3, number=2_000
    )
    assert np.isfinite(found).all()


def test_limits_of_spend_leave_a_fortieth_on_either_side():
    """Against the exact distribution: given N = n the sum is v' · beta-prime(pn, q')."""
    fit, paid = sure("bgnbd"), HISTORIES[0]
    mean = np.where(paid > 0, 30.0, 0.0)
    low, high = spend_limits(fit, spend_fit(), *HISTORIES, paid, mean, 39.0, 7, number=10_000)
    p, q, v = SPEND.values()
    scale, shape = v + paid * mean, q + p * paid

    n = np.arange(1, 120)[:, None]
    chances = probability_of(
        np.repeat(n, 8), fit, *(np.tile(column, len(n)) for column in HISTORIES), 39.0
    ).reshape(-1, 8)

    def above(spent):
        return (chances * (1 - betainc(p * n, shape, spent / (scale + spent)))).sum(axis=0)

    never = probability_of(0, fit, *HISTORIES, 39.0)
    busy = never < 0.975
    assert_allclose(above(high)[busy], 0.025, atol=0.005)
    assert (high[~busy] == 0).all()
    assert_allclose(above(low)[never < 0.025], 0.975, atol=0.005)
    assert (low[never > 0.03] == 0).all()


def test_the_next_purchase_in_closed_form():
    r, alpha, _, _ = PARAMS["bgnbd"].values()
    x, t_x, T = HISTORIES
    found = time_to_next(sure("bgnbd"), *HISTORIES)
    for share, column in ((0.1, found.low), (0.5, found.median), (0.9, found.high)):
        expected = (alpha + T) * np.expm1(-np.log1p(-share) / (r + x))
        assert_allclose(column, expected, rtol=1e-8)
    alive = MODELS["bgnbd"].process.probability_alive(
        np.log([*PARAMS["bgnbd"].values()]), x, t_x, T
    )
    assert_allclose(found.never, 1 - alive, atol=1e-6)


def test_the_next_purchase_may_not_come_before_a_pareto_dropout():
    r, alpha, s, beta = PARAMS["pareto"].values()
    x, t_x, T = (np.array([one]) for one in (2.0, 30.43, 38.86))
    found = time_to_next(sure("pareto"), x, t_x, T)
    generator = np.random.default_rng(2)
    rate = generator.gamma(r + 2, 1 / (alpha + 38.86), 400_000)
    leaving = generator.gamma(s, 1 / (beta + 38.86), 400_000)
    alive = MODELS["pareto"].process.probability_alive(np.log([r, alpha, s, beta]), x, t_x, T)
    assert found.never[0] == pytest.approx(
        1 - alive[0] * np.mean(rate / (rate + leaving)), abs=2e-3
    )
    together = rate + leaving
    within = rate / together * -np.expm1(-together * found.median[0])
    assert within.mean() == pytest.approx(0.5, abs=2e-3)
    assert np.isinf(found.high[0]) or found.high[0] > found.median[0]


@pytest.mark.parametrize("model", MODELS)
def test_a_new_customer_brings_what_stock_expects(model):
    stock = STOCK[model]()
    stock.params_ = pd.Series(PARAMS[model])
    expected = float(np.ravel(stock.expected_number_of_purchases_up_to_time(52.0))[0])
    terms = Terms(horizon_days=364, annual_discount_rate=0.0, margin=0.3)
    found = new_customer(unsure(model), spend_fit(0.1), terms)
    assert found.purchases.value == pytest.approx(expected, rel=1e-7)
    assert found.purchases.low < expected < found.purchases.high
    spend = SPEND["p"] * SPEND["v"] / (SPEND["q"] - 1)
    assert found.value.value == pytest.approx(0.3 * spend * expected, rel=1e-7)
    whole = new_customer(unsure(model), spend_fit(0.1), terms, first_purchase=True)
    assert whole.purchases.value == pytest.approx(1 + expected, rel=1e-7)
    assert new_customer(unsure(model), None, terms).value is None
