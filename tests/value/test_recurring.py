"""Recurring revenue: the golden vector, an independent count by customer and day, planted rates."""

import datetime as dt
import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.demo.company import company
from cxlib.demo.truth import TRUTH
from cxlib.errors import NotEnoughData
from cxlib.statistics import wilson
from cxlib.value import mrr
from cxlib.value.mrr import MOVES, RATES
from cxlib.value.recurring import analyse

GOLDEN = Path(__file__).resolve().parents[2].parent / "shared" / "golden" / "metrics.json"
TOLD = ["mrr_start", *MOVES, "mrr_end"]
# A month of the golden vector: two customers who stay, one who pays less, one who leaves, one who
# had left and comes back, one who is new.
VECTOR = [
    ("same", "2024-01-10", None, 100),
    ("more", "2024-01-10", None, 100),
    ("more", "2024-04-05", None, 50),
    ("less", "2024-01-10", "2024-04-20", 100),
    ("less", "2024-04-20", None, 60),
    ("gone", "2024-01-10", "2024-04-02", 100),
    ("back", "2024-01-10", "2024-02-11", 70),
    ("back", "2024-04-15", None, 80),
    ("new", "2024-04-30", None, 50),
]


def subscriptions(*rows, churned=None):
    frame = pd.DataFrame(rows, columns=["customer_id", "start", "end", "mrr"])
    frame["customer_id"] = frame["customer_id"].astype("str")
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame if churned is None else frame.assign(churned=churned)


def month(result, name):
    return result.monthly.set_index("name").loc[name]


@pytest.fixture(scope="module")
def golden():
    if not GOLDEN.exists():
        pytest.skip("shared/golden/metrics.json is not here")
    return json.loads(GOLDEN.read_text(encoding="utf-8"))["mrr"]


def test_the_golden_vector(golden):
    table, day = subscriptions(*VECTOR), dt.date(2024, 4, 30)
    april = month(analyse(table, as_of=day), "2024-04")
    assert april[TOLD].tolist() == [400, 50, 80, 50, 40, 100, 440]
    for rate, key in (
        ("grr", "grr"),
        ("nrr", "nrr"),
        ("gross_churn", "gross_mrr_churn"),
        ("net_churn", "net_mrr_churn"),
        ("customer_churn", "customer_churn"),
    ):
        assert april[rate] == golden[key], rate
    back = month(analyse(table, as_of=day, reactivation=True), "2024-04")
    assert back["nrr"] == golden["nrr_with_reactivation"]
    assert back["grr"] == golden["grr"]
    # Four at the start, five at the end.
    average = month(analyse(table, as_of=day, average=True), "2024-04")
    assert average["customer_churn"] == pytest.approx(1 / 4.5)


def test_customer_churn_has_wilsons_interval():
    april = month(analyse(subscriptions(*VECTOR), as_of=dt.date(2024, 4, 30)), "2024-04")
    share = wilson(1, 4)
    assert april["customer_churn_low"] == share.low
    assert april["customer_churn_high"] == share.high


def by_hand(table, last):
    """What each customer pays at the close of each month's last day, counted one by one."""
    months = pd.period_range(table["start"].min().to_period("M"), last.to_period("M"), freq="M")
    closes = [min(m.end_time.normalize(), last) for m in months]
    return pd.DataFrame(
        {
            str(m): {
                who: sum(
                    row.mrr
                    for row in rows.itertuples()
                    if row.start <= close and (pd.isna(row.end) or row.end > close)
                )
                for who, rows in table.groupby("customer_id")
            }
            for m, close in zip(months, closes, strict=True)
        }
    )


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.integers(0, 300),
        st.one_of(st.none(), st.integers(0, 200)),
        st.sampled_from([0.1, 9.9, 19.5, 100]),
    ),
    min_size=1,
    max_size=25,
)


def dated(rows):
    first = pd.Timestamp("2024-01-01")
    return subscriptions(
        *[
            (
                who,
                first + pd.Timedelta(days=start),
                # An end on the eve of another start would be read as that start's day.
                None if length is None else first + pd.Timedelta(days=start + length),
                amount,
            )
            for who, start, length, amount in rows
        ]
    )


