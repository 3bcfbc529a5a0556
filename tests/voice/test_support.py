"""Support against plain pandas, lifelines, the demo company's planted month, and itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from lifelines import KaplanMeierFitter

from cxlib import engine
from cxlib.demo.company import company
from cxlib.demo.truth import TRUTH
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.tickets import seen, ticket_rows
from cxlib.statistics import FAMILY, wilson
from cxlib.voice import support
from cxlib.voice.ticket_list import ticket_list
from cxlib.voice.ticket_status import states

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
HELPDESK = SHARED / "data" / "tickets" / "helpdesk_events.csv"
FAILED = f"{TRUTH.delivery_failure.month.first:%Y-%m}"
AFTER = f"{TRUTH.delivery_failure.month.last + dt.timedelta(days=1):%Y-%m}"


def table(*rows, columns="ticket_id timestamp resolved_at status customer_id topic"):
    """Rows of tickets; times are text."""
    frame = pd.DataFrame(rows, columns=columns.split())
    for column in ("timestamp", "first_response_at", "resolved_at"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column])
    return frame.assign(day=frame["timestamp"].dt.normalize())


def log(*rows):
    return table(*rows, columns="ticket_id timestamp activity")


@pytest.fixture(scope="module")
def demo():
    tickets = company(0).tickets
    tickets = tickets.assign(csat=tickets["csat"].astype("float64"))
    return tickets.assign(day=tickets["timestamp"].dt.normalize())


@pytest.fixture(scope="module")
def result(demo):
    return support.analyse(demo)


@pytest.fixture(scope="module")
def helpdesk():
    if not HELPDESK.exists():
        pytest.skip("shared/data/tickets/helpdesk_events.csv is not here")
    raw = pd.read_csv(HELPDESK, sep=";", dtype={"case_id": "str", "activity": "str"})
    raw["timestamp"] = pd.to_datetime(raw["timestamp"])
    return raw.rename(columns={"case_id": "ticket_id"}).assign(
        day=raw["timestamp"].dt.normalize(), line=np.arange(len(raw)) + 2
    )


# ---- a log -------------------------------------------------------------------------------------


def test_durations_of_a_log_are_those_of_plain_pandas(helpdesk):
    cases = helpdesk.groupby("ticket_id")["timestamp"]
    hours = (cases.max() - cases.min()).dt.total_seconds() / 3_600
    found = ticket_rows(helpdesk, seen(helpdesk)).set_index("ticket_id")
    took = (found["closed"] - found["opened"]).dt.total_seconds() / 3_600
    pd.testing.assert_series_equal(took.sort_index(), hours.sort_index(), check_names=False)
    result = support.analyse(helpdesk)
    wait = result.waits["resolution"]
    assert (wait.came, wait.waiting) == (len(hours), 0)
    for share, estimate in ((0.5, wait.median), (0.9, wait.p90)):
        assert estimate.value == np.quantile(hours, share, method="inverted_cdf")
    assert set(result.waits) == {"resolution"}
    assert result.receipt.rows_used == len(helpdesk)


def test_exchanged_days_are_warned_about(helpdesk, result):
    codes = {note.code for note in support.analyse(helpdesk).notes}
    assert {"swapped_days", "nothing_closes"} <= codes
    assert not {"swapped_days", "nothing_closes"} & {note.code for note in result.notes}


def test_what_the_activities_of_a_log_mean_can_be_said():
    rows = log(
        ("a", "2024-01-01 08:00", "new"),
        ("a", "2024-01-01 10:00", "reply"),
        ("a", "2024-01-02 08:00", "solved"),
        ("b", "2024-01-01 08:00", "new"),
        ("b", "2024-01-01 09:00", "reply"),
        ("b", "2024-01-01 10:00", "solved"),
        ("b", "2024-01-03 08:00", "customer"),
        ("b", "2024-01-03 09:00", "reply"),
        ("b", "2024-01-04 08:00", "solved"),
        ("c", "2024-01-02 08:00", "new"),
        ("c", "2024-01-02 09:00", "solved"),
        ("c", "2024-01-05 20:00", "customer"),
    )
    told = support.analyse(rows, closing=("solved",), responding=("reply",))
    assert told.log
    assert told.open == 1  # c was closed, and something has come since
    waits = told.waits
    assert waits["first_resolution"].curve.durations.tolist() == [1, 2, 24]
    assert waits["resolution"].curve.durations.tolist() == [24, 72, 84]
    assert waits["resolution"].curve.events.tolist() == [1, 1, 0]
    assert waits["response"].curve.durations.tolist() == [1, 2, 84]
    assert waits["response"].waiting == 1
    shares = {kpi.key: kpi.value for kpi in told.headline if kpi.value.unit == "share"}
    assert shares["reopened_share"] == wilson(2, 3)
    assert shares["one_touch_share"] == wilson(1, 2)
    plain = support.analyse(rows)
    assert plain.waits["resolution"].curve.durations.tolist() == [24, 72, 84]
    assert plain.waits["resolution"].waiting == 0
    # Without codes nothing is known of answers and reopenings; a has two activities after the first.
    assert {kpi.key for kpi in plain.headline} == {"tickets", "resolution", "one_touch_share"}
    with pytest.raises(CxError, match="closing"):
        support.analyse(rows, closing=("closed",))


# ---- a row a ticket ----------------------------------------------------------------------------


def test_open_tickets_are_censored_not_dropped(demo):
    as_of = dt.date(2025, 8, 20)
    midnight = pd.Timestamp("2025-08-21")
    known = demo[demo["timestamp"] < midnight]
    result = support.analyse(demo, as_of=as_of)
    assert result.tickets == len(known)
    assert result.receipt.excluded == {"after the end of observation": len(demo) - len(known)}
    for event, column in (("response", "first_response_at"), ("resolution", "resolved_at")):
        came = known[column] < midnight
        assert (~came).sum() > 0
        until = known[column].where(came, midnight)
        hours = (until - known["timestamp"]).dt.total_seconds() / 3_600
        peer = KaplanMeierFitter().fit(hours, came)
        wait = result.waits[event]
        assert (wait.came, wait.waiting) == (came.sum(), (~came).sum())
        assert wait.median.value == pytest.approx(peer.median_survival_time_)
        assert wait.p90.value == pytest.approx(peer.percentile(0.1))
        assert peer.percentile(0.1) > np.quantile(hours[came], 0.9)  # had the others been dropped
    assert result.open == (~(known["resolved_at"] < midnight)).sum()


def test_the_end_is_the_last_moment_of_the_file_or_midnight(demo):
    assert support.analyse(demo.head(50)).moment < pd.Timestamp(
        demo["day"].iloc[49]
    ) + pd.Timedelta(days=15)
    short = table(
        ("a", "2024-03-01 08:00", "2024-03-01 09:00", "closed", "c", "x"),
        ("b", "2024-03-01 10:00", None, "open", "d", "x"),
    )
    assert support.analyse(short).moment == dt.datetime(2024, 3, 1, 10)
    assert support.analyse(short, as_of=dt.date(2024, 3, 2)).moment == dt.datetime(2024, 3, 3)


def test_the_planted_month_and_nothing_else(result):
    moved = {v.after: v.state for v in result.verdicts["tickets"] if v.state in ("up", "down")}
    # The month after has as many as ever: less than the failed month, and no change else.
    assert moved == {FAILED: "up", AFTER: "down"}
    topics = result.topics[result.topics["state"].isin(["up", "down"])]
    assert set(zip(topics["topic"], topics["name"], topics["state"], strict=True)) == {
        ("delivery", FAILED, "up"),
        ("delivery", AFTER, "down"),
    }
    for event in ("response", "resolution"):
        slower = {v.after: v.state for v in result.verdicts[event] if v.state in ("up", "down")}
        assert slower == {FAILED: "up", AFTER: "down"}
    assert {kpi.last_year.state for kpi in result.headline} == {"unknown", "none"}
    assert result.meaning.params["month"] == FAILED
    assert result.meaning.params["topic"] == "delivery"


def test_topics_are_one_family(result):
    tested = result.topics[result.topics["p"].notna()]
    assert len(tested) == FAMILY * result.topics["topic"].nunique()


def test_months_and_groups_add_up(demo, result):
    monthly = result.monthly.set_index("name")
    counted = demo["timestamp"].dt.to_period("M").astype("str").value_counts()
    assert monthly["tickets"].sum() == len(demo)
    assert (monthly["tickets"] == counted.reindex(monthly.index)).all()
    assert monthly["complete"].tolist() == [False] + [True] * 23  # it begins on 2 January
    for name in ("2024-12", FAILED):
        end = pd.Period(name).end_time
        still = (demo["timestamp"] <= end) & ~(demo["resolved_at"] <= end)
        assert monthly.loc[name, "backlog"] == still.sum()
    sizes = demo["topic"].value_counts()
    groups = result.groups.set_index("value")
    assert (groups["tickets"] == sizes.reindex(groups.index)).all()
    delivery = demo[demo["topic"] == "delivery"]
    came = delivery["first_response_at"].notna()
    hours = (delivery["first_response_at"] - delivery["timestamp"]).dt.total_seconds() / 3_600
    assert came.all()
    expected = np.quantile(hours, 0.5, method="inverted_cdf")
    assert groups.loc["delivery", "response"] == pytest.approx(expected)


def test_shares_count_customers(demo, result):
    shares = {kpi.key: kpi.value for kpi in result.headline if kpi.value.unit == "share"}
    answered = demo["csat"].dropna()
    assert shares["csat"].value == (answered >= 4).mean()
    assert shares["csat"].n == len(answered)
    closed = demo["status"].isin(["closed", "reopened"])
    assert shares["reopened_share"].value == (demo["status"] == "reopened").sum() / closed.sum()
    assert "one_touch_share" not in shares  # a row a ticket does not say
    once = demo.drop_duplicates("customer_id")
    alone = next(k.value for k in support.analyse(once).headline if k.key == "csat")
    given = once["csat"].dropna()
    assert alone == wilson(int((given >= 4).sum()), len(given))
    # The same answers four times over by the same people tell no more than once.
    four = pd.concat([once.assign(ticket_id=once["ticket_id"] + str(i)) for i in range(4)])
    again = next(k.value for k in support.analyse(four).headline if k.key == "csat")
    assert (again.low, again.high) == pytest.approx((alone.low, alone.high), abs=1e-3)


def test_months_of_few_answers_hide_their_csat(demo, result):
    monthly = result.monthly
    assert monthly["csat"].notna().sum() > 12
    assert monthly.loc[monthly["csat_n"] < 10, "csat"].isna().all()
    assert (monthly["csat_n"].sum()) == demo["csat"].notna().sum()


def test_another_scale_has_another_positive_set(demo):
    seven = demo.assign(s0=demo["csat"] + 2)
    found = support.analyse(seven, low=1.0, high=7.0)
    value = next(kpi.value for kpi in found.headline if kpi.key == "csat")
    assert value.value == (seven["s0"].dropna() >= 5).mean()
    assert (found.receipt.parameters["low"], found.receipt.parameters["high"]) == (1.0, 7.0)


def test_recurring_tickets_are_those_of_a_plain_count(demo, result):
    judged = again = 0
    start = demo["day"].min() + pd.Timedelta(days=30)
    for _, rows in demo.sort_values("timestamp").groupby(["customer_id", "topic"]):
        times = rows["timestamp"].tolist()
        for i, moment in enumerate(times):
            if moment.normalize() >= start:
                judged += 1
                again += i > 0 and moment - times[i - 1] <= pd.Timedelta(days=30)
    found = result.recurring
    assert again > 0
    assert (found.judged, found.recurring) == (judged, again)
    assert found.share.value == again / judged
    assert found.topics["recurring"].sum() == again
    assert found.topics["tickets"].sum() == judged


def test_statuses_in_two_languages_and_strange_ones():
    words = pd.Series(["Solved", "DITUTUP", "Dibuka kembali", "on-hold", "menunggu", "Baru", "???"])
    known = states(words).tolist()
    assert known[:6] == ["closed", "closed", "reopened", "pending", "pending", "open"]
    assert pd.isna(known[6])
    rows = table(
        ("a", "2024-01-01", "2024-01-02", "Zxq", "c", "x"),
        ("b", "2024-01-01", "2024-01-02", "Zxq", "d", "x"),
        ("c", "2024-01-01", "2024-01-03", "closed", "d", "x"),
        ("d", "2024-01-04", None, "open", "d", "x"),
    )
    (note,) = (n for n in support.analyse(rows).notes if n.code == "unknown_status")
    assert (note.count, note.params["values"]) == (2, "Zxq (2)")
    assert note.severity == "warning"


def test_what_cannot_be_measured_is_told_and_counted():
    rows = table(
        ("fine", "2024-01-01", "2024-01-02", "closed", "c", "x"),
        ("when?", "2024-01-01", None, "selesai", "d", "x"),
        ("back", "2024-01-03", "2024-01-01", "closed", "d", "x"),
        ("odd", "2024-01-03", "2024-01-04", "open", "d", "x"),
        ("open", "2024-01-05", None, "open", "d", "x"),
        (None, "2024-01-05", None, "open", "d", "x"),
    )
    result = support.analyse(rows)
    wait = result.waits["resolution"]
    assert (wait.came, wait.waiting, wait.unknown, wait.backwards) == (2, 1, 1, 1)
    assert wait.came + wait.waiting + wait.unknown + wait.backwards == result.tickets == 5
    assert result.open == 1
    counts = {note.code: note.count for note in result.notes}
    assert counts["closed_without_time"] == 1
    assert counts["negative_wait"] == 1
    assert counts["open_but_resolved"] == 1
    assert result.receipt.excluded == {"without a ticket number": 1}


def test_a_file_without_times_of_an_end_says_nothing_of_it():
    rows = table(("a", "2024-01-01"), ("b", "2024-02-01"), columns="ticket_id timestamp")
    result = support.analyse(rows)
    assert result.waits == {}
    assert result.open is None
    assert result.monthly["backlog"].isna().all()
    assert result.recurring.share is None
    assert result.by is None
    assert {kpi.key for kpi in result.headline} == {"tickets"}


def test_what_there_is_not_is_refused(demo):
    with pytest.raises(CxError, match="by"):
        support.analyse(demo, by="priority")
    with pytest.raises(NotEnoughData):
        support.analyse(demo, as_of=dt.date(2020, 1, 1))


def test_engines_agree(demo, tmp_path):
    steps = pd.concat([demo.assign(timestamp=demo[c], activity=c)
                       for c in ("timestamp", "first_response_at", "resolved_at")])  # fmt: skip
    steps = steps.dropna(subset="timestamp")[["ticket_id", "timestamp", "activity", "topic"]]
    steps = steps.assign(day=steps["timestamp"].dt.normalize())
    options = {"closing": ("resolved_at",), "responding": ("first_response_at",)}
    for frame, asked in ((demo, {}), (steps, options)):
        file = tmp_path / "tickets.parquet"
        frame.to_parquet(file, index=False)
        expected = support.analyse(frame, **asked)
        with engine.connect(tmp_path) as connection:
            found = [support.analyse(engine.scan(connection, [file]), **asked)]
        found.append(support.analyse(pl.read_parquet(file), **asked))
        for other in found:
            pd.testing.assert_frame_equal(other.monthly, expected.monthly)
            pd.testing.assert_frame_equal(other.groups, expected.groups)
            assert [k.value for k in other.headline] == [k.value for k in expected.headline]
            assert other.verdicts == expected.verdicts
            assert other.moment == expected.moment


def test_the_two_shapes_agree(demo, result):
    steps = pd.concat([demo.assign(timestamp=demo[c], activity=c)
                       for c in ("timestamp", "first_response_at", "resolved_at")])  # fmt: skip
    steps = steps.dropna(subset="timestamp")[["ticket_id", "timestamp", "activity", "topic"]]
    steps = steps.assign(day=steps["timestamp"].dt.normalize()).sample(frac=1, random_state=1)
    told = support.analyse(
        steps, closing=("resolved_at",), responding=("first_response_at",), as_of=result.end
    )
    for event in ("response", "resolution"):
        assert told.waits[event].came == result.waits[event].came
        assert told.waits[event].median == result.waits[event].median
    assert told.open == result.open


# ---- the tickets behind a mark -----------------------------------------------------------------


def test_marks_open_the_tickets_that_they_count(demo, result):
    month = TRUTH.delivery_failure.month
    whole = ticket_list(demo, first=month.first, last=month.last)
    assert len(whole) == result.monthly.set_index("name").loc[FAILED, "tickets"]
    waits = whole["resolution_hours"]
    assert waits.is_monotonic_decreasing
    delivery = (("topic", ("delivery",)),)
    cell = ticket_list(demo, conditions=delivery, first=month.first, last=month.last)
    topics = result.topics.set_index(["topic", "name"])
    assert len(cell) == topics.loc[("delivery", FAILED), "tickets"]
    assert len(ticket_list(demo, still_open=True)) == result.open
    again = ticket_list(demo, recurring=True)
    assert len(again) == result.recurring.recurring
    curve = result.waits["response"].curve
    middle = curve.durations[len(curve.durations) // 2]
    longer = ticket_list(demo, event="response", longer=middle)
    assert len(longer) == (curve.at_risk - curve.events - curve.censored)[curve.durations == middle]
    assert len(ticket_list(demo, end=dt.date(2020, 1, 1))) == 0
