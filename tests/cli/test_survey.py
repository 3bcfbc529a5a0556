"""`python -m cxlib nps`, `csat` and `ces`: real files, and options."""

import csv
import json
from pathlib import Path

import pytest

from cxlib import cli
from cxlib.demo.company import company, write_table
from cxlib.voice import nps

SURVEYS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "surveys"
GOLDEN = SURVEYS.parents[1] / "golden" / "metrics.json"


def answer(capsys, *argv):
    status = cli.main([*map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def shared(name):
    if not (SURVEYS / name).exists():
        pytest.skip(f"shared/data/surveys/{name} is not here")
    return SURVEYS / name


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("survey") / "responses.csv"
    write_table(company(0).responses, path)
    return path


LONG = """respondent,date,question,score
""" + "".join(
    f"r{i},2025-01-{i % 28 + 1:02},{question},{score}\n"
    for i in range(40)
    for question, score in (
        ("How likely are you to recommend us? (0-10)", i % 11),
        ("How satisfied are you? (1-5)", i % 5 + 1),
    )
)


@pytest.fixture
def long(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(LONG)
    return path


def test_the_french_retailer(capsys):
    status, found = answer(capsys, "nps", shared("fr_retail_nps.csv"))
    assert status == 0
    case = next(c for c in json.loads(GOLDEN.read_text())["nps"] if "file" in c)
    assert found["value"] == pytest.approx(case["nps"], abs=5e-5)
    ends = found["low"], found["high"]
    assert ends == pytest.approx(case["interval_95_adjusted_wald"], abs=5e-5)
    assert found["n"] == case["n"]
    assert found["excluded"] == {"missing": case["missing"]}
    for count in ("promoters", "passives", "detractors"):
        assert found[count] == case[count]


def test_the_airport(capsys):
    path = shared("sfo_2017.csv")
    case = json.loads(GOLDEN.read_text())["sfo_2017"]
    status, found = answer(capsys, "nps", path)
    assert status == 0
    assert found["question"] == case["nps_column"]
    assert found["value"] == pytest.approx(case["nps_unweighted"], abs=0.005)
    assert found["outside"] == {"11": case["excluded_as_11"]}
    assert found["excluded"]["outside the scale"] == case["excluded_as_11"]

    _, weighted = answer(capsys, "nps", path, "--weight-column", "WEIGHT")
    assert weighted["weighted"]
    assert weighted["value"] != pytest.approx(found["value"], abs=0.1)
    assert weighted["effective_n"] < found["effective_n"] == found["n"]

    _, satisfied = answer(capsys, "csat", path, "--score-column", case["csat_column"])
    assert satisfied["value"] == pytest.approx(case["csat_4_5_of_1_5"], abs=5e-5)
    ends = satisfied["low"], satisfied["high"]
    assert ends == pytest.approx(case["csat_interval"], abs=5e-5)
    assert satisfied["n"] == case["csat_n"]


def test_it_says_what_the_library_says(file, tmp_path, capsys):
    out = tmp_path / "months.csv"
    status, found = answer(capsys, "nps", file, "--by", "place", "--out", out, "--sent", 20_000)
    assert status == 0
    table = company(0).responses
    table = table.assign(day=table["timestamp"].dt.normalize(), score=table["nps"].astype(float))
    result = nps.analyse(table, by="place")
    assert found["value"] == pytest.approx(result.value.value)
    assert found["low"] == pytest.approx(result.value.low)
    assert [m["state"] for m in found["monthly"]] == result.monthly["state"].tolist()
    assert found["verdict"]["after"] == "2025-12"
    assert found["response_rate"]["value"] == pytest.approx(len(table) / 20_000)
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["group"] for row in rows} == set(table["place"])


@pytest.mark.parametrize("command", ["nps", "csat", "ces"])
def test_each_metric_finds_its_column(command, file, capsys):
    status, found = answer(capsys, command, file)
    assert (status, found["question"]) == (0, command)
    assert cli.main([command, str(file), "--lang", "id"]) == 0
    assert "2025-12" in capsys.readouterr().out


def test_a_column_by_number_a_scale_and_a_positive_set(file, capsys):
    _, named = answer(capsys, "csat", file, "--score-column", "delivery", "--scale", "1-5")
    _, numbered = answer(capsys, "csat", file, "--score-column", 6, "--scale", "1-5")
    assert named["question"] == numbered["question"] == "delivery"
    assert named["value"] == numbered["value"]
    _, strict = answer(capsys, "csat", file, "--score-column", "delivery", "--positive", 5)
    assert strict["value"] < named["value"]
    _, turned = answer(capsys, "csat", file, "--score-column", "delivery", "--best", "low")
    assert turned["positives"] == named["negatives"]


def test_a_table_with_a_row_an_answer(long, capsys):
    status, found = answer(capsys, "nps", long)
    assert (status, found["n"], found["scale"]) == (0, 40, "0-10")
    assert found["excluded"] == {"answers to another question": 40}
    _, satisfied = answer(capsys, "csat", long)
    assert (satisfied["n"], satisfied["scale"]) == (40, "1-5")
    question = "How satisfied are you? (1-5)"
    _, chosen = answer(capsys, "csat", long, "--question", question)
    assert chosen["value"] == satisfied["value"]
    status, refused = answer(capsys, "ces", long)
    assert (status, refused["error"]["code"]) == (2, "needs_answer")
    assert question in refused["error"]["hint"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--by", "nowhere"], "bad_option"),
        (["--scale", "5"], "usage"),
        (["--scale", "7-1"], "usage"),
        (["--score-column", "nowhere"], "unknown_column"),
        (["--end", "2023-01-01"], "not_enough_data"),
    ],
)
def test_what_cannot_be_done_is_said(options, code, file, capsys):
    status, found = answer(capsys, "csat", file, *options)
    assert (status, found["error"]["code"]) == (2, code)
    assert found["error"]["message"]
