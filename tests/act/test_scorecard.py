"""The scorecard of the demo company: its planted month is found, dated, and nothing else is."""

from __future__ import annotations

import datetime as dt

import pytest

from cxlib.act.scorecard import MEASURES, TEAMS, scorecard, standing
from cxlib.demo.company import company
from cxlib.demo.truth import TRUTH
from cxlib.results import Estimate, Fact
from cxlib.store.targets import Target
from cxlib.voice import ces, csat, nps, support

FAILED = f"{TRUTH.delivery_failure.month.first:%Y-%m}"


def target(value, direction="at_least"):
    return Target("m", "v", value, direction, "points", None, dt.datetime(2025, 1, 1))


@pytest.fixture(scope="module")
def results():
    shop = company(0)
    answers = shop.responses.assign(day=shop.responses["timestamp"].dt.normalize())
    found = {
        name: module.analyse(answers.assign(score=answers[name].astype(float)))
        for name, module in (("nps", nps), ("csat", csat), ("ces", ces))
    }
    tickets = shop.tickets.assign(
        day=shop.tickets["timestamp"].dt.normalize(), s0=shop.tickets["csat"].astype(float)
    )
    return found | {"support": support.analyse(tickets)}


def test_the_planted_month_is_found_and_nothing_else(results):
    found = scorecard(results, {}).findings
    assert {f.month for f in found} == {FAILED}
    told = {(f.measure, f.state) for f in found}
    assert {
        ("nps.nps", "down"),
        ("support.tickets", "up"),
        ("support.topic", "up"),
    } <= told
    assert {f.label for f in found if f.measure == "support.topic"} == {"delivery"}
    assert {f.until for f in found if f.measure == "nps.nps"} == {FAILED}
    better = {m.id: m.better for m in MEASURES}
    for finding in found:  # all for the worse
        if finding.measure != "support.topic":
            worse = "down" if better[finding.measure] == "at_least" else "up"
            assert finding.state == worse


def test_lines_have_value_owner_trend_and_verdict(results):
    card = scorecard(results, {"nps.nps": target(50.0)})
    lines = {line.measure.id: line for line in card.lines}
    assert list(lines) == [m.id for m in MEASURES if m.id in lines]
    score = lines["nps.nps"]
    assert score.value == results["nps"].headline[0].latest
    assert (score.month, score.measure.team) == ("2025-12", "cx")
    assert score.measure.team in TEAMS
    assert len(score.kpi.series) > 12
    assert score.standing == "missed"
    assert lines["csat.csat"].standing == "none"
    assert lines["support.csat"].kpi.label != lines["csat.csat"].kpi.label
    assert len(card.receipts) == len(results)


def test_without_data_there_is_an_empty_card():
    card = scorecard({}, {})
    assert (card.lines, card.findings, card.receipts) == ((), (), ())


@pytest.mark.parametrize(
    ("low", "high", "goal", "direction", "expected"),
    [
        (40, 50, 35, "at_least", "met"),
        (40, 50, 40, "at_least", "met"),
        (40, 50, 45, "at_least", "open"),
        (40, 50, 55, "at_least", "missed"),
        (40, 50, 55, "at_most", "met"),
        (40, 50, 45, "at_most", "open"),
        (40, 50, 35, "at_most", "missed"),
    ],
)
def test_a_target_is_met_only_where_the_interval_says_so(low, high, goal, direction, expected):
    value = Estimate(45, low, high, 100, "points", "t")
    assert standing(value, target(goal, direction)) == expected


def test_a_fact_is_on_one_side_of_its_target():
    assert standing(Fact(10, "count", 10), target(10)) == "met"
    assert standing(Fact(9, "count", 9), target(10)) == "missed"
    assert standing(Fact(9, "count", 9), None) == "none"
