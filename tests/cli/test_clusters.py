"""`python -m cxlib clusters`: the keys that programs rely on."""

import csv
import datetime as dt
import json
import random

import pytest

from cxlib import cli


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Sixty customers of a shop: regulars, and people who came once."""
    rng = random.Random(0)
    path = tmp_path_factory.mktemp("clusters") / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["customer_id", "order_date", "amount"])
        for number in range(60):
            for _ in range(rng.choice([1, 1, 1, 3, 6])):
                day = dt.date(2025, 1, 1) + dt.timedelta(days=rng.randrange(300))
                rows.writerow([f"C{number:03d}", day, rng.randrange(100, 9000)])
    return path


def answered(capsys, *arguments):
    code = cli.main(["clusters", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_keys_and_the_table(file, tmp_path, capsys):
    out = tmp_path / "clusters.csv"
    code, answer = answered(capsys, file, "--out", out)
    assert code == 0
    assert {"k", "tried", "centres", "sizes"} <= set(answer)
    assert [t["k"] for t in answer["tried"]] == list(range(2, 11))
    assert {"k", "silhouette", "inertia", "stability"} <= set(answer["tried"][0])
    assert len(answer["centres"]) == len(answer["sizes"]) == answer["k"]
    assert {"recency_days", "frequency", "monetary"} <= set(answer["centres"][0])
    with out.open(encoding="utf-8", newline="") as written:
        rows = list(csv.DictReader(written))
    assert list(rows[0]) == ["customer_id", "cluster"]
    assert len({row["customer_id"] for row in rows}) == len(rows) == 60 == sum(answer["sizes"])
    counts = [sum(row["cluster"] == str(n + 1) for row in rows) for n in range(answer["k"])]
    assert counts == answer["sizes"]


def test_k_and_seed_are_options(file, capsys):
    _, three = answered(capsys, file, "--k", 3, "--seed", 5)
    assert three["k"] == 3
    assert three["receipt"]["parameters"]["seed"] == 5


@pytest.mark.parametrize("options", [("--k", 11), ("--k", 1), ("--seed", -1)])
def test_what_cannot_be_is_refused(file, capsys, options):
    code, answer = answered(capsys, file, *options)
    assert (code, answer["error"]["code"]) == (2, "bad_option")


def test_too_few_customers_is_an_answer(tmp_path, capsys):
    path = tmp_path / "two.csv"
    path.write_text("customer_id,order_date,amount\na,2025-01-31,5\nb,2025-02-28,7\n")
    code, answer = answered(capsys, path)
    assert (code, answer["error"]["code"]) == (2, "not_enough_data")
