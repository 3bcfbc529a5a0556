"""Who has a store open: every process holds the lock together with the others, a sweep alone.

The operating system lets go of it when a process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nobody is ever known to be alone
    fcntl = None  # type: ignore[assignment]


class Lock:
    """The lock at a path, held together with other processes until `close`.

    Waits while another process sweeps. Where the disk knows no locks, nobody is alone.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._works = fcntl is not None and self._take(shared=True)

    def close(self) -> None:
        """Let go; a second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no other process has the store open; none can open it before the block ends."""
        mine = self._works and self._take(shared=False)
        try:
            yield mine
        finally:
            if self._works:
                self._take(shared=True)

    def _take(self, shared: bool) -> bool:
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB
        try:
            fcntl.flock(self._file, how)
        except OSError:  # another has it, or the disk knows no locks
            return False
        return True
