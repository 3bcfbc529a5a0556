"""A language: its words, numbers, money and days. The contract tests hold its catalogues."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.i18n import SOURCE, language, languages
from cxlib.results import Gate, Issue

EN, ID = language("en"), language("id")


def test_english_and_indonesian_are_there():
    assert languages()[0] == SOURCE
    assert {"en", "id"} <= set(languages())
    assert ID.name.startswith("Indonesia")


def test_an_unknown_message_is_said_as_it_is():
    assert ID("Nothing like this {x}", x=1) == "Nothing like this 1"
    assert ID("") == ""  # and not the catalogue's header
    assert ID("100 % {braces}") == "100 % {braces}"


def test_braces_in_values_are_text():
    assert EN("No file “{path}”.", path="{path} {0}") == "No file “{path} {0}”."


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
