import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from cxlib.errors import CxError
from cxlib.ingest import sheets


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


def test_titles_and_totals_around_the_table_are_told(book, stage, rows):
    staged = stage(
        book(
            S=[
                ["Sales report"],
                [],
                ["id", "day", "amount"],
                ["a", dt.date(2025, 1, 1), 5],
                ["b", dt.date(2025, 1, 2), 6],
                [],
                ["Total", None, 11],
            ]
        )
    )
    assert staged.titles == ("id", "day", "amount")
    assert [row["line"] for row in rows(staged.path)] == [4, 5]
    told = {issue.code: issue.rows for issue in staged.issues}
    assert told == {"preamble": (1,), "footer": (7,)}


def test_a_merged_header_names_all_the_columns_under_it(tmp_path, stage):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["id", "2024", None, "note"], [None, "sales", "visits", None], ["a", 1, 2, "x"]):
        sheet.append(row)
    sheet.append(["b", 3, 4, "y"])
    for cells in ("B1:C1", "A1:A2", "D1:D2"):
        sheet.merge_cells(cells)
    workbook.save(tmp_path / "book.xlsx")
    staged = stage(tmp_path / "book.xlsx")
    assert staged.titles == ("id", "2024 sales", "2024 visits", "note")
    assert staged.rows == 2


def test_rows_after_the_sample_are_read_or_rejected(book, stage, monkeypatch):
    monkeypatch.setattr(sheets, "SAMPLE_ROWS", 10)
    body = [[f"k{i}", i] for i in range(100)]
    staged = stage(book(S=[["id", "n"], *body, [], ["late", 1, "too wide"]]))
    assert (staged.rows, staged.rejected) == (100, 1)


def test_several_tables_of_a_sheet(book, stage, cells):
    path = book(
        S=[
            ["id", "n"],
            ["a", 1],
            ["b", 2],
            [],
            ["day", "visits"],
            ["2025-01-01", 9],
            ["2025-01-02", 8],
        ]
    )
    assert cells(stage(path)) == [["a", "1"], ["b", "2"]]
    assert cells(stage(path, table=2))[0] == ["2025-01-01", "9"]
    assert "other_tables" in {issue.code for issue in stage(path).issues}
    with pytest.raises(CxError, match="unknown_table"):
        stage(path, table=3)


def test_hidden_sheets_are_listed_and_not_chosen(book, stage):
    path = book(Secret=[["a"], [1]], Shown=[["b"], [2]])
    workbook = openpyxl.load_workbook(path)
    workbook["Secret"].sheet_state = "hidden"
    workbook.save(path)
    staged = stage(path)
    assert (staged.sheet, staged.sheets) == ("Shown", ("Secret", "Shown"))
    assert stage(path, sheet="Secret").columns == ("a",)


def test_formulas_that_were_never_computed_are_counted(book, stage):
    staged = stage(book(S=[["id", "sum"], ["a", "=1+1"], ["b", "=1+2"], ["c", 4]]))
    (issue,) = (i for i in staged.issues if i.code == "uncomputed_formulas")
    assert issue.count == 2


def test_numbers_longer_than_a_sheet_keeps_are_warned_of(book, stage, cells):
    staged = stage(book(S=[["id", "x"], [1234567890123456, 0.1], [1e15, 1e-7], [5, -3.25]]))
    assert cells(staged) == [
        ["1234567890123456", "0.1"],
        ["1000000000000000", "0.0000001"],
        ["5", "-3.25"],
    ]
    (issue,) = (i for i in staged.issues if i.code == "long_numbers")
    assert (issue.column, issue.count) == ("id", 2)


def test_a_table_need_not_begin_in_the_first_column(book, stage, cells):
    staged = stage(
        book(S=[[], [None, None, "id", "n"], [None, None, "a", 1], [None, None, "b", 2]])
    )
    assert staged.columns == ("id", "n")
    assert cells(staged) == [["a", "1"], ["b", "2"]]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (dt.datetime(2025, 8, 31, 14, 4, 59, 999_998), "2025-08-31T14:05:00"),
        (dt.datetime(2025, 8, 31, 14, 5, 0, 250_000), "2025-08-31T14:05:00.250"),
        (dt.datetime(2025, 8, 31, 23, 59, 59, 999_999), "2025-09-01"),
        (dt.timedelta(days=10, hours=1, minutes=2, seconds=3), "241:02:03"),
        (dt.timedelta(seconds=-90), "-0:01:30"),
    ],
)
def test_times_are_right_to_the_second(moment, text):
    assert sheets.as_text(moment)[0] == text


@pytest.mark.parametrize("suffix", ["xls", "xlsb", "ods", "xlsx"])
def test_dates_of_every_kind_of_workbook(suffix, stage, cells, shared):
    staged = stage(shared(f"corpora/calamine/tests/date.{suffix}"))
    assert [row[0] for row in cells(staged)][:1] == ["2021-01-01"]
    assert [row[1] for row in cells(staged)][:2] == ["15", "16"]


@pytest.mark.parametrize("suffix", ["xls", "xlsb", "xlsx"])
def test_dates_of_the_1904_system_in_every_workbook(suffix, stage, cells, shared):
    staged = stage(shared(f"corpora/calamine/tests/date_1904.{suffix}"))
    assert [row[0] for row in cells(staged)][:2] == ["2021-01-01", "2021-01-02"]


@pytest.mark.parametrize("suffix", ["xlsb", "ods", "xlsx"])
def test_a_password_is_said(suffix, stage, shared):
    with pytest.raises(CxError, match="encrypted"):
        stage(shared(f"corpora/calamine/tests/pass_protected.{suffix}"))


def test_a_workbook_that_openpyxl_cannot_open_is_read_all_the_same(stage, cells, shared):
    assert stage(shared("corpora/calamine/tests/strict_iso_paths.xlsx")).rows == 75
