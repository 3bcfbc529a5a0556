import datetime as dt
from importlib import resources

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import engine
from cxlib.errors import CxError, NotEnoughData
from cxlib.value.grid import GRID, SEGMENTS, dense_scores, quantile_scores
from cxlib.value.rfm import analyse

# DEFINITIONS, "RFM": rows R 5 to R 1, columns F 1 to F 5.
TABLE = """
New | Potential Loyalist | Potential Loyalist | Champions | Champions
Promising | Potential Loyalist | Potential Loyalist | Loyal | Loyal
About To Sleep | About To Sleep | Needs Attention | Loyal | Loyal
Hibernating | Hibernating | At Risk | At Risk | Can't Lose Them
Lost | Hibernating | At Risk | At Risk | Can't Lose Them
"""
SCORED = ["customer_id", "r", "f", "m", "segment"]


@pytest.fixture(scope="module")
def cdnow():
    text = resources.files("lifetimes") / "datasets" / "CDNOW_sample.txt"
    names = ["master_id", "customer_id", "day", "quantity", "amount"]
    with text.open() as file:
        rows = pd.read_csv(file, sep=r"\s+", header=None, names=names, dtype=str)
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "day": pd.to_datetime(rows["day"], format="%Y%m%d"),
            "amount": rows["amount"].astype(float),
        }
    )


def orders(*rows):
    """Rows of (customer, day of 2024, amount)."""
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=d) for _, d, _ in rows]
    return pd.DataFrame(
        {
            "customer_id": pd.Series([c for c, _, _ in rows], dtype="str"),
            "day": pd.to_datetime(days),
            "amount": [float(a) for _, _, a in rows],
        }
    )


HISTORIES = st.lists(
    st.tuples(st.sampled_from("abcdefghijkl"), st.integers(0, 60), st.integers(1, 40)),
    min_size=1,
    max_size=80,
)


def test_every_cell_has_the_name_that_the_definition_gives_it():
    expected = [line.split(" | ") for line in TABLE.strip().splitlines()]
    assert [list(row) for row in reversed(GRID)] == expected
    assert {name for row in GRID for name in row} == set(SEGMENTS)


def test_cdnow_agrees_with_an_independent_computation(cdnow):
    result = analyse(cdnow)
    days = cdnow.groupby(["customer_id", "day"], as_index=False)["amount"].sum()
    by = days.groupby("customer_id")
    snapshot = pd.Timestamp("1998-07-01")
    recency = (snapshot - by["day"].max()).dt.days.to_numpy()
    frequency = by.size().to_numpy()
    money = by["amount"].sum().round(2).to_numpy()

    def scores(values):
        edges = np.percentile(values, [20, 40, 60, 80])
        return 1 + (edges[None, :] < values[:, None]).sum(axis=1)

    found = result.customers
    assert result.snapshot == dt.date(1998, 7, 1)
    assert found["recency_days"].to_numpy() == pytest.approx(recency)
    assert found["frequency"].to_numpy() == pytest.approx(frequency)
    assert found["monetary"].to_numpy() == pytest.approx(money)
    np.testing.assert_array_equal(found["r"], 6 - scores(recency))
    np.testing.assert_array_equal(found["m"].astype(int), scores(money))
    # 51.7 % bought once: F has fewer than five classes and falls back to its steps.
    assert result.fallbacks == ("frequency",)
    assert any("1, 2, 3, 4–5, 6 and more" in note for note in result.notes)
    np.testing.assert_array_equal(
        found["f"], pd.cut(frequency, [0, 1, 2, 3, 5, 1e9], labels=False) + 1
    )
    assert result.edges["frequency"] == tuple(np.percentile(frequency, [20, 40, 60, 80]))
    assert sum(s.revenue for s in result.segments) == pytest.approx(244091.94, abs=1e-6)


