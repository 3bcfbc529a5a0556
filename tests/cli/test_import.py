import argparse
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cxlib.cli import main
from cxlib.cli.loading import loaded
from cxlib.ingest import canonical

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
AMBIGUOUS = "customer,date,amount\n7,01/02/2025,5\n8,03/04/2025,6\n"


@pytest.fixture
def source(tmp_path):
    def write(text, name="a.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def answer(capsys, *argv):
    code = main(["import", *map(str, argv), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_every_row_is_accounted_for(source, tmp_path, capsys):
    path = source(
        "order_id,customer,date,amount\n1,7,2025-01-31,5\n1,7,2025-01-31,6\n2,8,2025-02-30,7\n3,9,2025-02-01,7\n"
    )
    out, rejects = tmp_path / "T.parquet", tmp_path / "R.csv"
    code, result = answer(capsys, path, "--out", out, "--rejects", rejects)
    assert code == 0
    counts = [result[f"rows_{what}"] for what in ("read", "accepted", "merged", "rejected")]
    assert counts == [4, 2, 1, 1]
    assert result["revenue"] == "18.0000"
    assert pq.read_table(out).num_rows == 2
    assert rejects.read_text().splitlines()[1].startswith("4,date,2025-02-30,unreadable_date,")


def test_an_open_question_is_an_error_that_names_its_option(source, capsys):
    path = source(AMBIGUOUS)
    code, result = answer(capsys, path)
    assert code == 2
    assert result["error"]["code"] == "needs_answer"
    assert "--date-format" in result["error"]["hint"]
    assert [issue["code"] for issue in result["error"]["issues"]] == ["date_order"]
    code, result = answer(capsys, path, "--date-format", "MM/DD/YYYY")
    assert (code, result["first_day"]) == (0, "2025-01-02")


def test_errors_are_one_line_in_the_reader_s_language(source, capsys):
    assert main(["import", str(source(AMBIGUOUS)), "--lang", "id"]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.count("\n") == 1
    assert "--date-format" in streams.err


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["import"], "usage"),
        (["nonsense"], "usage"),
        ([], "usage"),
        (["import", "no such file"], "no_such_file"),
        (["import", "{file}", "--map", "price=amount"], "unknown_field"),
        (["import", "{file}", "--map", "amount=9"], "unknown_column"),
        (["import", "{file}", "--map", "amount"], "usage"),
        (["import", "{file}", "--kind", "orders"], "unknown_kind"),
        (["import", "{file}", "--tz", "Mars"], "unknown_timezone"),
        (["import", "{file}", "--encoding", "klingon"], "unknown_encoding"),
        (["import", "{file}", "--fill", "amount"], "bad_repair"),
        (["import", "{file}", "--map-value", "amount:free"], "bad_repair"),
        (["import", "{file}", "--leave-out", "price=0"], "unknown_column"),
        (["import", "{file}", "--out", "{file}/x/y.parquet"], "cannot_open"),
    ],
)
def test_wrong_usage_is_a_typed_error(source, capsys, argv, code):
    path = source("customer,date,amount\n7,2025-01-31,5\n")
    assert main([*(a.format(file=path) for a in argv), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_problems_are_grouped_and_repaired_by_options(source, tmp_path, capsys):
    path = source(
        "customer,date,amount\n7,2025-01-31,5\n8,2025-02-01,free\n9,2025-02-01,free\n"
        "9,2025-02-02,?\n9,2025-02-30,1\n7,2025-01-31,5\n"
    )
    _, result = answer(capsys, path, "--map", "amount=amount")
    shown = [(p["code"], p["column"], p["count"], p["blocking"]) for p in result["problems"]]
    assert shown == [
        ("unreadable_amount", "amount", 2, True),
        ("missing_amount", "amount", 1, True),
        ("unreadable_date", "date", 1, True),
    ]
    assert result["problems"][0]["values"] == [{"value": "free", "count": 2}]
    code, result = answer(
        capsys, path, "--map-value", "amount:free=0", "--fill", "amount=1", "--leave-out",
        "date:unreadable_date", "--drop-duplicates", "--rejects", tmp_path / "R.csv",
        "--map", "amount=amount",
    )  # fmt: skip
    assert (code, result["problems"], result["revenue"]) == (0, [], "6.0000")
    assert (result["rows_accepted"], result["rows_rejected"]) == (4, 2)
    rejects = (tmp_path / "R.csv").read_text()
    assert "6,date,2025-02-30,left_out," in rejects
    assert "7,,,duplicate_row," in rejects


def test_other_kinds_are_imported_and_opened_again(source, tmp_path, capsys):
    path = source("text,rating,city\nbagus,5,Bandung\nburuk,,Solo\nlumayan,3,Solo\n")
    out = tmp_path / "T.parquet"
    code, result = answer(capsys, path, "--kind", "feedback", "--out", out)
    assert code == 0
    assert (result["kind"], result["shape"], result["source"]) == ("feedback", "rows", None)
    assert result["attributes"] == [{"column": "city", "type": "text", "format": ""}]
    assert (result["rows_read"], result["rows_accepted"], result["revenue"]) == (3, 3, None)
    assert canonical.reopen(out, "feedback").digest == result["digest"]


def test_columns_by_number_where_there_is_no_header(capsys, tmp_path):
    path = SHARED / "data/transactions/cdnow_sample.txt"
    if not path.exists():
        pytest.skip("shared/data is not on this machine")
    out = tmp_path / "T.parquet"
    mapped = ["--map", "customer_id=1", "--map", "timestamp=3", "--map", "amount=5"]
    code, result = answer(capsys, path, "--no-header", *mapped, "--out", out)
    assert (code, result["rows_read"], result["customers"]) == (0, 6_919, 2_357)


def test_a_written_file_is_loaded_as_it_is(source, capsys, tmp_path):
    out = tmp_path / "T.parquet"
    text = "customer,date,amount,product\n7,2025-01-31,5,tea\n8,2025-02-01,6,tea\n"
    _, result = answer(capsys, source(text), "--out", out)
    with loaded(argparse.Namespace(file=out)) as tables:
        assert tables.digest == result["digest"]
        assert tables.orders.collect().shape[0] == 2
        assert tables.lines.collect()["product"].to_list() == ["tea", "tea"]
        assert tables.imported.rows_read == 2
