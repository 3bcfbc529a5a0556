"""How often does a constant NPS raise an alarm, and how often is a real fall called at its month?

A year is 12 comparisons of 13 months. Judged once at its end it keeps its promise; who looks every
month and stops at the first alarm sees more of them, which is printed beside.
"""

from __future__ import annotations

import argparse
import json

import numpy as np
from numpy.typing import ArrayLike

from cxlib.results import Estimate, Verdict
from cxlib.statistics import adjusted_wald, estimate_verdicts

MONTHS = 12
USUAL = (0.5, 0.3, 0.2)  # promoters, passives, detractors: NPS 30
FALLEN = (0.355, 0.34, 0.305)  # 25 points lower
CALLED = ("up", "down")


def judged(generator: np.random.Generator, shares: ArrayLike, n: int) -> list[Estimate]:
    """The scores of months of n answers each, their shares a month."""
    given = np.array([generator.multinomial(n, month) for month in np.asarray(shares)])
    low, high, _ = adjusted_wald(given[:, 0], given[:, 2], n)
    scores = 100 * (given[:, 0] - given[:, 2]) / n
    return [
        Estimate(float(score), float(a), float(b), n, "points", "adjusted Wald")
        for score, a, b in zip(scores, low, high, strict=True)
    ]


def verdicts(scores: list[Estimate]) -> tuple[Verdict, ...]:
    """The family of the newest comparisons."""
    names = [f"m{i:02}" for i in range(len(scores))]
    return estimate_verdicts(scores, names, [True] * len(scores))


def alarms(years: int, n: int, seed: int) -> tuple[float, float]:
    """The share of constant years with an alarm: judged once at the end, and looked at every month."""
    generator = np.random.default_rng(seed)
    once = often = 0
    for _ in range(years):
        scores = judged(generator, [USUAL] * (MONTHS + 1), n)
        once += any(v.state in CALLED for v in verdicts(scores))
        often += any(
            verdicts(scores[:seen])[-1].state in CALLED for seen in range(2, len(scores) + 1)
        )
    return once / years, often / years


def found(falls: int, n: int, seed: int) -> float:
    """The share of falls by 25 points that are called at their month."""
    generator = np.random.default_rng(seed)
    months = [USUAL] * MONTHS + [FALLEN]
    return (
        sum(verdicts(judged(generator, months, n))[-1].state == "down" for _ in range(falls))
        / falls
    )


def main(argv: list[str]) -> int:
    """Print the shares; exit 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(prog="bench alarms", description=__doc__)
    parser.add_argument("--years", type=int, default=500)
    parser.add_argument("--answers", type=int, default=90)
    parser.add_argument("--answers-of-the-fall", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    once, often = alarms(options.years, options.answers, options.seed)
    called = found(options.years, options.answers_of_the_fall, options.seed + 1)
    if options.json:
        print(json.dumps({"once": once, "every_month": often, "falls_called": called}))
    else:
        print(f"{options.years} years, {options.answers} answers a month\n")
        print("| | share |")
        print("|---|---|")
        print(f"| constant, judged once at the end: an alarm | {once:.1%} |")
        print(f"| constant, the newest month looked at every month: an alarm | {often:.1%} |")
        print(
            f"| 25 points lower at {options.answers_of_the_fall} answers: called at its month |"
            f" {called:.1%} |"
        )
    return 0 if once <= 0.10 and called >= 0.90 else 1