def test_all_engines_agree(cdnow):
    expected = analyse(cdnow)
    with engine.connect() as connection:
        connection.register("orders", cdnow)
        relation = connection.sql(
            "select customer_id, day::date as day, amount::decimal(18, 4) as amount from orders"
        )
        others = [
            analyse(relation),
            analyse(pl.from_pandas(cdnow)),
            analyse(pl.from_pandas(cdnow).lazy()),
        ]
    for other in others:
        pd.testing.assert_frame_equal(other.customers, expected.customers)
        assert (other.cells, other.segments, other.edges) == (
            expected.cells,
            expected.segments,
            expected.edges,
        )
        assert other.receipt == expected.receipt


@settings(max_examples=8, deadline=None)
@given(history=HISTORIES, seed=st.integers(0, 9))
def test_equal_customers_get_equal_scores_under_any_row_order(history, seed):
    table = orders(*history)
    twin = table.assign(customer_id=table["customer_id"] + "-twin")
    both = pd.concat([table, twin], ignore_index=True)
    found = analyse(both).customers
    shuffled = analyse(both.sample(frac=1, random_state=seed)).customers
    pd.testing.assert_frame_equal(found, shuffled)
    is_twin = found["customer_id"].str.endswith("-twin")
    first, second = found[~is_twin], found[is_twin]
    columns = ["r", "f", "m", "segment"]
    assert first[columns].to_numpy().tolist() == second[columns].to_numpy().tolist()


@settings(max_examples=8, deadline=None)
@given(history=HISTORIES, scoring=st.sampled_from(["rf", "fm"]))
def test_the_25_cells_partition_the_customers(history, scoring):
    table = orders(*history)
    result = analyse(table, scoring=scoring)
    everyone = set(table["customer_id"])
    assert len(result.cells) == len({(c.r, c.f) for c in result.cells}) == 25
    members = [result.members(r=c.r, f=c.f)["customer_id"] for c in result.cells]
    assert [len(m) for m in members] == [c.customers for c in result.cells]
    assert sorted(i for m in members for i in m) == sorted(everyone)
    assert sum(c.revenue for c in result.cells) == pytest.approx(table["amount"].sum())
    by_segment = [result.members(segment=s.segment)["customer_id"] for s in result.segments]
    assert sorted(i for m in by_segment for i in m) == sorted(everyone)
    for cell in result.cells:
        assert set(result.members(r=cell.r, f=cell.f)["segment"]) <= {cell.segment}
    scores = result.customers[["r", "f", "m"]].astype(int).to_numpy()
    assert scores.min() >= 1
    assert scores.max() <= 5


@settings(max_examples=6, deadline=None)
@given(history=HISTORIES, factor=st.sampled_from([2, 10, 1000, 15_000]))
def test_the_scale_of_money_does_not_change_a_score(history, factor):
    table = orders(*history)
    scaled = table.assign(amount=table["amount"] * factor)
    pd.testing.assert_frame_equal(
        analyse(table).customers[SCORED], analyse(scaled).customers[SCORED]
    )


@settings(max_examples=6, deadline=None)
@given(history=HISTORIES)
def test_a_better_customer_never_scores_less(history):
    found = analyse(orders(*history)).customers
    for measure, score, rises in (
        ("recency_days", "r", False),
        ("frequency", "f", True),
        ("monetary", "m", True),
    ):
        ordered = found.sort_values(measure, ascending=rises)[score].astype(int)
        assert ordered.is_monotonic_increasing


def test_sixty_percent_one_time_buyers_neither_crash_nor_split_ties():
    rows = [(f"once{i}", i % 3, 10) for i in range(60)]
    rows += [(f"more{i}", 5 * k, 20) for i in range(40) for k in range(2 + i % 8)]
    result = analyse(orders(*rows))
    assert "frequency" in result.fallbacks
    scores = result.customers.groupby("frequency")["f"].agg(["min", "max"])
    assert (scores["min"] == scores["max"]).all()
    assert scores["min"].to_dict() == {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5, 7: 5, 8: 5, 9: 5}