@settings(max_examples=15, deadline=None)
@given(rows=ROWS)
def test_every_month_is_what_counting_customers_gives(rows):
    table = dated(rows)
    eve = table["end"] + pd.Timedelta(days=1)
    started = set(zip(table["customer_id"], table["start"], strict=True))
    follows = [pair in started for pair in zip(table["customer_id"], eve, strict=True)]
    read = table.assign(end=eve.where(follows, table["end"]))
    last = table[["start", "end"]].max().max()
    result = analyse(table)
    assert result.last_day == last.date()
    paid = by_hand(read, last).round(4)
    ever = (paid > 0).cumsum(axis=1) > 0
    before = pd.DataFrame(0.0, paid.index, ["none"])
    known = pd.Series(False, paid.index)
    for name in paid:
        start, end, row = before.iloc[:, -1], paid[name], month(result, name)
        # Sums of tenths are not exact in floats; the library's are, in ten-thousandths.
        told = {
            "mrr_start": start.sum(),
            "new": end[(start == 0) & ~known].sum(),
            "reactivation": end[(start == 0) & known].sum(),
            "expansion": (end - start)[(start > 0) & (end > start)].sum(),
            "contraction": (start - end)[(end > 0) & (end < start)].sum(),
            "churn": start[end == 0].sum(),
            "mrr_end": end.sum(),
        }
        assert row[TOLD].tolist() == [round(told[key], 4) for key in TOLD]
        assert row["customers_lost"] == ((start > 0) & (end == 0)).sum()
        if start.sum():
            payers = start > 0
            kept = np.minimum(start, end)[payers].sum() / start.sum()
            assert row["grr"] == pytest.approx(kept, abs=1e-12)
            assert row["nrr"] == pytest.approx(end[payers].sum() / start.sum(), abs=1e-12)
            assert row["grr_low"] <= row["grr"] + 1e-9
            assert row["grr"] <= row["grr_high"] + 1e-9
        else:
            assert np.isnan(row["grr"])
        before, known = paid[[name]], ever[name]


@settings(max_examples=15, deadline=None)
@given(rows=ROWS)
def test_a_month_adds_up_exactly(rows):
    monthly = analyse(dated(rows)).monthly
    ticks = (monthly[TOLD] * 10_000).round().astype("int64")
    gained = ticks["new"] + ticks["reactivation"] + ticks["expansion"]
    lost = ticks["contraction"] + ticks["churn"]
    assert (ticks["mrr_start"] + gained - lost == ticks["mrr_end"]).all()
    assert (ticks["mrr_end"].shift(1, fill_value=0) == ticks["mrr_start"]).all()
    people = monthly["customers_new"] + monthly["customers_returned"] - monthly["customers_lost"]
    assert (monthly["customers_start"] + people == monthly["customers_end"]).all()


def test_engines_and_row_order_agree():
    table = dated([(f"c{i % 40}", 7 * i % 300, 30 + i % 90, 5 + i % 3) for i in range(120)])
    whole = analyse(table)
    for other in (
        table.sample(frac=1, random_state=1),
        pl.from_pandas(table),
        duckdb.from_df(table),
    ):
        found = analyse(other)
        pd.testing.assert_frame_equal(found.monthly, whole.monthly)
        pd.testing.assert_frame_equal(found.customers, whole.customers)


def test_the_bootstrap_is_that_of_customers():
    """Against resampling customers one by one, in the three ways that it is done."""
    rng = np.random.default_rng(3)
    draws = {
        "few amounts": (rng.choice([10, 20], 3_000), rng.choice([0, 10, 20], 3_000)),
        "many amounts": (rng.integers(1, 10**6, 1_500), rng.integers(0, 10**6, 1_500)),
        "grouped": (rng.integers(1, 10**6, 6_000), rng.integers(0, 10**6, 6_000)),
    }
    for start, end in draws.values():
        pairs, n = np.unique(np.column_stack([start, end]), axis=0, return_counts=True)
        sums = mrr._resampled(pairs.astype(float), n, np.random.default_rng(0))
        mine = np.quantile(sums[:, 1] / sums[:, 0], [0.025, 0.975])
        ratios = []
        for _ in range(2_000):
            drawn = rng.integers(0, len(start), len(start))
            ratios.append(end[drawn].sum() / start[drawn].sum())
        plain = np.quantile(ratios, [0.025, 0.975])
        assert np.diff(mine)[0] == pytest.approx(np.diff(plain)[0], rel=0.12)
        assert mine == pytest.approx(plain, abs=0.15 * np.diff(plain)[0])


def test_days_at_the_edges_of_a_month():
    table = subscriptions(
        ("first of March", "2024-03-01", None, 10),
        ("last of February", "2024-02-29", None, 20),
        ("ends on the last", "2024-01-05", "2024-02-29", 40),
        ("ends on the first", "2024-01-05", "2024-03-01", 80),
        ("within a month", "2024-02-10", "2024-02-20", 160),
    )
    result = analyse(table, as_of=dt.date(2024, 3, 31))
    assert month(result, "2024-02")[["new", "churn", "mrr_end"]].tolist() == [20, 40, 100]
    assert month(result, "2024-03")[["new", "churn", "mrr_end"]].tolist() == [10, 80, 30]


