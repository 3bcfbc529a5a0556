"""Old or new, never half: after a kill, with two at once, on a full disk."""

import io
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

from bench.kills import wrongs
from cxlib.errors import CxError
from cxlib.ingest import plan
from cxlib.store import intake
from cxlib.store.disk import STRAY
from cxlib.store.janitor import sweep
from cxlib.store.workspaces import Store
from tests.store import tables
from tests.store.tables import order

HERE = Path(__file__).resolve()
STEPS = 20

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forks")


def children(*arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, HERE.with_name("committing.py"), *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(HERE.parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@posix
def test_a_kill_at_any_step_leaves_the_old_version_or_the_new(tmp_path, clock, new_id):
    fates = children("killed", tmp_path, STEPS).splitlines()
    assert sum("killed" in fate for fate in fates) >= 10
    assert fates[-1].endswith("ended 0"), "not every step was tried"
    found = []
    for step in range(STEPS):
        store = Store(tmp_path / f"{step:02d}", None, clock, new_id)
        workspace = store.open((tmp_path / f"{step:02d}.id").read_text())
        current = workspace.current("transactions")
        rows = parquet.read_table(current.orders)
        assert current.report["value"] == rows["value"][0].as_py()
        assert rows.num_rows == 1000
        found.append(current.report["value"])

        clock.move(days=20_000)  # past any grace: what no row names goes, what one names stays
        for version in workspace.snapshots("transactions"):
            parquet.read_table(version.orders)
        store.catalogue.touch(workspace.id, clock.now)
        sweep(store)
        folders = {path.name for path in (workspace.folder / "snapshots").iterdir()}
        assert folders == {version.id for version in workspace.snapshots("transactions")}
        assert not list(store.folder.rglob(STRAY + "*"))
        clock.move(days=-20_000)
        store.close()
    assert found == sorted(found), "a later kill must not lose what an earlier one kept"
    assert set(found) == {1, 2}


@posix
def test_processes_that_commit_at_once_all_get_their_versions(tmp_path, clock, new_id):
    store = Store(tmp_path, None, clock, new_id)
    workspace = store.create("p", "n")
    (tmp_path / "id").write_text(workspace.id)
    assert children("together", tmp_path, 3, 6, 100).split() == ["0", "0", "0"]
    versions = workspace.snapshots("transactions")
    assert {v.digest for v in versions} == {f"d{100 * c + v}" for c in range(3) for v in range(6)}
    assert workspace.current("transactions") == versions[0]
    # Each followed the one before it: nobody overwrote what they had not seen.
    assert [v.parent for v in versions] == [v.id for v in versions[1:]] + [None]
    for version in versions:
        assert parquet.read_table(version.orders)["value"][0].as_py() == version.report["value"]
    assert sweep(store, grace=timedelta(days=-20_000)).orphans == 0


@posix
def test_processes_that_commit_the_same_at_once_share_one_version(tmp_path, clock, new_id):
    store = Store(tmp_path, None, clock, new_id)
    workspace = store.create("p", "n")
    (tmp_path / "id").write_text(workspace.id)
    assert children("together", tmp_path, 3, 4, 0).split() == ["0", "0", "0"]
    versions = workspace.snapshots("transactions")
    assert [v.digest for v in versions] == ["d3", "d2", "d1", "d0"]
    folders = {path.name for path in (workspace.folder / "snapshots").iterdir()}
    assert folders == {v.id for v in versions}


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MB."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(4096))


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    small_disk, clock, new_id, table, commit
):
    store = Store(small_disk, None, clock, new_id)
    workspace = store.create("p", "n")
    before = commit(workspace, 1)
    with pytest.raises(CxError) as caught:
        workspace.stage(io.BytesIO(bytes(4_000_000)), "large.csv")
    assert caught.value.code == "disk_full"
    assert list((workspace.folder / "staged").iterdir()) == []

    filler = small_disk / "filler"
    with pytest.raises(OSError, match="space"):
        fill(filler)
    file = table(value=2, rows=50_000)
    with pytest.raises(CxError) as caught:
        workspace.commit("transactions", [file], digest="d2", source="a", report={})
    assert caught.value.code == "disk_full"
    assert file.exists()
    assert workspace.current("transactions") == before
    assert parquet.read_table(before.orders).num_rows == 3
    assert {p.name for p in (workspace.folder / "snapshots").iterdir()} == {before.id}

    filler.unlink()
    after = workspace.commit("transactions", [file], digest="d2", source="a", report={})
    assert workspace.current("transactions") == after
    store.close()


def test_a_file_that_does_not_fit_is_not_half_added(small_disk, tmp_path, clock, new_id):
    store = Store(small_disk, None, clock, new_id)
    workspace = store.create("p", "n")
    made = plan.Plan("transactions", {}, {})
    small = tables.orders(tmp_path / "a", [order("Ayu", "1", 0, "5")])
    upload = workspace.stage(io.BytesIO(b"a"), "a.csv")
    before = intake.keep(workspace, upload, made, small)
    rows = [
        order(f"C{i * 7919 % 10_007}", f"{i * 104_729}", i % 300, f"{i}.5") for i in range(20_000)
    ]
    large = tables.orders(tmp_path / "b", rows)
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="space"):
        fill(filler)
    os.truncate(filler, filler.stat().st_size - 100_000)
    with pytest.raises(CxError) as caught:
        intake.keep(workspace, upload, made, large, "append")
    assert caught.value.code == "disk_full"
    assert large.table.exists()
    assert workspace.current("transactions") == before
    assert {path.name for path in upload.folder.iterdir()} == {"upload", "upload.json"}
    filler.unlink()
    after = intake.keep(workspace, upload, made, large, "append")
    assert after.rows["orders.parquet"] == 20_001
    assert wrongs(store, workspace, {before.id, after.id}) == []
    store.close()
