"""Churn without contracts: the rule counted by hand, and a forecast that cannot look ahead."""

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlib.demo.company import company
from cxlib.demo.truth import TRUTH
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.lookback import came_back, lookback
from cxlib.value.churn import analyse
from cxlib.value.leakage import Leak

FIRST = pd.Timestamp("2023-01-01")


def orders(*rows):
    """Rows of (customer, day from the first of 2023, amount)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    frame["customer_id"] = frame["customer_id"].astype("str")
    frame["day"] = FIRST + pd.to_timedelta(frame["day"], unit="D")
    return frame.astype({"amount": "float64"})


def shop(customers=1_500, seed=5):
    """People who buy at their own steady pace and stop one day, over two years."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(customers):
        gap, at, life = rng.gamma(4.0, 10.0) + 2, rng.integers(0, 600), rng.exponential(400)
        end = min(at + life, 730)
        while at <= end:
            rows.append((f"c{i:05d}", int(at), round(rng.gamma(4.0, 10.0), 2)))
            at += rng.gamma(6.0, gap / 6)
    return orders(*rows)


@pytest.fixture(scope="module")
def table():
    return shop()


@pytest.fixture(scope="module")
def result(table):
    return analyse(table)


def test_the_rule_is_the_90th_percentile_of_gaps(table, result):
    days = table.drop_duplicates(["customer_id", "day"]).sort_values(["customer_id", "day"])
    every = days.groupby("customer_id")["day"].diff().dt.days.dropna()
    assert result.gaps == len(every)
    assert result.rule_days == np.quantile(every, 0.9, method="inverted_cdf")
    assert (every <= result.rule_days).mean() >= 0.9 > (every < result.rule_days).mean()
    people = result.customers.set_index("customer_id")
    last = table.groupby("customer_id")["day"].max()
    silent = (table["day"].max() - last).dt.days
    assert (people["silent_days"] == silent[people.index]).all()
    assert (people["churned"] == (silent[people.index] > result.rule_days)).all()
    first, n = table.groupby("customer_id")["day"].min(), people["purchases"]
    own = ((last - first).dt.days / (n - 1).where(n > 1))[people.index]
    np.testing.assert_allclose(people["overdue_days"], silent[people.index] - own)


def test_the_forecast_beats_the_simple_rules_where_people_have_a_rhythm(result):
    model = result.model
    assert model.basis == "time"
    assert model.quality.auc.low > 0.6
    assert model.quality.calibration_error < 0.08
    assert model.gains["Days since last purchase"].low > 0
    names = [q.name for q in model.qualities]
    assert names[2:] == ["Days since last purchase", "Silence over the usual gap"]


def test_it_is_tested_on_who_was_active_before_the_last_window(table, result):
    end, window = result.end, result.window_days
    cut = end - dt.timedelta(days=window)
    then = table[table["day"] <= pd.Timestamp(cut)]
    last = then.groupby("customer_id")["day"].max()
    active = last[(pd.Timestamp(cut) - last).dt.days <= result.rule_days].index
    later = set(table.loc[table["day"] > pd.Timestamp(cut), "customer_id"])
    assert result.model.tested == len(active)
    assert result.model.left == sum(who not in later for who in active)


def test_who_to_save_first_has_not_churned(result):
    people = result.customers
    assert people.loc[people["churned"], ["risk", "at_stake", "rank"]].isna().all(axis=None)
    saves = result.saves()
    assert set(saves["customer_id"]) == set(people.loc[~people["churned"], "customer_id"])
    assert saves["rank"].tolist() == list(range(1, len(saves) + 1))
    np.testing.assert_allclose(saves["at_stake"], saves["risk"] * saves["year_value"])
    assert saves["at_stake"].is_monotonic_decreasing


def test_a_value_can_be_given(table, result):
    worth = pd.Series(7.0, index=result.customers["customer_id"])
    saves = analyse(table, value=worth).saves()
    assert set(saves["worth"]) == {7.0}
    assert saves["risk"].is_monotonic_decreasing


def test_what_is_known_at_a_cut_does_not_depend_on_what_follows(table):
    cut, window = dt.date(2024, 3, 1), 60
    then = table[table["day"] <= pd.Timestamp(cut)]
    pd.testing.assert_frame_equal(lookback(table, cut, window), lookback(then, cut, window))
    # A refund of an earlier purchase that is made later: unknown at the cut, known at the end.
    who = then["customer_id"].iloc[-1]
    bought = then[then["customer_id"] == who].iloc[[-1]]
    refund = bought.assign(
        amount=-bought["amount"], purchase_day=bought["day"], day=pd.Timestamp("2024-04-01")
    )
    both = pd.concat([table.assign(purchase_day=table["day"]), refund], ignore_index=True)
    pd.testing.assert_frame_equal(lookback(both, cut, window), lookback(then, cut, window))
    after = lookback(both, dt.date(2024, 12, 31), window).set_index("customer_id")
    plain = lookback(table, dt.date(2024, 12, 31), window).set_index("customer_id")
    assert after.loc[who, "purchases"] == plain.loc[who, "purchases"] - 1


