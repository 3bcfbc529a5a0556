"""The accuracy check as it is used: a comment, an answer, the model's, a correction, a result."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from cxlib.i18n import language, languages
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import case_rules, intake, labels
from cxlib.store.case_rules import Rules
from cxlib.voice import labelling
from cxlib.voice.classifier import shipped
from tests.pages.conftest import words

PAGE = "voice/accuracy.py"
SAID = (
    "Barang bagus, hubungi 0812 3456 7890",
    "Kecewa, barang rusak",
    "Fast delivery",
    "Biasa saja",
)


@pytest.fixture
def told(store):
    """A workspace with eighty comments, no two the same, and stars that sometimes disagree."""
    workspace = store.create(purpose="analysis", name="")
    rows = [f'"{SAID[i % 4]} nomor {i}",{5 - i % 4},2025-03-{1 + i % 28:02}' for i in range(80)]
    file = "\n".join(["review,rating,date", *rows]).encode()
    upload = workspace.stage(io.BytesIO(file), "reviews.csv")
    staged = intake.stage(upload, ReadOptions())
    mapping = {"text": staged.column("review"), "rating": staged.column("rating"),
               "timestamp": staged.column("date")}  # fmt: skip
    made = plan(intake.propose(staged, "feedback", mapping.items()))
    intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    return workspace


def asked(visitor) -> str:
    return next(e.value for e in visitor.markdown if e.value.startswith("**")).replace("\\", "")


def press(visitor, key: str):
    return next(b for b in visitor.button if b.key == key).click().run()


def test_a_comment_is_masked_answered_and_corrected(visit, told):
    shown = visit(PAGE, told.id)
    assert not shown.exception
    assert "7890" not in words(shown)
    assert "the model “" not in words(shown)
    first = asked(shown)
    press(shown, "accuracy_neutral")
    assert not shown.exception
    assert asked(shown) != first
    assert "you said “Neutral”, the model “" in words(shown)
    (kept,) = labels.listed(told).values()
    assert (kept.answer, kept.drawn) == ("neutral", "sample")
    press(shown, "accuracy_change")
    assert asked(shown) == first
    press(shown, "accuracy_skip")
    (now,) = labels.listed(told).values()
    assert (now.key, now.answer) == (kept.key, "skip")


def test_the_second_of_two_people_is_told(visit, told):
    one, two = (visit(PAGE, told.id) for _ in range(2))
    press(one, "accuracy_positive")
    press(two, "accuracy_negative")
    assert "Someone else changed this meanwhile" in words(two) + "".join(
        str(e.value) + str(getattr(e, "title", "")) + str(e.proto) for e in two.error
    )
    assert [g.answer for g in labels.listed(told).values()] == ["positive"]


@pytest.mark.parametrize("code", languages())
def test_with_labels_enough_there_is_a_result_that_can_be_used(visit, told, code):
    texts = [f"{SAID[i % 4]} nomor {i}" for i in range(80)]
    drawn = labelling.sample(texts, shipped().read(texts), 80)
    for key, said in zip(labels.keys(told, drawn["text"]), drawn["said"], strict=True):
        labels.put(told, key, said, "sample", seen=None)
    shown = visit(PAGE, told.id, code)
    assert not shown.exception
    lang = language(code)
    assert lang("Read as you do") in [m.label for m in shown.metric]
    press(shown, "accuracy_use")
    assert not shown.exception
    kept = labels.adaptation(told)
    assert kept["version"] == shipped().version
    said = lang("Read with the model adapted to your {n} labels.", n=lang.number(kept["n"]))
    for page in ("feedback", "comments", "topics"):
        assert said in words(visit(f"voice/{page}.py", told.id, code))
    press(shown, "accuracy_back")
    assert labels.adaptation(told) is None


def test_every_page_reads_with_the_model_of_the_workspace(visit, told):
    def seen():
        counted = visit("voice/feedback.py", told.id)
        rows = visit("voice/comments.py", told.id).dataframe[0].value
        opened = visit("act/cases.py", told.id)
        assert [*counted.exception, *opened.exception] == []
        return (
            [m.value for m in counted.metric],
            rows["sentiment"].value_counts().to_dict(),
            "would be opened" in words(opened),
        )

    case_rules.keep(told, Rules(stars=1, score=0))
    shipped_ones = seen()
    # A model that likes everything: what was blame is praise.
    refit = {
        "turn": np.eye(3).tolist(), "dense": np.zeros((30, 3)).tolist(), "intercept": [0.0, 0.0, 20.0],
    }  # fmt: skip
    labels.adapt(told, {"version": shipped().version, "threshold": 0.5, "n": 212, "refit": refit})
    assert shipped_ones[1].keys() > {"Positive"}
    tiles, counts, opened = seen()
    assert tiles != shipped_ones[0]
    assert counts == {"Positive": 80}
    assert (shipped_ones[2], opened) == (True, False)
    assert "adapted to your 212 labels" in words(visit("act/cases.py", told.id))
    labels.adapt(told, None)
    assert seen() == shipped_ones


def test_the_report_of_a_page_leads_to_its_numbers(visit, told, monkeypatch):
    made = {}
    monkeypatch.setattr(
        "pages._report.st.download_button", lambda name, data, **more: made.update({name: data})
    )
    said = {"version": shipped().version, "threshold": 0.99, "n": 60, "refit": None}
    labels.adapt(told, said)
    for page in ("comments", "topics"):
        assert not visit(f"voice/{page}.py", told.id).exception
        held = json.loads(made["Report for verifying"]())
        assert json.loads(held["parameters"]["adaptation"]) == said
        assert held["receipt"]["parameters"]["adapted_labels"] == 60
