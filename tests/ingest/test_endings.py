import itertools

import pytest

from cxlib.ingest.endings import BOTH, SEPARATOR, record_end

TABLE = [["id", "name", "town", "paid"]]
for i in range(30):
    TABLE.append([f"{i:04d}", ["Ana", "O'Neil", 'D. "X" Y'][i % 3], "Solo", f"{i * 7}.50"])
ENDS = {
    "CR": "\r", "LF": "\n", "CRLF": "\r\n", "LFCR": "\n\r", "CRCRLF": "\r\r\n", "RS": "\x1e",
    "RSLF": "\x1e\n", "GS": "\x1d", "FS": "\x1c", "VT": "\v", "FF": "\f", "NEL": "\x85",
    "LS": "\u2028", "PS": "\u2029",
}  # fmt: skip
DELIMITERS = [",", ";", "\t", "|", " ", ":", "\x1f", "\x01", ", ", "||"]


def cell(text, delimiter):
    needs = any(mark in text for mark in (delimiter, '"', "\n"))
    return '"' + text.replace('"', '""') + '"' if needs else text


def written(table, delimiter, end):
    return "".join(delimiter.join(cell(c, delimiter) for c in row) + end for row in table)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("delimiter", DELIMITERS, ids=repr)
def test_any_end_with_any_delimiter(stage, cells, end, delimiter):
    for count in (2, len(TABLE)):
        staged = stage(written(TABLE[:count], delimiter, ENDS[end]))
        assert (list(staged.titles), cells(staged)) == (TABLE[0], TABLE[1:count])
        assert staged.rejected == 0


@pytest.mark.parametrize("end", [end for name, end in ENDS.items() if len(end) == 1 and end > "\r"])
def test_line_ends_stay_in_cells(stage, cells, end):
    table = [[*row[:2], f"{row[2]}\nroom 2", row[3]] for row in TABLE[1:]]
    assert cells(stage(written([TABLE[0], *table], ";", end)))[-1] == table[-1]


@pytest.mark.parametrize(
    ("delimiter", "ends", "within"),
    [(",", "\r\n", "\n"), ("\t", "\n", "\r"), ("|", "\x1e", "\n"), (", ", "\r\n", "\n")],
)
def test_line_ends_of_another_kind_stay_in_cells_without_quotes(
    stage, cells, delimiter, ends, within
):
    table = [[*row[:1], row[1].replace('"', ""), *row[2:]] for row in TABLE[1:]]
    for row in table[::4]:
        row[2] += within + "room 2"
    text = "".join(delimiter.join(row) + ends for row in [TABLE[0], *table])
    staged = stage(text)
    assert cells(staged) == table
    if ends == "\r\n":  # lines are counted as an editor shows them
        import pyarrow.parquet as pq

        last = text[: text.rindex("0029")].count("\n") + 1
        assert pq.read_table(staged.path)["line"].to_pylist()[-1] == last


def test_lines_of_mixed_ends_are_records(stage, cells):
    for pair in itertools.permutations(("\r\n", "\n", "\r"), 2):
        ends = itertools.cycle([pair[0], pair[0], pair[1]])
        text = "".join(written([row], ",", end) for row, end in zip(TABLE, ends, strict=False))
        assert cells(stage(text)) == TABLE[1:]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a,b\n1,2\n", ""),
        ("a,b\x1e1,2\x1e3,4\x1e", SEPARATOR),
        ("a\x1eb\n1\x1e2\n3\x1e4\n", ""),  # between cells
        ("a,b\x1e\n1,2\x1e\n", BOTH),
        ("a,b\v1,2\v", "\v"),
        ("a,soft\vbreak\n1,2\n", ""),
        ("only\fprose\fon three pages", ""),
        ('a,b\u20281,"x\ny"\u2028', "\u2028"),
        ("", ""),
        ('"\v"', ""),
    ],
)
def test_what_ends_records(text, end):
    assert record_end(text) == end
