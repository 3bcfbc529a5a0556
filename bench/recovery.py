"""Do known BG/NBD and Gamma-Gamma parameters come back from simulated customers?

Simulates customers from known parameters, fits, and counts the data sets in which every one of the
seven parameters lies within three standard errors of the truth on the log scale.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from cxlib.value.clv.fitters import BgNbd, GammaGamma
from cxlib.value.clv.simulate import simulate_purchases, summarised

PURCHASES = {"r": 0.25, "alpha": 4.5, "a": 0.8, "b": 2.5}
SPEND = {"p": 6.25, "q": 3.75, "v": 15.5}
WEEKS = 52


def deviations(seed: int, customers: int) -> dict[str, float]:
    """(log estimate − log truth) / standard error of each parameter, of one data set.

    Customers arrive over the first 26 of 52 weeks. Not finite where a fit did not converge.
    """
    generator = np.random.default_rng(seed)
    T = generator.uniform(WEEKS / 2, WEEKS, customers)
    summary = summarised(simulate_purchases(generator, T, PURCHASES, SPEND), T)
    repeats = summary[summary["frequency"] > 0]
    fitters = (
        BgNbd(unit="W").fit(summary["frequency"], summary["recency"], summary["T"]),
        GammaGamma().fit(repeats["frequency"], repeats["monetary_value"]),
    )
    found = {}
    for fitter, truth in zip(fitters, (PURCHASES, SPEND), strict=True):
        errors = np.sqrt(np.diag(fitter.log_covariance_))
        for (name, value), error in zip(fitter.params_.items(), errors, strict=True):
            z = np.log(value / truth[str(name)]) / error
            found[str(name)] = float(z) if fitter.optimum_.converged else float("inf")
    return found


def main(argv: list[str]) -> int:
    """Print the table; exit 1 when fewer than 95 % of the data sets recover."""
    parser = argparse.ArgumentParser(prog="bench recovery", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--customers", type=int, default=20_000)
    options = parser.parse_args(argv)
    began = time.perf_counter()
    rows = [deviations(seed, options.customers) for seed in range(options.seeds)]
    z = np.array([list(row.values()) for row in rows])
    within = np.abs(z) <= 3
    together = int(within.all(axis=1).sum())
    print(f"{options.seeds} data sets of {options.customers:,} customers, {WEEKS} weeks\n")
    print("| parameter | truth | mean z | sd z | largest abs z | within 3 se | within 1.96 se |")
    print("|---|---|---|---|---|---|---|")
    for i, (name, truth) in enumerate((PURCHASES | SPEND).items()):
        column = z[:, i]
        print(
            f"| {name} | {truth} | {column.mean():.2f} | {column.std(ddof=1):.2f} "
            f"| {np.abs(column).max():.2f} | {within[:, i].sum()} "
            f"| {(np.abs(column) <= 1.96).sum()} |"
        )
    seconds = time.perf_counter() - began
    print(f"\nAll seven within three standard errors: {together} of {options.seeds} data sets.")
    print(f"{seconds:.0f} s.")
    return 0 if together >= 0.95 * options.seeds else 1
