import time

import pytest

from cxlib.errors import CxError
from cxlib.ingest import read, sandbox
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
        sandbox.run(read.stage, big, tmp_path, limits=Limits(wall=0.2))
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


def test_a_child_that_breaks_is_a_typed_error(tmp_path):
    with pytest.raises(CxError, match="unreadable"):
        sandbox.run(read.stage, tmp_path / "no such file", tmp_path)


@pytest.mark.parametrize(
    "name", ["os:system", "cxlib.ingest.sandbox:_child", "cxlib.engine:connect"]
)
def test_the_child_runs_nothing_else(name):
    with pytest.raises(ValueError, match="not a public function"):
        sandbox._call({"function": name, "args": [], "kwargs": {}}, None)
