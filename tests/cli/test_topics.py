"""`python -m cxlib topics`: topics of a file, their figures, and the rows behind them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from cxlib import cli
from tests.contracts.test_analyses import feedback


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "reviews.csv"
    feedback().drop(columns=["line", "day"]).to_csv(path, index=False)
    return path


def answer(capsys, *argv):
    status = cli.main(["topics", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_topics_and_their_rows(file, capsys, tmp_path):
    out = tmp_path / "said.csv"
    status, told = answer(capsys, file, "--out", out)
    assert status == 0
    text = feedback()["text"].fillna("")
    late = text.str.contains("kirimnya lama|Fast delivery")
    delivery = next(t for t in told["topics"] if t["topic"] == "delivery")
    assert delivery["n"] == late.sum()
    assert delivery["negative"] == pytest.approx(text.str.contains("lama").sum() / late.sum())
    assert {"topic", "n", "sentiment", "nps_impact"} <= delivery.keys()
    said = pd.read_csv(out)
    assert (said["topic"] == "delivery").sum() == delivery["n"]
    assert told["discovered"] == []


def test_topics_are_discovered_where_asked_for(file, capsys):
    status, told = answer(capsys, file, "--discover")
    assert status == 0
    assert told["discovered"]
    assert all(0 < row["share"] <= 1 for row in told["discovered"])


def test_it_is_told_in_words(file, capsys):
    assert cli.main(["topics", str(file)]) == 0
    assert "delivery" in capsys.readouterr().out
