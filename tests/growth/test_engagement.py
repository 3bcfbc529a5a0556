"""Engagement against the demo company's truths, a second computation in pandas, and itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cxlib import engine
from cxlib.demo.company import Company, company
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.sessions import session_members
from cxlib.growth.clicks import clicks
from cxlib.growth.engagement import analyse
from cxlib.growth.groups import attribute_groups, members_with
from cxlib.growth.visits import rates, sums_of, views_among
from cxlib.statistics import mean_t, wilson

ECOM = (
    Path(__file__).resolve().parents[2].parent
    / "shared" / "data" / "events" / "retentioneering_ecom_synthetic.csv.gz"
)  # fmt: skip


@pytest.fixture(scope="module")
def demo() -> Company:
    return company(0)


@pytest.fixture(scope="module")
def events(demo):
    table = demo.events
    time = pd.to_datetime(table["timestamp"])
    return table.assign(timestamp=time, day=time.dt.floor("D"))


@pytest.fixture(scope="module")
def result(demo, events):
    campaigns = demo.campaigns
    campaigns = campaigns.assign(day=pd.to_datetime(campaigns["timestamp"]))
    return analyse(events, campaigns=campaigns, digests=("d",))


def steady(days: int, customers: int = 4, first: str = "2024-01-01") -> pd.DataFrame:
    """Everybody comes every day for two views, a minute apart."""
    day = np.repeat(pd.date_range(first, periods=days), 2 * customers)
    who = np.tile(np.repeat(np.arange(customers), 2), days)
    minute = np.tile([0, 1], days * customers)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in who],
            "timestamp": day + pd.to_timedelta(minute, unit="m"),
            "event": "page_view",
            "day": day,
        }
    )


def test_sessions_of_the_demo_company_are_its_session_ids(result, events):
    ids = events.groupby("session_id")
    shown = {kpi.key: kpi for kpi in result.headline}
    assert shown["sessions"].value.value == ids.ngroups == result.monthly["sessions"].sum()
    length = (ids["timestamp"].max() - ids["timestamp"].min()).dt.total_seconds()
    assert result.median_minutes.value == pytest.approx(length.median() / 60)
    assert result.averages["mean_minutes"].value == pytest.approx(length.mean() / 60)
    views = (events["event"] == "view_product").groupby(events["session_id"]).sum()
    assert result.views == ("view_product",)
    assert result.averages["views_per_session"].value == pytest.approx(views.mean())
    engaged = (length >= 10) | (views >= 2)
    assert result.averages["engaged_share"].value == pytest.approx(engaged.mean())
    assert result.receipt.parameters["session_ids"] == f"{len(events)}/{len(events)}"


def test_without_ids_idle_time_finds_most_visits_of_the_demo_company(events, result):
    # Its events of a session are at most two minutes apart; only visits within half an hour merge.
    found = analyse(events.drop(columns="session_id"))
    ids = events["session_id"].nunique()
    assert 0.98 * ids < found.median_minutes.n <= ids
    assert found.daily.equals(result.daily)


def test_key_events_make_short_sessions_engaged(events, result):
    found = analyse(events, key_events=("purchase", "no such event"))
    assert found.averages["engaged_share"].value >= result.averages["engaged_share"].value
    assert found.absent == ("no such event",)
    assert found.receipt.parameters["key_events"] == "no such event, purchase"


def test_months_are_the_days_and_the_lifecycle_adds_up(result, events):
    months = result.monthly
    assert (months["active"] == months[["new", "returning", "resurrecting"]].sum(axis=1)).all()
    before = months["active"].shift(fill_value=0)
    assert (months["returning"] + months["dormant"] == before).all()
    assert months["new"].sum() == events["customer_id"].nunique()
    by_month = events.groupby(events["day"].dt.to_period("M"))["customer_id"].nunique()
    assert months["active"].tolist() == by_month.tolist()
    last = events[events["day"] > events["day"].max() - pd.Timedelta(30, "D")]
    assert months["mau"].iloc[-1] == last["customer_id"].nunique()
    pairs = last.groupby("day")["customer_id"].nunique()
    sticky = pairs.sum() / 30 / last["customer_id"].nunique()
    assert months["stickiness"].iloc[-1] == pytest.approx(sticky)


def test_who_comes_every_day_is_wholly_sticky():
    found = analyse(steady(60))
    assert found.daily["stickiness"].dropna().tolist() == [1.0] * 31
    assert found.daily["complete"].sum() == 31
    assert (found.daily["mau"] == 4).all()
    assert found.averages["engaged_share"].low > 0  # all alike: as good as four customers
    four = wilson(4, 4)
    assert (found.averages["engaged_share"].low, found.averages["engaged_share"].high) == (
        pytest.approx(four.low), pytest.approx(1.0),
    )  # fmt: skip


def test_intervals_are_those_of_customers_not_of_sessions():
    # One session a customer: the mean is the plain one, with its interval but for t against z.
    rng = np.random.default_rng(1)
    people = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(2_000)],
            "sessions": 1,
            "engaged_sessions": (rng.random(2_000) < 0.7).astype(int),
            "views": rng.poisson(2, 2_000),
            "seconds": rng.exponential(90, 2_000),
        }
    )
    table = rates(sums_of(people))
    plain = mean_t(people["seconds"] / 60)
    low, high = table["mean_minutes_low"].iloc[0], table["mean_minutes_high"].iloc[0]
    assert (low, high) == (pytest.approx(plain.low, rel=1e-4), pytest.approx(plain.high, rel=1e-4))
    share = wilson(int(people["engaged_sessions"].sum()), 2_000)
    assert table["engaged_share_low"].iloc[0] == pytest.approx(share.low, abs=1e-4)
    # The same sessions twice each are no better known: the interval does not move.
    twice = people.assign(**{c: 2 * people[c] for c in list(people)[1:]})
    again = rates(sums_of(twice))
    for name in ("mean_minutes", "engaged_share", "views_per_session"):
        for end in ("", "_low", "_high"):
            assert again[name + end].iloc[0] == pytest.approx(table[name + end].iloc[0])


def test_interval_of_the_engaged_share_covers():
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        own = rng.beta(2, 1, 150)  # customers differ: sessions of one are alike
        n = 1 + rng.poisson(5, 150)
        people = pd.DataFrame(
            {"sessions": n, "engaged_sessions": rng.binomial(n, own), "views": n, "seconds": n}
        )
        table = rates(sums_of(people)).iloc[0]
        held += table["engaged_share_low"] <= 2 / 3 <= table["engaged_share_high"]
    assert held / 300 >= 0.91


def test_channels_add_up_to_all_sessions(result, events):
    assert result.channels["sessions"].sum() == result.median_minutes.n
    for row in result.channels.to_dict("records"):
        ids = events.loc[events["channel"] == row["value"], "session_id"].nunique()
        assert row["sessions"] == ids
        people = session_members(events, result.rules, "channel", row["value"])
        assert len(people) == row["customers"]
        assert people["sessions"].sum() == row["sessions"]


def test_an_attribute_of_events_or_of_customers(events, result):
    told = events.assign(a0=events["customer_id"].str[-1])
    mine = analyse(told, by="a0").groups
    members = pd.DataFrame(
        {"customer_id": result.customers["customer_id"], "value": result.customers["customer_id"].str[-1]}
    )  # fmt: skip
    theirs = attribute_groups(result.customers, members, 12)
    pd.testing.assert_frame_equal(mine, theirs)
    named = members.rename(columns={"value": "digit"})
    pd.testing.assert_frame_equal(analyse(events, by="digit", customers=named).groups, mine)
    few = attribute_groups(result.customers, members[members["value"] < "7"], 2)
    assert few["role"].tolist() == ["value", "value", "rest", "without"]
    assert few["sessions"].sum() == result.median_minutes.n
    for row in few.to_dict("records"):
        part = members[members["value"] < "7"]
        found = members_with(result.customers, part, few, row["role"], row["value"])
        assert (len(found), found["sessions"].sum()) == (row["customers"], row["sessions"])
    with pytest.raises(CxError, match="weather"):
        analyse(events, by="weather")


def test_clicks_of_the_demo_company(demo, result):
    table = demo.campaigns.astype({"impressions": "float64", "clicks": "float64"})
    shown = table[table["impressions"].notna()]
    expected = shown.groupby("channel")[["impressions", "clicks"]].sum()
    found = result.clicks.channels.set_index("channel")
    for channel, row in expected.iterrows():
        assert tuple(found.loc[channel, ["impressions", "clicks"]]) == tuple(row)
        ours = wilson(int(row["clicks"]), int(row["impressions"]))
        assert found.loc[channel, ["ctr", "ctr_low", "ctr_high"]].tolist() == pytest.approx(
            [ours.value, ours.low, ours.high]
        )
    assert result.clicks.missing == table["impressions"].isna().sum()
    assert result.clicks.rows == len(table)
    assert result.clicks.total.n == expected["impressions"].sum()
    assert result.receipt.parameters["campaigns"] == len(table)


def test_clicks_that_cannot_be_are_left_out_and_said():
    day = pd.Timestamp("2025-01-01")
    table = pd.DataFrame(
        {"channel": ["a", "a", "b"], "impressions": [10.0, 100.0, np.nan],
         "clicks": [11.0, 10.0, 4.0], "day": day}
    )  # fmt: skip
    found = clicks(table)
    assert (found.total.value, found.total.n) == (0.1, 100)
    assert (found.missing, found.impossible) == (1, 1)
    assert clicks(table.iloc[[0, 2]]).total is None


@pytest.mark.parametrize(
    ("names", "views"),
    [
        (["view_item", "add_to_cart"], ("view_item",)),
        (["$pageview", "ViewContent", "Purchase"], ("$pageview", "ViewContent")),
        (["screen", "lihat produk", "beli"], ("lihat produk", "screen")),
        (["review_sent", "homepages2", "interview"], None),
        ([], None),
    ],
)
def test_events_that_are_named_like_views(names, views):
    assert views_among(names) == views


def test_where_no_event_is_a_view_all_are():
    table = steady(3).assign(event="click")
    found = analyse(table)
    assert found.views is None
    assert found.averages["views_per_session"].value == 2
    assert found.receipt.parameters["view_events"] == "*"
    assert analyse(table, view_events=("tap",)).averages["views_per_session"].value == 0


def test_a_jump_is_called_and_a_steady_year_is_not():
    calm = analyse(steady(366))
    assert {v.state for v in calm.verdicts["sessions"]} == {"none", "unknown"}
    assert calm.verdicts["mau"][-1].state == "none"
    few, many = steady(335, 20), steady(31, 80, "2024-12-01")
    jumped = analyse(pd.concat([few, many], ignore_index=True))
    mau = {kpi.key: kpi for kpi in jumped.headline}["mau"]
    assert (mau.verdict.state, mau.verdict.change) == ("up", 60)
    assert (mau.latest.value, mau.verdict.after) == (80, "2024-12")
    assert jumped.meaning.params["active"] == 80
    assert jumped.meaning.params["change"] == 60


def test_periods_that_are_not_over_stay_out():
    found = analyse(steady(100, first="2024-01-10"), as_of=dt.date(2024, 4, 5))
    assert found.monthly["complete"].tolist() == [False, True, True, False]
    # On 29 February the last 30 days reach back to 31 January, which the data hold.
    assert found.monthly["covered"].tolist() == [False, True, True, False]
    assert (found.month.name, found.previous.name) == ("2024-03", "2024-02")
    assert found.receipt.excluded == {"after the end of observation": 8 * 13}
    early = analyse(steady(70, first="2024-02-01"))
    assert early.monthly["complete"].tolist() == [True, True, False]
    assert early.monthly["covered"].tolist() == [False, True, False]
    short = analyse(steady(5))
    assert {kpi.key for kpi in short.headline} >= {"mau", "sessions", "median_minutes"}
    assert short.meaning.params == {"customers": 4}


def test_the_engine_gives_the_same(events, result):
    with engine.connect() as connection:
        table = pa.Table.from_pandas(events, preserve_index=False)
        found = analyse(connection.from_arrow(table))
    pd.testing.assert_frame_equal(found.monthly, result.monthly)
    pd.testing.assert_frame_equal(found.customers, result.customers)
    pd.testing.assert_frame_equal(found.channels, result.channels)


def test_too_little_and_too_odd_is_said(events):
    with pytest.raises(NotEnoughData):
        analyse(events.head(0))
    with pytest.raises(NotEnoughData):
        analyse(events, as_of=dt.date(2020, 1, 1))
    with pytest.raises(CxError, match="bad_option"):
        analyse(events, idle_minutes=0)
    one = analyse(events.head(1))
    assert one.averages["engaged_share"] is None
    assert one.median_minutes.value == 0


@pytest.mark.skipif(not ECOM.exists(), reason="shared/data/events is not on this machine")
@pytest.mark.parametrize("with_ids", [True, False])
def test_a_real_file_equals_a_second_computation(with_ids):
    raw = pd.read_csv(ECOM).rename(
        columns={"user_id": "customer_id", "acquisition_channel": "channel", "platform": "a0"}
    )
    raw["timestamp"] = pd.to_datetime(raw["timestamp"])
    raw["day"] = raw["timestamp"].dt.normalize()
    table = raw if with_ids else raw.drop(columns="session_id")
    found = analyse(table, by="a0")
    # Shifted times in pandas, without a line of ours.
    line = raw.sort_values(["customer_id", "timestamp"], kind="stable")
    gap = line.groupby("customer_id")["timestamp"].diff()
    number = (gap.isna() | (gap >= pd.Timedelta(30, "min"))).cumsum()
    key = line["session_id"] if with_ids else number
    visits = line.groupby([line["customer_id"], key])
    length = (visits["timestamp"].max() - visits["timestamp"].min()).dt.total_seconds()
    assert found.median_minutes.n == len(length) == found.customers["sessions"].sum()
    assert found.median_minutes.value == pytest.approx(length.median() / 60)
    by_customer = length.groupby("customer_id").size()
    ours = found.customers.set_index("customer_id")["sessions"]
    assert ours.to_dict() == by_customer.to_dict()
    assert found.groups["sessions"].sum() == len(length)
    assert found.receipt.rows_used == len(raw)
    wau = [
        raw.loc[(raw["day"] <= day) & (raw["day"] > day - pd.Timedelta(7, "D")), "customer_id"].nunique()
        for day in found.daily["day"]
    ]  # fmt: skip
    assert found.daily["wau"].tolist() == wau
