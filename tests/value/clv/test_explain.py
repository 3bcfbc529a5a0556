"""Reasons of one customer, and the surface over frequency and recency."""

import numpy as np
import pytest

from cxlib.errors import NotFound
from cxlib.value.clv.explain import frequency_recency_grid, reasons


def test_a_repeat_customer(result):
    found = reasons(result.fitted, "0001")
    row = result.customers.set_index("customer_id").loc["0001"]
    assert found.purchases == 3
    assert found.p_alive == pytest.approx(row["p_alive"])
    assert found.days_since == 272 - 213
    assert found.usual_gap_days == pytest.approx(106.5)
    assert found.own_rate == pytest.approx(365 * 2 / 272)
    mixed = found.own_weight * found.own_spend + (1 - found.own_weight) * found.population_spend
    assert mixed == pytest.approx(row["expected_spend"])


def test_a_one_time_buyer_has_no_rhythm_and_no_own_weight(result):
    found = reasons(result.fitted, "0003")
    assert found.usual_gap_days is None
    assert found.own_spend is None
    assert found.own_weight == 0
    with pytest.raises(NotFound):
        reasons(result.fitted, "nobody")


def test_the_surface(result):
    grid = frequency_recency_grid(result.fitted, 365)
    assert len(grid) <= 1600
    assert np.isfinite(grid.to_numpy()).all()
    assert (grid["recency"] <= grid["T"] + 1e-9).all()
    # A later last purchase makes a living customer likelier at any frequency.
    assert (grid.groupby("frequency")["p_alive"].diff().dropna() > 0).all()
