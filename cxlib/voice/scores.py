"""Scores of answers: of all, of each month with its verdict, and of each group against all others."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxlib.definitions import Definition
from cxlib.frames.answers import Asked, answer_sums
from cxlib.periods import Period
from cxlib.privacy.small_groups import SMALLEST, suppressed
from cxlib.results import Estimate, Unit, Verdict
from cxlib.statistics import (
    FALSE_DISCOVERY,
    LEVEL,
    Z,
    adjusted_wald,
    benjamini_hochberg,
    estimate_verdicts,
    ratio_of_sums,
    smallest_detectable,
    wilson_ends,
)


@dataclass(frozen=True, slots=True)
class Metric:
    """What a survey metric is called and how it is reckoned: ``net`` is 100 (positive - negative),
    else the share of positive answers. The three names are those of good, middling and bad answers."""

    key: str
    name: str
    unit: Unit
    net: bool
    roles: tuple[str, str, str]
    definition: Definition

    def interval(self, p: Any, d: Any, n: Any) -> tuple[Any, Any, Any, Any]:
        """The score of shares `p` of good and `d` of bad answers, its ends and its standard error, where
        `n` answers count. Arrays, which broadcast."""
        if self.net:
            return 100 * (p - d), *adjusted_wald(p * n, d * n, n)
        low, high = wilson_ends(p * n, n)
        return p, low, high, (high - low) / (2 * Z)

    def estimate(self, row: Any) -> Estimate | None:
        """The score in a row of `scored`; None where it is not shown."""
        if not math.isfinite(row.value):
            return None
        method = "adjusted Wald" if self.net else "wilson"
        ends = float(row.low), float(row.high)
        return Estimate(float(row.value), *ends, int(row.n), self.unit, method)


def scored(sums: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """`answer_sums` with the score of each row, its interval, and the effective n that it rests on.

    The variance of the score is linearised over customers (and weights), and the effective n is the
    number of independent, equally weighted answers with that variance, at most n. Where everybody
    answered alike there is no variance to compare, and Kish's (Σw)²/Σw² over customers counts.

    References
    ----------
    Kish (1965), Survey Sampling, sections 8.2 and 11.7; Cochran (1977), section 6.4.
    """
    table = sums.copy()
    n, units, w, ww = (table[c].to_numpy(np.float64) for c in ("n", "units", "w", "ww"))
    p, d = table["p"].to_numpy() / w, table["d"].to_numpy() / w
    if metric.net:
        simple = p + d - (p - d) ** 2
        _, error = ratio_of_sums(
            units, table["p"] - table["d"], w, table["net2"], table["net_w"], ww
        )
    else:
        simple = p * (1 - p)
        _, error = ratio_of_sums(units, table["p"], w, table["p2"], table["p_w"], ww)
    # Of the n/(n-1) of an estimated variance there is no twin in p (1 - p).
    variance = error**2 * (units - 1) / units
    known = (simple > 1e-12) & (variance > 0)
    effective = np.where(known, simple / np.where(known, variance, 1.0), w**2 / ww)
    plain = (units == n) & (w == n) & (ww == n)
    effective = np.where(plain, n, np.minimum(effective, n))
    value, low, high, spread = metric.interval(p, d, effective)
    mean, mean_error = ratio_of_sums(units, table["s"], w, table["s2"], table["s_w"], ww)
    half = stats.t.ppf(0.5 + LEVEL / 2, np.maximum(units - 1, 1)) * mean_error
    return table.assign(
        value=value,
        low=low,
        high=high,
        error=spread,
        effective_n=effective,
        positive=p,
        negative=d,
        average=mean,
        average_low=mean - half,
        average_high=mean + half,
    )


HIDDEN = (
    "value", "low", "high", "error", "effective_n", "positive", "negative", "average", "average_low",
    "average_high",
)  # fmt: skip


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of fewer than ten answers, and what would give them away, without their figures."""
    hidden = suppressed(table["n"])
    table = table.assign(shown=~hidden & (table["n"] > 0))
    table.loc[hidden, list(HIDDEN)] = math.nan
    return table


