"""Retention against the golden vector, plain counting, the demo company's planted truths, and itself."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import engine
from cxlib.demo.company import Company, company
from cxlib.demo.truth import TRUTH
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.triangle import triangle_members
from cxlib.statistics import wilson, wilson_ends
from cxlib.value import churn
from cxlib.value.retention import analyse

GOLDEN = Path(__file__).resolve().parents[2].parent / "shared" / "golden" / "metrics.json"
HISTORIES = st.lists(
    st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 400), st.integers(1, 40)),
    min_size=1,
    max_size=80,
)


def orders(*rows, first=dt.date(2024, 1, 1)):
    """Rows of (customer, day from `first`, amount)."""
    return pd.DataFrame(
        {
            "customer_id": pd.Series([c for c, _, _ in rows], dtype="str"),
            "day": pd.to_datetime([first + dt.timedelta(days=d) for _, d, _ in rows]),
            "amount": [float(a) for _, _, a in rows],
        }
    )


def steady(cohorts, n=100, first=dt.date(2024, 1, 1)):
    """Cohorts of `n` customers a month of whom a share, one by one, is back in the next month."""
    rows = []
    for month, share in enumerate(cohorts):
        start, following = (
            dt.date(first.year + (m // 12), m % 12 + 1, 10) for m in (month, month + 1)
        )
        for i in range(n):
            rows.append((f"{month}-{i}", (start - first).days, 10))
            if i < share * n:
                rows.append((f"{month}-{i}", (following - first).days, 10))
    return orders(("opening", 0, 10), *rows, first=first)


@pytest.mark.parametrize("period", ["month", "week"])
def test_the_golden_vector(period):
    if not GOLDEN.exists():
        pytest.skip("shared/golden/metrics.json is not here")
    vector = json.loads(GOLDEN.read_text(encoding="utf-8"))["retention_three_users"]
    at = [
        dt.date(2024, k + 1, 15) if period == "month" else dt.date(2024, 1, 3) + k * dt.timedelta(7)
        for k in range(7)
    ]
    rows = [(who, at[k]) for who, days in vector["events_by_day"].items() for k in days]
    table = pd.DataFrame(rows, columns=["customer_id", "day"])
    result = analyse(table, as_of=at[6], period=period)
    for mode in ("exact", "on_or_after"):
        found = result.shares(mode).set_index("age")["share"]
        percent = [round(100 * found[k]) for k in vector["periods"]]
        assert percent == vector[f"{mode}_percent"]


def test_shares_of_the_previous_period_are_of_the_same_people():
    table = orders(
        ("a", 0, 1), ("a", 40, 1), ("b", 0, 1), ("b", 70, 1), ("c", 0, 1), ("c", 40, 1), ("c", 70, 1)
    )  # fmt: skip
    result = analyse(table, as_of=dt.date(2024, 4, 30))
    exact = result.shares("exact", "previous")
    # January 3, of them 2 in February; of these 2 one in March, where b comes too; nobody in April.
    assert exact["base"].tolist() == [0, 3, 2, 2]
    assert exact["count"].tolist() == [0, 2, 1, 0]
    after = result.shares("on_or_after", "previous")
    assert after["base"].tolist() == [0, 3, 3, 2]
    assert after["count"].tolist() == [0, 3, 2, 0]
    assert exact["share"].isna().tolist() == [True, False, False, False]


def test_intervals_are_wilsons():
    k, n = np.array([0, 1, 5, 9, 10, 0]), np.array([10, 10, 10, 10, 10, 0])
    low, high = wilson_ends(k, n)
    for i in range(5):
        known = wilson(int(k[i]), int(n[i]))
        assert (low[i], high[i]) == pytest.approx((known.low, known.high), abs=1e-15)
    assert np.isnan([low[5], high[5]]).all()


def test_periods_that_are_not_over_are_marked_and_kept_out():
    table = orders(
        ("a", 14, 10), ("b", 40, 10), ("b", 75, 10), ("c", 70, 10), first=dt.date(2024, 1, 1)
    )  # fmt: skip
    result = analyse(table, as_of=dt.date(2024, 3, 20))
    cells = result.triangle.set_index(["name", "age"])
    assert cells["complete"].to_dict() == {
        ("2024-01", 0): True,
        ("2024-01", 1): True,
        ("2024-01", 2): False,
        ("2024-02", 0): True,
        ("2024-02", 1): False,
        ("2024-03", 0): False,
    }
    # January begins on the 15th here: its cohort is not compared with others.
    assert cells["whole"].groupby("name").first().to_dict() == {
        "2024-01": False,
        "2024-02": True,
        "2024-03": False,
    }
    assert result.curve[["age", "cohorts", "customers", "active"]].to_numpy().tolist() == [
        [0, 2, 2, 2],
        [1, 1, 1, 0],
    ]
    first = next(kpi for kpi in result.headline if kpi.key == "first_period")
    assert (first.latest, first.verdict, first.value.value) == (None, None, 0)


@pytest.mark.parametrize(
    ("last", "state"), [(0.31, "none"), (0.62, "up"), (0.05, "down")], ids=lambda v: str(v)
)
def test_the_newest_cohort_is_judged_against_the_one_before(last, state):
    result = analyse(steady([0.3] * 8 + [last]), as_of=dt.date(2024, 10, 31))
    first = next(kpi for kpi in result.headline if kpi.key == "first_period")
    assert first.verdict.state == state
    assert (first.verdict.before, first.verdict.after) == ("2024-08", "2024-09")
    assert first.verdict.change == pytest.approx(last - 0.3)
    assert 0.13 < first.verdict.smallest_detectable < 0.2  # 2.8 √(2 · 0.3 · 0.7 / 100) is 0.18
    assert first.latest.value == pytest.approx(last)
    assert len(first.series) == 9
    sentence = result.meaning.message
    assert ("more than" in sentence, "less than" in sentence) == (state == "up", state == "down")


def test_the_cohort_of_a_year_before_stands_beside():
    result = analyse(steady([0.5] + [0.2] * 12), as_of=dt.date(2025, 2, 28))
    first = next(kpi for kpi in result.headline if kpi.key == "first_period")
    assert (first.last_year.before, first.last_year.after) == ("2024-01", "2025-01")
    assert first.last_year.state == "down"


def test_one_time_buyers_are_censored_not_left_out():
    rows = [(f"back{i}", 0, 5) for i in range(30)] + [(f"back{i}", 20, 5) for i in range(30)]
    once = [(f"once{i}", 0, 5) for i in range(70)]
    result = analyse(orders(*rows, *once), as_of=dt.date(2024, 4, 30))
    waiting = result.next_order[1]
    assert (waiting.at_risk[0], waiting.events.sum(), waiting.censored.sum()) == (100, 30, 70)
    assert waiting.ended_by(90).value == pytest.approx(0.3)
    assert waiting.median is None
    shown = {kpi.key: kpi.value for kpi in result.headline}
    assert "median_days" not in shown
    assert shown["again_90"].value == pytest.approx(0.3)
    assert shown["repeat_rate"].value == 0.3
    assert set(result.next_order) == {1, 2}
    assert result.next_order[2].censored.tolist() == [30]


def test_the_rule_of_silence_is_the_one_of_the_churn_page():
    table = steady([0.4, 0.3, 0.5, 0.2])
    result, silent = analyse(table).gaps, churn.analyse(table)
    assert (result.p90.value, result.p90.n) == (silent.rule_days, silent.gaps)
    assert result.silent.value == silent.customers["churned"].sum()
    days = np.repeat(result.table["days"], result.table["ended"])
    assert result.median.value == np.quantile(days, 0.5, method="inverted_cdf")
    assert result.p90.value == np.quantile(days, 0.9, method="inverted_cdf")


def test_value_per_customer_is_summed_over_ages():
    table = orders(("a", 0, 10), ("b", 3, 30), ("a", 35, 20), ("c", 40, 5), ("c", 65, 7))
    result = analyse(table, as_of=dt.date(2024, 3, 31))
    cells = result.triangle.set_index(["name", "age"])
    assert cells.loc["2024-01", "revenue"].tolist() == [40, 20, 0]
    assert cells.loc["2024-01", "cumulative_value"].tolist() == [20, 30, 30]
    assert cells.loc["2024-02", "cumulative_value"].tolist() == [5, 12]
    # Ages are averaged over those who have reached them, then summed: 45/3, +27/3, +0/2.
    assert result.curve["value"].tolist() == [15, 9, 0]
    assert result.curve["cumulative_value"].tolist() == [15, 24, 24]


@settings(max_examples=10, deadline=None)
@given(HISTORIES, st.sampled_from(["month", "week"]), st.integers(0, 9))
def test_what_holds_for_any_history(history, period, seed):
    table = orders(*history)
    result = analyse(table, period=period)
    shuffled = analyse(table.sample(frac=1, random_state=seed), period=period)
    pd.testing.assert_frame_equal(result.triangle, shuffled.triangle)
    cells = result.triangle
    assert (cells["kept"] <= cells["active"]).all()
    assert (cells["active"] <= cells["returned"]).all()
    assert (cells.groupby("cohort")["returned"].diff().dropna() <= 0).all()
    first = cells[cells["age"] == 0]
    assert (first["active"] == first["customers"]).all()
    assert first["customers"].sum() == table["customer_id"].nunique()
    assert cells["revenue"].sum() == pytest.approx(table["amount"].sum())
    # Every purchase period of every customer is one active customer in one cell.
    by = pd.DataFrame(
        {"who": table["customer_id"], "p": table["day"].dt.to_period(period[0].upper())}
    )
    assert cells["active"].sum() == len(by.drop_duplicates())
    for mode in ("exact", "on_or_after"):
        for of in ("cohort", "previous"):
            shares = result.shares(mode, of).dropna()
            assert shares["share"].between(shares["low"], shares["high"]).all()


def test_all_engines_agree():
    table = steady([0.4, 0.3, 0.5]).assign(channel=lambda t: np.where(t.index % 3, "web", "shop"))
    expected = analyse(table, by="channel")
    with engine.connect() as connection:
        connection.register("orders", table)
        others = [
            analyse(
                connection.sql("select * replace (day::date as day) from orders"), by="channel"
            ),
            analyse(pl.from_pandas(table).lazy(), by="channel"),
        ]
    for other in others:
        pd.testing.assert_frame_equal(other.triangle, expected.triangle)
        pd.testing.assert_frame_equal(other.curve, expected.curve)
        assert (other.headline, other.receipt) == (expected.headline, expected.receipt)
        for mine, theirs in zip(other.groups, expected.groups, strict=True):
            assert (mine.value, mine.customers) == (theirs.value, theirs.customers)
            pd.testing.assert_frame_equal(mine.curve, theirs.curve)


def test_groups_come_from_orders_lines_or_customers():
    table = orders(("a", 0, 1), ("a", 40, 1), ("b", 1, 1), ("c", 2, 1), ("c", 35, 1))
    lines = table.assign(product=["kopi", "teh", "teh", "kopi", "teh"])
    both = pd.concat([lines, lines.iloc[[2]].assign(product="kopi")])
    people = pd.DataFrame({"customer_id": ["a", "b", "c", "d"], "tier": ["x", "y", "x", "y"]})
    end = dt.date(2024, 2, 29)
    by_product = analyse(table, as_of=end, by="product", lines=both)
    # b bought both on the first day and is in both groups; later products do not matter.
    assert [(g.value, g.customers) for g in by_product.groups] == [("kopi", 3), ("teh", 1)]
    assert by_product.groups[0].curve["active"].tolist() == [3, 2]
    by_tier = analyse(table, as_of=end, by="tier", customers=people)
    assert [(g.value, g.curve["exact"].tolist()) for g in by_tier.groups] == [
        ("x", [1, 1]),
        ("y", [1, 0]),
    ]
    with pytest.raises(CxError, match="no attribute “tier”"):
        analyse(table, by="tier", lines=both)


def test_receipt_and_members_speak_of_the_same_rows():
    table = orders(("a", 0, 5), (None, 3, 5), ("refunded", 4, -5), ("a", 40, 5), ("late", 90, 5))
    result = analyse(table, as_of=dt.date(2024, 2, 20), digests=("d",))
    assert result.receipt.excluded == {
        "after the end of observation": 1,
        "without a customer": 1,
        "of customers without a purchase": 1,
    }
    assert (result.receipt.rows_in, result.receipt.rows_used) == (5, 2)
    assert result.receipt.parameters == {"as_of": "2024-02-20", "period": "month", "by": None}
    found = triangle_members(table, 1, dt.date(2024, 1, 1), end=result.end)
    assert found["customer_id"].tolist() == ["a"]


@pytest.mark.parametrize("rows", [[], [(None, 1, 5)], [("a", 1, -5)]])
def test_no_buyer_is_an_answer(rows):
    with pytest.raises(NotEnoughData, match="No customer"):
        analyse(orders(*rows))
    with pytest.raises(NotEnoughData, match="No customer"):
        analyse(orders(("a", 5, 5)), as_of=dt.date(2023, 1, 1))


def test_one_purchase_is_an_answer_without_gaps():
    result = analyse(orders(("a", 0, 5)))
    assert [kpi.key for kpi in result.headline] == ["repeat_rate"]
    assert (result.gaps.p90, result.gaps.silent) == (None, None)
    assert "no cohort has a complete next period" in result.meaning.message


def test_an_unknown_period_is_refused():
    with pytest.raises(CxError, match="bad_option"):
        analyse(orders(("a", 0, 5)), period="day")


# The demo company, drawn from known laws.


@pytest.fixture(scope="module")
def shop() -> Company:
    return company(0)


@pytest.fixture(scope="module")
def sold(shop):
    return shop.transactions.assign(
        day=shop.transactions["timestamp"].dt.normalize(), status="sale"
    )


def test_the_wait_for_the_second_order_follows_the_planted_law(shop, sold):
    people = shop.customers
    planted = (people["acquisition_campaign"] == TRUTH.discount_cohort.campaign) | (
        people["city"] == TRUTH.lapse.place
    )
    base = sold[~sold["customer_id"].isin(people.loc[planted, "customer_id"])]
    waiting = analyse(base, as_of=TRUTH.window.last).next_order[1]
    # Nobody drops out before the first repeat, so with rates λ ~ Gamma(r, α) a day the wait is
    # longer than t for E[exp(-λt)] = (α / (α + t))^r of the customers.
    r, alpha = TRUTH.purchases.r, TRUTH.purchases.alpha
    for days in (7, 30, 90, 180, 365, 540):
        found = waiting.at(days)
        # Half a 95 % interval is 1.96 standard errors; three are allowed.
        half = 3 / 1.96 * (found.high - found.low) / 2
        assert abs(found.value - (alpha / (alpha + days)) ** r) < half, days
    assert waiting.median is not None
    truth = alpha * (2 ** (1 / r) - 1)
    assert waiting.median.low - 3 < truth < waiting.median.high + 3


def test_the_place_that_closed_has_nobody_back_after_it(sold):
    closed = sold[sold["place"] == TRUTH.lapse.place]
    alone = analyse(closed, as_of=TRUTH.window.last)
    at = alone.triangle["cohort"].dt.to_period("M") + alone.triangle["age"]
    after = at > pd.Period(TRUTH.lapse.last_day, "M")
    assert after.sum() > 50
    assert (alone.triangle.loc[after, "returned"] == 0).all()
    assert (alone.triangle.loc[~after, "active"] > 0).mean() > 0.5


def test_the_discount_cohort_stays_away_sooner(shop, sold):
    result = analyse(
        sold, as_of=TRUTH.window.last, by="acquisition_campaign", customers=shop.customers
    )
    campaign = TRUTH.discount_cohort.campaign
    curves = {g.value: g.curve.set_index("age") for g in result.groups}
    assert next(g.customers for g in result.groups if g.value == campaign) == 320
    discount = curves.pop(campaign)
    (others,) = curves.values()
    for age in (4, 6, 8):
        assert discount.loc[age, "exact_high"] < others.loc[age, "exact_low"], age
