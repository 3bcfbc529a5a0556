"""Does weighting to the customer base give the true NPS back where who answers is biased?

Simulated bases whose opinions and whose willingness to answer hang on the same trait. The true score
is what all customers would be expected to say. A survey is within two points only as far as chance
lets it: the error by chance alone stands beside.
"""

from __future__ import annotations

import argparse
import json

import numpy as np
import pandas as pd

from cxlib.value.grid import GRID, quantile_scores
from cxlib.voice.weighting import weighted

FIFTHS = (0.2, 0.4, 0.6, 0.8)


def customers(n, rng):
    """A base as RFM gives it: who buys more often spends more and bought more lately."""
    pace = rng.gamma(1.0, 1.0, n)
    frequency = 1 + rng.poisson(3 * pace)
    recency = 1 + np.floor(rng.exponential(90 / (0.4 + pace)))
    monetary = np.round(frequency * np.exp(rng.normal(11.5, 0.8, n)))
    measures = {"recency_days": recency, "frequency": frequency, "monetary": monetary}
    scores = {
        m: quantile_scores(v.astype(float), tuple(np.quantile(v, FIFTHS)))
        for m, v in measures.items()
    }
    r, f = 6 - scores["recency_days"], scores["frequency"]
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            **measures,
            "r": r,
            "f": f,
            "m": pd.array(scores["monetary"], dtype="Int64"),
            "segment": [GRID[a - 1][b - 1] for a, b in zip(r, f, strict=True)],
        }
    )


def standard(values):
    logs = np.log(values.to_numpy(dtype=float))
    return (logs - logs.mean()) / logs.std()


def steep(money, recency, frequency):
    return 0.6 * money, np.exp(1.5 * money)


def by_value(money, recency, frequency):
    return 0.6 * money, np.exp(money)


def top_half(money, recency, frequency):
    return 0.6 * money, np.where(money > np.median(money), 10.0, 1.0)


def by_recency(money, recency, frequency):
    return -0.6 * recency, np.exp(-recency)


def by_frequency(money, recency, frequency):
    return 0.6 * frequency, np.exp(frequency)


def together(money, recency, frequency):
    both = (money > 0) & (recency < 0)
    return 0.4 * money - 0.3 * recency + 0.5 * both, np.where(both, 6.0, 1.0)


BIASES = {
    "money, very steep": steep,
    "money": by_value,
    "the upper half": top_half,
    "recency": by_recency,
    "frequency": by_frequency,
    "money and recency together": together,
}


def survey(base, bias, answers, rng):
    """Answers of some customers, and the expected NPS of all of them.

    Opinions follow an ordered logit; each customer answers independently, with a chance in proportion
    to what the bias says, at most 0.9.
    """
    taste, eager = bias(*(standard(base[m]) for m in ("monetary", "recency_days", "frequency")))
    detractor = 1 / (1 + np.exp(0.9 + taste))
    promoter = 1 / (1 + np.exp(0.2 - taste))
    scale = answers / eager.sum()
    for _ in range(50):
        chance = np.minimum(scale * eager, 0.9)
        scale *= answers / chance.sum()
    luck = rng.random(len(base))
    value = np.where(luck < detractor, -100.0, np.where(luck > 1 - promoter, 100.0, 0.0))
    answered = rng.random(len(base)) < chance
    given = pd.DataFrame({"customer_id": base["customer_id"], "value": value})[answered]
    return given.reset_index(drop=True), 100 * (promoter - detractor).mean()


def simulated(bias, surveys, size, answers):
    """Rows of (raw - true, weighted - true, whether the interval covers)."""
    rows = []
    for i in range(surveys):
        rng = np.random.default_rng([i, size, answers])
        base = customers(size, rng)
        given, true = survey(base, bias, answers, rng)
        found = weighted(given, base)
        score = found.weighted
        rows.append((found.raw.value - true, score.value - true, score.low <= true <= score.high))
    return np.array(rows, dtype=float)


def main(argv: list[str]) -> int:
    """Print the table; exit 1 where the mean error is above two points or coverage is off."""
    parser = argparse.ArgumentParser(prog="bench weighting", description=__doc__)
    parser.add_argument("--surveys", type=int, default=400)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--answers", type=int, default=3_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    rows = {}
    for name, bias in BIASES.items():
        found = simulated(bias, options.surveys, options.customers, options.answers)
        off, error = found[:, 0], found[:, 1]
        rows[name] = {
            "raw_off": off.mean(),
            "mean_error": error.mean(),
            "median_error": float(np.median(np.abs(error))),
            "within_2": float((np.abs(error) <= 2).mean()),
            "covered": found[:, 2].mean(),
        }
    if options.json:
        print(json.dumps(rows))
    else:
        size = f"{options.customers:,} customers, about {options.answers:,} answers"
        print(f"{options.surveys} surveys a bias, {size}\n")
        print("| bias by | raw is off by | mean error | median error | within 2 points | covered |")
        print("|---|---|---|---|---|---|")
        for name, row in rows.items():
            print(
                f"| {name} | {row['raw_off']:.1f} | {row['mean_error']:+.2f} |"
                f" {row['median_error']:.2f} | {row['within_2']:.0%} | {row['covered']:.1%} |"
            )
    good = all(abs(r["mean_error"]) <= 2 and 0.93 <= r["covered"] <= 0.98 for r in rows.values())
    return 0 if good else 1
