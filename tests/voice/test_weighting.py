"""Weighting: held against direct computations, and against simulated bases whose score is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.weighting import BIASES, by_value, customers, simulated, survey
from cxlib.errors import NotEnoughData
from cxlib.statistics import wilson
from cxlib.voice.raking import freedom, influences, kish, raked
from cxlib.voice.weighting import OVER, UNDER, weighted


@pytest.fixture(scope="module")
def one():
    rng = np.random.default_rng(5)
    base = customers(4_000, rng)
    given, true = survey(base, by_value, 1_000, rng)
    return given, base, true


def test_raked_weights_are_those_of_proportional_fitting():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 3, 400), rng.integers(0, 4, 400)
    wanted_a, wanted_b = np.array([0.5, 0.2, 0.3]), np.array([0.1, 0.2, 0.3, 0.4])
    w = np.full(400, 1 / 400)
    for _ in range(500):
        w *= (wanted_a / np.bincount(a, w))[a]
        w *= (wanted_b / np.bincount(b, w))[b]
    design = np.column_stack([a == 1, a == 2, b == 1, b == 2, b == 3]).astype(float)
    found = raked(design, np.concatenate([wanted_a[1:], wanted_b[1:]]))
    np.testing.assert_allclose(found, w, rtol=1e-6)


def test_means_beyond_every_respondent_are_refused():
    x = np.random.default_rng(2).uniform(1, 2, (50, 1))
    assert raked(x, np.array([0.5])) is None
    assert raked(x, np.array([1.2])) @ x[:, 0] == pytest.approx(1.2, abs=1e-8)


def test_influence_is_what_leaving_a_respondent_out_changes():
    # Of the weighted regression, which linearises raking, refitted without each respondent.
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    w = rng.gamma(2, 1, 40)
    w /= w.sum()
    columns = np.column_stack([np.ones(40), x - w @ x])

    def mean(keep):
        root = np.sqrt(w[keep])
        return np.linalg.lstsq(columns[keep] * root[:, None], y[keep] * root, rcond=None)[0][0]

    everyone = np.ones(40, dtype=bool)
    without = [mean(everyone & (np.arange(40) != i)) for i in range(40)]
    np.testing.assert_allclose(influences(y, x, w), mean(everyone) - without, atol=1e-12)
    assert mean(everyone) == pytest.approx(w @ y)


def test_equal_weights_lose_nothing():
    assert kish(np.full(30, 1 / 30)) == pytest.approx(30)
    assert freedom(np.full(30, 1 / 30)) == pytest.approx(30)


def test_respondents_become_the_base(one):
    given, base, _ = one
    found = weighted(given, base)
    people = found.respondents.merge(base, on="customer_id")
    w = people["weight"].to_numpy()
    assert w.mean() == pytest.approx(1)
    for row in found.classes.itertuples():
        above = -np.inf if pd.isna(row.above) else row.above
        upto = np.inf if pd.isna(row.upto) else row.upto
        inside = (people[row.measure] > above) & (people[row.measure] <= upto)
        share = ((base[row.measure] > above) & (base[row.measure] <= upto)).mean()
        assert w[inside].sum() / w.sum() == pytest.approx(share, abs=1e-6)
        assert row.share_base == pytest.approx(share)
        assert row.respondents == inside.sum() >= 20
        assert row.weight == pytest.approx(row.share_base / row.share_respondents, abs=1e-5)
    sums = found.classes.groupby("measure")[["customers", "respondents"]].sum()
    assert (sums["customers"] == len(base)).all()
    assert (sums["respondents"] == len(people)).all()
    assert (found.classes["measure"] == "monetary").sum() == 10 - found.merged["monetary"]
    assert found.weighted.value == pytest.approx(np.average(people["value"], weights=w))


def test_the_mix_shows_who_answers_more(one):
    found = weighted(*one[:2])
    mix = found.mix.set_index("segment")
    assert mix["customers"].sum() == 4_000
    assert mix["respondents"].sum() == found.joined
    assert mix["share_weighted"].sum() == pytest.approx(1)
    assert mix.loc["Champions", "state"] == OVER
    assert mix.loc["Lost", "state"] == UNDER
    row = mix.loc["Champions"]
    share = wilson(int(row["respondents"]), found.joined)
    assert row["low"] == pytest.approx(share.low / row["share_base"])
    away = (mix["share_respondents"] - mix["share_base"]).abs().sum()
    assert (mix["share_weighted"] - mix["share_base"]).abs().sum() < away / 3


def test_effective_n_has_the_width_of_a_simple_random_sample(one):
    found = weighted(*one[:2])
    people, n = found.respondents, found.effective_n
    w = people["weight"] / people["weight"].sum()
    p, d = w[people["value"] == 100].sum(), w[people["value"] == -100].sum()
    p, d = (n * p + 0.75) / (n + 3), (n * d + 0.75) / (n + 3)
    half = 1.959964 * np.sqrt((p + d - (p - d) ** 2) / (n + 3))
    assert found.weighted.low == pytest.approx(100 * (p - d - half), abs=1e-4)
    assert found.weighted.high == pytest.approx(100 * (p - d + half), abs=1e-4)
    assert found.design_effect == pytest.approx(found.joined / n)
    assert n < found.joined


def test_equal_mixes_change_nothing():
    rng = np.random.default_rng(8)
    base = customers(500, rng)
    # Everybody answers, so the mixes are equal whatever the classes.
    given = pd.DataFrame(
        {"customer_id": base["customer_id"], "value": rng.choice([-100.0, 0.0, 100.0], 500)}
    )
    found = weighted(given, base)
    np.testing.assert_array_equal(found.respondents["weight"], 1.0)
    assert found.weighted.value == pytest.approx(found.raw.value)
    assert found.gap.value == pytest.approx(0, abs=1e-9)
    assert found.unanswered == 0
    assert found.issues == ()
    assert "no detectable difference" in found.meaning.message


def test_order_and_names_do_not_matter(one):
    given, base, _ = one
    expected = weighted(given, base)
    shuffled = weighted(given.sample(frac=1, random_state=1), base.sample(frac=1, random_state=2))
    names = {c: f"x{hash_ % 7}{c}" for hash_, c in enumerate(base["customer_id"])}
    renamed = weighted(
        given.assign(customer_id=given["customer_id"].map(names)),
        base.assign(customer_id=base["customer_id"].map(names)),
    )
    # Ranks count, not units: money in another currency weighs the same.
    money = weighted(given, base.assign(monetary=base["monetary"] * 3.7))
    for other in (shuffled, renamed, money):
        assert other.weighted.value == pytest.approx(expected.weighted.value, abs=1e-6)
        assert other.weighted.low == pytest.approx(expected.weighted.low, abs=1e-5)
        assert other.effective_n == pytest.approx(expected.effective_n, rel=1e-6)


def test_a_customer_who_answers_often_counts_once(one):
    given, base, _ = one
    expected = weighted(given, base)
    loud = given.head(100)
    again = weighted(pd.concat([given, loud, loud], ignore_index=True), base)
    assert again.joined == expected.joined + 200
    assert again.weighted.value == pytest.approx(expected.weighted.value)
    assert again.effective_n == pytest.approx(expected.effective_n)
    plain = np.append(given["value"], np.tile(loud["value"], 2))
    assert again.raw.value == pytest.approx(plain.mean())
    # Twice the same from everybody is no more information than once.
    twice = weighted(pd.concat([given, given], ignore_index=True), base)
    assert twice.raw.high - twice.raw.low == pytest.approx(
        expected.raw.high - expected.raw.low, rel=1e-3
    )


def test_raw_is_the_score_as_it_is_shown_elsewhere(one):
    given, base, _ = one
    raw = weighted(given, base).raw
    n, p, d = len(given), (given["value"] == 100).sum(), (given["value"] == -100).sum()
    p, d = (p + 0.75) / (n + 3), (d + 0.75) / (n + 3)
    half = 100 * stats.norm.ppf(0.975) * np.sqrt((p + d - (p - d) ** 2) / (n + 3))
    assert raw.value == pytest.approx(given["value"].mean())
    assert (raw.low, raw.high) == pytest.approx((100 * (p - d) - half, 100 * (p - d) + half))


def test_shares_and_scores_stay_in_their_ranges(one):
    given, base, _ = one
    happy = weighted(given.assign(value=1.0), base, unit="share")
    assert happy.weighted.value == happy.weighted.high == 1
    assert happy.weighted.low > 0.9
    all_promoters = weighted(given.assign(value=100.0), base)
    assert all_promoters.weighted.high <= 100
    assert all_promoters.weighted.low > 90
    score = weighted(given.assign(value=given["value"] / 100 + 4), base, unit="score")
    points = weighted(given, base)
    assert score.weighted.value == pytest.approx(points.weighted.value / 100 + 4)
    assert score.effective_n == pytest.approx(points.effective_n)


def test_answers_that_do_not_join_are_counted(one):
    given, base, _ = one
    more = pd.DataFrame({"customer_id": ["stranger", "stranger", None, "c1"], "value": 100.0})
    more.loc[3, "value"] = np.nan
    found = weighted(pd.concat([given, more], ignore_index=True), base)
    assert (found.joined, found.unjoined) == (len(given), 3)
    assert found.receipt.excluded == {
        "missing": 1,
        "without a customer": 1,
        "of customers who are not in the base": 2,
    }
    assert found.receipt.rows_in == len(given) + 4
    assert found.receipt.rows_used == found.joined
    assert found.weighted == weighted(given, base).weighted


def test_a_part_of_the_base_that_nobody_answers_for_is_said(one):
    given, base, _ = one
    poor = base.loc[base["m"] == 1, "customer_id"]
    found = weighted(given[~given["customer_id"].isin(poor)], base)
    assert found.unanswered == pytest.approx(len(poor) / len(base))
    issue = next(i for i in found.issues if i.code == "unanswered")
    assert issue.count == len(poor)
    assert issue.severity == "warning"
    # The score is that of the others, and no class reaches down to them.
    people = found.respondents.merge(base, on="customer_id")
    money = found.classes[found.classes["measure"] == "monetary"]
    assert money["customers"].sum() == len(base) - len(poor)
    assert people["monetary"].min() > base.loc[base["m"] == 1, "monetary"].max()


def test_a_base_without_money_or_with_one_frequency_is_weighted_by_the_rest(one):
    given, base, _ = one
    bare = base.assign(monetary=np.nan, m=pd.array([pd.NA] * len(base), "Int64"))
    found = weighted(given, bare)
    assert set(found.classes["measure"]) == {"recency_days", "frequency"}
    once = weighted(given, bare.assign(frequency=1))
    assert set(once.classes["measure"]) == {"recency_days"}
    some = base.assign(monetary=base["monetary"].where(base.index % 10 > 0))
    assert np.isfinite(weighted(given, some).weighted.value)


def test_too_few_respondents_are_refused(one):
    given, base, _ = one
    with pytest.raises(NotEnoughData, match="not_enough_data"):
        weighted(given.head(49), base)
    with pytest.raises(NotEnoughData, match="not_enough_data"):
        weighted(given.head(0), base)
    with pytest.raises(NotEnoughData, match="not_enough_data"):
        weighted(given, base.head(0))


def test_input_is_not_changed(one):
    given, base, _ = one
    before = given.copy(), base.copy()
    weighted(given, base)
    pd.testing.assert_frame_equal(given, before[0])
    pd.testing.assert_frame_equal(base, before[1])


@pytest.mark.parametrize("bias", BIASES.values(), ids=BIASES)
def test_a_large_survey_recovers_the_true_score(bias):
    rng = np.random.default_rng(23)
    base = customers(80_000, rng)
    given, true = survey(base, bias, 20_000, rng)
    found = weighted(given, base)
    assert found.raw.value - true >= 8
    assert abs(found.weighted.value - true) <= 2
    assert found.gap.low <= found.raw.value - true <= found.gap.high


def test_small_surveys_are_right_on_average_and_their_intervals_cover():
    # `bench weighting` has more of them, of every bias.
    found = simulated(by_value, 60, 5_000, 1_000)
    raw, error, covered = found.mean(axis=0)
    assert raw >= 8
    assert abs(error) <= 2
    assert covered >= 0.88
