"""`python -m cxlib renewals`: the curve, its proof and what is to come."""

import csv
import json

import pytest

from cxlib import cli
from cxlib.demo.company import company, write_table
from cxlib.value.renewals import analyse


def answer(capsys, *argv):
    status = cli.main(["renewals", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def coffee():
    return company(0).subscriptions


@pytest.fixture
def file(coffee, tmp_path):
    path = tmp_path / "subscriptions.csv"
    write_table(coffee, path)
    return path


def test_it_says_what_the_library_says(coffee, file, tmp_path, capsys):
    out = tmp_path / "out.csv"
    status, found = answer(capsys, file, "--out", out)
    assert status == 0
    as_of = coffee[["start", "end"]].max().max().date()
    result = analyse(coffee, as_of=as_of)
    assert found["params"] == pytest.approx(dict(result.fit.params))
    assert found["residual_value"]["value"] == pytest.approx(result.total.value)
    assert found["proof"]["actual"] == result.proof.actual
    assert len(found["curve"]) == len(result.curve)
    assert found["curve"][0]["renewed"] is None
    assert [gate["code"] for gate in found["gates"]] == ["lost", "periods", "converged", "holdout"]
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == found["running"] == coffee["end"].isna().sum()
    assert sum(float(row["residual_value"]) for row in rows) == pytest.approx(result.total.value)


def test_options(file, capsys):
    status, found = answer(capsys, file, "--ahead", 3, "--annual-discount-rate", 0.5)
    assert status == 0
    assert sum(age["projected"] for age in found["curve"]) == 3
    default = answer(capsys, file)[1]
    assert found["expected_renewals"]["value"] < default["expected_renewals"]["value"]
    assert answer(capsys, file, "--ahead", 0)[1]["error"]["code"] == "bad_option"
    assert answer(capsys, file, "--period", "year")[1]["error"]["code"] == "not_enough_data"


def test_people_are_told_in_their_language(file, capsys):
    assert cli.main(["renewals", str(file), "--lang", "id"]) == 0
    shown = capsys.readouterr().out
    assert "kontrak" in shown
    assert "layak dipercaya" in shown.lower()
