import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)
from statsmodels.stats.weightstats import DescrStatsW

from bench.alarms import alarms, found
from cxlib.statistics import (
    FAMILY,
    RESAMPLED,
    adjusted_wald,
    benjamini_hochberg,
    bootstrap_ratio,
    compare,
    customer_ratio,
    estimate_verdicts,
    fact_verdicts,
    gini,
    mean_t,
    ratio_of_sums,
    sample_ratio,
    smallest_detectable,
    standard_error,
    top_share,
    two_shares,
    welch,
    wilson,
)

GOLDEN = Path(__file__).resolve().parents[1].parent / "shared" / "golden" / "metrics.json"


EXPERIMENT = GOLDEN.parents[1] / "data" / "experiments" / "cookie_cats.csv"


def golden() -> dict:
    if not GOLDEN.exists():
        pytest.skip("shared/golden/metrics.json is not here")
    return json.loads(GOLDEN.read_text())


def months(n):
    return [f"m{i:02}" for i in range(n)], [True] * n


def test_wilson_gives_the_golden_intervals():
    if not GOLDEN.exists():
        pytest.skip("shared/golden/metrics.json is not here")
    for case in json.loads(GOLDEN.read_text())["wilson_95"]:
        found = wilson(case["k"], case["n"])
        assert (found.low, found.high) == pytest.approx(case["interval"], abs=1e-6)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (8, 10), (45, 50), (1, 1000), (999, 1000)])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_wilson_agrees_with_statsmodels(k, n, level):
    found = wilson(k, n, level)
    expected = proportion_confint(k, n, alpha=1 - level, method="wilson")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)
    assert (found.value, found.n, found.unit, found.method) == (k / n, n, "share", "wilson")
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(("k", "n"), [(0, 0), (3, 2), (-1, 5)])
def test_wilson_refuses_what_is_no_share(k, n):
    with pytest.raises(ValueError, match="no share"):
        wilson(k, n)


def test_mean_t_agrees_with_statsmodels():
    values = np.random.default_rng(1).lognormal(size=40)
    found = mean_t(values)
    assert (found.low, found.high) == pytest.approx(DescrStatsW(values).tconfint_mean())
    assert found.value == pytest.approx(values.mean())


def test_mean_t_of_one_value_says_nothing_about_its_error():
    found = mean_t([3.0])
    assert (found.value, found.low, found.high) == (3.0, -math.inf, math.inf)


def test_bootstrap_ratio_agrees_with_scipy_and_is_seeded():
    generator = np.random.default_rng(2)
    orders = generator.integers(1, 6, size=300).astype(float)
    spent = orders * generator.gamma(2, 30, size=300)
    found = bootstrap_ratio(spent, orders, seed=7)
    assert found == bootstrap_ratio(spent, orders, seed=7)
    assert found != bootstrap_ratio(spent, orders, seed=8)
    other = stats.bootstrap(
        (spent, orders),
        lambda x, y: x.sum() / y.sum(),
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(3),
    ).confidence_interval
    width = other.high - other.low
    assert found.value == pytest.approx(spent.sum() / orders.sum())
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=0.08 * width)


def test_linearised_error_of_a_ratio_is_the_bootstraps():
    generator = np.random.default_rng(4)
    orders = generator.integers(1, 6, size=800).astype(float)
    spent = orders * generator.gamma(2, 30, size=800)
    sums = [
        [float(v)]
        for v in (spent.sum(), orders.sum(), spent @ spent, spent @ orders, orders @ orders)
    ]
    ratio, error = ratio_of_sums([800], *sums)
    bootstrap = bootstrap_ratio(spent, orders, seed=0)
    assert ratio[0] == pytest.approx(bootstrap.value)
    assert error[0] == pytest.approx(standard_error(bootstrap), rel=0.06)


