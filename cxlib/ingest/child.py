"""The child's side of `sandbox`: serves jobs, one line of JSON each, until nobody sends more.

`python -m cxlib.ingest.child FOLDER`; FOLDER holds its temporary files and goes with it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import sys
import traceback
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, get_type_hints

from cxlib.errors import CxError
from cxlib.ingest.faults import fault
from cxlib.ingest.plain import from_plain, to_plain

PACKAGE = "cxlib.ingest."
GROWN = 384 << 20
"""Resident bytes above which a child is not used again."""


def serve(folder: Path) -> None:
    """Do jobs from standard input until it ends; the last word of each goes to standard output.

    An exception that nobody foresaw ends the process; its last word is what that means.
    """
    # What a library prints must not be taken for our words: they get a pipe of their own.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.excepthook = partial(_last_word, out)
    try:
        for line in sys.stdin:
            _say(out, _done(json.loads(line), out))
    except BrokenPipeError:  # the parent is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def call(job: dict[str, Any], out: IO[str]) -> Any:
    """The result of a job; raises ValueError for anything but a public function of the package."""
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


def _done(job: dict[str, Any], out: IO[str]) -> dict[str, Any]:
    """The last word on a job; `again` says whether this process may serve another one."""
    os.chdir(job["folder"])  # paths may be relative, and the parent may have moved
    _limit(job["memory"], job["processor"])
    try:
        found = {"result": to_plain(call(job, out))}
    except CxError as error:
        found = {"error": _told(error)}
    return found | {"again": _resident() < GROWN}


def _last_word(
    out: IO[str], kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    words = "".join(traceback.format_exception(kind, error, trace))
    _say(out, {"error": _told(fault(error)), "again": False, "trace": words})


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


def _resident() -> int:
    """Bytes of memory in use; where the system does not tell, as if they were too many.

    What libraries hold back for later is given back first: a child that may go on has its imports
    done.
    """
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return GROWN
    return pages * os.sysconf("SC_PAGE_SIZE")


def _limit(memory: int, processor: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, spent + processor),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some; wall time remains
            resource.setrlimit(what, (bound, hard))


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
