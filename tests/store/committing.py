"""Children for the crash tests: they commit, and some are killed at a chosen step of it.

python committing.py killed ROOT STEPS   one fork a step, killed just before its n-th disk step
python committing.py together ROOT N M   N forks that commit M versions each to one workspace
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
from pyarrow import parquet

from cxlib.store.catalogue import Catalogue
from cxlib.store.workspaces import Store

STEPS = [(os, "mkdir"), (os, "link"), (os, "fsync"), (os, "replace"), (os, "unlink")]


def open_store(root: Path) -> Store:
    return Store(root, None, lambda: datetime.now(UTC), lambda: uuid4().hex)


def write_table(folder: Path, value: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table({"value": [value] * 1000}), folder / "orders.parquet")
    return folder / "orders.parquet"


def commit(store: Store, workspace: str, folder: Path, value: int) -> None:
    table = write_table(folder, value)
    store.open(workspace).commit(
        "transactions", [table], digest=f"d{value}", source="a.csv", report={"value": value}
    )


def kill_before(step: int) -> None:
    """Die without warning before the n-th call that changes the disk, the transaction's included."""
    left = step

    def counted(call):
        def counting(*args, **kwargs):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return counting

    for module, name in STEPS:
        setattr(module, name, counted(getattr(module, name)))
    Catalogue.add_snapshot = counted(Catalogue.add_snapshot)
    Catalogue._claim = staticmethod(counted(Catalogue._claim))
    Catalogue._supersede = staticmethod(counted(Catalogue._supersede))


def in_child(work) -> int:
    if child := os.fork():
        return child
    try:
        work()
    finally:
        os._exit(0 if sys.exc_info()[0] is None else 1)


def killed(root: Path, steps: int) -> None:
    for step in range(steps):
        home = root / f"{step:02d}"
        store = open_store(home)
        workspace = store.create("test", "shop").id
        (root / f"{step:02d}.id").write_text(workspace)
        commit(store, workspace, home / "in", 1)
        store.close()

        def work(home=home, step=step, workspace=workspace) -> None:
            own = open_store(home)
            write_table(home / "in", 2)
            kill_before(step)
            commit(own, workspace, home / "in", 2)

        _, status = os.waitpid(in_child(work), 0)
        fate = "killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}"
        sys.stdout.write(f"{fate}\n")


def together(root: Path, children: int, versions: int, stride: int) -> None:
    workspace = (root / "id").read_text()

    def work(child: int) -> None:
        store = open_store(root)
        for version in range(versions):
            commit(store, workspace, root / f"in{child}", stride * child + version)

    waiting = [in_child(lambda child=child: work(child)) for child in range(children)]
    codes = [os.WEXITSTATUS(os.waitpid(child, 0)[1]) for child in waiting]
    sys.stdout.write(" ".join(map(str, codes)))


if __name__ == "__main__":
    mode, root, *numbers = sys.argv[1:]
    {"killed": killed, "together": together}[mode](Path(root), *map(int, numbers))
