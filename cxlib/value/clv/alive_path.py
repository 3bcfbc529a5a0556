"""P(alive) of one customer through time: it falls while they are silent and rises as they buy."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd

from cxlib.statistics import Z
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.value import FittedClv

MOST = 400  # points
COLUMNS = ("day", "p_alive", "alive_low", "alive_high", "purchases", "bought")


def alive_path(fitted: FittedClv, purchases: pd.Series[pd.Timestamp], end: dt.date) -> pd.DataFrame:
    """P(alive) at the end of each day from the first purchase to `end`, by the model of today.

    Every day of up to 398, else every week, or every few weeks of a very long history; the first
    day and `end` are always there. A purchase that was refunded since counts on no day, so that the
    last point is the customer's P(alive) of today.

    Parameters
    ----------
    fitted : FittedClv
        Its parameters are used for the past as well.
    purchases : Series of datetime64
        The customer's days of purchase up to `end`, ascending, each once.
    end : date
        End of observation of the fit.

    Returns
    -------
    pandas.DataFrame
        ``day, p_alive``, its 95 % interval from the uncertainty of the parameters (delta method on
        the log-odds) ``alive_low, alive_high``, ``purchases`` so far, and whether they have
        ``bought`` since the point before. Empty without a model or a purchase.
    """
    if fitted.fit is None or purchases.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    days = purchases.to_numpy("datetime64[D]").astype(np.int64)
    first, last = int(days[0]), int(np.datetime64(end, "D").astype(np.int64))
    at = _points(first, last)
    count = np.searchsorted(days, at, side="right")
    unit = fitted.fit.days_per_unit
    history = (
        (count - 1).astype(np.float64),
        (days[count - 1] - first) / unit,
        (at - first) / unit,
    )
    process = MODELS[fitted.fit.model].process
    alive, slopes = process.alive_with_slopes(fitted.fit.log_params, *history)
    variance = np.einsum("kn,kl,ln->n", slopes, np.array(fitted.fit.covariance), slopes)
    gone = 1 - alive
    # Where nobody can have left, or everybody has, there is nothing to be unsure of.
    open_ = (gone > 0) & (alive > 0)
    reach = np.exp(Z * np.sqrt(np.where(open_, variance, 0.0)) / np.where(open_, gone, 1.0))
    low, high = alive / (alive + gone * reach), alive / (alive + gone / reach)
    return pd.DataFrame(
        {
            "day": at.astype("datetime64[D]").astype("datetime64[s]"),
            "p_alive": alive,
            "alive_low": low,
            "alive_high": high,
            "purchases": count,
            "bought": np.diff(count, prepend=0) > 0,
        }
    )


def _points(first: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Days from `first` to `last`, both included, at most `MOST`."""
    weeks = math.ceil((last - first) / (7 * (MOST - 2)))
    step = 1 if last - first <= MOST - 2 else 7 * weeks
    return np.union1d(first, np.arange(last, first, -step)).astype(np.int64)
