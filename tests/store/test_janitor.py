import io
import json
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from cxlib.errors import NotFound
from cxlib.store.disk import STRAY
from cxlib.store.janitor import GRACE, start, sweep
from cxlib.store.workspaces import Store


def aged(path, clock, **ago):
    moment = (clock.now - timedelta(**ago)).timestamp()
    os.utime(path, (moment, moment))
    return path


def made(parent, name):
    (parent / name).mkdir(parents=True)
    (parent / name / "orders.parquet").write_bytes(b"half")
    return parent / name


def test_a_sweep_of_a_store_in_order_removes_nothing(store, commit, clock):
    workspace = store.create("p", "n")
    first, second = commit(workspace, 1), commit(workspace, 2)
    upload = workspace.stage(io.BytesIO(b"x"), "a.csv")
    for path in store.folder.rglob("*"):
        aged(path, clock, days=20)
    swept = sweep(store)
    assert (swept.strays, swept.uploads, swept.orphans) == (0, 0, 0)
    assert (swept.warned, swept.erased) == ((), ())
    assert first.orders.exists()
    assert second.orders.exists()
    assert upload.file.exists()


def test_strays_and_orphans_go_after_the_time_of_grace(store, commit, clock):
    workspace = store.create("p", "n")
    kept = commit(workspace, 1)
    old, young = [], []
    for place, name in [
        (workspace.folder / "snapshots", STRAY + "1" * 32),
        (workspace.folder / "staged", STRAY + "2" * 32),
        (workspace.folder / "snapshots", "3" * 32),
        (store.folder, "4" * 32),
    ]:
        old.append(aged(made(place, name), clock, hours=25))
        young.append(aged(made(place, name[:-1] + "f"), clock, hours=23))
    swept = sweep(store, GRACE)
    assert (swept.strays, swept.orphans) == (2, 2)
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in young)
    assert kept.orders.exists()


def test_uploads_go_after_thirty_days_whatever_was_added_since(store, clock):
    workspace = store.create("p", "n")
    old, young = (workspace.stage(io.BytesIO(b"x"), "a.csv") for _ in range(2))
    aged(old.folder / "upload.json", clock, days=31)
    (old.folder / "text.parquet").write_bytes(b"made later")
    aged(young.folder / "upload.json", clock, days=29)
    assert sweep(store).uploads == 1
    assert young.file.exists()
    with pytest.raises(NotFound):
        workspace.upload(old.id)


def test_an_unused_workspace_is_warned_and_erased_a_month_later(store, commit, clock):
    unused, used = store.create("p", "unused"), store.create("p", "used")
    commit(unused, 1)
    clock.move(days=336)
    store.open(used.id)
    assert sweep(store).warned == (unused.id,)
    clock.move(days=29.5)
    again = sweep(store)
    assert (again.warned, again.erased) == ((), ())
    clock.move(days=1)
    assert sweep(store).erased == (unused.id,)
    assert not unused.folder.exists()
    assert store.open(used.id).name == "used"


def test_a_workspace_that_comes_back_after_the_warning_stays(store, clock):
    workspace = store.create("p", "n")
    clock.move(days=340)
    assert sweep(store).warned == (workspace.id,)
    store.open(workspace.id)
    clock.move(days=60)
    assert sweep(store).erased == ()
    assert store.open(workspace.id)


def test_no_workspace_goes_without_a_warning_however_long_the_server_slept(store, clock):
    workspace = store.create("p", "n")
    clock.move(days=2000)
    swept = sweep(store)
    assert (swept.warned, swept.erased) == ((workspace.id,), ())


def half_written(workspace, clock):
    """What a killed import leaves beside what its steps name."""
    upload = workspace.stage(io.BytesIO(b"x"), "a.csv")
    text = upload.folder / "text"
    (text / "folder.part").mkdir(parents=True)
    for name in ("text.parquet", "typed.parquet", "orders.parquet.part"):
        (text / name).write_bytes(b"half")
    staged = {"options": {}, "staged": {"path": str(text / "text.parquet"), "rejects": None}}
    (upload.folder / "staged.json").write_text(json.dumps(staged))
    (workspace.store.temporary / "cxlib-spill-1").mkdir()
    (workspace.store.temporary / "cxlib-spill-1" / "big").write_bytes(b"half")
    for path in [*workspace.folder.rglob("*"), *workspace.store.temporary.rglob("*")]:
        aged(path, clock, minutes=1)
    return text


def test_a_start_alone_removes_all_that_was_begun(store, clock):
    workspace = store.create("p", "n")
    text = half_written(workspace, clock)
    assert sweep(store).strays == 4
    assert [path.name for path in text.iterdir()] == ["text.parquet"]
    assert list(store.temporary.iterdir()) == []
    assert sweep(store).strays == 0


def test_with_another_process_at_work_the_young_stays(store, clock, new_id, tmp_path):
    other = Store(tmp_path / "root", None, clock, new_id)
    half_written(store.create("p", "n"), clock)
    assert sweep(store).strays == 0
    other.close()
    assert sweep(store).strays == 4


def test_from_the_start_temporary_files_lie_under_the_root(store, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    start(store)
    with tempfile.TemporaryDirectory() as folder:
        assert store.temporary in Path(folder).parents
