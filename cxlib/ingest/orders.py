"""The orders of a file, made piece by piece: of rows that are one each, or of runs of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.engine import THREADS, Connection
from cxlib.ingest.pieces import Pieces, ahead, is_in
from cxlib.ingest.runs import SCHEMA, STATUSES, singles

SALE = pa.array(["sale"])
MADE = ("day", "purchase_day", "status")  # what a typed row does not have


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of a file in so many pieces: `table` makes one of them, as `runs.SCHEMA`; `buyers`
    reads who is in it, as ``customer_id`` of sales."""

    pieces: int
    table: Callable[[int], pa.Table]
    buyers: Callable[[int], pa.Table]

    def tables(self) -> Iterator[pa.Table]:
        """The orders in the order of the file, piece by piece."""
        with ThreadPoolExecutor(THREADS) as pool:
            made = ahead(pool, self.table, range(self.pieces))
            yield from (table for table in made if len(table))

    def customers(self, connection: Connection) -> int:
        """How many different customers have a sale."""
        schema = pa.schema([SCHEMA.field("customer_id")])
        tables = (self.buyers(number).cast(schema) for number in range(self.pieces))
        batches = (batch for table in tables for batch in table.to_batches())
        connection.register("buyers", pa.RecordBatchReader.from_batches(schema, batches))
        query = "SELECT count(DISTINCT customer_id) FROM buyers"
        ((count,),) = connection.execute(query).fetchall()
        connection.unregister("buyers")
        return int(count)


def orders_alone(typed: Pieces, changed: pa.Table, number: int) -> pa.Table:
    """The orders of a piece each row of which is one."""
    return singles(rows_of(typed, changed, [n for n in SCHEMA.names if n != "lines"], number))


def merged_in(runs: Pieces, apart: np.ndarray, merged: pa.Table, number: int) -> pa.Table:
    """The orders of a piece: its runs, but for those on the lines `apart`, which are `merged`."""
    table = runs.read(number, SCHEMA.names)
    if not len(apart):
        return table
    joined = between(merged, table).cast(table.schema)
    kept = table.filter(pa.array(~among(table, apart)))
    both = pa.concat_tables([kept, joined]).unify_dictionaries()
    return both.take(pc.sort_indices(both["line"]))


def buyers(runs: Pieces, number: int) -> pa.Table:
    """The customers of sales: where runs are merged, customer and status stay as they are."""
    table = runs.read(number, ["customer_id", "status"])
    return table.filter(is_in(table["status"], SALE)).select(["customer_id"])


def rows_of(typed: Pieces, changed: pa.Table, names: Sequence[str], number: int) -> pa.Table:
    """Columns of a piece of typed rows, `MADE` among them; `changed` are those that are no sale."""
    table = typed.read(number, [name for name in names if name not in MADE])
    day = table.column("timestamp").cast(pa.date32())
    columns = {name: table.column(name) for name in table.column_names}
    columns |= {"day": day, "purchase_day": day}
    status = np.zeros(len(table), np.int32)
    some = between(changed, table)
    if len(some):
        mask = among(table, some.column("line").to_numpy())
        status[mask] = pc.index_in(some.column("status"), STATUSES).to_numpy()
        for name in ("amount", "purchase_day"):
            whole, part = (t.combine_chunks() for t in (columns[name], some.column(name)))
            columns[name] = pc.replace_with_mask(whole, pa.array(mask), part)
    columns["status"] = pa.DictionaryArray.from_arrays(status, STATUSES)
    return pa.table(columns)


def among(table: pa.Table, lines: np.ndarray) -> np.ndarray:
    """Which rows start on one of the lines; both are in order."""
    own = table.column("line").to_numpy()
    found = np.zeros(len(own), bool)
    found[np.searchsorted(own, lines[_within(own, lines)])] = True
    return found


def between(rows: pa.Table, table: pa.Table) -> pa.Table:
    """The rows that start on the lines of a table, from its first to its last; both in order."""
    within = _within(table.column("line").to_numpy(), rows.column("line").to_numpy())
    return rows.slice(within.start, within.stop - within.start)


def _within(own: np.ndarray, lines: np.ndarray) -> slice:
    """Where lines begin and end to be between the first and the last of a table's own."""
    if not len(own):
        return slice(0, 0)
    first, last = np.searchsorted(lines, [own[0], own[-1] + 1])
    return slice(int(first), int(last))
