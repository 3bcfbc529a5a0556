"""Do 95 % intervals hold 95 % of the time? Parameters, totals of segments, and single customers.

Simulates BG/NBD customers with Gamma-Gamma spend from known parameters, fits what was seen, and looks
at the weeks after: how often the intervals of parameters hold the truth, those of expected totals
the true expectation, those of actual totals and of single customers what came.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.statistics import Z
from cxlib.value.clv.ladder import Fit, climb, climb_spend
from cxlib.value.clv.outlook import money_ahead, purchases_ahead
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.predictive import chance_of_at_least, limits, spend_limits
from cxlib.value.clv.simulate import simulate_purchases, summarised
from cxlib.value.clv.totals import totals
from cxlib.value.kmeans import one_thread

Floats = NDArray[np.float64]

PURCHASES = {"r": 0.24, "alpha": 4.41, "a": 0.79, "b": 2.43}
SPEND = {"p": 6.25, "q": 3.75, "v": 15.5}
AHEAD = 39.0
"""For how many weeks customers are predicted."""
RECENT = 13.0
PROMISED = (0.93, 0.97)
EVERY = 10
"""Limits of spend are drawn, not computed: they are looked at in each tenth data set."""


def segments(summary: pd.DataFrame) -> NDArray[np.object_]:
    """How often and how lately customers bought, as RFM would group them."""
    x, idle = summary["frequency"].to_numpy(), (summary["T"] - summary["recency"]).to_numpy()
    often = np.select([x == 0, x == 1, x <= 4], ["once", "twice", "3 to 5 times"], "more often")
    when = np.where(idle <= RECENT, "recent", "lapsed")
    return np.where(x == 0, often, often + " " + when).astype(object)


def truth(model: str, unit: str, params: dict[str, float]) -> Fit:
    """The known parameters, as a fit that is sure of them."""
    k = len(params)
    return Fit(model, unit, params, ((0.0,) * k,) * k, 0.0, 0.0, 1)


def one(seed: int, index: int, customers: int, seen: tuple[float, float]) -> dict[str, Any]:
    """What the intervals of one data set held; only ``converged`` where there is no fit."""
    with one_thread():
        return _one(seed, index, customers, seen)


def _one(seed: int, index: int, customers: int, weeks: tuple[float, float]) -> dict[str, Any]:
    generator = np.random.default_rng([seed, index])
    T = generator.uniform(*weeks, customers)
    made = simulate_purchases(generator, T + AHEAD, PURCHASES, SPEND)
    seen = made["time"].to_numpy() <= T[made["customer"]]
    summary = summarised(made[seen], T)
    later = made[~seen]
    count = np.bincount(later["customer"], minlength=customers)
    money = np.bincount(later["customer"], later["value"], minlength=customers)
    x, t_x, paid = (summary[c].to_numpy(float) for c in ("frequency", "recency", "frequency"))
    mean = summary["monetary_value"].fillna(0).to_numpy()
    some = paid > 0
    climbed = climb("bgnbd", Patterns.merged(x, t_x, T), "W")
    fit, spend = climbed.fit, climb_spend(paid[some], mean[some]).fit
    if fit is None or fit.model != "bgnbd" or spend is None:
        return {"converged": False}
    known, known_spend = truth("bgnbd", "W", PURCHASES), truth("gammagamma", "", SPEND)
    history = (x, t_x, T)
    groups = segments(summary)
    rows = []
    outlooks = (
        ("purchases", count, [purchases_ahead(f, *history, AHEAD) for f in (fit, known)]),
        (
            "spend",
            money,
            [
                money_ahead(f, s, *history, paid, mean, AHEAD)
                for f, s in ((fit, spend), (known, known_spend))
            ],
        ),
    )
    for what, came, (ours, true) in outlooks:
        unit: Any = "count" if what == "purchases" else "money"
        for named in (groups, np.full(customers, "all", dtype=object)):
            for total in totals(ours, named, unit):
                of = named == total.group
                expected, actual = true.mean[of].sum(), came[of].sum()
                held = total.actual is not None and total.actual.low <= actual <= total.actual.high
                within = total.expected.low <= expected <= total.expected.high
                rows.append((what, total.group, expected, within, held))
    low, high = limits(fit, *history, AHEAD)
    above, below = (1 - chance_of_at_least(count + d, fit, *history, AHEAD) for d in (1, 0))
    found = {
        "converged": True,
        "helped": bool(climbed.notes),
        "z": [_z(fit, PURCHASES), _z(spend, SPEND)],
        "totals": rows,
        "held": float(((low <= count) & (count <= high)).mean()),
        "width": float((high - low).mean()),
        "pit": below + generator.random(customers) * (above - below),
    }
    if index % EVERY == 0:
        least, most = spend_limits(fit, spend, *history, paid, mean, AHEAD, seed)
        found["spend_held"] = float(((least <= money) & (money <= most)).mean())
    return found


def _z(fit: Fit, known: dict[str, float]) -> list[float]:
    """(log estimate − log truth) / standard error of each parameter."""
    away = fit.log_params - np.log(list(known.values()))
    return list(away / np.sqrt(np.diag(np.array(fit.covariance))))


def measured(
    seed: int, sets: int, customers: int, seen: tuple[float, float]
) -> Iterator[dict[str, Any]]:
    """All data sets, on all cores."""
    with ProcessPoolExecutor() as pool:
        yield from pool.map(
            partial(one, seed, customers=customers, seen=seen),
            range(sets),
            chunksize=max(1, sets // 100),
        )


def summed(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares over the data sets that were fitted."""
    fitted = [one for one in found if one["converged"]]
    z = np.array([[*one["z"][0], *one["z"][1]] for one in fitted])
    held = pd.DataFrame(
        [row for one in fitted for row in one["totals"]],
        columns=["what", "segment", "mean", "expected", "actual"],
    )
    held["sets"] = 1
    by = held.groupby(["what", "segment"], sort=True).agg(
        {"mean": "mean", "expected": "mean", "actual": "mean", "sets": "sum"}
    )
    pit = np.concatenate([one["pit"] for one in fitted])
    deciles = np.histogram(pit, np.linspace(0, 1, 11))[0] / len(pit)
    return {
        "sets": len(found),
        "converged": len(fitted),
        "helped": sum(one["helped"] for one in fitted),
        "parameters": {
            name: {
                "mean_z": float(z[:, i].mean()),
                "sd_z": float(z[:, i].std(ddof=1)),
                "too_low": float((z[:, i] < -Z).mean()),
                "too_high": float((z[:, i] > Z).mean()),
                "covered": float((np.abs(z[:, i]) <= Z).mean()),
            }
            for i, name in enumerate(PURCHASES | SPEND)
        },
        "totals": by.reset_index().to_dict("records"),
        "customers": {
            "held": float(np.mean([one["held"] for one in fitted])),
            "least_held": float(np.min([one["held"] for one in fitted])),
            "width": float(np.mean([one["width"] for one in fitted])),
            "spend_held": float(np.mean([o["spend_held"] for o in fitted if "spend_held" in o])),
        },
        "pit": {"mean": float(pit.mean()), "deciles": [float(share) for share in deciles]},
    }


