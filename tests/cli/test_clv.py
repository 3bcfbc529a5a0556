"""`python -m cxlib clv` on the papers' data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxlib.cli import main
from cxlib.value.clv.simulate import simulate_purchases

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
    file = tmp_path / "a quarter.txt"  # of the customers: numbers that four divides
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if int(line.split()[0]) % 4 == 0))
    code, answer = run(
        capsys,
        file,
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


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Orders of two channels; those of the app buy twice as often."""
    generator = np.random.default_rng(5)
    tables = []
    for channel, alpha in (("web", 60.0), ("app", 30.0)):
        bought = simulate_purchases(
            generator,
            np.full(700, 400.0),
            {"r": 0.8, "alpha": alpha, "a": 0.8, "b": 2.6},
            {"p": 6.0, "q": 4.0, "v": 15.0},
        )
        day = pd.Timestamp("2024-01-01") + pd.to_timedelta(bought["time"].astype(int), unit="D")
        who = channel + bought["customer"].astype(str)
        amount = bought["value"].round(2)
        tables.append(
            pd.DataFrame({"customer": who, "date": day, "total": amount, "channel": channel})
        )
    file = tmp_path_factory.mktemp("shop") / "shop.csv"
    pd.concat(tables).to_csv(file, index=False)
    return file


def test_groups_covariates_and_residual_when_asked(shop, capsys, tmp_path):
    out = tmp_path / "clv.csv"
    code, answer = run(
        capsys,
        shop,
        *("--groups", "channel", "--covariates", "channel", "--residual", "--out", out),
    )
    assert code == 0, answer
    groups = answer["groups"]
    assert groups["by"] == "channel"
    assert groups["differ"]
    assert groups["test"]["degrees"] == 4
    assert {(g["group"], g["customers"]) for g in groups["groups"]} == {("app", 700), ("web", 700)}
    related = answer["covariates"]
    effect = related["effects"][0]
    ratio = effect["often"]["value"] if effect["level"] == "app" else 1 / effect["often"]["value"]
    assert ratio == pytest.approx(2, rel=0.2)
    # One column: the same attribute is all that there is.
    assert related["overall"] == related["by_attribute"]["channel"]
    assert answer["residual"]["clv"]["value"] > answer["total_clv"]["value"]
    table = pd.read_csv(out)
    assert table["residual_clv"].sum() == pytest.approx(answer["residual"]["clv"]["value"])
    assert (table["residual_clv_low"] <= table["residual_clv"]).all()
    assert table["expected_purchases_with_covariates"].notna().all()


def test_people_read_groups_and_effects(shop, capsys):
    asked = ["--groups", "cohort", "--covariates", "channel", "--residual", "--lang", "id"]
    assert main(["clv", str(shop), *asked]) == 0
    shown = capsys.readouterr().out
    assert "2024-Q1" in shown
    assert "often_low" in shown
    assert "residual" in shown
    assert "{" not in shown


@pytest.mark.parametrize(
    "asked",
    [
        ["--groups", "colour"],
        ["--covariates", "colour"],
        ["--covariates", ","],
        ["--residual", "--annual-discount-rate", "0"],
    ],
)
def test_what_cannot_be_is_refused(asked, shop, capsys):
    code, answer = run(capsys, shop, *asked)
    assert code == 2
    assert answer["error"]["code"] == "bad_option"


def test_a_summary_has_no_groups(capsys, tmp_path):
    path = tmp_path / "summary.csv"
    path.write_text("x,t_x,T\n1,2,3\n")
    code, answer = run(capsys, path, "--summary", "--groups", "channel")
    assert (code, answer["error"]["code"]) == (2, "bad_option")
