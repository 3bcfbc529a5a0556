"""Tracking: repeat purchases as they came, beside what the model expects of all who have come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.value.clv.discount import purchases_of_new
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.patterns import Array

WEEK, LONG = 7, 28
WEEKS = 200  # beyond so many, periods are four weeks long


@dataclass(frozen=True, slots=True)
class Tracking:
    """Repeat purchases of customers who came up to `cut`, by a model that was fitted up to then.

    `periods` has a row a period of `days` days, counted from the day on which the first customer
    came: ``last_day`` (datetime64[s]), ``actual`` and ``expected`` purchases within it,
    ``actual_so_far`` and ``expected_so_far`` up to its end, and ``holdout``, whether it lies after
    the cut as a whole. `total_error` is expected over actual, minus 1, of the purchases after the
    cut; NaN where there were none.
    """

    cut: dt.date
    days: int
    periods: pd.DataFrame
    total_error: float


def expected_purchases(fit: Fit, days: Array) -> Array:
    """Repeat purchases that a customer who has just come makes within each of `days`, E[X(t)]."""
    process, unit = MODELS[fit.model].process, fit.days_per_unit
    distinct, of = np.unique(np.maximum(days, 0.0), return_inverse=True)
    made = [
        purchases_of_new(process, fit.log_params, t / unit) if t > 0 else 0.0
        for t in distinct.tolist()
    ]
    return np.array(made)[of]


def track(came: pd.DataFrame, fit: Fit, cut: dt.date, end: dt.date) -> Tracking | None:
    """Purchases by period, as they came and as the model expects them.

    Expected up to a moment is the sum, over the customers who have come by then, of E[X(time since
    they came)].

    Parameters
    ----------
    came : pandas.DataFrame
        First and repeat purchases by day, as `cxlib.frames.repeats.repeats` gives them.
    fit : Fit
        Of the histories up to `cut`.
    end : date
        End of observation. Only whole periods are shown.
    """
    if came.empty:
        return None
    first = came["day"].iloc[0]
    day = (came["day"] - first).dt.days.to_numpy(float)
    last = (pd.Timestamp(end) - first).days
    step = WEEK if last <= WEEKS * WEEK else LONG
    ends = np.arange(step, last + 1, step, dtype=float)
    if not len(ends):
        return None
    acquired, repeats = (came[c].to_numpy(float) for c in ("acquired", "repeats"))
    coming = acquired > 0
    since = ends[:, None] - day[coming]
    expected = expected_purchases(fit, since.ravel()).reshape(since.shape) @ acquired[coming]
    # A period's last day is the day before the next one begins.
    actual = np.append(0.0, np.cumsum(repeats))[np.searchsorted(day, ends, side="left")]
    held = ends - step >= (pd.Timestamp(cut) - first).days + 1
    periods = pd.DataFrame(
        {
            "last_day": (first + pd.to_timedelta(ends - 1, unit="D")).astype("datetime64[s]"),
            "actual": np.diff(actual, prepend=0.0),
            "expected": np.diff(expected, prepend=0.0),
            "actual_so_far": actual,
            "expected_so_far": expected,
            "holdout": held,
        }
    )
    came_later, was_expected = periods.loc[held, ["actual", "expected"]].sum()
    error = float(was_expected / came_later - 1) if came_later else float("nan")
    return Tracking(cut, step, periods, error)
