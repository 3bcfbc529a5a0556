"""`python -m cxlib clv` on the papers' data."""

import json
from pathlib import Path

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxlib.cli import main

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
COLUMNS = (
    "customer_id,frequency,recency,T,monetary_value,p_alive,expected_purchases,expected_spend,"
    "clv,clv_low,clv_high"
)


@pytest.fixture(scope="module")
def golden():
    if not SHARED.exists():
        pytest.skip("the folder with the reference data is not here")
    return json.loads((SHARED / "golden" / "clv.json").read_text())["cdnow"]


def run(capsys, *arguments):
    code = main(["clv", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_transactions(golden, capsys, tmp_path):
    code, answer = run(
        capsys,
        SHARED / "data" / "transactions" / "cdnow_sample.txt",
        *("--no-header", "--map", "customer_id=1", "--map", "timestamp=3", "--map", "amount=5"),
        *("--end", "1997-09-30", "--unit", "W", "--annual-discount-rate", "0.12682503"),
        *("--out", tmp_path / "clv.csv"),
    )
    assert code == 0, answer
    assert (answer["model"], answer["unit"], answer["customers"]) == ("bgnbd", "W", 2357)
    for name, value in answer["params"].items():
        assert value == pytest.approx(golden["bgnbd"][name], rel=1e-3)
    assert answer["log_likelihood"] == pytest.approx(golden["bgnbd"]["log_likelihood"], abs=2e-3)
    for name, value in answer["spend"].items():
        assert value == pytest.approx(golden["gamma_gamma"][name], rel=2e-3)
    assert all(gate["passed"] for gate in answer["gates"])
    assert {"baseline": "Own past rate", "measure": "ranking"} in answer["backtest"][
        "baseline_better"
    ]
    assert (tmp_path / "clv.csv").read_text().splitlines()[0] == COLUMNS
    table = pd.read_csv(tmp_path / "clv.csv", dtype={"customer_id": str})
    assert table["customer_id"].iloc[0] == "00004"
    assert table["clv"].iloc[0] == pytest.approx(36.458, rel=1e-3)
    assert answer["total_clv"]["value"] == pytest.approx(table["clv"].sum())


def test_summary(golden, capsys, tmp_path):
    code, answer = run(
        capsys,
        SHARED / "data" / "transactions" / "cdnow_summary.csv",
        *("--summary", "--unit", "W", "--out", tmp_path / "clv.csv"),
        *("--annual-discount-rate", "0.12682503"),
    )
    assert code == 0, answer
    assert answer["params"]["r"] == pytest.approx(golden["bgnbd"]["r"], rel=1e-3)
    assert answer["backtest"] is None
    table = pd.read_csv(tmp_path / "clv.csv")
    expected = golden["predictions"]["clv_12_months_1pct_a_month_customers_1_2_3_6"]
    found = table["clv"].iloc[[0, 1, 2, 5]]
    assert_allclose(found, expected["continuous_discount_365_days"], rtol=2e-3)
    assert table["T"].iloc[0] == 38.86


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x,T\n1,2\n", "unknown_column"),
        ("x,t_x,T\n1,two,3\n", "bad_number"),
        ("x,t_x,T\n1,5,3\n", "bad_summary"),
    ],
)
def test_a_bad_summary_is_refused(text, code, capsys, tmp_path):
    path = tmp_path / "summary.csv"
    path.write_text(text)
    exit_code, answer = run(capsys, path, "--summary")
    assert exit_code == 2
    assert answer["error"]["code"] == code


def test_people_read_a_table(golden, capsys):
    path = SHARED / "data" / "transactions" / "cdnow_summary.csv"
    assert main(["clv", str(path), "--summary", "--unit", "W", "--lang", "id"]) == 0
    shown = capsys.readouterr().out
    assert "alpha" in shown
    assert "{" not in shown


def test_models_are_compared_and_limits_given_when_asked(capsys, tmp_path):
    path = SHARED / "data" / "transactions" / "cdnow_sample.txt"
    if not path.exists():
        pytest.skip("the folder with the CDNOW sample is not here")
    code, answer = run(
        capsys,
        path,
        *("--no-header", "--map", "customer_id=1", "--map", "timestamp=3", "--map", "amount=5"),
        *("--compare", "--limits", "--out", tmp_path / "clv.csv"),
    )
    assert code == 0, answer
    compared = answer["comparison"]
    assert [one["model"] for one in compared["models"]] == ["bgnbd", "mbgnbd", "pareto"]
    assert compared["best"] == min(compared["models"], key=lambda one: one["error"])["model"]
    assert all(len(one["rmse"]) == len(compared["cuts"]) == 5 for one in compared["models"])
    assert answer["backtest"]["coverage"]["value"] >= 0.95
    table = pd.read_csv(tmp_path / "clv.csv")
    assert (table["purchases_low"] <= table["expected_purchases"].round()).all()
    assert (table["purchases_high"] >= table["expected_purchases"].round()).all()
    assert (table["purchases_low"] == 0).mean() > 0.5
