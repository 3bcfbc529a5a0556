"""What one customer will do, held against the distributions that it is taken from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cxlib.errors import NotFound
from cxlib.value.clv.coming import coming
from cxlib.value.clv.predictive import drawn_parameters, probability_of


def test_chances_are_those_of_the_distribution(result):
    fit = result.fitted.fit
    row = result.fitted.summary.set_index("customer_id").loc["0001"]
    history = ([float(row["frequency"])], [row["recency"] / 7], [row["T"] / 7])
    found = coming(result, "0001")
    assert sum(found.chances) == pytest.approx(1)
    horizon = result.terms.horizon_days / 7
    for n, chance in enumerate(found.chances[:-1]):
        assert chance == pytest.approx(probability_of(n, fit, *history, horizon)[0])


def test_the_wait_is_that_of_simulated_customers(result):
    """Alive customers of BG/NBD buy again after a wait whose rate is Gamma(r + x, α + T)."""
    fit = result.fitted.fit
    row = result.fitted.summary.set_index("customer_id").loc["0001"]
    generator = np.random.default_rng(3)
    logs = drawn_parameters(fit, generator, 200_000)
    logs = logs if len(logs) == 200_000 else logs.T
    r, alpha = np.exp(logs[:, 0]), np.exp(logs[:, 1])
    rate = generator.gamma(r + row["frequency"]) / (alpha + row["T"] / 7)
    waits = 7 * generator.exponential(1 / rate)
    found = coming(result, "0001")
    assert found.median == pytest.approx(np.quantile(waits, 0.5), rel=0.03)
    assert found.high == pytest.approx(np.quantile(waits, 0.9), rel=0.05)
    assert 0 < found.never < 1


def test_nothing_is_said_where_nothing_may_be(result):
    assert coming(replace(result, fitted=replace(result.fitted, fit=None)), "0001") is None
    with pytest.raises(NotFound):
        coming(result, "nobody")
