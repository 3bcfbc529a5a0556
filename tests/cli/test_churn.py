"""`python -m cxlib churn`: orders, dated subscriptions and snapshots by one command."""

import csv
import json

import pandas as pd
import pytest

from cxlib import cli
from cxlib.demo.company import company, write_table
from tests.value.test_churn import shop
from tests.value.test_churn_model import snapshot

GOLDEN = """customer,start date,end date,monthly price
same,2024-01-10,,100
more,2024-01-10,,100
more,2024-04-05,,50
less,2024-01-10,2024-04-20,100
less,2024-04-20,,60
gone,2024-01-10,2024-04-02,100
back,2024-01-10,2024-02-11,70
back,2024-04-15,,80
new,2024-04-30,,50
"""


def answer(capsys, *argv):
    status = cli.main(["churn", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_orders(tmp_path, capsys):
    file, out = tmp_path / "orders.csv", tmp_path / "out.csv"
    shop().rename(columns={"day": "date"}).to_csv(file, index=False)
    status, found = answer(capsys, file, "--out", out)
    assert status == 0
    assert found["shape"] == "orders"
    assert found["model"]["basis"] == "time"
    assert {q["name"] for q in found["model"]["qualities"]} == {
        "Logistic regression",
        "Gradient boosting",
        "Days since last purchase",
        "Silence over the usual gap",
    }
    listed = rows(out)
    assert len(listed) == found["customers"]
    assert sum(row["churned"] == "True" for row in listed) == found["churned"]
    assert all((row["rank"] == "") == (row["churned"] == "True") for row in listed)
    assert list(listed[0]) == [
        "customer_id", "last_day", "purchases", "silent_days", "mean_gap", "overdue_days",
        "churned", "year_value", "risk", "worth", "at_stake", "rank",
    ]  # fmt: skip
    assert answer(capsys, file, "--window-days", "30")[1]["window_days"] == 30
    assert answer(capsys, file, "--window-days", "9999")[1]["error"]["code"] == "bad_option"


def test_dated_subscriptions_give_the_golden_vector(tmp_path, capsys):
    file, out = tmp_path / "subscriptions.csv", tmp_path / "out.csv"
    file.write_text(GOLDEN, encoding="utf-8")
    status, found = answer(capsys, file, "--as-of", "2024-04-30", "--out", out)
    assert status == 0
    assert found["shape"] == "dated"
    april = found["monthly"][-1]
    assert april["name"] == "2024-04"
    assert april["complete"] is True
    assert [april[k] for k in ("grr", "nrr", "customer_churn")] == [0.65, 0.775, 0.25]
    assert found["model"] is None
    assert "no_model" in [note["code"] for note in found["notes"]]
    assert [row["mrr_end"] for row in rows(out)][-1] == "440.0"
    back = answer(capsys, file, "--as-of", "2024-04-30", "--reactivation")[1]
    assert back["monthly"][-1]["nrr"] == 0.975
    average = answer(capsys, file, "--as-of", "2024-04-30", "--average")[1]
    assert average["monthly"][-1]["customer_churn"] == pytest.approx(1 / 4.5)


def test_the_demo_is_read_as_subscriptions(tmp_path, capsys):
    table = company(0).subscriptions
    file = tmp_path / "toko_subscriptions.csv"
    write_table(table, file)
    status, found = answer(capsys, file)
    assert status == 0
    assert found["shape"] == "dated"
    running = table[table["end"].isna()]
    assert found["customers"] == running["customer_id"].nunique()
    assert found["monthly"][-1]["mrr_end"] == running["mrr"].sum()
    assert [plan["plan"] for plan in found["plans"]] == [None, "Hemat", "Keluarga", "Juragan"]
    assert found["receipt"]["rows_used"] == len(table)


@pytest.fixture
def left(tmp_path):
    file = tmp_path / "snapshot.csv"
    table = (
        snapshot(900)[0].round(3).rename(columns={"a0": "usage", "a1": "region", "a2": "shoe size"})
    )
    table.assign(churned=table["churned"].map({True: "Yes", False: "No"})).to_csv(file, index=False)
    return file


def test_a_snapshot_is_an_association(left, tmp_path, capsys):
    out = tmp_path / "out.csv"
    status, found = answer(capsys, left, "--out", out, "--as-of", "2024-01-01")
    assert status == 0
    assert found["shape"] == "snapshot"
    assert "not a forecast" in found["model"]["reading"]
    assert found["model"]["importance"][0]["feature"] == "usage"
    assert found["churned"]["method"] == "wilson"
    saves = rows(out)
    assert len(saves) == found["customers"]["value"] - found["model"]["left"]
    assert [int(row["rank"]) for row in saves] == list(range(1, len(saves) + 1))


def test_a_leak_is_an_error_that_names_the_column(left, capsys):
    table = pd.read_csv(left)
    table.assign(**{"Cancellation reason": table["churned"].map({"Yes": "price"})}).to_csv(
        left, index=False
    )
    status, found = answer(capsys, left)
    assert status == 2
    assert found["error"]["code"] == "leak"
    assert "Cancellation reason" in found["error"]["message"]
    assert "--without" in found["error"]["hint"]
    status, found = answer(capsys, left, "--without", "Cancellation reason")
    assert status == 0
    features = [row["feature"] for row in found["model"]["importance"]]
    assert "Cancellation reason" not in features


def test_people_are_told_in_their_language(left, capsys):
    assert cli.main(["churn", str(left), "--lang", "id"]) == 0
    shown = capsys.readouterr().out
    assert "Regresi logistik" in shown
    assert "bukan perkiraan" in shown


def test_a_table_of_another_kind_is_refused(tmp_path, capsys):
    file, table = tmp_path / "t.csv", tmp_path / "t.parquet"
    file.write_text("ticket_id,created\n1,2024-01-01\n2,2024-01-02\n", encoding="utf-8")
    assert cli.main(["import", str(file), "--kind", "tickets", "--out", str(table)]) == 0
    capsys.readouterr()
    status, found = answer(capsys, table)
    assert status == 2
    assert found["error"]["code"] == "wrong_kind"
