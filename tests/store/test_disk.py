import errno

import pytest

from cxlib.errors import CxError
from cxlib.store import disk


def test_a_folder_appears_whole(tmp_path):
    target = tmp_path / "parent" / "target"
    with disk.whole_folder(target) as folder:
        (folder / "a").write_bytes(b"1")
        assert not target.exists()
    assert [p.name for p in target.parent.iterdir()] == ["target"]
    assert (target / "a").read_bytes() == b"1"


def fill_and_raise(target, error):
    with disk.whole_folder(target) as folder:
        (folder / "a").write_bytes(b"1")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.EIO, "broken"), ValueError()])
def test_a_folder_that_was_not_finished_vanishes(tmp_path, error):
    target = tmp_path / "target"
    with pytest.raises(type(error)):
        fill_and_raise(target, error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_is_an_error_for_people(tmp_path, code):
    with pytest.raises(CxError) as caught, disk.whole_folder(tmp_path / "target"):
        raise OSError(code, "full")
    assert caught.value.code == "disk_full"


def test_a_folder_in_the_way_is_not_replaced(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "kept").touch()
    with pytest.raises(OSError, match="not empty"), disk.whole_folder(tmp_path / "target"):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["target"]
    assert (tmp_path / "target" / "kept").exists()


@pytest.mark.parametrize("code", [None, errno.EXDEV, errno.EPERM])
def test_bringing_links_or_copies_and_leaves_the_source(tmp_path, monkeypatch, code):
    def refuse(*paths):
        raise OSError(code, "no links here")

    if code is not None:
        monkeypatch.setattr(disk.os, "link", refuse)
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "to").mkdir()
    disk.bring(tmp_path / "a", tmp_path / "to")
    assert (tmp_path / "to" / "a").read_bytes() == (tmp_path / "a").read_bytes() == b"1"


def test_used_counts_the_bytes_of_all_files(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(bytes(10))
    (tmp_path / "c").write_bytes(bytes(5))
    assert disk.used(tmp_path) == 15
    assert disk.used(tmp_path / "nowhere") == 0
