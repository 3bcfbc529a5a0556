import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from cxlib.ingest.numbers import STORED
from cxlib.ingest.runs import SCHEMA, summed

DAY = dt.date(2025, 1, 31)
NOON = dt.datetime(2025, 1, 31, 12)


def row(order, line, amount="1", customer="7", channel=None, hour=0, status="sale", day=DAY):
    return {
        "customer_id": customer, "order_id": order, "timestamp": NOON + dt.timedelta(hours=hour),
        "day": day, "purchase_day": day, "amount": None if amount is None else Decimal(amount),
        "discount": None, "quantity": Decimal(1), "channel": channel, "place": None,
        "currency": None, "status": status, "line": line,
    }  # fmt: skip


def table(*rows):
    schema = pa.schema([field for field in SCHEMA if field.name != "lines"])
    return pa.Table.from_pylist(list(rows), schema)


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([row("A", 2), row("A", 3), row("B", 4)], [(2, 2), (4, 1)]),
        ([row("A", 2), row("B", 3), row("A", 4)], [(2, 1), (3, 1), (4, 1)]),
        ([row(None, 2), row(None, 3)], [(2, 1), (3, 1)]),
        ([row("A", 2, customer=None), row("A", 3, customer=None)], [(2, 2)]),
        ([row("A", 2, customer=None), row("A", 3)], [(2, 1), (3, 1)]),
        ([row("A", 2), row("A", 3, status="refund")], [(2, 1), (3, 1)]),
        ([row("A", 2), row("A", 3, day=dt.date(2025, 2, 1))], [(2, 1), (3, 1)]),
        ([row("A", 2)], [(2, 1)]),
        ([], []),
    ],
)
@pytest.mark.parametrize("encoded", [False, True])
def test_neighbours_of_one_order_are_one_row(rows, lines, encoded):
    given = table(*rows)
    if encoded:
        for i, field in enumerate(given.schema):
            if pa.types.is_string(field.type):
                given = given.set_column(i, field.name, given[field.name].dictionary_encode())
    made = summed(given)
    assert list(zip(made["line"].to_pylist(), made["lines"].to_pylist(), strict=True)) == lines


def test_sums_are_exact_and_what_is_missing_stays_missing():
    made = summed(
        table(
            row("A", 2, amount="0.1001", channel=None, hour=2),
            row("A", 3, amount=None, channel="web", hour=1),
            row("A", 4, amount="-99999999999999.9999", channel="shop"),
            row("B", 5, amount=None),
            row("B", 6, amount=None),
        )
    )
    assert made["amount"].to_pylist() == [Decimal("-99999999999999.8998"), None]
    assert made["amount"].type == STORED
    assert made["quantity"].to_pylist() == [3, 2]
    assert made["discount"].to_pylist() == [None, None]
    assert made["channel"].to_pylist() == ["web", None]
    assert made["timestamp"].to_pylist() == [NOON, NOON]
    assert made.schema.names == SCHEMA.names
