"""`python -m cxlib bridge`: conventions and steps as JSON, a row a step with `--out`."""

import csv
import json
from importlib import resources

import pytest

from cxlib import cli

CDNOW = resources.files("lifetimes") / "datasets" / "CDNOW_sample.txt"
MAPPED = ["--no-header", "--map", "customer_id=2", "--map", "timestamp=3", "--map", "amount=5"]
SUBSCRIBED = (
    "customer_id,start,end,mrr\nann,2024-01-05,,10\nbob,2024-01-20,2024-03-10,20\n"
    "cy,2024-03-05,2024-03-20,30\ndee,2024-02-02,,10\ndee,2024-04-02,,5\n"
)


def answer(capsys, *argv):
    status = cli.main(["bridge", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_cdnow(tmp_path, capsys):
    out = tmp_path / "steps.csv"
    status, found = answer(capsys, CDNOW, *MAPPED, "--out", out)
    assert status == 0
    assert (found["shape"], found["as_of"], found["month"]) == ("orders", "1998-06-30", "1998-06")
    assert [question["id"] for question in found["questions"]] == ["returning", "silence"]
    ours, *others = found["questions"][0]["conventions"]
    # 2,357 buyers, half of whom ever came back.
    assert (ours["vendor"], ours["denominator"]) == ("cxlib", 2357)
    assert ours["value"] == ours["numerator"] / 2357
    for one in others:
        effects = sum(step["effect"] for step in one["steps"])
        assert ours["value"] + effects == pytest.approx(one["value"], abs=1e-12)
        assert one["steps"][-1]["numerator"] == one["numerator"]
    assert found["receipt"]["definition"] == "value.bridge"
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "question", "convention", "vendor", "change", "effect", "value", "numerator", "denominator",
    ]  # fmt: skip
    conventions = [one for q in found["questions"] for one in q["conventions"]]
    assert len(rows) == sum(max(1, len(one["steps"])) for one in conventions)
    assert (rows[0]["convention"], rows[0]["change"]) == ("cxlib", "")


def test_subscriptions(tmp_path, capsys):
    file = tmp_path / "subscriptions.csv"
    file.write_text(SUBSCRIBED, encoding="utf-8")
    status, found = answer(capsys, file, "--as-of", "2024-04-05")
    assert status == 0
    assert (found["shape"], found["month"]) == ("subscriptions", "2024-03")
    churn, revenue = found["questions"]
    assert churn["id"] == "customer_churn"
    # ann, bob and dee pay at the start of March; bob leaves, cy comes and leaves.
    told = {one["id"]: (one["numerator"], one["denominator"]) for one in churn["conventions"]}
    assert told["cxlib"] == (1, 3)
    assert told["baremetrics"][0] == 2
    paid = {one["id"]: (one["numerator"], one["denominator"]) for one in revenue["conventions"]}
    assert paid["cxlib"] == (20, 40)
    assert paid["chartmogul_gross"] == (50, 40)


def test_too_short_a_time_is_refused(tmp_path, capsys):
    file = tmp_path / "subscriptions.csv"
    file.write_text(SUBSCRIBED, encoding="utf-8")
    status, found = answer(capsys, file, "--as-of", "2024-01-25")
    assert (status, found["error"]["code"]) == (2, "not_enough_data")


def test_people_get_tables_in_their_language(capsys):
    assert cli.main(["bridge", str(CDNOW), *MAPPED, "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert "Shopify" in said
    assert "Rasio pelanggan yang kembali" in said
    assert "{" not in said
