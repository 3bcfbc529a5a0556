import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.ingest import documents

ROWS = [["id", "n"], ["007", "1"], ["12345678901234567890", "1.10"]]
RECORDS = '{"id": "007", "n": 1}', '{"id": 12345678901234567890, "n": 1.10}'


@pytest.mark.parametrize(
    "text",
    [
        f"[{', '.join(RECORDS)}]",
        "\n".join(RECORDS),
        "\r\n\r\n".join(RECORDS) + "\r\n",
        f'{{"ok": true, "data": [{", ".join(RECORDS)}]}}',
        f'{{"page": {{"items": [{", ".join(RECORDS)}]}}}}',
        '{"id": ["007", 12345678901234567890], "n": [1, 1.10]}',
        '{"id": {"0": "007", "1": 12345678901234567890}, "n": {"0": 1, "1": 1.10}}',
        '{"columns": ["id", "n"], "index": [0, 1], "data": [["007", 1], [12345678901234567890, 1.10]]}',
        '[["id", "n"], ["007", 1], [12345678901234567890, 1.10]]',
        '["id", "n"]\n["007", 1]\n[12345678901234567890, 1.10]\n',
    ],
)
def test_every_shape_of_the_same_records(text, stage, cells):
    for content in (text, "\ufeff" + text, text.encode("utf-16"), gzip.compress(text.encode())):
        staged = stage(content, name="a.json")
        assert staged.format == "json"
        assert [list(staged.columns), *cells(staged)] == ROWS
        assert staged.sources == ("text", "number")


def test_cells_are_what_was_written(stage, cells):
    staged = stage(
        '[{"a": null, "b": true, "c": [1, {"x": 2.50}], "d": {"e": {"f": "deep"}}},'
        ' {"a": "text", "b": false, "g": NaN, "c": [], "d": {}}]'
    )
    assert staged.columns == ("a", "b", "c", "d.e.f", "g", "d")
    assert cells(staged) == [
        ["", "true", '[1, {"x": 2.50}]', "deep", "", ""],
        ["text", "false", "[]", "", "", "{}"],
    ]
    assert staged.sources[:2] == ("text", "flag")


def test_lines_that_are_broken_are_rejected_by_their_number(stage, rows):
    staged = stage('{"a": 1}\n{"a": 2\n\n{"a": 3}\n"text"\n{"b": 4}\n')
    assert [(row["line"], row["c0"], row["c1"]) for row in rows(staged.path)] == [
        (1, "1", ""), (4, "3", ""), (6, "", "4"),
    ]  # fmt: skip
    assert staged.rejected == 2
    (issue,) = (i for i in staged.issues if i.code == "broken_record")
    assert issue.rows == (2, 5)


def test_several_lists_are_tables_and_the_rest_is_told(stage):
    text = '{"orders": [{"id": 1}], "customers": [{"id": 2}, {"id": 3}], "made": "today"}'
    staged = stage(text)
    assert staged.tables == ("orders (1)", "customers (2)")
    assert stage(text, table=2).rows == 2
    assert {"other_tables", "left_out_keys"} <= {issue.code for issue in staged.issues}
    with pytest.raises(CxError, match="unknown_table"):
        stage(text, table=3)


def test_a_key_that_comes_twice_keeps_both_values(stage, cells):
    staged = stage('[{"a": 1, "a": 2}, {"a": 3, "a": 4}]')
    assert (staged.columns, cells(staged)) == (("a", "a (2)"), [["1", "2"], ["3", "4"]])


def test_a_broken_document_is_refused_with_its_place(stage):
    with pytest.raises(CxError) as caught:
        stage('[{"a": 1},\n {"a": 2,]')
    assert caught.value.code == "unreadable"
    assert caught.value.params["line"] == 2


def test_text_that_only_begins_like_json_is_text(stage):
    for text in ("[id],[n]\n[1],[2]\n[3],[4]\n", "{id},{n}\n{1},{2}\n", "[id];n\n1;2\n"):
        staged = stage(text)
        assert (staged.format, len(staged.columns)) == ("delimited", 2)


def test_nesting_without_end_is_refused(stage):
    with pytest.raises(CxError, match="unreadable"):
        stage("[" * 100_000 + "]" * 100_000)
    deep = '{"a": ' * 450 + "1" + "}" * 450
    assert stage(f"{deep}\n{{}}\n{deep}\n").rows + 3 >= 3


def test_an_empty_document_is_no_table(stage):
    for text in ("{}", "[]", "[[]]"):
        with pytest.raises(CxError, match="not_a_table"):
            stage(text)


@given(
    st.lists(
        st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.booleans(), min_size=1),
        min_size=1,
    )
)
def test_flat_records_keep_every_value(records):
    (found,) = documents.tables(documents.parsed(json.dumps(records)))
    for record, read in zip(records, found.records, strict=True):
        wanted = {k: json.dumps(v) if not isinstance(v, str) else v for k, v in record.items()}
        assert {k: text for k, (text, _) in documents.cells(read).items()} == wanted
