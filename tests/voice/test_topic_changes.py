"""The lexicon of a workspace: what changes do to it, what is refused, and what a trial counts."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.i18n import language
from cxlib.store.topic_words import Change, TopicWords, read
from cxlib.voice import topics
from cxlib.voice.aspects import LABELS, shipped
from cxlib.voice.polarities import aspects_of
from cxlib.voice.topic_changes import changed, checked, of_text, trial
from tests.contracts.test_analyses import feedback

OWN = TopicWords().having(
    "Kado", Change(words=("kado", "parsel lebaran"), positive=("manis sekali",), negative=("zonk",))
)


def said(text: str, changes: TopicWords) -> set[tuple[str, int | None]]:
    return {(one.aspect, one.polarity) for one in aspects_of(text, changed(changes))}


def test_without_changes_it_is_the_shipped_one():
    assert changed(TopicWords()) == shipped()
    assert of_text(None) == shipped()
    assert shipped().labels == LABELS


def test_a_topic_of_ones_own_is_named_praised_and_blamed():
    assert ("Kado", 1) in said("kadonya bagus", OWN)
    assert ("Kado", -1) in said("kadonya jelek", OWN)
    assert ("Kado", -1) in said("zonk", OWN)
    assert ("Kado", 1) in said("manis sekali", OWN)
    assert not {a for a, _ in said("kadonya bagus", TopicWords())} & {"Kado"}
    assert changed(OWN).names[-1] == "Kado"


def test_words_of_the_list_can_be_left_out_and_others_added():
    text = "kurir datang, gosent cepat"
    assert "delivery" in {a for a, _ in said("kurir ramah", TopicWords())}
    less = TopicWords().having("delivery", Change(without=("kurir",)))
    assert "delivery" not in {a for a, _ in said("kurir ramah", less)}
    more = less.having("delivery", Change(words=("gosent",), without=("kurir",)))
    assert "delivery" in {a for a, _ in said(text, more)}


def test_a_word_of_the_user_goes_before_the_list():
    turned = TopicWords().having("price", Change(negative=("murah",)))
    assert ("price", 1) in said("murah", TopicWords())
    assert ("price", -1) in said("murah", turned)


def test_a_topic_that_is_off_is_not_found_and_a_renamed_one_is_called_so():
    off = TopicWords().having("price", Change(off=True))
    assert "price" not in {a for a, _ in said("harga murah", off)}
    renamed = TopicWords().having("price", Change(name="Harga & diskon"))
    assert changed(renamed).labels["price"] == "Harga & diskon"
    assert changed(renamed).digest != shipped().digest


@pytest.mark.parametrize(
    ("topic", "change", "code", "told"),
    [
        ("delivery", Change(words=("bungkus",)), "word_of_two", "Packaging"),
        ("delivery", Change(words=("Bungkus!",)), "word_of_two", "Packaging"),
        ("app", Change(negative=("kemahalan",)), "word_of_two", "Price"),
        ("price", Change(words=("parsel lebaran",)), "word_of_two", "Kado"),
        ("price", Change(words=("biaya x",), negative=("biaya x",)), "word_twice", "biaya x"),
        ("price", Change(without=("kurir",)), "not_in_the_list", "kurir"),
        ("Baru", Change(without=("kurir",), words=("baru x",)), "not_in_the_list", "kurir"),
        ("Baru", Change(name="Baru"), "no_words", "Baru"),
        ("price", Change(name="kado"), "name_of_two", "Kado"),
        ("price", Change(name="Delivery"), "name_of_two", "Delivery"),
        ("price", Change(name=language("id")("Delivery")), "name_of_two", ""),
    ],
)
def test_what_cannot_be_is_told_with_where(topic, change, code, told):
    with pytest.raises(CxError, match=code) as refused:
        checked(OWN.having(topic, change), topic)
    assert told in str(refused.value)


def test_a_topic_that_is_off_is_checked_too_and_one_stays_in_use():
    with pytest.raises(CxError, match="word_of_two"):
        checked(OWN.having("Dua", Change(words=("parsel lebaran",), off=True)))
    none = TopicWords({topic: Change(off=True) for topic in LABELS})
    with pytest.raises(CxError, match="no_topics"):
        checked(none)
    assert checked(OWN) is OWN


def test_a_trial_counts_what_comes_and_goes():
    texts = ["kado bagus"] * 5 + ["harga murah"] * 3 + [None, " "]
    table = pd.DataFrame({"text": pd.Series(texts, dtype="str"), "line": range(len(texts))})
    found = trial(table, "Kado", None, OWN.written())
    assert (found.read, found.n, found.more, found.fewer) == (8, 5, 5, 0)
    back = trial(table, "Kado", OWN.written(), None)
    assert (back.n, back.more, back.fewer) == (0, 0, 5)


def test_the_receipt_states_the_changes_and_they_are_computed_again():
    table = feedback()
    plain = topics.analyse(table)
    less = TopicWords().having("delivery", Change(without=("kirim",), name="Ongkir"))
    text = less.written()
    found = topics.analyse(table, lexicon=text)
    stated = found.receipt.parameters
    assert stated["lexicon"] == text
    assert stated["lexicon_digest"] == changed(less).digest
    assert plain.receipt.parameters["lexicon"] is None
    assert plain.receipt.parameters["lexicon_digest"] == shipped().digest
    assert found.labels["delivery"] == "Ongkir"
    again = topics.analyse(table, lexicon=stated["lexicon"])
    pd.testing.assert_frame_equal(again.topics, found.topics)
    assert topics.analyse(table, lexicon=changed(less)).topics.equals(found.topics)


def test_changes_of_an_older_list_still_hold():
    gone = read('{"delivery": {"without": ["a word that was shipped once"]}}')
    assert changed(gone) == shipped()
