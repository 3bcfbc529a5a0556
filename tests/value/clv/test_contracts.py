"""Contracts: the survival data of Fader & Hardie (2007), direct sums, and planted parameters.

The shares of their Table 1 (after Berry & Linoff, Data Mining Techniques), and what they fit to the
first seven years, are also in the public packages that repeat the paper (retenmod, foretell).
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln, hyp2f1

from cxlib.value.clv.betasum import discounted
from cxlib.value.clv.contracts import (
    GEOMETRIC,
    SBG,
    Renewals,
    expected_residual,
    fit_contracts,
    residual,
    retention,
    surface,
    survival,
)

REGULAR = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
HIGH_END = [100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]
# Share, α, β, log-likelihood a customer, and how far year 12 is missed, as the paper prints them.
PUBLISHED = {
    "regular": (REGULAR, 0.704, 1.182, None, 0.02),
    "high end": (HIGH_END, 0.668, 3.806, -1.611, 0.04),
}
every_segment = pytest.mark.parametrize("segment", PUBLISHED.values(), ids=PUBLISHED)


def cohort(percent, years, size=1000):
    """A cohort of which so many percent are there after each year, followed for `years`."""
    there = np.round(np.array(percent[: years + 1]) * size / 100)
    censored = np.zeros(years + 1)
    censored[-1] = there[-1]
    return Renewals.counted(np.append(0, -np.diff(there)), censored)


def drawn(rng, alpha, beta, customers, longest):
    """Contracts of several ages, each customer with a θ of their own."""
    theta = rng.beta(alpha, beta, customers)
    life, watched = rng.geometric(np.maximum(theta, 1e-12)), rng.integers(0, longest, customers)
    lost = life <= watched
    return Renewals.counted(
        np.bincount(life[lost], minlength=longest + 1),
        np.bincount(watched[~lost], minlength=longest + 1),
    )


@every_segment
def test_published_parameters_and_projection(segment):
    percent, alpha, beta, log_likelihood, missed = segment
    fit = fit_contracts(cohort(percent, 7))
    assert fit.model == SBG
    assert fit.params["alpha"] == pytest.approx(alpha, abs=5e-4)
    assert fit.params["beta"] == pytest.approx(beta, abs=5e-4)
    if log_likelihood:
        assert fit.log_likelihood / 1000 == pytest.approx(log_likelihood, abs=5e-4)
    year_12 = survival(fit, [12]).value[0]
    assert abs(year_12 / (percent[12] / 100) - 1) == pytest.approx(missed, abs=0.005)


@every_segment
def test_curves_are_those_of_beta_functions(segment):
    percent, *_ = segment
    fit = fit_contracts(cohort(percent, 7))
    a, b = fit.params.values()
    t = np.arange(0, 61)
    s = np.exp(betaln(a, b + t) - betaln(a, b))
    np.testing.assert_allclose(survival(fit, t).value, s, rtol=1e-12)
    np.testing.assert_allclose(retention(fit, t[1:]).value, s[1:] / s[:-1], rtol=1e-12)
    np.testing.assert_allclose(survival(fit, t[5:], since=5).value, s[5:] / s[5], rtol=1e-12)


def test_the_likelihood_is_that_of_the_paper():
    renewals = drawn(np.random.default_rng(1), 0.7, 3.0, 500, 12)
    a, b = 0.9, 2.5
    value, *_ = surface(SBG, np.log([a, b]), renewals)
    t = renewals.age
    left = renewals.lost @ (betaln(a + 1, b + t - 1) - betaln(a, b))
    there = np.append(renewals.at_risk, 0.0)
    censored = there[:-1] - renewals.lost - there[1:]
    assert value == pytest.approx(left + censored @ (betaln(a, b + t) - betaln(a, b)), rel=1e-12)


@pytest.mark.parametrize("model", [SBG, GEOMETRIC])
def test_slopes_and_curvature_are_those_of_differences(model):
    renewals = drawn(np.random.default_rng(2), 0.7, 3.0, 500, 12)
    at = np.log([0.9, 2.5])[: 2 if model == SBG else 1]
    _, gradient, hessian = surface(model, at, renewals)
    step = 1e-5
    for i, way in enumerate(np.eye(len(at)) * step):
        up, down = surface(model, at + way, renewals), surface(model, at - way, renewals)
        assert gradient[i] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-6)
        np.testing.assert_allclose(hessian[i], (up[1] - down[1]) / (2 * step), rtol=1e-6)


def test_cohorts_of_different_age_are_one_sample():
    rng = np.random.default_rng(3)
    one, other = drawn(rng, 0.8, 3.0, 4000, 6), drawn(rng, 0.8, 3.0, 4000, 24)
    longest = len(other.age)
    pad = [np.pad(a, (0, longest - len(a))) for a in (one.at_risk, one.lost)]
    both = Renewals(
        other.age, other.at_risk + pad[0], other.lost + pad[1], one.contracts + other.contracts
    )
    fit, alone = fit_contracts(both), fit_contracts(other)
    reach = 3 * np.sqrt(np.diag(fit.covariance))
    assert (np.abs(fit.log_params - np.log([0.8, 3.0])) < reach).all()
    assert (np.diag(fit.covariance) < np.diag(alone.covariance)).all()


def test_bands_cover_what_was_planted():
    rng, age = np.random.default_rng(4), [6, 24, 48]
    truth = np.exp(betaln(0.8, 4.0 + np.array(age)) - betaln(0.8, 4.0))
    rates = (4.0 + np.array(age) - 1) / (4.8 + np.array(age) - 1)
    to_come = expected_residual(SBG, np.log([0.8, 4.0]), np.array([0.0, 10.0]), 0.01)
    hits = []
    for _ in range(300):
        fit = fit_contracts(drawn(rng, 0.8, 4.0, 800, 24))
        for band, true in (
            (survival(fit, age), truth),
            (retention(fit, age), rates),
            (residual(fit, [0, 10], 0.01), to_come),
        ):
            hits.append(np.mean((band.low <= true) & (true <= band.high)))
    # 900 means of two or three: the standard error is near 0.01.
    assert np.mean(hits) == pytest.approx(0.95, abs=0.025)


@settings(max_examples=60, deadline=None)
@given(
    alpha=st.floats(0.001, 50),
    beta=st.floats(0.05, 200),
    made=st.integers(0, 60),
    rate=st.sampled_from([0.3, 0.1, 0.01]),
)
def test_residual_is_the_sum_that_it_stands_for(alpha, beta, made, rate):
    found = expected_residual(SBG, np.log([alpha, beta]), np.array([float(made)]), rate)[0]
    t = np.arange(made + 1, made + 6000)
    logs = betaln(alpha, beta + t) - betaln(alpha, beta + made)
    assert found == pytest.approx(float(np.exp(logs) @ (1 + rate) ** -(t - made - 1.0)), rel=1e-10)


def test_residual_is_the_hypergeometric_of_the_paper():
    fit = fit_contracts(cohort(REGULAR, 7))
    a, b = fit.params.values()
    n = np.arange(1, 31)
    published = (b + n - 1) / (a + b + n - 1) * hyp2f1(1, b + n, a + b + n, 1 / 1.1)
    np.testing.assert_allclose(residual(fit, n - 1, 0.1).value, published, rtol=1e-10)
    assert (np.diff(residual(fit, n - 1, 0.1).value) > 0).all()


@pytest.mark.parametrize("rate", [1e-6, 1e-4, 0.1, 5.0])
@pytest.mark.parametrize("a", [1e-6, 0.5, 1.0, 40.0, 1e9])
def test_residual_is_finite_at_the_edges(a, rate):
    found = discounted(a, np.array([1e-6, 1.0, 1e3, 1e9]), rate)
    assert np.isfinite(found).all()
    # Between one period and all of them, the more the larger b.
    assert (found >= 1).all()
    assert (found <= (1 + rate) / rate * (1 + 1e-9)).all()
    assert (np.diff(found) >= 0).all()


def test_without_discount_an_average_need_not_exist():
    assert discounted(3.0, np.array([5.0]), 0.0) == pytest.approx(7 / 2)
    fit = fit_contracts(cohort(REGULAR, 7))
    assert np.isinf(residual(fit, [0], 0.0).value).all()


def test_customers_who_are_alike_get_one_rate():
    rng, found = np.random.default_rng(5), []
    for _ in range(60):
        fit = fit_contracts(drawn(rng, 1e5, 9e5, 500, 24))
        found.append(fit)
    # That a rate which is the same for all seems to fall is a chance of 1 in 40.
    assert found.count(None) <= 5
    found = [fit for fit in found if fit]
    constant = [fit for fit in found if fit.model == GEOMETRIC]
    # By chance about half of such samples look as if loyalty rose, the others have no optimum.
    assert 15 < len(constant) < 45
    for fit in constant:
        odds = fit.params["odds"]
        assert 1 / (1 + odds) == pytest.approx(0.1, abs=0.03)
        assert retention(fit, [1, 50]).value == pytest.approx([odds / (1 + odds)] * 2)
        t = np.arange(1, 3000)
        direct = (odds / (1 + odds)) ** t @ 1.01 ** -(t - 1.0)
        assert residual(fit, [3], 0.01).value[0] == pytest.approx(direct)


@pytest.mark.parametrize(
    ("lost", "censored"),
    [([0, 0, 0], [5, 5, 5]), ([0, 9], [0, 0]), ([0], [7])],
    ids=["nobody left", "nobody renewed", "nobody came to a renewal"],
)
def test_nothing_to_learn_is_none(lost, censored):
    assert fit_contracts(Renewals.counted(lost, censored)) is None


def test_falling_loyalty_is_not_fitted():
    # Ever more leave: sBG has no such curve, and one rate is far from it.
    rates = np.linspace(0.02, 0.5, 10)
    there = 5000 * np.append(1, np.cumprod(1 - rates))
    censored = np.append(np.zeros(10), there[-1])
    assert fit_contracts(Renewals.counted(np.append(0, -np.diff(there)), censored)) is None


@pytest.mark.parametrize(
    ("lost", "censored"), [([1, 0], [0, 0]), ([0, -1], [0, 2]), ([0], [1, 2]), ([], [])]
)
def test_counts_that_cannot_be_are_refused(lost, censored):
    with pytest.raises(ValueError, match=r"needed|nobody"):
        Renewals.counted(lost, censored)
