"""Labels of comments: kept without the text, one a comment, the second of two people is told."""

import json
import zipfile

import pandas as pd
import pytest
import sqlalchemy as sa

from cxlib.errors import CxError, NotFound
from cxlib.store import labels
from cxlib.store.export import export


@pytest.fixture
def workspace(store):
    return store.create("p", "n")


def key(workspace, text: str) -> str:
    return labels.keys(workspace, [text])[0]


def test_a_label_is_kept_and_corrected(workspace, clock):
    first = labels.put(workspace, key(workspace, "bagus"), "positive", "sample", "Sari", seen=None)
    clock.move(days=1)
    second = labels.put(workspace, first.key, "neutral", "disagreement", seen=first)
    assert labels.listed(workspace) == {first.key: second}
    assert (second.answer, second.drawn, second.who) == ("neutral", "sample", "")
    assert (second.moment, second.created) == (clock.now, first.created)
    assert labels.listed(workspace.store.create("p", "another")) == {}
    labels.remove(workspace, second)
    assert labels.listed(workspace) == {}


def test_the_second_of_two_people_is_told(workspace):
    first = labels.put(workspace, key(workspace, "bagus"), "positive", "sample", seen=None)
    kept = labels.put(workspace, first.key, "neutral", "sample", seen=first)
    for seen in (None, first):
        with pytest.raises(CxError, match="changed_meanwhile"):
            labels.put(workspace, first.key, "negative", "sample", seen=seen)
    with pytest.raises(CxError, match="changed_meanwhile"):
        labels.remove(workspace, first)
    assert labels.listed(workspace) == {first.key: kept}


def test_the_same_text_has_the_same_key_in_its_workspace_alone(workspace):
    same = labels.keys(
        workspace, ["Bagus  sekali", " bagus\nsekali ", "ＢＡＧＵＳ sekali", "bagus"]
    )
    assert same[0] == same[1] == same[2] != same[3]
    other = workspace.store.create("p", "another")
    assert key(other, "bagus") != key(workspace, "bagus")
    assert key(workspace, "\ud800") != key(workspace, "")


def test_no_text_lies_in_the_catalogue(workspace, tmp_path):
    labels.put(workspace, key(workspace, "rahasia 0812"), "negative", "sample", seen=None)
    found = b"".join(f.read_bytes() for f in tmp_path.rglob("catalogue.sqlite*"))
    assert b"negative" in found
    assert b"rahasia" not in found


def test_all_are_read_by_one_query(workspace):
    for i in range(20):
        labels.put(workspace, key(workspace, f"c{i}"), "skip", "sample", seen=None)
    asked = []
    engine = workspace.store.catalogue._engine
    sa.event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert len(labels.listed(workspace)) == 20
    assert len(asked) == 1


@pytest.mark.parametrize(("answer", "drawn"), [("good", "sample"), ("neutral", "mine")])
def test_only_known_words_are_kept(workspace, answer, drawn):
    with pytest.raises(CxError, match="unknown_label"):
        labels.put(workspace, key(workspace, "x"), answer, drawn, seen=None)


def test_what_was_learned_is_kept_as_json_and_forgotten(workspace):
    assert labels.adaptation(workspace) is None
    said = {"version": "1", "threshold": 0.7, "n": 50, "refit": None}
    labels.adapt(workspace, said)
    assert labels.adaptation(workspace) == json.loads(json.dumps(said))
    labels.adapt(workspace, None)
    assert labels.adaptation(workspace) is None


def test_an_export_takes_them_along_with_the_line_of_their_text(workspace, tmp_path):
    reviews = pd.DataFrame({"line": [2, 3, 4], "text": ["jelek", None, "Bagus "], "x": [1, 2, 3]})
    reviews.to_parquet(tmp_path / "feedback.parquet", index=False)
    workspace.commit(
        "feedback", [tmp_path / "feedback.parquet"], digest="d" * 64, source="", report={}
    )
    for text, answer in (("bagus", "positive"), ("tidak ada lagi", "negative")):
        labels.put(workspace, key(workspace, text), answer, "sample", "Sari", seen=None)
    said = {"version": "1", "threshold": 0.7, "n": 50, "refit": None}
    labels.adapt(workspace, said)
    export(workspace, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        told = json.loads(archive.read("workspace.json"))
    kept = {one["line"]: (one["answer"], one["who"]) for one in told["labels"]}
    assert kept == {4: ("positive", "Sari"), None: ("negative", "Sari")}
    assert told["settings"]["sentiment_adaptation"] == said
    assert key(workspace, "bagus") not in json.dumps(told)


def test_after_an_erasure_nothing_is_kept(workspace):
    workspace.erase()
    with pytest.raises(NotFound):
        labels.put(workspace, "0" * 32, "neutral", "sample", seen=None)
