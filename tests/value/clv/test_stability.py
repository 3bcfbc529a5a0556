"""No history and no parameters give NaN, and predictions stay within their meaning."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import roots_jacobi

from cxlib.value.clv import gammagamma
from cxlib.value.clv.discount import force_of_interest, purchases_while_alive
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.patterns import Patterns

SHAPES = st.floats(-4, 4)
LOGS = st.tuples(SHAPES, st.floats(-3, 6), SHAPES, st.floats(-4, 6)).map(np.array)
HISTORIES = st.builds(
    lambda x, part, T: (np.array([float(x)]), np.array([T * part if x else 0.0]), np.array([T])),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 1e-6, 0.3, 0.999999, 1.0]) | st.floats(0, 1),
    st.floats(0, 2000),
)


@settings(max_examples=300, deadline=None)
@given(
    model=st.sampled_from(sorted(MODELS)), logs=LOGS, history=HISTORIES, horizon=st.floats(1, 4000)
)
def test_every_history_has_an_answer(model, logs, history, horizon):
    process = MODELS[model].process
    x, t_x, T = history
    value, gradient, hessian = process.surface(logs, Patterns.merged(x, t_x, T))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert hessian is None or np.isfinite(hessian).all()
    alive = process.probability_alive(logs, x, t_x, T)
    assert (alive >= 0).all()
    assert (alive <= 1).all()
    ahead = purchases_while_alive(process, logs, x, T, horizon)
    undiscounted, discounted = ahead.total(), ahead.total(force_of_interest(0.1, 1))
    assert np.isfinite(undiscounted).all()
    assert (discounted > 0).all()
    assert (discounted <= undiscounted).all()
    # While alive nobody buys faster, in expectation, than their posterior rate.
    rate = (np.exp(logs[0]) + x) / (np.exp(logs[1]) + T)
    assert (undiscounted <= rate * horizon * (1 + 1e-6)).all()


@settings(max_examples=100, deadline=None)
@given(
    q=st.floats(1.0001, 50),
    p=st.floats(0.05, 50),
    v=st.floats(0.01, 1e9),
    x=st.integers(0, 10_000),
    mean=st.floats(1e-3, 1e9),
)
def test_spend_lies_between_own_and_population(q, p, v, x, mean):
    logs = np.log([p, q, v])
    expected = float(gammagamma.expected_spend(logs, np.array([x]), np.array([mean]))[0])
    population = p * v / (q - 1)
    low, high = min(mean, population), max(mean, population)
    if x == 0:
        assert expected == pytest.approx(population)
    assert low * (1 - 1e-9) <= expected <= high * (1 + 1e-9)


@pytest.mark.parametrize("a", [0.3, 0.999999, 1.0, 1.000001, 2.5])
@pytest.mark.parametrize("x", [0.0, 1.0, 60.0])
@pytest.mark.parametrize("ahead", [0.2, 40.0, 900.0])
def test_purchase_rate_is_the_mean_over_living_customers(a, x, ahead):
    """Against Gauss-Jacobi quadrature over the posterior of p, also at a = 1 and a + b + x < 1."""
    r, alpha, b, age = 0.25, 4.4, 0.45, 30.0
    nodes, weights = roots_jacobi(300, b + x - 1, a - 1)
    p = (1 + nodes) / 2
    known = alpha + age
    expected = (r + x) / known * (weights / weights.sum()) @ (1 + p * ahead / known) ** -(r + x + 1)
    found = MODELS["bgnbd"].process.purchase_rate(
        np.log([r, alpha, a, b]), np.array([ahead]), np.array([x]), np.array([age])
    )
    assert float(found[0]) == pytest.approx(expected, rel=1e-7)
