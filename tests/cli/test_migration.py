"""`python -m cxlib migration`: the matrix as JSON, one row a customer with `--out`."""

import csv
import json
from importlib import resources

from cxlib import cli

CDNOW = resources.files("lifetimes") / "datasets" / "CDNOW_sample.txt"
MAPPED = ["--no-header", "--map", "customer_id=2", "--map", "timestamp=3", "--map", "amount=5"]
SHOP = (
    "customer,date,total\nann,2024-01-05,10.50\nann,2024-05-05,20.25\nbob,2024-01-20,7.00\n"
    "cy,2024-05-20,3.00\n"
)


def answer(capsys, *argv):
    status = cli.main(["migration", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_cdnow_a_quarter_apart(tmp_path, capsys):
    out = tmp_path / "segments.csv"
    status, found = answer(capsys, CDNOW, *MAPPED, "--out", out)
    assert status == 0
    assert (found["before"], found["as_of"]) == ("1998-03-31", "1998-06-30")
    assert set(found["matrix"][0]) == {"before", "now", "customers", "revenue"}
    assert sum(row["customers"] for row in found["matrix"]) == found["customers"] == 2357
    assert {"kept_champions", "slipped", "won_back", "new_since"} == set(found["headline"])
    kept = found["headline"]["kept_champions"]
    assert kept["low"] < kept["value"] < kept["high"]
    assert {"segment", "outcome", "customers", "n", "share", "low", "high"} == set(
        found["outcomes"][0]
    )
    assert found["cohort_unit"] == "month"
    assert sum(row["customers"] for row in found["cohorts"]) == 2357
    assert found["cohorts"][0]["cohort"] == "1997-01-01"
    assert found["receipt"]["definition"] == "value.migration"
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["customer_id", "segment_before", "segment_now"]
    assert rows[0] == {
        "customer_id": "0001",
        "segment_before": "Champions",
        "segment_now": "Loyal",
    }
    pairs = [(row["segment_before"], row["segment_now"]) for row in rows]
    assert {(row["before"], row["now"]): row["customers"] for row in found["matrix"]} == {
        pair: pairs.count(pair) for pair in set(pairs)
    }


def test_days_are_options(tmp_path, capsys):
    shop = tmp_path / "shop.csv"
    shop.write_text(SHOP, encoding="utf-8")
    status, found = answer(capsys, shop, "--as-of", "2024-05-10", "--before", "2024-02-01")
    assert status == 0
    assert (found["before"], found["as_of"]) == ("2024-02-01", "2024-05-10")
    assert sum(row["revenue"] for row in found["matrix"]) == 20.25
    assert found["headline"]["new_since"]["value"] == 0
    _, later = answer(capsys, shop, "--before", "2024-02-01", "--scoring", "fm")
    assert later["headline"]["new_since"]["value"] == 1
    assert later["scoring"] == "fm"


def test_days_that_cannot_be_compared_are_refused(tmp_path, capsys):
    shop = tmp_path / "shop.csv"
    shop.write_text(SHOP, encoding="utf-8")
    for day, code in (("2024-06-01", "bad_option"), ("2023-01-01", "not_enough_data")):
        status, found = answer(capsys, shop, "--before", day)
        assert (status, found["error"]["code"]) == (2, code)
        assert day in found["error"]["message"]


def test_people_get_tables(tmp_path, capsys):
    shop = tmp_path / "shop.csv"
    shop.write_text(SHOP, encoding="utf-8")
    assert cli.main(["migration", str(shop), "--before", "2024-02-01"]) == 0
    said = capsys.readouterr().out
    assert "New since" in said
    assert "{" not in said
