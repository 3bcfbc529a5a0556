from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.ingest import numbers
from cxlib.ingest.machine import machine_numbers
from cxlib.ingest.numbers import (
    NumberEvidence,
    currencies_of,
    has_percent,
    parse_floats,
    parse_numbers,
    stored,
)


def told(*values: str) -> NumberEvidence:
    evidence = NumberEvidence()
    evidence.add(pa.array(values, pa.string()))
    return evidence


def read(decimal: str, *values: str) -> list[Decimal | None]:
    return [
        v and v.normalize() if v is not None else None
        for v in stored(parse_numbers(pa.array(values), decimal)).to_pylist()
    ]


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (",", "1.250.000,00", "1250000"),
        (",", "Rp 75.500", "75500"),
        (",", "Rp75.500,-", "75500"),
        (",", "Rp. 75.500,00", "75500"),
        (",", "IDR 75.500", "75500"),
        (",", "75.500 IDR", "75500"),
        (",", "(1.200)", "-1200"),
        (",", "-Rp 1.200", "-1200"),
        (",", "Rp -1.200", "-1200"),
        (",", "75-", "-75"),
        (",", "1,5 jt", "1500000"),
        (",", "1,5jt", "1500000"),
        (",", "250 rb", "250000"),
        (",", "2 Juta", "2000000"),
        (",", "1,2 miliar", "1200000000"),
        (",", "1 250,50", "1250.5"),
        (",", "1\u202f250,50 €", "1250.5"),
        (".", "£1,250.00", "1250"),
        (".", "$-3.50", "-3.5"),
        (".", "(3.50)", "-3.5"),
        (".", ".5", "0.5"),
        (".", "5.", "5"),
        (".", "+7", "7"),
        (".", "1e3", "1000"),
        (".", "1.5E-2", "0.015"),
        (".", "12k", "12000"),
        (".", "1'250.5", "1250.5"),
        (".", "\u221212", "-12"),
        (".", "0.30000000000000004", "0.3"),
        (".", "  8 ", "8"),
        (".", "0.00005", "0"),
        (".", "0.00015", "0.0002"),
        (".", "12,34,567.5", "1234567.5"),
        (".", "1’250.5", "1250.5"),
        (",", "1\u2009250,5", "1250.5"),
        (",", "R$ 1.250,50", "1250.5"),
        (",", "1.250,50 zł", "1250.5"),
        (",", "250 kr", "250"),
        (".", "１２３．５", "123.5"),
        (".", "١٢٣", "123"),
        (",", "Rp 1,5 M", "1500000000"),
        (".", "$1.5M", "1500000"),
        (".", "1.5k", "1500"),
    ],
)
def test_numbers_as_people_write_them(decimal, text, value):
    assert read(decimal, text) == [Decimal(value)]


@pytest.mark.parametrize(
    "text",
    ["1e999", "inf", "NaN", "1_000", "0x10", "abc", "", "-", "1.2.3", "(5", "5)",
     "12 34", "--5", "100000000000000", "1.250,00", "12.50.000", "12,50,00", "1,2345", "1,25 000",
     "1.5M", "10%", "12,5 %"],
)  # fmt: skip
def test_what_is_no_number_stays_none(text):
    assert read(".", text) == [None]


@pytest.mark.parametrize(
    ("values", "decimal"),
    [
        (("1.250.000,00", "Rp 75.500"), ","),
        (("1,250.5", "3,125"), "."),
        (("12,5", "1.250"), ","),
        (("0.125", "1.250"), "."),
        (("1.250.000",), ","),
        (("5", "17"), "."),
        (("Rp 1.250", "Rp 75.500"), ","),
        (("1.250", "3.125"), None),
        (("1,250", "$3,125"), None),
        (("1,5", "1.5"), None),
        (("1,25,000", "3,125"), "."),
    ],
)
def test_the_decimal_mark_is_told_by_the_column_or_not_at_all(values, decimal):
    assert told(*values).decimal == decimal


def test_one_typing_error_in_a_hundred_does_not_unsettle_a_column():
    assert told(*(f"{i},50" for i in range(200)), "3.75").decimal == ","


def test_currencies():
    assert told("Rp 5", "IDR 6").currency == "IDR"
    assert told("€5", "£6").currency is None
    assert currencies_of(pa.array(["Rp 5", "7 USD", "8"])).to_pylist() == ["IDR", "USD", None]


def floats(decimal: str, *values: str) -> list[float | None]:
    return parse_floats(pa.array(values), decimal).to_pylist()


def test_a_percentage_keeps_its_value_where_it_is_no_money():
    assert floats(",", "12,5 %", "85%", "(3)%") == [12.5, 85.0, None]
    assert has_percent(pa.array(["12,5 %", "85"])).to_pylist() == [True, False]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_the_nearest_to_what_is_written(value):
    assert floats(".", repr(value)) == [value if not value or 1e-39 <= abs(value) < 1e40 else None]


@given(
    st.decimals(min_value=-(10**10), max_value=10**10, places=2, allow_nan=False),
    st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'"), (",", ""), (".", "")]),
)
def test_any_amount_survives_any_notation(value, marks):
    decimal, group = marks
    text = f"{value:,.2f}".replace(",", "G").replace(".", decimal).replace("G", group)
    assert read(decimal, text) == [value.normalize()]


@given(
    st.lists(
        st.one_of(
            st.from_regex(r"\A-?[0-9]{1,16}(?:\.[0-9]{1,6})?\Z"),
            st.sampled_from(
                ["", "-", ".5", "5.", "1.2.3", "--3", "3-", "-.5", "1,5", "NA", "1.250"]
            ),
        ),
        max_size=8,
    )
)
def test_numbers_of_machines_tell_by_their_bytes_what_they_tell_otherwise(values):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbers, "machine_numbers", lambda text: None)
        slowly = told(*values)
    assert told(*values) == slowly
    text = pa.array(values, pa.string())
    if machine_numbers(text) is not None:
        quickly = numbers.parse_money(text, ".", machine=True)
        assert quickly.equals(numbers.parse_money(text, "."))
        assert numbers.currencies_of(text).null_count == len(text)
    parts = NumberEvidence()
    for half in (values[:3], values[3:]):
        parts.join(told(*half))
    assert parts == slowly
