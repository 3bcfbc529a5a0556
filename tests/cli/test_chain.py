"""`python -m cxlib chain`: several files joined by customer."""

import json

import pandas as pd
import pytest

from cxlib import cli
from cxlib.growth import chain
from tests.growth.test_chain import answers, purchases


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    said = answers().rename(columns={"day": "date", "s0": "nps", "s1": "csat", "s2": "ces"})
    points = {c: said[c].astype(int) for c in ("nps", "csat", "ces")}
    said = said.drop(columns="line").assign(**points)
    said.to_csv(folder / "answers.csv", index=False)
    purchases().rename(columns={"day": "date"}).to_csv(folder / "orders.csv", index=False)
    return folder


def answer(capsys, *argv):
    status = cli.main(["chain", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_links_points_and_holders(files, capsys):
    out = files / "people.csv"
    given = (files / "answers.csv", "--orders", files / "orders.csv", "--window-days", 100)
    status, found = answer(capsys, *given, "--out", out)
    assert status == 0
    expected = chain.analyse(answers(), orders=purchases(), window_days=100)
    assert len(found["links"]) == len(chain.LINKS)
    for row, link in zip(found["links"], expected.links, strict=True):
        assert (row["from"], row["to"], row["n"]) == (link.before, link.after, link.n)
        assert row["measure"] == [link.of, link.to]
        assert row["verdict"] == link.state
        if link.value is None:
            assert row["rho"] is None
            assert row["reason"]
        else:
            assert row["rho"]["value"] == pytest.approx(link.value.value)
            assert row["rho"]["low"] < row["rho"]["value"] < row["rho"]["high"]
    assert [row["outcome"] for row in found["points"]] == ["retained", "spend", "clv"]
    assert found["points"][0]["per_point"]["value"] == pytest.approx(expected.points[0].value.value)
    assert found["detractor_revenue"]["value"] == pytest.approx(expected.detractor_revenue.value)
    assert {row["group"] for row in found["groups"]} == {"positive", "neutral", "negative"}
    assert (found["receipt"]["rows_in"], len(found["receipt"]["snapshots"])) == (len(answers()), 2)
    people = pd.read_csv(out)
    assert len(people) == answers()["customer_id"].nunique()


def test_answers_alone(files, capsys):
    status, found = answer(capsys, files / "answers.csv", "--ces", "csat")
    assert status == 0
    assert found["detractor_revenue"] is None
    linked = [row["measure"] for row in found["links"] if row["rho"]]
    assert linked == [["ces", "csat"], ["csat", "nps"]]


def test_a_question_that_is_not_there(files, capsys):
    status, found = answer(capsys, files / "answers.csv", "--csat", "happiness")
    assert status == 2
    assert found["error"]["code"] == "unknown_column"


def test_people_read_tables(files, capsys):
    given = [str(files / "answers.csv"), "--orders", str(files / "orders.csv")]
    assert cli.main(["chain", *given, "--window-days", "100", "--lang", "id"]) == 0
    shown = capsys.readouterr().out
    assert "nps → retained" in shown
    assert "keterkaitan" in shown
