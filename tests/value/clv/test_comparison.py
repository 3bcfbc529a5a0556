"""Models side by side, at several cuts."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import NotEnoughData
from cxlib.value.clv import comparison
from cxlib.value.clv.comparison import SHARES, compare
from cxlib.value.clv.fitters import MODELS


@pytest.fixture(scope="module")
def compared(orders):
    return compare(orders, digests=("d",))


def test_every_model_is_tested_at_every_cut(compared):
    assert [one.model for one in compared.candidates] == list(MODELS)
    assert len(compared.cuts) == len(SHARES)
    for one in compared.candidates:
        assert [test.cut for test in one.tests] == list(compared.cuts)
        assert {test.fit.model for test in one.tests} == {one.model}
        assert one.aic == pytest.approx(8 - 2 * one.log_likelihood)


def test_the_best_is_nearest_and_nearer_than_the_rules(compared):
    best = next(one for one in compared.candidates if one.model == compared.best)
    assert best.error == min(one.error for one in compared.candidates)
    by_hand = [t.model.rmse / min(b.rmse for b in t.baselines) for t in best.tests]
    assert best.error == pytest.approx(np.mean(by_hand))
    assert best.wins == sum(ratio < 1 for ratio in by_hand) == len(SHARES)
    assert compared.trusted
    assert compared.tracking.cut == compared.cuts[2]


def test_receipt(compared, orders):
    assert compared.receipt.rows_in == len(orders)
    assert compared.receipt.snapshots == ("d",)


def test_customers_of_a_steady_rhythm_are_better_foreseen_by_their_own_rate():
    days = [
        (f"c{i}", dt.date(2024, 1, 1) + dt.timedelta(days=start))
        for i in range(300)
        for start in range(i % 28, 700, 14 + 7 * (i % 4))
    ]
    table = pd.DataFrame(days, columns=["customer_id", "day"])
    table["day"] = pd.to_datetime(table["day"])
    found = compare(table)
    assert not found.trusted
    assert "simple rule" in found.meaning.message or "own rate" in found.meaning.message


def test_too_short():
    one = pd.DataFrame({"customer_id": ["a"], "day": [pd.Timestamp("2025-01-01")]})
    with pytest.raises(NotEnoughData):
        compare(one)


def test_a_model_that_fails_at_a_cut_is_not_the_best(orders, monkeypatch):
    """Its mean would be over the easier cuts."""
    whole, tested = comparison.backtest, []

    def failing(split, model, end, **options):
        found = whole(split, model, end, **options)
        tested.append(model)
        hard = model == "mbgnbd" and tested.count(model) == 1
        return None if hard else found

    monkeypatch.setattr(comparison, "backtest", failing)
    found = compare(orders)
    assert [len(one.tests) for one in found.candidates] == [5, 4, 5]
    rest = {one.model: one.error for one in found.candidates if one.model != "mbgnbd"}
    assert found.best == min(rest, key=rest.get)
