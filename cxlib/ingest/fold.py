"""From rows to orders: refunds go back to what they undo, lines are summed to their order.

Written in SQL for the embedded engine, so that a file larger than memory folds as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.engine import THREADS, Connection
from cxlib.ingest.pieces import Digest, ahead, write_tables

ROWS_AT_ONCE = 1 << 17

# Invoices like C489449 are credit notes where nearly all of their rows are negative.
CREDIT_NOTE = "^[Cc][0-9]+$"
CREDIT_SHARE = 0.9

# What is large stays a view over the typed file; only what refunds are about becomes a table.
ROWS = """
CREATE VIEW rows AS
SELECT *, CAST(timestamp AS DATE) AS day,
    {credit_note} AS credit_note,
    CASE
        WHEN coalesce(amount, quantity, 0) < 0 THEN 'refund'
        WHEN said = 'cancellation' THEN 'cancellation'
        WHEN said = 'refund' OR credit_note THEN 'refund'
        WHEN quantity < 0 THEN 'cancellation'
        ELSE 'sale'
    END AS status
FROM read_parquet({path})
"""

REFUNDED = """
CREATE TABLE refunded AS
SELECT line, customer_id, product, -quantity AS quantity, timestamp, day,
    CASE WHEN credit_note THEN substr(order_id, 2) ELSE order_id END AS order_id
FROM rows WHERE status = 'refund'
"""

# A refund belongs to the latest earlier sale with its order id (a credit note's without the C),
# else with its customer, product and quantity.
BY_ORDER = """
CREATE TABLE by_order AS
SELECT refund.line, max(sale.day) AS purchase_day
FROM refunded AS refund
JOIN (SELECT customer_id, order_id, day FROM rows WHERE status = 'sale') AS sale
ON sale.order_id = refund.order_id AND sale.customer_id IS NOT DISTINCT FROM refund.customer_id
    AND sale.day <= refund.day
GROUP BY refund.line
"""

RETURNED = """
CREATE TABLE returned AS
SELECT line, customer_id, product, quantity, timestamp FROM refunded
WHERE line NOT IN (SELECT line FROM by_order)
    AND customer_id IS NOT NULL AND product IS NOT NULL AND quantity > 0
"""

BY_PRODUCT = """
CREATE TABLE by_product AS
SELECT refund.line, sale.day AS purchase_day
FROM returned AS refund
ASOF JOIN (
    SELECT customer_id, product, quantity, timestamp, day
    FROM rows SEMI JOIN returned USING (customer_id, product, quantity)
    WHERE status = 'sale'
) AS sale
ON refund.customer_id = sale.customer_id AND refund.product = sale.product
    AND refund.quantity = sale.quantity AND refund.timestamp >= sale.timestamp
"""

REFUNDS = """
CREATE TABLE refunds AS
SELECT line, by_order.line IS NOT NULL AS ordered,
    coalesce(by_order.purchase_day, by_product.purchase_day) AS undone
FROM refunded
LEFT JOIN by_order USING (line)
LEFT JOIN by_product USING (line)
"""

# Never charged: nothing. A positive refund takes back its order where that is a row of its own;
# where the order's only row says "refunded", it was sold and paid back: nothing remains.
LINES = """
CREATE VIEW lines AS
SELECT rows.* EXCLUDE (amount, said, line_id),
    CAST(CASE
        WHEN status = 'cancellation' THEN amount * 0
        WHEN said = 'refund' AND amount > 0 AND NOT credit_note
            THEN CASE WHEN refunds.ordered THEN -amount ELSE 0 END
        ELSE amount
    END AS DECIMAL(18, 4)) AS amount,
    coalesce(undone, day) AS purchase_day
FROM rows
LEFT JOIN refunds USING (line)
"""

# The lines that are not what their row in the file is.
CHANGED = """
SELECT line, amount, status, purchase_day FROM lines
WHERE status <> 'sale' OR purchase_day <> day ORDER BY line
"""

ORDERS = """
CREATE TABLE orders AS
SELECT
    customer_id, order_id, min(timestamp) AS timestamp, day, purchase_day,
    CAST(sum(amount) AS DECIMAL(18, 4)) AS amount,
    CAST(sum(discount) AS DECIMAL(18, 4)) AS discount,
    CAST(sum(quantity) AS DECIMAL(18, 4)) AS quantity,
    arg_min(channel, line) AS channel, arg_min(place, line) AS place,
    arg_min(currency, line) AS currency, status,
    CAST(count(*) AS INTEGER) AS lines, min(line) AS line
