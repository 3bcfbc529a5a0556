"""Days whose month and day were exchanged before the file was written, told by the weekends."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlib.ingest.dates import Order, parse_dates
from cxlib.ingest.plan import TIMEZONE

LEAST = 200  # days on either side, for shares that mean something
FAR = 5.0  # standard errors
RESTING = 0.15  # share of weekends, two days in seven, below which a business rests on them


def looks_swapped(text: pa.Array, order: Order) -> bool:
    """Whether the days up to the 12th look as if their month and day were exchanged.

    A spreadsheet that takes 3/4 for 4/3 leaves 13/4 alone. Of a business that rests at weekends,
    the days after the 12th then keep their weeks, and the others fall on any day of the week; read
    the other way round they keep them as well. Nothing can be told where weekends are like other
    days.
    """
    moments = parse_dates(text, order, TIMEZONE).drop_null()
    days = moments.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day = (days - months.astype("datetime64[D]")).astype(int) + 1
    year, month = months.astype("datetime64[Y]"), months.astype(int) % 12 + 1
    low = day <= 12
    if low.sum() < LEAST or (~low).sum() < LEAST:
        return False
    turned = (year[low].astype("datetime64[M]") + (day[low] - 1)).astype("datetime64[D]") + (
        month[low] - 1
    )
    rest, here, there = _weekends(days[~low]), _weekends(days[low]), _weekends(turned)
    error = np.sqrt(max(rest * (1 - rest), 0.01) * (1 / low.sum() + 1 / (~low).sum()))
    apart = rest < RESTING and here > 2 * rest and here - rest > FAR * error
    return bool(apart and abs(there - rest) < 0.5 * (here - rest))


def _weekends(days: np.ndarray) -> float:
    """The share of Saturdays and Sundays; 1970-01-01 was a Thursday."""
    return float(((days.astype(int) + 3) % 7 >= 5).mean())
