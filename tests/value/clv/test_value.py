"""Published predictions and values, terms, and the intervals of expectations."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxlib.errors import CxError
from cxlib.value.clv import betageometric, gammagamma, lifetime, value
from cxlib.value.clv.discount import force_of_interest, purchases_while_alive
from cxlib.value.clv.fitters import BgNbd, ParetoNbd
from cxlib.value.clv.residual import residual
from cxlib.value.clv.value import COLUMNS, Terms, value_customers

MONTHLY = 1.01**12 - 1


def test_published_values_of_customers(result, golden):
    expected = golden["cdnow"]["predictions"]["clv_12_months_1pct_a_month_customers_1_2_3_6"]
    by_id = result.customers.set_index("customer_id")["clv"]
    found = by_id[["0001", "0002", "0003", "0006"]].to_numpy()
    assert_allclose(found, expected["continuous_discount_365_days"], rtol=1e-4)
    assert not np.isclose(found, expected["wrong_unit_the_quickstart_prints"], rtol=0.1).any()


def test_published_spend_of_the_first_ten(result, golden):
    found = result.customers.sort_values("customer_id")["expected_spend"].head(10)
    expected = golden["cdnow"]["predictions"]["gamma_gamma_expected_spend_first_ten"]
    assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize("unit", ["D", "W"])
def test_in_parts_all_is_what_it_is_at_once(orders, unit, monkeypatch):
    whole = lifetime.analyse(orders, unit=unit)
    rest = residual(whole.fitted, Terms())
    for module in (value, betageometric, gammagamma):
        monkeypatch.setattr(module, "PART", 7)
    parts = lifetime.analyse(orders, unit=unit)
    pd.testing.assert_frame_equal(parts.customers, whole.customers, rtol=1e-7)
    assert parts.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)
    assert parts.spend_log_likelihood == pytest.approx(whole.spend_log_likelihood, rel=1e-12)
    again = residual(whole.fitted, Terms())
    pd.testing.assert_frame_equal(again.customers, rest.customers)
    for one, other in ((parts.total_clv, whole.total_clv), (again.clv, rest.clv)):
        ends = [(e.low, e.value, e.high) for e in (one, other)]
        assert ends[0] == pytest.approx(ends[1], rel=1e-7)


def test_published_predictions(weeks, golden):
    expected = golden["cdnow"]["predictions"]
    bg = BgNbd(unit="W").fit(*weeks)
    ahead = bg.conditional_expected_number_of_purchases_up_to_time
    example = expected["bgnbd_conditional_expected_purchases"]
    found = ahead(example["t"], example["x"], example["t_x"], example["T"])[0]
    assert found == pytest.approx(example["exact"], rel=1e-4)
    alive = bg.conditional_probability_alive(example["x"], example["t_x"], example["T"])[0]
    assert alive == pytest.approx(example["p_alive"], rel=1e-4)
    known = expected["bgnbd_customer_26_30.857_31"]
    assert ahead(52, 26, 30.857, 31)[0] == pytest.approx(known["value"], rel=1e-3)
    paradox = expected["bgnbd_increasing_frequency_paradox"]
    assert_allclose(ahead(52, paradox["x"], 20, 39), paradox["value"], rtol=1e-3)
    for t, printed in expected["bgnbd_expected_purchases_new_customer"].items():
        # Printed to four decimals; a new customer is one with x = 0 at age 0.
        assert ahead(float(t), 0, 0, 0)[0] == pytest.approx(printed, rel=1e-3, abs=5e-5)
        assert bg.expected_number_of_purchases_up_to_time(float(t)) == pytest.approx(
            ahead(float(t), 0, 0, 0)[0], rel=1e-9
        )

    pareto = ParetoNbd(unit="W").fit(*weeks)
    ahead = pareto.conditional_expected_number_of_purchases_up_to_time
    known = expected["pareto_customer_26_30.857_31"]
    assert ahead(52, 26, 30.857, 31)[0] == pytest.approx(known["value"], rel=1e-3)
    alive = pareto.conditional_probability_alive(26, 30.857, 31)[0]
    assert alive == pytest.approx(known["p_alive"], rel=1e-4)
    paradox = expected["pareto_increasing_frequency_paradox"]
    assert_allclose(ahead(52, paradox["x"], 20, 39), paradox["value"], rtol=2e-3)


def test_columns_units_and_order(result, summary):
    customers = result.customers
    assert tuple(customers.columns) == COLUMNS
    assert (customers["customer_id"] == summary["customer_id"]).all()
    assert_allclose(customers["T"] * 7, summary["T"])
    assert_allclose(result.total_clv.value, customers["clv"].sum())
    assert (customers["clv_low"] <= customers["clv"]).all()
    assert (customers["clv"] <= customers["clv_high"]).all()


@pytest.mark.parametrize("model", ["bgnbd", "pareto"])
def test_days_and_weeks_give_the_same_value(model, orders, result):
    end = pd.Timestamp("1997-09-30").date()
    by_unit = {
        unit: lifetime.analyse(orders, as_of=end, unit=unit, model=model).customers
        for unit in ("D", "W")
    }
    for column in ("p_alive", "expected_purchases", "clv", "clv_low", "clv_high"):
        assert_allclose(by_unit["D"][column], by_unit["W"][column], rtol=1e-5)
    assert_allclose(by_unit["D"]["T"], by_unit["W"]["T"] * 7)


def test_terms_change_without_a_fit(result, monkeypatch):
    monkeypatch.setattr(lifetime, "climb_days", None)
    full = lifetime.valued(result.fitted, Terms(365, 0.1, 1.0))
    quarter = lifetime.valued(result.fitted, Terms(365, 0.1, 0.25))
    assert_allclose(quarter.customers["clv"], full.customers["clv"] / 4)
    assert quarter.receipt.parameters["margin"] == 0.25
    free = lifetime.valued(result.fitted, Terms(365, 0.0, 1.0)).customers
    assert_allclose(free["clv"], free["expected_purchases"] * free["expected_spend"])
    longer = lifetime.valued(result.fitted, Terms(730, 0.1, 1.0)).customers["clv"]
    assert (longer > full.customers["clv"]).all()


def test_discounting_is_continuous_in_days():
    """Against a sum over daily slices of expected purchases."""
    process, logs = BgNbd.process, np.log([0.24, 31.0, 0.8, 2.4])
    x, T = np.array([3.0]), np.array([200.0])
    cumulative = [
        float(purchases_while_alive(process, logs, x, T, day).total()[0]) for day in range(1, 366)
    ]
    daily = np.diff([0.0, *cumulative])
    sliced = (daily * 1.1 ** (-(np.arange(365) + 0.5) / 365)).sum()
    ahead = purchases_while_alive(process, logs, x, T, 365)
    assert ahead.total(force_of_interest(0.1, 1))[0] == pytest.approx(sliced, rel=1e-6)


def test_intervals_are_those_of_parameter_draws(result):
    """The delta method against 4,000 draws of the parameters, one-time and repeat buyers."""
    fitted = result.fitted
    some = fitted.summary.iloc[[0, 2, 5, 30]]
    customers = value_customers(dataclasses.replace(fitted, summary=some), Terms()).customers
    generator = np.random.default_rng(1)
    process = BgNbd.process
    x, t_x, T = (
        some[c].to_numpy(float) / s for c, s in (("frequency", 1), ("recency", 7), ("T", 7))
    )
    paid = some["spend_purchases"].to_numpy(float)
    mean = some["monetary_value"].fillna(0).to_numpy()
    force = force_of_interest(0.1, 7)
    drawn = []
    for purchase, spend in zip(
        generator.multivariate_normal(fitted.fit.log_params, fitted.fit.covariance, 4000),
        generator.multivariate_normal(fitted.spend.log_params, fitted.spend.covariance, 4000),
        strict=True,
    ):
        ahead = purchases_while_alive(process, purchase, x, T, 365 / 7).total(force)
        alive = process.probability_alive(purchase, x, t_x, T)
        drawn.append(alive * ahead * gammagamma.expected_spend(spend, paid, mean))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    assert_allclose(customers["clv_low"], low, rtol=0.03)
    assert_allclose(customers["clv_high"], high, rtol=0.03)


@pytest.mark.parametrize(
    "terms", [{"horizon_days": 0}, {"annual_discount_rate": -1}, {"margin": 0}, {"margin": np.nan}]
)
def test_senseless_terms_are_refused(terms):
    with pytest.raises(CxError) as caught:
        Terms(**terms)
    assert caught.value.code == "bad_option"
