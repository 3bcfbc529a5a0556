"""The bootstrap of parameters beside the Hessian, on data that the model made and on CDNOW."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bench.coverage import PURCHASES, SPEND
from cxlib.value.clv.ladder import climb, climb_spend
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.resampled import resampled, resampled_spend
from cxlib.value.clv.simulate import simulate_purchases, summarised


@pytest.fixture(scope="module")
def customers():
    generator = np.random.default_rng(8)
    T = np.floor(generator.uniform(39, 78, 2_000))
    return summarised(simulate_purchases(generator, T, PURCHASES, SPEND), T)


@pytest.fixture(scope="module")
def purchases(customers):
    return Patterns.merged(customers["frequency"], customers["recency"], customers["T"])


def test_errors_are_those_of_the_hessian_where_the_model_is_right(customers, purchases):
    fit = climb("bgnbd", purchases, "W").fit
    found = resampled(fit, purchases, seed=1, resamples=150)
    assert found.failed == 0
    assert found.log_params.shape == (150, 4)
    # 150 resamples know a standard deviation to about 6 %.
    assert ((found.ratios > 0.75) & (found.ratios < 1.3)).all()
    assert (np.abs(found.log_params.mean(axis=0) - fit.log_params) < found.errors).all()
    for name, (low, high) in found.intervals().items():
        assert low < fit.params[name] < high
    paid = customers[customers["frequency"] > 0]
    x, mean = paid["frequency"].to_numpy(float), paid["monetary_value"].to_numpy()
    spend = climb_spend(x, mean).fit
    ratios = resampled_spend(spend, x, mean, seed=1, resamples=150).ratios
    assert ((ratios > 0.75) & (ratios < 1.3)).all()


def test_seed_and_order(customers, purchases):
    fit = climb("bgnbd", purchases, "W").fit
    first, same, other = (resampled(fit, purchases, seed, 5).log_params for seed in (1, 1, 2))
    assert_array_equal(first, same)
    assert (first != other).all()
    turned = customers.iloc[::-1]
    again = Patterns.merged(turned["frequency"], turned["recency"], turned["T"])
    assert_array_equal(resampled(fit, again, 1, 5).log_params, first)
    paid = customers[customers["frequency"] > 0]
    x, mean = paid["frequency"].to_numpy(float), paid["monetary_value"].to_numpy()
    spend = climb_spend(x, mean).fit
    forwards, backwards = (
        resampled_spend(spend, x[::way], mean[::way], 1, 5).log_params for way in (1, -1)
    )
    assert_array_equal(forwards, backwards)


def test_refits_that_do_not_converge_are_counted():
    """Two repeat buyers among fifty: most resamples cannot tell four parameters."""
    x = np.r_[np.zeros(46), 1, 1, 2, 4]
    t_x = np.where(x > 0, 10.0 + x, 0.0)
    patterns = Patterns.merged(x, t_x, np.full(50, 40.0))
    fit = climb("bgnbd", patterns, "W").fit
    if fit is None or fit.model != "bgnbd":
        pytest.skip("the fit itself does not converge")
    found = resampled(fit, patterns, seed=1, resamples=8)
    assert found.failed > 0
    assert len(found.log_params) + found.failed == 8