@pytest.mark.parametrize("end", ["2024-02-29", "2024-03-01"], ids=["last day", "first day without"])
def test_a_move_is_no_loss_however_ends_are_written(end):
    table = subscriptions(("a", "2024-01-05", end, 10), ("a", "2024-03-01", None, 15))
    result = analyse(table, as_of=dt.date(2024, 3, 31))
    assert result.monthly["churn"].sum() == 0
    assert result.monthly["expansion"].sum() == 5
    assert result.plans[0].left == 0


@pytest.mark.parametrize(
    ("said", "left"),
    [([True, False], 1), ([False, False], 0), ([None, False], 1), (None, 1)],
    ids=["left", "moved", "not said", "no flag"],
)
def test_what_the_flag_says_of_an_end_is_believed(said, left):
    table = subscriptions(("a", "2024-01-05", "2024-02-10", 10), ("b", "2024-01-05", None, 10))
    if said is not None:
        table["churned"] = pd.array(said, dtype="boolean")
    for engine in (table, pl.from_pandas(table), duckdb.from_df(table)):
        assert analyse(engine).plans[0].left == left


def test_an_end_after_as_of_has_not_happened():
    table = subscriptions(("a", "2024-01-05", "2025-12-31", 10), ("b", "2024-02-05", None, 10))
    result = analyse(table, as_of=dt.date(2024, 3, 31))
    assert result.monthly["churn"].sum() == 0
    assert result.plans[0].left == 0
    assert not result.notes
    assert [note.code for note in analyse(table).notes] == ["planned_ends"]


def test_rows_that_do_not_count_are_counted():
    table = subscriptions(
        ("a", "2024-01-05", None, 10),
        ("b", None, None, 10),
        ("c", "2024-05-01", None, 10),
        ("d", "2024-02-05", "2024-02-01", 10),
        ("e", "2024-01-05", None, None),
        ("f", "2024-01-05", None, -3),
    )
    receipt = analyse(table, as_of=dt.date(2024, 3, 31)).receipt
    assert (receipt.rows_in, receipt.rows_used) == (6, 1)
    assert sorted(receipt.excluded.values()) == [1, 1, 1, 2]


def test_without_money_customers_are_still_counted():
    table = subscriptions(*VECTOR).drop(columns="mrr")
    result = analyse(table, as_of=dt.date(2024, 4, 30))
    assert result.monthly[TOLD].isna().all(axis=None)
    assert result.monthly["nrr_low"].isna().all()
    assert month(result, "2024-04")["customer_churn"] == 0.25
    assert [kpi.key for kpi in result.headline] == ["customers_end", "customer_churn"]
    assert "{kept}" not in result.meaning.message


def test_the_customers_behind_a_step():
    result = analyse(subscriptions(*VECTOR), as_of=dt.date(2024, 4, 30))
    day = dt.date(2024, 4, 1)
    behind = {kind: set(result.members(day, kind)["customer_id"]) for kind in MOVES}
    assert behind == {
        "new": {"new"},
        "reactivation": {"back"},
        "expansion": {"more"},
        "contraction": {"less"},
        "churn": {"gone"},
    }
    assert len(result.members(day)) == 5
    now = result.customers.set_index("customer_id")
    assert now["mrr"].to_dict() == {
        "same": 100, "more": 150, "less": 60, "gone": 0, "back": 80, "new": 50,
    }  # fmt: skip
    assert now["paying"].sum() == 5


def test_the_same_seed_gives_the_same_intervals_and_the_rates_do_not_depend_on_it():
    table = dated([(f"c{i}", i % 200, 20 + i % 150, 5 + i % 4) for i in range(200)])
    one, again, other = (analyse(table, seed=seed).monthly for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert one["grr"].equals(other["grr"])
    assert not one["grr_low"].equals(other["grr_low"])
    assert set(RATES) <= set(one)


@pytest.mark.parametrize("rows", [[], [("a", None, None, 10)]], ids=["empty", "undated"])
def test_a_table_without_starts_is_refused(rows):
    with pytest.raises(NotEnoughData, match="start day"):
        analyse(subscriptions(*rows))


def test_the_planted_rates_of_leaving_are_found():
    """Each within three standard errors of what was planted (half a 95 % interval is 1.96)."""
    result = analyse(company(0).subscriptions, as_of=TRUTH.window.last)
    found = {plan.plan: plan for plan in result.plans}
    for plan, rate in TRUTH.subscription.monthly_churn.items():
        estimate, curve = found[plan].monthly_churn, found[plan].curve
        spread = 3 / 1.96
        assert estimate.value - spread * (estimate.value - estimate.low) < rate
        assert rate < estimate.value + spread * (estimate.high - estimate.value)
        for months in (3, 6, 12):
            # Months end after 28 to 31 days, so who is there a few days later has outlived them.
            there = curve.at(30.44 * months + 4)
            low = there.value - spread * (there.value - there.low)
            assert low < (1 - rate) ** months < there.value + spread * (there.high - there.value)
    assert set(result.monthly["mrr_end"] % 1) == {0}
