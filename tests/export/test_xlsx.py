"""XLSX, opened again: numbers are numbers, text is text, nothing runs and nothing links."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from cxlib.export import xlsx
from cxlib.export.csv import inert
from cxlib.export.xlsx import to_xlsx


def cells(data: bytes):
    (sheet,) = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    return list(sheet.iter_rows())


def parts(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def test_values_come_back():
    frame = pd.DataFrame(
        {
            "name": ["Siti", "two\nlines", "北京 😀"],
            "n": [1, -2, 0],
            "x": [1.5, np.nan, -0.25],
            "exact": [Decimal("-12.34"), None, Decimal("0.5")],
            "day": [dt.date(2025, 8, 31), None, dt.date(2024, 2, 29)],
            "when": pd.to_datetime(["2025-08-31 10:15", None, "2024-02-29 00:00"]),
            "score": pd.array([1, None, -3], dtype="Int64"),
            "id": ["00123", "12345678901234567890", "1e5"],
            "yes": [True, False, True],
        }
    )
    header, *rows = cells(to_xlsx(frame))
    assert [cell.value for cell in header] == list(frame.columns)
    found = {c.value: [row[i].value for row in rows] for i, c in enumerate(header)}
    assert found["name"] == list(frame["name"])
    assert found["n"] == [1, -2, 0]
    assert found["x"] == [1.5, None, -0.25]
    assert found["exact"] == [-12.34, None, 0.5]
    assert found["day"] == [dt.datetime(2025, 8, 31), None, dt.datetime(2024, 2, 29)]
    assert found["when"] == [dt.datetime(2025, 8, 31, 10, 15), None, dt.datetime(2024, 2, 29)]
    assert found["score"] == [1, None, -3]
    assert found["id"] == ["00123", "12345678901234567890", "1e5"]
    assert found["yes"] == [True, False, True]


def test_payloads_are_text_without_formula_or_link(payloads):
    frame = pd.DataFrame({"text": payloads, "n": -1.5}).set_axis([payloads[0], "n"], axis=1)
    data = to_xlsx(frame)
    header, *rows = cells(data)
    for cell in (header[0], *(row[0] for row in rows)):
        assert cell.data_type == "s"
        assert cell.hyperlink is None
    assert {row[1].data_type for row in rows} == {"n"}
    assert [unescape(row[0].value) for row in rows] == [inert(p) for p in payloads]
    assert "<f>" not in parts(data)


@pytest.mark.parametrize(
    "text", ["https://example.com", "mailto:a@example.com", "internal:Data!A1", "external:b.xlsx"]
)
def test_addresses_are_text(text):
    data = to_xlsx(pd.DataFrame({"text": [text]}))
    (cell,) = cells(data)[1]
    assert (cell.value, cell.hyperlink) == (text, None)
    assert "hyperlink" not in parts(data).replace("hyperlinkBase", "")


def test_infinities_and_early_days_are_no_formula():
    frame = pd.DataFrame(
        {"x": [np.inf, -np.inf], "day": [dt.date(1850, 1, 1), dt.date(2024, 1, 1)]}
    )
    data = to_xlsx(frame)
    assert "<f>" not in parts(data)
    first, second = cells(data)[1:]
    assert [first[0].value, second[0].value] == ["inf", "'-inf"]
    assert first[1].value == "1850-01-01"


def test_naughty_strings_survive(naughty):
    rows = cells(to_xlsx(pd.DataFrame({"text": naughty})))[1:]
    for text, (cell,) in zip(naughty, rows, strict=True):
        assert cell.data_type == "s" or text == ""
        assert cell.hyperlink is None
        assert unescape(cell.value or "") == inert(text)


def test_the_header_row_is_frozen():
    (sheet,) = openpyxl.load_workbook(io.BytesIO(to_xlsx(pd.DataFrame({"a": [1]})))).worksheets
    assert sheet.freeze_panes == "A2"


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(xlsx, "ROWS", 3)
    assert len(cells(to_xlsx(pd.DataFrame({"a": [1, 2]})))) == 3
    with pytest.raises(ValueError, match="holds 2 rows; this table has 3"):
        to_xlsx(pd.DataFrame({"a": [1, 2, 3]}))


def test_the_format_holds_so_many_rows():
    assert xlsx.ROWS == 2**20


def test_the_frame_is_left_alone():
    frame = pd.DataFrame({"text": ["=1", None], "n": [1.0, np.nan]})
    before = frame.copy(deep=True)
    to_xlsx(frame)
    pd.testing.assert_frame_equal(frame, before)
