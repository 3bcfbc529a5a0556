"""`python -m cxlib demo`: all tables and the messy file, with the truths as JSON."""

import csv
import json

from cxlib import cli
from cxlib.demo.truth import TRUTH


def test_demo_writes_every_table_and_tells_the_truths(tmp_path, capsys):
    assert cli.main(["demo", "--outdir", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
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
    assert len(list(tmp_path.iterdir())) == len(tables)


def test_the_seed_is_an_option(tmp_path, capsys):
    cli.main(["demo", "--outdir", str(tmp_path / "a"), "--seed", "1", "--json"])
    cli.main(["demo", "--outdir", str(tmp_path / "b"), "--seed", "2", "--json"])
    a, b = (next((tmp_path / d).glob("*_transactions.csv")).read_bytes() for d in "ab")
    assert a != b
    assert '"seed": 1' in capsys.readouterr().out


def test_a_folder_is_needed(capsys):
    assert cli.main(["demo", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"
