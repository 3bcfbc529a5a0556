import csv

import pytest

from cxlib.ingest import quotes, shapes
from cxlib.ingest.dialect import Dialect
from cxlib.ingest.mending import fitted, parted_otherwise, reread

TABLE = shapes.columns([[str(i), f"word {i}", f"2025-01-{i:02d}", ""] for i in range(1, 9)], 4)
COMMA = Dialect(",")


@pytest.mark.parametrize(
    ("line", "cells", "how"),
    [
        ('"1,tea,2025-01-01,x', ['"1', "tea", "2025-01-01", "x"], "stray_quotes"),
        ('1,"green "tea", hot",2025-01-01,', ["1", 'green "tea", hot', "2025-01-01", ""], "stray_quotes"),
        ('1,""tea, hot",2025-01-01,', ["1", '"tea, hot', "2025-01-01", ""], "stray_quotes"),
        ('1,"tea""2025-01-01",x', ["1", "tea", "2025-01-01", "x"], "split_cells"),
    ],
)  # fmt: skip
def test_quotes_out_of_order(line, cells, how):
    found = reread(line, COMMA, 4, TABLE)
    assert found is not None
    assert found[:2] == (cells, how)


def test_a_record_in_order_is_not_read_another_way():
    assert reread('1,"tea","2025-01-01"', COMMA, 2, TABLE[:2], sound=True) is None
    assert reread('1,"say ""hi"" now",x', COMMA, 4, TABLE, sound=True) is None


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (["1", "tea", "2025-01-01"], (["1", "tea", "2025-01-01", ""], "padded_rows")),
        (["1", "tea"], None),
        (["1", "", "tea", "2025-01-01", "x"], (["1", "tea", "2025-01-01", "x"], "empty_cell_dropped")),
        (["1", "tea", " hot", "2025-01-01", "x"], (["1", "tea, hot", "2025-01-01", "x"], "joined_cells")),
        (["1", "tea", "2025-01-01", "x", ""], (["1", "tea", "2025-01-01", "x"], "extra_empty_cells")),
        (["1", "tea", "hot", "2025-01-01", "x"], None),
    ],
)  # fmt: skip
def test_a_row_is_fitted_only_where_its_fault_is_certain(row, wanted):
    assert fitted(row, 4, 4, TABLE, ",") == wanted


def test_a_row_of_numbers_is_never_shifted():
    numbers = shapes.columns([[str(i)] * 3 for i in range(9)], 3)
    assert fitted(["1", "2"], 3, 3, numbers, ",") is None
    assert fitted(["1", "", "2", "3"], 3, 3, numbers, ",") is None
    assert fitted(["1", "2", " 3", "4"], 3, 3, numbers, ",") is None


def test_another_delimiter_must_fit_the_shapes():
    assert parted_otherwise("1;tea;2025-01-01;x", COMMA, 4, TABLE) == [
        "1",
        "tea",
        "2025-01-01",
        "x",
    ]
    assert parted_otherwise("so it is, now", COMMA, 4, TABLE) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('a,b\n1,"x, ""y"""\n"2\n3",z\n', True),
        ('a,b\n"",""\n', True),
        ('a,b\n1,x "y" z\n', False),
        ('a,b\n1,"x "y" z"\n', False),
        ('a,b\n"1,x\n2,"y"\n', False),
        ('a,b\n1,""x, y"\n', False),
        ('a,b\n1,"x\n', False),
    ],
)
def test_quotes_in_order(text, wanted):
    data = text.encode()
    for size in (3, 7, 1000):
        blocks = [data[i : i + size] for i in range(0, len(data), size)]
        assert quotes.in_order(blocks, ",", '"') is wanted
    if wanted:
        assert {len(row) for row in csv.reader(text.splitlines(keepends=True))} == {2}