def test_a_ratio_over_very_many_customers_is_linearised_and_agrees_with_resampling():
    generator = np.random.default_rng(9)
    orders = generator.integers(1, 4, size=RESAMPLED + 1).astype(float)
    spent = orders * generator.gamma(2, 30, size=RESAMPLED + 1)
    found = customer_ratio(spent, orders, seed=0)
    resampled = bootstrap_ratio(spent, orders, seed=0, resamples=400)
    assert found.method == "linearised"
    assert found.value == pytest.approx(resampled.value, rel=1e-12)
    assert standard_error(found) == pytest.approx(standard_error(resampled), rel=0.15)
    assert customer_ratio(spent[1:], orders[1:], seed=0).method == "bootstrap"


def test_linearised_error_of_a_mean_is_the_textbooks():
    x = np.array([1.0, 2, 2, 5, 9])
    ratio, error = ratio_of_sums(
        [5, 1, 0], [19, 3, 0], [5, 1, 0], [115, 9, 0], [19, 3, 0], [5, 1, 0]
    )
    assert ratio[0] == x.mean()
    assert error[0] == pytest.approx(stats.sem(x))
    assert ratio[1] == 3
    assert np.isnan(error[1])  # one customer shows no spread
    assert np.isnan(ratio[2])


def test_benjamini_hochberg_agrees_with_statsmodels_and_leaves_the_untested_out():
    p = np.array([0.001, np.nan, 0.02, 0.04, 0.3, 0.9])
    found = benjamini_hochberg(p)
    expected = multipletests(p[~np.isnan(p)], method="fdr_bh")[1]
    assert found[~np.isnan(p)] == pytest.approx(expected)
    assert np.isnan(found[1])


def test_smallest_detectable_change_is_found_with_80_percent_power():
    shift = smallest_detectable(1.0)
    power = stats.norm.sf(1.96 - shift) + stats.norm.cdf(-1.96 - shift)
    assert power == pytest.approx(0.80, abs=0.002)


@pytest.mark.parametrize(
    ("amounts", "expected"), [([5, 5, 5, 5], 0), ([0, 0, 0, 8], 0.75), ([1, 2, 3, 4], 0.25)]
)
def test_gini(amounts, expected):
    x = np.array(amounts, dtype=float)
    by_pairs = np.abs(x[:, None] - x).sum() / (2 * len(x) ** 2 * x.mean())
    assert gini(x) == pytest.approx(expected) == pytest.approx(by_pairs)


def test_top_share_rounds_the_number_of_customers_up():
    assert top_share([1, 2, 3, 4, 90], 10) == 0.9  # one of five
    assert top_share(np.arange(1, 11), 20) == pytest.approx(19 / 55)
    assert top_share(np.ones(100), 10) == pytest.approx(0.1)
    assert math.isnan(top_share([0, 0], 10))


@pytest.mark.parametrize("length", [13, 24])
def test_constant_noisy_facts_give_a_false_alarm_in_at_most_a_tenth_of_500_years(length):
    generator = np.random.default_rng(5)
    names, complete = months(length)
    alarms = newest = 0
    for _ in range(500):
        verdicts = fact_verdicts(generator.normal(1000, 50, size=length), names, complete, "money")
        assert len(verdicts) == FAMILY
        alarms += any(v.state in ("up", "down") for v in verdicts)
        newest += verdicts[-1].state in ("up", "down")
    assert 0 < alarms <= 50  # a test that never speaks would pass too, hence more than none
    assert newest <= 15


def test_constant_noisy_shares_give_a_false_alarm_in_at_most_a_tenth_of_500_years():
    generator = np.random.default_rng(6)
    names, complete = months(13)
    alarms = 0
    for _ in range(500):
        year = [wilson(int(k), 400) for k in generator.binomial(400, 0.3, size=13)]
        alarms += any(v.state in ("up", "down") for v in estimate_verdicts(year, names, complete))
    assert 0 < alarms <= 50


