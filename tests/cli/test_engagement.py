"""`python -m cxlib engagement`: active customers, sessions and lifecycle as JSON and for people."""

import csv
import json

import pytest

from cxlib import cli

EVENTS = (
    "user,time,event,channel,plan\n"
    "ann,2024-01-05 10:00:00,page_view,app,pro\nann,2024-01-05 10:00:20,buy,app,pro\n"
    "ann,2024-01-05 10:30:20,page_view,app,pro\nann,2024-02-06 09:00:00,page_view,web,pro\n"
    "bob,2024-01-20 08:00:00,page_view,web,free\ncid,2024-03-31 23:59:00,page_view,web,free\n"
)
CAMPAIGNS = (
    "date,channel,campaign,impressions,clicks,cost\n"
    "2024-01-01,ads,x,1000,12,50\n2024-01-02,ads,x,10,11,50\n2024-01-03,mail,y,,4,50\n"
)
MAPPED = ["--map", "customer_id=user", "--map", "timestamp=time", "--map", "channel=channel",
          "--date-format", "ymd"]  # fmt: skip


@pytest.fixture
def site(tmp_path):
    file = tmp_path / "events.csv"
    file.write_text(EVENTS, encoding="utf-8")
    return file


def answer(capsys, *argv):
    status = cli.main(["engagement", *map(str, argv), *MAPPED, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_figures_months_and_customers(site, tmp_path, capsys):
    out = tmp_path / "customers.csv"
    status, found = answer(capsys, site, "--out", out)
    assert status == 0
    # Half an hour of silence, to the second, has ended ann's first session.
    assert found["headline"]["sessions"]["value"] == 5
    assert found["view_events"] == ["page_view"]
    months = {m["name"]: m for m in found["monthly"]}
    states = ("new", "returning", "resurrecting", "dormant")
    assert {n: tuple(m[s] for s in states) for n, m in months.items()} == {
        "2024-01": (2, 0, 0, 0), "2024-02": (0, 1, 0, 1), "2024-03": (1, 0, 0, 1),
    }  # fmt: skip
    assert [m["complete"] for m in found["monthly"]] == [False, True, True]
    assert found["daily"][-1]["mau"] == 1
    assert found["receipt"]["rows_used"] == 6
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["customer_id"], r["sessions"]) for r in rows] == [("ann", "3"), ("bob", "1"), ("cid", "1")]  # fmt: skip


def test_options_are_stated_and_count(site, capsys):
    found = answer(capsys, site, "--idle-minutes", "31", "--key-event", "buy", "--as-of", "2024-02-29")[1]  # fmt: skip
    assert found["headline"]["sessions"]["value"] == 3
    assert found["receipt"]["excluded"] == {"after the end of observation": 1}
    assert found["receipt"]["parameters"]["idle_minutes"] == 31
    assert found["receipt"]["parameters"]["key_events"] == "buy"
    found = answer(capsys, site, "--view-event", "tap")[1]
    assert (found["view_events"], found["unknown_events"]) == (["tap"], ["tap"])
    status, found = answer(capsys, site, "--idle-minutes", "0")
    assert (status, found["error"]["code"]) == (2, "bad_option")


def test_groups_by_a_column_of_the_file(site, capsys):
    found = answer(capsys, site, "--by", "plan")[1]
    assert [(g["value"], g["customers"], g["sessions"]) for g in found["groups"]] == [
        ("pro", 1, 3), ("free", 2, 2),
    ]  # fmt: skip
    assert {c["value"]: c["sessions"] for c in found["channels"]} == {"app": 2, "web": 3}
    status, found = answer(capsys, site, "--by", "weather")
    assert (status, found["error"]["code"]) == (2, "bad_option")


def test_campaigns_give_ctr(site, tmp_path, capsys):
    file = tmp_path / "campaigns.csv"
    file.write_text(CAMPAIGNS, encoding="utf-8")
    status, found = answer(capsys, site, "--campaigns", file)
    assert status == 0
    ctr = found["ctr"]
    assert (ctr["total"]["value"], ctr["total"]["n"]) == (0.012, 1000)
    assert (ctr["missing"], ctr["impossible"]) == (1, 1)
    assert len(found["receipt"]["snapshots"]) == 2


def test_for_people_there_is_a_line_a_month(site, capsys):
    assert cli.main(["engagement", str(site), *MAPPED]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:3] == ["2024-02", "true", "1"] for line in lines)
    assert any(line.split()[:2] == ["sessions", "5"] for line in lines)
