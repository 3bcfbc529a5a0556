import csv
import gzip
import io

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.ingest import delimited, read
from cxlib.ingest.staged import ReadOptions

CODES = lambda staged: {issue.code for issue in staged.issues}  # noqa: E731


def lines(staged):
    return pq.read_table(staged.path)["line"].to_pylist()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("packed", [False, True])
def test_delimiters_and_encodings(stage, cells, delimiter, encoding, packed):
    table = [["id", "nama", "kota"], *([f"00{i}", "Zoë", "São Paulo"] for i in range(20))]
    text = "\r\n".join(delimiter.join(row) for row in table)
    content = text.encode(encoding)
    staged = stage(gzip.compress(content, mtime=0) if packed else content)
    assert staged.delimiter == delimiter
    assert staged.columns == ("id", "nama", "kota")
    assert cells(staged) == table[1:]


def test_white_space_without_a_header(stage, cells):
    staged = stage(" 00004 0001 19970101  2   29.33\r\n 00004 0001 19970118  2  129.73\r\n\r\n")
    assert staged.titles is None
    assert staged.delimiter == " "
    assert cells(staged)[1] == ["00004", "0001", "19970118", "2", "129.73"]
    assert lines(staged) == [1, 2]


def test_a_header_can_be_denied(stage, cells):
    staged = stage("a,b\nc,d\n", header=False)
    assert cells(staged) == [["a", "b"], ["c", "d"]]
    assert staged.columns == ("column 1", "column 2")


@pytest.mark.parametrize(
    ("first", "titles"),
    [("id,year", True), ("7,2021", False), ("id,2019", True), ("2021-01-01,5", False)],
)
def test_headers_are_told_from_data(stage, first, titles):
    staged = stage(f"{first}\n8,2022\n9,2023\n" if "-" not in first else f"{first}\n2021-01-02,6\n")
    assert (staged.titles is not None) == titles


def test_a_decimal_comma_is_no_delimiter(stage):
    staged = stage("tgl;jumlah\n" + "31/12/2025;1.250,00\n" * 30)
    assert (staged.delimiter, staged.columns) == (";", ("tgl", "jumlah"))


def test_ragged_lines_are_rejected_with_their_numbers(stage, cells):
    staged = stage('a,b,c\n1,2,3\n4,5\n"6\n6",7,8\n9,9,9,9\n1,1,1,,\n')
    assert cells(staged) == [["1", "2", "3"], ["6\n6", "7", "8"], ["1", "1", "1"]]
    assert lines(staged) == [2, 4, 7]
    assert staged.rejected == 2
    with staged.rejects.open(encoding="utf-8", newline="") as handle:
        rejected = list(csv.DictReader(handle))
    assert [(r["line"], r["code"], r["value"]) for r in rejected] == [
        ("3", "ragged_row", "4,5"),
        ("6", "ragged_row", "9,9,9,9"),
    ]
    assert CODES(staged) == {"ragged_row", "extra_empty_cells"}


def test_an_open_quote_is_text_and_swallows_nothing(stage, cells):
    staged = stage('id,t\n1,"open\n2,b\n3,c\n')
    assert cells(staged) == [["1", '"open'], ["2", "b"], ["3", "c"]]
    assert staged.rejected == 0
    assert next(i for i in staged.issues if i.code == "unclosed_quote").rows == (2,)


def test_an_open_quote_far_from_the_end(stage, cells):
    body = "".join(f"{i},{'x' * 80}\n" for i in range(30_000))
    staged = stage('id,t\n1,"open\n' + body)
    assert (staged.rows, staged.rejected) == (30_001, 0)
    assert lines(staged)[:2] == [2, 3]


def test_a_cell_beyond_the_cap_costs_its_row(stage, cells):
    staged = stage("id,t\n1," + "x" * 3_000_000 + "\n2,b\n")
    assert cells(staged) == [["2", "b"]]
    assert CODES(staged) == {"cell_too_large"}


def test_nul_bytes_are_left_out_and_counted(stage, cells):
    staged = stage(b"id,n\n1,a\0b\n2,c\n")
    assert cells(staged) == [["1", "ab"], ["2", "c"]]
    assert next(i for i in staged.issues if i.code == "nul_bytes").count == 1


