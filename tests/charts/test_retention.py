"""The customers behind the marks of the retention charts, and what the heat map says of each cell."""

from __future__ import annotations

import datetime as dt

import pytest

from cxlib.charts import retention as charts
from cxlib.charts.theme import DARK, LIGHT
from cxlib.frames.gaps import gap_members
from cxlib.frames.triangle import triangle_members
from cxlib.i18n import language
from cxlib.value import retention

EN, ID = language("en"), language("id")


def marks(drawing) -> list[dict]:
    return max(drawing.to_dict(validate=False)["datasets"].values(), key=len)


@pytest.fixture(scope="module")
def cut(orders):
    """Observation that ends within a month."""
    return retention.analyse(orders, as_of=dt.date(2025, 5, 20))


@pytest.mark.parametrize("mode", ["exact", "on_or_after"])
def test_every_cell_opens_the_customers_that_it_counts(orders, cut, mode):
    tiles = marks(charts.triangle(cut, "customers", mode, EN, LIGHT))
    assert len(tiles) > 60
    for tile in tiles[::9]:
        cohort = dt.date.fromisoformat(tile["cohort"])
        people = triangle_members(orders, tile["age"], cohort, mode, cut.end)
        assert len(people) == tile["count"]


def test_colours_compare_complete_periods_alone(cut):
    for tile in marks(charts.triangle(cut, "share", "exact", EN, LIGHT)):
        over = tile["state"] == "complete"
        assert tile["coloured"] == (over and tile["age"] > 0)
    unfinished = {t["name"] for t in marks(charts.triangle(cut, "share", "exact", EN, LIGHT))
                  if not t["complete"] and t["age"] == 0}  # fmt: skip
    assert unfinished <= {"May 2025"}


@pytest.mark.parametrize(
    ("measure", "of"), [("share", "cohort"), ("previous", "previous")], ids=["cohort", "previous"]
)
def test_cells_show_whole_per_cent_and_the_size_of_the_cohort(cut, measure, of):
    shares = cut.shares("exact", of).assign(day=lambda t: t["cohort"].dt.strftime("%Y-%m-%d"))
    known = shares.set_index(["day", "age"])["share"]
    for tile in marks(charts.triangle(cut, measure, "exact", ID, DARK)):
        share = known[tile["cohort"], tile["age"]]
        expected = f"{100 * share:.0f}" if share == share else "–"
        assert tile["text"] == (ID.compact(tile["customers"]) if tile["age"] == 0 else expected)


def test_money_is_in_short_numbers_and_hidden_on_a_phone(cut):
    drawing = charts.triangle(cut, "value", "exact", EN, LIGHT)
    values = cut.triangle["cumulative_value"].map(EN.compact)
    assert {t["text"] for t in marks(drawing)} <= set(values)
    text = next(
        layer["mark"] for layer in drawing.to_dict()["layer"] if layer["mark"]["type"] == "text"
    )
    assert text["opacity"] == {"expr": "width < 520 ? 0 : 1"}
    share = charts.triangle(cut, "share", "exact", EN, LIGHT).to_dict()["layer"][1]["mark"]
    assert "opacity" not in share
    assert share["fontSize"] == {"expr": "width < 520 ? 9 : 11"}


def test_a_long_history_by_week_stays_small(orders):
    result = retention.analyse(orders, period="week")
    table = charts.triangle_table(result, "share", "exact", EN)
    tiles = marks(charts.triangle(result, "share", "exact", EN, LIGHT))
    assert len(tiles) <= charts.COHORTS * (charts.AGES + 1) < len(table)
    assert tiles[-1]["cohort"] == f"{table['cohort'].max():%Y-%m-%d}"
    assert tiles[-1]["name"] == EN.date(table["cohort"].max())


def test_points_of_the_curve_open_their_customers(orders, cut):
    points = marks(charts.curve(cut, "share", "exact", EN, LIGHT))
    for point in points[::4]:
        people = triangle_members(orders, point["age"], end=cut.end)
        assert len(people) == point["count"] <= point["customers"]
    assert min(point["age"] for point in points) == 1


def test_groups_are_lines_named_like_their_values(retention_result, names):
    points = marks(charts.curve(retention_result, "share", "exact", EN, LIGHT))
    groups = {point["group"] for point in points}
    assert groups == {g.value for g in retention_result.groups} < set(names)
    assert len(groups) == 6
    money = marks(charts.curve(retention_result, "value", "exact", EN, LIGHT))
    assert min(point["age"] for point in money) == 0


def test_the_wait_rises_and_opens_those_still_waited_for(orders, cut):
    table = charts.next_order_table(cut, EN)
    for purchase, part in table.groupby("purchase"):
        assert part["again"].is_monotonic_increasing
        assert part["again"].between(part["share_low"], part["share_high"]).all()
        days = int(part["days"].iloc[len(part) // 2])
        people = gap_members(orders, days, open_=True, purchase=purchase, end=cut.end)
        waiting = cut.next_order[purchase]
        assert len(people) == waiting.censored[waiting.durations >= days].sum()


def test_bars_of_gaps_hold_every_gap_once(orders, cut):
    bars = charts.gap_table(cut, EN)
    assert bars["ended"].sum() == cut.gaps.table["ended"].sum()
    for _, bar in bars.head(4).iterrows():
        people = gap_members(orders, bar["low"], bar["high"], end=cut.end)
        assert len(people) == bar["ended"]
    assert (bars["high"] - bars["low"]).nunique() == 1
    words = {row["name"] for row in min(
        charts.gap_histogram(cut, EN, LIGHT).to_dict(validate=False)["datasets"].values(), key=len
    )}  # fmt: skip
    assert words == {
        f"half within {cut.gaps.median.value:.0f}",
        f"nine in ten within {cut.gaps.p90.value:.0f}",
    }
