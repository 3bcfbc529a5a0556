"""Recurring revenue month by month: where it went, and how much of it was kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.frames.summary import TICKS
from cxlib.periods import Period
from cxlib.results import Estimate, Unit
from cxlib.statistics import LEVEL, wilson

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOVES = ("new", "reactivation", "expansion", "contraction", "churn")
CUSTOMERS = (
    "customers_start",
    "customers_new",
    "customers_returned",
    "customers_lost",
    "customers_end",
)
RATES: dict[str, str] = {
    "grr": "bootstrap",
    "nrr": "bootstrap",
    "gross_churn": "bootstrap",
    "net_churn": "bootstrap",
    "customer_churn": "wilson",
}
RESAMPLES = 2_000
GROUPS = 2_000  # what the bootstrap draws from; see `_resampled`


@dataclass(frozen=True, slots=True)
class Paid:
    """What customers of a month pay: `n` of them pay `start` at its start and `end` at its end.

    Whole ten-thousandths, a row a distinct pair. A row with `start` 0 is of customers who returned.
    """

    start: Ints
    end: Ints
    n: Ints


def movement(changes: pd.DataFrame) -> pd.Series[str]:
    """Which of `MOVES` each change is."""
    before, after, returned = changes["before"], changes["after"], changes["returned"]
    kinds = np.select(
        [(before == 0) & returned, before == 0, after == 0, after > before],
        ["reactivation", "new", "churn", "expansion"],
        "contraction",
    )
    return pd.Series(kinds, index=changes.index, dtype="str")


def paid(changes: pd.DataFrame, periods: Sequence[Period]) -> Iterator[Paid]:
    """The customers of each month, those whose payment does not change included.

    `changes` is as `cxlib.frames.movements.movements` returns it. Who pays what is carried from
    month to month as a count of customers by amount, so that a month costs its changes alone.
    """
    before, after = (changes[column].to_numpy(np.int64) for column in ("before", "after"))
    amounts, place = np.unique(np.concatenate([before, after]), return_inverse=True)
    was, now = place[: len(before)], place[len(before) :]
    held = np.zeros(len(amounts), dtype=np.int64)
    starts = np.array([p.first for p in periods], dtype="datetime64[s]")
    edges = np.searchsorted(changes["month"].to_numpy("datetime64[s]"), [*starts, starts[-1] + 1])
    returned = changes["returned"].to_numpy(np.bool_)
    for low, high in pairwise(edges):
        month = slice(low, high)
        counts = np.column_stack([was[month], now[month]])
        kept = (before[month] > 0) | returned[month]
        pairs, n = np.unique(counts[kept], axis=0, return_counts=True)
        still = held.copy()
        np.subtract.at(still, was[month][before[month] > 0], 1)
        same = np.flatnonzero(still)
        yield Paid(
            np.concatenate([amounts[same], amounts[pairs[:, 0]]]),
            np.concatenate([amounts[same], amounts[pairs[:, 1]]]),
            np.concatenate([still[same], n]),
        )
        held = still
        np.add.at(held, now[month][after[month] > 0], 1)


def monthly_mrr(
    changes: pd.DataFrame,
    periods: Sequence[Period],
    *,
    reactivation: bool = False,
    average: bool = False,
    seed: int = 0,
) -> pd.DataFrame:
    """A row a calendar month: revenue and customers at both ends, what lies between, and the rates.

    mrr_start + new + reactivation + expansion - contraction - churn = mrr_end, exactly.
    GRR = Σ min(start, end) / Σ start and NRR = Σ end / Σ start over the customers who pay at the
    start; gross churn = 1 - GRR, net churn = 1 - NRR; customer churn = lost / customers at the start.

    Parameters
    ----------
    changes : as `cxlib.frames.movements.movements` returns it, with its ``movement``
    periods : sequence of Period
        Consecutive months, the first of them that of the first change.
    reactivation : bool
        Count the revenue of customers who return into NRR.
    average : bool
        Divide the lost customers by the mean of those at start and end, as older textbooks do.
    seed : int

    Returns
    -------
    pandas.DataFrame
        ``month`` (datetime64[s]), ``name``, ``complete``, ``mrr_start``, `MOVES`, ``mrr_end``
        (money), `CUSTOMERS` (int64) and each of `RATES` with ``_low``, ``_high`` and ``_n``: 95 %,
        a percentile bootstrap of 2,000 resamples of customers or Wilson's. NaN in months that begin
        without a customer.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13; Wilson (1927).
    """
    sums = _moved(changes, periods)
    rates = [
        _rates(month, period, int(lost), int(end) if average else None, reactivation, seed)
        for month, period, lost, end in zip(
            paid(changes, periods),
            periods,
            sums["customers_lost"],
            sums["customers_end"],
            strict=True,
        )
    ]
    table = pd.DataFrame(
        {
            "month": pd.Series([pd.Timestamp(p.first) for p in periods], dtype="datetime64[s]"),
            "name": [p.name for p in periods],
            "complete": [p.complete for p in periods],
        }
    )
    return pd.concat([table, sums, pd.DataFrame(rates)], axis=1)


def rate(table: pd.DataFrame, key: str, row: int) -> Estimate | None:
    """One of `RATES` in one month; None where nobody paid at its start."""
    value, low, high = (float(table[c].iloc[row]) for c in (key, f"{key}_low", f"{key}_high"))
    if np.isnan(value):
        return None
    unit: Unit = "share"
    return Estimate(value, low, high, int(table[f"{key}_n"].iloc[row]), unit, RATES[key])


def _moved(changes: pd.DataFrame, periods: Sequence[Period]) -> pd.DataFrame:
    """Revenue and customers by movement, and at both ends of each month."""
    kind = changes["movement"]
    size = (changes["after"] - changes["before"]).abs()
    starts = pd.DatetimeIndex([pd.Timestamp(p.first) for p in periods]).as_unit("s")

    def by_month(values: pd.Series[Any], of: str) -> pd.Series[Any]:
        found = values[kind == of].groupby(changes["month"]).sum()
        return found.reindex(starts, fill_value=0).astype("int64").reset_index(drop=True)

    one = pd.Series(1, index=changes.index)
    ticks = {of: by_month(size, of) for of in MOVES}
    people = {of: by_month(one, of) for of in MOVES}
    gained = ticks["new"] + ticks["reactivation"] + ticks["expansion"]
    end = (gained - ticks["contraction"] - ticks["churn"]).cumsum()
    stayed = (people["new"] + people["reactivation"] - people["churn"]).cumsum()
    money = {"mrr_start": end.shift(1, fill_value=0), **ticks, "mrr_end": end}
    return pd.DataFrame(
        {
            **{column: of.astype("float64") / TICKS for column, of in money.items()},
            "customers_start": stayed.shift(1, fill_value=0),
            "customers_new": people["new"],
            "customers_returned": people["reactivation"],
            "customers_lost": people["churn"],
            "customers_end": stayed,
        }
    )


def _rates(
    month: Paid, period: Period, lost: int, end: int | None, reactivation: bool, seed: int
) -> dict[str, float]:
    """The rates of a month as columns; NaN where nobody paid at its start.

    With `end`, the customers at the end, the lost are divided by the mean of both ends. The interval
    is then Wilson's of lost / start in the same proportion: both ends are facts.
    """
    known = month.start > 0
    base, n = int(month.start @ month.n), int(month.n[known].sum())
    if not base:
        return {f"{k}{part}": np.nan for k in RATES for part in ("", "_low", "_high", "_n")}
    counted = month if reactivation else Paid(month.start[known], month.end[known], month.n[known])
    kept = np.where(counted.start > 0, np.minimum(counted.start, counted.end), 0)
    drawn = _resampled(
        np.column_stack([counted.start, kept, counted.end]).astype(np.float64),
        counted.n,
        np.random.default_rng([seed, period.first.year, period.first.month]),
    )
    drawn = drawn[drawn[:, 0] > 0]
    tail = (1 - LEVEL) / 2
    found: dict[str, float] = {}
    for name, opposite, column, sum_ in (
        ("grr", "gross_churn", 1, int(kept @ counted.n)),
        ("nrr", "net_churn", 2, int(counted.end @ counted.n)),
    ):
        value = sum_ / base
        low, high = np.quantile(drawn[:, column] / drawn[:, 0], [tail, 1 - tail])
        found |= {name: value, f"{name}_low": low, f"{name}_high": high, f"{name}_n": n}
        # base - sum_ is exact where 1 - value is not.
        found |= {opposite: (base - sum_) / base, f"{opposite}_low": 1 - high}
        found |= {f"{opposite}_high": 1 - low, f"{opposite}_n": n}
    share, scale = wilson(lost, n), 1.0 if end is None else n / ((n + end) / 2)
    return found | {
        "customer_churn": share.value * scale,
        "customer_churn_low": share.low * scale,
        "customer_churn_high": share.high * scale,
        "customer_churn_n": n,
    }


def _resampled(values: Floats, n: Ints, generator: np.random.Generator) -> Floats:
    """Sums of `values` (m, k) over resampled customers, `n` of each row: (`RESAMPLES`, k).

    Where few amounts occur, how often each is drawn is multinomial, which is to draw customers. Else
    customers are drawn; of more than `GROUPS` as many groups of them, thrown together at random: sums
    of groups vary as those of customers do, at a cost that does not grow.
    """
    if len(n) <= GROUPS // 10:
        return generator.multinomial(n.sum(), n / n.sum(), size=RESAMPLES) @ values
    people = np.repeat(values, n, axis=0)
    if len(people) > GROUPS:
        group = generator.integers(0, GROUPS, len(people))
        people = np.column_stack(
            [np.bincount(group, people[:, k], GROUPS) for k in range(people.shape[1])]
        )
    drawn = generator.integers(0, len(people), size=(RESAMPLES, len(people)), dtype=np.int32)
    return np.column_stack([people[:, k][drawn].sum(axis=1) for k in range(people.shape[1])])
