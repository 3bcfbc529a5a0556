import io
import itertools

import pytest

from cxlib.ingest.dialect import Dialect
from cxlib.ingest.unloaded import lines_of, unloaded, whole

ROWS = [
    ["0001", "Ana\nMaria", "a\\b", "x, y", "5.50"],
    ["0002", "", "C:\\new", "tab\there", "6.00"],
    ["0003", 'Budi "the" one', "z", "", "7.25"],
    ["0004", "last\\", "O'Neil", "|;,", "8.00"],
    ["0005", "plain", "words", "here", "9.10"],
] * 4
HEADER = ["id", "name", "what", "more", "paid"]


def mysql(text, delimiter, quote, end):
    """SELECT … INTO OUTFILE: the first character of each mark is escaped."""
    if not text:
        return "\\N"
    for mark in ("\\", quote or delimiter, end[0]):
        text = text.replace(mark, "\\" + mark)
    return quote + text + quote


def postgres(text):
    """COPY … TO: escapes are letters."""
    if not text:
        return "\\N"
    text = text.replace("\\", "\\\\")
    return text.replace("\n", "\\n").replace("\t", "\\t")


@pytest.mark.parametrize("delimiter", ["\t", ",", ";", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_mysql_unloads_comes_back(stage, cells, delimiter, quote, end):
    for header in ([HEADER], []):
        table = [*header, *ROWS]
        text = "".join(
            delimiter.join(mysql(c, delimiter, quote, end) for c in row) + end for row in table
        )
        staged = stage(text)
        assert (staged.rejected, staged.titles) == (0, tuple(HEADER) if header else None)
        assert cells(staged) == ROWS


def test_what_postgres_unloads_comes_back(stage, cells):
    text = "".join("\t".join(map(postgres, row)) + "\n" for row in ROWS)
    assert cells(stage(text)) == ROWS


def test_beyond_the_sample_too(stage, cells):
    rows = [[f"{i}", "2025-01-05", f"{i}.50"] for i in range(20_000)]
    text = "id,day,note\n1,2025-01-04,\\N\n" + "".join(",".join(row) + "\n" for row in rows)
    staged = stage(text + "7,2025-01-05,two\\\nlines\n8,2025-01-06,x\\,y\n")
    assert cells(staged)[-2:] == [["7", "2025-01-05", "two\nlines"], ["8", "2025-01-06", "x,y"]]
    assert staged.rejected == 0


@pytest.mark.parametrize(
    "text",
    [
        "id,path\n1,C:\\data\\\n2,C:\\more\\\n3,D:\\x\\\n",  # each line ends in one
        "id,path\n1,C:\\new\n2,C:\\temp\n",
        'id,said\n1,"a \\"b\\" c"\n2,"d \\"e\\" f"\n',
        "id,sign\n1,\\\n2,x\n",
    ],
)
def test_paths_are_no_escapes(text):
    lines = list(io.StringIO(text, newline=""))
    assert unloaded(lines, Dialect(",")) == Dialect(",")


def test_stray_lines_do_not_make_records_of_their_neighbours():
    good = [f"{i},{i},{i}\r\n" for i in range(20)]
    lines = [*good[:9], "page 1\n", "page 2\n", *good[9:]]
    assert unloaded(lines, Dialect(",")).ends == ""


def test_lines_that_go_on():
    dialect = Dialect("\t", None, "\\", escaped=True)
    lines = ["a\\\n", "b\\\\\n", "c\\\r\n", "d\n", "e\\"]
    assert list(whole(lines, dialect)) == ["a\\\nb\\\\\n", "c\\\r\nd\n", "e\\"]
    assert [lines_of(line) for line in whole(lines, dialect)] == [2, 2, 1]
    hostile = itertools.repeat("x" * 9 + "\\\n", 800_000)  # cut at the cap of a cell, in no time
    assert sum(1 for _ in whole(hostile, dialect)) > 5
