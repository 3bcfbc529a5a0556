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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("words.json", '{"delivery": {"off": true}, "Biasa": {"words": ["biasa aja"]}}'),
        ("words.toml", "[delivery]\noff = true\n[Biasa]\nwords = ['biasa aja']\n"),
    ],
)
def test_words_of_a_file_count_and_are_verified(file, capsys, tmp_path, name, text):
    words = tmp_path / name
    words.write_text(text)
    status, told = answer(capsys, file, "--lexicon", words)
    assert status == 0
    found = {row["topic"]: row["n"] for row in told["topics"]}
    assert "delivery" not in found
    held = feedback()["text"].fillna("").str.casefold()
    assert found["Biasa"] == held.str.contains("biasa aja").sum() > 0
    saved = tmp_path / "answer.json"
    saved.write_text(json.dumps(told))
    assert cli.main(["verify", str(saved)]) == 0
    words.write_text("{}")
    assert cli.main(["verify", str(saved)]) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"price": {"words": ["kurir"]}}', "word_of_two"),
        ('{"price": {"words": [""]}}', "no_word"),
        ("[", "no_topic_words"),
        (None, "no_such_file"),
    ],
)
def test_words_that_cannot_be_are_told(file, capsys, tmp_path, text, code):
    words = tmp_path / "words.json"
    if text is not None:
        words.write_text(text)
    status, told = answer(capsys, file, "--lexicon", words)
    assert status == 2
    assert told["error"]["code"] == code


def test_money_of_a_month(file, capsys, tmp_path):
    rows = feedback()
    orders = tmp_path / "orders.csv"
    who = rows["customer_id"].dropna().unique()
    days = pd.date_range("2023-01-01", "2024-12-31", freq="7D")
    bought = [
        (c, d.date(), 10 + i % 7) for i, c in enumerate(who) for d in days[i % 9 :: 5 + i % 11]
    ]
    pd.DataFrame(bought, columns=["customer_id", "date", "amount"]).to_csv(orders, index=False)
    status, whole = answer(capsys, file, "--orders", orders)
    assert status == 0
    month = max(whole["monthly"], key=lambda row: row["negative"])["name"]
    status, part = answer(capsys, file, "--orders", orders, "--month", month)
    assert status == 0
    assert part["topics"] == whole["topics"]
    n = {row["topic"]: row["customers"] for row in whole["money"]}
    assert n
    assert all(row["customers"] <= n[row["topic"]] for row in part["money"])
    assert sum(row["customers"] for row in part["money"]) < sum(n.values())
    status, told = answer(capsys, file, "--orders", orders, "--month", "1999-01")
    assert (status, told["error"]["code"]) == (2, "bad_option")