def mean_score(row: Any) -> Estimate | None:
    """The mean score in a row of `scored`; None where it is not shown."""
    if not math.isfinite(row.average_low):
        return None
    ends = float(row.average_low), float(row.average_high)
    return Estimate(float(row.average), *ends, int(row.n), "score", "linearised")


def share_of(share: float, effective: float, n: float) -> Estimate | None:
    if not math.isfinite(share):
        return None
    low, high = wilson_ends(share * effective, effective)
    return Estimate(float(share), float(low), float(high), int(n), "share", "wilson")


def monthly_scores(
    table: Any,
    asked: Asked,
    metric: Metric,
    as_of: dt.date | None,
    periods: Sequence[Period],
) -> tuple[pd.DataFrame, tuple[Verdict, ...]]:
    """A row a calendar month, months without an answer included, and the verdicts of the newest."""
    sums = answer_sums(table, asked, as_of, monthly=True).set_index("month")
    starts = pd.Series([pd.Timestamp(p.first) for p in periods], dtype="datetime64[s]")
    filled = sums.reindex(starts, fill_value=0).rename_axis("month").reset_index()
    with np.errstate(invalid="ignore", divide="ignore"):
        found = _shown(scored(filled, metric))
    found.insert(1, "name", [p.name for p in periods])
    found.insert(2, "complete", np.array([p.complete for p in periods], dtype=bool))
    estimates = [metric.estimate(row) for row in found.itertuples()]
    verdicts = estimate_verdicts(
        estimates, found["name"].tolist(), found["complete"].tolist(), found["error"].tolist()
    )
    known = {v.after: v for v in verdicts if v.after}
    found = found.assign(
        state=[known[n].state if n in known else "" for n in found["name"]],
        change=[_of(known.get(n), "change") for n in found["name"]],
        p_adjusted=[_of(known.get(n), "p") for n in found["name"]],
        smallest_detectable=[_of(known.get(n), "smallest_detectable") for n in found["name"]],
    )
    return found, verdicts


def _of(verdict: Verdict | None, name: str) -> float:
    found = None if verdict is None else getattr(verdict, name)
    return math.nan if found is None else float(found)


def against_others(sums: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """The groups of `answer_sums` (``value``), each against all others: one family of tests."""
    named = sums.rename(columns={"value": "group"})
    named = named.sort_values(["n", "group"], ascending=[False, True], ignore_index=True)
    whole = named.drop(columns="group").sum()
    found = _shown(scored(named, metric))
    # All others: their share is a difference of sums, and what clustering and weights cost them is
    # what it costs the whole.
    cost = scored(whole.to_frame().T, metric).iloc[0]
    rest_n = whole["n"] - found["n"]
    effective = rest_n * cost["effective_n"] / whole["n"]
    with np.errstate(invalid="ignore", divide="ignore"):
        p, d = ((whole[c] - found[c]) / (whole["w"] - found["w"]) for c in ("p", "d"))
        rest, _, _, error = metric.interval(p, d, effective)
        spread = np.hypot(found["error"], error)
        change = found["value"] - rest
        tested = found["shown"] & (rest_n >= SMALLEST)
        raw = np.where(tested, 2 * stats.norm.sf(np.abs(change) / spread), math.nan)
    adjusted = benjamini_hochberg(raw)
    state = np.where(adjusted > FALSE_DISCOVERY, "none", np.where(change > 0, "up", "down"))
    return found.assign(
        change=np.where(tested, change, math.nan),
        p_adjusted=adjusted,
        state=np.where(np.isnan(adjusted), "unknown", state),
        smallest_detectable=np.where(tested, smallest_detectable(1.0) * spread, math.nan),
    )
