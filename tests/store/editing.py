"""Children for the tests of cases: they race for one, and some are killed while they write.

python editing.py race ROOT CHILDREN EDITS   forks that each count one case up so often
python editing.py killed ROOT STEPS          one fork a step, killed just before its n-th statement
python editing.py endless ROOT ACKS          counts up until it is killed, noting what was acknowledged
"""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from cxlib.errors import CxError
from cxlib.store import cases
from cxlib.store.cases import Trigger, case_id
from cxlib.store.workspaces import Store, Workspace

CASE = case_id("responses", "Ani")
MANY = 200


def open_store(root: Path) -> Store:
    """The store of a folder; where that says so, with its catalogue at a URL."""
    url = (root / "url").read_text() or None
    return Store(root, url, lambda: datetime.now(UTC), lambda: uuid4().hex)


def trigger(who: str) -> Trigger:
    made = case_id("responses", who)
    return Trigger(made, "detractor", "responses", "d1", 2, who, None, None, 3.0)


def workspace_of(root: Path) -> Workspace:
    return open_store(root).open((root / "id").read_text())


def count_up(of: Workspace, who: str) -> bool:
    """Read the case, add one, keep it; False where somebody was quicker."""
    read = cases.found(of, CASE)
    try:
        cases.edit(of, dataclasses.replace(read, action=str(int(read.action or 0) + 1)), who=who)
    except CxError as error:
        if error.code != "changed_meanwhile":
            raise
        return False
    return True


def in_child(work) -> int:
    if child := os.fork():
        return child
    try:
        work()
    finally:
        os._exit(0 if sys.exc_info()[0] is None else 1)


def race(root: Path, children: int, edits: int) -> None:
    begin, start = os.pipe()

    def work(child: int) -> None:
        of = workspace_of(root)
        os.close(start)
        os.read(begin, 1)  # all at once, when the parent closes its end
        kept = told = 0
        while kept < edits:
            if count_up(of, f"editor {child}"):
                kept += 1
            else:
                told += 1
        (root / f"told{child}").write_text(str(told))

    waiting = [in_child(lambda child=child: work(child)) for child in range(children)]
    os.close(start)
    codes = [os.WEXITSTATUS(os.waitpid(child, 0)[1]) for child in waiting]
    sys.stdout.write(" ".join(map(str, codes)))


def kill_before(store: Store, step: int) -> None:
    """Die without warning before the n-th statement or commit."""
    left = step

    def counting(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(store.catalogue._engine, event, counting)


def killed(root: Path, steps: int) -> None:
    for step in range(steps):

        def work(step: int = step) -> None:
            of = workspace_of(root)
            kill_before(of.store, step)
            cases.open_new(of, [trigger(f"{step}-{n}") for n in range(MANY)])
            count_up(of, f"step {step}")

        _, status = os.waitpid(in_child(work), 0)
        fate = "killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}"
        sys.stdout.write(f"{fate}\n")


def endless(root: Path, acks: str) -> None:
    of = workspace_of(root)
    with open(acks, "ab", buffering=0) as out:
        while True:
            if count_up(of, "endless"):
                out.write(b".")


if __name__ == "__main__":
    mode, root, *rest = sys.argv[1:]
    if mode == "endless":
        endless(Path(root), rest[0])
    else:
        {"race": race, "killed": killed}[mode](Path(root), *map(int, rest))
