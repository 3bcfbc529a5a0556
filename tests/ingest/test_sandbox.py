import errno
import random
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlib.errors import CxError
from cxlib.ingest import child, read, sandbox
from cxlib.ingest.faults import fault
from cxlib.ingest.sandbox import Limits
from cxlib.ingest.staged import ReadOptions


@pytest.fixture
def big(tmp_path):
    path = tmp_path / "big.csv"
    path.write_text("id,t\n" + "1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 400_000)
    return path


def test_the_result_of_a_child_is_that_of_a_call(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,a,a\n1,2,3\n4,5\n")
    (tmp_path / "one").mkdir()
    options = ReadOptions(delimiter=",")
    here = read.stage(path, tmp_path / "one", options, name="shown.csv")
    there = sandbox.run(read.stage, path, tmp_path / "one", options, name="shown.csv")
    assert there == here


def test_errors_cross_with_all_they_say(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(3_000)) + "\n")
    with pytest.raises(CxError) as caught:
        sandbox.run(read.stage, path, tmp_path)
    assert caught.value.code == "too_many_columns"
    assert caught.value.params["columns"] == 3_000


def test_progress_is_told(big, tmp_path):
    told = []
    sandbox.run(read.stage, big, tmp_path, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 400_000


def test_time_is_limited(big, tmp_path):
    began = time.monotonic()
    with pytest.raises(CxError, match="took_too_long"):
        sandbox.run(read.stage, big, tmp_path, limits=Limits(wall=0.02))
    assert time.monotonic() - began < 5


def test_processor_time_is_limited(big, tmp_path):
    with pytest.raises(CxError, match="took_too_long"):
        sandbox.run(read.stage, big, tmp_path, limits=Limits(processor=0))


def test_memory_is_limited(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n")
    with pytest.raises(CxError) as caught:
        sandbox.run(read.stage, path, tmp_path, limits=Limits(memory=60 << 20))
    assert caught.value.code in ("too_large", "unreadable")


def test_a_run_can_be_cancelled(big, tmp_path):
    with pytest.raises(CxError, match="cancelled"):
        sandbox.run(read.stage, big, tmp_path, cancelled=lambda: True)


def test_a_child_serves_the_next_job_unless_it_was_ended(big, tmp_path):
    small = tmp_path / "a.csv"
    small.write_text("id\n1\n")
    sandbox._idle.empty()
    sandbox.run(read.stage, small, tmp_path)
    first = sandbox._idle.take()
    sandbox._idle.keep(first)
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(CxError, match="empty_file"):
        sandbox.run(read.stage, tmp_path / "empty.csv", tmp_path)
    assert sandbox._idle._waiting[-1][0] is first
    with pytest.raises(CxError, match="took_too_long"):
        sandbox.run(read.stage, big, tmp_path, limits=Limits(processor=0))
    assert not first.alive()
    assert not first.folder.exists()
    assert sandbox.run(read.stage, small, tmp_path).rows == 1


def test_relative_paths_are_those_of_the_caller(tmp_path, monkeypatch):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text(f"id\n{folder}\n")
        monkeypatch.chdir(tmp_path / folder)
        assert sandbox.run(read.stage, Path("a.csv"), Path(".")).samples == ((folder,),)


def test_a_child_that_waits_too_long_is_ended(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n")
    sandbox._idle.empty()
    monkeypatch.setattr(sandbox, "IDLE_SECONDS", 0.0)
    sandbox.run(read.stage, path, tmp_path)
    deadline = time.monotonic() + 20
    while sandbox._idle._waiting and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sandbox._idle.take() is None


def test_a_child_that_was_killed_leaves_nothing_behind(big, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    begun = []
    with pytest.raises(CxError, match="cancelled"):
        sandbox.run(
            read.stage,
            big,
            out,
            progress=begun.append,
            cancelled=lambda: bool(begun) or any(out.glob("*.part")),
        )
    assert list(out.iterdir()) == []


def test_a_mistake_of_ours_is_not_the_fault_of_the_file(tmp_path, caplog):
    with pytest.raises(CxError) as caught:
        sandbox.run(read.stage, tmp_path / "a.csv", tmp_path, ReadOptions(), name=5)
    assert caught.value.code == "cannot_open"  # there is no such file
    (tmp_path / "a.csv").write_text("id\n1\n")
    with pytest.raises(CxError) as caught:
        sandbox.run(read.stage, tmp_path / "a.csv", tmp_path, progress=None, options=3)
    assert caught.value.code == "internal"
    assert "AttributeError" in caught.value.params["reference"]
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_full_disk_is_said_and_nothing_is_half_written(suffix, tmp_path):
    resource = pytest.importorskip("resource")
    path, out = tmp_path / f"random.{suffix}", tmp_path / "out"
    out.mkdir()
    draw = random.Random(1)
    numbers = [str(draw.random()) for _ in range(100_000)]
    if suffix == "csv":
        path.write_text("id\n" + "\n".join(numbers))
    else:
        pq.write_table(pa.table({"id": numbers}), path)
    sandbox._idle.empty()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))  # the child inherits it
    try:
        with pytest.raises(CxError, match="disk_full"):
            sandbox.run(read.stage, path, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        sandbox._idle.empty()
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "too_large"),
        (RuntimeError("can't start new thread"), "too_large"),
        (OSError(errno.ENOSPC, "No space left on device", "x"), "disk_full"),
        (ValueError('Could not write file "x": No space left on device'), "disk_full"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "cannot_open"),
        (KeyError("x"), "internal"),
    ],
)
def test_what_nobody_foresaw_has_a_meaning(error, code):
    assert fault(error).code == code


@pytest.mark.parametrize(
    "name", ["os:system", "cxlib.ingest.sandbox:_error", "cxlib.engine:connect"]
)
def test_the_child_runs_nothing_else(name):
    with pytest.raises(ValueError, match="not a public function"):
        child.call({"function": name, "args": [], "kwargs": {}}, None)


def test_a_child_that_is_ready_takes_the_next_file(tmp_path):
    sandbox._idle.empty()
    sandbox.warm().join()
    sandbox.warm().join()  # one is waiting: there is no second one
    with sandbox._idle._lock:
        ((worker, _timer),) = sandbox._idle._waiting
    path = tmp_path / "a.csv"
    path.write_text("id,a\n1,2\n")
    assert sandbox.run(read.stage, path, tmp_path).rows == 1
    with sandbox._idle._lock:
        assert worker in [waiting for waiting, _ in sandbox._idle._waiting]
    assert list(worker.folder.iterdir()) == []
