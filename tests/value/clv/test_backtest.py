"""The time split: published holdout means, what calibration may not know, and the scores."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from cxlib.frames.base import customer_base
from cxlib.value.clv.backtest import MEAN_RATE, OWN_RATE, _gains, _ranks, _score, backtest
from cxlib.value.clv.gates import gates

CUT, END = dt.date(1997, 9, 30), dt.date(1998, 6, 30)


@pytest.fixture(scope="module")
def tested(orders):
    return at_the_cut(orders, unit="W")


def at_the_cut(orders, **options):
    return backtest(customer_base(orders, END, [CUT]).splits[0], "bgnbd", END, **options)


def test_published_holdout_means(tested, golden):
    expected = golden["cdnow"]["predictions"]["holdout_mean_by_calibration_frequency_0_to_7plus"]
    assert_allclose(tested.calibration["actual"], expected["actual"], rtol=1e-6)
    assert_allclose(tested.calibration["predicted"], expected["bgnbd"], rtol=2e-3)


def test_the_model_is_nearer_than_both_baselines_and_ranks_worse_than_one(tested, result):
    for found in (tested, result.backtest):
        assert [score.name for score in found.baselines] == [OWN_RATE, MEAN_RATE]
        assert all(gain.low > 0 for gain in found.gains)
        assert (OWN_RATE, "ranking") in found.better
        assert all(score.rmse > found.model.rmse for score in found.baselines)


def test_a_refund_after_the_cut_undoes_nothing_yet(orders):
    """The same purchases, one refunded after the cut: calibration is unchanged, holdout too."""
    table = orders.assign(purchase_day=orders["day"], status="sale")
    bought = table[(table["day"] <= pd.Timestamp(CUT)) & (table["amount"] > 0)].iloc[[1]]
    late = bought.assign(day=pd.Timestamp("1998-01-15"), amount=-bought["amount"], status="refund")
    early = late.assign(day=pd.Timestamp("1997-09-01"))
    plain, after, before = (
        at_the_cut(pd.concat([table, extra])) for extra in (table.iloc[:0], late, early)
    )
    pd.testing.assert_frame_equal(after.calibration, plain.calibration)
    assert after.holdout_purchases == plain.holdout_purchases
    assert before.calibration["customers"].tolist() != plain.calibration["customers"].tolist()


def test_customers_who_come_after_the_cut_are_not_judged(orders):
    newcomer = pd.DataFrame(
        {"customer_id": "new", "day": [pd.Timestamp("1998-02-01")], "amount": 5.0}
    )
    found = at_the_cut(pd.concat([orders, newcomer]))
    assert found.customers == 2357


def test_scores_by_hand():
    forecast, actual = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), np.array([0.0] * 8 + [2, 8])
    score = _score("x", forecast, actual, _ranks(actual))
    assert score.rmse == pytest.approx(np.sqrt(((forecast - actual) ** 2).mean()))
    assert score.mae == pytest.approx(np.abs(forecast - actual).mean())
    assert score.bias == pytest.approx(3.5)
    assert score.top_decile == pytest.approx(8.0)
    # Tied forecasts cannot find anybody: the lift is 1 whatever the order of the rows.
    assert _score("x", np.ones(10), actual, _ranks(actual)).top_decile == pytest.approx(1.0)
    assert np.isnan(_score("x", np.ones(10), actual, _ranks(actual)).spearman)


@pytest.mark.parametrize("decimals", [0, 1, 12])
@pytest.mark.parametrize("customers", [1, 2, 500])
def test_ranks_are_scipys_less_their_mean(customers, decimals):
    values = np.random.default_rng(1).normal(5, 2, customers).round(decimals)
    expected = stats.rankdata(values)
    assert_allclose(_ranks(values), expected - expected.mean(), atol=1e-12)


def test_gains_cover_and_grouping_keeps_their_width():
    generator = np.random.default_rng(0)
    actual = generator.poisson(1.0, 20_000).astype(float)
    near, far = actual + generator.normal(0, 1.0, 20_000), actual + generator.normal(0, 1.1, 20_000)
    (gain,) = _gains([near, far], actual, seed=1)
    assert gain.low < 0.1 < gain.high
    # The error of an RMSE of normal errors is sd / sqrt(2n).
    width = 2 * 1.96 * np.sqrt((1.0 + 1.21) / (2 * 20_000))
    assert gain.high - gain.low == pytest.approx(width, rel=0.1)
    assert _gains([near, far], actual, seed=1) == (gain,)


def test_a_file_too_short_to_split_has_no_backtest(summary):
    day = pd.Timestamp("2024-01-01")
    table = pd.DataFrame({"customer_id": ["a", "b"], "day": [day, day], "amount": 1.0})
    assert customer_base(table).splits == ()
    holdout = gates(summary, None, None, None)[-1]
    assert (holdout.code, holdout.passed, holdout.blocks) == ("holdout", False, "money")
