"""`python -m cxlib sentiment`: every row of the file comes back, and what was read beside it."""

from __future__ import annotations

import csv
import json
from collections import Counter

import pytest

from cxlib import cli
from cxlib.cli import sentiment
from cxlib.statistics import wilson

HEADER = ["No", "Ulasan", "Tgl", "Pembeli"]
ROWS = [
    ["1", 'Barang bagus, "mantap"', "2024-01-01", "a"],
    ["2", "kirimnya lama banget kecewa", "2024-01-02", "b"],
    ["3", "", "2024-01-03", ""],
    ["4", "El producto llegó roto y nadie responde a mis correos", "2024-01-04", "c"],
    ["007", "baris\nbaru, pelayanan ramah", " 2024-01-05 ", "d"],
    ["=1+1", "I love it, great quality", "", "e"],
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ulasan.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([HEADER, *ROWS])
    return path


def answer(capsys, *argv):
    status = cli.main(["sentiment", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def written(path):
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


def test_every_row_comes_back_verbatim(file, tmp_path, capsys):
    out = tmp_path / "o.csv"
    status, found = answer(capsys, file, "--text-column", "Ulasan", "--out", out)
    assert status == 0
    header, *rows = written(out)
    assert header == [*HEADER, "sentiment", "confidence", "language"]
    assert [row[:4] for row in rows] == ROWS
    labels = [row[4] for row in rows]
    assert labels[:4] == ["positive", "negative", "unlabelled", "unlabelled"]
    assert [row[6] for row in rows] == ["id", "id", "none", "other", "id", "en"]
    assert [row[5] == "" for row in rows] == [label == "unlabelled" for label in labels]
    # An empty cell is no comment.
    counts = Counter(labels)
    counts["unlabelled"] -= 1
    assert {k: n for k, n in found["counts"].items() if n} == dict(counts)
    assert found["rows"] == len(ROWS)
    assert found["comments"] == len(ROWS) - 1
    share = wilson(counts["positive"], found["labelled"])
    assert found["shares"]["positive"]["low"] == pytest.approx(share.low)
    receipt = found["receipt"]
    assert receipt["rows_in"] == receipt["rows_used"] + sum(receipt["excluded"].values())
    assert not list(tmp_path.glob("*.part"))


def test_pieces_make_no_difference(file, tmp_path, capsys, monkeypatch):
    whole, pieces = tmp_path / "whole.csv", tmp_path / "pieces.csv"
    _, one = answer(capsys, file, "--text-column", "2", "--out", whole)
    monkeypatch.setattr(sentiment, "ROWS", 2)
    _, two = answer(capsys, file, "--text-column", "2", "--out", pieces)
    assert whole.read_bytes() == pieces.read_bytes()
    assert one["counts"] == two["counts"]
    assert one["shares"] == two["shares"]


def test_a_column_of_that_name_stays(tmp_path, capsys):
    path, out = tmp_path / "f.csv", tmp_path / "o.csv"
    path.write_text("review,sentiment\nbagus sekali,lama\nsangat kecewa,baru\n", encoding="utf-8")
    status, _ = answer(capsys, path, "--text-column", "review", "--out", out)
    assert status == 0
    header, *rows = written(out)
    assert header == ["review", "sentiment", "sentiment (2)", "confidence", "language"]
    assert [row[1] for row in rows] == ["lama", "baru"]


def test_comments_of_one_customer_count_as_one(tmp_path, capsys):
    path = tmp_path / "f.csv"
    lines = [f"2024-01-{d:02},c{d % 4},{5 if d % 4 else 1},{'bagus sekali mantap' if d % 4 else 'sangat kecewa'}"
             for d in range(1, 29)]  # fmt: skip
    path.write_text("\n".join(["tanggal,customer_id,rating,ulasan", *lines]), encoding="utf-8")
    status, found = answer(capsys, path)
    assert status == 0
    assert found["text_column"] == "ulasan"
    plain = wilson(7, 28)
    share = found["shares"]["negative"]
    assert share["value"] == plain.value
    assert share["low"] < plain.low
    assert share["high"] > plain.high


def test_what_people_read(file, capsys):
    assert cli.main(["sentiment", str(file), "--text-column", "Ulasan"]) == 0
    shown = capsys.readouterr().out
    assert "positive" in shown
    assert "labelled: 4" in shown


def test_an_unknown_column_is_refused(file, capsys):
    status, refused = answer(capsys, file, "--text-column", "Komentar")
    assert status == 2
    assert refused["error"]["code"] == "unknown_column"


def test_nothing_after_the_day_counts(file, tmp_path, capsys):
    out, before = tmp_path / "o.csv", tmp_path / "before.csv"
    asked = ("--text-column", "Ulasan", "--map", "timestamp=Tgl")
    status, found = answer(capsys, file, *asked, "--as-of", "2024-01-03", "--out", out)
    assert status == 0
    _, *rows = written(out)
    assert [row[:4] for row in rows] == ROWS
    # A row without a day counts, as in other commands; a later one is there, and is not read.
    assert [row[4:] for row in rows[3:5]] == [["", "", ""]] * 2
    assert [row[4] for row in rows if row[0] not in ("3", "4", "007")] == [
        "positive",
        "negative",
        "positive",
    ]
    with before.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([HEADER, *(row for row in ROWS if row[0] not in ("4", "007"))])
    _, alone = answer(capsys, before, *asked)
    for name in ("comments", "labelled", "counts", "shares", "languages"):
        assert found[name] == alone[name]
    receipt = found["receipt"]
    assert receipt["excluded"]["after the end of observation"] == 2
    assert receipt["parameters"]["as_of"] == "2024-01-03"
    assert receipt["rows_in"] == receipt["rows_used"] + sum(receipt["excluded"].values())
    _, whole = answer(capsys, file, *asked, "--as-of", "2024-01-05")
    assert whole["comments"] == 5


def test_the_end_of_a_day_is_in_it(tmp_path, capsys):
    path = tmp_path / "f.csv"
    path.write_text(
        "review,at\nbagus sekali,31/01/2024 23:59:59\nkecewa,01/02/2024 00:00:00\n",
        encoding="utf-8",
    )
    asked = ("--text-column", "review", "--map", "timestamp=at", "--date-format", "dmy")
    status, found = answer(capsys, path, *asked, "--as-of", "2024-01-31")
    assert status == 0
    assert (found["comments"], found["counts"]["positive"]) == (1, 1)


def test_without_days_there_is_no_as_of(tmp_path, capsys):
    path = tmp_path / "f.csv"
    path.write_text("review\nbagus sekali\nsangat kecewa\n", encoding="utf-8")
    status, refused = answer(capsys, path, "--text-column", "review", "--as-of", "2024-01-01")
    assert status == 2
    assert refused["error"]["code"] == "no_days"
