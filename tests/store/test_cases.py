"""Cases: opened once, changed by whoever read them last, with a history that says all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from cxlib.errors import CxError, NotFound
from cxlib.store import case_rules, cases
from cxlib.store.case_rules import CAUSES, Rules
from cxlib.store.cases import Trigger, case_id
from cxlib.store.export import export
from cxlib.store.workspaces import Store
from tests.store import editing

HERE = Path(__file__).resolve()
HOUR = dt.timedelta(hours=1)
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forks")


def trigger(who="Ani", line=2, **more):
    said = {
        "source": "detractor",
        "kind": "responses",
        "digest": "d1",
        "happened": dt.datetime(2026, 8, 16, 9, 30),
        "topic": None,
        "score": 3.0,
    }
    return Trigger(id=case_id("responses", who), line=line, customer_id=who, **said | more)


def opened(workspace, who="Ani"):
    (case,) = cases.open_new(workspace, [trigger(who)], who="Budi")
    return case


def change(case, **said):
    return dataclasses.replace(case, **said)


def replayed(workspace, case):
    """The fields of a case that its history ends at, each change checked to start where it was."""
    held = {}
    for row in cases.history(workspace, case.id):
        for name, (before, after) in row.changed.items():
            assert held.get(name, before) == before
            held[name] = after
    return held


def test_a_case_is_opened_new_and_due_in_48_hours(workspace, clock):
    case = opened(workspace)
    assert cases.listed(workspace) == (case,)
    assert cases.found(workspace, case.id) == case
    assert (case.status, case.outcome, case.contacted, case.closed) == ("new", None, None, None)
    assert (case.opened, case.due) == (clock.now, clock.now + 48 * HOUR)
    assert {f.name: getattr(case, f.name) for f in dataclasses.fields(Trigger)} == (
        dataclasses.asdict(trigger())
    )
    clock.move(hours=48)
    assert not case.overdue(clock.now)
    clock.move(seconds=1)
    assert case.overdue(clock.now)


def test_the_same_answer_opens_one_case_whatever_became_of_it(workspace):
    case = cases.edit(workspace, change(opened(workspace), status="closed", outcome="saved"))
    moved = trigger(line=900, digest="d2")  # appended or restated: another place, the same content
    new = cases.open_new(workspace, [moved, trigger("Citra"), trigger("Citra")], hours=1)
    assert [c.customer_id for c in new] == ["Citra"]
    assert new[0].due == new[0].opened + HOUR
    assert cases.open_new(workspace, [moved, trigger("Citra")]) == ()
    assert cases.found(workspace, case.id) == case
    assert len(cases.listed(workspace)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("responses", "Ani", None), ("feedback", "Ani", None)),
        (("responses", "Ani", None), ("responses", "Ani", "")),
        (("responses", "a", "b"), ("responses", "ab", "")),
        (("responses", "1"), ("responses", 1.0)),
    ],
)
def test_different_rows_have_different_ids(one, other):
    assert case_id(*one) != case_id(*other)
    assert case_id(*one) == case_id(*one)


def test_the_clock_says_when_a_customer_was_contacted_and_a_case_closed(workspace, clock):
    case = opened(workspace)
    clock.move(hours=5)
    called = clock.now
    case = cases.edit(workspace, change(case, status="contacted", owner=" Dewi "))
    assert (case.contacted, case.owner) == (called, "Dewi")
    clock.move(hours=5)
    case = cases.edit(workspace, change(case, status="in_progress"))
    case = cases.edit(workspace, change(case, status="closed", outcome="saved", followup=9))
    assert (case.contacted, case.closed, case.followup) == (called, clock.now, 9)
    clock.move(hours=5)
    noted = cases.edit(workspace, change(case, note="thanks"))
    assert noted.closed == case.closed
    again = cases.edit(workspace, change(noted, status="in_progress"))
    assert (again.closed, again.contacted) == (None, called)


def test_a_case_closed_from_new_was_never_contacted(workspace, clock):
    case = cases.edit(workspace, change(opened(workspace), status="closed", outcome="no_case"))
    assert (case.contacted, case.closed) == (None, clock.now)


def test_what_a_case_is_about_and_its_moments_are_not_changed_by_hand(workspace, clock):
    case = opened(workspace)
    kept = cases.edit(
        workspace,
        change(
            case,
            customer_id="Eka",
            score=9.0,
            line=7,
            contacted=clock.now,
            closed=clock.now,
            note="x",
        ),
    )
    assert kept == change(case, version=kept.version, note="x")


def test_the_history_says_who_changed_what_from_what_to_what(workspace, clock):
    case = opened(workspace)
    clock.move(hours=1)
    kept = cases.edit(workspace, change(case, status="contacted", note="called"), who=" Citra ")
    clock.move(hours=1)
    assert cases.edit(workspace, kept, who="Citra") == kept  # nothing changed, nothing written
    first, second = cases.history(workspace, case.id)
    assert (first.who, first.changed, first.version) == ("Budi", {}, case.version)
    assert (second.who, second.version) == ("Citra", kept.version)
    assert second.moment == clock.now - HOUR
    assert second.changed == {
        "status": ["new", "contacted"],
        "note": ["", "called"],
        "contacted": [None, second.moment.isoformat()],
    }
    opened(workspace, "Fajar")
    assert len(cases.history(workspace)) == 3


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(workspace):
    read = opened(workspace)
    kept = cases.edit(workspace, change(read, note="the first"), who="Citra")
    for late in (change(read, note="the second"), read, change(read, id="0" * 32)):
        with pytest.raises(CxError, match="changed_meanwhile"):
            cases.edit(workspace, late, who="Dewi")
    assert cases.listed(workspace) == (kept,)
    assert [row.who for row in cases.history(workspace)] == ["Budi", "Citra"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"status": "closed"}, "no_outcome"),
        ({"status": "gone"}, "unknown_choice"),
        ({"outcome": "won"}, "unknown_choice"),
        ({"followup": 10.5}, "out_of_scale"),
        ({"followup": float("nan")}, "out_of_scale"),
        ({"owner": "a" * 201}, "text_too_long"),
        ({"note": "a" * 4_001}, "text_too_long"),
        ({"note": "bell\x07"}, "control_character"),
        ({"action": "half \ud800"}, "control_character"),
        ({"due": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "due_before_opening"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_cure(store, changed, code):
    workspace = store.create("p", "n")
    case = opened(workspace)
    with pytest.raises(CxError) as caught:
        cases.edit(workspace, change(case, **changed))
    assert caught.value.code == code
    assert caught.value.hint
    assert cases.listed(workspace) == (case,)
    assert len(cases.history(workspace)) == 1


def test_any_other_text_comes_back_as_it_was(store):
    workspace = store.create("p", "n")
    case = opened(workspace)
    for text in ("a" * 4_000, "two\nlines", "<b>&\"'`$ {x} %s \\", "عيد مبارك", "👩‍👩‍👧", "=1+1"):
        case = cases.edit(workspace, change(case, note=text), who=text[:200])
        assert case.note == text
        assert cases.history(workspace, case.id)[-1].who == text[:200]


def test_a_thousand_are_opened_in_one_transaction(store, monkeypatch):
    workspace = store.create("p", "n")
    many = [trigger(f"c{n}") for n in range(1_000)]
    begun = []
    writing = store.catalogue._writing
    monkeypatch.setattr(store.catalogue, "_writing", lambda: (begun.append(1), writing())[1])
    assert len(cases.open_new(workspace, many)) == 1_000
    assert len(begun) == 1
    assert len(cases.listed(workspace)) == len(cases.history(workspace)) == 1_000


def test_they_go_with_the_workspace_and_leave_the_file(workspace, tmp_path):
    case = cases.edit(workspace, change(opened(workspace), note="rahasia-sekali"))
    other = workspace.store.create("p", "stays")
    stays = opened(other)
    workspace.erase()
    assert cases.listed(workspace) == ()
    assert cases.history(workspace) == []
    for late in (lambda: opened(workspace), lambda: case_rules.keep(workspace, Rules())):
        with pytest.raises(NotFound):
            late()
    with pytest.raises(CxError):
        cases.edit(workspace, case)
    assert cases.listed(other) == (stays,)
    workspace.store.close()
    files = list((tmp_path / "root").glob("catalogue.sqlite*"))
    assert not any(b"rahasia-sekali" in file.read_bytes() for file in files)


def test_a_catalogue_from_before_there_was_a_history_gets_one(tmp_path, clock, new_id):
    store = Store(tmp_path / "root", None, clock, new_id)
    workspace = store.create("p", "n")
    workspace.write("annotation", "a", {"text": "old"}, seen=None)
    with store.catalogue._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE entry_changes")
    store.close()
    again = Store(tmp_path / "root", None, clock, new_id)
    found = again.open(workspace.id)
    assert [row.value for row in found.entries("annotation")] == [{"text": "old"}]
    assert cases.history(found, opened(found).id)
    again.close()


def test_an_export_takes_them_along(store, tmp_path):
    workspace = store.create("p", "n")
    case = cases.edit(workspace, change(opened(workspace), status="contacted"), who="Citra")
    export(workspace, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        about = json.loads(archive.read("workspace.json"))
    (told,) = about["cases"]
    assert (told["id"], told["status"], told["customer_id"]) == (case.id, "contacted", "Ani")
    assert [row["who"] for row in about["case_history"]] == ["Budi", "Citra"]
    assert about["case_history"][1]["changed"]["status"] == ["new", "contacted"]
    assert workspace.id not in json.dumps(about)


def test_rules_are_kept_and_the_second_editor_is_told(workspace):
    read = case_rules.rules(workspace)
    assert read == Rules()
    assert read.causes == CAUSES
    kept = case_rules.keep(
        workspace, change(read, score=5, causes=(" Kurir ", "", "Kurir", "A  b"))
    )
    assert case_rules.rules(workspace) == kept
    assert (kept.score, kept.causes) == (5, ("Kurir", "A b"))
    with pytest.raises(CxError, match="changed_meanwhile"):
        case_rules.keep(workspace, change(read, score=4))
    assert case_rules.keep(workspace, change(kept, score=4)).score == 4


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"score": 11}, "out_of_bounds"),
        ({"days": 0}, "out_of_bounds"),
        ({"confidence": float("nan")}, "out_of_bounds"),
        ({"causes": (" ",)}, "no_causes"),
        ({"causes": tuple(map(str, range(51)))}, "too_many_causes"),
        ({"causes": ("a" * 61,)}, "too_many_causes"),
    ],
)
def test_what_is_no_rule_is_refused_with_a_cure(store, changed, code):
    workspace = store.create("p", "n")
    with pytest.raises(CxError) as caught:
        case_rules.keep(workspace, change(Rules(), **changed))
    assert caught.value.code == code
    assert caught.value.hint
    assert case_rules.rules(workspace) == Rules()


def child(*arguments):
    return subprocess.Popen(
        [sys.executable, HERE.with_name("editing.py"), *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


@pytest.fixture
def raced(url, tmp_path):
    """A workspace with one case, for other processes to open."""
    (tmp_path / "url").write_text(url or "")
    store = editing.open_store(tmp_path)
    workspace = store.create("p", "n")
    (tmp_path / "id").write_text(workspace.id)
    cases.open_new(workspace, [editing.trigger("Ani")])
    yield workspace
    workspace.erase()
    store.close()


@posix
def test_of_processes_that_race_for_a_case_no_edit_is_lost(raced, tmp_path):
    children, edits = 2, 60
    assert done(child("race", tmp_path, children, edits)).split() == ["0"] * children
    told = [int((tmp_path / f"told{n}").read_text()) for n in range(children)]
    assert sum(told) > 0, "they never met"
    case = cases.found(raced, editing.CASE)
    assert case.action == str(children * edits)
    _, *rows = cases.history(raced, editing.CASE)
    # Each acknowledged edit is there once, and started from the one before it.
    assert [row.changed["action"] for row in rows] == [
        [str(n) if n else "", str(n + 1)] for n in range(children * edits)
    ]
    assert {row.who for row in rows} == {"editor 0", "editor 1"}
    assert rows[-1].version == case.version


@posix
def test_a_kill_at_any_step_leaves_all_of_a_change_or_nothing(raced, tmp_path):
    steps = 16
    fates = done(child("killed", tmp_path, steps)).splitlines()
    assert sum("killed" in fate for fate in fates) >= 8
    assert fates[-1].endswith("ended 0"), "not every step was tried"
    found = cases.listed(raced)
    batches = [sum(c.customer_id.startswith(f"{step}-") for c in found) for step in range(steps)]
    assert set(batches) == {0, editing.MANY}
    history = cases.history(raced)
    assert len({row.entry for row in history}) == len(found)
    counted = replayed(raced, cases.found(raced, editing.CASE))["action"]
    assert cases.found(raced, editing.CASE).action == counted
    assert int(counted) == len(cases.history(raced, editing.CASE)) - 1 >= fates.count("ended 0")


@posix
def test_what_was_acknowledged_before_a_kill_is_there(raced, tmp_path):
    acks, pause = tmp_path / "acks", random.Random(7)
    acks.touch()
    rounds = 8
    for number in range(rounds):
        before, process = acks.stat().st_size, child("endless", tmp_path, acks)
        while acks.stat().st_size == before:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        time.sleep(pause.random() / 5)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        store = editing.open_store(tmp_path)  # the catalogue opens, as after a restart
        case = cases.found(store.open(raced.id), editing.CASE)
        store.close()
        kept, acknowledged = int(case.action), acks.stat().st_size
        # The last edit of each life may have been kept without a word.
        assert acknowledged <= kept <= acknowledged + number + 1
    assert replayed(raced, case)["action"] == str(kept)
    assert len(cases.history(raced, editing.CASE)) == kept + 1
