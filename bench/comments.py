"""A million comments through `sentiment` on one core: comments a second, and memory along the way.

    python -m bench comments [--rows 1000000] [--json]

The comments are made by rules (`bench/rule_comments.py`), one to five of them in a row. Memory is the
most that the command and its child have held, by half of the time and by the end.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench._memory import children, peak
from bench.rule_comments import comments
from cxlib.voice import wordlists

POOL = 20_000  # comments a language and label that a row is made of


def main(argv: list[str]) -> int:
    """Write the file, label it, print speed and memory."""
    parser = argparse.ArgumentParser(prog="python -m bench comments", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="cxlib-bench-") as folder:
        source = Path(folder) / "comments.csv"
        size = _write(source, options.rows)
        found = _labelled(source, Path(folder) / "labelled.csv", options.rows)
    found |= {"rows": options.rows, "characters_a_comment": round(size / options.rows)}
    if options.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:24} {value:,.0f}")
    return 0


def _write(path: Path, rows: int) -> int:
    chance = random.Random(1)
    lists = {lang: wordlists.opinions(lang) for lang in wordlists.LANGUAGES}
    pool = [text for text, *_ in comments(lists, wordlists.opinions("emoji"), POOL, 1)]
    size = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "comment"])
        for number in range(rows):
            text = ". ".join(chance.choices(pool, k=chance.randint(1, 5)))
            size += len(text)
            writer.writerow([number, text])
    return size


def _labelled(source: Path, out: Path, rows: int) -> dict[str, float]:
    """Run the command on the first core; see what it holds along the way."""
    command = [sys.executable, "-m", "cxlib", "sentiment", str(source), "--text-column", "comment"]
    started = time.perf_counter()
    core = min(os.sched_getaffinity(0))
    process = subprocess.Popen(
        [*command, "--out", str(out), "--json"],
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    held: list[tuple[float, float]] = []
    while process.poll() is None:
        own = [peak(pid) for pid in (process.pid, *children(process.pid))]
        held.append((time.perf_counter() - started, sum(own)))
        time.sleep(0.2)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"the command ended with {process.returncode}")
    written = sum(1 for _ in out.open(encoding="utf-8", newline="")) - 1
    if written < rows:
        raise SystemExit(f"{written:,} rows were written of {rows:,}")
    half = max(mb for at, mb in held if at <= seconds / 2)
    return {
        "comments_a_second": rows / seconds,
        "seconds": seconds,
        "megabytes_at_half": half,
        "megabytes_at_the_end": max(mb for _, mb in held),
    }
