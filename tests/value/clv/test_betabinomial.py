"""BG/BB: the donations of the paper, the stock fitter side by side, planted parameters."""

from importlib import resources

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoBetaBinomFitter
from scipy.special import betaln

from cxlib.errors import CxError
from cxlib.value.clv.betabinomial import BetaBinomial, Occasions
from cxlib.value.clv.fitters import BgBb

PROCESS = BetaBinomial()


@pytest.fixture(scope="module")
def donations():
    return pd.read_csv(str(resources.files("lifetimes") / "datasets" / "donations.csv"))


@pytest.fixture(scope="module")
def fitted(donations):
    d = donations
    return BgBb().fit(d["frequency"], d["recency"], d["periods"], d["weights"])


@pytest.fixture(scope="module")
def histories(donations):
    return Occasions.merged(*(donations[c] for c in ("frequency", "recency", "periods", "weights")))


def test_published_parameters(fitted):
    # Fader, Hardie & Shang (2010), table 3.
    assert fitted.params_.to_dict() == pytest.approx(
        {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}, abs=5e-4
    )
    assert fitted.log_likelihood_ == pytest.approx(-33225.6, abs=0.05)
    assert fitted.optimum_.converged


def test_predictions_equal_stock_at_equal_parameters(donations, fitted):
    stock = BetaGeoBetaBinomFitter()
    stock.params_, stock.data = fitted.params_, fitted.data
    x, t_x, n = (donations[c].to_numpy() for c in ("frequency", "recency", "periods"))
    for ahead in (1, 5, 20):
        np.testing.assert_allclose(
            fitted.predict(ahead, x, t_x, n),
            stock.conditional_expected_number_of_purchases_up_to_time(ahead, x, t_x, n),
            rtol=1e-6,
        )
        np.testing.assert_allclose(
            fitted.conditional_probability_alive(ahead, x, t_x, n),
            stock.conditional_probability_alive(ahead, x, t_x, n),
            rtol=1e-6,
        )
    np.testing.assert_allclose(
        fitted.expected_number_of_transactions_in_first_n_periods(6)["model"],
        stock.expected_number_of_transactions_in_first_n_periods(6)["model"],
        rtol=1e-6,
    )


def test_slopes_and_curvature_are_those_of_differences(histories):
    at, step = np.log([0.9, 1.2, 0.5, 2.0]), 1e-5
    _, gradient, hessian = PROCESS.surface(at, histories)
    for i, way in enumerate(np.eye(4) * step):
        up, down = PROCESS.surface(at + way, histories), PROCESS.surface(at - way, histories)
        assert gradient[i] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-6)
        np.testing.assert_allclose(hessian[i], (up[1] - down[1]) / (2 * step), rtol=1e-6)


def test_the_likelihood_of_all_histories_sums_to_one():
    at, n = np.log([0.7, 1.3, 0.4, 1.9]), 6
    rows = [(x, t) for t in range(n + 1) for x in range(min(t, 1), t + 1)]
    x, t_x = np.array(rows).T
    some = Occasions.of_rows(x, t_x, np.full(len(x), n), np.ones(len(x)))
    # A history stands for as many orders of its occasions as x − 1 of t_x − 1 can be chosen.
    ways = np.exp(
        -betaln(np.maximum(t_x - x, 0) + 1, np.maximum(x, 1)) - np.log(np.maximum(t_x, 1))
    )
    assert np.exp(PROCESS.log_likelihoods(at, some)) @ ways == pytest.approx(1, rel=1e-12)
    assert PROCESS.counts(at, n).sum() == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("gamma", [0.4, 1.0, 3.0])
def test_residual_is_the_discounted_sum_of_what_is_expected(gamma):
    at = np.log([1.2, 0.75, gamma, 2.8])
    some = Occasions.of_rows(*(np.array(c) for c in ([0, 3, 6], [0, 4, 6], [6, 6, 6])), np.ones(3))
    so_far = np.array([PROCESS.expected(at, some, k) for k in range(1, 401)])
    each = np.diff(so_far, axis=0, prepend=0)
    direct = 1.1 ** -np.arange(1.0, 401) @ each
    np.testing.assert_allclose(PROCESS.residual(at, some, 0.1), direct, rtol=1e-9)


@pytest.mark.parametrize("value", [1e-6, 1.0, 1e6])
def test_extreme_parameters_give_numbers(value):
    at = np.log([value, 1 / value, value, 1.0])
    some = Occasions.of_rows(
        *(np.array(c) for c in ([0, 1, 200], [0, 1, 200], [200, 200, 200])), np.ones(3)
    )
    for found in (
        PROCESS.log_likelihoods(at, some),
        PROCESS.probability_alive(at, some),
        PROCESS.expected(at, some, 50),
        PROCESS.residual(at, some, 0.01),
    ):
        assert np.isfinite(found).all()


def test_planted_parameters_are_found_and_merging_changes_nothing():
    rng, true = np.random.default_rng(1), np.array([1.2, 2.0, 0.5, 6.0])
    n = rng.integers(1, 30, 8000)
    p, theta = rng.beta(*true[:2], len(n)), rng.beta(*true[2:], len(n))
    life, x, t_x = rng.geometric(theta) - 1, np.zeros(len(n), int), np.zeros(len(n), int)
    for k in range(1, 30):
        bought = (k <= n) & (k <= life) & (rng.random(len(n)) < p)
        x, t_x = x + bought, np.where(bought, k, t_x)
    fit = BgBb().fit(x, t_x, n)
    logs = np.diag(fit.log_covariance_)
    assert (np.abs(fit.log_params - np.log(true)) < 3 * np.sqrt(logs)).all()
    by_row, _, _ = PROCESS.surface(fit.log_params, Occasions.of_rows(x, t_x, n, np.ones(len(n))))
    assert by_row == pytest.approx(fit.log_likelihood_, rel=1e-10)


@pytest.mark.parametrize(
    "row", [(2, 1, 6), (1, 7, 6), (0, 2, 6), (1.5, 2, 6), (-1, 0, 6), (1, 1, np.nan)]
)
def test_histories_that_cannot_be_are_refused(row):
    with pytest.raises(CxError, match="bad_summary"):
        Occasions.merged(*([c] for c in row))
