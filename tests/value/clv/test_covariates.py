"""Planted coefficients come back, the likelihood is that of its parts, and order does not matter."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cxlib.errors import CxError, NotEnoughData
from cxlib.value.clv import covariate_fit, covariates, lifetime
from cxlib.value.clv.betageometric import BetaGeometric
from cxlib.value.clv.cell_surface import CellPatterns, cell_surface
from cxlib.value.clv.covariate_design import LEAST, LEVELS, NONE, OTHER, design
from cxlib.value.clv.covariates import with_covariates
from cxlib.value.clv.differences import central
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.simulate import simulate_purchases, summarised
from cxlib.value.clv.value import Terms, value_customers

TERMS = Terms(365, 0.1)
SPEND = {"p": 6.0, "q": 4.0, "v": 15.0}
# γ₁, γ₂, γ₃ of each level against the first, and of a standard deviation of a number.
CHANNEL = {"web": (0.0, 0.0, 0.0), "app": (0.4, -0.3, 0.2), "shop": (-0.5, 0.5, 0.0)}
AGE = (0.25, 0.0, 0.0)


def simulated(seed, n=12_000):
    generator = np.random.default_rng(seed)
    channel = generator.choice(list(CHANNEL), n, p=[0.5, 0.3, 0.2])
    age = generator.normal(40, 10, n)
    gammas = np.array([CHANNEL[c] for c in channel]) + ((age - 40) / 10)[:, None] * AGE
    T = np.floor(generator.uniform(200, 600, n))
    # Everybody has parameters of their own.
    params = {
        "r": 0.8,
        "alpha": 50 * np.exp(-gammas[:, 0]),
        "a": 0.8 * np.exp(gammas[:, 1]),
        "b": 2.6 * np.exp(gammas[:, 2]),
    }
    summary = summarised(simulate_purchases(generator, T, params, SPEND), T)
    return lifetime.analyse_summary(summary).fitted, {"channel": channel, "age": age}


@pytest.fixture(scope="module")
def planted():
    return simulated(11)


@pytest.fixture(scope="module")
def found(planted):
    fitted, attributes = planted
    return with_covariates(fitted, TERMS, attributes)


def test_planted_effects_come_back(found):
    assert found.fit.moved == ("alpha", "a", "b")
    effects = {one.column.level or one.column.attribute: one for one in found.effects}
    assert set(effects) == {"app", "shop", "age"}
    for name, (rate, a, b) in {**CHANNEL, "age": AGE}.items():
        if name == "web":
            continue
        one = effects[name]
        assert one.column.reference == (None if name == "age" else "web")
        assert one.often.low < np.exp(rate) < one.often.high
        assert one.leaves.low < np.exp(a - b) < one.leaves.high
        # The intervals are narrow enough to say something.
        assert one.often.high / one.often.low < 1.35
        assert one.leaves.high / one.leaves.low < 2.5
    assert found.overall.degrees == 9
    assert found.overall.p < 1e-20
    assert {name: test.degrees for name, test in found.by_attribute.items()} == {
        "channel": 6,
        "age": 3,
    }
    assert all(test.p < 1e-10 for test in found.by_attribute.values())


def test_the_likelihood_is_the_sum_of_its_cells(planted, found):
    """Each channel and step of age is a file of its own, at parameters by the paper's formulas."""
    fitted, attributes = planted
    z_age = np.round((attributes["age"] - attributes["age"].mean()) / attributes["age"].std(), 1)
    columns = [one.column.level or "age" for one in found.effects]
    total = 0.0
    for (channel, step), rows in fitted.summary.groupby([attributes["channel"], z_age]):
        z = np.array([step if c == "age" else float(c == channel) for c in columns])
        gamma = dict(zip(found.fit.moved, found.fit.coefficients, strict=True))
        params = dict(found.fit.params)
        params["alpha"] *= np.exp(-gamma["alpha"] @ z)
        params["a"] *= np.exp(gamma["a"] @ z)
        params["b"] *= np.exp(gamma["b"] @ z)
        patterns = Patterns.merged(rows["frequency"], rows["recency"], rows["T"])
        total += BetaGeometric(0).surface(np.log(list(params.values())), patterns)[0]
    assert found.fit.log_likelihood == pytest.approx(total, abs=1e-6)
    # It is the top: no further than flat in any direction, and above the fit without attributes.
    assert found.fit.gradient < 1e-6
    assert found.fit.log_likelihood > fitted.fit.log_likelihood
    assert found.overall.statistic == pytest.approx(
        2 * (total - fitted.fit.log_likelihood), abs=1e-5
    )


@pytest.mark.parametrize("extra", [0, 1])
def test_slopes_and_curves_are_those_of_differences(extra):
    generator = np.random.default_rng(4)
    n, process = 400, BetaGeometric(extra)
    x = generator.poisson(1.0, n).astype(float)
    T = generator.integers(1, 300, n).astype(float)
    t_x = np.where(x > 0, np.floor(generator.random(n) * T), 0.0)
    patterns = CellPatterns.merged(generator.integers(0, 3, n), x, t_x, T)
    logs = generator.normal(0, 0.5, (4, 3)) + np.array([[0.0], [3.0], [0.0], [1.0]])
    _, slopes, curves = cell_surface(process, logs, patterns)

    def value(flat):
        return np.array(cell_surface(process, flat.reshape(4, 3), patterns)[0])

    def gradient(flat):
        return cell_surface(process, flat.reshape(4, 3), patterns)[1].reshape(-1)

    numeric = central(value, logs.reshape(-1), 1e-5).reshape(4, 3)
    assert_allclose(slopes, numeric, rtol=1e-5, atol=1e-4)
    second = central(gradient, logs.reshape(-1), 1e-5).reshape(4, 3, 4, 3)
    for cell in range(3):
        assert_allclose(curves[:, :, cell], second[:, cell, :, cell], rtol=1e-5, atol=1e-4)
    assert np.abs(second[:, 0, :, 1]).max() < 1e-6


