"""The marks of the support charts: what they say, that they are few, and safe with any name."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cxlib.charts import support as charts
from cxlib.charts import ticket_ranges, ticket_waits
from cxlib.charts.theme import DARK, LIGHT
from cxlib.i18n import language
from cxlib.voice import support
from cxlib.voice.ticket_churn import tickets_before_churn
from tests.contracts.test_analyses import tickets

EN, ID = language("en"), language("id")
MARKS = 5_000
NOTES = (
    (dt.date(2023, 3, 5), dt.date(2023, 3, 5), "Incident", "datum.tickets > 0"),
    (dt.date(2023, 5, 2), dt.date(2023, 8, 1), "Campaign", "<b>a:b</b>"),
)
DRAWINGS = {
    "volume": lambda r, *to: charts.volume(r, NOTES, *to),
    "topics": charts.topics,
    **{m: lambda r, *to, m=m: charts.pace(r, m, NOTES, *to) for m in charts.MEASURES},
    **{f"by {m}": lambda r, *to, m=m: ticket_ranges.groups(r, m, *to) for m in charts.MEASURES},
    "waits": ticket_waits.wait_curve,
    "recurring": ticket_ranges.recurring,
}


@pytest.fixture(scope="module")
def result(names):
    """Tickets about topics that are named like a trap."""
    table = tickets()
    of = np.array(names)[np.arange(len(table)) % len(names)]
    return support.analyse(table.assign(topic=of), by="topic")


def marks(drawing) -> list[dict]:
    return max(drawing.to_dict(validate=False)["datasets"].values(), key=len)


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize(("lang", "look"), [(EN, LIGHT), (ID, DARK)], ids=["en", "id"])
def test_charts_are_valid_small_and_name_nothing_after_the_data(name, lang, look, result):
    drawn = DRAWINGS[name](result, lang, look).to_dict()
    rows = [row for data in drawn["datasets"].values() for row in data]
    assert 0 < len(rows) <= MARKS
    assert all(key.isidentifier() for row in rows for key in row)


@pytest.mark.parametrize("name", ["volume", *charts.MEASURES])
def test_what_was_noted_is_on_the_charts_over_time(name, result):
    told = DRAWINGS[name](result, EN, LIGHT).to_dict()
    (noted,) = [rows for rows in told["datasets"].values() if rows and "notes" in rows[0]]
    assert [mark["month"][:7] for mark in noted] == ["2023-03", "2023-05"]
    assert [mark["until"][:7] for mark in noted] == ["2023-03", "2023-08"]


def test_the_highest_bar_leaves_room_for_its_arrow(result):
    told = charts.volume(result, NOTES, EN, LIGHT).to_dict()
    low, high = next(d for d in _inside(told, "domain") if isinstance(d, list))
    assert low == 0
    assert high == pytest.approx(1.1 * result.monthly["tickets"].max())


def _inside(told, key):
    if isinstance(told, dict):
        for name, value in told.items():
            if name == key:
                yield value
            yield from _inside(value, key)
    elif isinstance(told, list):
        for part in told:
            yield from _inside(part, key)


def test_bars_are_the_months_and_incomplete_ones_are_not_judged(result):
    bars = marks(charts.volume(result, (), EN, LIGHT))
    assert [bar["tickets"] for bar in bars] == result.monthly["tickets"].tolist()
    assert sum(bar["tickets"] for bar in bars) == result.tickets
    for bar, complete in zip(bars, result.monthly["complete"], strict=True):
        assert (bar["state"] == "incomplete") == (not complete)
        assert bar["mark"] == {"up": "▲", "down": "▼"}.get(bar["state"], "")


def test_cells_are_the_newest_months_of_the_largest_topics(result):
    cells = marks(charts.topics(result, ID, DARK))
    assert {cell["topic"] for cell in cells} == set(result.topics["topic"])
    known = result.topics.set_index(["topic", "month"])["tickets"]
    for cell in cells:
        assert cell["tickets"] == known[cell["topic"], pd.Timestamp(cell["day"])]
    assert len(cells) == charts.SQUARES * result.topics["topic"].nunique()


def test_an_interval_without_an_end_is_not_drawn(result):
    monthly = result.monthly.assign(response_high=np.inf)
    table = charts.pace_table(_with(result, monthly), "response", EN)
    assert table["pace_high"].isna().all()
    assert table["pace"].notna().any()
    charts.pace(_with(result, monthly), "response", (), EN, LIGHT).to_dict()


def _with(result, monthly):
    return support.SupportResult(
        **{name: getattr(result, name) for name in result.__slots__ if name != "monthly"},
        monthly=monthly,
    )


def test_the_curve_falls_within_its_interval(result):
    for event, part in ticket_waits.wait_table(result, EN).groupby("event"):
        assert part["waiting"].is_monotonic_decreasing
        assert part["waiting"].between(part["waiting_low"], part["waiting_high"]).all()
        assert part["at_risk"].iloc[0] == result.waits[event].curve.at_risk[0]


def test_classes_of_tickets_are_drawn(orders):
    people = orders["customer_id"].unique()[:200]
    table = tickets().assign(customer_id=lambda t: people[t.index % len(people)])
    found = tickets_before_churn(table, orders)
    points = marks(ticket_ranges.churn(found, EN, LIGHT))
    assert [point["share"] for point in points] == found.classes["share"].tolist()
    assert points[-1]["name"] == "3+"
