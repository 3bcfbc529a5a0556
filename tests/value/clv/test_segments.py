"""Totals of groups add up to the total, whatever the grouping."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cxlib.value.clv.segments import by_group, cohorts
from cxlib.value.clv.value import Terms, value_customers

TERMS = Terms(365, 0.1, 0.3)


@pytest.mark.parametrize("money", [True, False])
def test_groups_add_up_to_the_total(result, money):
    fitted = result.fitted if money else dataclasses.replace(result.fitted, spend=None)
    one = by_group(fitted, TERMS, ["all"] * len(fitted.summary))
    assert one[0].expected.unit == ("money" if money else "count")
    valued = value_customers(fitted, TERMS)
    whole = valued.clv if money else valued.purchases
    assert one[0].expected.value == pytest.approx(whole.value, rel=1e-6)
    assert one[0].expected.low == pytest.approx(whole.low, rel=1e-4)
    assert one[0].expected.high == pytest.approx(whole.high, rel=1e-4)
    parts = by_group(fitted, TERMS, (np.arange(len(fitted.summary)) % 3).tolist())
    assert sum(part.expected.value for part in parts) == pytest.approx(whole.value, rel=1e-6)
    assert [part.customers for part in parts] == [786, 786, 785]


def test_quarters():
    days = pd.to_datetime(["2024-12-31", "2025-01-01", "2025-03-31", "2025-04-01"])
    names = cohorts(pd.DataFrame({"first_day": days}))
    assert names.tolist() == ["2024-Q4", "2025-Q1", "2025-Q1", "2025-Q2"]


def test_nothing_without_a_model(result):
    fitted = dataclasses.replace(result.fitted, fit=None)
    assert by_group(fitted, TERMS, ["a"] * len(fitted.summary)) == ()
