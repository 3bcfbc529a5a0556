"""Sessions and active customers on every engine, against loops over events and sets of customers."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import engine
from cxlib.frames.actives import (
    STATES,
    active_members,
    daily_actives,
    lifecycle,
    lifecycle_members,
)
from cxlib.frames.clicks import click_sums
from cxlib.frames.collected import collected
from cxlib.frames.events import rows_of
from cxlib.frames.sessions import (
    Rules,
    monthly,
    session_customers,
    session_medians,
    session_members,
    session_sums,
    sessions,
)

START = dt.datetime(2024, 2, 27, 21, 0)
RULES = Rules(30, ("view_item", "page"), ("buy",))
Row = tuple[str | None, dt.datetime | None, str, str | None, str | None]


def made(seed: int = 3, size: int = 900) -> list[Row]:
    """Events in bursts around midnight, some with session ids, some of the same moment."""
    rng = random.Random(seed)
    rows: list[Row] = []
    for _ in range(size):
        who = rng.choice("abcdefghijklm")
        minutes = rng.choice([0, 1, 29, 30, 31, 59, 60, 300, 1440, 5000, 30_000, 70_000])
        at = START + dt.timedelta(minutes=minutes * rng.randint(0, 2), seconds=rng.choice([0, 0, 1, 9, 10]),
                                  microseconds=rng.choice([0, 0, 1, 999_999]))  # fmt: skip
        given = rng.choice([None, None, "s1", "s2"]) if who < "g" else None
        rows.append(
            (who, at, rng.choice(["view_item", "page", "buy", "scroll"]), given, rng.choice(["app", "web", None]))
        )  # fmt: skip
    return [*rows, (None, START, "page", None, "app"), ("a", None, "page", None, "app")]


def arrow(rows: list[Row]) -> pa.Table:
    return pa.table(
        {
            "line": pa.array(range(2, len(rows) + 2), pa.int64()),
            "customer_id": pa.array([r[0] for r in rows], pa.string()),
            "timestamp": pa.array([r[1] for r in rows], pa.timestamp("us")),
            "event": pa.array([r[2] for r in rows], pa.string()),
            "session_id": pa.array([r[3] for r in rows], pa.string()),
            "channel": pa.array([r[4] for r in rows], pa.string()),
            "day": pa.array([r[1] and r[1].date() for r in rows], pa.date32()),
        }
    )


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(arrow(rows)))


@pytest.fixture(params=["duckdb", "pandas", "polars"])
def events(request: pytest.FixtureRequest) -> Iterator[Any]:
    table = arrow(made())
    if request.param == "duckdb":
        with engine.connect() as connection:
            yield connection.from_arrow(table)
    else:
        yield table.to_pandas() if request.param == "pandas" else pl.from_arrow(table)


def looped(rows: list[Row], rules: Rules = RULES) -> list[dict[str, Any]]:
    """The sessions of rows, one event after the other."""
    by: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        if row[0] is not None and row[1] is not None:
            by[row[0], row[3]].append(row)
    found = []
    for (who, given_id), part in by.items():
        part.sort(key=lambda r: r[1] or START)
        visits: list[list[Row]] = []
        for row in part:
            idle = dt.timedelta(minutes=rules.idle_minutes)
            if not visits or (given_id is None and row[1] - visits[-1][-1][1] >= idle):
                visits.append([])
            visits[-1].append(row)
        for visit in visits:
            length = visit[-1][1] - visit[0][1]
            views = sum(rules.views is None or r[2] in rules.views for r in visit)
            keys = sum(r[2] in rules.key_events for r in visit)
            at = min((r[1] for r in visit if r[4] is not None), default=None)
            found.append(
                {
                    "customer_id": who,
                    "day": visit[0][1].date(),
                    "last_day": visit[-1][1].date(),
                    "micros": length // dt.timedelta(microseconds=1),
                    "events": len(visit),
                    "views": views,
                    "engaged": int(length >= dt.timedelta(seconds=10) or views >= 2 or keys > 0),
                    "value": min((r[4] for r in visit if r[1] == at and r[4] is not None), default=None),
                }
            )  # fmt: skip
    return found


def bag(found: pd.DataFrame | list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    """Sessions as a multiset of what is known of them."""
    if isinstance(found, pd.DataFrame):
        found = found.drop(columns="start").to_dict("records")
    names = ("customer_id", "day", "last_day", "micros", "events", "views", "engaged", "value")
    clean = [
        [pd.Timestamp(v) if "day" in n else None if pd.isna(v) else v for n, v in
         ((n, row.get(n)) for n in names)]
        for row in found
    ]  # fmt: skip
    return Counter(map(tuple, clean))


@pytest.mark.parametrize(
    "rules",
    [RULES, Rules(1, None, ()), Rules(60, ("buy",), ("scroll", "page"))],
    ids=["30", "1", "60"],
)
def test_sessions_equal_a_loop_over_events(events, rules):
    expected = looped(made(), rules)
    assert 40 < len(expected) < 900
    assert bag(collected(sessions(events, None, rules, "channel"))) == bag(expected)


def test_silence_of_exactly_the_idle_time_ends_a_session():
    at = dt.datetime(2025, 1, 1, 23, 50)
    gaps = {dt.timedelta(minutes=30): 2, dt.timedelta(minutes=30, microseconds=-1): 1}
    for gap, n in gaps.items():
        rows: list[Row] = [("a", at, "x", None, None), ("a", at + gap, "x", None, None)]
        found = collected(sessions(frame(rows)))
        assert len(found) == n
        assert found["day"].min() == pd.Timestamp("2025-01-01")
        # With an id it is one session, however long it is silent.
        given = [(*row[:3], "s", None) for row in rows]
        assert len(collected(sessions(frame(given)))) == 1


def test_engaged_from_ten_seconds_two_views_or_a_key_event():
    def engaged(*rows: tuple[float, str]) -> int:
        events: list[Row] = [("a", START + dt.timedelta(seconds=s), e, None, None) for s, e in rows]
        return int(collected(sessions(frame(events), None, RULES))["engaged"].iloc[0])

    assert engaged((0, "scroll"), (9.999999, "scroll")) == 0
    assert engaged((0, "scroll"), (10, "scroll")) == 1
    assert engaged((0, "page"), (0, "view_item")) == 1
    assert engaged((0, "page")) == 0
    assert engaged((0, "buy")) == 1


def test_rows_are_counted_by_what_becomes_of_them(events):
    end = dt.date(2024, 3, 1)
    counted = rows_of(events, end)
    rows = made()
    later = sum(r[0] is not None and r[1] is not None and r[1].date() > end for r in rows)
    assert (counted.rows, counted.untimed, counted.anonymous) == (len(rows), 1, 1)
    assert counted.later == later > 0
    assert counted.counted == len(rows) - 2 - later
    assert (counted.first, counted.last) == (dt.date(2024, 2, 27), max(
        r[1].date() for r in rows if r[1] is not None and r[1].date() <= end
    ))  # fmt: skip
    with_id = [r for r in rows if r[1] is not None and r[1].date() <= end and r[3] is not None]
    assert counted.with_id == len(with_id)


def test_sums_and_medians_equal_those_of_the_loop(events):
    expected = pd.DataFrame(looped(made())).assign(
        month=lambda t: pd.to_datetime(t["day"]).dt.to_period("M").dt.start_time,
        t=lambda t: t["micros"] / 1e6,
    )
    found = sessions(events, None, RULES)
    sums = session_sums(monthly(found), "month").set_index("month")
    units = expected.groupby(["month", "customer_id"]).agg(
        s=("t", "size"), e=("engaged", "sum"), v=("views", "sum"), t=("t", "sum")
    )
    for a, b in ("ss", "ee", "vv", "tt", "es", "vs", "ts"):
        whole = (units[a] * units[b]).groupby("month").sum()
        assert sums[a + b].tolist() == pytest.approx(whole.tolist(), rel=1e-12)
    for a in "sevt":
        assert sums[a].tolist() == pytest.approx(units[a].groupby("month").sum().tolist())
    assert sums["n"].tolist() == units.groupby("month").size().tolist()
    middle = session_medians(monthly(found), "month")["median"]
    assert middle.tolist() == pytest.approx(expected.groupby("month")["t"].median().tolist())
    assert session_medians(found)["median"].tolist() == [expected["t"].median()]
    people = session_customers(found)
    whole = expected.groupby("customer_id").agg(
        sessions=("t", "size"), engaged_sessions=("engaged", "sum"), views=("views", "sum")
    )
    assert people.set_index("customer_id")[list(whole)].to_dict() == whole.to_dict()
    assert people["seconds"].sum() == pytest.approx(expected["t"].sum())


def test_members_are_the_customers_of_their_sessions(events):
    first, last = dt.date(2024, 2, 28), dt.date(2024, 3, 20)
    expected = Counter(
        row["customer_id"]
        for row in looped(made())
        if row["value"] == "app" and first <= row["day"] <= last
    )
    found = session_members(events, RULES, "channel", "app", first, last)
    assert dict(zip(found["customer_id"], found["sessions"], strict=True)) == expected
    assert found["sessions"].is_monotonic_decreasing


def brute(rows: list[Row], first: dt.date, last: dt.date) -> list[tuple[int, int, int]]:
    """Distinct customers of the last 1, 7 and 30 days of each day, as sets."""
    days = [(r[0], r[1].date()) for r in rows if r[0] is not None and r[1] is not None]
    return [
        tuple(
            len({who for who, at in days if day - dt.timedelta(width - 1) <= at <= day})
            for width in (1, 7, 30)
        )
        for day in (first + dt.timedelta(i) for i in range((last - first).days + 1))
    ]


@pytest.mark.parametrize(
    "first", [dt.date(2024, 2, 20), dt.date(2024, 2, 27), dt.date(2024, 3, 30)]
)
@pytest.mark.parametrize("last", [dt.date(2024, 4, 2), dt.date(2024, 8, 1)])
def test_active_customers_equal_sets(events, first, last):
    found = daily_actives(events, first, last)
    assert found["day"].tolist() == list(pd.date_range(first, last))
    table = list(found[["dau", "wau", "mau"]].itertuples(index=False, name=None))
    assert table == brute(made(), first, last)


def test_lifecycle_equals_sets_and_adds_up(events):
    last = dt.date(2024, 8, 10)
    found = lifecycle(events, dt.date(2024, 2, 1), last)
    active: dict[int, set[str]] = defaultdict(set)
    for who, at, *_ in made():
        if who is not None and at is not None and at.date() <= last:
            active[at.month].add(who)
    assert found["month"].tolist() == list(pd.date_range("2024-02-01", "2024-08-01", freq="MS"))
    for row in found.to_dict("records"):
        at = row["month"].month
        now, was = active[at], active[at - 1]
        ever = set().union(*(active[m] for m in range(1, at)))
        expected = {
            "new": now - ever, "returning": now & was, "resurrecting": (now & ever) - was,
            "dormant": was - now,
        }  # fmt: skip
        for state in STATES:
            assert row[state] == len(expected[state])
            people = lifecycle_members(events, row["month"].date(), state, last)
            assert set(people["customer_id"]) == expected[state]
        assert row["active"] == len(now) == sum(row[s] for s in STATES[:3])
    before = found["active"].shift(fill_value=0)
    assert (found["returning"] + found["dormant"] == before).all()


def test_active_members_are_counted_on_their_days(events):
    first, last = dt.date(2024, 2, 28), dt.date(2024, 3, 10)
    days: dict[str, list[dt.date]] = defaultdict(list)
    for who, at, *_ in made():
        if who is not None and at is not None and first <= at.date() <= last:
            days[who].append(at.date())
    found = active_members(events, first, last).set_index("customer_id")
    assert found["events"].to_dict() == {who: len(part) for who, part in days.items()}
    assert found["active_days"].to_dict() == {who: len(set(part)) for who, part in days.items()}
    app = active_members(events, first, last, (("channel", ("app",)),))
    assert app["events"].sum() < found["events"].sum()


MOMENT = st.integers(0, 6 * 24 * 60).map(lambda m: START + dt.timedelta(minutes=m))
EVENTS = st.lists(
    st.tuples(
        st.sampled_from("abcde"), MOMENT, st.sampled_from(["page", "buy"]),
        st.sampled_from([None, None, "s"]), st.sampled_from([None, "app", "web"]),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_makes_a_session(rows, rng):
    whole = collected(sessions(frame(rows), None, RULES, "channel"))
    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert bag(collected(sessions(frame(shuffled), None, RULES, "channel"))) == bag(whole)
    twice = collected(sessions(frame([*rows, *rows]), None, RULES, "channel"))
    assert len(twice) == len(whole)
    assert twice["micros"].sum() == whole["micros"].sum()
    assert twice["events"].sum() == 2 * whole["events"].sum() == 2 * len(rows)


@settings(max_examples=20, deadline=None)
@given(EVENTS, st.sets(st.sampled_from("abcde")))
def test_customers_apart_add_up(rows, some):
    parts = [[r for r in rows if (r[0] in some) == inside] for inside in (True, False)]
    found = [bag(collected(sessions(frame(part), None, RULES))) for part in parts if part]
    assert sum(found, Counter()) == bag(collected(sessions(frame(rows), None, RULES)))


@settings(max_examples=25, deadline=None)
@given(EVENTS)
def test_windows_of_any_events_equal_sets(rows):
    first, last = START.date(), START.date() + dt.timedelta(45)
    found = daily_actives(frame(rows), first, last)
    table = list(found[["dau", "wau", "mau"]].itertuples(index=False, name=None))
    assert table == brute(rows, first, last)


def test_a_microsecond_after_ten_years_is_kept():
    # Years of microseconds are whole numbers that a float would round.
    at = dt.datetime(2034, 12, 31, 23, 59, 59, 999_999)
    rows: list[Row] = [("a", at, "x", "s", None), ("a", at + dt.timedelta(microseconds=3), "x", "s", None)]  # fmt: skip
    found = collected(sessions(frame(rows)))
    assert found["micros"].tolist() == [3]
    assert found["last_day"].iloc[0] - found["day"].iloc[0] == pd.Timedelta(1, "D")


CAMPAIGNS = pa.table(
    {
        "channel": ["ads", "ads", "mail", "ads", None, "tv", "ads"],
        "impressions": [100.0, 50.0, None, 10.0, 40.0, 0.0, 999.0],
        "clicks": [5.0, None, 3.0, 12.0, 4.0, 0.0, 1.0],
        "day": pa.array([dt.date(2025, 1, d) for d in (1, 2, 3, 4, 5, 6, 30)], pa.date32()),
    }
)


@pytest.mark.parametrize("kind", ["duckdb", "pandas", "polars", "arrow"])
def test_clicks_need_their_impressions(kind):
    with engine.connect() as connection:
        table = {
            "duckdb": lambda: connection.from_arrow(CAMPAIGNS),
            "pandas": CAMPAIGNS.to_pandas,
            "polars": lambda: pl.from_arrow(CAMPAIGNS),
            "arrow": lambda: CAMPAIGNS,
        }[kind]()
        found = click_sums(table, dt.date(2025, 1, 15))
    rows = {
        None if pd.isna(row["channel"]) else row["channel"]: tuple(row.values())[1:]
        for row in found.to_dict("records")
    }
    # rows, impressions, clicks, missing, impossible
    assert rows == {
        "ads": (3, 100, 5, 1, 1), None: (1, 40, 4, 0, 0), "mail": (1, 0, 0, 1, 0), "tv": (1, 0, 0, 1, 0),
    }  # fmt: skip
