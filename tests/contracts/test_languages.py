"""What every language promises: all words, the same placeholders, its own way with numbers."""

from __future__ import annotations

import datetime as dt
import string
from collections import defaultdict

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from cxlib.errors import CxError
from cxlib.i18n import SOURCE, language, languages
from tests.contracts.words import ROOT, marked, plurals, unreadable

TRANSLATED = [code for code in languages() if code != SOURCE]
every_language = pytest.mark.parametrize("code", TRANSLATED)


def catalogues(code: str) -> dict[str, list[Message]]:
    """The messages of each .po file of a language."""
    found = {}
    for file in sorted((ROOT / "cxlib" / "locales" / code).glob("*.po")):
        with file.open("rb") as opened:
            found[file.name] = [message for message in read_po(opened, locale=code) if message.id]
    return found


def entries(code: str) -> dict[str, list[tuple[str, Message]]]:
    """The entries of a language by message id, each with its file."""
    found = defaultdict(list)
    for file, messages in catalogues(code).items():
        for message in messages:
            found[message.id if isinstance(message.id, str) else message.id[0]].append(
                (file, message)
            )
    return found


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_indonesian_is_there():
    assert "id" in TRANSLATED


def test_words_are_literals():
    assert unreadable() == []


def test_placeholders_are_named():
    assert [
        text for text in marked() if any(not n.isidentifier() for n in placeholders(text))
    ] == []


@every_language
def test_every_word_is_translated(code):
    known = {id_ for id_, found in entries(code).items() if any(all(texts(m)) for _, m in found)}
    known |= {
        message.id[1] for m in catalogues(code).values() for message in m if message.pluralizable
    }
    missing = {place: text for text, place in marked().items() if text not in known}
    assert missing == {}


@every_language
def test_plurals_have_all_their_forms(code):
    pairs = {m.id: m for messages in catalogues(code).values() for m in messages if m.pluralizable}
    assert plurals() - set(pairs) == set()
    assert [pair for pair in plurals() if not all(texts(pairs[pair]))] == []
    shown = language(code)
    for one, many in plurals():
        assert shown.plural(one, many, 1) != one
        assert "1" in shown.plural(one, many, 1)
        assert "2" in shown.plural(one, many, 2)


@every_language
def test_translations_fill_the_same_placeholders(code):
    assert [
        (file, message.id)
        for file, messages in catalogues(code).items()
        for message in messages
        for text in filter(None, texts(message))
        for source in [message.id if isinstance(message.id, str) else message.id[-1]]
        if placeholders(text) != placeholders(source)
    ] == []


@every_language
def test_no_word_is_translated_in_two_ways(code):
    differing = {
        id_: {file: texts(message) for file, message in found}
        for id_, found in entries(code).items()
        if len({texts(message) for _, message in found}) > 1
    }
    assert differing == {}


@every_language
def test_nothing_is_left_to_be_checked(code):
    fuzzy = [
        (file, message.id)
        for file, messages in catalogues(code).items()
        for message in messages
        if message.fuzzy or not all(texts(message))
    ]
    assert fuzzy == []


@every_language
def test_no_typographic_minus(code):
    assert [
        m.id for ms in catalogues(code).values() for m in ms if "\u2212" in "".join(texts(m))
    ] == []


@pytest.mark.parametrize(
    ("code", "number", "percent", "money", "short", "day", "month"),
    [
        (
            "en",
            "1,234,567.5",
            "12.3 %",
            "Rp 1,234,567",
            "Rp 1.9B",
            "31 Aug 2025",
            "Aug 2025",
        ),
        (
            "id",
            "1.234.567,5",
            "12,3%",
            "Rp 1.234.567",
            "Rp 1,9 M",
            "31 Agu 2025",
            "Agu 2025",
        ),
    ],
)
def test_numbers_money_and_days(code, number, percent, money, short, day, month):
    shown = language(code)
    assert shown.number(1234567.5, 1) == number
    assert shown.percent(0.1234) == percent
    assert shown.money(1234567, "IDR") == money
    assert shown.money(1.9e9, "IDR", compact=True) == short
    assert shown.date(dt.date(2025, 8, 31)) == day
    assert shown.month(dt.date(2025, 8, 31)) == month


@pytest.mark.parametrize("code", languages())
def test_signs_and_small_amounts(code):
    shown = language(code)
    assert shown.money(-1500, "IDR").startswith("-Rp 1")
    assert shown.number(-1) == "-1"
    assert shown.money(12.5, None) == shown.number(12.5, 2)
    assert shown("") == ""


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(CxError, match="unknown_language"):
        language("xx")
