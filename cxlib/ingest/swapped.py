"""Days whose month and day were exchanged before the file was written, told by the weekends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlib.i18n import N_
from cxlib.ingest.columns import chunks
from cxlib.ingest.dates import Order, order_of, parse_dates
from cxlib.ingest.plan import TIMEZONE
from cxlib.ingest.staged import Staged
from cxlib.results import Issue

LEAST = 200  # days on either side, for shares that mean something
FAR = 5.0  # standard errors
RESTING = 0.15  # share of weekends, two days in seven, below which a business rests on them


def swapped_days(
    fields: Mapping[str, str], formats: Mapping[str, str], staged: Staged
) -> Iterator[Issue]:
    """The warning about the column of times, where its first days look exchanged.

    `fields` is field → column, `formats` the order of days by field.
    """
    column, order = fields.get("timestamp"), order_of(formats.get("timestamp", ""))
    if column is None or order not in ("ymd", "dmy", "mdy"):
        return
    first = [c.cast(pa.string()) for c in chunks(staged, staged.cell(column), slice(1))]
    if first and looks_swapped(pa.concat_arrays(first), order):
        yield warning(column)


def warning(column: str) -> Issue:
    """What is said of a column whose days look exchanged."""
    return Issue(
        "swapped_days",
        "warning",
        N_("In the column “{column}” day and month look exchanged in days up to the 12th."),
        N_(
            "Compare a few with the program that the file is from, and export it again with the "
            "year first."
        ),
        {"column": column},
        column=column,
    )


def looks_swapped(text: pa.Array, order: Order) -> bool:
    """`exchanged` of days that are written in an order."""
    moments = parse_dates(text, order, TIMEZONE).drop_null()
    return exchanged(moments.to_numpy(zero_copy_only=False))


def exchanged(moments: NDArray[np.datetime64]) -> bool:
    """Whether the days up to the 12th look as if their month and day were exchanged.

    A spreadsheet that takes 3/4 for 4/3 leaves 13/4 alone. Of a business that rests at weekends,
    the days after the 12th then keep their weeks, and the others fall on any day of the week; read
    the other way round they keep them as well. Nothing can be told where weekends are like other
    days.
    """
    days = moments.astype("datetime64[D]")
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
