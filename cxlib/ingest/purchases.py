"""The typed rows of a file of transactions, before they are folded into orders."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.dates import Order
from cxlib.ingest.numbers import EXACT, STORED, stored
from cxlib.ingest.plan import Plan
from cxlib.ingest.questions import currency_code
from cxlib.ingest.status import statuses_of
from cxlib.ingest.typed import Rows

SCHEMA = pa.schema(
    {
        "line": pa.int64(),
        "customer_id": pa.string(),
        "order_id": pa.string(),
        "line_id": pa.string(),
        "timestamp": pa.timestamp("us"),
        "amount": STORED,
        "discount": STORED,
        "quantity": STORED,
        "unit_price": STORED,
        "product": pa.string(),
        "category": pa.string(),
        "channel": pa.string(),
        "place": pa.string(),
        "currency": pa.string(),
        "said": pa.string(),
    }
)
"""A row of the file; `said` is what its status says: sale, refund or cancellation."""
TYPED = ("timestamp", "amount", "discount", "quantity", "unit_price")


def purchases(rows: Rows) -> dict[str, pa.Array | None]:
    """The columns of `SCHEMA` that the file has."""
    mapping = rows.plan.mapping
    columns = {
        name: rows.cells[column].words()
        for name, column in mapping.items()
        if name in SCHEMA.names and name not in TYPED
    }
    order: Order = rows.plan.formats["timestamp"]  # type: ignore[assignment]
    columns["timestamp"] = rows.times("timestamp", mapping["timestamp"], order, required=True)
    numbers = {
        name: rows.numbers(mapping[name], rows.plan.formats[name])
        for name in ("quantity", "unit_price", "discount")
        if name in mapping
    }
    columns |= {name: value for name, (value, _) in numbers.items()}
    columns["amount"] = _amounts(rows, numbers)
    for name, (_, wrong) in numbers.items():
        rows.find(
            "unreadable_number", name, mapping[name], wrong, effect="empties", tells="unread_number"
        )
    money = next((name for name in ("amount", "unit_price") if name in mapping), None)
    columns["currency"] = currencies(rows, money)
    if "status" in mapping:
        columns["said"] = rows.cells[mapping["status"]].spread(statuses_of)
    return columns


def typed_columns(plan: Plan) -> frozenset[str]:
    """The columns that hold dates or numbers."""
    return frozenset(plan.mapping[name] for name in TYPED if name in plan.mapping)


def currencies(rows: Rows, money: str | None) -> pa.Array:
    """The currency of each row; rows of another one than the chosen are rejected."""
    mapping, chosen = rows.plan.mapping, rows.plan.currency
    if "currency" in mapping:
        codes = rows.cells[mapping["currency"]].spread(_codes)
    elif money is not None:
        codes = rows.currencies(mapping[money])
    else:
        codes = pa.nulls(len(rows.lines), pa.string())
    if chosen is None:
        return codes
    codes = pc.fill_null(codes, chosen)
    name = "currency" if "currency" in mapping else money
    if name is not None:
        other = pc.not_equal(codes, chosen)
        rows.find("other_currency", name, mapping[name], other, effect="rejects")
    return codes


def _amounts(rows: Rows, numbers: dict[str, tuple[pa.Array, pa.Array]]) -> pa.Array | None:
    """The amounts as they are, or quantity × unit price; None where the file has no money."""
    mapping = rows.plan.mapping
    if "amount" in mapping:
        column = mapping["amount"]
        amounts, unreadable = rows.numbers(column, rows.plan.formats["amount"])
        rows.find("unreadable_amount", "amount", column, unreadable, effect="rejects")
        rows.find("missing_amount", "amount", column, pc.is_null(amounts), effect="rejects")
        return amounts
    if not {"quantity", "unit_price"} <= set(numbers):
        return None
    for name in ("quantity", "unit_price"):
        values, unreadable = numbers[name]
        rows.find("unreadable_number", name, mapping[name], unreadable, effect="rejects")
        rows.find("missing_amount", name, mapping[name], pc.is_null(values), effect="rejects")
    (quantity, _), (price, _) = numbers["quantity"], numbers["unit_price"]
    product = pc.multiply(quantity, price).cast(pa.decimal128(38, 8))
    return stored(product.cast(EXACT, safe=False) if product.type != EXACT else product)


def _codes(values: pa.Array) -> pa.Array:
    return pa.array(
        [currency_code(v) if v.strip() else None for v in values.to_pylist()], pa.string()
    )
