"""The same functions on DuckDB, pandas and Polars, against a plain recomputation in pandas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import engine
from cxlib.frames.breakdown import breakdown
from cxlib.frames.buyers import buyers
from cxlib.frames.daily import daily_kpis
from cxlib.frames.edges import quantile_edges
from cxlib.frames.filters import values, where
from cxlib.frames.summary import customer_summary, last_day

DAY = dt.date(2025, 1, 1)
# customer, day, day of the purchase it belongs to, amount, status, channel
ROWS = [
    ("a", 0, 0, "100.00", "sale", "web"),
    ("a", 0, 0, "50.10", "sale", "shop"),  # the same day: one purchase
    ("a", 10, 10, "30.00", "sale", "web"),
    ("a", 12, 10, "-30.00", "refund", "web"),  # undoes day 10: no purchase is left
    ("a", 20, 20, "80.00", "sale", None),
    ("b", 5, 5, "0.00", "sale", "web"),  # recorded at 0: a purchase
    ("b", 9, 9, "0.00", "sale", "web"),  # counts for frequency, not for spend
    ("b", 11, 11, "12.50", "sale", "shop"),
    ("c", 7, 7, "-9.99", "refund", "web"),  # only a refund: not a customer yet
    ("d", 8, 8, "0.00", "cancellation", "web"),  # never charged: no purchase
    (None, 6, 6, "40.00", "sale", "web"),
]
EXPECTED = {
    "a": dict(purchases=2, frequency=1, recency=20, T=20, monetary_value=80.0, revenue=230.10),
    "b": dict(purchases=3, frequency=2, recency=6, T=15, monetary_value=12.5, revenue=12.5),
}


def arrow(rows: list[tuple[Any, ...]]) -> pa.Table:
    days = [DAY + dt.timedelta(days=r[1]) for r in rows]
    belongs = [DAY + dt.timedelta(days=r[2]) for r in rows]
    return pa.table(
        {
            "customer_id": pa.array([r[0] for r in rows], pa.string()),
            "day": pa.array(days, pa.date32()),
            "purchase_day": pa.array(belongs, pa.date32()),
            "amount": pa.array([Decimal(r[3]) for r in rows], pa.decimal128(18, 4)),
            "status": pa.array([r[4] for r in rows], pa.string()),
            "channel": pa.array([r[5] for r in rows], pa.string()),
        }
    )


@pytest.fixture(params=["duckdb", "pandas", "pandas-arrow", "polars", "arrow"])
def orders(request: pytest.FixtureRequest) -> Iterator[Any]:
    table = arrow(ROWS)
    if request.param == "duckdb":
        with engine.connect() as connection:
            yield connection.from_arrow(table)
    elif request.param == "pandas":
        plain = table.to_pandas()
        yield plain.assign(amount=plain["amount"].astype(float), day=pd.to_datetime(plain["day"]))
    elif request.param == "pandas-arrow":
        yield table.to_pandas(types_mapper=pd.ArrowDtype)
    else:
        yield pl.from_arrow(table) if request.param == "polars" else table


@pytest.mark.parametrize("rows", [0, 1, 100, 900])
@pytest.mark.parametrize("rest", [1, 2**31 - 1, 2**31, 2**31 + 1])
def test_a_first_day_of_more_digits_than_floats_have(rows: int, rest: int) -> None:
    ticks = [2**53] * rows + [rest]
    first = [("a", 0, 0, str(Decimal(one) / 10_000), "sale", None) for one in ticks]
    with engine.connect() as connection:
        table = arrow([*first, ("a", 1, 1, "0.0300", "sale", None)])
        summary = customer_summary(connection.from_arrow(table))
    assert summary["monetary_value"].tolist() == [0.03]


def test_the_largest_amount_that_is_stored_is_counted() -> None:
    rows = [("a", day, day, "99999999999999.9999", "sale", None) for day in (0, 1)]
    with engine.connect() as connection:
        summary = customer_summary(connection.from_arrow(arrow(rows)))
    assert summary["monetary_value"].tolist() == [1e14]


def test_summary_defines_a_purchase(orders: Any) -> None:
    summary = customer_summary(orders).set_index("customer_id")
    assert list(summary.index) == ["a", "b"]
    for customer, expected in EXPECTED.items():
        for column, value in expected.items():
            assert summary.loc[customer, column] == value, (customer, column)


def test_end_of_observation_ignores_later_rows(orders: Any) -> None:
    end = DAY + dt.timedelta(days=11)
    summary = customer_summary(orders, end).set_index("customer_id")
    # The refund of day 12 has not happened yet, so the purchase of day 10 still stands.
    assert summary.loc["a", ["purchases", "recency", "T"]].tolist() == [2, 10, 11]
    assert last_day(orders, end) == end
    assert last_day(orders) == DAY + dt.timedelta(days=20)


def test_daily_kpis_add_up(orders: Any) -> None:
    daily = daily_kpis(orders).set_index("day")
    assert daily["revenue"].sum() == 272.61
    assert (daily["gross"] - daily["refunds"] == daily["revenue"]).all()
    parts = daily[["new_revenue", "returning_revenue", "anonymous_revenue"]].sum(axis=1)
    assert np.allclose(parts, daily["revenue"], rtol=0, atol=1e-9)
    assert daily["new_buyers"].sum() == 2
    assert daily.loc[pd.Timestamp("2025-01-11"), ["revenue", "buyers", "orders"]].tolist() == [
        0,
        0,
        1,
    ]


def test_breakdown_totals_agree_and_keep_the_nulls(orders: Any) -> None:
    table = breakdown(orders, "channel")
    assert table["revenue"].sum() == pytest.approx(272.61, abs=1e-9)
    assert table["value"].isna().sum() == 1
    web = table[table["value"] == "web"].iloc[0]
    assert (web["revenue"], web["orders"], web["buyers"]) == (130.01, 5, 2)


def test_files_without_money_give_counts(orders: Any) -> None:
    import narwhals as nw

    bare = nw.from_native(orders).select("customer_id", "day")
    summary = customer_summary(bare)
    assert summary["monetary_value"].isna().all()
    assert summary["revenue"].isna().all()
    assert summary.set_index("customer_id").loc["a", "purchases"] == 4
    assert daily_kpis(bare)["revenue"].isna().all()


def test_empty_table() -> None:
    empty = arrow([])
    assert customer_summary(empty).empty
    assert daily_kpis(empty).empty
    assert breakdown(empty, "channel").empty
    assert last_day(empty) is None
    assert quantile_edges(empty, "amount") == ()


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", "00a", None]),
            st.integers(0, 40),
            st.integers(-500, 100_000),
        ),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_row_order_and_engine_change_nothing(rows: Any, random: Any) -> None:
    full = [(c, d, d, str(Decimal(a) / 100), "sale", None) for c, d, a in rows]
    shuffled = random.sample(full, len(full))
    reference = customer_summary(arrow(full))
    pd.testing.assert_frame_equal(customer_summary(arrow(shuffled)), reference, check_exact=True)
    polars = customer_summary(pl.from_arrow(arrow(full)))
    pd.testing.assert_frame_equal(polars, reference, check_exact=True)
    plain = arrow(full).to_pandas()
    independent = (
        plain.dropna(subset="customer_id")
        .groupby(["customer_id", "day"])["amount"]
        .sum()
        .reset_index()
    )
    kept = independent[independent["amount"].astype(float) >= 0]
    # A negative row on a day brought to exactly nothing undoes the purchase; those are left aside.
    zero = kept[kept["amount"].astype(float) == 0]
    if zero.empty:
        counts = kept.groupby("customer_id").size().to_dict()
        assert reference.set_index("customer_id")["purchases"].to_dict() == counts


@pytest.mark.parametrize("bins", [2, 5, 10])
def test_edges_are_numpys_quantiles(bins: int) -> None:
    values = np.random.default_rng(3).gamma(2.0, 30.0, 997)
    edges = quantile_edges(pd.DataFrame({"v": values}), "v", bins)
    assert np.allclose(edges, np.quantile(values, np.arange(1, bins) / bins), rtol=1e-12)
    lazily = quantile_edges(pl.LazyFrame({"v": [*values, None, float("nan")]}), "v", bins)
    assert np.allclose(edges, lazily, rtol=1e-12)


def test_input_is_not_changed(orders: Any) -> None:
    before = orders.copy() if isinstance(orders, pd.DataFrame) else None
    customer_summary(orders)
    daily_kpis(orders)
    if before is not None:
        pd.testing.assert_frame_equal(orders, before)


def test_conditions_keep_only_what_was_chosen(orders: Any) -> None:
    assert values(orders, "channel") == ("web", "shop")
    assert values(orders, "nothing") == ()
    shop = customer_summary(where(orders, (("channel", ("shop",)),)))
    assert shop.set_index("customer_id")["purchases"].to_dict() == {"a": 1, "b": 1}
    with pytest.raises(KeyError):
        where(orders, (("nothing", ("x",)),))


def test_buyers_of_a_value_and_of_a_month(orders: Any) -> None:
    web = buyers(orders, (("channel", ("web",)),)).set_index("customer_id")
    assert web["revenue"].to_dict() == {"a": 100.0, "b": 0.0}
    assert web["orders"].to_dict() == {"a": 2, "b": 2}
    early = buyers(orders, first=DAY, last=DAY + dt.timedelta(days=5))
    assert early["customer_id"].tolist() == ["a", "b"]
    assert buyers(arrow([])).empty
