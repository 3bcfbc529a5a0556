"""The child process that reads what people upload, so that no file can end the server.

A fresh interpreter runs one public function of `cxlib.ingest` under limits of memory, processor and
wall time. Arguments and the result cross as JSON lines; nothing is pickled.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar, get_type_hints

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.plain import from_plain, to_plain
from cxlib.results import Issue

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)
PACKAGE = "cxlib.ingest."
_TICK = 0.1  # seconds between two looks at the clock and at `cancelled`


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: address space in bytes, processor and wall time in seconds.

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
        Asked ten times a second; the child is ended once it says True.

    Raises
    ------
    CxError
        What the function itself raised, or `too_large`, `took_too_long`, `cancelled` or
        `unreadable` where the child died.
    """
    limits = limits or Limits()
    job = {
        "function": f"{function.__module__}:{function.__qualname__}",
        "args": to_plain(args),
        "kwargs": to_plain(kwargs),
        "memory": limits.memory,
        "processor": limits.processor,
    }
    with tempfile.TemporaryFile() as stderr:
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "cxlib.ingest.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(),
            encoding="utf-8",
        ) as child:
            try:
                answer = _listen(child, job, limits.wall, progress, cancelled)
            finally:
                child.kill()
        if answer is not None and "result" in answer:
            result: R = from_plain(get_type_hints(function)["return"], answer["result"])
            return result
        if answer is not None:
            raise _error(answer["error"])
        stderr.seek(0)
        raise _obituary(child.returncode, stderr.read().decode(errors="replace"))


def _listen(
    child: subprocess.Popen[str],
    job: dict[str, Any],
    wall: float,
    progress: Callable[[int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> dict[str, Any] | None:
    """The child's last word; None if it died without one."""
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_pump, args=(child, json.dumps(job), lines), daemon=True).start()
    deadline = time.monotonic() + wall
    while True:
        if time.monotonic() > deadline:
            raise _took_too_long()
        if cancelled is not None and cancelled():
            raise CxError("cancelled", N_("The import was stopped."))
        try:
            line = lines.get(timeout=_TICK)
        except queue.Empty:
            continue
        if line is None:
            with contextlib.suppress(subprocess.TimeoutExpired):  # to have its return code
                child.wait(max(0.0, min(10.0, deadline - time.monotonic())))
            return None
        message: dict[str, Any] = json.loads(line)
        if "rows" not in message:
            return message
        if progress is not None:
            progress(message["rows"])


def _pump(child: subprocess.Popen[str], job: str, lines: queue.Queue[str | None]) -> None:
    """Hand the job over and queue what the child says; a thread, since Windows cannot poll pipes."""
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(OSError, ValueError):  # the child died, or was killed meanwhile
        child.stdin.write(job)
        child.stdin.close()
        for line in child.stdout:
            lines.put(line)
    lines.put(None)


def _environment() -> dict[str, str]:
    """Where to find Python and cxlib, and nothing of the server's secrets."""
    keep = (
        "PATH",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "HOME",
        "LANG",
        "CXLIB_THREADS",
        "CXLIB_MEMORY",
    )
    root = str(Path(__file__).resolve().parents[2])
    # One malloc arena: each thread's own would take 64 MB of the address space.
    fixed = {"PYTHONPATH": root, "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "1"}
    return {key: os.environ[key] for key in keep if key in os.environ} | fixed


def _took_too_long() -> CxError:
    return CxError(
        "took_too_long",
        N_("Reading the file took too long and was stopped."),
        N_("Split the file, or use the command line for large files."),
    )


def _obituary(code: int | None, stderr: str) -> CxError:
    """Why a child died without a word, from its signal and its last lines."""
    log.info("the child ended with %s: %s", code, stderr)
    last = stderr.strip().splitlines()[-1][:300] if stderr.strip() else ""
    if code is not None and -code == getattr(signal, "SIGXCPU", None):
        return _took_too_long()
    starved = (
        "MemoryError",
        "bad_alloc",
        "memory allocation",
        "Out of Memory",
        "out of memory",
        "malloc",
    )
    if code == -9 or any(word in stderr for word in starved):
        return _too_large()
    return CxError(
        "unreadable",
        N_("The file could not be read: it is damaged, or not what its name says."),
        N_("Open it in the program that made it, save it as CSV or XLSX and try again."),
        detail=last,
        exit_code=code,
    )


def _too_large() -> CxError:
    return CxError(
        "too_large",
        N_("The file needs more memory than an import may use."),
        N_("Split the file, or save it as CSV: CSV and Parquet are read piece by piece."),
    )


def _error(told: dict[str, Any]) -> CxError:
    issues: tuple[Issue, ...] = from_plain(tuple[Issue, ...], told["issues"])
    return CxError(told["code"], told["message"], told["hint"], issues, **told["params"])


# The child's side.


def _child() -> None:
    # What a library prints must not be taken for our words: they get a pipe of their own.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        job = json.loads(sys.stdin.read())
        _limit(job["memory"], job["processor"])
        try:
            _say(out, {"result": to_plain(_call(job, out))})
        except CxError as error:
            _say(out, {"error": _told(error)})
        except MemoryError:
            _say(out, {"error": _told(_too_large())})


def _call(job: dict[str, Any], out: IO[str]) -> Any:
    module, _, name = job["function"].partition(":")
    if not module.startswith(PACKAGE) or not name.isidentifier() or name.startswith("_"):
        raise ValueError(f"{job['function']} is not a public function of {PACKAGE}")
    function = getattr(importlib.import_module(module), name)
    hints = get_type_hints(function)
    names = [n for n in function.__code__.co_varnames[: function.__code__.co_argcount]]
    args = [from_plain(hints[n], value) for n, value in zip(names, job["args"], strict=False)]
    kwargs = {n: from_plain(hints[n], value) for n, value in job["kwargs"].items()}
    if "progress" in hints:
        kwargs["progress"] = lambda rows: _say(out, {"rows": rows})
    return function(*args, **kwargs)


def _say(out: IO[str], message: dict[str, Any]) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


def _told(error: CxError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "issues": to_plain(error.issues),
        "params": error.params,
    }


def _limit(memory: int, processor: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some; wall time remains
            resource.setrlimit(what, (bound, hard))


if __name__ == "__main__":
    _child()
