"""The child process that reads what people upload, so that no file can end the server.

A fresh interpreter runs one public function of `cxlib.ingest` at a time under limits of memory,
processor and wall time. Arguments and the result cross as JSON lines; nothing is pickled. A child
whose job ended well serves the next one: starting it is most of the work on a small file.
"""

from __future__ import annotations

import atexit
import logging
import shutil
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, get_type_hints

from cxlib.errors import CxError
from cxlib.ingest.plain import from_plain, to_plain
from cxlib.ingest.worker import Worker
from cxlib.results import Issue

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)
IDLE_MOST = 2
"""Children that are kept waiting for a job."""
IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job may use: address space in bytes, processor and wall time in seconds.

    Memory and processor time are held by the operating system where it can (`resource`: not on
    Windows); wall time is held everywhere.
    """

    memory: int = 3 << 30
    processor: int = 900
    wall: float = 900.0


def run(
    function: Callable[P, R],
    /,
    *args: Any,
    limits: Limits | None = None,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    **kwargs: Any,
) -> R:
    """Call `function(*args, **kwargs)` in a child process and return its result.

    Parameters
    ----------
    function : callable
        A top-level function of `cxlib.ingest` whose arguments and result `plain` can write. If it
        has a parameter `progress`, the child reports rows through it.
    limits : Limits, optional
    progress : callable, optional
        Called with the number of rows done so far.
    cancelled : callable, optional
        Asked ten times a second; the child is ended once it says True, and what it had begun in
        the folders among `args` is removed.

    Raises
    ------
    CxError
        What the function itself raised; `too_large`, `took_too_long`, `disk_full`, `cancelled`;
        `unreadable` where a library died of the file, `internal` where the mistake is ours.
    """
    limits = limits or Limits()
    job = {
        "function": f"{function.__module__}:{function.__qualname__}",
        "args": to_plain(args),
        "kwargs": to_plain(kwargs),
        "folder": str(Path.cwd()),
        "memory": limits.memory,
        "processor": limits.processor,
    }
    worker = _idle.take() or Worker()
    again = False
    try:
        answer = worker.ask(job, limits.wall, progress, cancelled)
        again = bool(answer["again"])
    finally:
        if again:
            _idle.keep(worker)
        else:
            worker.end()
            _sweep(args)
    if "error" in answer:
        if "trace" in answer:
            log.error("%s failed in the child:\n%s", job["function"], answer["trace"])
        raise _error(answer["error"])
    result: R = from_plain(get_type_hints(function)["return"], answer["result"])
    return result


def warm() -> threading.Thread:
    """Start a child and have it load what reading needs, so that the next file need not wait for it.

    Returns at once, with the thread that does it; one at a time, and none where a child is waiting.
    """
    global _warming
    with _warm:
        if not _warming.is_alive():
            _warming = threading.Thread(target=_warm_up, daemon=True)
            _warming.start()
        return _warming


def _warm_up() -> None:
    if _idle:
        return
    # Loaded only here: it brings all that a child needs, and the parent may do without.
    from cxlib.ingest.ready import ready

    try:
        run(ready)
    except CxError as error:  # the file that comes will say what is wrong
        log.warning("No child could be made ready: %s", error.code)


class _Idle:
    """Children that wait for a job, for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Worker, threading.Timer]] = []

    def take(self) -> Worker | None:
        """The one that worked last; None if none waits."""
        while True:
            with self._lock:
                if not self._waiting:
                    return None
                worker, timer = self._waiting.pop()
            timer.cancel()
            if worker.alive():
                return worker
            worker.end()

    def keep(self, worker: Worker) -> None:
        """Let a child wait for its next job; too many, or too long, and it is ended."""
        timer = threading.Timer(IDLE_SECONDS, self._expire, (worker,))
        timer.daemon = True
        with self._lock:
            kept = len(self._waiting) < IDLE_MOST
            if kept:
                self._waiting.append((worker, timer))
                timer.start()
        if not kept:
            worker.end()

    def __bool__(self) -> bool:
        with self._lock:
            return bool(self._waiting)

    def empty(self) -> None:
        """End all that wait."""
        while (worker := self.take()) is not None:
            worker.end()

    def _expire(self, worker: Worker) -> None:
        with self._lock:
            mine = [entry for entry in self._waiting if entry[0] is worker]
            self._waiting = [entry for entry in self._waiting if entry[0] is not worker]
        for waiting, _ in mine:
            waiting.end()


_idle = _Idle()
_warm, _warming = threading.Lock(), threading.Thread()
atexit.register(_idle.empty)


def _sweep(args: Iterable[Any]) -> None:
    """Remove what an ended child had half written in the folders that it was given."""
    for folder in args:
        if isinstance(folder, Path) and folder.is_dir():
            for part in folder.glob("*.part"):
                if part.is_dir():
                    shutil.rmtree(part, ignore_errors=True)
                else:
                    part.unlink(missing_ok=True)


def _error(told: dict[str, Any]) -> CxError:
    issues: tuple[Issue, ...] = from_plain(tuple[Issue, ...], told["issues"])
    return CxError(told["code"], told["message"], told["hint"], issues, **told["params"])
