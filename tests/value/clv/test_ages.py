"""What is interpolated over ages equals what is computed at each."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from cxlib.value.clv.ages import Ages
from cxlib.value.clv.discount import purchases_while_alive
from cxlib.value.clv.fitters import MODELS

CASES = (
    ("bgnbd", (0.243, 4.414, 0.793, 2.426), 78, 39.0),
    ("bgnbd", (5.0, 1000.0, 9.0, 90.0), 9_000, 365.0),
    ("bgnbd", (0.1, 0.05, 0.1, 0.2), 9_000, 365.0),
    ("mbgnbd", (0.5, 6.0, 0.9, 1.2), 700, 365.0),
    ("pareto", (0.553, 10.58, 0.606, 11.67), 300, 39.0),
)


def customers(longest: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(longest)
    x = np.minimum(np.floor(generator.pareto(1.0, 4_000)), 9_999)
    return x, generator.integers(0, longest, 4_000).astype(float)


@pytest.mark.parametrize(("model", "params", "longest", "horizon"), CASES)
def test_purchases_ahead_at_few_ages_tell_all(model, params, longest, horizon):
    process, logs = MODELS[model].process, np.log(params)

    def ahead(x, T):
        return purchases_while_alive(process, logs, x, T, horizon).total()

    ages = Ages.of_customers(*customers(longest))
    layout = ages.laid(params[1]).checked(ahead)
    x, T = layout.looks()
    assert len(layout.dense)
    assert len(x) < len(ages.x)
    assert_allclose(np.exp(layout.spread(np.log(ahead(x, T))))[0], ahead(ages.x, ages.T), rtol=1e-9)


@pytest.mark.parametrize("unit", [1, 7])
def test_pairs_are_the_customers(unit):
    x, T = customers(300)
    T = T / unit
    ages = Ages.of_customers(x, T)
    assert_array_equal(ages.x[ages.of], x)
    assert_array_equal(ages.T[ages.of], T)
    assert len(ages.x) == len(np.unique(np.stack([x, T]), axis=1).T)


def test_what_is_not_smooth_is_looked_at_itself():
    ages = Ages.of_customers(*customers(300))

    def rough(x, T):
        return 2 + np.where(x == 0, np.sin(T), T / 1000)

    layout = ages.laid(10.0).checked(rough)
    assert 0 not in layout.dense
    assert 1 in layout.dense
    assert_allclose(
        np.exp(layout.spread(np.log(rough(*layout.looks()))))[0], rough(ages.x, ages.T), rtol=1e-9
    )


def test_one_customer_and_none():
    for x, T in (([2.0], [30.0]), ([], [])):
        layout = Ages.of_customers(np.array(x), np.array(T)).laid(1.0).checked(lambda x, T: x + T)
        assert_array_equal(layout.spread(np.add(*layout.looks()))[0], np.add(x, T))
