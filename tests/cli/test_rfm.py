"""`python -m cxlib rfm`: segments as JSON, one row a customer with `--out`."""

import csv
import json
from importlib import resources

import pytest

from cxlib import cli
from cxlib.value.grid import SEGMENTS

CDNOW = resources.files("lifetimes") / "datasets" / "CDNOW_sample.txt"
MAPPED = ["--no-header", "--map", "customer_id=2", "--map", "timestamp=3", "--map", "amount=5"]
SHOP = "customer,date,total\nann,2024-01-05,10.50\nann,2024-02-05,20.25\nbob,2024-01-20,7.00\n"


def answer(capsys, *argv):
    status = cli.main(["rfm", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_cdnow_by_column_numbers(tmp_path, capsys):
    out = tmp_path / "rfm.csv"
    status, found = answer(capsys, CDNOW, *MAPPED, "--out", out)
    assert status == 0
    assert found["snapshot"] == "1998-07-01"
    assert {s["segment"] for s in found["segments"]} <= set(SEGMENTS)
    assert sum(s["customers"] for s in found["segments"]) == found["customers"] == 2357
    assert sum(s["revenue"] for s in found["segments"]) == pytest.approx(244091.94, abs=1e-6)
    assert found["edges"]["frequency"] == [1, 1, 2, 4]
    assert found["receipt"]["rows_in"] == 6919
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "customer_id", "recency_days", "frequency", "monetary", "r", "f", "m", "segment"
    ]  # fmt: skip
    assert len(rows) == 2357
    assert rows[0] == {
        "customer_id": "0001",
        "recency_days": "201",
        "frequency": "4",
        "monetary": "100.5",
        "r": "4",
        "f": "4",
        "m": "4",
        "segment": "Loyal",
    }


def test_as_of_moves_the_snapshot(tmp_path, capsys):
    shop = tmp_path / "shop.csv"
    shop.write_text(SHOP, encoding="utf-8")
    status, found = answer(capsys, shop, "--as-of", "2024-01-31")
    assert status == 0
    assert found["snapshot"] == "2024-02-01"
    assert found["customers"] == 2
    assert sum(s["revenue"] for s in found["segments"]) == 17.5
    assert found["receipt"]["excluded"] == {"after the end of observation": 1}


def test_fm_scoring_is_an_option(tmp_path, capsys):
    shop = tmp_path / "shop.csv"
    shop.write_text(SHOP, encoding="utf-8")
    assert answer(capsys, shop, "--scoring", "fm")[1]["scoring"] == "fm"


def test_no_purchase_before_the_day_is_an_answer(tmp_path, capsys):
    shop = tmp_path / "shop.csv"
    shop.write_text(SHOP, encoding="utf-8")
    status, found = answer(capsys, shop, "--as-of", "2023-01-01")
    assert status == 2
    assert found["error"]["code"] == "not_enough_data"
