"""`python -m cxlib drivers`: importance and performance as JSON, one row a driver with `--out`."""

import csv
import json

import numpy as np
import pytest

from cxlib import cli
from cxlib.i18n import language

HEADER = "customer,date,nps,csat,delivery,product,price,city\n"


@pytest.fixture
def survey(tmp_path):
    """A file of 200 answers whose NPS is mostly made of delivery."""
    generator = np.random.default_rng(5)
    rated = generator.integers(1, 6, size=(200, 3))
    score = np.clip(rated @ [1.4, 0.6, 0.1] + generator.normal(size=200), 0, 10).round().astype(int)
    csat = np.clip((score / 2).round(), 1, 5).astype(int)
    lines = [
        f"c{i},2024-{i % 12 + 1:02d}-{i % 28 + 1:02d},{s},{c},{a},{b},{p},Solo\n"
        for i, (s, c, (a, b, p)) in enumerate(zip(score, csat, rated, strict=True))
    ]
    path = tmp_path / "survey.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def answer(capsys, *argv):
    status = cli.main(["drivers", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_the_answer(survey, tmp_path, capsys):
    out = tmp_path / "drivers.csv"
    status, found = answer(capsys, survey, "--out", out)
    assert status == 0
    assert found["outcome"] == "nps"
    assert found["n"] == 200
    assert [d["driver"] for d in found["drivers"]] == ["delivery", "product", "price"]
    first = found["drivers"][0]
    assert first["importance"]["low"] <= first["importance"]["value"] <= first["importance"]["high"]
    assert {"value", "low", "high"} <= set(first["coefficient"]) & set(first["performance"])
    assert sum(d["share"] for d in found["drivers"]) == pytest.approx(1)
    total = sum(d["importance"]["value"] for d in found["drivers"])
    assert total == pytest.approx(found["r_squared"]["value"])
    assert 0 <= first["positive_low"] <= first["positive"] <= first["positive_high"] <= 1
    assert found["receipt"]["rows_in"] == 200
    assert "not a cause" in found["meaning"]
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["driver"] for row in rows] == ["delivery", "product", "price"]
    assert float(rows[0]["importance_low"]) == first["importance"]["low"]


@pytest.mark.parametrize("column", ["csat", "4"])
def test_the_score_by_header_or_number(survey, capsys, column):
    assert answer(capsys, survey, "--score-column", column)[1]["outcome"] == "csat"


def test_drivers_can_be_named(survey, capsys):
    found = answer(capsys, survey, "--driver", "price", "--driver", "csat")[1]
    assert {d["driver"] for d in found["drivers"]} == {"price", "csat"}
    status, refused = answer(capsys, survey, "--driver", "city")
    assert status == 2
    assert refused["error"]["code"] == "unknown_column"
    assert "delivery" in refused["error"]["hint"]


def test_too_few_answers_are_refused_with_figures(survey, tmp_path, capsys):
    few = tmp_path / "few.csv"
    few.write_text("".join(survey.read_text().splitlines(keepends=True)[:26]), encoding="utf-8")
    status, refused = answer(capsys, few)
    assert status == 2
    assert refused["error"]["code"] == "not_enough_data"
    assert "25 answers" in refused["error"]["message"]
    assert "30 are needed" in refused["error"]["message"]


@pytest.mark.parametrize("code", ["en", "id"])
def test_people_read_a_line_a_driver(survey, capsys, code):
    assert cli.main(["drivers", str(survey), "--lang", code]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("delivery", "product", "price"))
    assert language(code)("without a score") not in shown
