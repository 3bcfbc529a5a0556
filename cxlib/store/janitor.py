"""The janitor: removes what a crash, an erasure or time left behind. Runs when the app starts."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cxlib.store.catalogue import WorkspaceRow
from cxlib.store.disk import STRAY
from cxlib.store.workspaces import Store, Workspace

GRACE = timedelta(days=1)  # younger folders may belong to a process that is still at work
UPLOADS = timedelta(days=30)
UNUSED = timedelta(days=365)
NOTICE = timedelta(days=30)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: numbers of folders, and the ids of workspaces for the server's operator."""

    strays: int
    uploads: int
    orphans: int
    warned: tuple[str, ...]
    erased: tuple[str, ...]


def sweep(store: Store, grace: timedelta = GRACE) -> Swept:
    """Remove unfinished folders, uploads of more than 30 days, folders that the catalogue does not
    name, and workspaces that nobody used for 12 months and 30 days after the warning.

    Parameters
    ----------
    store : Store
    grace : timedelta
        Unfinished and unnamed folders that changed within it are left alone.
    """
    now = store.clock()
    # Folders first: one that is named between the two looks is then found in the catalogue.
    folders = [folder for folder in store.folder.iterdir() if folder.is_dir()]
    rows = {row.id: row for row in store.catalogue.workspaces()}
    strays = uploads = orphans = 0
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


def _remove_if(folder: Path, condition: bool) -> int:
    if condition:
        shutil.rmtree(folder, ignore_errors=True)
    return int(condition)
