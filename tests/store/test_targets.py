import datetime as dt
import json
import zipfile

import pytest

from cxlib.errors import CxError, NotFound
from cxlib.store import targets
from cxlib.store.export import export

DUE = dt.date(2026, 12, 31)


def test_one_a_metric_is_kept(workspace, clock):
    nps = targets.put(workspace, "voice.nps", 45, "at_least", "points", DUE, seen=None)
    first = targets.put(
        workspace, "voice.support.first_response", 0.5, "at_most", "days", seen=None
    )
    assert list(targets.listed(workspace).items()) == [
        ("voice.nps", nps), ("voice.support.first_response", first),
    ]  # fmt: skip
    assert (nps.value, nps.direction, nps.unit, nps.due) == (45.0, "at_least", "points", DUE)
    assert (first.due, first.created) == (None, clock.now)
    assert targets.listed(workspace.store.create("p", "another")) == {}


def test_a_target_is_changed_and_removed(workspace, clock):
    read = targets.put(workspace, "voice.nps", 45, "at_least", "points", DUE, seen=None)
    clock.move(days=1)
    kept = targets.put(workspace, "voice.nps", -5.5, "at_least", "points", seen=read)
    assert targets.listed(workspace) == {"voice.nps": kept}
    assert (kept.value, kept.due, kept.created) == (-5.5, None, read.created)
    targets.remove(workspace, kept)
    targets.remove(workspace, kept)
    assert targets.listed(workspace) == {}


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(workspace):
    first = targets.put(workspace, "voice.nps", 45, "at_least", "points", seen=None)
    kept = targets.put(workspace, "voice.nps", 50, "at_least", "points", seen=first)
    for late in (
        lambda: targets.put(workspace, "voice.nps", 40, "at_least", "points", seen=None),
        lambda: targets.put(workspace, "voice.nps", 40, "at_least", "points", seen=first),
        lambda: targets.remove(workspace, first),
    ):
        with pytest.raises(CxError) as caught:
            late()
        assert caught.value.code == "changed_meanwhile"
    assert targets.listed(workspace) == {"voice.nps": kept}


def test_one_that_went_and_came_back_is_not_the_one_that_was_read(workspace):
    read = targets.put(workspace, "voice.nps", 45, "at_least", "points", seen=None)
    targets.remove(workspace, read)
    with pytest.raises(CxError, match="changed_meanwhile"):
        targets.put(workspace, "voice.nps", 40, "at_least", "points", seen=read)
    again = targets.put(workspace, "voice.nps", 50, "at_least", "points", seen=None)
    for late in (
        lambda: targets.put(workspace, "voice.nps", 40, "at_least", "points", seen=read),
        lambda: targets.remove(workspace, read),
    ):
        with pytest.raises(CxError, match="changed_meanwhile"):
            late()
    assert targets.listed(workspace) == {"voice.nps": again}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"metric": ""}, "unknown_metric"),
        ({"metric": "voice..nps"}, "unknown_metric"),
        ({"metric": "voice.nps\n"}, "unknown_metric"),
        ({"metric": "Voice NPS"}, "unknown_metric"),
        ({"value": float("nan")}, "not_a_number"),
        ({"value": float("inf")}, "not_a_number"),
        ({"direction": "up"}, "unknown_direction"),
        ({"unit": "rupiah"}, "unknown_unit"),
    ],
)
def test_what_is_no_target_is_refused_with_a_cure(store, changed, code):
    workspace = store.create("p", "n")
    good = {"metric": "voice.nps", "value": 45, "direction": "at_least", "unit": "points"}
    with pytest.raises(CxError) as caught:
        targets.put(workspace, **good | changed, seen=None)
    assert caught.value.code == code
    assert caught.value.hint
    assert targets.listed(workspace) == {}


def test_they_go_with_the_workspace(workspace):
    other = workspace.store.create("p", "stays")
    read = targets.put(workspace, "voice.nps", 45, "at_least", "points", seen=None)
    stays = targets.put(other, "voice.nps", 45, "at_least", "points", seen=None)
    workspace.erase()
    assert targets.listed(workspace) == {}
    for late in (
        lambda: targets.put(workspace, "voice.nps", 45, "at_least", "points", seen=read),
        lambda: targets.remove(workspace, read),
    ):
        with pytest.raises(NotFound):
            late()
    assert targets.listed(other) == {"voice.nps": stays}


def test_an_export_takes_them_along(store, tmp_path):
    workspace = store.create("p", "n")
    targets.put(workspace, "voice.nps", 45, "at_least", "points", DUE, seen=None)
    export(workspace, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        (told,) = json.loads(archive.read("workspace.json"))["targets"]
    assert (told["metric"], told["value"], told["direction"], told["due"]) == (
        "voice.nps", 45.0, "at_least", "2026-12-31",
    )  # fmt: skip
