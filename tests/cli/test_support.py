"""`python -m cxlib support`: tickets, logs of activities, and what is said of them."""

import csv
import json
from pathlib import Path

import pytest

from cxlib import cli
from tests.contracts.test_analyses import tickets

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
HELPDESK = SHARED / "data" / "tickets" / "helpdesk_events.csv"


def answer(capsys, *argv):
    status = cli.main(["support", *map(str, argv), "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tickets.csv"
    table = tickets().drop(columns=["line", "activity", "text", "day"])
    table.astype({"csat": "Int64"}).to_csv(path, index=False)
    return path


def test_a_row_a_ticket(file, tmp_path, capsys):
    out = tmp_path / "out.csv"
    status, found = answer(capsys, file, "--out", out, "--by", "channel")
    assert status == 0
    assert found["tickets"] == len(tickets())
    assert set(found["waits"]) == {"response", "resolution"}
    wait = found["waits"]["resolution"]
    assert wait["came"] + wait["waiting"] == found["tickets"]
    assert wait["waiting"] == found["open"]
    assert wait["median_hours"]["unit"] == "hours"
    assert sum(month["tickets"] for month in found["monthly"]) == found["tickets"]
    assert {group["value"] for group in found["groups"]} == {"mail", "chat"}
    assert set(found["verdicts"]) == set(found["headline"])
    assert found["receipt"]["rows_used"] == found["tickets"]
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["ticket_id"] for row in rows} == set(tickets()["ticket_id"])
    assert sum(row["resolution_hours"] == "" for row in rows) == found["open"]


def test_what_is_read_by_people(file, capsys):
    assert cli.main(["support", str(file), "--lang", "id"]) == 0
    shown = capsys.readouterr().out
    assert "median_hours" in shown
    assert "tiket" in shown


def test_a_log_says_which_activities_close(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text(
        "case id,activity,timestamp\n"
        + "".join(
            f"k{i},{what},2024-{1 + i // 20:02}-{1 + i % 20:02} {hour:02}:00:00\n"
            for i in range(60)
            for what, hour in (("open", 8), ("reply", 9), ("close", 12))
        ),
        encoding="utf-8",
    )
    status, found = answer(capsys, path, "--kind", "tickets")
    assert status == 0
    assert found["log"]
    assert {issue["code"] for issue in found["issues"]} >= {"nothing_closes"}
    status, told = answer(
        capsys, path, "--kind", "tickets", "--closing", "close", "--responding", "reply"
    )
    assert told["waits"]["response"]["median_hours"]["value"] == 1
    assert told["waits"]["resolution"]["median_hours"]["value"] == 4
    assert told["headline"]["one_touch_share"]["value"] == 1
    status, refused = answer(capsys, path, "--kind", "tickets", "--closing", "nothing")
    assert status == 2
    assert refused["error"]["code"] == "bad_option"


def test_exchanged_days_are_warned_about(capsys):
    if not HELPDESK.exists():
        pytest.skip("shared/data/tickets/helpdesk_events.csv is not here")
    status, found = answer(capsys, HELPDESK)
    assert status == 0
    assert "swapped_days" in {issue["code"] for issue in found["issues"]}
