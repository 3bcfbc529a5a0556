"""Known parameters come back (100 data sets: `python -m bench recovery`)."""

import numpy as np
import pandas as pd
import pytest

from bench.recovery import PURCHASES, SPEND, deviations
from cxlib.value.clv.fitters import BgNbd
from cxlib.value.clv.simulate import simulate_purchases, summarised


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_parameters_are_recovered(seed):
    found = deviations(seed, 20_000)
    assert list(found) == ["r", "alpha", "a", "b", "p", "q", "v"]
    assert all(abs(z) < 4 for z in found.values()), found


def test_the_same_generator_gives_the_same_customers():
    first, second = (
        simulate_purchases(np.random.default_rng(9), np.full(50, 30.0), PURCHASES, SPEND)
        for _ in range(2)
    )
    assert first.equals(second)


def test_purchases_are_in_order_and_as_many_as_the_model_expects():
    T = np.full(40_000, 39.0)
    table = simulate_purchases(np.random.default_rng(4), T, PURCHASES, SPEND)
    assert (table.groupby("customer")["time"].diff().dropna() >= 0).all()
    assert table["time"].between(0, 39).all()
    summary = summarised(table, T)
    model = BgNbd(unit="W")
    model.params_ = pd.Series(PURCHASES)
    expected = model.expected_number_of_purchases_up_to_time(39.0)
    error = summary["frequency"].std() / 200
    assert abs(summary["frequency"].mean() - expected) < 3 * error
    mean = SPEND["p"] * SPEND["v"] / (SPEND["q"] - 1)
    assert table["value"].mean() == pytest.approx(mean, rel=0.05)