def test_headers_are_renamed_visibly(stage):
    staged = stage("id,a,a,,A ,a (2)\n1,2,3,4,5,6\n")
    assert staged.columns == ("id", "a", "a (3)", "column 4", "A ", "a (2)")
    assert staged.titles == ("id", "a", "a", "", "A ", "a (2)")
    assert CODES(staged) == {"renamed_column", "similar_columns"}


def test_row_names_without_a_header(stage, cells):
    staged = stage("x,y\nr1,1,2\nr2,3,4\n")
    assert staged.columns == ("column 1", "x", "y")
    assert cells(staged)[0] == ["r1", "1", "2"]


def test_lines_before_the_table_are_left_out(stage, cells):
    staged = stage("Laporan penjualan\n\nid,tgl,total\n1,2025-01-01,5\n2,2025-01-02,6\n")
    assert staged.columns == ("id", "tgl", "total")
    assert lines(staged) == [4, 5]
    assert "preamble" in CODES(staged)


MONTH = "".join(f"{i},2025-01-{i % 28 + 1:02d},{i}.5\n" for i in range(40))
NEXT = "".join(f"{i},2025-02-{i % 28 + 1:02d},{i}.5\n" for i in range(40, 60))
FAR = "".join(f"{i},2024-01-{i % 28 + 1:02d},{i}.5\n" for i in range(30_000))
PAGES = ["".join(f"{p}{i},2025-03-{p + 1:02d},{i}.5\n" for i in range(8)) for p in range(25)]


@pytest.mark.parametrize(
    ("text", "count", "again"),
    [
        (f"id,day,paid\n{MONTH}id,day,paid\n{NEXT}", 60, (42,)),
        (f"id,day,paid\n{MONTH}\nid,day,paid\n{NEXT}", 60, (43,)),
        (f"id,day,paid\n{FAR}id,day,paid\n{NEXT}", 30_020, (30_002,)),
        ("id,day,paid\n".join(["", *PAGES]), 8 * 25, (10, 19, 28, 37, 46)),
        (f"id,day,paid\n{NEXT}id,day,paid\n", 20, (22,)),
    ],
    ids=["joined", "blank", "far", "pages", "end"],
)
def test_a_header_that_stands_again_is_left_out_and_told(stage, text, count, again):
    staged = stage(text)
    assert (staged.rows, staged.rejected) == (count, 0)
    assert [(i.code, i.rows) for i in staged.issues] == [("repeated_header", again)]


@pytest.mark.parametrize("body", [MONTH, FAR], ids=["near", "far"])
def test_a_copy_of_a_table_does_not_count_twice(stage, body):
    staged = stage(f"id,day,paid\n{body}" * 2)
    line = body.count("\n") + 2
    assert staged.rows == line - 2
    assert [(i.code, i.rows) for i in staged.issues] == [("other_tables", (1, line))]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (b"%PDF-1.7 ...", "unsupported_format"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unsupported_format"),
        (b"\x1f\x8b broken", "unreadable"),
        (gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:-20], "unreadable"),
        (b"PK\x03\x04 broken", "unreadable"),
        (b"PAR1 broken", "unreadable"),
        (b"\xd0\xcf\x11\xe0 old", "unreadable"),
        (",".join(f"c{i}" for i in range(2_001)).encode() + b"\n", "too_many_columns"),
    ],
)
def test_what_is_no_table_is_a_typed_error(stage, content, code):
    with pytest.raises(CxError) as caught:
        stage(content)
    assert caught.value.code == code


def test_an_unknown_encoding_is_a_typed_error(stage):
    for name in ("klingon", "rot13", "base64"):
        with pytest.raises(CxError, match="unknown_encoding"):
            stage("a,b\n1,2\n", encoding=name)


CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=30))
def test_any_cell_survives_a_round_trip(tmp_path, table):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [["id", "x", "y"], *table]
    )
    path = tmp_path / "any.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    staged = read.stage(path, tmp_path, ReadOptions(encoding="utf-8", delimiter=",", header=True))
    got = [list(row.values())[:-1] for row in pq.read_table(staged.path).to_pylist()]
    # a row of nothing but empty cells is no blank line: it stays a row
    assert got == table
    assert staged.rejected == 0


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=30), st.data())
def test_both_readers_agree_on_rows_and_lines(tmp_path, table, data):
    width = len(table[0])
    table = [(row * width)[:width] for row in table]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([["id"] * width, *table])
    path = tmp_path / "both.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    encoded = delimited.examine(path, "utf-8")
    with delimited.open_text(encoded) as handle:
        sample, whole = delimited._sample(handle)
    frame = delimited.find_frame(sample, ReadOptions(delimiter=",", header=1), whole)
    try:
        delimited._stage_quickly(encoded, frame, tmp_path / "quick.parquet", None)
    except (delimited.pa.ArrowInvalid, delimited._Irregular):
        return
    with delimited.Rejects(tmp_path / "r.csv") as rejects:
        delimited._stage_carefully(encoded, frame, tmp_path / "slow.parquet", rejects, None)
    assert pq.read_table(tmp_path / "quick.parquet").equals(
        pq.read_table(tmp_path / "slow.parquet")
    )


LONG = "id,day,paid\n" + "".join(f"{i},2025-01-{i % 28 + 1:02d},{i}.50\n" for i in range(20_000))
STOCK = "".join(f"A{i},{i}\n" for i in range(30))


@pytest.mark.parametrize(
    ("more", "begin", "rejected"),
    [
        (f"sku,stock\n{STOCK}", 20_002, 31),
        (f"\nsku,stock\n{STOCK}", 20_003, 31),
        ("\nsku,stock,weight\n" + STOCK.replace("\n", ",5\n"), 20_003, 0),
    ],
    ids=["narrow", "apart", "as wide"],
)
def test_a_table_far_below_another_is_told(stage, more, begin, rejected):
    staged = stage(LONG + more)
    assert staged.rejected == rejected
    (told,) = (issue for issue in staged.issues if issue.code == "other_tables")
    assert told.rows == (1, begin)


def test_a_few_torn_lines_far_below_are_no_table(stage):
    staged = stage(LONG + "torn\n1,2\n5,2025-01-01,7.50\n1,2\n")
    assert (staged.rejected, "other_tables" in {i.code for i in staged.issues}) == (3, False)


def test_the_first_apostrophes_far_below_are_quotes(stage, cells):
    staged = stage(LONG.replace("paid", "note") + "7,2025-01-01,it's\n8,2025-01-01,'it''s'\n")
    assert cells(staged)[-2:] == [["7", "2025-01-01", "it's"], ["8", "2025-01-01", "it's"]]
    assert [i.rows for i in staged.issues if i.code == "quote_unsure"] == [(20_003,)]
    quoted = LONG.replace("0,2025-01-01,0.50", '0,2025-01-01,"0.50"')
    assert cells(stage(quoted + "8,2025-01-01,'it''s'\n"))[-1][2] == "'it''s'"


@pytest.mark.parametrize(
    "head", ['id,day,"paid"note', 'id,day,paid"note"', 'id,day,"paid""note"', 'id"day",paid,note']
)
def test_a_header_without_a_delimiter_beside_quotes(stage, head):
    body = "".join(f"{i},2025-01-{i + 1:02d},{i}.50,ok\n" for i in range(9))
    staged = stage(f"{head}\n{body}")
    assert staged.titles == ("id", "day", "paid", "note")
    assert (staged.rows, staged.rejected) == (9, 0)


def test_a_header_that_is_too_long_is_told(stage):
    staged = stage("x" * (2 << 20))
    assert (staged.rows, staged.rejected) == (0, 1)


def test_a_row_of_another_delimiter_with_commas_in_its_text(stage, cells):
    body = "".join(f'{i},2025-01-{i + 1:02d},"one, two",{i}.50\n' for i in range(9))
    staged = stage(f"id,day,note,paid\n{body}9;2025-01-10;one, two;9.50\n")
    assert cells(staged)[-1] == ["9", "2025-01-10", "one, two", "9.50"]
    assert [i.code for i in staged.issues] == ["other_delimiter"]


def test_quotes_within_two_cells_are_told(stage):
    body = "".join(f'{i},ID,"one, two"\n' for i in range(9))
    staged = stage(f'id,country,said\n{body}9,ID"one, two"\n')
    assert [(i.code, i.rows) for i in staged.issues] == [("stray_quotes", (11,))]
