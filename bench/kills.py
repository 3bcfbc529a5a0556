"""Does an import that is killed at any moment leave the old data or the new, and nothing else?

Starts imports (new files, files that replace, files that are added), kills the process and its
children at seeded moments spread over reading, recognising, converting and keeping, starts again,
and looks: every version that the catalogue names is readable and has its digest, none that was kept
is gone, and no file lies about.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cxlib.ingest import canonical
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import intake, janitor
from cxlib.store.workspaces import Store, Workspace

STEPS = ("stage", "propose", "convert", "keep")
NAMED = {"staged": ("path", "rejects"), "imported": ("table", "lines", "rejects")}
KIND = "transactions"
CODE = "from bench.kills import work; import sys; work(*sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Killed:
    """One kill: in which step, how long after its start, and what was wrong afterwards."""

    step: str
    mode: str
    seconds: float
    kept: bool
    swept: int
    wrong: tuple[str, ...]


def open_store(root: Path) -> Store:
    return Store(root, None, lambda: datetime.now(UTC), lambda: uuid4().hex)


def write(path: Path, rows: int, number: int) -> None:
    """An order file; every fifth order is the same in all of them, products included."""
    draw = random.Random(number)
    with path.open("w", encoding="utf-8") as out:
        out.write("customer_id,date,order_id,product,amount\n")
        for row in range(rows):
            order = row if row % 5 == 0 else number * rows + row
            amount = row if row % 5 == 0 else draw.randrange(10**6)
            day = f"2026-{1 + row % 12:02d}-{1 + row % 28:02d}"
            out.write(f"C{row % 997},{day},A{order},P{row % 7},{amount}.25\n")


def work(root: str, workspace: str, file: str, mode: str) -> None:
    """An import in a process of its own; says which step it begins, and what it kept."""
    store = open_store(Path(root))
    janitor.start(store)
    opened = store.open(workspace)
    say("stage")
    with Path(file).open("rb") as stream:
        upload = opened.stage(stream, "orders.csv")
    staged = intake.stage(upload, ReadOptions())
    say("propose")
    made = plan(intake.propose(staged, KIND, ()))
    say("convert")
    imported = intake.check(upload, staged, made)
    say("keep")
    kept = intake.keep(opened, upload, made, imported, "append" if mode == "append" else "replace")
    say(f"kept {kept.id}")
    say("end")


def say(text: str) -> None:
    print(text, flush=True)


def started(
    root: Path, workspace: str, file: Path, mode: str, folder: Path
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(root), workspace, str(file), mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(folder), "PYTHONPATH": str(Path(__file__).parents[1])},
    )


def durations(root: Path, workspace: str, file: Path, folder: Path) -> dict[str, float]:
    """Seconds of each step of an import that nobody disturbs."""
    child, marks = started(root, workspace, file, "replace", folder), []
    assert child.stdout is not None
    for line in child.stdout:
        marks.append((line.split()[0], time.monotonic()))
    _, problem = child.communicate()
    if child.returncode:
        raise RuntimeError(problem)
    began = dict(marks)
    ends = dict(zip(STEPS, [*STEPS[1:], "end"], strict=True))
    return {step: began[ends[step]] - began[step] for step in STEPS}


def kill(child: subprocess.Popen[str], step: str, after: float) -> list[str]:
    """Kill the whole group of processes a while after a step began; what it had said."""
    assert child.stdout is not None
    said: list[str] = []
    for line in child.stdout:
        said.append(line.strip())
        if line.strip() == step:
            time.sleep(after)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    rest, problem = child.communicate()
    if child.returncode > 0:
        raise RuntimeError(problem)
    return said + rest.split("\n")


def wrongs(store: Store, workspace: Workspace, known: set[str]) -> list[str]:
    """What is not as it must be, in words."""
    found = []
    versions = {version.id: version for version in workspace.snapshots(KIND)}
    found += [f"version {lost} is lost" for lost in known - set(versions)]
    if known and workspace.current(KIND) is None:
        found.append("nothing is current")
    for version in versions.values():
        try:
            tables = [version.table, *([version.lines] if version.lines else [])]
            if canonical.digest(tables) != version.digest:
                found.append(f"version {version.id} has another digest")
        except (OSError, ValueError) as error:  # pyarrow's are ValueErrors
            found.append(f"version {version.id} is unreadable: {error}")
    return found + [f"stray {path}" for path in strays(store)]


def strays(store: Store) -> list[Path]:
    """Files under the root that nothing names."""
    root = store.folder.parent
    named = {
        root / name for name in ("lock", *(f"catalogue.sqlite{s}" for s in ("", "-wal", "-shm")))
    }
    for workspace in store.workspaces():
        for version in workspace.snapshots(KIND):
            named |= {version.folder / name for name in version.rows}
        for upload in (workspace.folder / "staged").glob("*"):
            named |= {upload / "upload", upload / "upload.json"}
            for step, files in NAMED.items():
                report = upload / f"{step}.json"
                if report.exists():
                    told = json.loads(report.read_text("utf-8"))[step]
                    paths = (told.get(name) for name in files)
                    named |= {report, *(Path(path) for path in paths if path)}
    return [path for path in root.rglob("*") if path.is_file() and path not in named]


def trial(
    root: Path, workspace: str, file: Path, mode: str, folder: Path, step: str, after: float
) -> Killed:
    """Kill one import, start again and look."""
    store = open_store(root)
    before = {version.id for version in store.open(workspace).snapshots(KIND)}
    store.close()
    said = kill(started(root, workspace, file, mode, folder), step, after)
    told = {line.split()[1] for line in said if line.startswith("kept ")}
    store = open_store(root)
    try:
        swept = janitor.sweep(store)
        opened = store.open(workspace)
        wrong = wrongs(store, opened, before | told)
        wrong += [f"stray {path}" for path in folder.rglob("*")]
        kept = bool({version.id for version in opened.snapshots(KIND)} - before)
    finally:
        store.close()
    return Killed(step, mode, after, kept, swept.strays + swept.orphans, tuple(wrong))


def trials(root: Path, times: int, rows: int, seed: int) -> list[Killed]:
    """As many kills as asked for, the steps in turn, at random moments of each."""
    draw = random.Random(seed)
    folder, file = root / "elsewhere", root / "orders.csv"
    folder.mkdir()
    store = open_store(root / "home")
    workspace = store.create("bench", "kills").id
    store.close()
    write(file, rows, 0)
    lasts = durations(root / "home", workspace, file, folder)
    found = []
    for number in range(times):
        write(file, rows, number + 1)
        step = STEPS[number % len(STEPS)]
        mode = "append" if number // len(STEPS) % 2 else "replace"
        after = draw.uniform(0, lasts[step])
        found.append(trial(root / "home", workspace, file, mode, folder, step, after))
    return found


def main(argv: list[str]) -> int:
    """Print the table; exit 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="bench kills", description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="cxlib-kills-") as folder:
        found = trials(Path(folder), options.times, options.rows, options.seed)
    print(
        "| killed during | kills | old data | new data | left behind, swept at the start | wrong |"
    )
    print("|---|---|---|---|---|---|")
    for step in STEPS:
        those = [each for each in found if each.step == step]
        new, swept = sum(each.kept for each in those), sum(each.swept for each in those)
        wrong = sum(bool(each.wrong) for each in those)
        print(f"| {step} | {len(those)} | {len(those) - new} | {new} | {swept} | {wrong} |")
    for what, times in Counter(wrong for each in found for wrong in each.wrong).most_common(20):
        print(f"{times} × {what}")
    print(f"\n{len(found)} kills, {time.perf_counter() - began:.0f} s.")
    return int(any(each.wrong for each in found))
