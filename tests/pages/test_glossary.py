"""The glossary: every definition and every term, found by a link, by words and by groups."""

from __future__ import annotations

import pytest

from cxlib.definitions import definitions
from cxlib.i18n import language, languages
from cxlib.terms import TERMS
from pages import _glossary
from tests.contracts.words import marked
from tests.pages.conftest import words

PATH = "learn/glossary.py"
every_language = pytest.mark.parametrize("code", languages())


def boxes(shown) -> list[str]:
    return [box.label for box in shown.expander]


@every_language
def test_everything_is_there(code, visit):
    shown, lang = visit(PATH, lang=code), language(code)
    assert not shown.exception
    named = [t.name for t in TERMS] + [d.name for d in definitions().values()]
    assert sorted(b.replace("\\", "") for b in boxes(shown)) == sorted(map(lang, named))


@every_language
def test_a_link_opens_one_entry(code, visit):
    shown, lang = visit(PATH, lang=code, term="value.rfm"), language(code)
    known = definitions()["value.rfm"]
    assert boxes(shown) == [lang(known.name)]
    assert shown.expander[0].proto.expanded
    said = words(shown)
    for text in (known.formula, known.good_for, known.not_good_for, known.pitfalls):
        assert lang(text) in said
    assert known.source in said
    assert "`value.rfm` v1" in said


def test_words_are_searched_in_what_is_read(visit):
    assert boxes(visit(PATH, term="roasting video")) == ["Engagement"]
    assert boxes(visit(PATH, lang="id", term="roasting video")) == []
    found = visit(PATH, term="silhouette no-such-word")
    assert boxes(found) == []
    assert "Nothing here has “silhouette no-such-word” in it." in words(found)


def test_a_group_is_shown_alone(visit):
    shown = visit(PATH, group="Words")
    assert len(boxes(shown)) == len(TERMS)
    assert [e.value for e in shown.subheader] == ["Words"]


def test_what_belongs_to_a_term_is_a_click_away(visit):
    shown = visit(PATH, term="cohort")
    next(b for b in shown.button if b.label == "Retention, as a number").click().run()
    assert not shown.exception
    assert shown.text_input(key="term").value == "value.retention"
    assert "`value.retention`" in words(shown)


@pytest.mark.parametrize("text", ["$x$ [a](b)", "<b>", "'; --", "\\"])
def test_what_is_searched_is_only_text(text, visit):
    shown = visit(PATH, term=text)
    assert not shown.exception


def test_terms_lead_to_entries():
    known = {entry.of.id for entry in _glossary.entries()}
    assert len(known) == len(_glossary.entries())
    assert [(t.id, other) for t in TERMS for other in t.see if other not in known] == []
    assert [t.id for t in TERMS if t.id in t.see] == []


def test_terms_are_message_ids():
    texts = [text for t in TERMS for text in (t.meaning, t.example)]
    assert [text for text in texts if text not in marked()] == []


def test_pitfalls_are_told():
    own = [d for d in definitions().values() if d.id.startswith("value.")]
    assert [d.id for d in own if d.pitfalls not in marked()] == []
