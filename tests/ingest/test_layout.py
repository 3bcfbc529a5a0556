import csv

import pytest

from cxlib.ingest.header import column_names, header_rows
from cxlib.ingest.layout import Table, find_tables

HEAD = "id,tgl,total\n"
BODY = "".join(f"{i},2025-01-{i:02d},{i * 3}\n" for i in range(1, 13))
OTHER = "product,n\nfoo,3\nbar,4\n"


def rows(text):
    return list(csv.reader(text.splitlines()))


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        (HEAD + BODY, [(0, 13, 1, 3)]),
        (BODY, [(0, 12, 0, 3)]),
        (HEAD * 2 + BODY, [(0, 14, 2, 3)]),
        (HEAD * 3 + BODY, [(0, 15, 3, 3)]),
        ("Report\n\n" + HEAD + BODY, [(2, 15, 1, 3)]),
        ("Report,,\n,,\n" + HEAD + BODY, [(2, 15, 1, 3)]),
        ("Report sales\nJan 1, 2025\n" + HEAD + BODY, [(2, 15, 1, 3)]),
        ("# one, two, three\n# ---\n" + HEAD + BODY, [(2, 15, 1, 3)]),
        (HEAD + BODY + HEAD + BODY, [(0, 13, 1, 3), (13, 26, 1, 3)]),
        (HEAD + BODY + "id,tgl\n1,2025-01-01\n2,2025-01-02\n", [(0, 13, 1, 3), (13, 16, 1, 2)]),
        (HEAD + BODY + "\nTop\n" + OTHER, [(0, 13, 1, 3), (15, 18, 1, 2)]),
        (HEAD + BODY + "\nTotal,,400\n", [(0, 13, 1, 3)]),
        (HEAD + BODY + "Total: Account,,400\n", [(0, 13, 1, 3)]),
        (HEAD + BODY + "* preliminary\n(12 rows)\n", [(0, 13, 1, 3)]),
    ],
    ids=[
        "regular", "no header", "two header rows", "three header rows", "title", "padded title",
        "title and period", "comments", "same header again", "narrower table", "titled table",
        "total after a blank row", "Ads total", "notes",
    ],
)  # fmt: skip
def test_tables_are_found(text, tables):
    assert find_tables(rows(text)) == tuple(Table(*table) for table in tables)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + BODY + "\n" + BODY,
        HEAD + BODY + "Total,,400\n",
        HEAD + BODY + "13,2025-01-13\n" + BODY,
        HEAD + "".join(f"{i},,{i}\n" if i % 2 else f"{i}\n" for i in range(20)) + ",,\n",
        "a,b\n1,2\n3\n\n4,5\n",
    ],
    ids=["blank row", "total without a blank row", "short row", "sparse", "small"],
)
def test_a_table_with_gaps_stays_one(text):
    found = find_tables(rows(text))
    assert [(t.start, t.stop) for t in found] == [(0, len(rows(text)))]


def test_groups_reach_over_the_columns_beneath():
    table = rows("2024,,2025,\nsales,cost,sales,cost\n1,2,3,4\n5,6,7,8\n2,3,4,5\n")
    assert header_rows(table) == 2
    assert column_names(table[:2], 4) == ("2024 sales", "2024 cost", "2025 sales", "2025 cost")


def test_what_only_a_program_reads_is_no_name():
    table = rows(
        'Q1,Q2\nHow likely?,Why?\n"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n9,Nice\n'
    )
    assert header_rows(table) == 3
    assert column_names(table[:3], 2) == ("Q1 How likely?", "Q2 Why?")


def test_blank_rows_are_no_table():
    assert find_tables([[], ["", " "]]) == ()
