from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError

from cxlib.errors import CxError
from cxlib.store.catalogue import Catalogue, SnapshotRow, WorkspaceRow

NOON = datetime(2026, 8, 17, 12, 0, tzinfo=UTC)


def workspace_row(number: int = 1, at: datetime = NOON) -> WorkspaceRow:
    return WorkspaceRow(f"{number:032x}", "", "", "owner", "p", "n", at, at)


def snapshot_row(number: int, workspace: str, digest: str = "") -> SnapshotRow:
    return SnapshotRow(
        f"{number:032x}", workspace, "events", digest or f"d{number}", "a", NOON, {}, {}
    )


@pytest.fixture
def catalogue(url, tmp_path):
    """The same tests on both."""
    opened = Catalogue(url or tmp_path / "catalogue.sqlite")
    yield opened
    for row in opened.workspaces():
        opened.forget(row.id)
    opened.close()


def test_moments_come_back_in_utc(catalogue):
    jakarta = timezone(timedelta(hours=7))
    catalogue.add_workspace(workspace_row(at=NOON.astimezone(jakarta)))
    found = catalogue.workspace(workspace_row().id)
    assert found.created == NOON
    assert found.created.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(catalogue):
    with pytest.raises(Exception, match="without a time zone"):
        catalogue.add_workspace(workspace_row(at=NOON.replace(tzinfo=None)))


def test_one_version_of_a_kind_is_current_whatever_happens(catalogue):
    catalogue.add_workspace(workspace_row())
    workspace = workspace_row().id
    for number in (1, 2, 3):
        catalogue.add_snapshot(snapshot_row(number, workspace))
    catalogue.make_current(workspace, "events", f"{1:032x}", NOON)
    states = [row.state for row in catalogue.snapshots(workspace)]
    assert states == ["superseded", "superseded", "current"]


def test_a_failed_change_is_no_change(catalogue):
    catalogue.add_workspace(workspace_row())
    workspace = workspace_row().id
    catalogue.add_snapshot(snapshot_row(1, workspace))
    with pytest.raises(IntegrityError):
        catalogue.add_snapshot(snapshot_row(1, workspace, digest="another"))
    assert catalogue.current(workspace, "events").digest == "d1"


def test_nothing_is_added_to_a_workspace_that_is_not_there(catalogue):
    assert catalogue.add_snapshot(snapshot_row(1, "0" * 32)) is None
    assert catalogue.make_current("0" * 32, "events", "1" * 32, NOON) is None
    assert not catalogue.touch("0" * 32, NOON)
    assert not catalogue.remember("0" * 32, "k", 1, NOON)


def test_settings_are_replaced_by_key(catalogue):
    catalogue.add_workspace(workspace_row())
    for value in ("id", {"a": [1, "\0 \ud800 é"]}):
        assert catalogue.remember(workspace_row().id, "language", value, NOON)
    assert catalogue.settings(workspace_row().id) == {"language": {"a": [1, "\0 \ud800 é"]}}


def test_sqlite_writes_ahead(tmp_path):
    Catalogue(tmp_path / "a % b?.sqlite").close()
    assert (tmp_path / "a % b?.sqlite").read_bytes()[18:20] == b"\2\2"  # file format: WAL


def test_a_missing_driver_is_named_and_the_password_is_not():
    with pytest.raises(CxError) as caught:
        Catalogue("postgresql+pg8000://ani:rahasia@nowhere/db")
    assert caught.value.code == "missing_package"
    assert caught.value.params == {"package": "pg8000"}
    assert "rahasia" not in str(caught.value)
