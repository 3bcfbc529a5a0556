"""From a CSV to RFM, lifetime value and clusters, beside lifetimes and scikit-learn.

    python -m bench speed [--customers 1000000] [--repeat 5] [--seed 1] [--json]

Simulated customers of known parameters, three orders each. Each side runs in processes of its own, in
turn; medians count. A ratio is the peer's time divided by ours (for the peak of memory, ours divided
by the peer's). Ours includes intervals and the test of the models on the past. Both are told which
column is which and how days are written; *imported* is cxlib from end to end with a file of which
nothing is known, every cell checked and every row accounted for, which the peer does not do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from cxlib.value.clv.simulate import simulate_purchases

PURCHASES = {"r": 0.6, "alpha": 60.0, "a": 0.8, "b": 2.5}
SPEND = {"p": 6.25, "q": 3.75, "v": 200_000.0}
DAYS = (200, 720)
"""When the first customer came, and how long the last one has been known at least, in days."""
STEPS = (
    "read", "summary", "rfm", "bgnbd_fit", "gamma_gamma_fit", "clv_12_months", "clustering",
    "end_to_end",
)  # fmt: skip
RATIOS = ("bgnbd_fit", "gamma_gamma_fit", "clv_12_months", "clustering", "end_to_end")
SIDES = ("stock", "ours", "imported")
# Both sides with pages of 4 kB, unless the variable says otherwise: on a virtual machine whose host
# takes free memory back, filling a huge page takes anything from a seventh of that time to seven
# times as long, by chance.
PAGES = {"NUMPY_MADVISE_HUGEPAGE": "0"}


def orders(customers: int, seed: int) -> pd.DataFrame:
    """Orders of simulated customers, in the order of time."""
    generator = np.random.default_rng(seed)
    age = generator.integers(*DAYS, customers).astype(float)
    made = simulate_purchases(generator, age, PURCHASES, SPEND)
    start = np.datetime64("2024-01-01") + (DAYS[1] - age[made["customer"]]).astype(int)
    made["day"] = start + np.floor(made["time"]).astype(int).to_numpy()
    made = made.sort_values("day", kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "order_id": "O" + made.index.astype(str).str.zfill(8),
            "order_date": made["day"].dt.strftime("%Y-%m-%d"),
            "customer_id": "C" + made["customer"].astype(str).str.zfill(7),
            "amount": made["value"].round(2),
        }
    )


def measured(side: str, path: Path, seed: int) -> dict[str, float]:
    """What a side says of itself, in a process of its own."""
    command = [sys.executable, "-m", f"bench._{side}", str(path), str(seed)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=PAGES | os.environ
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def medians(path: Path, seed: int, repeat: int) -> dict[str, dict[str, float]]:
    """What each side says of itself, in turn and so many times: medians."""
    runs: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for _ in range(repeat):
        for side, found in runs.items():
            found.append(measured(side, path, seed))
    return {
        side: {key: median(run[key] for run in found) for key in found[0]}
        for side, found in runs.items()
    }


def ratios(
    stock: dict[str, float], ours: dict[str, float], imported: dict[str, float]
) -> dict[str, float]:
    """How many times as long the peer takes, and what share of its memory we need."""
    found = {step: stock[step] / ours[step] for step in RATIOS}
    found["end_to_end_imported"] = stock["end_to_end"] / imported["end_to_end"]
    memory = stock["peak_memory"]
    found["peak_memory"] = ours["peak_memory"] / memory
    return found | {"peak_memory_imported": imported["peak_memory"] / memory}


def lines(stock: dict[str, float], ours: dict[str, float], imported: dict[str, float]) -> list[str]:
    """The table of the steps, and whether both came to the same."""
    compared = ratios(stock, ours, imported)
    whole = f"{stock['end_to_end']:.2f} s | {imported['end_to_end']:.2f} s"
    memory = f"{stock['peak_memory']:.0f} MB"
    return [
        "| step | lifetimes, scikit-learn | cxlib | ratio |",
        "|---|---|---|---|",
        *(
            f"| {step} | {stock[step]:.2f} s | {ours[step]:.2f} s | {stock[step] / ours[step]:.1f} |"
            for step in STEPS
        ),
        f"| end_to_end, imported | {whole} | {compared['end_to_end_imported']:.1f} |",
        f"| peak_memory | {memory} | {ours['peak_memory']:.0f} MB | {compared['peak_memory']:.2f} |",
        f"| peak_memory, imported | {memory} | {imported['peak_memory']:.0f} MB "
        f"| {compared['peak_memory_imported']:.2f} |",
        *(f"\n{side}: {_fitted(found)}" for side, found in (("stock", stock), ("ours", ours))),
    ]


def _fitted(found: dict[str, float]) -> str:
    parameters = (f"{key} {found[key]:.6g}" for key in found if "_" in key and key[-2] == "_")
    return f"{', '.join(parameters)}; inertia {found['inertia']:.0f}; value {found['clv']:.4g}"


def main(argv: list[str]) -> int:
    """Print times, ratios and whether both came to the same."""
    parser = argparse.ArgumentParser(prog="bench speed", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "orders.csv"
        table = orders(options.customers, options.seed)
        table.to_csv(path, index=False)
        rows = len(table)
        del table
        found = medians(path, options.seed, options.repeat)
    if options.json:
        compared = ratios(*(found[side] for side in SIDES))
        print(
            json.dumps({"customers": options.customers, "rows": rows, "ratios": compared, **found})
        )
        return 0
    print(f"{options.customers:,} customers, {rows:,} orders, medians of {options.repeat}\n")
    print("\n".join(lines(*(found[side] for side in SIDES))))
    return 0
