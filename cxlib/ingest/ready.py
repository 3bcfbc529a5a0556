"""What a child does before the first file comes: a small one, so that all it needs is at hand."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from cxlib.ingest.convert import convert
from cxlib.ingest.match import propose
from cxlib.ingest.plan import plan
from cxlib.ingest.read import stage

ORDERS = "order_id,order_date,customer_id,amount\nA1,2026-01-30,C1,9.50\nA2,2026-01-31,C2,7.25\n"


def ready() -> None:
    """Take two orders the whole way: read, understood and converted, then thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
        staged = stage(folder / "orders.csv", folder)
        convert(staged, plan(propose(staged), today=dt.date(2026, 2, 1)), folder)
