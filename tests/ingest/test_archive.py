import io
import zipfile

import openpyxl
import pytest

from cxlib.errors import CxError
from cxlib.ingest import archive


def packed(**files: str | bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def workbook() -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    for row in (["a", "b"], [1, "x"]):
        book.active.append(row)
    book.create_sheet("Two").append(["c"])
    book.save(made)
    return made.getvalue()


def test_the_only_file_is_read_as_if_it_were_alone(stage, cells):
    staged = stage(packed(in__orders_csv="id;n\n007;1\n"), name="orders.zip")
    assert (staged.name, staged.delimiter, staged.sheet) == ("orders.zip", ";", None)
    assert cells(staged) == [["007", "1"]]


def test_the_first_table_is_read_unless_another_is_named(stage, cells):
    content = packed(
        readme_md="Hello", photo_png=b"\x89PNG\r\n", one_csv="id,n\na,1\n", two_csv="id,n\nb,2\n"
    )
    staged = stage(content)
    assert (staged.sheet, cells(staged)) == ("one.csv", [["a", "1"]])
    assert staged.sheets == ("readme.md", "photo.png", "one.csv", "two.csv")
    assert [issue.code for issue in staged.issues] == ["other_files"]
    assert cells(stage(content, sheet="two.csv")) == [["b", "2"]]
    assert cells(stage(content, sheet="4")) == [["b", "2"]]
    with pytest.raises(CxError, match="unsupported_format"):
        stage(content, sheet="photo.png")
    with pytest.raises(CxError, match="unknown_sheet"):
        stage(content, sheet="three.csv")


def test_a_workbook_in_an_archive_and_its_sheets(stage):
    content = packed(book_xlsx=workbook())
    assert stage(content).columns == ("a", "b")
    assert stage(content, sheet="Two").columns == ("c",)


def test_names_that_climb_are_only_shown(stage, tmp_path):
    content = packed(______etc__passwd="id,n\na,1\n", b_csv="id,n\nb,2\n")
    before = set(tmp_path.iterdir())
    assert stage(content, sheet="///etc/passwd").rows == 1
    assert {p.name for p in set(tmp_path.iterdir()) - before} == {
        "file.csv", "text.parquet", "read_rejects.csv"
    }  # fmt: skip


def test_what_may_not_be_unpacked(stage, monkeypatch):
    with pytest.raises(CxError, match="nested_archive"):
        stage(packed(inner_zip=packed(a_csv="id\n1\n")))
    with pytest.raises(CxError, match="empty_file"):
        stage(packed())
    locked = bytearray(packed(a_csv="id\n1\n"))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(CxError, match="encrypted"):
        stage(bytes(locked))
    monkeypatch.setattr(archive, "MAX_ENTRIES", 1)
    with pytest.raises(CxError, match="too_large"):
        stage(packed(a_csv="id\n1\n", b_csv="id\n1\n"))


def test_a_file_larger_than_its_entry_says_is_refused(stage):
    content = bytearray(packed(a_csv="id\n" + "1\n" * 10_000))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises(CxError, match="unreadable"):
        stage(bytes(content))


def test_a_damaged_archive_is_a_typed_error(stage):
    content = packed(a_csv="id\n" + "1\n" * 10_000)
    with pytest.raises(CxError, match="unreadable"):
        stage(content[: len(content) // 2])


@pytest.mark.parametrize(
    "head",
    [b"%PDF-1.7\n", b"\x28\xb5\x2f\xfd\0\0", b"<!DOCTYPE HTML><table>", b"<?xml version='1.0'?>"],
)
def test_known_formats_that_are_not_read_are_named(head, stage):
    with pytest.raises(CxError) as caught:
        stage(head)
    assert caught.value.code == "unsupported_format"
