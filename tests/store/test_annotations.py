import dataclasses
import datetime as dt
import json
import threading
import zipfile

import pytest

from cxlib.errors import CxError, NotFound
from cxlib.store import annotations as notes
from cxlib.store.export import export
from cxlib.store.workspaces import Store

MARCH = dt.date(2026, 3, 5)
DAY = dt.timedelta(days=1)


def test_they_are_kept_and_listed_by_their_days(workspace, clock):
    made = [
        notes.add(workspace, kind, first, last, text)
        for kind, first, last, text in (
            ("incident", MARCH, MARCH, "Pembayaran mati 😱"),
            ("campaign", MARCH - DAY, MARCH + 9 * DAY, "Promo Ramadan: diskon 20 %"),
            ("change", MARCH, MARCH, "New checkout"),
        )
    ]
    found = workspace.store.open(workspace.id)
    assert notes.listed(found) == (made[1], made[0], made[2])
    assert made[0].created == clock.now
    assert notes.listed(workspace.store.create("p", "another")) == ()


def test_an_edit_keeps_the_id_and_the_moment_and_takes_the_new_words(workspace, clock):
    read = notes.add(workspace, "other", MARCH, MARCH, "sale")
    clock.move(hours=2)
    kept = notes.edit(
        workspace, dataclasses.replace(read, kind="campaign", last_day=MARCH + DAY, text=" Sale ")
    )
    assert notes.listed(workspace) == (kept,)
    assert (kept.id, kept.created) == (read.id, read.created)
    assert (kept.kind, kept.last_day, kept.text) == ("campaign", MARCH + DAY, "Sale")
    assert kept.version != read.version


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(workspace):
    read = notes.add(workspace, "other", MARCH, MARCH, "as both read it")
    kept = notes.edit(workspace, dataclasses.replace(read, text="the first"))
    for late in (
        lambda: notes.edit(workspace, dataclasses.replace(read, text="the second")),
        lambda: notes.remove(workspace, read),
    ):
        with pytest.raises(CxError) as caught:
            late()
        assert caught.value.code == "changed_meanwhile"
    assert notes.listed(workspace) == (kept,)


def test_what_was_removed_meanwhile_does_not_come_back_by_an_edit(workspace):
    read = notes.add(workspace, "other", MARCH, MARCH, "gone")
    notes.remove(workspace, read)
    notes.remove(workspace, read)
    with pytest.raises(CxError, match="changed_meanwhile"):
        notes.edit(workspace, dataclasses.replace(read, text="back"))
    assert notes.listed(workspace) == ()


def test_of_many_at_once_one_wins(workspace):
    read = notes.add(workspace, "other", MARCH, MARCH, "start")
    told, kept = [], []
    begin = threading.Barrier(8)

    def edit(number):
        begin.wait()
        try:
            kept.append(notes.edit(workspace, dataclasses.replace(read, text=f"editor {number}")))
        except CxError as error:
            told.append(error.code)

    ids = iter(f"{n:032x}" for n in range(1000, 2000))
    lock = threading.Lock()

    def new_id():
        with lock:
            return next(ids)

    workspace.store._new_id = new_id
    threads = [threading.Thread(target=edit, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["changed_meanwhile"] * 7
    assert notes.listed(workspace) == tuple(kept)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": ""}, "no_text"),
        ({"text": " \u00a0 "}, "no_text"),
        ({"text": "a" * 501}, "text_too_long"),
        ({"text": "a\nb"}, "control_character"),
        ({"text": "a\0"}, "control_character"),
        ({"text": "bell\x07"}, "control_character"),
        ({"text": "\x9b31m"}, "control_character"),
        ({"text": "half \ud800"}, "control_character"),
        ({"text": "line\u2028break"}, "control_character"),
        ({"text": "\u202egnissap"}, "control_character"),
        ({"kind": "feast"}, "unknown_kind"),
        ({"last_day": MARCH - DAY}, "days_reversed"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_cure(store, changed, code):
    workspace = store.create("p", "n")
    good = {"kind": "other", "first_day": MARCH, "last_day": MARCH, "text": "good"}
    read = notes.add(workspace, **good)
    for attempt in (
        lambda: notes.add(workspace, **good | changed),
        lambda: notes.edit(workspace, dataclasses.replace(read, **changed)),
    ):
        with pytest.raises(CxError) as caught:
            attempt()
        assert caught.value.code == code
        assert caught.value.hint
    assert notes.listed(workspace) == (read,)


def test_any_other_text_comes_back_as_it_was(store):
    workspace = store.create("p", "n")
    for text in ("a" * 500, "<b>&\"'`$ {x} %s \\", "عيد مبارك", "👩‍👩‍👧 é", "=1+1"):
        assert notes.add(workspace, "other", MARCH, MARCH, text).text == text
    assert {len(note.text) for note in notes.listed(workspace)} >= {500, 4}


def test_the_place_of_the_control_character_is_said(store):
    with pytest.raises(CxError) as caught:
        notes.add(store.create("p", "n"), "other", MARCH, MARCH, "ab\x07c")
    assert caught.value.params == {"place": 3, "sign": "U+0007"}


def test_they_go_with_the_workspace(workspace, clock):
    other = workspace.store.create("p", "stays")
    read = notes.add(workspace, "other", MARCH, MARCH, "rahasia")
    stays = notes.add(other, "other", MARCH, MARCH, "stays")
    workspace.erase()
    assert workspace.entries("annotation") == []
    for late in (
        lambda: notes.add(workspace, "other", MARCH, MARCH, "late"),
        lambda: notes.edit(workspace, read),
        lambda: notes.remove(workspace, read),
    ):
        with pytest.raises(NotFound):
            late()
    assert notes.listed(other) == (stays,)


def test_what_was_erased_leaves_the_file_of_the_catalogue(store, tmp_path):
    workspace = store.create("p", "n")
    notes.add(workspace, "other", MARCH, MARCH, "rahasia-sekali")
    workspace.erase()
    store.close()
    files = list((tmp_path / "root").glob("catalogue.sqlite*"))
    assert files
    assert not any(b"rahasia-sekali" in file.read_bytes() for file in files)


def test_a_catalogue_from_before_there_were_any_gets_them(tmp_path, clock, new_id):
    store = Store(tmp_path / "root", None, clock, new_id)
    workspace = store.create("p", "n")
    with store.catalogue._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE entries")
    store.close()
    again = Store(tmp_path / "root", None, clock, new_id)
    opened = again.open(workspace.id)
    assert notes.listed(opened) == ()
    assert notes.add(opened, "other", MARCH, MARCH, "now").text == "now"
    again.close()


def test_an_export_takes_them_along(store, tmp_path):
    workspace = store.create("p", "n")
    notes.add(workspace, "incident", MARCH, MARCH + DAY, "Pembayaran mati")
    export(workspace, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        about = archive.read("workspace.json").decode()
    (told,) = json.loads(about)["annotations"]
    assert (told["kind"], told["first_day"], told["last_day"], told["text"]) == (
        "incident", "2026-03-05", "2026-03-06", "Pembayaran mati",
    )  # fmt: skip
    assert workspace.id not in about
