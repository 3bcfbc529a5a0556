"""How good the probabilities of a classifier are: ranking, calibration, both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxlib.results import Estimate
from cxlib.statistics import Z, wilson

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BINS = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the probabilities of one rule are on people it was not fitted to.

    `auc` is the chance that who left was ranked above who stayed (a half is chance itself).
    `calibration_error` is the mean distance of promised and observed shares over ten bins of equal
    size; `log_loss` the mean negative log likelihood; `lift` the share of leavers in the tenth with
    the highest risk, over the share in all. A rule that gives ranks alone has no calibration.
    """

    name: str
    auc: Estimate
    calibration_error: float | None
    log_loss: float | None
    lift: float


def quality(name: str, left: Bools, risk: Floats, probability: bool = True) -> Quality:
    """All measures of one rule; `risk` (n,) are probabilities, or any score that rises with risk."""
    top = np.argsort(-risk, kind="stable")[: -(-len(risk) // 10)]
    return Quality(
        name,
        auc(left, risk),
        calibration_error(left, risk) if probability else None,
        log_loss(left, risk) if probability else None,
        float(left[top].mean() / left.mean()),
    )


def auc(left: Bools, risk: Floats) -> Estimate:
    """Area under the ROC curve with DeLong's interval, clipped to 0–1.

    Parameters
    ----------
    left : array of bool, shape (n,)
        At least two of each.
    risk : array of float, shape (n,)
        Ties count a half.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson (1988), Comparing the areas under two or more correlated ROC
    curves, Biometrics 44; Sun & Xu (2014), Fast implementation of DeLong's algorithm, IEEE Signal
    Processing Letters 21.
    """
    value, error = _mean_and_error(*placements(left, risk))
    return Estimate(
        value,
        max(0.0, value - Z * error),
        min(1.0, value + Z * error),
        len(left),
        "share",
        "delong",
    )


def auc_difference(left: Bools, better: Floats, worse: Floats) -> Estimate:
    """AUC of one rule minus that of another on the same people, with DeLong's interval."""
    ours, theirs = placements(left, better), placements(left, worse)
    return difference((ours[0] - theirs[0], ours[1] - theirs[1]))


def difference(parts: tuple[Floats, Floats]) -> Estimate:
    """The estimate of a difference of AUCs from the differences of their placements."""
    value, error = _mean_and_error(*parts)
    n = len(parts[0]) + len(parts[1])
    return Estimate(value, value - Z * error, value + Z * error, n, "ratio", "delong")


def placements(left: Bools, risk: Floats) -> tuple[Floats, Floats]:
    """The share of stayers below each leaver, and of leavers above each stayer; ties count a half.

    Both have the AUC as their mean.
    """
    everyone = stats.rankdata(risk)
    m, n = int(left.sum()), int((~left).sum())
    leavers = (everyone[left] - stats.rankdata(risk[left])) / n
    stayers = 1 - (everyone[~left] - stats.rankdata(risk[~left])) / m
    return leavers, stayers


def calibration_table(left: Bools, risk: Floats, bins: int = BINS) -> pd.DataFrame:
    """Promised and observed shares in bins of equal size, by rising risk.

    Returns
    -------
    pandas.DataFrame
        ``bin`` (from 1), ``customers``, ``predicted`` (mean risk), ``actual`` (share who left) with
        ``low`` and ``high`` (Wilson, 95 %).
    """
    order = np.argsort(risk, kind="stable")
    rows = []
    for number, members in enumerate(np.array_split(order, min(bins, len(order))), start=1):
        share = wilson(int(left[members].sum()), len(members))
        promised = float(risk[members].mean())
        rows.append((number, len(members), promised, share.value, share.low, share.high))
    columns = ["bin", "customers", "predicted", "actual", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def calibration_error(left: Bools, risk: Floats, bins: int = BINS) -> float:
    """Expected calibration error: Σ n_b / n · |mean risk - share who left| over equal-sized bins.

    References
    ----------
    Naeini, Cooper & Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian
    binning, AAAI.
    """
    table = calibration_table(left, risk, bins)
    off = (table["predicted"] - table["actual"]).abs()
    return float((off * table["customers"]).sum() / table["customers"].sum())


def log_loss(left: Bools, risk: Floats) -> float:
    """Mean negative log likelihood of what happened; no probability is taken as certain."""
    tiny = 1e-12
    sure: Any = np.clip(np.where(left, risk, 1 - risk), tiny, 1)
    return float(-np.log(sure).mean())


def _mean_and_error(leavers: Floats, stayers: Floats) -> tuple[float, float]:
    m, n = len(leavers), len(stayers)
    variance = leavers.var(ddof=1) / m + stayers.var(ddof=1) / n
    return float(leavers.mean()), float(np.sqrt(variance))
