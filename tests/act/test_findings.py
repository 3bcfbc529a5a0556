"""What changed: selected families, episodes, and silence where nothing did."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.act.findings import by_month, findings, topic_series
from cxlib.results import Estimate, Verdict
from cxlib.statistics import estimate_verdicts


def verdicts(values, error=1.0):
    names = [f"2025-{i + 1:02}" for i in range(len(values))]
    half = 1.959964 * error
    estimates = [Estimate(v, v - half, v + half, 100, "points", "t") for v in values]
    return estimate_verdicts(estimates, names, [True] * len(values))


def noise(generator, months=12):
    return verdicts(generator.normal(50, 1.0, months))


def test_a_fall_that_went_back_is_one_finding():
    found = findings([("voice.nps", "NPS", verdicts([50, 50, 50, 20, 20, 50, 50]))])
    (fall,) = found
    assert (fall.month, fall.state, fall.until) == ("2025-04", "down", "2025-05")
    assert fall.change == pytest.approx(30)
    assert fall.sentence.params == {
        "measure": "NPS",
        "change": 30,
        "month": "2025-04",
        "until": "2025-05",
    }


def test_a_fall_that_stayed_has_no_end():
    (fall,) = findings([("voice.nps", "NPS", verdicts([50, 50, 50, 20, 20, 20]))])
    assert fall.until is None
    assert "until" not in fall.sentence.params


def test_two_steps_down_are_two_findings():
    found = findings([("voice.nps", "NPS", verdicts([50, 50, 30, 30, 10, 10]))])
    assert [(f.month, f.until) for f in found] == [("2025-03", None), ("2025-05", None)]


def test_many_quiet_measures_stay_quiet():
    # 20 families that are judged each by itself raise an alarm in most workspaces; together in few.
    generator = np.random.default_rng(6)
    alone = together = 0
    for _ in range(100):
        series = [(f"m{i}", "M", noise(generator)) for i in range(20)]
        alone += any(v.state in ("up", "down") for _, _, family in series for v in family)
        together += bool(findings(series))
    assert alone > 40
    assert together <= 12  # 5 are expected


def test_a_real_fall_among_quiet_measures_is_told_alone():
    generator = np.random.default_rng(7)
    told = 0
    for _ in range(50):
        series = [(f"m{i}", "M", noise(generator)) for i in range(14)]
        level = generator.normal(50, 1.0, 12)
        level[7:] -= 12
        found = findings([*series, ("voice.nps", "NPS", verdicts(level))])
        assert "2025-08" in {f.month for f in found if f.measure == "voice.nps"}
        told += len(found) == 1
    assert told >= 40


def test_nothing_to_judge_is_nothing_to_tell():
    assert findings([]) == ()
    assert findings([("m", "M", ()), ("n", "N", (Verdict("unknown", None, "count"),))]) == ()


def test_topics_are_series():
    topics = pd.DataFrame(
        {
            "topic": ["late", "late", "late"],
            "name": ["2025-01", "2025-02", "2025-03"],
            "change": [np.nan, 30.0, -29.0],
            "usual": [np.nan, 2.0, 2.0],
            "p": [np.nan, 1e-6, 1e-6],
            "state": ["unknown", "up", "down"],
        }
    )
    ((measure, label, family),) = topic_series(topics, "support.topic")
    assert (measure, label) == ("support.topic", "late")
    (found,) = findings([(measure, label, family)])
    assert (found.month, found.until, found.change) == ("2025-02", "2025-02", 30.0)
    assert list(by_month([found])) == ["2025-02"]
