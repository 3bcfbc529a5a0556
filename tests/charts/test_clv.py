"""The classes of value, and the customers behind a bar or a cell."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.charts import clv
from cxlib.i18n import language
from cxlib.statistics import round_edges
from cxlib.value.clv.classes import classes, worth

EN = language("en")


def valued_as(result, people):
    by_value, cells = classes(people)
    return dataclasses.replace(
        result, customers=people, worth=worth(people), classes=by_value, cells=cells
    )


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=60))
@settings(max_examples=80, deadline=None)
def test_edges_hold_every_value_once(values):
    edges = round_edges(values)
    assert edges[0] == 0
    assert all(low < high for low, high in itertools.pairwise(edges))
    assert edges[-1] > max(values)
    assert len(edges) < 40


@pytest.mark.parametrize("mark", ["bar", "cell"])
@pytest.mark.parametrize("shown", ["money", "purchases", "edges"])
def test_the_marks_partition_the_customers(clv_result, mark, shown):
    result = clv_result
    if shown == "purchases":  # as where a gate withholds money
        result = valued_as(result, result.customers.assign(clv=np.nan))
    if shown == "edges":  # values that are just where a class ends, and P(alive) likewise
        n = np.arange(len(result.customers))
        people = result.customers.assign(
            clv=np.array([0.0, 1, 2, 5, 10, 20, 50])[n % 7], p_alive=n % 11 / 10
        )
        result = valued_as(result, people)
    table = clv.classes(result, EN) if mark == "bar" else clv.value_map_table(result, EN)
    fields = ["low", "high"] + ["alive_low", "alive_high"] * (mark == "cell")
    # What a click returns: the fields of the mark.
    behind = [clv.members(result, row) for row in table[fields].to_dict("records")]
    assert [len(people) for people in behind] == list(table["customers"])
    totals = [people[clv.worth(result)[0]].sum() for people in behind]
    np.testing.assert_allclose(totals, table["total"], rtol=1e-9)
    found = pd.concat(behind)["customer_id"]
    assert sorted(found) == sorted(result.customers["customer_id"])


@pytest.mark.parametrize("code", ["en", "id"])
@pytest.mark.parametrize("scale", [1e-4, 1e-2, 1, 1e3, 1e6, 1e10])
def test_classes_are_told_apart_by_name(clv_result, code, scale):
    """Two classes of one name would be drawn on top of one another."""
    people = clv_result.customers
    result = valued_as(clv_result, people.assign(clv=people["clv"] * scale))
    names = clv.classes(result, language(code))["name"]
    assert names.is_unique


def test_the_most_valuable_come_first(clv_result):
    (row,) = (
        clv.classes(clv_result, EN).nlargest(1, "customers")[["low", "high"]].to_dict("records")
    )
    people = clv.members(clv_result, row)
    assert people["clv"].is_monotonic_decreasing
    best = clv.top(clv_result, 10)
    assert list(best["clv"]) == sorted(clv_result.customers["clv"], reverse=True)[:10]


def test_the_scores_name_the_model_and_its_baselines(clv_result):
    table = clv.score_table(clv_result, EN)
    assert len(table) == 1 + len(clv_result.backtest.baselines)
    assert table["rmse"].iloc[0] == clv_result.backtest.model.rmse
