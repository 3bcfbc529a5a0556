import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlib.ingest import sniffer
from cxlib.ingest.dialect import Dialect

PEOPLE = {
    "utf-8": ("Zoë Müller", "São Paulo"),
    "utf-8-sig": ("Zoë Müller", "São Paulo"),
    "utf-16": ("Дарья", "Қазақстан"),
    "utf-32": ("김민준", "서울"),
    "cp1252": ("Zoë Müller", "São Paulo – centro"),
    "cp1251": ("Дарья Иванова", "Нижний Новгород"),
    "cp1250": ("Łukasz Żółć", "Gdańsk"),
    "shift_jis": ("山田太郎さん", "東京都新宿区"),
    "gb18030": ("王小明先生", "上海市浦东新区"),
    "big5": ("陳小美小姐", "臺北市信義區"),
    "euc_kr": ("김민준 님", "서울특별시"),
}
FORMATS = [
    (delimiter, decimal, eol)
    for delimiter in (",", ";", "\t", "|", "||", ", ")
    for decimal in (".", ",")
    for eol in ("\n", "\r\n", "\r")
]


def written(table, delimiter, eol):
    def cell(text):
        needs = any(mark in text for mark in (delimiter.strip(" "), '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    return "".join(delimiter.join(map(cell, row)) + eol for row in table)


@pytest.mark.parametrize("encoding", PEOPLE)
@pytest.mark.parametrize("at", range(3), ids=["first", "second", "third"])
def test_any_format_comes_back_or_is_said_to_be_a_guess(stage, cells, encoding, at):
    name, town = PEOPLE[encoding]
    for delimiter, decimal, eol in FORMATS[at::3]:
        table = [["id", "name", "town", "paid", "day"]]
        for i in range(25):
            table.append([f"000{i}", name, town, f"{i * 7}{decimal}50", f"{i + 1:02d}/08/2025"])
        staged = stage(written(table, delimiter, eol).encode(encoding))
        guessed = {i.code for i in staged.issues} & {"encoding_guessed", "delimiter_unsure"}
        assert staged.rejected == 0
        assert (list(staged.titles or ()), cells(staged)) == (table[0], table[1:]) or guessed


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10).map(str.strip)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=3, max_size=12),
    delimiter=st.sampled_from([",", ";", "\t", "|", "~~", "§"]),
)
def test_a_told_delimiter_gives_every_cell_back(stage, cells, rows, delimiter):
    table = [["key", "number", "left", "right"]]
    table += [[f"k{i}", str(i), *row] for i, row in enumerate(rows)]
    staged = stage(written(table, delimiter, "\n"), delimiter=delimiter, header=1, encoding="utf-8")
    assert cells(staged) == table[1:]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a§b\n1§2\n3§4\n", "§"),
        ("a\x01b\n1\x012\n3\x014\n", "\x01"),
        ("a::b::c\n1::2::3\n4::5::6\n", "::"),
        ("when\n10:00\n11:30\n12:45\n", None),
        ("when\n2025-01-01 10:00:00\n2025-01-02 11:30:00\n", None),
        ("Amount\n68,527.00\n1,250.50\n", None),
        ("Anything\nthat is\nprose and no table\n", None),
    ],
)
def test_delimiters(text, delimiter):
    assert sniffer.detect(list(io.StringIO(text, newline=""))).delimiter == delimiter


def test_positions_part_what_no_delimiter_does(stage, cells):
    staged = stage(
        "id    town         total\n"
        "0001  New York        5\n0002  Los Angeles    60\n0003  Rio            700\n"
    )
    assert staged.columns == ("id", "town", "total")
    assert cells(staged)[:2] == [["0001", "New York", "5"], ["0002", "Los Angeles", "60"]]


def test_a_hint_for_excel_is_followed_and_left_out(stage, cells):
    staged = stage("sep=;\nid;total\n1;2,50\n2;3,75\n")
    assert (staged.delimiter, staged.columns) == (";", ("id", "total"))
    assert cells(staged) == [["1", "2,50"], ["2", "3,75"]]
    assert "delimiter_line" in {i.code for i in staged.issues}


def test_a_backslash_before_a_quote_is_an_escape():
    sample = ["id,said\n", '1,"a \\"b\\" c"\n', '2,"d \\"e\\" f"\n']
    assert sniffer.detect(sample) == Dialect(",", '"', "\\")


def test_csv_spectrum(shared, stage, cells):
    import json

    folder = shared("corpora/csv-spectrum")
    for path in sorted((folder / "csvs").glob("*.csv")):
        want = json.loads((folder / "json" / f"{path.stem}.json").read_text("utf-8"))
        want = want if isinstance(want, list) else [want]
        staged = stage(path)
        got = [dict(zip(staged.columns, row, strict=True)) for row in cells(staged)]
        if path.stem == "location_coordinates":  # its JSON has another telephone number
            key = "Contact Phone Number"
            assert next(csv.reader([path.read_text("utf-8").splitlines()[1]]))[0] == got[0][key]
            want[0][key] = got[0][key]
        assert got == want, path.name


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a\\tb\\tc\n1\\t2\\t3\n4\\t5\\t6\n", "\\t"),  # the letters, not the sign
        ("a^|b^|c\n1^|2^|3\n4^|5^|x|y\n", "^|"),
        ('a;;b;;c\n1;;2;;"x;y"\n4;;5;;6\n', ";;"),
        ("# of the shop\n# 2024\na;b\n1;3\n6;7\n", ";"),
        ("kopi susu teh\n10:58,22:13\n13:57,11:36\n16:34,8:21\n", ","),
        ('of the shop\n"a b"\t"c"\t"d"\n"x y z"\t"1"\t"2"\n"w v u"\t"3"\t"4"\n', "\t"),
        ("Kettle no. 0\nDesk lamp no. 1\nSewing kit no. 2\nTea set no. 3\n", None),
    ],
)
def test_rare_delimiters(text, delimiter):
    assert sniffer.detect(list(io.StringIO(text, newline=""))).delimiter == delimiter


CLOSE = ["a|b;c\n", "1|2;3\n", "x|y;z\n", "5|6;7\n"]


@pytest.mark.parametrize(
    ("clever", "duck", "delimiter", "sure"),
    [(";", ";", ";", True), ("|", "|", "|", True), ("|", ";", ";", False), (";", None, ";", True)],
)
def test_where_two_come_close_others_are_asked(monkeypatch, clever, duck, delimiter, sure):
    monkeypatch.setattr(sniffer, "_clever", lambda sample: clever)
    monkeypatch.setattr(sniffer, "_duck", lambda sample: duck)
    found = sniffer.detect(CLOSE)
    assert (found.delimiter, found.sure) == (delimiter, sure)


def test_a_plain_file_asks_nobody(monkeypatch):
    monkeypatch.setattr(sniffer, "_clever", lambda sample: pytest.fail("asked"))
    monkeypatch.setattr(sniffer, "_duck", lambda sample: pytest.fail("asked"))
    assert sniffer.detect(["id,day,paid\n", "1,2025-01-01,5.50\n", "2,2025-01-02,6.50\n"]).sure


def test_duckdb_says_what_it_finds_or_nothing():
    assert sniffer._duck(["a|b\n", "1|2\n", "3|4\n"]) == "|"
    assert sniffer._duck(["prose\n", "without a sign\n"]) is None
    assert sniffer._duck(['"never closed\n', "\udcff\n"]) is None
