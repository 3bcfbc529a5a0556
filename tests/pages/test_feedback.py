"""Feedback overview and comments explorer: what they show of a shop's reviews, and the links between."""

from __future__ import annotations

import io

import pytest

from cxlib import engine
from cxlib.export import report
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import intake
from cxlib.voice import sentiment
from tests.contracts.test_analyses import feedback
from tests.pages.conftest import words

OVERVIEW, EXPLORER = "voice/feedback.py", "voice/comments.py"


@pytest.fixture(scope="module")
def reviewed(store):
    """A workspace with reviews, some of them with a phone number."""
    rows = feedback().drop(columns=["line", "day"])
    rows["text"] = rows["text"].str.replace("Biasa aja", "Biasa aja, WA 0812-3456-7890")
    workspace = store.create(purpose="analysis", name="")
    upload = workspace.stage(io.BytesIO(rows.to_csv(index=False).encode()), "reviews.csv")
    staged = intake.stage(upload, ReadOptions())
    made = plan(intake.propose(staged, "feedback", ()))
    intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    return workspace


def test_the_overview_shows_its_sections(reviewed, visit):
    shown = visit(OVERVIEW, reviewed.id)
    assert not shown.exception
    titles = [e.value for e in shown.subheader]
    for title in (
        "How do customers feel?",
        "Did it change?",
        "Where is the blame?",
        "What was read?",
    ):
        assert title in titles
    assert len(shown.metric) == 4


@pytest.mark.parametrize(("lang", "label"), [("en", "Negative"), ("id", "Negatif")])
def test_a_link_opens_its_comments(reviewed, visit, lang, label):
    shown = visit(EXPLORER, reviewed.id, lang, sentiment=label, channel="app")
    assert not shown.exception
    rows = shown.dataframe[0].value
    assert len(rows)
    assert set(rows["sentiment"]) == {label}
    assert set(rows["channel"]) == {"app"}
    wanted = visit(EXPLORER, reviewed.id, lang).dataframe[0].value
    assert len(rows) == (wanted["sentiment"].eq(label) & wanted["channel"].eq("app")).sum()


@pytest.mark.parametrize(("lang", "emotion"), [("en", "Joy"), ("id", "Senang")])
def test_emotions_are_behind_a_question_and_open_their_comments(reviewed, visit, lang, emotion):
    closed = visit(OVERVIEW, reviewed.id, lang)
    shown = visit(OVERVIEW, reviewed.id, lang, emotions="true")
    assert not shown.exception
    assert len(shown.get("vega_lite_chart")) == len(closed.get("vega_lite_chart")) + 1
    rows = visit(EXPLORER, reviewed.id, lang, emotion=emotion).dataframe[0].value
    everything = visit(EXPLORER, reviewed.id, lang).dataframe[0].value
    assert 0 < len(rows) < len(everything)
    assert rows["comment_language"].nunique() == 1


def test_numbers_of_customers_are_covered(reviewed, visit):
    shown = visit(EXPLORER, reviewed.id, search="biasa")
    rows = shown.dataframe[0].value
    assert len(rows)
    assert not rows["comment"].str.contains("0812").any()
    assert "0812" not in words(shown)


def test_the_receipt_is_computed_again(reviewed):
    data = reviewed.current("feedback")
    part = {"by": ("channel",), "as_of": None, "timezone": "Asia/Jakarta"}
    with engine.connect(data.folder) as connection:
        table = engine.scan(connection, [data.table])
        proof = sentiment.analyse(table, digests=(data.digest,), **part).receipt
    made = report.report(proof, (), [data])
    assert made["numbers"]["counts"]["positive"] > 0
    assert "comments" not in made["numbers"]  # no text of a customer


def test_what_nobody_wrote_is_said(reviewed, visit):
    shown = visit(EXPLORER, reviewed.id, search="zzzz")
    assert not shown.exception
    assert not shown.dataframe
    assert "No comment meets all of these" in words(shown)