def test_without_effects_it_is_plain_bg_nbd(result):
    """An attribute of CDNOW's customers that means nothing: numbers near 1 and the same forecast."""
    fitted = result.fitted
    toss = np.random.default_rng(0).choice(["heads", "tails"], len(fitted.summary))
    found = with_covariates(fitted, TERMS, {"toss": toss})
    one = found.effects[0]
    assert one.often.low < 1 < one.often.high
    assert found.overall.p > 0.05
    assert "no difference" in found.meaning.message
    # The same parameters with γ = 0 are the plain fit, in likelihood and forecast.
    laid = design({"toss": toss})
    days = fitted.fit.days_per_unit
    x, t_x, T = (fitted.summary[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    cells = np.repeat(fitted.fit.log_params[:, None], 2, axis=1)
    value = cell_surface(
        BetaGeometric(0), cells, CellPatterns.merged(laid.of, x, t_x / days, T / days)
    )[0]
    assert value == pytest.approx(fitted.fit.log_likelihood, abs=1e-8)
    nothing = covariate_fit.CovariateFit(
        "bgnbd", "W", fitted.fit.params, ("alpha",), laid.columns, np.zeros((1, 1)),
        np.zeros((5, 5)), value, 0.0, len(x),
    )  # fmt: skip
    plain = value_customers(fitted, TERMS).customers
    ours = covariates._customers(BetaGeometric(0), nothing, laid, fitted.summary, 365)
    for column in ("p_alive", "expected_purchases"):
        assert_allclose(ours[column], plain[column], rtol=1e-7)


def test_the_forecast_follows_the_attribute(planted, found):
    fitted, attributes = planted
    ours = found.customers
    assert (ours["customer_id"] == fitted.summary["customer_id"]).all()
    once = (fitted.summary["frequency"] == 0) & (fitted.summary["T"] > 300)
    means = ours[once].groupby(attributes["channel"][once])["expected_purchases"].mean()
    assert means["app"] > means["web"] > means["shop"]


def test_the_order_of_customers_is_forgotten(planted, found):
    fitted, attributes = planted
    order = np.random.default_rng(2).permutation(len(fitted.summary))
    shuffled = replace(fitted, summary=fitted.summary.iloc[order])
    again = with_covariates(shuffled, TERMS, {k: v[order] for k, v in attributes.items()})
    assert_allclose(again.fit.coefficients, found.fit.coefficients, atol=1e-6)
    assert again.fit.log_likelihood == pytest.approx(found.fit.log_likelihood, abs=1e-6)
    back = again.customers.set_index("customer_id")["expected_purchases"]
    assert_allclose(back[found.customers["customer_id"]], found.customers["expected_purchases"])


def test_rare_levels_are_folded_and_missing_ones_are_a_level():
    names = ["big"] * 900 + ["small"] * (LEAST - 1) + ["tiny"] * 3 + [None] * 400
    laid = design({"a": names})
    assert [(c.level, c.reference, c.customers) for c in laid.columns] == [
        (NONE, "big", 400),
        (OTHER, "big", LEAST + 2),
    ]
    assert laid.cells.sum(axis=1).max() == 1
    # With too few to fold, the next smallest go along.
    few = design({"a": ["big"] * 900 + ["mid"] * 300 + ["tiny"] * 3})
    assert [(c.level, c.customers) for c in few.columns] == [(OTHER, 303)]
    many = design({"a": [f"l{i:02}" for i in range(30)] * LEAST})
    assert len(many.columns) == LEVELS - 1
    assert sum(many.cells[many.of][:, :].sum(axis=0)) < 30 * LEAST


def test_numbers_are_standardised():
    values = np.random.default_rng(0).normal(50, 8, 1000)
    laid = design({"age": values, "flag": [True, False] * 500})
    column = laid.cells[laid.of][:, 0]
    assert abs(column.mean()) < 0.01
    assert column.std() == pytest.approx(1, abs=0.01)
    assert_allclose(column, (values - values.mean()) / values.std(), atol=0.0501)
    assert laid.columns[0].unit == pytest.approx(values.std())
    assert laid.columns[1].level in ("True", "False")


def test_what_cannot_be_fitted_is_refused(result, monkeypatch):
    fitted = result.fitted
    n = len(fitted.summary)
    with pytest.raises(NotEnoughData, match="does not tell customers apart"):
        with_covariates(fitted, TERMS, {"a": ["x"] * n})
    with pytest.raises(CxError) as caught:
        with_covariates(fitted, TERMS, {"a": np.where(np.arange(n) == 5, np.nan, np.arange(n))})
    assert caught.value.params["count"] == 1
    with pytest.raises(CxError, match="bad_option"):
        with_covariates(fitted, TERMS, {})
    half = {"a": ["x", "y"] * (n // 2) + ["x"] * (n % 2)}
    other = replace(fitted, fit=replace(fitted.fit, model="pareto"))
    with pytest.raises(CxError, match="bad_option"):
        with_covariates(other, TERMS, half)
    monkeypatch.setattr(covariate_fit, "MOVED", ())
    with pytest.raises(NotEnoughData):
        with_covariates(fitted, TERMS, half)
