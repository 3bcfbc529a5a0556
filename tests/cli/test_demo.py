"""`python -m cxlib demo`: all tables and the messy file, with the truths as JSON."""

import contextlib
import csv
import io
import json

import pytest

from cxlib import cli
from cxlib.demo.truth import TRUTH


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder of a demo, and what the command said of it."""
    folder, said = tmp_path_factory.mktemp("demo"), io.StringIO()
    with contextlib.redirect_stdout(said):
        assert cli.main(["demo", "--outdir", str(folder), "--json"]) == 0
    return folder, json.loads(said.getvalue())


def test_demo_writes_every_table_and_tells_the_truths(written):
    folder, answer = written
    tables, truths = answer["tables"], answer["truths"]
    assert {"transactions", "responses", "feedback", "events", "tickets", "subscriptions",
            "campaigns", "experiments", "customers", "transactions_messy"} <= set(tables)  # fmt: skip
    for name, table in tables.items():
        if name != "transactions_messy":
            with open(table["file"], encoding="utf-8", newline="") as file:
                assert sum(1 for _ in csv.reader(file)) == table["rows"] + 1
    assert truths["purchases"]["alpha"] == TRUTH.purchases.alpha
    assert truths["delivery_failure"]["month"]["first"] == "2025-08-01"
    assert answer["messy"]["rows"] == tables["transactions_messy"]["rows"]
    assert len(list(folder.iterdir())) == len(tables)


def test_the_seed_is_an_option(written, tmp_path, capsys):
    cli.main(["demo", "--outdir", str(tmp_path), "--seed", "1", "--json"])
    a, b = (next(d.glob("*_transactions.csv")).read_bytes() for d in (written[0], tmp_path))
    assert a != b
    assert '"seed": 1' in capsys.readouterr().out


def test_a_folder_is_needed(capsys):
    assert cli.main(["demo", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_the_import_finds_what_was_planted_in_the_messy_file(written, tmp_path, capsys):
    demo = written[1]
    truth, file = demo["messy"], demo["tables"]["transactions_messy"]["file"]
    out = ["--out", str(tmp_path / "t.parquet"), "--rejects", str(tmp_path / "r.csv"), "--json"]
    assert cli.main(["import", file, *out]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "needs_answer"
    assert cli.main(["import", file, "--date-format", truth["date_order"], *out]) == 0
    found = json.loads(capsys.readouterr().out)
    issues = {issue["code"]: issue for issue in found["issues"]}
    assert found["rows_read"] == truth["rows"]
    assert found["rows_rejected"] == len(truth["ragged_lines"])
    assert issues["ragged_row"]["rows"] == truth["ragged_lines"]
    assert issues["duplicate_rows"]["count"] == truth["duplicates"]
    assert issues["missing_customer"]["count"] == truth["guests"]
    assert issues["cancellation"]["count"] == truth["cancellations"]
    assert issues["refund"]["count"] == truth["linked_refunds"] + truth["unlinked_refunds"]
    assert issues["unmatched_refund"]["count"] == truth["unlinked_refunds"]
    assert float(found["revenue"]) == truth["sales_amount"] + truth["refund_amount"]
    assert [found["first_day"], found["last_day"]] == [truth["first_day"], truth["last_day"]]