FROM lines
GROUP BY customer_id, order_id, day, purchase_day, status, CASE WHEN order_id IS NULL THEN line END
"""

LINE_COLUMNS = (
    "customer_id, order_id, day, purchase_day, product, category, channel, place, quantity, "
    "unit_price, amount, discount, status, line"
)


def fold(connection: Connection, typed: Path) -> None:
    """Make `rows`, `refunds`, `lines` and `orders` in the connection from typed rows."""
    credit = f"coalesce(regexp_matches(order_id, {quoted(CREDIT_NOTE)}), false)"
    known = _has_credit_notes(connection, typed)
    connection.execute(
        ROWS.format(path=quoted(str(typed)), credit_note=credit if known else "false")
    )
    for statement in (REFUNDED, BY_ORDER, RETURNED, BY_PRODUCT, REFUNDS, LINES, ORDERS):
        connection.execute(statement)


def write_lines(connection: Connection, typed: Path, path: Path, digest: Digest) -> None:
    """The `lines` in the order of the file.

    Most are what their row is, so they are copied past the engine, and the others put among them.
    """
    changed = connection.cursor().sql(CHANGED).to_arrow_table().combine_chunks()
    at = changed.column("line").to_numpy()
    names = LINE_COLUMNS.split(", ")

    def made(group: int) -> pa.Table:
        with pq.ParquetFile(typed) as file:
            held = [n for n in names if n not in ("day", "purchase_day", "status")]
            table = file.read_row_group(group, [*held, "timestamp"], use_threads=False)
        lines = table.column("line").to_numpy()
        day = table.column("timestamp").cast(pa.date32())
        columns = {n: table.column(n) for n in held}
        columns |= {"day": day, "purchase_day": day}
        columns["status"] = pa.chunked_array([pa.repeat(pa.scalar("sale"), len(lines))])
        first, last = np.searchsorted(at, [lines[0], lines[-1] + 1])
        some = changed.slice(first, last - first)
        if len(some):
            mask = np.zeros(len(lines), bool)
            mask[np.searchsorted(lines, at[first:last])] = True
            for name in ("amount", "status", "purchase_day"):
                whole, part = (t.combine_chunks() for t in (columns[name], some.column(name)))
                columns[name] = pc.replace_with_mask(whole, pa.array(mask), part)
        return pa.table({name: columns[name] for name in names})

    with pq.ParquetFile(typed) as file:
        groups = [g for g in range(file.num_row_groups) if file.metadata.row_group(g).num_rows]
    schema = (
        connection.cursor().sql(f"SELECT {LINE_COLUMNS} FROM lines LIMIT 0").to_arrow_table().schema
    )
    with ThreadPoolExecutor(THREADS) as pool:
        write_tables(schema, ahead(pool, made, groups), path, digest)


def write(
    connection: Connection,
    query: str,
    path: Path,
    digest: Digest | None = None,
    told: Callable[[], Mapping[str, str]] | None = None,
) -> None:
    """The rows of a query as a Parquet file that appears whole or not at all; see `write_tables`."""
    reader = connection.cursor().sql(query).to_arrow_reader(ROWS_AT_ONCE)
    tables = (pa.Table.from_batches([batch]) for batch in reader)
    write_tables(reader.schema, tables, path, digest, told)


def _has_credit_notes(connection: Connection, typed: Path) -> bool:
    """Whether invoices that begin with C are credit notes here: they exist, and are negative."""
    found = connection.execute(
        "SELECT count(*), count(*) FILTER (coalesce(amount, 0) < 0 OR quantity < 0) "
        "FROM read_parquet($path) WHERE regexp_matches(order_id, $pattern)",
        {"path": str(typed), "pattern": CREDIT_NOTE},
    ).fetchone()
    assert found is not None
    count, negative = found
    return bool(count) and negative >= CREDIT_SHARE * count


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