@pytest.mark.parametrize(("jump", "state"), [(500, "up"), (-500, "down")])
def test_a_real_jump_in_facts_is_called(jump, state):
    generator = np.random.default_rng(7)
    names, complete = months(24)
    called = 0
    for _ in range(50):
        values = generator.normal(1000, 50, size=24)
        values[-1] += jump
        verdict = fact_verdicts(values, names, complete, "money")[-1]
        called += verdict.state == state
        assert verdict.change == pytest.approx(values[-1] - values[-2])
        assert verdict.usual == pytest.approx(np.diff(values)[:-1].std(ddof=1))
        assert (verdict.before, verdict.after) == ("m22", "m23")
    assert called >= 48


def test_a_real_jump_in_shares_is_called_with_what_could_have_been_seen():
    verdict = compare(wilson(120, 400), wilson(200, 400))
    assert verdict.state == "up"
    assert verdict.change == pytest.approx(0.2)
    textbook = 2.80 * math.sqrt(0.3 * 0.7 / 400 + 0.5 * 0.5 / 400)
    assert verdict.smallest_detectable == pytest.approx(textbook, rel=0.01)
    assert verdict.usual is None
    assert verdict.family == 1


def test_a_change_as_large_as_the_smallest_detectable_is_found_about_80_times_in_100():
    generator = np.random.default_rng(8)
    se = math.sqrt(2 * 0.3 * 0.7 / 1000)
    pairs = generator.binomial(1000, [0.3, 0.3 + smallest_detectable(se)], size=(2000, 2))
    found = [compare(wilson(a, 1000), wilson(b, 1000)).state == "up" for a, b in pairs.tolist()]
    assert np.mean(found) == pytest.approx(0.8, abs=0.04)


def test_incomplete_months_stay_out():
    values = [100, 103, 99, 101, 104, 98, 100, 102, 99, 3]
    names, complete = months(10)
    complete[-1] = False
    verdicts = fact_verdicts(values, names, complete, "count")
    assert verdicts == fact_verdicts(values[:-1], names[:-1], complete[:-1], "count")
    assert verdicts[-1].after == "m08"
    assert verdicts[-1].state == "none"


def test_too_short_a_series_is_unknown_but_shows_its_change():
    names, complete = months(5)
    verdict = fact_verdicts([1, 2, 3, 4, 50], names, complete, "count")[-1]
    assert (verdict.state, verdict.change, verdict.p) == ("unknown", 46, None)
    (alone,) = fact_verdicts([1], ["m00"], [True], "count")
    assert (alone.state, alone.change) == ("unknown", None)


def test_a_series_that_never_moved_calls_its_first_move():
    names, complete = months(10)
    flat = fact_verdicts([5.0] * 10, names, complete, "count")
    assert {v.state for v in flat[6:]} == {"none"}
    assert fact_verdicts([5.0] * 9 + [6.0], names, complete, "count")[-1].state == "up"


def test_a_month_with_nothing_to_measure_is_unknown():
    names, complete = months(3)
    year = [wilson(3, 10), None, wilson(4, 10)]
    assert [v.state for v in estimate_verdicts(year, names, complete)] == ["unknown", "unknown"]


def test_net_scores_give_the_golden_intervals():
    for case in golden()["nps"]:
        counts = (case[key] for key in ("promoters", "detractors"))
        n = sum(case[key] for key in ("promoters", "passives", "detractors"))
        low, high, _ = adjusted_wald(*counts, n)
        assert (low, high) == pytest.approx(case["interval_95_adjusted_wald"], abs=5e-5)


