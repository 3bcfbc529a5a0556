"""Trends of topics: how often chance alone is called a change, and what a real one needs."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlib.periods import months
from cxlib.voice.topic_trends import MOST, topic_trends

PERIODS = months(dt.date(2023, 1, 1), dt.date(2024, 12, 31))


def tickets(counts):
    """Tickets of topics by month: {topic: [n, …]}."""
    firsts = np.array([period.first for period in PERIODS], "datetime64[s]")
    parts = [
        pd.DataFrame({"topic": topic, "day": np.repeat(firsts, series)})
        for topic, series in counts.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_chance_alone_is_seldom_called_a_change():
    rng = np.random.default_rng(3)
    families = []
    for _ in range(150):
        table = tickets({f"t{i}": rng.poisson(mean, 24) for i, mean in enumerate((2, 6, 15, 40))})
        families.append(topic_trends(table, PERIODS)["state"].isin(["up", "down"]).any())
    # Of families without any change at most 5 % are to have one called; 150 of them leave room.
    assert np.mean(families) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 150)


def test_the_first_ticket_of_a_quiet_topic_is_no_trend():
    found = topic_trends(tickets({"quiet": [0] * 23 + [1], "busy": [20] * 24}), PERIODS)
    assert not found["state"].isin(["up", "down"]).any()
    grown = topic_trends(tickets({"quiet": [0] * 23 + [12], "busy": [20] * 24}), PERIODS)
    (moved,) = grown[grown["state"] == "up"].itertuples()
    assert (moved.topic, moved.name, moved.change) == ("quiet", "2024-12", 12)


def test_p_is_the_larger_of_the_two_adjusted_over_all_topics():
    rng = np.random.default_rng(5)
    counts = {"a": [*rng.poisson(9, 23), 40], "b": rng.poisson(5, 24)}
    found = topic_trends(tickets(counts), PERIODS)
    raw = []
    for series in counts.values():
        changes = np.diff(series)
        for i in range(len(changes) - 12, len(changes)):
            usual = changes[:i].std(ddof=1)
            of_series = 2 * stats.t.sf(abs(changes[i]) / usual, 2 * i / 3)
            pair = int(series[i]), int(series[i + 1])
            of_chance = stats.binomtest(max(pair), sum(pair), 0.5).pvalue
            raw.append(max(of_series, of_chance))
    expected = stats.false_discovery_control(raw)
    got = found[found["p"].notna()].sort_values(["topic", "month"])["p"]
    assert got.to_numpy() == pytest.approx(expected)


def test_months_that_are_not_over_are_not_compared():
    periods = months(dt.date(2023, 1, 1), dt.date(2024, 12, 20))
    found = topic_trends(tickets({"a": [9] * 23 + [80]}), periods)
    assert found["state"].iloc[-1] == "unknown"
    assert np.isnan(found["change"].iloc[-1])


def test_only_the_largest_topics_have_a_trend():
    found = topic_trends(tickets({f"t{i:02}": [i + 1] * 24 for i in range(MOST + 3)}), PERIODS)
    assert found["topic"].nunique() == MOST
    assert found["topic"].iloc[0] == f"t{MOST + 2:02}"
    assert topic_trends(tickets({"none": [0] * 24}), PERIODS).empty
