"""The test of groups keeps its level, finds planted differences, and loses nobody."""

import dataclasses
from math import lgamma, log, log1p

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlib.errors import NotEnoughData
from cxlib.value.clv import lifetime
from cxlib.value.clv.cohort_fits import LEAST, OTHER, compare_groups, own_against_one
from cxlib.value.clv.ladder import climb_days
from cxlib.value.clv.simulate import simulate_purchases, summarised
from cxlib.value.clv.value import Terms, value_customers

TERMS = Terms(365, 0.1, 0.3)
PURCHASES = {"r": 0.55, "alpha": 60.0, "a": 0.8, "b": 2.6}
SPEND = {"p": 6.0, "q": 4.0, "v": 15.0}


def simulated(generator, T, **changed):
    purchases = simulate_purchases(generator, T, PURCHASES | changed, SPEND)
    return summarised(purchases, T)


def months(fitted):
    return fitted.summary["first_day"].dt.month.astype(str).tolist()


def log_likelihood(params, summary, days):
    """Eq. 6 of Fader, Hardie & Lee 2005, customer by customer."""
    r, alpha, a, b = (params[name] for name in ("r", "alpha", "a", "b"))
    total = 0.0
    for x, t_x, T in summary[["frequency", "recency", "T"]].to_numpy(float):
        t_x, T = t_x / days, T / days
        known = lgamma(r + x) - lgamma(r) + r * log(alpha)
        known += lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x)
        still = -(r + x) * log(alpha + T)
        gone = log(a / (b + x - 1)) - (r + x) * log(alpha + t_x) if x else -np.inf
        top = max(still, gone)
        total += known + top + log1p(np.exp(min(still, gone) - top))
    return total


def test_the_statistic_is_that_of_the_likelihood_written_out(result):
    fitted = result.fitted
    found = compare_groups(fitted, TERMS, months(fitted))
    of = np.array(months(fitted))
    apart = [
        log_likelihood(one.fit.params, fitted.summary[of == one.group], 7) for one in found.groups
    ]
    together = log_likelihood(fitted.fit.params, fitted.summary, 7)
    assert found.test.statistic == pytest.approx(2 * (sum(apart) - together), abs=1e-5)
    assert found.test.degrees == 8
    assert found.test.p == pytest.approx(1 - stats.chi2.cdf(found.test.statistic, 8))
    assert found.differ == (found.test.p <= 0.05)


@pytest.mark.slow
def test_one_process_is_taken_for_two_in_a_twentieth_of_files():
    """100 files of two cohorts of different age: the count of rejections is Binomial(100, 0.05)."""
    generator = np.random.default_rng(20)
    rejected = 0
    for _ in range(100):
        parts = [simulated(generator, np.full(LEAST, age), alpha=25.0) for age in (300.0, 420.0)]
        fits = [
            climb_days("bgnbd", part, "D", others=False).fit for part in [*parts, pd.concat(parts)]
        ]
        rejected += own_against_one(fits[:2], fits[2]).p <= 0.05
    assert 1 <= rejected <= 11  # 99 % of such counts


@pytest.fixture(scope="module")
def planted():
    """Two cohorts of different age; the younger ones buy half as often."""
    generator = np.random.default_rng(3)
    parts = [
        simulated(generator, np.full(1_500, 400.0)),
        simulated(generator, np.full(1_500, 250.0), alpha=120.0),
    ]
    summary = pd.concat(parts, ignore_index=True)
    summary["customer_id"] = [f"C{i}" for i in range(len(summary))]
    return lifetime.analyse_summary(summary).fitted, np.repeat(["old", "young"], 1_500)


def test_a_planted_difference_is_found_and_what_it_changes(planted):
    fitted, of = planted
    found = compare_groups(fitted, TERMS, of.tolist())
    assert found.test.p < 1e-6
    assert found.differ
    for one, alpha in zip(found.groups, (60.0, 120.0), strict=True):
        known = dataclasses.replace(fitted.fit, params=PURCHASES | {"alpha": alpha})
        part = dataclasses.replace(fitted, summary=fitted.summary[of == one.group], fit=known)
        true = value_customers(part, TERMS).purchases.value
        assert one.own_purchases.low < true < one.own_purchases.high
    old, young = found.groups
    # One fit for all overrates those who buy less often.
    assert old.pooled_purchases.value < old.own_purchases.value
    assert young.pooled_purchases.value > young.own_purchases.value
    moves = [one.own_purchases.value / one.pooled_purchases.value - 1 for one in found.groups]
    assert found.largest == pytest.approx(max(np.abs(moves)))


def test_the_fit_of_all_adds_up_and_the_order_of_customers_is_forgotten(planted):
    fitted, of = planted
    found = compare_groups(fitted, TERMS, of.tolist())
    valued = value_customers(fitted, TERMS)
    assert sum(g.pooled.value for g in found.groups) == pytest.approx(valued.clv.value)
    assert sum(g.pooled_purchases.value for g in found.groups) == pytest.approx(
        valued.purchases.value
    )
    order = np.random.default_rng(1).permutation(len(of))
    shuffled = dataclasses.replace(fitted, summary=fitted.summary.iloc[order])
    again = compare_groups(shuffled, TERMS, of[order].tolist())
    assert again.test.statistic == pytest.approx(found.test.statistic, abs=1e-6)
    assert [g.group for g in again.groups] == ["old", "young"]


def test_small_groups_go_together_and_nobody_is_lost(planted):
    fitted, of = planted
    names = of.astype(object)
    names[:300], names[300:700], names[-600:] = "a", "b", None
    found = compare_groups(fitted, TERMS, names)
    assert [(g.group, g.customers, g.state) for g in found.groups] == [
        ("old", 800, "fitted"),
        ("young", 900, "fitted"),
        (OTHER, 700, "fitted"),
        (None, 600, "fitted"),
    ]
    assert found.test.degrees == 12
    assert found.notes[0].params["count"] == 2


def test_a_group_without_a_fit_is_said_and_stays_out_of_the_test(planted):
    fitted, of = planted
    nobody = fitted.summary.head(LEAST).assign(frequency=0, recency=0.0, spend_purchases=0)
    wide = dataclasses.replace(fitted, summary=pd.concat([fitted.summary, nobody]))
    found = compare_groups(wide, TERMS, [*of, *["once"] * LEAST])
    once = next(g for g in found.groups if g.group == "once")
    assert (once.state, once.own, once.customers) == ("not_converged", None, LEAST)
    assert once.pooled.value > 0
    assert [note.code for note in found.notes] == ["group_not_converged"]
    assert found.test.statistic == pytest.approx(
        compare_groups(fitted, TERMS, of.tolist()).test.statistic
    )


def test_too_little_is_said(planted):
    fitted, _ = planted
    alone = compare_groups(fitted, TERMS, ["all"] * len(fitted.summary))
    assert (alone.test, alone.differ) == (None, False)
    assert "nothing to compare" in alone.meaning.message
    few = compare_groups(fitted, TERMS, ["few"] * 10 + ["all"] * (len(fitted.summary) - 10))
    assert [g.state for g in few.groups] == ["fitted", "small"]
    with pytest.raises(NotEnoughData):
        compare_groups(dataclasses.replace(fitted, fit=None), TERMS, ["all"])
