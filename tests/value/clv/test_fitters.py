"""Published parameters, stock lifetimes at equal parameters, and what a fit must not depend on."""

import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxlib.errors import CxError
from cxlib.value.clv import gammagamma
from cxlib.value.clv.fitters import MODELS, BgNbd, GammaGamma, MbgNbd, ParetoNbd
from cxlib.value.clv.gammagamma import Spenders
from cxlib.value.clv.patterns import Patterns

with warnings.catch_warnings():
    import lifetimes

STOCK = {
    "bgnbd": lifetimes.BetaGeoFitter,
    "mbgnbd": lifetimes.ModifiedBetaGeoFitter,
    "pareto": lifetimes.ParetoNBDFitter,
}
KEYS = {"bgnbd": "bgnbd", "mbgnbd": "mbgnbd", "pareto": "pareto_nbd"}
PARAMS = {
    "bgnbd": {"r": 0.25, "alpha": 4.4, "a": 0.8, "b": 2.4},
    "mbgnbd": {"r": 0.52, "alpha": 6.2, "a": 0.9, "b": 1.6},
    "pareto": {"r": 0.55, "alpha": 10.6, "s": 0.61, "beta": 11.7},
}
HISTORIES = (
    np.array([0, 1, 2, 7, 26, 40.0]),
    np.array([0, 1.7, 30.43, 29.4, 30.857, 12.0]),
    np.array([38.9, 38.9, 38.86, 38.9, 31.0, 39.0]),
)


def at(model, params):
    """Ours and stock with the same parameters, unfitted."""
    ours, stock = MODELS[model](unit="W"), STOCK[model]()
    ours.params_ = stock.params_ = pd.Series(params)
    return ours, stock


def each(process, logs, patterns):
    """The log-likelihood of each pattern, shape (n,), and its gradient, (4, n)."""
    rows = zip(patterns.x, patterns.t_x, patterns.T, strict=True)
    found = [process.surface(logs, Patterns.merged(*([v] for v in row))) for row in rows]
    return np.array([one[0] for one in found]), np.stack([one[1] for one in found], axis=1)


@pytest.fixture(scope="module")
def fitted(weeks):
    return {name: cls(unit="W").fit(*weeks) for name, cls in MODELS.items()}


@pytest.mark.parametrize("model", MODELS)
def test_published_parameters(model, fitted, golden):
    expected = golden["cdnow"][KEYS[model]]
    found = fitted[model]
    assert found.optimum_.converged
    for name, value in found.params_.items():
        assert value == pytest.approx(expected[name], rel=expected["tolerance"])
    assert found.log_likelihood_ == pytest.approx(expected["log_likelihood"], abs=2e-3)


def test_published_standard_errors(fitted, golden):
    for name, se in golden["cdnow"]["bgnbd"]["se"].items():
        assert fitted["bgnbd"].standard_errors_[name] == pytest.approx(se, rel=2e-3)


def test_gamma_gamma(summary, golden):
    paid = summary[summary["spend_purchases"] > 0]
    expected = golden["cdnow"]["gamma_gamma"]
    found = GammaGamma().fit(paid["spend_purchases"], paid["monetary_value"])
    assert found.optimum_.converged
    assert len(paid) == expected["n"]
    for name in "pqv":
        assert found.params_[name] == pytest.approx(expected[name], rel=expected["tolerance"])
    assert found.log_likelihood_ == pytest.approx(expected["log_likelihood"], abs=1e-3)


