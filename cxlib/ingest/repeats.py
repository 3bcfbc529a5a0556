"""Which rows are there more than once, found by hashes: a hash in common proves nothing, none does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlib.engine import Connection

SORTED = 1 << 25  # hashes that are sorted in memory: 256 MB; more are grouped by the engine


def hashes(text: pa.ChunkedArray) -> np.ndarray:
    """A number for each text; equal ones have the same."""
    return np.fromiter(map(hash, text.to_pylist()), np.int64, len(text))


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
