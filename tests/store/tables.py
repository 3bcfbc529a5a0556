"""Canonical tables written by hand, as an import would leave them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from cxlib.ingest import canonical
from cxlib.ingest.canonical import Imported
from cxlib.ingest.plan import Attribute, Score
from cxlib.tables.kind import kind

MONEY = pa.decimal128(18, 4)
TYPES = {
    "id": pa.string(),
    "text": pa.string(),
    "category": pa.string(),
    "number": pa.float64(),
    "money": MONEY,
    "timestamp": pa.timestamp("us"),
    "flag": pa.bool_(),
}
ORDERS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("order_id", pa.string()),
        ("timestamp", pa.timestamp("us")),
        ("day", pa.date32()),
        ("purchase_day", pa.date32()),
        ("amount", MONEY),
        ("discount", MONEY),
        ("quantity", MONEY),
        ("channel", pa.string()),
        ("place", pa.string()),
        ("currency", pa.string()),
        ("status", pa.string()),
        ("lines", pa.int32()),
        ("line", pa.int64()),
    ]
)
DAY = dt.date(2026, 1, 1)
Row = dict[str, Any]


def order(
    customer: str | None, number: str | None, day: int, amount: str | None, **more: Any
) -> Row:
    """A row of orders, on the n-th day of 2026."""
    when = DAY + dt.timedelta(days=day)
    status = more.pop("status", "sale")
    return {
        "customer_id": customer,
        "order_id": number,
        "timestamp": dt.datetime.combine(when, dt.time()),
        "day": when,
        "purchase_day": when,
        "amount": None if amount is None else Decimal(amount),
        "status": status,
        "lines": 1,
        **more,
    }


def orders(folder: Path, rows: list[Row], currency: str | None = "IDR") -> Imported:
    """Transactions without products."""
    numbered = [row | {"line": line} for line, row in enumerate(rows, 2)]
    return _written(
        folder, "transactions", "orders", pa.Table.from_pylist(numbered, ORDERS), currency
    )


def table(
    folder: Path,
    name: str,
    rows: list[Row],
    scores: tuple[Score, ...] = (),
    attributes: tuple[Attribute, ...] = (),
) -> Imported:
    """Another kind; rows are by field, and by s0…, a0… for scores and attributes."""
    fields = kind(name).fields
    timed = any(field.name == "timestamp" for field in fields)
    schema = pa.schema(
        [
            ("line", pa.int64()),
            *((field.name, TYPES[field.type]) for field in fields),
            *([("day", pa.date32())] if timed else []),
            *((f"s{i}", pa.float64()) for i in range(len(scores))),
            *((f"a{i}", TYPES[a.type]) for i, a in enumerate(attributes)),
        ]
    )
    numbered = []
    for line, row in enumerate(rows, 2):
        when = row.get("timestamp")
        numbered.append({"line": line, "day": when.date() if when else None, **row})
    made = _written(folder, name, name, pa.Table.from_pylist(numbered, schema), None)
    return replace(made, scores=scores, attributes=attributes)


def _written(
    folder: Path, kind_name: str, stem: str, made: pa.Table, currency: str | None
) -> Imported:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.parquet"
    parquet.write_table(made, path)
    return Imported(
        kind=kind_name,
        table=path,
        lines=None,
        rejects=None,
        rows_read=made.num_rows,
        rows_accepted=made.num_rows,
        rows_merged=0,
        rows_rejected=0,
        issues=(),
        digest=canonical.digest([path]),
        revenue=None,
        first_day=None,
        last_day=None,
        currency=currency,
        customers=0,
        order_count=0,
    )
