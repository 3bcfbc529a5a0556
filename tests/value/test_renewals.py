"""Renewals: counts by hand, planted loyalty, the proof that looks at nothing later, and money."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln

from cxlib import engine
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.contracts import contracts
from cxlib.value.renewals import analyse
from cxlib.value.terms import aged, counted

END = dt.date(2025, 6, 30)


def subscriptions(*rows, **columns):
    frame = pd.DataFrame(rows, columns=["customer_id", "start", "end"])
    frame["customer_id"] = frame["customer_id"].astype("str")
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.assign(**columns)


def drawn(alpha, beta, n, months, periods, seed=0, first="2019-01-15", theta=None):
    """Contracts of `months` each that start over half the time, renewed with a θ of their own."""
    rng = np.random.default_rng(seed)
    theta = rng.beta(alpha, beta, n) if theta is None else np.full(n, theta)
    life = rng.geometric(np.maximum(theta, 1e-9)).clip(max=10 * periods)
    start = rng.integers(0, periods // 2 + 1, n) * months
    begun = [pd.Timestamp(first) + pd.DateOffset(months=int(m)) for m in start]
    stop = [b + pd.DateOffset(months=int(k) * months) for b, k in zip(begun, life, strict=True)]
    end = pd.Timestamp(first) + pd.DateOffset(months=periods * months)
    table = pd.DataFrame(
        {"customer_id": [f"c{i:05}" for i in range(n)], "start": begun, "end": stop}
    )
    return table.assign(end=table["end"].where(table["end"] <= end)), end.date()


@pytest.fixture(scope="module")
def monthly():
    table, end = drawn(0.8, 4.0, 3000, 1, 24)
    return table.assign(mrr=np.where(np.arange(len(table)) % 3, 10.0, 40.0)), end


@pytest.fixture(scope="module")
def result(monthly):
    table, end = monthly
    return analyse(table, as_of=end)


def by_hand(table, end):
    """Ages of contracts, one by one: months walked through from the start."""
    found = []
    for _, rows in table.groupby("customer_id"):
        runs = []
        for row in rows.sort_values(["start", "end"]).itertuples():
            stop = None if pd.isna(row.end) or row.end.date() > end else row.end.date()
            start = row.start.date()
            day = dt.timedelta(days=1)
            if runs and (runs[-1][1] is None or start <= runs[-1][1] + day):
                last = runs[-1][1]
                runs[-1][1] = None if last is None or stop is None else max(last, stop)
            else:
                runs.append([start, stop])
        for start, stop in runs:
            dues = [(pd.Timestamp(start) + pd.DateOffset(months=k)).date() for k in range(1, 60)]
            if stop is None:
                found.append((sum(due <= end for due in dues), False))
                continue
            at = 1 + sum(due < stop for due in dues)
            seen = dues[at - 1] <= end
            found.append((at, True) if seen else (at - 1, False))
    return sorted(found)


ROWS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 400), st.one_of(st.none(), st.integers(1, 300))),
    min_size=1,
    max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(rows=ROWS)
def test_contracts_and_ages_are_those_counted_by_hand(rows):
    first = pd.Timestamp("2024-01-31")
    table = subscriptions(
        *[
            (who, first + pd.Timedelta(days=s), None if n is None else first + pd.Timedelta(days=s + n))
            for who, s, n in rows
        ]
    )  # fmt: skip
    table = table[table["start"] <= pd.Timestamp(END)]
    found = aged(contracts(table, END), END, "month")
    assert found["subscriptions"].sum() == len(table)
    assert sorted(zip(found["age"], found["lost"], strict=True)) == by_hand(table, END)


def test_all_engines_agree(monthly):
    table, end = monthly
    table = table.assign(plan=np.where(np.arange(len(table)) % 2, "x", None))
    expected = contracts(table, end)
    with engine.connect() as connection:
        connection.register("subscriptions", table)
        relation = connection.sql("select * from subscriptions")
        for other in (relation, pl.from_pandas(table), pl.from_pandas(table).lazy()):
            pd.testing.assert_frame_equal(contracts(other, end), expected)


def test_a_row_a_month_is_the_same_as_a_row_a_contract():
    whole = subscriptions(("a", "2025-01-10", None), ("b", "2025-01-31", "2025-04-30"))
    rows = subscriptions(
        *[("a", f"2025-0{m}-10", f"2025-0{m + 1}-10") for m in range(1, 7)],
        # This one's last day is given, not the first day without.
        ("b", "2025-01-31", "2025-02-27"), ("b", "2025-02-28", "2025-03-30"),
        ("b", "2025-03-31", "2025-04-30"),
    )  # fmt: skip
    kept = ["customer_id", "start", "stop", "left"]
    one, many = contracts(whole, END), contracts(rows, END)
    pd.testing.assert_frame_equal(one[kept], many[kept])
    assert many["subscriptions"].tolist() == [6, 3]
    assert aged(many, END, "month")[["age", "lost"]].to_numpy().tolist() == [[5, False], [3, True]]


def test_who_comes_back_has_a_new_contract_and_a_new_plan_is_none():
    table = subscriptions(
        ("a", "2025-01-10", "2025-02-10"), ("a", "2025-02-10", "2025-03-10"),
        ("a", "2025-04-01", None),
    )  # fmt: skip
    found = contracts(table.assign(plan=["x", "y", "z"]), END)
    assert found["plan"].tolist() == ["x", "z"]
    assert found["left"].tolist() == [True, False]
    denied = contracts(table.assign(churned=[None, False, None]), END)
    assert denied["left"].tolist() == [False, False]


def test_planted_loyalty_is_found(result):
    reach = 3 * np.sqrt(np.diag(result.fit.covariance))
    assert result.fit.model == "sbg"
    assert (np.abs(result.fit.log_params - np.log([0.8, 4.0])) < reach).all()
    assert result.offered
    ahead = result.curve[result.curve["projected"]]
    true = np.exp(betaln(0.8, 4.0 + ahead["renewals"]) - betaln(0.8, 4.0))
    assert ((ahead["fitted_low"] < true) & (true < ahead["fitted_high"])).all()
    assert len(ahead) == len(result.curve) - len(ahead) - 1  # as many again as were seen


def test_yearly_contracts_are_found_by_the_spacing_of_ends():
    table, end = drawn(0.7, 2.0, 2000, 12, 9, first="2012-03-01")
    found = analyse(table, as_of=end)
    assert found.period == "year"
    reach = 3 * np.sqrt(np.diag(found.fit.covariance))
    assert (np.abs(found.fit.log_params - np.log([0.7, 2.0])) < reach).all()
    assert found.receipt.parameters["period"] == "year"


@pytest.mark.parametrize(
    ("plan", "period"),
    [("Annual plan", "year"), ("paket TAHUNAN", "year"), ("Month-to-month", "month"),
     ("bulanan", "month"), ("Monthyear", "month")],
)  # fmt: skip
def test_plans_say_their_period(plan, period):
    table = subscriptions(("a", "2023-01-10", None), ("b", "2023-01-10", "2023-02-12"), plan=plan)
    assert analyse(table, as_of=END).period == period


def test_contracts_of_another_period_are_left_out_and_counted(monthly):
    table, end = monthly
    yearly = table.head(50).assign(plan="Yearly", customer_id=[f"y{i}" for i in range(50)])
    both = pd.concat([table.assign(plan="Monthly"), yearly])
    found = analyse(both, as_of=end)
    alone = analyse(table.assign(plan="Monthly"), as_of=end)
    assert found.period == "month"
    assert found.receipt.excluded["of plans with another period"] == 50
    assert found.receipt.rows_used == len(table)
    assert found.fit == alone.fit
    assert analyse(both, as_of=end, period="year").contracts == 50


def test_what_ends_within_a_period_does_not_bend_the_rate():
    # Left on any day at a constant rate: of each month the same share, the newest month too.
    rng, n = np.random.default_rng(3), 20_000
    start = rng.integers(0, 730, n)
    stop = start + 1 + rng.exponential(100, n).astype(int)
    day = pd.Timestamp("2023-07-01")
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "start": day + pd.to_timedelta(start, unit="D"),
            "end": pd.Series(day + pd.to_timedelta(stop, unit="D")).where(stop <= 730),
        }
    )
    renewals = counted(aged(contracts(table, END), END, "month"))
    share = renewals.lost.sum() / renewals.at_risk.sum()
    assert share == pytest.approx(1 - np.exp(-30.4 / 100), abs=0.005)
    assert renewals.lost[0] / renewals.at_risk[0] == pytest.approx(share, abs=0.01)


def test_the_proof_looks_at_nothing_later(monthly, result):
    table, end = monthly
    cut = pd.Timestamp(result.proof.cut)
    later = table.assign(end=table["end"].where(table["end"] <= cut, pd.Timestamp(end)))
    later = later[later["start"] <= cut]
    other = analyse(later, as_of=end)
    columns = ["periods", "expected", "low", "high", "constant"]
    pd.testing.assert_frame_equal(other.proof.periods[columns], result.proof.periods[columns])
    assert other.proof.actual == 0
    assert not other.offered


def test_the_proof_counts_who_still_runs(monthly, result):
    table, end = monthly
    proof = result.proof
    ran = table[
        (table["start"] <= pd.Timestamp(proof.cut))
        & ~(table["end"] <= pd.Timestamp(proof.cut)).fillna(False)
    ]
    assert proof.contracts == len(ran)
    assert proof.actual == (ran["end"].isna() | (ran["end"] > pd.Timestamp(end))).sum()
    assert proof.periods["actual"].iloc[-1] == pytest.approx(proof.actual / len(ran))
    assert proof.low <= proof.expected <= proof.high


def test_its_range_holds_what_comes_in_19_of_20():
    hits = []
    for seed in range(30):
        table, end = drawn(0.8, 4.0, 400, 1, 18, seed=seed)
        proof = analyse(table, as_of=end).proof
        hits.append(proof.low <= proof.actual <= proof.high)
    assert np.mean(hits) >= 0.85


def test_a_broken_promise_withholds_the_projection(monthly):
    table, end = monthly
    cut = pd.Timestamp(analyse(table, as_of=end).proof.cut)
    # After the cut, a third of those who stay leave at once.
    late = table["end"].isna() & (np.arange(len(table)) % 3 > 0) & (table["start"] <= cut)
    broken = table.assign(end=table["end"].mask(late, cut + pd.DateOffset(months=1)))
    found = analyse(broken, as_of=end)
    (gate,) = [g for g in found.gates if not g.passed]
    assert gate.code == "holdout"
    assert "does not deserve belief" in gate.message
    assert not found.curve["projected"].any()
    assert found.total is None
    assert found.residual["expected_renewals"].isna().all()
    assert found.customers["residual_value"].isna().all()
    assert "not projected" in found.meaning.message


def test_money_is_revenue_times_renewals_to_come(result, monthly):
    table, _ = monthly
    people = result.customers
    assert set(people["customer_id"]) == set(table.loc[table["end"].isna(), "customer_id"])
    assert (
        people["residual_value"] - people["mrr"] * people["expected_renewals"]
    ).abs().max() < 1e-9
    assert people["residual_value"].sum() == pytest.approx(result.total.value)
    assert people["expected_renewals"].mean() == pytest.approx(result.expected.value)
    assert result.total.low < result.total.value < result.total.high
    per_age = result.residual.set_index("renewals")
    for age, group in people.groupby("renewals"):
        assert len(result.members(age)) == len(group) == per_age.loc[age, "contracts"]
        assert group["residual_value"].sum() == pytest.approx(per_age.loc[age, "residual_value"])
    a, b = result.fit.params.values()
    d = 1.1 ** (1 / 12) - 1
    t = np.arange(1, 20_000)
    made = int(people["renewals"].iloc[0])
    direct = np.exp(betaln(a, b + made + t) - betaln(a, b + made)) @ (1 + d) ** -(t - 1.0)
    assert people["expected_renewals"].iloc[0] == pytest.approx(direct, rel=1e-9)
    assert people["residual_value"].is_monotonic_decreasing


def test_without_money_renewals_are_still_counted(monthly):
    table, end = monthly
    found = analyse(table.drop(columns="mrr"), as_of=end)
    assert found.total is None
    assert found.expected is not None
    assert found.customers["residual_value"].isna().all()
    assert found.customers["expected_renewals"].notna().all()


def test_one_rate_for_all_is_said():
    notes = []
    for seed in range(8):
        table, end = drawn(1, 1, 1500, 1, 24, seed=seed, theta=0.08)
        found = analyse(table, as_of=end)
        if found.fit and found.fit.model == "geometric" and found.offered:
            notes.append([note.code for note in found.notes])
            assert found.residual["expected_renewals"].nunique() == 1
    assert notes
    assert all(codes == ["constant_rate"] for codes in notes)


def test_too_little_is_withheld():
    table, end = drawn(0.8, 4.0, 40, 1, 24)
    found = analyse(table, as_of=end)
    assert not found.offered
    assert "lost" in [gate.code for gate in found.gates if not gate.passed]
    assert found.curve["observed"].notna().all()
    short, end = drawn(0.8, 4.0, 2000, 1, 4)
    assert "periods" in [g.code for g in analyse(short, as_of=end).gates if not g.passed]


def test_planned_ends_are_warned_of():
    table = subscriptions(("a", "2024-01-01", "2025-12-31"), ("b", "2024-02-01", "2024-03-01"))
    assert [note.code for note in analyse(table).notes] == ["planned_ends"]
    assert analyse(table, as_of=dt.date(2024, 6, 1)).notes == ()
    assert analyse(table, as_of=dt.date(2024, 6, 1)).running == 1


@pytest.mark.parametrize(
    "table",
    [subscriptions(), subscriptions(("a", None, None)), subscriptions(("a", "2026-01-01", None))],
    ids=["empty", "undated", "later"],
)
def test_no_contract_is_an_answer(table):
    with pytest.raises(NotEnoughData, match="start day"):
        analyse(table, as_of=END)
    with pytest.raises(NotEnoughData, match="this period"):
        analyse(subscriptions(("a", "2025-01-01", None)), as_of=END, period="year")


@pytest.mark.parametrize("option", [{"ahead": 0}, {"ahead": 999}, {"annual_discount_rate": -0.1}])
def test_options_that_cannot_be_are_refused(monthly, option):
    with pytest.raises(CxError, match="bad_option"):
        analyse(monthly[0], **option)


def test_without_discount_the_average_may_not_exist(monthly):
    table, end = monthly
    found = analyse(table, as_of=end, annual_discount_rate=0)
    assert found.fit.params["alpha"] < 1
    assert found.expected is None
    assert found.total is None


def test_the_input_is_not_changed(monthly):
    table, end = monthly
    before = table.copy(deep=True)
    analyse(table, as_of=end, ahead=3)
    pd.testing.assert_frame_equal(table, before)
