"""Cases in figures, held against hand counts and a product limit step by step; and what rules open."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from cxlib.act import cases as figs
from cxlib.act.case_candidates import (
    NOBODY,
    OLDER,
    UNDATED,
    from_feedback,
    from_responses,
    from_tickets,
    new_ones,
)
from cxlib.demo.company import company
from cxlib.store.case_rules import Rules
from cxlib.store.cases import Case
from cxlib.voice.questions import Question

NOW = dt.datetime(2026, 8, 31, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NUMBERS = itertools.count(1)
NPS = Question("How likely?", "s0", "nps", 0.0, 10.0, "high")


def case(opened=100.0, contacted=None, closed=None, outcome=None, **more):
    """A case opened so many hours ago, contacted and closed so many hours after that."""
    start = NOW - opened * HOUR
    status = "new" if contacted is None else "contacted"
    said = {
        "id": f"{next(NUMBERS):032x}",
        "version": "v",
        "source": "detractor",
        "kind": "responses",
        "digest": "d",
        "line": 2,
        "customer_id": "Ani",
        "happened": None,
        "topic": None,
        "score": 3.0,
        "opened": start,
        "due": start + 48 * HOUR,
        "status": "closed" if closed is not None else status,
        "outcome": outcome,
        "contacted": None if contacted is None else start + contacted * HOUR,
        "closed": None if closed is None else start + closed * HOUR,
    }
    return Case(**said | more)


class Reader:
    """A stand-in for the model: it reads “buruk” as surely negative, “kurang” as hardly so."""

    def __init__(self, texts):
        assert all(isinstance(text, str) for text in texts)
        self.label = np.array(
            ["negative" if {"buruk", "kurang"} & set(t.split()) else "neutral" for t in texts]
        )
        self.confidence = np.array([0.6 if "kurang" in t else 0.95 for t in texts])


def test_the_share_contacted_counts_cases_of_48_hours_and_more():
    held = [
        *[case(contacted=10) for _ in range(7)],
        case(contacted=48),
        case(contacted=49),
        case(),
        case(48.0),
        case(47.9),  # too young, as is the next, however quick it was
        case(10.0, contacted=1),
        case(contacted=1, source="comment"),
        case(contacted=1, closed=2, outcome="no_case"),
    ]
    found = figs.figures(held, NOW)
    low, high = proportion_confint(8, 11, method="wilson")
    assert found.contacted.value == 8 / 11
    assert (found.contacted.low, found.contacted.high) == pytest.approx((low, high))
    assert (found.contacted.n, found.young, found.no_case) == (11, 2, 1)


def test_without_an_old_case_there_is_no_share():
    found = figs.figures([case(1.0, contacted=0.5)], NOW)
    assert found.contacted is None
    assert [kpi.key for kpi in found.headline] == ["overdue", "open"]


def test_the_save_rate_is_of_closed_cases():
    held = [
        *[case(contacted=1, closed=5, outcome="saved") for _ in range(3)],
        case(contacted=1, closed=5, outcome="lost"),
        case(contacted=1, closed=5, outcome="no_answer"),
        case(closed=5, outcome="no_case"),
        case(contacted=1, outcome="saved"),  # not closed yet
    ]
    found = figs.figures(held, NOW)
    low, high = proportion_confint(3, 5, method="wilson")
    assert found.saved.value == 3 / 5
    assert (found.saved.low, found.saved.high) == pytest.approx((low, high))
    assert found.few


def product_limit(waits, share):
    """The first time by which `share` have closed, step by step over whoever is still watched."""
    left, survival = len(waits), 1.0
    for hours, ended in sorted(waits, key=lambda w: (w[0], not w[1])):
        if ended:
            survival *= 1 - 1 / left
            if survival <= 1 - share + 1e-9:
                return hours
        left -= 1
    return None


def test_open_cases_count_in_the_time_to_close_as_long_as_they_waited():
    rng = np.random.default_rng(7)
    waits = [
        (float(h), bool(e))
        for h, e in zip(rng.uniform(1, 300, 80), rng.random(80) < 0.7, strict=True)
    ]
    held = [
        case(
            h if not e else h + 500,
            contacted=1,
            closed=h if e else None,
            outcome="saved" if e else None,
        )
        for h, e in waits
    ]
    found = figs.figures(held, NOW)
    assert found.closing.value == pytest.approx(product_limit(waits, 0.5))
    closed = sorted(h for h, e in waits if e)
    assert found.closing.value > closed[len(closed) // 2 - 1]  # leaving open ones out looks faster
    assert found.closing.low < found.closing.value < found.closing.high
    late = product_limit(waits, 0.9)
    assert (found.closing_p90 and found.closing_p90.value) == (late and pytest.approx(late))


def test_groups_add_up_and_carry_what_they_rest_on():
    held = [
        case(contacted=1, closed=5, outcome="saved", owner="Ayu", cause="Delivery"),
        case(contacted=60, owner="Ayu"),
        case(owner="", source="ticket"),
        case(5.0, owner="Budi", cause="Delivery"),
    ]
    groups = figs.figures(held, NOW).groups
    for by in figs.BY:
        mine = groups[groups["by"] == by]
        assert mine["cases"].sum() == 4
        assert mine["open"].sum() == 3
        assert mine["overdue"].sum() == 2
    owner = groups[groups["by"] == "owner"].set_index("group")
    assert owner.index.tolist() == ["Ayu", "", "Budi"]
    assert owner.loc["Ayu", ["contacted", "contacted_n", "saved", "saved_n"]].tolist() == [
        0.5,
        2,
        1,
        1,
    ]
    assert owner.loc["Budi", "contacted_n"] == 0
    assert math.isnan(owner.loc["Budi", "contacted"])


def test_overdue_cases_come_first_and_closed_ones_last():
    late, later, soon, done, old = (
        case(90.0), case(60.0), case(10.0), case(80.0, closed=70, outcome="lost"),
        case(200.0, closed=5, outcome="lost"),
    )  # fmt: skip
    assert figs.urgent([old, soon, done, later, late], NOW) == (late, later, soon, done, old)
    assert [c.overdue(NOW) for c in (late, later, soon, done)] == [True, True, False, False]


def test_the_list_has_moments_in_business_time_and_nothing_dropped():
    table = figs.case_table(
        [case(36.0, contacted=1, owner="=1+1"), case(1.0)], dt.timezone(7 * HOUR)
    )
    assert len(table) == 2
    assert table["case_opened"][0] == "2026-08-30 07:00"
    assert table["case_owner"].fillna("").tolist() == ["=1+1", ""]
    assert figs.case_table([], dt.UTC).empty


def answers(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "day", "s0", "comment"])
    table["day"] = pd.to_datetime(table["day"])
    return table.assign(line=np.arange(2, len(table) + 2), timestamp=table["day"])


def test_detractors_and_angry_comments_of_the_last_days_open_one_case_each():
    table = answers(
        [
            ("a", "2025-03-31", 6, "buruk"),  # both rules: one case
            ("b", "2025-03-31", 7, "buruk sekali"),
            ("c", "2025-03-31", 9, "kurang"),  # not sure enough
            ("d", "2025-03-31", 10, None),
            ("e", "2025-03-02", 0, None),
            ("f", "2025-03-01", 0, None),  # 31 days before the last day counts no more
            (None, "2025-03-31", 0, None),
            ("g", None, 0, None),
            ("h", "2025-03-31", None, "buruk"),
            ("i", "2025-03-31", 11, None),  # outside the scale
        ]
    )
    found = from_responses(table, Rules(), NPS, Reader, digest="d1")
    told = [(t.customer_id, t.source, t.score, t.line) for t in found.triggers]
    assert told == [
        ("a", "detractor", 6, 2),
        ("b", "comment", 7, 3),
        ("e", "detractor", 0, 6),
        ("h", "comment", None, 10),
    ]
    assert found.left_out == {NOBODY: 1, OLDER: 1, UNDATED: 1}
    assert {t.kind for t in found.triggers} == {"responses"}
    assert found.triggers[0].happened == dt.datetime(2025, 3, 31)
    scores = from_responses(table, Rules(comments=False, score=3), NPS, None, digest="d1")
    assert [t.customer_id for t in scores.triggers] == ["e"]
    words = from_responses(table, Rules(), None, Reader, digest="d1")
    assert [t.customer_id for t in words.triggers] == ["a", "b", "h"]
    assert words.unjudged == ("No question asks how likely customers are to recommend (NPS).",)


def test_a_scale_that_is_turned_round_and_a_long_table():
    turned = dataclasses.replace(NPS, best="low")
    table = answers([("a", "2025-03-31", 10, None), ("b", "2025-03-31", 0, None)])
    found = from_responses(table, Rules(comments=False), turned, None, digest="d")
    assert [(t.customer_id, t.score) for t in found.triggers] == [("a", 0)]
    long = table.assign(question=["How likely?", "How easy?"], score=[1.0, 1.0])
    asked = Question("How likely?", "score", "nps", 0, 10, "high", "How likely?")
    found = from_responses(long, Rules(comments=False), asked, None, digest="d")
    assert [t.customer_id for t in found.triggers] == ["a"]


def test_an_appended_or_restated_table_names_the_same_answers():
    table = answers([("a", "2025-03-30", 3, "buruk\r\nsekali"), ("b", "2025-03-31", 2, None)])
    first = from_responses(table, Rules(), NPS, Reader, digest="d1").triggers
    more = answers([("c", "2025-03-31", 1, None), ("a", "2025-03-30", 3, "buruk\nsekali")])
    both = pd.concat([more, table.iloc[1:]], ignore_index=True).assign(line=[2, 3, 4])
    again = from_responses(both, Rules(), NPS, Reader, digest="d2")
    new = new_ones([again], {t.id for t in first})
    assert [t.customer_id for t in new] == ["c"]
    assert new_ones([again, again], ()) == again.triggers


def test_comments_with_few_stars_need_no_reader():
    table = pd.DataFrame(
        {
            "line": [2, 3, 4, 5],
            "customer_id": ["a", None, "c", "d"],
            "text": ["biasa", "buruk", "kurang", None],
            "rating": [2.0, 5.0, 3.0, 1.0],
            "day": pd.Timestamp("2025-03-31"),
            "timestamp": pd.Timestamp("2025-03-31 09:00"),
        }
    )
    read = from_feedback(table, Rules(), Reader, digest="d")
    assert [(t.line, t.score, t.source) for t in read.triggers] == [
        (2, 2, "comment"), (3, 5, "comment"), (5, 1, "comment"),
    ]  # fmt: skip
    starred = from_feedback(table, Rules(stars=1), None, digest="d")
    assert [t.line for t in starred.triggers] == [5]
    assert from_feedback(table, Rules(comments=False), Reader, digest="d").triggers == ()
    assert from_feedback(table.head(0), Rules(), Reader, digest="d").triggers == ()


def tickets(rows):
    names = ["ticket_id", "opened", "first_response_at", "resolved_at", "status"]
    table = pd.DataFrame(rows, columns=names)
    for name in names[1:4]:
        table[name] = pd.to_datetime("2025-03-" + table[name])
    table["timestamp"] = table.pop("opened")
    return table.assign(
        line=np.arange(2, len(table) + 2),
        customer_id="a",
        topic="late",
        day=table["timestamp"].dt.normalize(),
    )


def test_open_tickets_that_wait_too_long_are_overdue():
    table = tickets(
        [
            ("mute", "29 09:00", None, None, "open"),  # more than 24 h without an answer
            ("slow", "27 09:00", "27 10:00", None, "open"),  # more than 72 h without a solution
            ("quick", "29 09:00", "29 10:00", None, "open"),
            ("done", "01 09:00", None, "20 09:00", "closed"),  # late, but over
            ("said", "01 09:00", None, None, "closed"),
            ("last", "31 09:00", None, None, "open"),
        ]
    )
    found = from_tickets(table, Rules(), digest="d")
    assert [(t.customer_id, t.topic, t.line) for t in found.triggers] == [
        ("a", "late", 3), ("a", "late", 2),
    ]  # fmt: skip
    assert found.unjudged == ()
    patient = from_tickets(table, Rules(response_hours=100, resolution_hours=100), digest="d")
    assert patient.triggers == ()
    # What is known of a ticket changes; which one it is does not.
    later = table.assign(
        first_response_at=table["first_response_at"].fillna(pd.Timestamp("2025-03-31 08:00"))
    )
    again = from_tickets(later, Rules(resolution_hours=40), digest="d2")
    assert {t.id for t in again.triggers} >= {t.id for t in found.triggers}


def test_a_file_that_says_nothing_of_the_end_opens_nothing():
    table = tickets([("a", "01 09:00", None, None, None), ("b", "31 09:00", None, None, None)])
    found = from_tickets(table, Rules(), digest="d")
    assert found.triggers == ()
    assert len(found.unjudged) == 2
    assert from_tickets(table.head(0), Rules(), digest="d").triggers == ()
    assert from_tickets(table, Rules(tickets=False), digest="d").unjudged == ()


def test_the_demo_companys_detractors_are_all_found():
    table = company(0).responses
    table = table.assign(
        s0=table["nps"].astype(float),
        day=table["timestamp"].dt.normalize(),
        line=np.arange(2, len(table) + 2),
    )
    found = from_responses(table, Rules(comments=False), NPS, None, digest="d")
    last = table["day"].max()
    inside = table["day"] > last - pd.Timedelta(days=30)
    low = table[table["s0"] <= 6]
    assert len(found.triggers) == int((inside & (table["s0"] <= 6)).sum()) > 0
    assert found.left_out[OLDER] == len(low) - len(found.triggers)