def test_the_experiment_gives_the_golden_values():
    case = golden()["experiment_cookie_cats"]
    if not EXPERIMENT.exists():
        pytest.skip("shared/data/experiments/cookie_cats.csv is not here")
    table = pd.read_csv(EXPERIMENT)
    control, treatment = (table[table["version"] == arm] for arm in case["n"])
    assert {"gate_30": len(control), "gate_40": len(treatment)} == case["n"]
    chi2, p = sample_ratio(list(case["n"].values()))
    assert chi2 == pytest.approx(case["sample_ratio"]["chi2"], abs=5e-5)
    assert p == pytest.approx(case["sample_ratio"]["p"], abs=5e-7)
    for outcome in ("retention_1", "retention_7"):
        done = [int(part[outcome].sum()) for part in (treatment, control)]
        found = two_shares(done[0], len(treatment), done[1], len(control))
        expected = case[outcome]
        assert found.value == pytest.approx(expected["difference"], abs=5e-8)
        assert found.statistic == pytest.approx(expected["z"], abs=5e-6)
        assert found.p == pytest.approx(expected["p"], rel=1e-5)
        assert (found.low, found.high) == pytest.approx(expected["interval"], abs=5e-8)


def test_1000_random_cases_agree_with_scipy_and_statsmodels_to_1e_9():
    generator = np.random.default_rng(5)
    close = pytest.approx
    for _ in range(1_000):
        n, m = generator.integers(2, 3_000, 2)
        k, j = generator.integers(0, n + 1), generator.integers(0, m + 1)
        ends = proportion_confint(k, n, method="wilson")
        share = wilson(k, n)
        assert (share.low, share.high) == close(ends, abs=1e-9)

        two = two_shares(k, n, j, m)
        if 0 < k + j < n + m:
            z, p = proportions_ztest([k, j], [n, m])
            assert (two.statistic, two.p) == (close(z, abs=1e-9), close(p, abs=1e-9))
        wald = confint_proportions_2indep(k, n, j, m, method="wald", compare="diff")
        assert (two.low, two.high) == close(wald, abs=1e-9)

        x = generator.normal(size=n % 40 + 2)
        y = generator.normal(0.3, 2, size=m % 40 + 2)
        expected = stats.ttest_ind(x, y, equal_var=False)
        interval = expected.confidence_interval()
        means = welch(x.mean(), x.std(ddof=1), len(x), y.mean(), y.std(ddof=1), len(y))
        assert (means.statistic, means.p) == (
            close(expected.statistic, abs=1e-9),
            close(expected.pvalue, abs=1e-9),
        )
        assert (means.low, means.high) == close((interval.low, interval.high), abs=1e-9)

        counts = generator.integers(1, 500, generator.integers(2, 6))
        ratio = generator.integers(1, 5, len(counts))
        chi = stats.chisquare(counts, counts.sum() * ratio / ratio.sum())
        assert sample_ratio(counts, ratio) == close((chi.statistic, chi.pvalue), abs=1e-9)

        p_values = generator.random(generator.integers(1, 40)) ** 3
        adjusted = multipletests(p_values, method="fdr_bh")[1]
        np.testing.assert_allclose(benjamini_hochberg(p_values), adjusted, atol=1e-9)

        # The interval of a net score, written out as it is defined.
        up, down = generator.multinomial(n, generator.dirichlet([1, 1, 1]))[:2]
        first, last = (up + 0.75) / (n + 3), (down + 0.75) / (n + 3)
        error = math.sqrt((first + last - (first - last) ** 2) / (n + 3))
        half = stats.norm.ppf(0.975) * error
        direct = 100 * max(first - last - half, -1), 100 * min(first - last + half, 1)
        low, high, spread = adjusted_wald(up, down, n)
        assert (low, high, spread) == close((*direct, 100 * error), abs=1e-9)


def test_welch_of_values_that_do_not_vary_is_certain():
    assert welch(3.0, 0.0, 5, 3.0, 0.0, 5).p == 1
    assert welch(4.0, 0.0, 5, 3.0, 0.0, 5).p == 0


def test_a_constant_nps_gives_a_false_alarm_in_at_most_a_tenth_of_500_years():
    once, often = alarms(years=500, n=90, seed=3)
    assert once <= 0.10
    assert often > once  # who looks every month sees more


def test_a_drop_of_25_points_is_called_at_its_month_in_nine_of_ten():
    assert found(falls=500, n=400, seed=4) >= 0.90
