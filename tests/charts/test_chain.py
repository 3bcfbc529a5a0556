"""The picture of the chain and its groups: marks that say what the result says, in both languages."""

from __future__ import annotations

import pytest

from cxlib.charts import chain as charts
from cxlib.charts import holdings
from cxlib.charts.theme import ACCENT, DARK, LIGHT, QUIET
from cxlib.growth import chain, chain_lists
from cxlib.i18n import language
from tests.growth.test_chain import answers, purchases

EN, ID = language("en"), language("id")


@pytest.fixture(scope="module")
def result():
    return chain.analyse(answers(), orders=purchases(), window_days=100)


def rows(drawing, column: str) -> list[dict]:
    """The rows of the first data set that has a column; the widest and longest comes first."""
    sets = sorted(drawing.to_dict()["datasets"].values(), key=lambda s: (-len(s[0]), -len(s)))
    return next(s for s in sets if column in s[0])


@pytest.mark.parametrize("lang", [EN, ID])
@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_every_measured_link_is_a_point_and_grey_says_not_detectable(result, lang, look):
    drawn = {(r["of"], r["to"]): r for r in rows(charts.links(result, lang, look), "least")}
    for one in result.links:
        if one.value is None:
            assert (one.of, one.to) not in drawn
            continue
        row = drawn[one.of, one.to]
        assert (row["value"], row["low"], row["high"]) == pytest.approx(
            (one.value.value, one.value.low, one.value.high)
        )
        assert row["colour"] == (ACCENT if one.state == "linked" else QUIET)
        assert len(chain_lists.linked(result.customers, one.of, one.to)) == row["n"]


def test_links_stand_between_their_stages(result):
    drawing = charts.links(result, EN, LIGHT)
    boxes = {r["name"]: r for r in rows(drawing, "next")}
    heights = [r["y"] for r in boxes.values()]
    assert list(boxes) == ["Engagement", "Experience", "Satisfaction", "Loyalty", "Value"]
    assert heights == sorted(heights)
    points = {(r["of"], r["to"]): r["y"] for r in rows(drawing, "least")}
    assert boxes["Satisfaction"]["y"] < points["csat", "nps"] < boxes["Loyalty"]["y"]
    assert points["csat", "retained"] > boxes["Value"]["y"]


def test_a_pair_of_stages_without_a_number_says_why(result):
    texts = [r["text"] for s in charts.links(result, ID, LIGHT).to_dict()["datasets"].values()
             for r in s if r.get("text")]  # fmt: skip
    assert ID("These data do not have both.") in texts
    table = charts.link_table(result, EN)
    assert table["rho"].isna().equals(table["why"] != "")
    assert list(table) == list(charts.LINKS)


@pytest.mark.parametrize("by", ["nps", "csat"])
@pytest.mark.parametrize("outcome", ["retained", "spend"])
def test_groups_open_the_customers_that_they_count(result, by, outcome):
    bars = rows(holdings.groups(result, by, outcome, EN, LIGHT), "group")
    assert len(bars) == 3
    for bar in bars:
        found = chain_lists.grouped(result.customers, by, bar["group"], outcome)
        assert len(found) == bar["n"]
    table = holdings.group_table(result, by, outcome, EN)
    assert list(table)[2:] == [outcome, f"{outcome}_low", f"{outcome}_high"]


def test_what_is_held_adds_up(result):
    parts = rows(holdings.held(result, ID, DARK), "measure")
    for measure in ("customer_share", "revenue_share"):
        assert sum(p["share"] for p in parts if p["measure"] == measure) == pytest.approx(1)
    assert {p["name"] for p in parts} == {"Promotor", "Pasif", "Detraktor"}
    assert list(holdings.held_table(result, EN)) == list(holdings.HELD)
