"""Workspaces: whoever holds the 128-bit id holds the data, and nobody else finds it.

On disk, under the root folder:

    catalogue.sqlite
    lock                                      held while a process has the store open
    tmp/                                      what is temporary
    workspaces/<id>/staged/<upload id>/       upload, upload.json, and what the import makes of it
    workspaces/<id>/snapshots/<snapshot id>/  Parquet files that nothing ever changes

Only ids that this module made become part of a path; names given by users are text.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from cxlib.errors import CxError, NotFound
from cxlib.i18n import N_
from cxlib.store import disk
from cxlib.store.catalogue import (
    Catalogue,
    ChangeRow,
    EntryRow,
    Json,
    SnapshotRow,
    WorkspaceRow,
)
from cxlib.store.lock import Lock
from cxlib.store.snapshots import Snapshot, rows_of
from cxlib.store.uploads import Upload, as_text, find_upload, over_quota, write_upload

QUOTA = 20 * 2**30  # bytes a workspace may hold
_ID = re.compile(r"[0-9a-f]{32}")
_FILE = re.compile(r"[a-z][a-z0-9_]{0,40}\.(parquet|csv|json)")
_KIND = re.compile(r"[a-z][a-z_]{0,40}")
_TOUCH = timedelta(days=1)  # how exactly `last_used` is kept: a write a rerun would be too much


class Store:
    """All workspaces under one root folder.

    Parameters
    ----------
    root : Path
        Made when absent, readable by its owner only.
    catalogue_url : str or None
        A PostgreSQL URL; None keeps the catalogue in SQLite under the root.
    clock : callable
        The current moment, aware.
    new_id : callable
        A new unguessable id of 32 hexadecimal digits (``uuid4().hex``).
    quota : int
        Bytes that a workspace may hold before further uploads and versions are refused.
    """

    def __init__(
        self,
        root: Path,
        catalogue_url: str | None,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        quota: int = QUOTA,
    ) -> None:
        self.folder = root / "workspaces"
        self.temporary = root / "tmp"
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.folder, self.temporary):
            folder.mkdir(exist_ok=True, mode=0o700)
        self.lock = Lock(root / "lock")
        self.catalogue = Catalogue(catalogue_url or root / "catalogue.sqlite")
        self.clock = clock
        self.quota = quota
        self._new_id = new_id

    def create(
        self, purpose: str, name: str, *, account: str = "", owner: str = "", role: str = "owner"
    ) -> Workspace:
        """A new, empty workspace. Raises CxError ``disk_full``."""
        now = self.clock()
        row = WorkspaceRow(
            self.new_id(), account, owner, role, as_text(purpose), as_text(name), now, now
        )
        self.catalogue.add_workspace(row)
        return self._workspace(row)

    def open(self, workspace: str) -> Workspace:
        """The workspace of an id. Raises NotFound for one that is unknown or no id at all."""
        row = self.catalogue.workspace(workspace) if _is_id(workspace) else None
        now = self.clock()
        if row is None:
            raise _no_workspace()
        if now - row.last_used > _TOUCH and not self.catalogue.touch(row.id, now):
            raise _no_workspace()
        return self._workspace(row)

    def workspaces(self) -> list[Workspace]:
        """Every workspace, for whoever runs the server; no page may show this."""
        return [self._workspace(row) for row in self.catalogue.workspaces()]

    def close(self) -> None:
        self.catalogue.close()
        self.lock.close()

    def new_id(self) -> str:
        made = self._new_id()
        if not _is_id(made):
            raise ValueError("new_id must return 32 hexadecimal digits")
        return made

    def _workspace(self, row: WorkspaceRow) -> Workspace:
        return Workspace(row.id, row.name, row.purpose, row.created, self)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The data and settings of one purpose."""

    id: str
    name: str
    purpose: str
    created: datetime
    store: Store = field(repr=False, compare=False)

    @property
    def folder(self) -> Path:
        return self.store.folder / self.id

    def used(self) -> int:
        """Bytes that the workspace holds, of the store's `quota`: uploads and all versions."""
        return disk.used(self.folder)

    def describe(self, *, name: str | None = None, purpose: str | None = None) -> Workspace:
        """The workspace under another name or purpose. Raises NotFound after an erasure."""
        said = {"name": name, "purpose": purpose}
        given = {key: as_text(text) for key, text in said.items() if text is not None}
        row = self.store.catalogue.describe(self.id, self.store.clock(), **given)
        if row is None:
            raise _no_workspace()
        return self.store._workspace(row)

    def stage(self, stream: BinaryIO, name: str = "") -> Upload:
        """Keep the bytes of an upload for its import.

        Parameters
        ----------
        stream : binary file
            Read once, in pieces.
        name : str
            The user's name of the file.

        Raises
        ------
        CxError
            ``quota_exceeded`` or ``disk_full``; then nothing is kept.
        """
        room = self.store.quota - self.used()
        folder = self._staged / self.store.new_id()
        return write_upload(folder, stream, name, self.store.clock(), room, self.store.quota)

    def upload(self, upload_id: str) -> Upload:
        """An earlier upload, so that a reloaded page goes on with it. Raises NotFound."""
        found = find_upload(self._staged / upload_id) if _is_id(upload_id) else None
        if found is None:
            raise NotFound(
                "not_found",
                N_("This upload is no longer here."),
                N_("Upload the file again."),
            )
        return found

    def commit(
        self,
        kind: str,
        files: Iterable[Path],
        *,
        digest: str,
        source: str,
        report: Mapping[str, Any],
        onto: str | None = None,
    ) -> Snapshot:
        """Make files the current version of a kind of data.

        The files go into a folder of their own, whole or not at all, and then one transaction of the
        catalogue makes it current: whoever looks, also after a crash, finds the old version or the
        new one. The same digest again makes the version that has it current and adds none.

        Parameters
        ----------
        kind : str
            A table kind: ``transactions``, …
        files : iterable of Path
            What the import wrote (``orders.parquet``, ``rejects.csv``, …); moved, not copied, where
            they lie on the same disk, and gone from where they were afterwards.
        digest : str
            Of the content, as the import gives it.
        source : str
            The user's name of the file; only text.
        report : mapping
            What the import reported, as JSON values.
        onto : str, optional
            The id of the version that the files were made from: it must still be current.

        Raises
        ------
        NotFound
            When the workspace has been erased meanwhile.
        CxError
            ``disk_full``, ``quota_exceeded``; ``changed_meanwhile`` where `onto` is no longer
            current; ``unreadable_file`` where a Parquet file is not whole. Then the current version
            stays as it was, and the files where they were.
        """
        files = sorted(files)
        for wrong in (f.name for f in files if not _FILE.fullmatch(f.name)):
            raise ValueError(f"no name for a file of a snapshot: {wrong[:80]!r}")
        if not _KIND.fullmatch(kind):
            raise ValueError(f"no kind of table: {kind[:80]!r}")
        row = SnapshotRow(
            id=self.store.new_id(),
            workspace=self.id,
            kind=kind,
            digest=digest,
            source=as_text(source),
            created=self.store.clock(),
            report=dict(report),
            rows={file.name: rows_of(file) for file in files},
        )
        # Files that lie in the workspace are moved: they take no more room than they do.
        room = self.store.quota - self.used()
        more = sum(f.stat().st_size for f in files if not f.is_relative_to(self.folder))
        if more > room:
            raise over_quota(room, self.store.quota)
        folder = self._snapshots / row.id
        with disk.whole_folder(folder) as unfinished:
            for file in files:
                disk.bring(file, unfinished)
        try:
            committed = self.store.catalogue.add_snapshot(row, onto)
        except CxError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        # After any other error (a lost connection) the row may be there all the same, so the folder
        # stays, and the janitor removes it when no row names it.
        if committed is None or committed.id != row.id:
            shutil.rmtree(folder, ignore_errors=True)
        if committed is None:
            raise _no_workspace()
        for file in files:
            file.unlink(missing_ok=True)
        return self._snapshot(committed)

    def current(self, kind: str) -> Snapshot | None:
        """The current version of a kind of data, None where there is none yet."""
        row = self.store.catalogue.current(self.id, kind)
        return None if row is None else self._snapshot(row)

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """A version of this workspace by its id. Raises NotFound, for another's too."""
        row = self.store.catalogue.snapshot(self.id, snapshot_id) if _is_id(snapshot_id) else None
        if row is None:
            raise _no_snapshot()
        return self._snapshot(row)

    def snapshots(self, kind: str) -> list[Snapshot]:
        """All versions of a kind of data, newest first."""
        return [self._snapshot(row) for row in self.store.catalogue.snapshots(self.id, kind)]

    def revert(self, kind: str, snapshot_id: str) -> Snapshot:
        """Make an earlier version current again. Raises NotFound."""
        row = None
        if _is_id(snapshot_id):
            catalogue, now = self.store.catalogue, self.store.clock()
            row = catalogue.make_current(self.id, kind, snapshot_id, now)
        if row is None:
            raise _no_snapshot()
        return self._snapshot(row)

    def settings(self) -> dict[str, Json]:
        """What `remember` kept, by key."""
        return self.store.catalogue.settings(self.id)

    def remember(self, key: str, value: Json) -> None:
        """Keep a setting (language, margin, …) as a JSON value; None drops it.

        Raises NotFound after an erasure.
        """
        if not self.store.catalogue.remember(self.id, key, value, self.store.clock()):
            raise _no_workspace()

    def entries(self, kind: str) -> list[EntryRow]:
        """What `write` kept of a kind, the oldest first."""
        return self.store.catalogue.entries(self.id, kind)

    def entry(self, kind: str, entry: str) -> EntryRow | None:
        """An entry as it is now, None where there is none."""
        return self.store.catalogue.entry(self.id, kind, entry)

    def write(
        self,
        kind: str,
        entry: str,
        value: Mapping[str, Json],
        *,
        seen: str | None,
        created: datetime | None = None,
        said: tuple[str, Mapping[str, tuple[Json, Json]]] | None = None,
    ) -> EntryRow:
        """Keep an entry of a kind as JSON values, in place of the version `seen`.

        Parameters
        ----------
        entry : str
            Its id within the kind.
        seen : str or None
            The version that the change was made from; None where there was no such entry.
        created : datetime, optional
            When it was made first; now unless given.
        said : tuple of str and mapping, optional
            For its history: who changes it, and which field from what to what.

        Raises
        ------
        NotFound
            After an erasure.
        CxError
            ``changed_meanwhile`` where another version is there, or none any more; then nothing is
            kept. ``disk_full``.
        """
        now = self.store.clock()
        row = EntryRow(self.id, kind, entry, self.store.new_id(), created or now, dict(value))
        change = said and ChangeRow(self.id, kind, entry, row.version, now, *said)
        if not self.store.catalogue.write(row, seen, now, change):
            raise _no_workspace()
        return row

    def write_new(
        self, kind: str, values: Mapping[str, Mapping[str, Json]], who: str
    ) -> list[EntryRow]:
        """Keep those entries that are not there, by their ids: all in one transaction, or none.

        Returns those that were kept; each begins a history. Raises NotFound after an erasure and
        CxError ``disk_full``.
        """
        now = self.store.clock()
        rows = {}
        for entry, value in values.items():
            row = EntryRow(self.id, kind, entry, self.store.new_id(), now, dict(value))
            rows[entry] = row, ChangeRow(self.id, kind, entry, row.version, now, who, {})
        kept = self.store.catalogue.write_new(self.id, kind, rows, now)
        if kept is None:
            raise _no_workspace()
        return kept

    def changes(self, kind: str, entry: str | None = None) -> list[ChangeRow]:
        """The history of an entry that keeps one, or of all of a kind, the oldest first."""
        return self.store.catalogue.changes(self.id, kind, entry)

    def drop(self, kind: str, entry: str, seen: str) -> None:
        """Remove an entry of version `seen`; one that is gone already is no error.

        Raises NotFound after an erasure and CxError ``changed_meanwhile``.
        """
        if not self.store.catalogue.drop(self.id, kind, entry, seen, self.store.clock()):
            raise _no_workspace()

    def erase(self) -> None:
        """Delete the workspace with all its data, settings and entries.

        The catalogue forgets it first: from then on nobody opens it, and should the machine stop
        before the files are gone, the janitor removes a folder that no row names.
        """
        self.store.catalogue.forget(self.id)
        if self.folder.exists():
            shutil.rmtree(self.folder)

    @property
    def _staged(self) -> Path:
        return self.folder / "staged"

    @property
    def _snapshots(self) -> Path:
        return self.folder / "snapshots"

    def _snapshot(self, row: SnapshotRow) -> Snapshot:
        return Snapshot(
            workspace=self.id,
            id=row.id,
            kind=row.kind,
            digest=row.digest,
            name=row.source,
            created=row.created,
            folder=self._snapshots / row.id,
            report=row.report,
            rows=row.rows,
            parent=row.parent,
        )


def _is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def _no_workspace() -> NotFound:
    return NotFound(
        "not_found",
        N_("There is no such workspace."),
        N_("Check the link, or start a new workspace."),
    )


def _no_snapshot() -> NotFound:
    return NotFound(
        "not_found",
        N_("This workspace has no such version of the data."),
        N_("Choose one from the list of versions."),
    )
