"""What can go wrong around a file: no memory, no time, no disk, no such column, or a mistake of ours."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cxlib.errors import CxError
from cxlib.i18n import N_

FULL = (errno.ENOSPC, errno.EFBIG, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else []))
FULL_WORDS = ("No space left on device", "Disk quota exceeded", "File too large", "errno 28")
STARVED_WORDS = (
    "MemoryError",
    "bad_alloc",
    "memory allocation",
    "Out of Memory",
    "out of memory",
    "malloc",
    "Cannot allocate memory",
    "failed to map segment",
    "can't start new thread",
)
CLOSED = (errno.EACCES, errno.EPERM, errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG)


def fault(error: BaseException) -> CxError:
    """What an exception that nobody expected means to the user.

    `too_large` and `disk_full` where the machine ran out of something, `cannot_open` where the
    system keeps the file from us; else `internal`: it is ours, not the file's.
    """
    if isinstance(error, MemoryError) or starved(str(error)):
        return too_large()
    if is_full(error):
        return disk_full()
    if isinstance(error, OSError) and error.errno in CLOSED and error.filename is not None:
        return CxError(
            "cannot_open",
            N_("“{path}” cannot be used: {reason}."),
            path=Path(str(error.filename)).name,
            reason=str(error.strerror),
        )
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" {Path(place[0].filename).name}:{place[0].lineno}" if place else ""
    return CxError(
        "internal",
        N_("This is a mistake in cxlib, not in your file ({reference})."),
        N_("Please report it with these words; saving the file as plain CSV may help meanwhile."),
        reference=f"{type(error).__name__}{where}",
    )


def is_full(error: BaseException) -> bool:
    """Whether an error of the system or of an engine says that the disk is full."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return any(word in str(error) for word in FULL_WORDS)


def starved(text: str) -> bool:
    """Whether the words of a library say that memory ran out."""
    return any(word in text for word in STARVED_WORDS)


@contextmanager
def room() -> Iterator[None]:
    """Say `disk_full` where writing fails for want of room."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise disk_full() from error
        raise


def disk_full() -> CxError:
    """There is no room for what is to be written."""
    return CxError(
        "disk_full",
        N_("The disk is full: the import was stopped and nothing was kept."),
        N_("Make room on the disk of this computer or server and try again."),
    )


def too_large() -> CxError:
    """The memory of a child did not do."""
    return CxError(
        "too_large",
        N_("The file needs more memory than an import may use."),
        N_("Split the file, or save it as CSV: CSV and Parquet are read piece by piece."),
    )


def took_too_long() -> CxError:
    """The time of a child did not do."""
    return CxError(
        "took_too_long",
        N_("Reading the file took too long and was stopped."),
        N_("Split the file, or use the command line for large files."),
    )


def unknown_column(column: str, known: Sequence[str]) -> CxError:
    """The error for a column that a file does not have."""
    return CxError(
        "unknown_column",
        N_("The file has no column “{column}”."),
        N_("Its columns are: {choices}."),
        column=column,
        choices=", ".join(known[:50]),
    )
