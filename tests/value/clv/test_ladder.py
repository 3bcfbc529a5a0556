"""What converges, what is refused, and what each rung leaves to read."""

import numpy as np
import pytest

from cxlib.value.clv import ladder
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.ladder import climb, climb_spend
from cxlib.value.clv.maximum import maximise
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.simulate import simulate_purchases, summarised

SPEND = {"p": 6.0, "q": 4.0, "v": 15.0}


def histories(seed=0, n=1500, **purchases):
    generator = np.random.default_rng(seed)
    T = generator.uniform(20, 52, n)
    params = {"r": 0.25, "alpha": 4.5, "a": 0.8, "b": 2.5} | purchases
    summary = summarised(simulate_purchases(generator, T, params, SPEND), T)
    return Patterns.merged(summary["frequency"], summary["recency"], summary["T"])


def test_an_ordinary_file_needs_the_first_rung_only():
    found = climb("bgnbd", histories(), "W")
    assert found.fit.model == "bgnbd"
    assert found.notes == ()
    assert found.fit.gradient < 1e-6


def test_customers_who_never_leave_get_a_disclosed_penalty():
    patterns = histories(seed=1, n=2000, r=0.8, alpha=6.0, a=1e-9, b=1.0)
    found = climb("bgnbd", patterns, "W")
    assert [note.code for note in found.notes] == ["penalised"]
    assert found.notes[0].params["penalty"] in ladder.PENALTIES
    # The penalty costs next to nothing of the likelihood that a runaway fit would reach.
    runaway = MODELS["bgnbd"](unit="W").fit_patterns(patterns)
    assert not runaway.optimum_.converged
    assert found.fit.log_likelihood > runaway.log_likelihood_ - 1e-4 * abs(runaway.log_likelihood_)
    # The purchase process is still recovered, and hardly anybody is thought to have left.
    assert found.fit.params["r"] == pytest.approx(0.8, rel=0.15)
    dropout = found.fit.params["a"] / (found.fit.params["a"] + found.fit.params["b"])
    assert dropout < 0.01


@pytest.mark.parametrize("start", ["other_start", "other_scale", "other_model"])
def test_each_rung_says_that_it_was_needed(monkeypatch, start):
    """With the rungs above it failing, a rung converges and leaves its note."""
    real, patterns = maximise, histories()
    failing = {"other_start": 1, "other_scale": 1 + ladder.STARTS, "other_model": 2 + ladder.STARTS}
    tried = []

    def failing_at_first(objective, begin, n, curvature=None):
        tried.append(begin)
        found = real(objective, begin, n, curvature)
        failed = len(tried) <= failing[start]
        return type(found)(*found.log_params[None], None, 0.0, 1.0, False) if failed else found

    monkeypatch.setattr("cxlib.value.clv.maximum.maximise", failing_at_first)
    found = climb("bgnbd", patterns, "W")
    assert [note.code for note in found.notes] == [start]
    assert (found.fit.model == "bgnbd") == (start != "other_model")


def test_one_time_buyers_and_a_single_day_are_not_fitted():
    assert climb("bgnbd", Patterns.merged([0, 0], [0, 0], [10, 90])).fit is None
    assert climb("pareto", Patterns.merged([0, 0], [0, 0], [0, 0])).fit is None


def test_spend_that_does_not_differ_has_no_optimum():
    assert climb_spend(np.full(50, 2.0), np.full(50, 10.0)).fit is None
    assert climb_spend(np.array([2.0]), np.array([10.0])).fit is None


def test_a_parameter_on_its_way_to_infinity_is_no_optimum():
    def slide(log_params):
        return -float(np.exp(-log_params[0])), np.exp(-log_params), None

    found = maximise(slide, np.zeros(1), 1.0)
    assert not found.converged


@pytest.mark.parametrize("told", [True, False])
def test_a_parabola_gives_its_peak_and_covariance(told):
    peak, curvature = np.array([0.3, -1.2]), np.array([[4.0, 1.0], [1.0, 2.0]])

    def parabola(at):
        away = at - peak
        hessian = -100 * curvature if told else None
        return -50 * float(away @ curvature @ away), -100 * curvature @ away, hessian

    found = maximise(parabola, np.zeros(2), 100.0)
    assert found.converged
    np.testing.assert_allclose(found.log_params, peak, atol=1e-8)
    np.testing.assert_allclose(found.covariance, np.linalg.inv(curvature) / 100, rtol=1e-6)