@pytest.mark.parametrize("model", ["bgnbd", "mbgnbd"])
def test_likelihood_points(model, golden):
    points = golden["likelihood_points"]
    logs = np.log([points[name] for name in ("r", "alpha", "a", "b")])
    patterns = Patterns.merged([0, 200], [0, 38], [points["T"]] * 2)
    values, _ = each(MODELS[model].process, logs, patterns)
    assert_allclose(values, list(points[model].values()), rtol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_stock_at_equal_parameters(model):
    ours, stock = at(model, PARAMS[model])
    x, t_x, T = HISTORIES
    assert_allclose(
        ours.conditional_probability_alive(x, t_x, T),
        stock.conditional_probability_alive(x, t_x, T),
        rtol=1e-6,
    )
    for t in (0.1, 8.0, 52.0, 520.0):
        method = "conditional_expected_number_of_purchases_up_to_time"
        assert_allclose(
            getattr(ours, method)(t, x, t_x, T), getattr(stock, method)(t, x, t_x, T), rtol=1e-6
        )


def test_pareto_likelihood_is_stocks():
    logs = np.log(list(PARAMS["pareto"].values()))
    values, _ = each(ParetoNbd.process, logs, Patterns.merged(*HISTORIES))
    stock = lifetimes.ParetoNBDFitter._conditional_log_likelihood(np.exp(logs), *HISTORIES)
    assert_allclose(values, stock, rtol=1e-9)


def test_likelihood_is_never_below_stocks(weeks, fitted, summary):
    for model in ("bgnbd", "mbgnbd"):
        stock = STOCK[model]().fit(*weeks)
        params = np.log(stock.params_.to_numpy())
        value, *_ = MODELS[model].process.surface(params, Patterns.merged(*weeks))
        assert fitted[model].log_likelihood_ >= value - 1e-6
    paid = summary[summary["spend_purchases"] > 0]
    columns = paid["spend_purchases"], paid["monetary_value"]
    stock = lifetimes.GammaGammaFitter().fit(*columns)
    ours = GammaGamma().fit(*columns)
    assert ours.log_likelihood_ >= -stock._negative_log_likelihood_ * len(paid) - 1e-6


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_gradients_are_those_of_the_likelihood(model, shift):
    process = MODELS[model].process
    patterns = Patterns.merged(*HISTORIES)
    logs = np.log(list(PARAMS[model].values())) + shift * np.array([1, -1, 1, 0.5])
    _, gradient = each(process, logs, patterns)
    for i, way in enumerate(np.eye(4) * 1e-5):
        up, down = (each(process, logs + s * way, patterns)[0] for s in (1, -1))
        assert_allclose(gradient[i], (up - down) / 2e-5, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("model", ["bgnbd", "mbgnbd"])
@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_the_likelihood_of_many_is_their_sum_and_has_its_curvature(model, shift):
    process = MODELS[model].process
    patterns = Patterns.merged(*HISTORIES, weights=1 + np.arange(len(HISTORIES[0])) % 3)
    logs = np.log(list(PARAMS[model].values())) + shift * np.array([1, -1, 1, 0.5])
    value, gradient, hessian = process.surface(logs, patterns)
    values, slopes = each(process, logs, patterns)
    assert value == pytest.approx(values @ patterns.weights, rel=1e-12)
    assert_allclose(gradient, slopes @ patterns.weights, rtol=1e-9, atol=1e-9)
    for i, way in enumerate(np.eye(4) * 1e-5):
        up, down = (each(process, logs + s * way, patterns)[1] @ patterns.weights for s in (1, -1))
        assert_allclose(hessian[i], (up - down) / 2e-5, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_slopes_of_p_alive(model):
    process = MODELS[model].process
    logs = np.log(list(PARAMS[model].values()))
    histories = [np.asarray(column, float) for column in HISTORIES]
    alive, slopes = process.alive_with_slopes(logs, *histories)
    assert_allclose(alive, process.probability_alive(logs, *histories), rtol=1e-12)
    for i, way in enumerate(np.eye(4) * 1e-4):
        up, down = (process.probability_alive(logs + s * way, *histories) for s in (1, -1))
        assert_allclose(slopes[i] * alive, (up - down) / 2e-4, rtol=1e-4, atol=1e-6)


def test_gamma_gamma_has_the_slopes_and_curvature_of_its_likelihood():
    generator = np.random.default_rng(5)
    x = generator.integers(1, 6, 40).astype(float)
    spenders = Spenders.of(x, generator.gamma(3, 1, 40), generator.uniform(1, 3, 40))
    logs = np.log([2.0, 3.0, 1.5])
    _, gradient, hessian = gammagamma.log_likelihood(logs, spenders)
    for i, way in enumerate(np.eye(3) * 1e-5):
        up, down = (gammagamma.log_likelihood(logs + s * way, spenders) for s in (1, -1))
        assert gradient[i] == pytest.approx((up[0] - down[0]) / 2e-5, rel=1e-6)
        assert_allclose(hessian[i], (up[1] - down[1]) / 2e-5, rtol=1e-6, atol=1e-6)


def test_whole_days_are_merged_as_other_times_are():
    generator = np.random.default_rng(7)
    T = generator.integers(1, 40, 3000).astype(float)
    x = generator.integers(0, 3, 3000).astype(float)
    t_x = np.where(x > 0, np.floor(T / 2), 0.0)
    weights = generator.integers(1, 4, 3000).astype(float)
    whole, halves = (Patterns.merged(x, t_x * u, T * u, weights) for u in (1, 0.3))
    scaled = whole.scaled(1 / 0.3)
    for name in ("x", "t_x", "T", "weights"):
        assert_allclose(getattr(scaled, name), getattr(halves, name), rtol=1e-12)


def test_rows_may_be_shuffled_merged_or_repeated(weeks, fitted):
    order = np.random.default_rng(3).permutation(len(weeks[0]))
    shuffled = BgNbd(unit="W").fit(*(column[order] for column in weeks))
    assert shuffled.params_.equals(fitted["bgnbd"].params_)
    twice = BgNbd(unit="W").fit(*(np.tile(column, 2) for column in weeks))
    weighted = BgNbd(unit="W").fit(*weeks, weights=np.full(len(order), 2))
    assert_allclose(twice.params_, weighted.params_, rtol=1e-9)
    assert_allclose(twice.params_, shuffled.params_, rtol=1e-6)
    assert_allclose(twice.standard_errors_, shuffled.standard_errors_ / np.sqrt(2), rtol=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_the_unit_of_time_changes_only_time_parameters(model, weeks, fitted):
    x, t_x, T = weeks
    days = MODELS[model](unit="D").fit(x, t_x * 7, T * 7)
    factor = [7 if name in days.process.in_time_units else 1 for name in days.parameters]
    assert_allclose(days.params_, fitted[model].params_ * factor, rtol=1e-6)


def test_impossible_histories_are_refused_with_their_count():
    with pytest.raises(CxError) as caught:
        BgNbd().fit([1, 2.7, 0, 1], [5, 5, 5, 20], [10, 10, 10, 10])
    assert caught.value.code == "bad_summary"
    assert caught.value.params["count"] == 3
    assert caught.value.params["row"] == 2


def test_a_model_prints_and_summarises_as_lifetimes_does(fitted):
    assert "subjects" in repr(fitted["bgnbd"])
    assert list(fitted["bgnbd"].summary.index) == ["r", "alpha", "a", "b"]
    low, high = fitted["bgnbd"].confidence_intervals_.loc["a"]
    assert 0 < low < 0.7929 < high
    assert isinstance(fitted["mbgnbd"], MbgNbd)


def test_import_leaves_filters_and_options_alone():
    code = (
        "import warnings, pandas as pd, scipy.optimize, scipy.special\n"
        "def state(): return warnings.filters[:], pd.get_option('mode.chained_assignment')\n"
        "before = state()\n"
        "import cxlib.value.clv.fitters\n"
        "assert before == state(), (before, state())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
