"""Typed purchases, and which of them are not plainly a sale to somebody: refunds and checks are about these.

They are few, so that the engine looks at them alone and the many others pass it by.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.pieces import Pieces, TableFile, as_text
from cxlib.ingest.purchases import SCHEMA
from cxlib.ingest.repeats import SORTED, hashes, repeated

CREDIT_NOTE = "^[Cc][0-9]+$"
EARLY = dt.date(1980, 1, 1)
EMPTY = np.zeros(0, np.uint64)
REPEATING = ("line", "line_id", "order_id", "customer_id", "timestamp", "amount", "quantity",
             "product", "said")  # fmt: skip
"""The line of a row, and what two rows have in common that are the same order line."""


def unusual(rows: pa.Table, today: dt.date | None) -> pa.Array:
    """Which typed rows may be a refund or a cancellation, or are worth a word.

    No customer; nothing or less paid, priced or counted; another status than a sale; a number like
    that of a credit note; a day before `EARLY` or after today.
    """
    checks = [
        rows["customer_id"].is_null(),
        pc.less_equal(rows["amount"], 0),
        pc.less(rows["quantity"], 0),
        pc.less(rows["unit_price"], 0),
        pc.not_equal(as_text(rows["said"]), "sale"),
        _credit_notes(rows["order_id"]),
        pc.less(rows["timestamp"], pa.scalar(dt.datetime.combine(EARLY, dt.time()))),
    ]
    if today is not None:
        after = dt.datetime.combine(today, dt.time()) + dt.timedelta(days=1)
        checks.append(pc.greater_equal(rows["timestamp"], pa.scalar(after)))
    found = pc.fill_null(checks[0], False)
    for check in checks[1:]:
        found = pc.or_(found, pc.fill_null(check, False))
    return found


class Purchases:
    """Typed purchases as they come, a context: all in `pieces`, the unusual ones in a Parquet file.

    Where order lines have ids, what tells repeated ones is in a file `identified` besides. In the
    end `named` says how many rows name an order, and `alone` whether each is the only one of it.
    Written in a thread of its own while the next ones are typed.
    """

    def __init__(self, folder: Path, today: dt.date | None, identified: bool) -> None:
        self.pieces, self.path = Pieces(folder / "typed", SCHEMA), folder / "unusual.parquet"
        self.identified = folder / "identified.parquet" if identified else None
        self.named, self.alone = 0, True
        self._orders = list[np.ndarray]()
        self._today, self._stack = today, ExitStack()
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def add(self, table: pa.Table) -> None:
        """Append rows; what went wrong with earlier ones is raised here."""
        if self._writing is not None:
            self._writing.result()
        self._writing = self._thread.submit(self._write, table)

    def __enter__(self) -> Self:
        self._unusual = self._stack.enter_context(TableFile(self.path, SCHEMA))
        if self.identified is not None:
            schema = pa.schema([SCHEMA.field(name) for name in REPEATING])
            self._lines = self._stack.enter_context(TableFile(self.identified, schema))
        self._stack.callback(self._finish)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _write(self, table: pa.Table) -> None:
        self.pieces.add(table)
        self._unusual.add(table.filter(unusual(table, self._today)))
        self._look_for_company(table.select(["order_id"]))
        if self.identified is not None:
            self._lines.add(table.select(REPEATING))

    def _look_for_company(self, orders: pa.Table) -> None:
        """Note whether rows share an order, until some do."""
        if orders["order_id"].null_count:
            orders = orders.drop_null()
        self.named += len(orders)
        if self.alone:
            numbers = hashes(orders)
            # Most files whose orders have several rows show it at once; beyond what can be sorted
            # nobody looks.
            several = not self._orders and repeated(numbers).any()
            self.alone = self.named <= SORTED and not several
            self._orders.append(numbers)

    def _finish(self) -> None:
        with self._thread:
            if self._writing is not None:
                self._writing.result()
        numbers = np.concatenate(self._orders) if self.alone and self._orders else EMPTY
        self._orders.clear()
        self.alone = self.alone and not repeated(numbers).any()


def _credit_notes(orders: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which orders are named like a credit note; few begin so, and fewer need a real look."""
    orders = as_text(orders)
    able = pc.or_(pc.starts_with(orders, "C"), pc.starts_with(orders, "c"))
    if not pc.any(able).as_py():
        return able
    return pc.match_substring_regex(orders, CREDIT_NOTE)
