"""The triangle on every engine against a plain recomputation in pandas, and who is behind its cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import engine
from cxlib.frames.groups import attribute_values, first_values, largest
from cxlib.frames.ordinals import day_number, first_day, period_number, period_of
from cxlib.frames.summary import customer_summary, lazy
from cxlib.frames.triangle import observed, retention_triangle, triangle_members

FIRST = dt.date(2023, 11, 20)
DAYS = 480
PERIODS = ("month", "week")


@cache
def table(rows: int = 1_500, customers: int = 220) -> pa.Table:
    """Orders with refunds of their own and of earlier days, rows without a customer, and nulls."""
    rng = np.random.default_rng(23)
    who = [None if p < 0.03 else f"c{int(customers * p**2)}" for p in rng.random(rows)]
    status = rng.choice(["sale", "refund"], rows, p=[0.88, 0.12])
    day = rng.integers(0, DAYS, rows)
    back = np.where((status == "refund") & (rng.random(rows) < 0.7), rng.integers(0, 40, rows), 0)
    ticks = np.where(status == "refund", -1, 1) * rng.integers(0, 9_000_000, rows)
    ticks[rng.random(rows) < 0.05] = 0
    return pa.table(
        {
            "customer_id": pa.array(who, pa.string()),
            "day": pa.array([FIRST + dt.timedelta(int(d)) for d in day], pa.date32()),
            "purchase_day": pa.array(
                [FIRST + dt.timedelta(int(max(0, d - b))) for d, b in zip(day, back, strict=True)],
                pa.date32(),
            ),
            "amount": pa.array([Decimal(int(t)).scaleb(-4) for t in ticks], pa.decimal128(18, 4)),
            "status": pa.array(status.tolist(), pa.string()),
            "channel": pa.array(rng.choice(["web", "shop", None], rows).tolist(), pa.string()),
        }
    )


def plain(source: pa.Table) -> pd.DataFrame:
    found = source.to_pandas()
    days = {c: pd.to_datetime(found[c]) for c in ("day", "purchase_day")}
    return found.assign(amount=found["amount"].astype(float), **days)


@pytest.fixture(params=["duckdb", "pandas", "pandas-arrow", "polars", "polars-lazy"])
def orders(request: pytest.FixtureRequest) -> Iterator[Any]:
    source = table()
    if request.param == "duckdb":
        with engine.connect() as connection:
            yield connection.from_arrow(source)
    elif request.param == "pandas":
        yield plain(source)
    elif request.param == "pandas-arrow":
        yield source.to_pandas(types_mapper=pd.ArrowDtype)
    else:
        found = pl.from_arrow(source)
        yield found.lazy() if request.param == "polars-lazy" else found


def number(days: pd.Series, period: str) -> pd.Series:
    """Periods by pandas' own calendar."""
    return days.dt.to_period("M" if period == "month" else "W-SUN").astype("int64")


@cache
def purchases(end: dt.date) -> pd.DataFrame:
    """Customer-days of the table by loops, once for all engines: a purchase, and what it brought?"""
    source = plain(table())
    source = source[source["day"] <= pd.Timestamp(end)]
    rows = []
    for (who, day), part in source.dropna(subset="customer_id").groupby(
        ["customer_id", "purchase_day"]
    ):
        undoes = (part["amount"] < 0) | (part["status"] != "sale")
        net = round(part["amount"].sum(), 4)
        stood = (~undoes).any() and (net > 0 or (net == 0 and not undoes.any()))
        rows.append((who, day, net, stood))
    return pd.DataFrame(rows, columns=["who", "day", "net", "stood"])


@cache
def counted(end: dt.date, period: str) -> dict[tuple[Any, int], tuple]:
    """The triangle by loops over customers: (customers, active, returned, kept, revenue)."""
    days = purchases(end)
    days = days.assign(period=number(days["day"], period))
    last = int(number(pd.Series([pd.Timestamp(end)]), period).iloc[0])
    lives = {}
    for who, part in days.groupby("who"):
        bought = set(part.loc[part["stood"], "period"])
        if bought:
            nets = part.assign(period=part["period"].clip(lower=min(bought)))
            lives[who] = (bought, nets.groupby("period")["net"].sum().to_dict())
    found = {}
    for cohort in {min(bought) for bought, _ in lives.values()}:
        people = [(b, n) for b, n in lives.values() if min(b) == cohort]
        for at in range(cohort, last + 1):
            found[cohort, at - cohort] = (
                len(people),
                sum(at in b for b, _ in people),
                sum(max(b) >= at for b, _ in people),
                sum(at in b and at - 1 in b for b, _ in people),
                sum(n.get(at, 0.0) for _, n in people),
            )
    return found


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("end", [None, dt.date(2024, 9, 17)])
def test_equals_counting_by_hand(orders, period, end):
    source = plain(table())
    expected = counted(end or source["day"].max().date(), period)
    found = retention_triangle(orders, end, period)
    keys = zip(number(found["cohort"], period), found["age"], strict=True)
    columns = ["customers", "active", "returned", "kept"]
    assert len(found) == len(expected)
    for key, row in zip(keys, found.to_dict("records"), strict=True):
        assert tuple(row[c] for c in columns) == expected[key][:4], key
        assert row["revenue"] == pytest.approx(expected[key][4], abs=1e-6)
    so_far = found.groupby("cohort")["revenue"].cumsum() / found["customers"]
    np.testing.assert_allclose(found["cumulative_value"], so_far, rtol=1e-12)


