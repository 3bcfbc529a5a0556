"""How time and memory grow with the file: cxlib alone, from a CSV to RFM and lifetime value.

    python -m bench scale [--rows 1000000 10000000 30000000] [--seed 1] [--json]

The customers of `bench speed`, about three orders each, in files of several sizes; the steps are those
of `_imported.py`, in a process of their own. Printed are seconds from the file to the values with their
intervals, how much longer each file takes than the first, and the larger peak of the process and of
the child in which it reads.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from bench.speed import measured, orders

PIECE = 300_000  # customers that are simulated at once
EACH = 3.36  # orders of a customer, on average


def written(path: Path, rows: int, seed: int) -> int:
    """Write a file of about so many rows, of several waves of customers; how many it has."""
    customers, count = round(rows / EACH), 0
    for piece, first in enumerate(range(0, customers, PIECE)):
        table = orders(min(PIECE, customers - first), seed + piece)
        for name in ("order_id", "customer_id"):
            table[name] = table[name].str[0] + f"{piece:03}" + table[name].str[1:]
        table.to_csv(path, index=False, mode="a", header=not piece)
        count += len(table)
    return count


def main(argv: list[str]) -> int:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(prog="bench scale", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10**6, 10**7, 3 * 10**7])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    found = []
    if not options.json:
        print("| rows | seconds | times the first | peak, MB |\n|---|---|---|---|")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "orders.csv"
            count = written(path, rows, options.seed)
            took = measured("imported", path, options.seed)
        found.append({"rows": count, **took})
        if not options.json:
            growth = took["end_to_end"] / found[0]["end_to_end"]
            seconds, peak = took["end_to_end"], took["peak_memory"]
            print(f"| {count:,} | {seconds:.1f} | {growth:.1f} | {peak:.0f} |", flush=True)
    if options.json:
        print(json.dumps(found))
    return 0
