"""Kaplan and Meier's estimator against published figures, lifelines, statsmodels and plain counting."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from statsmodels.duration.survfunc import SurvfuncRight

from cxlib.value.kaplan_meier import kaplan_meier

# Weeks of remission under 6-MP, Freireich et al. (1963), Blood 21: 699-716; a plus is censored.
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
# Survival and standard error after each week with a relapse, Kalbfleisch & Prentice (2002), and in
# many textbooks since.
PUBLISHED = {
    6: (0.857, 0.0764),
    7: (0.807, 0.0869),
    10: (0.753, 0.0963),
    13: (0.690, 0.1068),
    16: (0.627, 0.1141),
    22: (0.538, 0.1282),
    23: (0.448, 0.1346),
}
PEOPLE = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60)


def counted(durations, observed):
    """Counts by duration, as the estimator takes them."""
    table = pd.DataFrame({"t": durations, "d": observed}).groupby("t")["d"].agg(["sum", "size"])
    return table.index.to_numpy(float), table["sum"].to_numpy(), (table["size"] - table["sum"])


def people(text):
    return [int(w.strip("+")) for w in text.split()], [not w.endswith("+") for w in text.split()]


def fitted(durations, observed):
    # lifelines silences numpy for the whole process, which would hide warnings of later tests.
    with np.errstate():
        return KaplanMeierFitter().fit(durations, observed)


def test_the_leukaemia_patients_as_published():
    curve = kaplan_meier(*counted(*people(REMISSION)))
    for week, (survival, error) in PUBLISHED.items():
        at = curve.durations.tolist().index(week)
        assert curve.survival[at] == pytest.approx(survival, abs=5e-4)
        assert math.sqrt(curve.variance[at]) == pytest.approx(error, abs=1e-4)
    assert curve.median is not None
    assert (curve.median.value, curve.median.n) == (23, 21)
    # The upper curve never falls to a half: these data set no upper bound to the median.
    assert (curve.median.low, curve.median.high) == (13, math.inf)


@settings(max_examples=60, deadline=None)
@given(PEOPLE)
def test_equals_lifelines(rows):
    durations, observed = zip(*rows, strict=True)
    curve, peer = kaplan_meier(*counted(durations, observed)), fitted(durations, observed)
    at = curve.durations
    interval = peer.confidence_interval_.loc[at].to_numpy()
    np.testing.assert_allclose(
        curve.survival, peer.survival_function_.loc[at].to_numpy()[:, 0], rtol=0, atol=1e-10
    )
    np.testing.assert_allclose(curve.low, interval[:, 0], rtol=0, atol=1e-10)
    np.testing.assert_allclose(curve.high, interval[:, 1], rtol=0, atol=1e-10)
    risk = peer.event_table.loc[at]
    np.testing.assert_array_equal(curve.at_risk[at > 0], risk["at_risk"][at > 0])
    np.testing.assert_array_equal(curve.events, risk["observed"])
    np.testing.assert_array_equal(curve.censored, risk["censored"])


def test_equals_lifelines_on_many_with_the_median_and_its_ends():
    rng = np.random.default_rng(4)
    end, life = rng.integers(30, 700, 5_000), rng.exponential(220, 5_000).astype(int) + 1
    durations, observed = np.minimum(end, life), life <= end
    curve, peer = kaplan_meier(*counted(durations, observed)), fitted(durations, observed)
    ends = median_survival_times(peer.confidence_interval_).to_numpy()[0]
    assert curve.median is not None
    assert curve.median.value == peer.median_survival_time_
    assert [curve.median.low, curve.median.high] == ends.tolist()
    interval = peer.confidence_interval_.loc[curve.durations].to_numpy()
    np.testing.assert_allclose(np.column_stack([curve.low, curve.high]), interval, atol=1e-10)


@settings(max_examples=30, deadline=None)
@given(PEOPLE.filter(lambda rows: any(seen for _, seen in rows)))
def test_variance_equals_statsmodels(rows):
    durations, observed = (np.array(column) for column in zip(*rows, strict=True))
    # statsmodels takes no duration of 0; a day more for everybody moves no step.
    peer = SurvfuncRight(durations + 1, observed.astype(int))
    curve = kaplan_meier(*counted(durations + 1, observed))
    at = np.searchsorted(curve.durations, peer.surv_times)
    np.testing.assert_allclose(curve.survival[at], peer.surv_prob, atol=1e-10)
    inner = peer.surv_prob > 0  # it has no error at 0; here the estimate ends without one
    np.testing.assert_allclose(
        np.sqrt(curve.variance[at][inner]), peer.surv_prob_se[inner], atol=1e-10
    )
    assert (curve.variance[curve.survival == 0] == 0).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=50))
def test_without_censoring_it_is_the_share_that_lasts_longer(durations):
    curve = kaplan_meier(*counted(durations, [True] * len(durations)))
    lasting = [(np.array(durations) > t).mean() for t in curve.durations]
    np.testing.assert_allclose(curve.survival, lasting, atol=1e-12)
    ordered = sorted(durations)
    assert curve.median is not None
    assert curve.median.value == ordered[(len(ordered) - 1) // 2]
    assert (curve.low <= curve.survival).all()
    assert (curve.survival <= curve.high).all()


@pytest.mark.parametrize("n", range(2, 60, 2))
def test_half_is_half_however_the_product_is_rounded(n):
    curve = kaplan_meier(np.arange(1.0, n + 1), np.ones(n, int), np.zeros(n, int))
    assert curve.median is not None
    assert curve.median.value == n / 2


def test_durations_at_which_nothing_happens_change_nothing():
    plain = kaplan_meier([2, 5], [1, 0], [1, 3])
    padded = kaplan_meier([1, 2, 3, 5, 9], [0, 1, 0, 0, 0], [0, 1, 0, 3, 0])
    assert padded.survival.tolist() == [1, 0.8, 0.8, 0.8, 0.8]
    assert padded.survival[[1, 3]].tolist() == plain.survival.tolist()
    assert padded.low[[1, 3]].tolist() == plain.low.tolist()


def test_at_a_duration_between_steps_and_beyond_them():
    curve = kaplan_meier([2, 5], [1, 1], [0, 2])
    assert curve.at(1).value == 1
    assert (curve.at(4).value, curve.at(4).n) == (0.75, 4)
    assert curve.ended_by(4).value == 0.25
    assert curve.ended_by(4).low == 1 - curve.at(4).high
    with pytest.raises(ValueError, match="nobody was observed for 6"):
        curve.at(6)


def test_without_an_event_there_is_no_median():
    curve = kaplan_meier([3, 8], [0, 0], [2, 1])
    assert curve.median is None
    assert curve.survival.tolist() == curve.low.tolist() == curve.high.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("durations", "events", "censored"),
    [
        ([], [], []),
        ([1.0], [0], [0]),
        ([2.0, 1.0], [1, 1], [0, 0]),
        ([1.0, 1.0], [1, 1], [0, 0]),
        ([-1.0], [1], [0]),
        ([math.nan], [1], [0]),
        ([1.0], [1, 2], [0]),
        ([1.0], [-1], [3]),
        ([1.0], [1.5], [0]),
    ],
)
def test_what_are_no_counts_is_refused(durations, events, censored):
    with pytest.raises(ValueError, match=r"observed|durations|whole numbers"):
        kaplan_meier(durations, events, censored)
