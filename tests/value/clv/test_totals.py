"""Moments of single customers and totals of groups, against distributions and simulated sums."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxlib.value.clv.counts import at_least
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.outlook import Outlook, money_ahead, purchases_ahead
from cxlib.value.clv.predictive import drawn_parameters, probability_of
from cxlib.value.clv.totals import totals
from tests.value.clv.test_predictive import HISTORIES, PARAMS, SPEND, spend_fit, sure, unsure

MEAN = np.where(HISTORIES[0] > 0, 30.0, np.nan)


@pytest.mark.parametrize("model", MODELS)
def test_mean_and_variance_are_those_of_the_distribution(model):
    found = purchases_ahead(sure(model), *HISTORIES, 39.0)
    m, process, (x, t_x, T) = np.arange(1, 250), MODELS[model].process, HISTORIES
    logs = np.log(list(PARAMS[model].values()))
    alive = process.probability_alive(logs, x, t_x, T)
    reached = alive * at_least(process, logs, m[:, None], x, T, 39.0)
    assert_allclose(found.mean, reached.sum(axis=0), rtol=1e-7)
    assert_allclose(found.variance, (2 * m - 1) @ reached - found.mean**2, rtol=1e-6)
    fitter = MODELS[model](unit="W")
    fitter.params_ = pd.Series(PARAMS[model])
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(39.0, *HISTORIES)
    assert_allclose(found.mean, expected, rtol=1e-9)


def test_discounted_money_against_simulated_futures():
    """2 repeat purchases, alive or not, times of purchases and spends drawn one by one."""
    r, alpha, a, b = PARAMS["bgnbd"].values()
    p, q, v = SPEND.values()
    x, t_x, T = (column[3:4] for column in HISTORIES)
    force, number = 0.02, 300_000
    generator = np.random.default_rng(11)
    alive = MODELS["bgnbd"].process.probability_alive(np.log([r, alpha, a, b]), x, t_x, T)[0]
    rate = generator.gamma(r + 2, 1 / (alpha + T[0]), number)
    leaves = generator.beta(a, b + 2, number)
    own = generator.gamma(q + p * 2, 1 / (v + 60.0), number)
    there = generator.random(number) < alive
    clock, worth = np.zeros(number), np.zeros(number)
    while there.any():
        clock += generator.standard_exponential(number) / rate
        there &= clock < 39
        worth += there * np.exp(-force * clock) * generator.gamma(p, 1 / own)
        there &= generator.random(number) > leaves
    found = money_ahead(
        sure("bgnbd"), spend_fit(), x, t_x, T, x, np.array([30.0]), 39.0, force, margin=0.5
    )
    error = worth.std() / np.sqrt(number)
    assert found.mean[0] == pytest.approx(0.5 * worth.mean(), abs=2 * error)
    assert found.variance[0] == pytest.approx(0.25 * worth.var(), rel=0.03)


def test_slopes_give_the_spread_of_drawn_parameters():
    fit, groups = unsure("bgnbd"), np.array(["b", "b", "a", "a", "a", "b", "a", "a"])
    found = totals(purchases_ahead(fit, *HISTORIES, 39.0), groups, "count")
    assert [total.group for total in found] == ["a", "b"]
    assert [total.customers for total in found] == [5, 3]
    fitter = MODELS["bgnbd"](unit="W")
    sums = []
    for at in drawn_parameters(fit, np.random.default_rng(0), 800):
        fitter.params_ = pd.Series(np.exp(at), index=list(PARAMS["bgnbd"]))
        each = fitter.conditional_expected_number_of_purchases_up_to_time(39.0, *HISTORIES)
        sums.append([each[groups == name].sum() for name in ("a", "b")])
    low, high = np.quantile(sums, [0.025, 0.975], axis=0)
    for i, total in enumerate(found):
        assert total.expected.low == pytest.approx(low[i], rel=0.07)
        assert total.expected.high == pytest.approx(high[i], rel=0.07)
        assert total.actual.low < total.expected.low
        assert total.actual.high > total.expected.high


def test_limits_of_actual_totals_hold_simulated_sums():
    """Counts of 200 customers of one history, drawn from the distribution of single ones."""
    x, t_x, T = (np.repeat(column[3], 200) for column in HISTORIES)
    (total,) = totals(purchases_ahead(sure("bgnbd"), x, t_x, T, 39.0), np.full(200, "all"), "count")
    n = np.arange(100)
    one = [np.repeat(column[:1], 100) for column in (x, t_x, T)]
    chances = probability_of(n, sure("bgnbd"), *one, 39.0)
    drawn = np.random.default_rng(3).choice(n, (5_000, 200), p=chances / chances.sum())
    sums = drawn.sum(axis=1)
    held = ((total.actual.low <= sums) & (sums <= total.actual.high)).mean()
    assert 0.94 < held < 0.97
    assert total.actual.value == pytest.approx(sums.mean(), rel=0.01)


def test_limits_of_small_sums_of_money_know_that_nobody_may_buy():
    """Three customers who will hardly come back, their futures drawn from exact distributions."""
    x, t_x, T = (np.repeat(column[3], 3) for column in HISTORIES)
    money = money_ahead(sure("bgnbd"), spend_fit(), x, t_x, T, x, np.full(3, 30.0), 4.0)
    (total,) = totals(money, np.full(3, "all"), "money")
    n = np.arange(30)
    chances = probability_of(n, sure("bgnbd"), *(np.repeat(c[:1], 30) for c in (x, t_x, T)), 4.0)
    assert_allclose(money.log_none, np.log(chances[0]))
    generator, (p, q, v) = np.random.default_rng(5), SPEND.values()
    made = generator.choice(n, (40_000, 3), p=chances / chances.sum())
    rate = generator.gamma(q + p * 2, 1 / (v + 60.0), made.shape)
    sums = (generator.standard_gamma(p * made) / rate).sum(axis=1)
    assert 0.5 < (sums == 0).mean() < 0.9
    assert total.actual.low == 0
    assert 0.965 < (sums <= total.actual.high).mean() < 0.985


def test_groups_add_up_and_order_does_not_matter():
    fit, spend = unsure("bgnbd"), spend_fit(0.1)
    groups = np.array(["x", None, "y", "x", None, "y", "x", "x"], dtype=object)
    money = money_ahead(fit, spend, *HISTORIES, HISTORIES[0], MEAN, 39.0, 0.002)
    found = totals(money, groups, "money")
    (whole,) = totals(money, np.zeros(8), "money")
    assert [total.group for total in found] == ["x", "y", None]
    assert sum(total.customers for total in found) == 8
    assert sum(total.expected.value for total in found) == pytest.approx(whole.expected.value)
    order = np.array([3, 1, 7, 0, 6, 2, 5, 4])
    rows = [column[order] for column in (*HISTORIES, HISTORIES[0], MEAN)]
    again = totals(money_ahead(fit, spend, *rows, 39.0, 0.002), groups[order], "money")
    for one, other in zip(found, again, strict=True):
        assert one.group == other.group
        assert other.expected.low == pytest.approx(one.expected.low, rel=1e-9)
        assert other.actual.high == pytest.approx(one.actual.high, rel=1e-9)


def test_spend_without_a_variance_has_no_limits_and_nothing_is_certain_of_nobody():
    wild = spend_fit()
    wild = type(wild)(
        **{f: getattr(wild, f) for f in wild.__slots__} | {"params": SPEND | {"q": 1.5}}
    )
    x, t_x, T = HISTORIES
    money = money_ahead(sure("bgnbd"), wild, x, t_x, T, x, MEAN, 39.0)
    once = np.where(x == 0, "once", "more")
    more, one_time = totals(money, once, "money")
    assert one_time.actual is None
    assert more.actual is not None
    nothing = Outlook(np.zeros(2), np.zeros(2), np.zeros(2), (np.zeros((4, 2)),), (np.eye(4),))
    (total,) = totals(nothing, ["a", "a"], "count")
    assert total.expected.low == total.expected.high == total.actual.high == 0
