"""`python -m cxlib occasions`: the next occasions of every customer."""

import csv
import json

import pytest

from cxlib import cli
from tests.value.test_occasions import gifts


def test_it_writes_a_row_a_customer(tmp_path, capsys):
    file, out = tmp_path / "gifts.csv", tmp_path / "out.csv"
    gifts().rename(columns={"day": "date"}).to_csv(file, index=False)
    options = ["--ahead", "3", "--as-of", "2017-12-31", "--out", str(out)]
    assert cli.main(["occasions", str(file), *options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["offered"]
    assert found["every"] == "year"
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == found["customers"]
    total = sum(float(row["expected"]) for row in rows)
    assert total == pytest.approx(found["expected"]["value"])
    assert cli.main(["occasions", str(file), *options, "--lang", "id"]) == 0
    assert "kesempatan" in capsys.readouterr().out
