"""The topics page: its sections, and that what customers write stays text."""

from __future__ import annotations

import pytest

from cxlib.export import report
from cxlib.i18n import language, languages
from cxlib.store import topic_words
from cxlib.store.topic_words import Change, TopicWords
from cxlib.voice import topics
from pages import _cache, _topics
from tests.pages.conftest import words
from tests.pages.test_feedback import reviewed

__all__ = ["reviewed"]
PAGE = "voice/topics.py"


def test_the_page_shows_its_sections(reviewed, visit):
    shown = visit(PAGE, reviewed.id)
    assert not shown.exception
    titles = [e.value for e in shown.subheader]
    for title in (
        "What do they praise, and what do they blame?",
        "Which complaints grow?",
        "What is new?",
        "What are those who complain worth?",
    ):
        assert title in titles


def test_quotes_are_inert_and_in_a_line():
    quote = "<b>x</b> [klik](javascript:alert(1))\n# `lama` ]$x$ :red[y]"
    made = _topics.marked(quote, 5, len(quote) - 4, "orange")
    assert "\n" not in made
    # What opens a tag, link, code, formula or directive is escaped but for our own ground.
    own = made.replace(":orange-background[", "", 1)[:]
    for sign in "<[`$#:":
        assert own.count(sign) == own.count(f"\\{sign}")
    assert own.count("]") == own.count("\\]") + 1


@pytest.fixture
def editing(reviewed, visit):
    """The page with its editor open, the workspace's words as they came afterwards."""

    def opened(lang: str = "en"):
        return visit(PAGE, reviewed.id, lang, topic_words="true")

    yield opened
    kept = topic_words.kept(reviewed)
    if kept.topics:
        topic_words.keep(reviewed, TopicWords({}, kept.version))


def field(shown, kind: str, label: str):
    (found,) = (one for one in shown.get(kind) if one.label == label)
    return found


def press(shown, label: str):
    (button,) = (b for b in shown.button if b.label == label)
    return button.click().run()


def typed(shown, **lists: str):
    """The form with a new topic in it."""
    shown = field(shown, "selectbox", "Topic").set_value("").run()
    field(shown, "text_input", "Name").set_value(lists.pop("name"))
    for label, text in lists.items():
        (area,) = (a for a in shown.text_area if label in a.label)
        area.set_value(text)
    return shown


@pytest.mark.parametrize("code", languages())
def test_the_editor_speaks_the_language(editing, code):
    shown = editing(code)
    assert not shown.exception
    lang = language(code)
    assert lang("Words that name it, one a line") in [a.label for a in shown.text_area]
    assert lang("Packaging") in words(shown)


def test_a_topic_of_ones_own_is_tried_saved_and_found_among_comments(editing, reviewed, visit):
    shown = press(typed(editing(), name="Biasa saja", **{"that name it": "biasa aja"}), "Try it")
    told = " ".join(e.value for e in shown.info)
    assert "more and 0 fewer than now" in told
    assert "0 more" not in told
    assert not topic_words.kept(reviewed).topics
    shown = press(shown, "Save")
    assert not shown.exception
    assert topic_words.kept(reviewed).topics == {"Biasa saja": Change(words=("biasa aja",))}
    assert "Biasa saja" in words(shown)
    rows = visit("voice/comments.py", reviewed.id, topic="Biasa saja").dataframe[0].value
    assert len(rows)
    assert rows["comment"].str.casefold().str.contains("biasa aja").all()


def test_what_is_wrong_is_said_and_what_was_typed_stays(editing, reviewed):
    shown = press(typed(editing(), name="Bungkus", **{"that name it": "bungkus"}), "Save")
    assert "Leave it out there first" in words(shown)
    assert not topic_words.kept(reviewed).topics
    assert field(shown, "text_input", "Name").value == "Bungkus"
    shown = press(typed(shown, name="", **{"that name it": "xyzzy"}), "Save")
    assert "Type one, such as Packaging" in words(shown)


def test_the_second_of_two_people_is_told(editing, reviewed):
    shown = typed(editing(), name="Kado", **{"that name it": "kado"})
    before = topic_words.kept(reviewed)
    other = topic_words.keep(reviewed, before.having("price", Change(name="Harga")))
    shown = press(shown, "Save")
    assert "Look at what is there now" in words(shown)
    assert topic_words.kept(reviewed) == other


def test_the_shipped_list_comes_back_and_the_history_stays(editing, reviewed):
    press(typed(editing(), name="Kado", **{"that name it": "kado"}), "Save")
    shown = press(editing(), "Back to the shipped list")
    assert not shown.exception
    assert topic_words.kept(reviewed).topics == {}
    assert "+ kado" in words(shown)
    assert "− kado" in words(shown)


def test_a_report_of_changed_words_is_computed_again(reviewed):
    data = reviewed.current("feedback")
    text = TopicWords().having("delivery", Change(without=("kirim",), name="Ongkir")).written()
    proof = _cache.analysed(topics.analyse, data, lexicon=text).receipt
    made = report.report(proof, (), [data])
    assert made["numbers"]["labels"]["delivery"] == "Ongkir"
    assert made["parameters"]["lexicon"] == text
