"""Folders that are there whole or not at all.

A folder is filled under a temporary name, its files and itself are flushed, and it gets its name by
one rename: after a crash or a full disk there is the whole folder or a stray one, which
`cxlib.store.janitor` sweeps.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxlib import engine
from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.faults import is_full

STRAY = ".unfinished-"  # how the temporary names begin

_NO_LINK = {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EACCES, errno.EMLINK}


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends well and vanishes when not.

    Raises CxError ``disk_full`` when there is no room.
    """
    unfinished = target.with_name(STRAY + target.name)
    try:
        unfinished.mkdir(parents=True, mode=0o700)
        yield unfinished
        for file in unfinished.iterdir():
            sync(file)
        sync(unfinished)
        os.replace(unfinished, target)
        for parent in target.parents[:3]:  # those above it may be new too
            sync(parent)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if is_full(error):
            raise disk_full() from error
        raise
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


@contextmanager
def room() -> Iterator[None]:
    """Say ``disk_full`` where the system, or a library by its words, says that there is no room."""
    try:
        yield
    except (OSError, engine.Error) as error:
        if is_full(error):
            raise disk_full() from error
        raise


def bring(file: Path, folder: Path) -> None:
    """Put a file in a folder: as a second name of the same bytes where the disk allows, else a copy."""
    try:
        os.link(file, folder / file.name)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        shutil.copyfile(file, folder / file.name)


def sync(path: Path) -> None:
    """Flush a file, or a folder's list of names, to the disk."""
    if path.is_dir():
        if os.name == "nt":  # Windows opens no folders; NTFS journals their names by itself
            return
        descriptor = os.open(path, os.O_RDONLY)
    else:
        descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def used(folder: Path) -> int:
    """Bytes of all files below a folder."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_size
            except FileNotFoundError:  # another process finished with it meanwhile
                continue
    return total


def disk_full() -> CxError:
    return CxError(
        "disk_full",
        N_("The server's disk is full, so nothing was saved. What you had is still there."),
        N_("Ask whoever runs this server to free some space, then try again."),
    )