def broken(result: dict[str, Any]) -> list[str]:
    """Which promises do not hold."""
    low, high = PROMISED
    named = {name: one["covered"] for name, one in result["parameters"].items()}
    for row in result["totals"]:
        for kind in ("expected", "actual"):
            named[f"{kind} {row['what']} of {row['segment']}"] = row[kind]
    missed = [name for name, share in named.items() if not low <= share <= high]
    if result["customers"]["held"] < 0.95:
        missed.append("limits of single customers")
    if abs(result["pit"]["mean"] - 0.5) > 0.01:
        missed.append("mean of the PIT")
    if max(abs(share - 0.1) for share in result["pit"]["deciles"]) > 0.01:
        missed.append("deciles of the PIT")
    return missed


def main(argv: list[str]) -> int:
    """Print the tables; exit 1 where a promise does not hold."""
    parser = argparse.ArgumentParser(prog="bench coverage", description=__doc__)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--seen", type=float, nargs=2, default=[39.0, 78.0], metavar="WEEKS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    began = time.perf_counter()
    found = measured(options.seed, options.sets, options.customers, tuple(options.seen))
    result = summed(list(found))
    missed = broken(result)
    if options.json:
        print(json.dumps({**result, "missed": missed}))
        return 1 if missed else 0
    print(
        f"{options.sets} data sets of {options.customers:,} customers, seen for"
        f" {options.seen[0]:g} to {options.seen[1]:g} weeks, seed {options.seed};"
        f" {result['converged']} fitted, {result['helped']} of them not at the first start\n"
    )
    print("| parameter | truth | mean z | sd z | interval too low | too high | covered |")
    print("|---|---|---|---|---|---|---|")
    for name, value in (PURCHASES | SPEND).items():
        row = result["parameters"][name]
        print(
            f"| {name} | {value} | {row['mean_z']:.2f} | {row['sd_z']:.2f} "
            f"| {100 * row['too_low']:.1f} % | {100 * row['too_high']:.1f} % "
            f"| {100 * row['covered']:.1f} % |"
        )
    print("\n| total | segment | expected, mean | expectation covered | actual total covered |")
    print("|---|---|---|---|---|")
    for row in result["totals"]:
        print(
            f"| {row['what']} | {row['segment']} | {row['mean']:,.1f} "
            f"| {100 * row['expected']:.1f} % | {100 * row['actual']:.1f} % |"
        )
    each, pit = result["customers"], result["pit"]
    print(
        f"\nSingle customers: {100 * each['held']:.2f} % of purchase counts within their limits"
        f" (least in a data set: {100 * each['least_held']:.2f} %; mean width {each['width']:.2f});"
        f" {100 * each['spend_held']:.2f} % of spends (each tenth data set)."
    )
    shares = ", ".join(f"{100 * share:.2f}" for share in pit["deciles"])
    print(f"Randomised PIT: mean {pit['mean']:.4f}; deciles in %: {shares}.")
    print(f"Promises that do not hold: {', '.join(missed) or 'none'}.")
    print(f"{time.perf_counter() - began:.0f} s.")
    return 1 if missed else 0
