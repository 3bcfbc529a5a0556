"""Which rows are there more than once, found by hashes: a hash in common proves nothing, none does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.engine import Connection
from cxlib.ingest.places import letters, places

SORTED = 1 << 25  # hashes that are sorted in memory: 256 MB; more are grouped by the engine
WORD = 8  # bytes
NOTHING = np.uint64(0xC2B2AE3D27D4EB4F)  # the number of what is not there
_ALL = np.uint64(2**64 - 1)
_FACTOR, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


def hashes(table: pa.Table) -> np.ndarray:
    """A number for each row; equal rows have the same. Text as it is, as dictionaries, or days."""
    found = np.zeros(len(table), np.uint64)
    for column in table.columns:
        found = (found ^ (found >> _SHIFT)) * _FACTOR + _numbers(column)
    return found


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_date32(column.type):
        days: np.ndarray = column.cast(pa.int32()).to_numpy().astype(np.uint64)
        return days
    whole = column.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        return _of_text(whole)
    known = np.append(_of_text(whole.dictionary.cast(pa.string())), NOTHING)
    found: np.ndarray = known[pc.fill_null(whole.indices, len(known) - 1).to_numpy()]
    return found


def _of_text(text: pa.Array) -> np.ndarray:
    """A number for each text, of its bytes: eight at a time, of all texts at once."""
    filled = pc.fill_null(text, "")
    at = places(filled)
    data = np.append(letters(filled), np.zeros(WORD, np.uint8))
    words = np.ndarray(len(data) - WORD + 1, "<u8", data, strides=(1,))  # that overlap
    begin, length = at[:-1].astype(np.int64), np.diff(at).astype(np.uint64)
    found = length.copy()
    for start in range(0, int(length.max(initial=0)), WORD):
        rows = slice(None) if start < length.min() else np.flatnonzero(length > start)
        left = np.minimum(length[rows] - np.uint64(start), WORD) * np.uint64(8)
        word = words[begin[rows] + start] & (_ALL >> (np.uint64(64) - left))
        found[rows] = (found[rows] ^ (found[rows] >> _SHIFT)) * _FACTOR + word
    if text.null_count:
        found[text.is_null().to_numpy(zero_copy_only=False)] = NOTHING
    return found


def repeated(numbers: np.ndarray) -> np.ndarray:
    """Which numbers are there more than once; all of them, where they are too many to tell."""
    if len(numbers) > SORTED:
        return np.ones(len(numbers), bool)
    again = _more_than_once(np.sort(numbers))
    if not len(again):
        return np.zeros(len(numbers), bool)
    found: np.ndarray = again[np.searchsorted(again[:-1], numbers)] == numbers
    return found


def find_repeated(connection: Connection, table: str, query: str, most: int) -> None:
    """Make `table` of the hashes `h` that a query gives more than once; it gives at `most` so many.

    Sorting numbers that are nearly all different takes an eighth of the time of grouping them.
    """
    if most > SORTED:
        connection.execute(
            f"CREATE TABLE {table} AS SELECT h FROM ({query}) GROUP BY h HAVING count(*) > 1"
        )
        return
    found, count = np.empty(most, np.uint64), 0
    for batch in connection.cursor().sql(query).to_arrow_reader(1 << 17):
        found[count : count + len(batch)] = batch.column(0).to_numpy()
        count += len(batch)
    found = found[:count]
    found.sort()
    connection.register("found", pa.table({"h": _more_than_once(found)}))
    connection.execute(f"CREATE TABLE {table} AS SELECT h FROM found")
    connection.unregister("found")


def _more_than_once(ordered: np.ndarray) -> np.ndarray:
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
