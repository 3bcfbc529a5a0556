"""A child process that serves several jobs, seen from its parent."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.faults import starved, too_large, took_too_long

_TICK = 0.1  # seconds between two looks at the clock and at `cancelled`


class Worker:
    """A fresh interpreter with a folder of its own for temporary files."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cxlib-child-"))
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - until `end`
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "cxlib.ingest.child", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=_environment(self.folder),
            encoding="utf-8",
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(
        self,
        job: dict[str, Any],
        wall: float,
        progress: Callable[[int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> dict[str, Any]:
        """The child's last word on a job.

        Raises CxError `took_too_long`, `cancelled`, or what the child's death means; the worker is
        of no use then and has to be ended.
        """
        self._said = os.fstat(self._stderr.fileno()).st_size
        # Windows cannot poll pipes: who writes and who reads waits in a thread.
        threading.Thread(target=self._tell, args=(json.dumps(job) + "\n",), daemon=True).start()
        deadline = time.monotonic() + wall
        while True:
            if time.monotonic() > deadline:
                raise took_too_long()
            if cancelled is not None and cancelled():
                raise CxError("cancelled", N_("The import was stopped."))
            try:
                line = self._lines.get(timeout=_TICK)
            except queue.Empty:
                continue
            if line is None:
                with contextlib.suppress(subprocess.TimeoutExpired):  # to have its return code
                    self._child.wait(max(0.0, min(10.0, deadline - time.monotonic())))
                raise self._obituary()
            message: dict[str, Any] = json.loads(line)
            if "rows" not in message:
                return message
            if progress is not None:
                progress(message["rows"])

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child.poll() is None

    def end(self) -> None:
        """End the process, whatever it does, and remove what it left."""
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout, self._stderr):
            with contextlib.suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tell(self, job: str) -> None:
        assert self._child.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it died, or was ended meanwhile
            self._child.stdin.write(job)
            self._child.stdin.flush()

    def _listen(self) -> None:
        assert self._child.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            for line in self._child.stdout:
                self._lines.put(line)
        self._lines.put(None)

    def _obituary(self) -> CxError:
        """Why a child died without a word, from its signal and its last lines."""
        code = self._child.returncode
        self._stderr.seek(self._said)
        said = self._stderr.read().decode(errors="replace")
        if code is not None and -code == getattr(signal, "SIGXCPU", None):
            return took_too_long()
        if code == -9 or starved(said):
            return too_large()
        return CxError(
            "unreadable",
            N_("The file could not be read: it is damaged, or not what its name says."),
            N_("Open it in the program that made it, save it as CSV or XLSX and try again."),
            detail=said.strip().splitlines()[-1][:300] if said.strip() else "",
            exit_code=code,
        )


def _environment(folder: Path) -> dict[str, str]:
    """Where to find Python and cxlib, and nothing of the server's secrets."""
    keep = ("PATH", "SYSTEMROOT", "HOME", "LANG", "CXLIB_THREADS", "CXLIB_MEMORY")
    root = str(Path(__file__).resolve().parents[2])
    fixed = {
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
        "PYTHONPATH": root,
        "PYTHONUTF8": "1",
        # One malloc arena: each thread's own would take 64 MB of the address space.
        "MALLOC_ARENA_MAX": "1",
        # Likewise Arrow's allocator would reserve a gigabyte of it at once.
        "MIMALLOC_ARENA_RESERVE": "64MiB",
    }
    return {key: os.environ[key] for key in keep if key in os.environ} | fixed
