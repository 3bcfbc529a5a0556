import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from cxlib.errors import CxError


@pytest.fixture
def book(tmp_path):
    """Write sheets of rows to a workbook."""

    def write(**sheets):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for name, rows in sheets.items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "book.xlsx"
        workbook.save(path)
        return path

    return write


def test_typed_cells_become_text_that_reads_as_they_do(book, stage, cells):
    staged = stage(
        book(
            Orders=[
                ["id", "when", "amount", "day", "paid", "note"],
                [12345, dt.datetime(2025, 8, 31, 14, 5), 29.33, dt.date(2025, 8, 31), True, "a"],
                [12346.0, dt.datetime(2025, 9, 1, 0, 1), 30, dt.date(2025, 9, 1), False, None],
            ]
        )
    )
    assert cells(staged) == [
        ["12345", "2025-08-31T14:05:00", "29.33", "2025-08-31", "TRUE", "a"],
        ["12346", "2025-09-01T00:01:00", "30", "2025-09-01", "FALSE", ""],
    ]
    assert staged.sources == ("number", "timestamp", "number", "timestamp", "flag", "text")
    assert staged.sheet == "Orders"


def test_leading_zeros_of_a_number_format_stay(book, stage, cells, tmp_path):
    path = book(S=[["id", "n"], [123, 1], [45, 2]])
    workbook = openpyxl.load_workbook(path)
    for row in (2, 3):
        workbook["S"].cell(row, 1).number_format = "00000"
    workbook.save(path)
    assert [row[0] for row in cells(stage(path))] == ["00123", "00045"]


def test_dates_of_the_1904_system(book, stage, cells):
    path = book(S=[["day"], [dt.date(2025, 8, 31)], [dt.date(2025, 9, 1)]])
    workbook = openpyxl.load_workbook(path)
    workbook.epoch = openpyxl.utils.datetime.MAC_EPOCH
    workbook.save(path)
    assert cells(stage(path)) == [["2025-08-31"], ["2025-09-01"]]


def test_the_first_sheet_with_cells_unless_one_is_named(book, stage, cells):
    path = book(Empty=[], One=[["a", "b"], [1, "x"]], Two=[["c"], [2]])
    assert stage(path).sheet == "One"
    assert cells(stage(path, sheet="Two")) == [["2"]]
    assert cells(stage(path, sheet="3")) == [["2"]]
    assert "other_sheets" in {issue.code for issue in stage(path).issues}
    with pytest.raises(CxError, match="unknown_sheet"):
        stage(path, sheet="Four")


def test_blank_rows_are_no_rows_and_lines_are_those_of_the_sheet(book, stage, rows):
    staged = stage(book(S=[["a", "b"], [], [1, 2], [None, None], [3, 4]]))
    assert [row["line"] for row in rows(staged.path)] == [3, 5]


def test_a_lone_cell_in_the_far_corner_is_refused_by_its_span(book, stage):
    path = book(S=[["a"]])
    workbook = openpyxl.load_workbook(path)
    workbook["S"].cell(1_048_576, 16_384).value = 1
    workbook.save(path)
    with pytest.raises(CxError) as caught:
        stage(path)
    assert caught.value.code == "too_large"
    assert caught.value.params["columns"] == 16_384
    assert caught.value.params["rows"] == 1_048_576


def test_a_bomb_is_refused_before_it_is_opened(stage):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    with pytest.raises(CxError, match="too_large"):
        stage(packed.getvalue())


def test_a_zip_that_is_no_workbook_is_a_typed_error(stage):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(CxError, match="unreadable"):
        stage(packed.getvalue())
