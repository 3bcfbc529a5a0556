"""Time in the simulation: whole days and seconds since the window opened."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from cxlib.demo.stream import Flags, Integers
from cxlib.demo.truth import TRUTH, Window

DAY = 86_400
"""Seconds."""


def days_since_start(day: dt.date) -> int:
    """Days from the opening of the window to `day`."""
    return (day - TRUTH.window.first).days


def clock(seconds: Integers) -> pd.DatetimeIndex:
    """Seconds since the opening as timestamps of the business time zone, naive."""
    start = pd.Timestamp(TRUTH.window.first).as_unit("s")
    return pd.DatetimeIndex(start + pd.to_timedelta(seconds, unit="s").as_unit("s"))


def within(seconds: Integers, window: Window) -> Flags:
    """Whether seconds since the opening fall on the days of `window`."""
    day = seconds // DAY
    inside = (day >= days_since_start(window.first)) & (day <= days_since_start(window.last))
    return np.asarray(inside, dtype=np.bool_)