def test_who_came_back_is_who_bought_in_the_window(table):
    cut, window = dt.date(2024, 3, 1), 60
    inside = table["day"].between(pd.Timestamp(2024, 3, 2), pd.Timestamp(2024, 4, 30))
    assert set(came_back(table, cut, window)) == set(table.loc[inside, "customer_id"])


def test_rows_after_as_of_change_nothing(table):
    end = dt.date(2024, 9, 30)
    one = analyse(table, as_of=end)
    other = analyse(table[table["day"] <= pd.Timestamp(end)], as_of=end)
    pd.testing.assert_frame_equal(one.customers, other.customers)
    assert one.model.qualities == other.model.qualities
    assert sum(one.receipt.excluded.values()) == (table["day"] > pd.Timestamp(end)).sum()


def attributes(table, **columns):
    return pd.DataFrame({"customer_id": table["customer_id"].unique(), **columns})


def test_an_attribute_that_was_known_too_late_is_refused(table, result):
    n = table["customer_id"].nunique()
    cut = pd.Timestamp(result.end) - pd.Timedelta(days=2 * result.window_days)
    days = pd.Series([cut] * n)
    analyse(table, attributes=attributes(table, score=np.arange(n) % 7, known_at=days))
    days.iloc[3] += pd.Timedelta(days=1)
    with pytest.raises(Leak, match="known_at") as refused:
        analyse(table, attributes=attributes(table, score=np.arange(n) % 7, known_at=days))
    assert refused.value.column == "known_at"


def test_an_attribute_computed_from_later_rows_is_refused(table, result):
    last = table.groupby("customer_id")["day"].max()
    who = table["customer_id"].unique()
    later = (
        last[who] > pd.Timestamp(result.end) - pd.Timedelta(days=result.window_days)
    ).to_numpy()
    planted = attributes(table, bought_lately=later.astype(float))
    with pytest.raises(Leak, match="bought_lately") as refused:
        analyse(table, attributes=planted)
    assert "--without" in refused.value.hint
    clean = analyse(table, attributes=planted, without=("bought_lately",))
    pd.testing.assert_frame_equal(clean.customers, result.customers)


def test_an_attribute_of_ours_by_name_keeps_both(table):
    n = table["customer_id"].nunique()
    found = analyse(table, attributes=attributes(table, purchases=np.arange(n) % 5))
    assert {"purchases", "given purchases"} <= set(found.model.importance["column"])


def test_attributes_have_a_row_a_customer(table):
    twice = pd.concat([attributes(table, x=1.0)] * 2)
    with pytest.raises(CxError, match="more than one row"):
        analyse(table, attributes=twice)


def test_engines_and_row_order_agree(table, result):
    for other in (
        table.sample(frac=1, random_state=2),
        pl.from_pandas(table),
        duckdb.from_df(table),
    ):
        found = analyse(other)
        pd.testing.assert_frame_equal(found.customers, result.customers)
        assert found.model.qualities == result.model.qualities


def test_without_money_there_is_risk_and_no_value(table):
    found = analyse(table.drop(columns="amount"))
    saves = found.saves()
    assert saves["risk"].is_monotonic_decreasing
    assert saves[["year_value", "worth", "at_stake"]].isna().all(axis=None)
    assert "{money}" not in found.meaning.message


def test_too_few_for_a_model_still_have_the_rule():
    found = analyse(shop(90))
    assert found.model is None
    assert [note.code for note in found.notes] == ["no_model"]
    assert found.customers["rank"].isna().all()
    assert found.rule_days > 0
    assert found.saves().empty


def test_a_short_history_has_the_rule_alone():
    rows = [(f"c{i}", d, 5) for i in range(400) for d in (i % 5, 12 + i % 7)]
    found = analyse(orders(*rows))
    assert found.model is None
    assert "days of orders" in found.notes[0].message


@pytest.mark.parametrize("window", [1, 10_000])
def test_a_window_without_room_is_refused(table, window):
    with pytest.raises(CxError, match="does not fit"):
        analyse(table, window_days=window)


@pytest.mark.parametrize("rows", [[], [("a", 1, 5)], [("a", 1, 5), ("b", 9, 5)]])
def test_nobody_who_bought_twice_is_an_answer(rows):
    with pytest.raises(NotEnoughData, match="bought twice"):
        analyse(orders(*rows))


def test_the_place_that_lapsed_is_silent():
    """Planted: nobody there has bought for half a year."""
    sample = company(0)
    bought = sample.transactions
    bought = bought.assign(day=bought["timestamp"].dt.normalize(), status="sale")
    found = analyse(bought, as_of=TRUTH.window.last)
    people = sample.customers
    there = set(people.loc[people["city"] == TRUTH.lapse.place, "customer_id"])
    lapsed = found.customers["customer_id"].isin(there)
    quiet = (TRUTH.window.last - TRUTH.lapse.last_day).days
    assert found.rule_days < quiet
    assert found.customers.loc[lapsed, "churned"].all()
    assert not found.customers.loc[~lapsed, "churned"].all()
    assert found.model.quality.auc.low > 0.6
