"""The customer base of one pass equals summary, coverage and earlier states taken one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import engine
from cxlib.frames.base import CustomerBase, customer_base
from cxlib.frames.coverage import coverage
from cxlib.frames.summary import customer_summary, lazy

DAY = dt.date(2024, 12, 28)
LENGTH = 40
# customer, day of purchase, days until the row, cents, what the row is
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "00a", None]),
        st.integers(0, LENGTH - 10),
        st.sampled_from([0, 0, 0, 3, 10]),
        st.sampled_from([0, 1, 500, 12_345, 10**15]),
        st.sampled_from(["sale", "sale", "sale", "refund", "cancellation"]),
    ),
    max_size=40,
)


def table(rows: list[tuple[Any, ...]]) -> pa.Table:
    """Sales lie on their day of purchase; refunds come later and take the amount back."""
    sales = [status == "sale" for *_, status in rows]
    belongs = [DAY + dt.timedelta(days=row[1]) for row in rows]
    days = [
        day if sale else day + dt.timedelta(days=row[2])
        for day, sale, row in zip(belongs, sales, rows, strict=True)
    ]
    amounts = [row[3] / 100 if row[4] == "sale" else -row[3] / 100 for row in rows]
    return pa.table(
        {
            "customer_id": pa.array([row[0] for row in rows], pa.string()),
            "day": pa.array(days, pa.date32()),
            "purchase_day": pa.array(belongs, pa.date32()),
            "amount": pa.array(amounts, pa.float64()),
            "status": pa.array([row[4] for row in rows], pa.string()),
        }
    )


def equals_one_by_one(orders: Any, end: dt.date | None, cut: dt.date) -> None:
    base = customer_base(orders, end, [cut])
    pd.testing.assert_frame_equal(base.summary, customer_summary(orders, end), check_exact=True)
    assert base.coverage == coverage(orders, end)
    if not base.splits:
        return
    then = customer_summary(orders, cut)
    split = base.splits[0].customers
    for column in ("frequency", "recency", "T"):
        assert split[column].tolist() == then[column].tolist()
    rows = pa.table(orders).to_pylist() if not isinstance(orders, pa.Table) else orders.to_pylist()
    after = [r for r in rows if r["purchase_day"] > cut]
    later = customer_summary(pa.Table.from_pylist(after, pa.table(orders).schema), base.end)
    bought = later.set_index("customer_id")["purchases"].to_dict()
    assert split["later"].tolist() == [bought.get(c, 0) for c in then["customer_id"]]


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from([None, LENGTH, 20]), st.integers(0, LENGTH))
def test_one_pass_is_what_each_alone_says(rows: Any, end: int | None, cut: int) -> None:
    last = None if end is None else DAY + dt.timedelta(days=end)
    equals_one_by_one(table(rows), last, DAY + dt.timedelta(days=cut))


def test_engines_agree() -> None:
    rows = [("a", 0, 0, 500, "sale"), ("a", 9, 0, 700, "sale"), ("a", 9, 3, 700, "refund"),
            ("b", 2, 0, 100, "sale"), ("b", 30, 0, 10**15, "sale"), ("c", 1, 10, 5, "refund"),
            (None, 4, 0, 5, "sale")]  # fmt: skip
    expected = customer_base(table(rows), None, [DAY + dt.timedelta(days=10)])
    with engine.connect() as connection:
        others = [
            customer_base(other, None, [DAY + dt.timedelta(days=10)])
            for other in (connection.from_arrow(table(rows)), pl.from_arrow(table(rows)),
                          table(rows).to_pandas())
        ]  # fmt: skip
    for other in others:
        pd.testing.assert_frame_equal(other.summary, expected.summary, check_exact=True)
        assert (other.end, other.coverage) == (expected.end, expected.coverage)
        pd.testing.assert_frame_equal(other.splits[0].customers, expected.splits[0].customers)
    # At the cut the purchase of day 9 stood: its refund came on day 12.
    assert expected.splits[0].customers["frequency"].tolist() == [1, 0]
    assert expected.summary["frequency"].tolist() == [0, 1]


def test_time_is_cut_half_way() -> None:
    base = customer_base(table([("a", day, 0, 100, "sale") for day in (0, 3, 11, 30)]))
    assert [split.cut for split in base.splits] == [DAY + dt.timedelta(days=15)]
    assert base.splits[0].customers.to_dict("records") == [
        {"frequency": 2.0, "recency": 11.0, "T": 15.0, "later": 1.0}
    ]


def test_a_base_is_taken_as_it_is() -> None:
    base = customer_base(table([("a", 0, 0, 100, "sale")]))
    assert isinstance(base, CustomerBase)
    assert customer_base(base) is base


@pytest.mark.parametrize("rows", [[], [(None, 0, 0, 100, "sale")]])
def test_without_customers(rows: Any) -> None:
    base = customer_base(table(rows))
    assert base.summary.empty
    assert base.coverage == coverage(table(rows))
    assert all(split.customers.empty for split in base.splits)


def test_large_files_are_read_in_parts_and_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"c{i % 37:02}" if i % 11 else None, i % 30, 3, 100 + i, "refund" if i % 13 == 0 else "sale")
            for i in range(400)]  # fmt: skip
    cut = DAY + dt.timedelta(days=12)
    expected = customer_base(table(rows), None, [cut])
    monkeypatch.setattr(engine, "PART", 60)
    monkeypatch.setattr(engine, "SAMPLED", "100 PERCENT")
    with engine.connect() as connection:
        orders = connection.from_arrow(table(rows))
        parts = list(engine.parts(lazy(orders), "customer_id", len(rows), lazy(orders)))
        assert len(parts) == 7
        found = customer_base(orders, None, [cut])
    pd.testing.assert_frame_equal(found.summary, expected.summary, check_exact=True)
    pd.testing.assert_frame_equal(found.splits[0].customers, expected.splits[0].customers)
    assert found.coverage == expected.coverage
