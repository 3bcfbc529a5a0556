"""The janitor: removes what a crash, an erasure or time left behind. Runs when the app starts.

| what | when it goes |
|---|---|
| what a process that is dead began: temporary files, half-written ones, folders that the catalogue does not name | at the next start; while another process has the store open, a day after its last change |
| uploads | 30 days after they came |
| workspaces | after 12 months without use, 30 days after the warning |
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cxlib.store.catalogue import WorkspaceRow
from cxlib.store.disk import STRAY
from cxlib.store.intake import leftovers
from cxlib.store.workspaces import Store, Workspace

GRACE = timedelta(days=1)  # younger files may belong to a process that is still at work
NONE = timedelta(0)
UPLOADS = timedelta(days=30)
UNUSED = timedelta(days=365)
NOTICE = timedelta(days=30)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: how many files and folders of each sort went, and the ids of workspaces for
    whoever runs the server."""

    strays: int
    uploads: int
    orphans: int
    warned: tuple[str, ...]
    erased: tuple[str, ...]


def start(store: Store) -> Swept:
    """What a server does first: sweep, and put the temporary files of this process and its children
    where a sweep finds them should it be killed."""
    tempfile.tempdir = str(store.temporary)
    return sweep(store)


def sweep(store: Store, grace: timedelta | None = None) -> Swept:
    """Remove what is left behind, as the table above says.

    Parameters
    ----------
    store : Store
        Of which this process has used nothing yet, unless `grace` is given.
    grace : timedelta, optional
        Unfinished and unnamed files that changed within it are left alone. Unless given, none are
        where no other process has the store open, and else those of a day.
    """
    with store.lock.alone() as alone:
        return _sweep(store, grace if grace is not None else NONE if alone else GRACE)


def _sweep(store: Store, grace: timedelta) -> Swept:
    now = store.clock()
    # Folders first: one that is named between the two looks is then found in the catalogue.
    folders = [folder for folder in store.folder.iterdir() if folder.is_dir()]
    rows = {row.id: row for row in store.catalogue.workspaces()}
    uploads = orphans = 0
    strays = sum(
        _remove_if(path, now - _changed(path) > grace) for path in store.temporary.iterdir()
    )
    for folder in folders:
        if folder.name not in rows:
            orphans += _remove_if(folder, now - _changed(folder) > grace)
            continue
        snapshots = _folders(folder / "snapshots")
        named = {row.id for row in store.catalogue.snapshots(folder.name)}
        for each in snapshots:
            old = now - _changed(each) > grace
            if each.name.startswith(STRAY):
                strays += _remove_if(each, old)
            elif each.name not in named:
                orphans += _remove_if(each, old)
        for each in _folders(folder / "staged"):
            age = now - _changed(each / "upload.json", each)
            if each.name.startswith(STRAY):
                strays += _remove_if(each, age > grace)
            else:
                uploads += _remove_if(each, age > UPLOADS)
                strays += sum(
                    _remove_if(path, now - _changed(path) > grace) for path in leftovers(each)
                )
    warned, erased = _unused(store, list(rows.values()), now)
    swept = Swept(strays, uploads, orphans, warned, erased)
    _log.info("%s", swept)
    return swept


def _unused(
    store: Store, rows: list[WorkspaceRow], now: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    warned, erased = [], []
    for row in rows:
        if row.warned is None and now - row.last_used > UNUSED - NOTICE:
            store.catalogue.warn(row.id, now)
            warned.append(row.id)
        elif row.warned and now - row.warned > NOTICE and now - row.last_used > UNUSED:
            Workspace(row.id, row.name, row.purpose, row.created, store).erase()
            erased.append(row.id)
    return tuple(warned), tuple(erased)


def _folders(parent: Path) -> list[Path]:
    return [folder for folder in parent.iterdir() if folder.is_dir()] if parent.is_dir() else []


def _changed(*paths: Path) -> datetime:
    """When the first of the paths that exists changed; one that vanished is as young as can be."""
    for path in paths:
        try:
            return datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            continue
    return datetime.max.replace(tzinfo=UTC)


def _remove_if(path: Path, condition: bool) -> int:
    if condition and path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    elif condition:
        path.unlink(missing_ok=True)
    return int(condition)
