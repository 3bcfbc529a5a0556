"""CSV for people: values come back, formulas do not run."""

import csv
import datetime as dt
import io
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.export.csv import inert, to_csv


def back(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_values_come_back():
    frame = pd.DataFrame(
        {
            "name": ["Siti, Ayu", 'He said "hi"', "two\nlines", "Ñandú 北京 😀"],
            "n": [1, -2, 0, 9_007_199_254_740_993],
            "x": [1.5, -0.25, np.nan, 1e-9],
            "exact": [Decimal("-12.3400"), Decimal("0.1"), None, Decimal(7)],
            "day": [dt.date(2025, 8, 31), None, dt.date(1899, 1, 2), dt.date(2024, 2, 29)],
            "when": pd.to_datetime(
                ["2025-08-31 10:15", None, "2024-02-29 00:00", "2024-01-01 00:00"]
            ),
            "score": pd.array([1, None, -3, 4], dtype="Int64"),
        }
    )
    data = to_csv(frame)
    assert data.startswith(b"\xef\xbb\xbf")
    header, *rows = back(data)
    assert header == list(frame.columns)
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    assert list(columns["name"]) == list(frame["name"])
    assert [int(v) for v in columns["n"]] == list(frame["n"])
    assert [float(v) if v else None for v in columns["x"]] == [1.5, -0.25, None, 1e-9]
    assert list(columns["exact"]) == ["-12.3400", "0.1", "", "7"]
    assert list(columns["day"]) == ["2025-08-31", "", "1899-01-02", "2024-02-29"]
    assert columns["when"][:2] == ("2025-08-31 10:15:00", "")
    assert list(columns["score"]) == ["1", "", "-3", "4"]


def test_lines_end_as_rfc_4180_has_them():
    assert to_csv(pd.DataFrame({"a": [1, 2]})) == b"\xef\xbb\xbfa\r\n1\r\n2\r\n"


def test_no_rows_is_a_header():
    assert back(to_csv(pd.DataFrame({"a": []}), ["Pelanggan"])) == [["Pelanggan"]]


@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_payloads_are_inert_as_text_of_any_type(payloads, dtype, starts_a_formula):
    frame = pd.DataFrame({"text": pd.Series(payloads, dtype="object").astype(dtype)})
    _, *rows = back(to_csv(frame))
    assert len(rows) == len(payloads)
    for given_, (written,) in zip(payloads, rows, strict=True):
        assert not starts_a_formula(written), written
        assert written.removeprefix("'") == given_


def test_payloads_are_inert_as_headers(payloads, starts_a_formula):
    frame = pd.DataFrame([range(len(payloads))], columns=range(len(payloads)))
    for header in (
        back(to_csv(frame, payloads))[0],
        back(to_csv(frame.set_axis(payloads, axis=1)))[0],
    ):
        assert not any(map(starts_a_formula, header))


@pytest.mark.parametrize("number", [-1, -0.5, Decimal("-3.20"), np.float64(-7), np.int64(-8)])
def test_negative_numbers_stay_numbers(number):
    assert inert(number) is number
    (_, (written,)) = back(to_csv(pd.DataFrame({"n": [number]})))
    assert float(written) == float(number)


def test_text_that_is_no_formula_is_untouched():
    plain = ["a=b", "1-2", "x@example.com", "'quoted", "", "5 %", "#N/A", "NA", "(1.200)", "Rp -5"]
    _, *rows = back(to_csv(pd.DataFrame({"a": plain, "b": 0})))
    assert [row[0] for row in rows] == plain


def test_naughty_strings_survive(naughty, starts_a_formula):
    _, *rows = back(to_csv(pd.DataFrame({"text": naughty, "n": range(len(naughty))})))
    assert len(rows) == len(naughty)
    for given_, (written, n) in zip(naughty, rows, strict=True):
        assert written in (given_, f"'{given_}")
        assert not starts_a_formula(written)
        assert int(n) == naughty.index(given_) or naughty.count(given_) > 1


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_any_text_comes_back(texts):
    _, *rows = back(to_csv(pd.DataFrame({"text": texts, "n": 1})))
    assert [row[0] for row in rows] == [inert(text) for text in texts]


def test_the_frame_is_left_alone():
    frame = pd.DataFrame({"text": ["=1", None], "n": [1.0, np.nan]})
    before = frame.copy(deep=True)
    to_csv(frame, ["=a", "b"])
    pd.testing.assert_frame_equal(frame, before)
