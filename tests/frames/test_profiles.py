"""Profiles of customers and spans of subscriptions are the same in every engine."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from cxlib import engine
from cxlib.frames.profiles import FLAGS, profile_members, profiles
from cxlib.frames.spans import Span, span_members, spans

FIRST, END = dt.date(2023, 1, 1), dt.date(2024, 12, 20)
MONTH = (dt.date(2024, 11, 1), dt.date(2024, 11, 30))
SILENCES = {"silent_a": 60, "silent_b": 61}
MARCH = (dt.date(2024, 2, 29), dt.date(2024, 3, 31))
LAST = (dt.date(2024, 11, 20), END)


def orders(rows: int = 1_500, customers: int = 220) -> pa.Table:
    """Orders with refunds of their own and of earlier days, and rows without a customer."""
    rng = np.random.default_rng(41)
    who = [None if p < 0.03 else f"c{int(customers * p**2)}" for p in rng.random(rows)]
    status = rng.choice(["sale", "refund"], rows, p=[0.88, 0.12])
    day = rng.integers(0, 730, rows)
    back = np.where((status == "refund") & (rng.random(rows) < 0.7), rng.integers(0, 40, rows), 0)
    ticks = np.where(status == "refund", -1, 1) * rng.integers(0, 9_000_000, rows)
    # One of whom no order stands.
    who[:2], status[:2], day[:2], back[:2], ticks[:2] = ["x"] * 2, ["sale", "refund"], 9, 0, [5, -5]
    belongs = [FIRST + dt.timedelta(int(max(0, d - b))) for d, b in zip(day, back, strict=True)]
    return pa.table(
        {
            "customer_id": pa.array(who, pa.string()),
            "day": pa.array([FIRST + dt.timedelta(int(d)) for d in day], pa.date32()),
            "purchase_day": pa.array(belongs, pa.date32()),
            "amount": pa.array([Decimal(int(t)).scaleb(-4) for t in ticks], pa.decimal128(18, 4)),
            "status": pa.array(status.tolist(), pa.string()),
        }
    )


def subscriptions(rows: int = 900, customers: int = 300) -> pa.Table:
    """Subscriptions of which a customer has several, at once and in turn; a tenth pay nothing."""
    rng = np.random.default_rng(43)
    start = rng.integers(0, 700, rows)
    length = rng.geometric(1 / 90, rows)
    days = [FIRST + dt.timedelta(int(d)) for d in start]
    ends = [
        None if rng.random() < 0.2 else d + dt.timedelta(int(n))
        for d, n in zip(days, length, strict=True)
    ]
    ticks = np.where(rng.random(rows) < 0.1, 0, rng.integers(1, 50, rows) * 10_000)
    return pa.table(
        {
            "customer_id": pa.array([f"c{n}" for n in rng.integers(0, customers, rows)]),
            "start": pa.array(days, pa.date32()),
            "end": pa.array(ends, pa.date32()),
            "mrr": pa.array([Decimal(int(t)).scaleb(-4) for t in ticks], pa.decimal128(18, 4)),
        }
    )


@pytest.fixture(params=["duckdb", "pandas", "pandas-arrow", "polars", "polars-lazy"])
def native(request):
    """From an Arrow table to one of the engine."""
    if request.param == "duckdb":
        with engine.connect() as connection:
            yield connection.from_arrow
    else:
        yield {
            "pandas": lambda table: table.to_pandas().assign(
                **{
                    name: pd.to_datetime(table.column(name).to_pandas())
                    for name in table.column_names
                    if pa.types.is_date(table.schema.field(name).type)
                }
            ),
            "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
            "polars": pl.from_arrow,
            "polars-lazy": lambda table: pl.from_arrow(table).lazy(),
        }[request.param]


def test_profiles_are_the_same_in_every_engine(native):
    found = profiles(native(orders()), END, MONTH, SILENCES)
    reference = profiles(pl.from_arrow(orders()), END, MONTH, SILENCES)
    pd.testing.assert_frame_equal(found, reference)
    assert list(found.columns) == [*FLAGS, *SILENCES, "n"]
    # But for having ordered, a flag that is true of all or of none would show nothing here.
    alike = {flag for flag in (*FLAGS, *SILENCES) if found[flag].nunique() == 1}
    assert alike == {"ordered"}


def test_members_are_those_of_the_profiles(native):
    table = native(orders())
    found = profiles(pl.from_arrow(orders()), END, MONTH, SILENCES)
    for flag in ("bought", "ordered_again_by_month", "in_month_3", "silent_a"):
        people = profile_members(table, END, MONTH, SILENCES, (flag,))
        assert len(people) == people["customer_id"].nunique() == found.loc[found[flag], "n"].sum()
        assert people["last_day"].dropna().is_monotonic_decreasing


def test_without_a_month_nobody_is_in_it():
    found = profiles(pl.from_arrow(orders()), END, None, SILENCES)
    for flag in (
        "ordered_in_month",
        "ordered_again_by_month",
        "active_at_start",
        "silent_by_month",
    ):
        assert not found[flag].any()


def test_spans_are_the_same_in_every_engine(native):
    found = spans(native(subscriptions()), END, [MARCH, LAST])
    assert found == spans(pl.from_arrow(subscriptions()), END, [MARCH, LAST])
    assert [span.days for span in found] == [31, 30]
    assert all(getattr(span, name) > 0 for span in found for name in Span.__dataclass_fields__)


def test_spans_follow_each_other():
    table = pl.from_arrow(subscriptions())
    parts = [dt.date(2023, 12, 31), dt.date(2024, 1, 15), *MARCH, LAST[1]]
    whole, *found = spans(table, END, [(parts[0], parts[-1]), *pairwise(parts)])
    for name in ("falls", "new", "customer_days", "cuts", "raises", "returns", "days"):
        assert getattr(whole, name) == sum(getattr(span, name) for span in found), name


def test_members_of_a_span_are_those_it_counts(native):
    table = native(subscriptions())
    (span,) = spans(table, END, [MARCH])
    for name in ("customers_start", "lost", "fell_start", "leavers", "new"):
        assert len(span_members(table, END, *MARCH, (name,))) == getattr(span, name)
    people = span_members(table, END, *MARCH, ("less",))
    fell = (people["before"] - people["after"]).clip(lower=0).sum()
    assert fell == pytest.approx(span.less / 10_000)
