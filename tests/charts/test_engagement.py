"""Every mark of the engagement charts opens the customers that it counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from cxlib.charts import engagement as charts
from cxlib.charts import visits
from cxlib.charts.theme import LIGHT
from cxlib.frames.actives import WINDOWS, active_members, lifecycle_members
from cxlib.frames.sessions import session_members
from cxlib.growth import engagement
from cxlib.i18n import language
from cxlib.periods import months

EN, ID = language("en"), language("id")


def marks(drawing) -> list[dict]:
    return max(drawing.to_dict(validate=False)["datasets"].values(), key=len)


@pytest.fixture(scope="module")
def cut(events):
    """Observation that begins and ends within a month."""
    part = events[events["day"] > pd.Timestamp("2024-02-09")]
    return engagement.analyse(part, as_of=dt.date(2024, 11, 20)), part


def test_points_of_active_customers_open_them(cut):
    result, part = cut
    points = marks(charts.active(result, (), EN, LIGHT))
    assert len(points) == 3 * len(result.daily)
    for point in points[40::97]:
        last = dt.date.fromisoformat(point["date"])
        first = last - dt.timedelta(WINDOWS[point["series"]] - 1)
        assert len(active_members(part, first, last)) == point["customers"]
    short = [p for p in points if p["state"] == "incomplete"]
    assert len(short) == 6 + 29
    assert {p["series"] for p in short} == {"wau", "mau"}


def test_bars_open_their_customers_and_dormant_ones_are_below_the_line(cut):
    result, part = cut
    bars = marks(charts.lifecycle(result, (), ID, LIGHT))
    for bar in bars[::3]:
        people = lifecycle_members(
            part, dt.date.fromisoformat(bar["day"]), bar["state"], result.end
        )
        assert len(people) == bar["customers"] == abs(bar["shown"])
    assert all((bar["shown"] <= 0) == (bar["state"] == "dormant" or not bar["customers"])
               for bar in bars)  # fmt: skip
    assert {b["name"] for b in bars if b["month_is"] == ID("incomplete")} == {
        "Feb 2024",
        "Nov 2024",
    }
    table = charts.lifecycle_table(result, EN)
    parts = table[["new_customers", "returning_customers", "resurrecting_customers"]].sum(axis=1)
    assert (table["active_customers"] == parts).all()


def test_months_open_the_customers_of_their_sessions(cut):
    result, part = cut
    for point in marks(visits.monthly(result, "mean_minutes", (), EN, LIGHT))[::4]:
        first = dt.date.fromisoformat(point["day"])
        last = min(months(first, first)[0].last, result.end)
        people = session_members(part, result.rules, first=first, last=last, end=result.end)
        assert len(people) == point["customers"]
        assert people["sessions"].sum() == point["sessions"]
        assert point["low"] <= point["shown"] <= point["high"]


def test_groups_open_their_customers(engagement_result, events):
    points = marks(visits.grouped(engagement_result.groups, "engaged_share", EN, LIGHT))
    assert sum(p["sessions"] for p in points) == engagement_result.median_minutes.n
    for point in points:
        people = session_members(events, engagement_result.rules, "a0", point["raw"])
        assert len(people) == point["customers"]


def test_only_months_that_were_judged_have_a_verdict(cut):
    table = visits.monthly_table(cut[0], "engaged_share", EN)
    told = dict(zip(table["month"].dt.strftime("%Y-%m"), table["verdict"], strict=True))
    judged = {v.after for v in cut[0].verdicts["engaged_share"]}
    assert {month for month, said in told.items() if said != "not compared"} <= judged
    assert told["2024-02"] == told["2024-03"] == told["2024-11"] == "not compared"


def test_a_long_history_stays_small(engagement_result):
    days = 6_000
    daily = pd.DataFrame(
        {"day": pd.date_range("2010-01-01", periods=days), "dau": 1, "wau": 2, "mau": 3,
         "complete": True, "stickiness": 0.5}
    )  # fmt: skip
    long = replace(engagement_result, daily=daily)
    assert len(marks(charts.active(long, (), EN, LIGHT))) == 3 * charts.DAYS <= 5_000
    assert len(charts.daily_table(long, EN)) == days


def test_ctr_has_the_channels_with_impressions(engagement_result, names):
    rows = marks(visits.ctr(engagement_result.clicks, EN, LIGHT))
    assert {row["channel"] for row in rows} == set(names)
    assert all(row["ctr"] == 0.0123 for row in rows)
