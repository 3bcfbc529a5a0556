"""Words of topics: kept as what differs from the list, the second of two people is told, history."""

from __future__ import annotations

import pytest

from cxlib.errors import CxError, NotFound
from cxlib.store import topic_words
from cxlib.store.topic_words import LONGEST, MOST, TOPICS, Change, TopicWords

PARTS = Change(words=("suku cadang", "spare part"), negative=("part mismatch",))


def test_changes_are_kept_and_taken_back(workspace, clock):
    assert topic_words.kept(workspace) == TopicWords()
    first = topic_words.keep(workspace, TopicWords().having("Parts", PARTS), who="  Sari ")
    assert topic_words.kept(workspace) == first
    clock.move(days=1)
    other = first.having("delivery", Change(name="Ongkir", without=("paket",), off=True))
    second = topic_words.keep(workspace, other, who="Budi")
    assert topic_words.kept(workspace) == second
    assert set(second.topics) == {"Parts", "delivery"}
    none = topic_words.keep(workspace, TopicWords({}, second.version))
    assert topic_words.kept(workspace).topics == {}
    assert topic_words.kept(workspace).written() is None
    assert none.version not in (None, first.version, second.version)
    told = topic_words.history(workspace)
    assert [c.who for c in told] == ["Sari", "Budi", ""]
    assert [set(c.changed) for c in told] == [{"Parts"}, {"delivery"}, {"Parts", "delivery"}]
    assert told[2].changed["delivery"][0]["name"] == "Ongkir"
    assert told[2].changed["delivery"][1] is None
    assert topic_words.kept(workspace.store.create("p", "another")) == TopicWords()


def test_the_second_of_two_people_is_told_and_nothing_is_lost(workspace):
    read = topic_words.kept(workspace)
    kept = topic_words.keep(workspace, read.having("Parts", PARTS))
    for seen in (read, TopicWords({}, "0" * 32)):
        with pytest.raises(CxError, match="changed_meanwhile"):
            topic_words.keep(workspace, seen.having("delivery", Change(off=True)))
    assert topic_words.kept(workspace) == kept
    assert len(topic_words.history(workspace)) == 1


def test_text_comes_back_as_it_went_and_is_the_same_for_the_same_changes():
    changes = TopicWords().having("Parts", PARTS).having("price", Change(name="Harga 💰"))
    again = TopicWords().having("price", Change(name="Harga 💰")).having("Parts", PARTS)
    text = changes.written()
    assert text is not None
    assert text == again.written()
    assert topic_words.read(text) == topic_words.of_plain(changes.plain())
    toml = '[Parts]\nwords = ["Suku  Cadang", "spare part"]\nnegative = ["part mismatch"]\n'
    assert topic_words.read(toml) == TopicWords().having("Parts", PARTS)
    assert changes.having("Parts", Change()).having("price", Change()) == TopicWords()


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({"Parts": {"words": ["a", " "]}}, "no_word"),
        ({"Parts": {"words": ["…!"]}}, "no_word"),
        ({"Parts": {"words": ["x" * (LONGEST + 1)]}}, "too_long"),
        ({"Parts": {"words": ["a\x00b"]}}, "control_character"),
        ({"Parts": {"words": [f"w{i}" for i in range(MOST + 1)]}}, "too_many_words"),
        ({" ": {"words": ["a"]}}, "no_name"),
        ({"Parts": {"name": "  ", "words": ["a"]}}, "no_name"),
        ({f"t{i}": {"off": True} for i in range(TOPICS + 1)}, "too_many_topics"),
        ({"Parts": {"wrods": ["a"]}}, "no_topic_words"),
        ({"Parts": {"words": "a"}}, "no_topic_words"),
        ({"Parts": {"words": [1]}}, "no_topic_words"),
        ({"Parts": {"off": 1}}, "no_topic_words"),
        ({"Parts": ["a"]}, "no_topic_words"),
        (["a"], "no_topic_words"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_dropped(found, code):
    with pytest.raises(CxError, match=code):
        topic_words.of_plain(found)


@pytest.mark.parametrize("text", ["{", "= 3", "{" * 100_000, '{"a": NaN}', "a b c"])
def test_text_that_is_none_is_told(text):
    with pytest.raises(CxError, match="no_topic_words"):
        topic_words.read(text)


def test_signs_and_pictures_are_words():
    found = topic_words.of_plain({"Mood": {"words": ["👍", "J&T", "4g"]}})
    assert found.topics["Mood"].words == ("👍", "j&t", "4g")


def test_after_an_erasure_nothing_is_kept(workspace):
    workspace.erase()
    with pytest.raises(NotFound):
        topic_words.keep(workspace, TopicWords().having("Parts", PARTS))
