"""Rows of one order that stand next to each other, summed: most orders are one such run."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.numbers import STORED

STATUSES = pa.array(["sale", "refund", "cancellation"])
KEY = ("customer_id", "order_id", "day", "purchase_day", "status")
SCHEMA = pa.schema(
    {
        "customer_id": pa.string(),
        "order_id": pa.string(),
        "timestamp": pa.timestamp("us"),
        "day": pa.date32(),
        "purchase_day": pa.date32(),
        "amount": STORED,
        "discount": STORED,
        "quantity": STORED,
        "channel": pa.string(),
        "place": pa.string(),
        "currency": pa.string(),
        "status": pa.string(),
        "lines": pa.int32(),
        "line": pa.int64(),
    }
)
SUMS, FIRSTS = ("amount", "discount", "quantity"), ("channel", "place", "currency")
_MOST = 10**18  # more than STORED holds, in ten-thousandths


def singles(rows: pa.Table) -> pa.Table:
    """Rows of which each is an order by itself, as `summed` makes of them."""
    lines = pa.array(np.ones(len(rows), np.int32))
    return rows.append_column("lines", lines).select(SCHEMA.names)


def summed(rows: pa.Table) -> pa.Table:
    """One row for each run of rows with the same `KEY`; rows without an order are one each.

    Parameters
    ----------
    rows : pa.Table
        `KEY`, `SUMS`, `FIRSTS`, `timestamp` and `line`, text as it is or as dictionaries.

    Returns
    -------
    pa.Table
        The columns of `SCHEMA`: sums, the earliest time, the first channel, place and currency
        that are given, the first line and how many there are.

    Raises
    ------
    CxError
        `sum_too_large` where an order adds up to more than can be kept.
    """
    if not len(rows):
        return SCHEMA.empty_table()
    held = {name: rows.column(name).combine_chunks() for name in rows.column_names}
    order = held["order_id"]
    same = order.is_valid().to_numpy(zero_copy_only=False).copy()
    same[:1] = False
    for name in KEY:
        if not same.any():
            break
        same[1:] &= _like_the_one_before(held[name])
    starts = np.flatnonzero(~same)
    made = {name: held[name].take(pa.array(starts)) for name in (*KEY, "line")}
    times = held["timestamp"].cast(pa.int64()).to_numpy()
    made["timestamp"] = pa.array(np.minimum.reduceat(times, starts)).cast(pa.timestamp("us"))
    made |= {name: _sums(held[name], starts) for name in SUMS}
    made |= {name: _firsts(held[name], starts) for name in FIRSTS}
    made["lines"] = pa.array(np.diff(starts, append=len(rows)).astype(np.int32))
    return pa.table({name: made[name] for name in SCHEMA.names})


def _like_the_one_before(column: pa.Array) -> np.ndarray:
    """Whether each value but the first is that before it; nothing is like nothing."""
    if pa.types.is_dictionary(column.type):
        column = column.indices
    before, after = column.slice(0, len(column) - 1), column.slice(1)
    same = pc.equal(before, after)
    if column.null_count:
        none = pc.and_(before.is_null(), after.is_null())
        same = pc.or_(pc.fill_null(same, False), none)
    found: np.ndarray = same.to_numpy(zero_copy_only=False)
    return found


def _sums(column: pa.Array, starts: np.ndarray) -> pa.Array:
    """The sum of the values of each run, exactly; none where there is no value."""
    if column.null_count == len(column):
        return pa.nulls(len(starts), STORED)
    if len(starts) == len(column):
        return column
    # A decimal is 16 bytes, the lower half of which holds any of STORED.
    ticks = np.frombuffer(column.buffers()[1], np.int64)[::2]
    ticks = ticks[column.offset : column.offset + len(column)]
    bits = None
    if column.null_count:
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        ticks = np.where(valid, ticks, 0)
        bits = pa.array(np.logical_or.reduceat(valid, starts)).buffers()[1]
    sums = np.add.reduceat(ticks, starts)
    longest = int(np.diff(starts, append=len(column)).max())
    if int(max(ticks.max(), -ticks.min())) * longest >= _MOST:  # may be, so look closely
        nearly = np.abs(np.add.reduceat(ticks.astype(float), starts))  # cannot overflow
        if (nearly >= 9 * _MOST).any() or (np.abs(sums) >= _MOST).any():
            raise sum_too_large()
    halves = np.stack([sums, sums >> 63], axis=1)
    return pa.Array.from_buffers(STORED, len(sums), [bits, pa.py_buffer(halves)])


def _firsts(column: pa.Array, starts: np.ndarray) -> pa.Array:
    """The first value of each run that is given."""
    if column.null_count in (0, len(column)):
        return column.take(pa.array(starts))
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    at = np.where(valid, np.arange(len(column)), len(column))
    first = np.minimum.reduceat(at, starts)
    return column.take(pa.array(first, mask=first == len(column)))


def sum_too_large() -> CxError:
    """The error for an order that adds up to more than can be kept."""
    return CxError(
        "sum_too_large",
        N_("The rows of an order add up to more than 14 digits."),
        N_("Check which column is the amount, and its decimal mark."),
    )
