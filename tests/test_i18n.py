"""Languages: every word of ours has its translation, every placeholder survives it."""

from __future__ import annotations

import ast
import datetime as dt
import io
import string
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.i18n import N_, SOURCE, language, languages
from cxlib.results import Gate, Issue

ROOT = Path(__file__).resolve().parents[1]
OTHERS = [code for code in languages() if code != SOURCE]
EN, ID = language("en"), language("id")


def marked() -> dict[str, str]:
    """Message → a place where it is marked with N_, in the library and the pages."""
    found = {}
    for path in [*(ROOT / "cxlib").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                (argument,) = node.args
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                assert isinstance(argument, ast.Constant), f"{place}: N_ takes a plain text"
                found[argument.value] = place
    return found


MARKED = marked()


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def catalogue(code: str) -> dict[str, list[str]]:
    """Message → its translations, one a file that has it."""
    found: dict[str, list[str]] = {}
    for file in (resources.files("cxlib.locales") / code).iterdir():
        if file.name.endswith(".po"):
            for message in read_po(io.BytesIO(file.read_bytes()), locale=code):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                text = message.string if isinstance(message.string, tuple) else (message.string,)
                for each in filter(None, ids):
                    found.setdefault(each, []).append(text[0])
    return found


def test_english_and_indonesian_are_there():
    assert languages()[0] == SOURCE
    assert {"en", "id"} <= set(languages())
    assert ID.name.startswith("Indonesia")


@pytest.mark.parametrize("code", OTHERS)
def test_every_marked_message_is_translated(code):
    known = catalogue(code)
    missing = [f"{place}: {text}" for text, place in MARKED.items() if not any(known.get(text, ()))]
    assert missing == []


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_survive_translation(code):
    """A lost one loses a number; a new one would raise before the reader's eyes."""
    for message, texts in catalogue(code).items():
        for text in filter(None, texts):
            assert placeholders(text) == placeholders(message), message


@pytest.mark.parametrize("code", OTHERS)
def test_no_message_has_two_translations(code):
    differing = {m: set(t) for m, t in catalogue(code).items() if len(set(filter(None, t))) > 1}
    assert differing == {}


def test_placeholders_are_named():
    for message, place in MARKED.items():
        assert all(name.isidentifier() for name in placeholders(message)), place


def test_messages_have_no_typographic_minus():
    texts = [*MARKED, *(t for code in OTHERS for each in catalogue(code).values() for t in each)]
    assert [text for text in texts if "\u2212" in text] == []


def test_an_unknown_message_is_said_as_it_is():
    assert ID("Nothing like this {x}", x=1) == "Nothing like this 1"
    assert ID("") == ""  # and not the catalogue's header
    assert ID("100 % {braces}") == "100 % {braces}"


def test_braces_in_values_are_text():
    assert (
        EN(N_("There is no file “{path}”."), path="{path} {0}") == "There is no file “{path} {0}”."
    )


def test_an_unknown_language_is_refused():
    for code in ("xx", "", "../en", "EN"):
        with pytest.raises(CxError, match="unknown_language"):
            language(code)


@pytest.mark.parametrize(
    ("value", "decimals", "english", "indonesian"),
    [
        (1234567, 0, "1,234,567", "1.234.567"),
        (-1234.5, 2, "-1,234.50", "-1.234,50"),
        (0, 0, "0", "0"),
        (0.126, 2, "0.13", "0,13"),
    ],
)
def test_numbers(value, decimals, english, indonesian):
    assert EN.number(value, decimals) == english
    assert ID.number(value, decimals) == indonesian


def test_shares():
    assert EN.percent(0.1234) == "12.3 %"
    assert ID.percent(0.1234) == "12,3%"


@pytest.mark.parametrize(
    ("value", "currency", "compact", "english", "indonesian"),
    [
        (1_250_000, "IDR", False, "Rp 1,250,000", "Rp 1.250.000"),
        (-1_250_000, "IDR", False, "-Rp 1,250,000", "-Rp 1.250.000"),
        (12.5, "USD", False, "$12.50", "US$12,50"),
        (12.5, None, False, "12.50", "12,50"),
        (1_900_000, "IDR", True, "Rp 1.9M", "Rp 1,9 jt"),
    ],
)
def test_money(value, currency, compact, english, indonesian):
    assert EN.money(value, currency, compact) == english
    assert ID.money(value, currency, compact) == indonesian


@pytest.mark.parametrize(
    ("value", "english", "indonesian"),
    [
        (0, "0", "0"),
        (0.05, "0.050", "0,050"),
        (0.2, "0.20", "0,20"),
        (-0.0123, "-0.012", "-0,012"),
        (1.25, "1.2", "1,2"),
        (999, "999", "999"),
        (10_000, "10K", "10 rb"),
        (2_000_000_000, "2B", "2 M"),
    ],
)
def test_short_numbers(value, english, indonesian):
    assert EN.compact(value) == english
    assert ID.compact(value) == indonesian


@given(st.floats(-1e15, 1e15))
def test_any_number_is_written_without_a_raw_exponent(value):
    for text in (EN.number(value, 2), EN.compact(value), ID.money(value, "IDR", compact=True)):
        assert "e+" not in text
        assert "nan" not in text.lower()


def test_days_and_months():
    day = dt.date(2025, 8, 31)
    assert EN.date(day) == "31 Aug 2025"
    assert ID.date(day) == "31 Agu 2025"
    assert ID.month(day) == "Agu 2025"
    assert ID.date(day, "long") == "31 Agustus 2025"


def test_plurals():
    assert EN.plural("{n} row", "{n} rows", 1) == "1 row"
    assert EN.plural("{n} row", "{n} rows", 2_000) == "2,000 rows"
    assert ID.plural("{n} row", "{n} rows", 2_000).startswith("2.000 ")


def test_issues_gates_and_errors_are_written_with_the_language_s_numbers():
    issue = Issue("x", "info", "{n} things in {name}", "{n}", {"n": 1500, "name": "2025"})
    assert ID.issue(issue) == ("1.500 things in 2025", "1.500")
    gate = Gate("x", True, "{n} buyers", 1500, 500, "all", {"n": 1500})
    assert EN.gate(gate) == "1,500 buyers"
    assert ID.error(CxError("x", "{n} of {flag}", n=1500, flag=True)) == ("1.500 of True", "")
