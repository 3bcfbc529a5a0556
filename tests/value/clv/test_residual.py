"""The residual value against closed forms and integrals of other kinds, and its intervals."""

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import gammaln, hyperu, roots_genlaguerre, roots_jacobi

from cxlib.errors import CxError
from cxlib.value.clv import lifetime
from cxlib.value.clv import residual as module
from cxlib.value.clv.discount import force_of_interest, purchases_while_alive
from cxlib.value.clv.fitters import BgNbd, MbgNbd, ParetoNbd
from cxlib.value.clv.residual import COLUMNS, discounted_forever, residual
from cxlib.value.clv.value import Terms, value_customers

WEEKLY = 0.0027  # 15 % a year, as the paper has it


@pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0, 38.9), (2, 30.4, 38.9), (26, 30.9, 31.0)])
def test_pareto_is_the_published_closed_form(x, t_x, T):
    """Fader, Hardie & Lee 2005, eq. 2, with the likelihood by quadrature of its definition."""
    r, alpha, s, beta = 0.553, 10.578, 0.606, 11.669
    logs = np.log([r, alpha, s, beta])
    gone, _ = quad(
        lambda y: s * (alpha + y) ** -(r + x) * (beta + y) ** -(s + 1),
        t_x,
        T,
        epsabs=0,
        epsrel=1e-12,
    )
    inside = (alpha + T) ** -(r + x) * (beta + T) ** -s + gone
    log_l = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(inside)
    published = (
        r * np.log(alpha) + s * np.log(beta) + (s - 1) * np.log(WEEKLY) + gammaln(r + x + 1)
        + np.log(hyperu(s, s, WEEKLY * (beta + T)))
        - gammaln(r) - (r + x + 1) * np.log(alpha + T) - log_l
    )  # fmt: skip
    history = [np.array([float(value)]) for value in (x, t_x, T)]
    process = ParetoNbd.process
    found = process.probability_alive(logs, *history) * discounted_forever(
        process, logs, history[0], history[2], WEEKLY
    )
    assert_allclose(found, np.exp(published), rtol=1e-8)


@pytest.mark.parametrize(("fitter", "extra"), [(BgNbd, 0), (MbgNbd, 1)])
@pytest.mark.parametrize(("x", "T"), [(0, 40.0), (3, 40.0), (40, 60.0)])
def test_bg_is_the_mean_over_rates_and_dropouts(fitter, extra, x, T):
    """Of a customer with rate λ and dropout p the sum is λ/(λp + δ); the mean of that is taken."""
    r, alpha, a, b = 0.6, 9.0, 0.9, 2.4
    lam, of_lam = roots_genlaguerre(120, r + x - 1)
    lam, of_lam = lam / (alpha + T), of_lam / of_lam.sum()
    p, of_p = roots_jacobi(120, b + x + extra - 1, a - 1)
    p, of_p = (1 + p) / 2, of_p / of_p.sum()
    mean = of_lam @ (lam[:, None] / (lam[:, None] * p + 0.02)) @ of_p
    logs = np.log([r, alpha, a, b])
    found = discounted_forever(fitter.process, logs, np.array([float(x)]), np.array([T]), 0.02)
    assert_allclose(found, mean, rtol=1e-5)


@pytest.mark.parametrize("fitter", [BgNbd, MbgNbd, ParetoNbd])
def test_horizons_grow_up_to_it(fitter):
    logs = np.log([0.4, 12.0, 0.7, 3.0])
    x, T = np.array([0.0, 1, 7, 300, 2000]), np.array([0.0, 30, 100, 200, 400])
    force = 0.01
    forever = discounted_forever(fitter.process, logs, x, T, force)
    last = np.zeros(len(x))
    for horizon in (10, 100, 1000, 2500):
        total = purchases_while_alive(fitter.process, logs, x, T, horizon).total(force)
        assert (total > last).all()
        last = total
    assert (last < forever * (1 + 1e-9)).all()
    # e^−25 is left.
    assert_allclose(last, forever, rtol=1e-6)


def test_customers_add_up_and_the_horizon_does_not_count(result):
    found = residual(result.fitted, Terms(365, 0.15, 0.4))
    customers = found.customers
    assert tuple(customers.columns) == ("customer_id", *COLUMNS)
    assert customers["residual_clv"].sum() == pytest.approx(found.clv.value)
    assert customers["residual_purchases"].sum() == pytest.approx(found.purchases.value)
    other = residual(result.fitted, Terms(10, 0.15, 0.4))
    assert_allclose(other.customers[list(COLUMNS)], customers[list(COLUMNS)])
    soon = value_customers(result.fitted, Terms(365, 0.15, 0.4))
    assert found.within == pytest.approx(soon.clv.value / found.clv.value)
    assert (customers["residual_clv"] > soon.customers["clv"]).all()


def test_days_and_weeks_give_the_same(orders, result):
    days = lifetime.fit(orders, as_of=orders["day"].dt.date.max(), unit="D")
    weeks = lifetime.fit(orders, as_of=orders["day"].dt.date.max(), unit="W")
    found = [residual(fitted, Terms()).customers for fitted in (days, weeks)]
    assert_allclose(found[0][list(COLUMNS)], found[1][list(COLUMNS)], rtol=1e-4)


def test_intervals_are_those_of_parameter_draws(result):
    fitted = result.fitted
    some = fitted.summary.iloc[[0, 2, 5, 30]]
    small = dataclasses.replace(fitted, summary=some)
    found = residual(small, Terms(365, 0.15))
    x, t_x, T = (
        some[c].to_numpy(float) / s for c, s in (("frequency", 1), ("recency", 7), ("T", 7))
    )
    force = force_of_interest(0.15, 7)
    generator = np.random.default_rng(1)
    drawn = np.array(
        [
            BgNbd.process.probability_alive(at, x, t_x, T)
            * discounted_forever(BgNbd.process, at, x, T, force)
            for at in generator.multivariate_normal(
                fitted.fit.log_params, fitted.fit.covariance, 500
            )
        ]
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    assert_allclose(found.customers["residual_purchases_low"], low, rtol=0.08)
    assert_allclose(found.customers["residual_purchases_high"], high, rtol=0.08)
    low, high = np.quantile(drawn.sum(axis=1), [0.025, 0.975])
    assert_allclose([found.purchases.low, found.purchases.high], [low, high], rtol=0.08)


@pytest.mark.parametrize("rate", [0.0, -0.05])
def test_without_a_discount_it_is_refused(result, rate):
    with pytest.raises(CxError) as caught:
        residual(result.fitted, Terms(365, rate))
    assert caught.value.code == "bad_option"
    assert caught.value.hint


def test_an_integral_that_is_not_exact_is_an_error(monkeypatch):
    monkeypatch.setattr(module, "POINTS", 2)
    monkeypatch.setattr(module, "MOST_POINTS", 4)
    with pytest.raises(ArithmeticError):
        discounted_forever(
            BgNbd.process, np.log([0.4, 12.0, 0.7, 3.0]), np.array([5.0]), np.array([100.0]), 1e-4
        )


def test_what_a_gate_withholds_is_empty(result):
    fitted = dataclasses.replace(result.fitted, spend=None)
    found = residual(fitted, Terms())
    assert found.clv is None
    assert found.customers["residual_clv"].isna().all()
    assert found.customers["residual_purchases"].notna().all()
    nothing = residual(dataclasses.replace(fitted, fit=None), Terms())
    assert nothing.purchases is None
    assert nothing.customers[list(COLUMNS)].isna().all(axis=None)
