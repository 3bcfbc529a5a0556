"""The model of who leaves: against known chances, real data, and columns that know the answer."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import log_loss, roc_auc_score

from cxlib.errors import NotEnoughData
from cxlib.frames.movements import paying
from cxlib.ingest import convert, match, read
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.value import classification, leakage
from cxlib.value.churn_features import encode
from cxlib.value.churn_model import READING, analyse
from cxlib.value.leakage import Leak

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
TELCO = SHARED / "data" / "subscriptions" / "Telco-Customer-Churn.csv"


def snapshot(n=2_400, seed=3):
    """Customers who have left with chances that are known: a0 matters, a1 does, a2 does not."""
    rng = np.random.default_rng(seed)
    weight, region, noise = rng.normal(size=n), rng.choice(["x", "y", "z"], n), rng.normal(size=n)
    chance = 1 / (1 + np.exp(0.8 - 1.4 * weight - 0.9 * (region == "z")))
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i:05d}" for i in range(n)],
            "tenure": rng.integers(0, 60, n),
            "plan": rng.choice(["small", "large"], n),
            "mrr": rng.choice([10.0, 25.0], n),
            "churned": rng.random(n) < chance,
            "a0": weight,
            "a1": region,
            "a2": noise,
        }
    )
    return table, chance


NAMES = {"a0": "usage", "a1": "region", "a2": "shoe size"}


@pytest.fixture(scope="module")
def known():
    table, chance = snapshot()
    return table, chance, analyse(table, names=NAMES)


@pytest.fixture(scope="module")
def telco(tmp_path_factory):
    """The real file, read as the app reads it."""
    if not TELCO.exists():
        pytest.skip("shared/data is not on this machine")
    folder = tmp_path_factory.mktemp("telco")
    staged = read.stage(TELCO, folder, ReadOptions(), name=TELCO.name)
    imported = convert.convert(staged, plan(match.propose(staged, kind="subscriptions")), folder)
    names = {f"a{i}": a.column for i, a in enumerate(imported.attributes)}
    table = pd.read_parquet(imported.table)
    return table, names, analyse(table, names=names)


@pytest.mark.slow
def test_telco_is_ranked_and_calibrated(telco):
    table, names, result = telco
    assert result.model.basis == "snapshot"
    assert result.reading == READING["snapshot"]
    assert result.model.tested == len(table) == 7043
    best = result.model.quality
    assert best.auc.value >= 0.84
    assert best.calibration_error <= 0.03
    assert best.auc.low < best.auc.value < best.auc.high
    assert len(result.model.qualities) == 2
    assert best.log_loss == min(q.log_loss for q in result.model.qualities)
    assert set(names.values()) | {"Tenure", "Monthly revenue", "Plan"} == set(
        result.model.importance["feature"]
    )
    # Eleven customers of tenure 0 have no total yet; they are there.
    assert table["tenure"].eq(0).sum() == 11
    stayed = table.loc[~table["churned"], "customer_id"]
    assert sorted(result.customers["customer_id"]) == sorted(stayed)


@pytest.mark.slow
def test_telco_has_the_golden_counts(telco):
    golden = json.loads((SHARED / "golden" / "metrics.json").read_text(encoding="utf-8"))["telco"]
    tiles = {kpi.key: kpi.value for kpi in telco[2].headline}
    assert tiles["customers"].value == golden["customers"]
    assert round(tiles["churned"].value, 5) == golden["customer_churn"]
    assert tiles["churned"].n == golden["customers"]
    share = golden["monthly_charges_of_churned"] / golden["monthly_charges"]
    assert tiles["mrr_churned"].value == pytest.approx(share, rel=1e-9)
    everyone = telco[2].plans[0]
    assert everyone.left == golden["churned"]
    last = {p.plan: p.curve.survival[-1] for p in telco[2].plans}
    assert last["Two year"] > last["One year"] > last["Month-to-month"]


def test_known_chances_are_found(known):
    table, chance, result = known
    left = table["churned"].to_numpy()
    # Nobody ranks better than who knows the chances, but for luck.
    ideal = classification.auc(left, chance)
    assert ideal.low - 0.01 < result.model.quality.auc.value < ideal.high
    assert result.model.quality.calibration_error < 0.05
    weights = result.model.importance.set_index("feature")
    assert list(weights.index[:2]) == ["usage", "region"]
    assert (weights.loc[["usage", "region"], "low"] > 0).all()
    for useless in ("shoe size", "Plan", "Monthly revenue", "Tenure"):
        assert weights.loc[useless, "low"] < 0.005
    risk = result.customers.set_index("customer_id")["risk"]
    truth = pd.Series(chance, table["customer_id"])[risk.index]
    assert stats.spearmanr(risk, truth).statistic > 0.9


def test_calibration_holds_the_observed_shares(known):
    table, _, result = known
    tenths = result.model.calibration
    assert tenths["customers"].sum() == len(table)
    assert (tenths["actual"] * tenths["customers"]).sum() == pytest.approx(table["churned"].sum())
    inside = (tenths["low"] <= tenths["predicted"]) & (tenths["predicted"] <= tenths["high"])
    assert inside.sum() >= 7


def test_who_to_save_first_is_risk_times_value(known):
    table, _, result = known
    people = result.customers
    assert set(people["customer_id"]) == set(table.loc[~table["churned"], "customer_id"])
    assert people["rank"].tolist() == list(range(1, len(people) + 1))
    np.testing.assert_allclose(people["at_stake"], people["risk"] * people["mrr"])
    assert people["at_stake"].is_monotonic_decreasing
    worth = pd.Series(np.arange(len(table), dtype=float), table["customer_id"])
    valued = analyse(table, value=worth).customers
    np.testing.assert_allclose(valued["worth"], worth[valued["customer_id"]])
    assert valued["at_stake"].is_monotonic_decreasing


def test_the_same_seed_gives_the_same_answer_whatever_the_names(known):
    table, _, result = known
    again = analyse(table)
    pd.testing.assert_frame_equal(again.customers, result.customers)
    assert again.model.qualities == result.model.qualities


def test_a_customer_with_two_rows_is_in_one_fold_and_one_line():
    table, _ = snapshot(1_000)
    double = pd.concat([table, table.head(300)], ignore_index=True)
    people = analyse(double).customers
    assert people["customer_id"].is_unique
    twice = people["customer_id"].isin(table["customer_id"].head(300))
    price = table.set_index("customer_id")["mrr"]
    assert (people["mrr"] == people["customer_id"].map(price) * (1 + twice)).all()


def test_rows_without_an_answer_are_counted_out():
    table, _ = snapshot(800)
    table["churned"] = table["churned"].astype("boolean")
    table.loc[:49, "churned"] = pd.NA
    result = analyse(table)
    assert result.receipt.excluded == {"without an answer whether they left": 50}
    assert result.model.tested == 750


LEAKS = {
    "a copy of the answer": lambda left, rng: np.where(left, "stop", "go"),
    "a reason that only leavers give": lambda left, rng: pd.Series(
        np.where(
            left & (rng.random(len(left)) < 0.5), rng.choice(["price", "moved"], len(left)), ""
        )
    ).replace("", None),
    "an invoice that only stayers have": lambda left, rng: np.where(left, np.nan, 12.0),
    "a score made afterwards": lambda left, rng: left * 5.0 + rng.normal(size=len(left)),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_column_that_knows_the_answer_is_refused_by_name(leak):
    table, _ = snapshot(1_200)
    left = table["churned"].to_numpy()
    table["a3"] = LEAKS[leak](left, np.random.default_rng(1))
    names = {**NAMES, "a3": "Cancellation"}
    with pytest.raises(Leak, match="Cancellation") as refused:
        analyse(table, names=names)
    assert refused.value.code == "leak"
    assert refused.value.column == "Cancellation"
    assert "--without" in refused.value.hint


def test_leaving_the_column_out_cures_it_by_name_and_by_column(known):
    table, _, result = known
    table = table.assign(a3=table["churned"])
    for names, without in (({"a3": "Cancellation"}, "Cancellation"), ({}, "a3")):
        clean = analyse(table, names={**NAMES, **names}, without=(without,))
        pd.testing.assert_frame_equal(clean.customers, result.customers)


def test_all_leaks_are_named_at_once():
    table, _ = snapshot(800)
    table["a3"], table["a4"] = table["churned"].astype(float), ~table["churned"]
    with pytest.raises(Leak) as refused:
        analyse(table, names={"a3": "one", "a4": "two"})
    assert [issue.column for issue in refused.value.issues] == ["one", "two"]


def test_strong_but_honest_columns_are_no_leak():
    rng = np.random.default_rng(5)
    left = rng.random(2_000) < 0.3
    frame = pd.DataFrame(
        {
            "strong": left + rng.normal(scale=0.4, size=2_000),
            "often empty": np.where(rng.random(2_000) < 0.9, np.nan, 1.0),
            "new customers have none": np.where((rng.random(2_000) < 0.1) & ~left, np.nan, 1.0),
        }
    )
    features, _ = encode(frame, list(frame))
    leakage.check(features, left)


@pytest.mark.parametrize("left", [30, 99, 751])
def test_too_few_of_either_kind_is_an_answer(left):
    table, _ = snapshot(850)
    table["churned"] = np.arange(850) < left
    with pytest.raises(NotEnoughData, match="100 customers who left"):
        analyse(table)


def test_a_table_that_says_nothing_of_leaving_is_refused():
    with pytest.raises(NotEnoughData, match="who left"):
        analyse(snapshot(200)[0].drop(columns="churned"))


def dated(n=3_000, seed=11):
    """Subscriptions over two years; those of plan "cheap" are left four times as often."""
    rng = np.random.default_rng(seed)
    start, cheap = rng.integers(0, 700, n), rng.random(n) < 0.5
    lasts = rng.exponential(np.where(cheap, 200, 800)).astype(int) + 1
    day = pd.Timestamp("2023-01-01")
    end = start + lasts
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:05d}" for i in range(n)],
            "start": day + pd.to_timedelta(start, unit="D"),
            "end": pd.Series(day + pd.to_timedelta(end, unit="D")),
            "plan": np.where(cheap, "cheap", "dear"),
            "mrr": np.where(cheap, 10.0, 30.0),
            "a0": rng.normal(size=n),
        }
    )


def test_dated_subscriptions_are_split_by_time():
    table, end = dated(), dt.date(2024, 12, 31)
    result = analyse(table, as_of=end, window_days=90)
    assert result.model.basis == "time"
    assert result.cut == end - dt.timedelta(days=90)
    cut = pd.Timestamp(result.cut)
    running = table[(table["start"] <= cut) & (table["end"] > cut)]
    assert result.model.tested == len(running)
    assert result.model.left == (running["end"] <= pd.Timestamp(end)).sum()
    assert result.model.importance["column"].iloc[0] in ("plan", "mrr")
    now = table[(table["start"] <= pd.Timestamp(end)) & (table["end"] > pd.Timestamp(end))]
    assert set(result.customers["customer_id"]) == set(now["customer_id"])
    # The chance of leaving within 90 days is 1 - exp(-90 / mean life).
    means = result.customers.groupby("plan")["risk"].mean()
    assert means["cheap"] == pytest.approx(1 - np.exp(-90 / 200), abs=0.05)
    assert means["dear"] == pytest.approx(1 - np.exp(-90 / 800), abs=0.04)


def test_nothing_after_a_cut_is_known_at_it():
    table, cut = dated(400), dt.date(2024, 3, 1)
    day = pd.Timestamp(cut)
    then = table[table["start"] <= day]
    then = then.assign(end=then["end"].where(then["end"] <= day))
    pd.testing.assert_frame_equal(paying(table, cut, ["a0"]), paying(then, cut, ["a0"]))


def test_what_happens_after_as_of_changes_nothing():
    table, end = dated(), dt.date(2024, 6, 30)
    day = pd.Timestamp(end)
    then = table[table["start"] <= day]
    then = then.assign(end=then["end"].where(then["end"] <= day))
    one, other = (analyse(t, as_of=end) for t in (table, then))
    pd.testing.assert_frame_equal(one.customers, other.customers)


def test_a_leak_in_a_dated_file_is_refused():
    table = dated()
    table["a1"] = table["end"].where(table["end"] <= "2024-12-31").notna().map({True: "gone"})
    with pytest.raises(Leak, match="why"):
        analyse(table, as_of=dt.date(2024, 12, 31), names={"a1": "why"})


def test_auc_and_its_interval_are_delongs():
    """Against the definition, pair by pair, and scikit-learn."""
    rng = np.random.default_rng(2)
    left = rng.random(300) < 0.3
    risk = np.round(rng.normal(size=300) + left, 1)  # with ties
    pairs = (risk[left][:, None] > risk[~left]) + 0.5 * (risk[left][:, None] == risk[~left])
    found = classification.auc(left, risk)
    assert found.value == pytest.approx(pairs.mean()) == pytest.approx(roc_auc_score(left, risk))
    variance = pairs.mean(axis=1).var(ddof=1) / left.sum()
    variance += pairs.mean(axis=0).var(ddof=1) / (~left).sum()
    assert found.high - found.value == pytest.approx(1.959964 * np.sqrt(variance), rel=1e-6)
    assert classification.auc(left, left.astype(float)).high == 1.0
    nothing = classification.auc_difference(left, risk, risk)
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)


def test_delongs_interval_covers():
    rng, truth, inside = np.random.default_rng(9), stats.norm.cdf(1 / np.sqrt(2)), 0
    for _ in range(400):
        left = np.arange(200) < 60
        found = classification.auc(left, rng.normal(size=200) + left)
        inside += found.low <= truth <= found.high
    assert 0.92 < inside / 400 < 0.98


def test_calibration_error_and_log_loss_are_what_they_are_called():
    rng = np.random.default_rng(4)
    risk = rng.random(1_000)
    left = rng.random(1_000) < risk
    order = np.argsort(risk, kind="stable").reshape(10, 100)
    by_hand = np.mean([abs(risk[b].mean() - left[b].mean()) for b in order])
    assert classification.calibration_error(left, risk) == pytest.approx(by_hand)
    assert classification.log_loss(left, risk) == pytest.approx(log_loss(left, risk))
    assert np.isfinite(classification.log_loss(left, left.astype(float)))
    constant = np.full(1_000, 0.9)
    assert classification.calibration_error(left, constant) == pytest.approx(
        np.mean([abs(0.9 - part.mean()) for part in left.reshape(10, 100)])
    )


def test_features_are_encoded_without_looking_at_the_answer():
    frame = pd.DataFrame(
        {
            "number": [1.5, None, 3.0] * 40,
            "flag": pd.array([True, None, False] * 40, dtype="boolean"),
            "text": ["b", "a", "b"] * 40,
            "same": ["x"] * 120,
            "name": [f"n{i}" for i in range(120)],
            "day": pd.Timestamp("2024-01-01"),
        }
    )
    features, notes = encode(frame, list(frame), {"name": "Name"})
    assert features.columns == ("number", "flag", "text")
    assert features.categorical == (False, False, True)
    np.testing.assert_array_equal(features.values[:3, 1], [1, np.nan, 0])
    np.testing.assert_array_equal(features.values[:3, 2], [0, 1, 0])  # the commonest is 0
    assert [note.params["column"] for note in notes] == ["Name", "day"]