def test_few_distinct_values_are_ranked_and_stretched():
    assert dense_scores(np.array([7.0, 7, 7])).tolist() == [3, 3, 3]
    assert dense_scores(np.array([1.0, 9, 1])).tolist() == [1, 5, 1]
    assert dense_scores(np.array([1.0, 2, 30])).tolist() == [1, 3, 5]
    assert dense_scores(np.array([4.0, 3, 2, 1])).tolist() == [5, 4, 2, 1]
    assert dense_scores(np.array([5.0, 1, 2, 3, 4])).tolist() == [5, 1, 2, 3, 4]


def test_a_value_on_an_edge_stays_below_it():
    assert quantile_scores(np.array([1.0, 2, 2.5, 9]), (1, 2, 3, 4)).tolist() == [1, 2, 3, 5]


def test_recency_counts_from_the_day_after_as_of_and_is_mirrored():
    table = orders(("old", 0, 5), ("mid", 10, 5), ("new", 20, 5), ("later", 40, 5))
    result = analyse(table, as_of=dt.date(2024, 1, 21))
    assert result.snapshot == dt.date(2024, 1, 22)
    found = result.customers.set_index("customer_id")
    assert found["recency_days"].to_dict() == {"mid": 11, "new": 1, "old": 21}
    assert found["r"].to_dict() == {"mid": 3, "new": 5, "old": 1}
    assert result.fallbacks == ("recency_days", "frequency", "monetary")
    assert result.receipt.excluded == {"after the end of observation": 1}
    assert (result.receipt.rows_in, result.receipt.rows_used) == (4, 3)


def test_fm_rounds_halves_up(cdnow):
    result = analyse(cdnow, scoring="fm")
    found = result.customers
    expected = np.floor((found["f"] + found["m"].astype(int)) / 2 + 0.5)
    np.testing.assert_array_equal(found["fm"], expected)
    grid = [GRID[r - 1][int(c) - 1] for r, c in zip(found["r"], expected, strict=True)]
    assert found["segment"].tolist() == grid


def test_without_money_the_grid_stands_and_m_is_missing(cdnow):
    result = analyse(cdnow[["customer_id", "day"]])
    full = analyse(cdnow)
    assert result.customers["m"].isna().all()
    assert result.customers["monetary"].isna().all()
    assert result.customers["segment"].tolist() == full.customers["segment"].tolist()
    assert {c.revenue for c in result.cells} == {None}
    assert {s.revenue_share for s in result.segments} == {None}
    assert "{revenue}" not in result.meaning.message
    with pytest.raises(NotEnoughData, match="FM scores need amounts"):
        analyse(cdnow[["customer_id", "day"]], scoring="fm")


def test_refunds_and_rows_without_a_customer_are_counted_out():
    table = orders(("a", 0, 50), ("a", 5, 20), (None, 6, 30), ("gone", 7, -10))
    result = analyse(table)
    assert result.customers["customer_id"].tolist() == ["a"]
    assert result.receipt.excluded == {
        "without a customer": 1,
        "of customers without a purchase": 1,
    }
    assert result.receipt.rows_in == result.receipt.rows_used + sum(
        result.receipt.excluded.values()
    )


def test_one_customer_is_in_the_middle_of_nobody():
    result = analyse(orders(("a", 0, 50)))
    (segment,) = result.segments
    assert (segment.customers, segment.share, segment.revenue) == (1, 1.0, 50.0)
    assert set(result.fallbacks) == {"recency_days", "frequency", "monetary"}


@pytest.mark.parametrize("rows", [[], [(None, 1, 5)], [("a", 1, -5)]])
def test_no_buyer_is_an_answer(rows):
    with pytest.raises(NotEnoughData, match="No customer"):
        analyse(orders(*rows))


def test_an_unknown_scoring_is_refused(cdnow):
    with pytest.raises(CxError, match="bad_option"):
        analyse(cdnow, scoring="mf")


def test_the_input_is_not_changed(cdnow):
    before = cdnow.copy(deep=True)
    analyse(cdnow)
    pd.testing.assert_frame_equal(cdnow, before)


def test_segment_revenue_is_exact_where_floats_are_not():
    result = analyse(orders(*[(f"c{i}", 0, 0.1) for i in range(10)]))
    assert result.segments[0].revenue == 1.0  # ten times 0.1 summed in floats is 0.9999999999999999
