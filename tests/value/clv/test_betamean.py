"""E[(1 + p u)^−k] against an independent quadrature, where the series is good and where it is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import hyp2f1, roots_jacobi

from cxlib.value.clv.betamean import beta_mean, integrated


def jacobi(k, a, beta, u):
    nodes, weights = roots_jacobi(300, beta - 1, a - 1)
    return (weights / weights.sum()) @ (1 + (1 + nodes) / 2 * u) ** -k


@pytest.mark.parametrize("a", [0.05, 0.8, 1.0, 3.0, 15.0])
@pytest.mark.parametrize("beta", [0.3, 2.4, 60.0])
@pytest.mark.parametrize("k", [1.2, 8.0, 55.0])
@pytest.mark.parametrize("u", [0.001, 0.7, 12.0])
def test_both_ways_agree_with_gauss_jacobi(k, a, beta, u):
    expected = jacobi(k, a, beta, u)
    given_as = np.array([k]), a, np.array([beta]), np.array([u])
    assert_allclose(integrated(*given_as), expected, rtol=1e-6)
    assert_allclose(beta_mean(*given_as), expected, rtol=1e-6)


@pytest.mark.parametrize("a", [0.05, 0.8, 15.0])
@pytest.mark.parametrize("x", [500.0, 10_000.0])
def test_customers_with_very_many_purchases(a, x):
    """Far from z = 1 scipy's series is exact at any x."""
    r, b, u = 0.4, 2.4, 2.0
    expected = hyp2f1(a + b - r - 1, a, a + b + x, u / (1 + u)) * (1 + u) ** -a
    found = integrated(np.array([r + x + 1]), a, np.array([b + x]), np.array([u]))
    assert_allclose(found, expected, rtol=1e-6)


def test_where_scipys_series_fails():
    """Gamma functions that overflow, and terms that cancel."""
    k, a, beta, u = 99.0, 1.0, 99.72, 10.0
    assert not np.isfinite(hyp2f1(a + beta - k, a, a + beta, u / (1 + u)))
    found = beta_mean(np.array([k]), a, np.array([beta]), np.array([u]))
    assert_allclose(found, jacobi(k, a, beta, u), rtol=1e-7)
    k, a, beta, u = 56.4, 30.7, 2.07, 0.85 / 0.15
    series = hyp2f1(a + beta - k, a, a + beta, 0.85) * (1 + u) ** -a
    assert abs(series / jacobi(k, a, beta, u) - 1) > 1
    found = beta_mean(np.array([k]), a, np.array([beta]), np.array([u]))
    assert_allclose(found, jacobi(k, a, beta, u), rtol=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    k=st.floats(1.01, 10_050),
    a=st.floats(0.02, 60),
    beta=st.floats(0.02, 10_400),
    u=st.floats(0, 10_000),
)
def test_it_is_a_mean_of_shares(k, a, beta, u):
    at = np.array([u, 1.01 * u + 0.01])
    found = beta_mean(np.array([k]), a, np.array([beta]), at)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= 1 + 1e-6).all()
    assert found[1] <= found[0] * (1 + 2e-6)
    # Jensen: (1 + pu)^−k is convex in p.
    assert found[0] >= (1 + a / (a + beta) * u) ** -k * (1 - 1e-6)