@pytest.mark.parametrize("period", PERIODS)
def test_everybody_is_in_one_cohort_and_all_their_revenue_in_it(orders, period):
    found, summary = retention_triangle(orders, period=period), customer_summary(orders)
    assert found.loc[found["age"] == 0, "customers"].sum() == len(summary)
    assert found["revenue"].sum() == pytest.approx(summary["revenue"].sum(), abs=1e-6)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("mode", ["exact", "on_or_after"])
def test_members_are_those_who_were_counted(orders, period, mode):
    found = retention_triangle(orders, period=period)
    count = found["active" if mode == "exact" else "returned"]
    for i in np.linspace(0, len(found) - 1, 4).astype(int):
        cell = found.iloc[i]
        people = triangle_members(
            orders, int(cell["age"]), cell["cohort"].date(), mode, period=period
        )
        assert len(people) == people["customer_id"].nunique() == count.iloc[i]
        assert (people["purchases"] > 0).all()
    # The last day of the data lies within a period: an age of all cohorts leaves that one out.
    end = observed(orders)[1]
    whole = found["cohort"].map(lambda c: period_of(c.date(), period)) + 2 < period_of(end, period)
    expected = count[(found["age"] == 2) & whole].sum()
    assert 0 < expected == len(triangle_members(orders, 2, mode=mode, period=period))


def test_members_of_the_first_age_bring_what_the_cohort_brought(orders):
    found = retention_triangle(orders)
    cell = found[found["age"] == 0].iloc[3]
    people = triangle_members(orders, 0, cell["cohort"].date(), "on_or_after")
    whole = found.loc[found["cohort"] == cell["cohort"], "revenue"].sum()
    assert people["revenue"].sum() == pytest.approx(whole, abs=1e-6)


def test_members_of_chosen_rows_alone(orders):
    web = (("channel", ("web",)),)
    people = triangle_members(orders, 0, dt.date(2024, 1, 1), conditions=web)
    source = plain(table())
    alone = retention_triangle(source[source["channel"] == "web"])
    expected = alone[(alone["cohort"] == "2024-01-01") & (alone["age"] == 0)]["customers"].item()
    assert len(people) == expected > 0


def test_groups_are_told_apart_by_the_first_purchase(orders):
    source = plain(table())
    first = customer_summary(source).set_index("customer_id")["first_day"]
    sold = source[(source["amount"] >= 0) & (source["status"] == "sale")]
    at_first = sold[sold["purchase_day"] == sold["customer_id"].map(first)]
    expected = at_first.dropna(subset="channel").groupby("channel")["customer_id"].agg(set)
    members = first_values(orders, "channel")
    assert largest(members, 5) == {v: len(p) for v, p in expected.items()} | largest(members, 0)
    found = retention_triangle(orders, groups=members)
    for value, people in expected.items():
        part = found[found["value"] == value].drop(columns="value").reset_index(drop=True)
        # The end of observation is that of all the data.
        alone = retention_triangle(source[source["customer_id"].isin(people)], observed(source)[1])
        pd.testing.assert_frame_equal(part, alone)


def test_groups_of_the_customers_table():
    source = plain(table())
    people = pd.DataFrame(
        {"customer_id": ["c0", "c1", "c1", "never"], "city": ["Solo", "Bogor", "Bogor", "Solo"]}
    )
    members = attribute_values(source, people, "city")
    assert largest(members, 9) == {"Bogor": 1, "Solo": 1}
    found = retention_triangle(source, groups=members)
    assert set(found["value"]) == {"Bogor", "Solo"}
    assert set(found["customers"]) == {1}


def test_without_money_there_are_counts_alone():
    source = plain(table()).drop(columns="amount")
    found = retention_triangle(source)
    assert found[["revenue", "cumulative_value"]].isna().all(axis=None)
    assert (found["active"] <= found["returned"]).all()
    assert triangle_members(source, 1)["revenue"].isna().all()


@pytest.mark.parametrize("period", PERIODS)
def test_an_empty_table_has_no_cohorts(period):
    nothing = plain(table()).head(0)
    assert observed(nothing) is None
    assert retention_triangle(nothing, period=period).empty
    assert triangle_members(nothing, 0, period=period).empty


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dates(dt.date(1600, 1, 1), dt.date(2250, 12, 31)), min_size=1, max_size=40))
def test_days_weeks_and_months_are_numbered_as_the_calendar_has_them(days):
    found = (
        lazy(pl.DataFrame({"d": days}))  # Polars knows days before 1677; pandas' nanoseconds do not
        .select(
            day=day_number("d"), week=period_number("d", "week"), month=period_number("d", "month")
        )
        .collect()
        .to_native()
        .to_dicts()
    )
    for day, numbers in zip(days, found, strict=True):
        assert numbers["day"] == day.toordinal()
        assert numbers["month"] == period_of(day, "month")
        assert numbers["week"] == period_of(day, "week")
        assert first_day(numbers["month"], "month") == day.replace(day=1)
        monday = first_day(numbers["week"], "week")
        assert (monday.weekday(), 0 <= (day - monday).days < 7) == (0, True)
