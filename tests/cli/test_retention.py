"""`python -m cxlib retention`: the triangle as JSON, one row a cohort and age with `--out`."""

import csv
import json
from importlib import resources

import pytest

from cxlib import cli

CDNOW = resources.files("lifetimes") / "datasets" / "CDNOW_sample.txt"
MAPPED = ["--no-header", "--map", "customer_id=2", "--map", "timestamp=3", "--map", "amount=5"]
SHOP = (
    "customer,date,total,channel\n"
    "ann,2024-01-05,10.50,web\nann,2024-02-05,20.25,shop\nbob,2024-01-20,7.00,shop\n"
    "cid,2024-02-10,4.00,web\ncid,2024-03-31,6.00,web\n"
)


@pytest.fixture
def shop(tmp_path):
    file = tmp_path / "shop.csv"
    file.write_text(SHOP, encoding="utf-8")
    return file


def answer(capsys, *argv):
    status = cli.main(["retention", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_cdnow_by_column_numbers(tmp_path, capsys):
    out = tmp_path / "triangle.csv"
    status, found = answer(capsys, CDNOW, *MAPPED, "--out", out)
    assert status == 0
    cells = {(c["name"], c["age"]): c for c in found["triangle"]}
    # All of CDNOW's customers began in the first quarter of 1997.
    sizes = {name: c["customers"] for (name, age), c in cells.items() if age == 0}
    assert set(sizes) == {"1997-01", "1997-02", "1997-03"}
    assert sum(sizes.values()) == 2357
    assert sum(c["revenue"] for c in found["triangle"]) == pytest.approx(244091.94, abs=1e-6)
    cell = cells["1997-01", 1]
    assert cell["share"] == cell["count"] / cell["base"]
    assert 0 < cell["low"] < cell["share"] < cell["high"] < 1
    first = found["next_order"][0]
    assert (first["customers"], first["purchase"]) == (2357, 1)
    assert first["ordered"] == round(found["headline"]["repeat_rate"]["value"] * 2357)
    assert first["median_days"] is None  # 51.7 % bought once
    assert found["headline"]["again_90"]["n"] == 2357
    assert found["receipt"]["rows_in"] == 6919
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "cohort", "name", "age", "customers", "active", "returned", "kept", "revenue",
        "cumulative_value", "complete",
    ]  # fmt: skip
    assert len(rows) == len(cells) == 18 + 17 + 16
    assert (rows[0]["cohort"], rows[0]["active"]) == ("1997-01-01", rows[0]["customers"])


def test_modes_and_shares_are_options(shop, capsys):
    by = {}
    for mode in ("exact", "on-or-after"):
        for of in ("cohort", "previous"):
            found = answer(capsys, shop, "--mode", mode, "--of", of)[1]
            assert (found["mode"], found["of"], found["period"]) == (mode, of, "month")
            by[mode, of] = [(c["name"], c["age"], c["share"]) for c in found["triangle"]]
    jan = {
        key: [share for name, _, share in cells if name == "2024-01"] for key, cells in by.items()
    }
    assert jan["exact", "cohort"] == [1, 0.5, 0]
    assert jan["on-or-after", "cohort"] == [1, 0.5, 0]
    assert jan["exact", "previous"] == [None, 0.5, 0]
    assert jan["on-or-after", "previous"] == [None, 0.5, 0]


def test_weeks_and_an_attribute_of_the_first_purchase(shop, capsys):
    status, found = answer(
        capsys, shop, "--period", "week", "--by", "channel", "--as-of", "2024-03-01"
    )
    assert status == 0
    assert [(g["value"], g["customers"]) for g in found["groups"]] == [("web", 2), ("shop", 1)]
    assert found["triangle"][0]["name"] == "2024-W01"
    assert found["receipt"]["excluded"] == {"after the end of observation": 1}
    status, found = answer(capsys, shop, "--by", "weather")
    assert (status, found["error"]["code"]) == (2, "bad_option")


def test_for_people_it_is_a_table_with_a_line_a_cohort(shop, capsys):
    assert cli.main(["retention", str(shop), "--as-of", "2024-03-30"]) == 0
    lines = capsys.readouterr().out.splitlines()
    # A star: March is not over.
    assert lines[4].split() == ["cohort", "customers", "1", "2"]
    assert lines[5].split() == ["2024-01", "2", "50", "%", "0", "%*"]
    assert lines[6].split()[:2] == ["2024-02", "1"]


def test_no_purchase_before_the_day_is_an_answer(shop, capsys):
    status, found = answer(capsys, shop, "--as-of", "2023-01-01")
    assert status == 2
    assert found["error"]["code"] == "not_enough_data"
