"""From rows to orders: refunds go back to what they undo, lines are summed to their order.

Written in SQL for the embedded engine, so that a file larger than memory folds as well.
"""

from __future__ import annotations

from pathlib import Path

from cxlib.engine import Connection
from cxlib.ingest.staged import settle

# Invoices like C489449 are credit notes where nearly all of their rows are negative.
CREDIT_NOTE = "^[Cc][0-9]+$"
CREDIT_SHARE = 0.9

ROWS = """
CREATE TABLE rows AS
SELECT *, CAST(timestamp AS DATE) AS day,
    coalesce($credit AND regexp_matches(order_id, $pattern), false) AS credit_note,
    CASE
        WHEN coalesce(amount, quantity, 0) < 0 THEN 'refund'
        WHEN said = 'cancellation' THEN 'cancellation'
        WHEN said = 'refund' OR credit_note THEN 'refund'
        WHEN quantity < 0 THEN 'cancellation'
        ELSE 'sale'
    END AS status
FROM read_parquet($path)
"""

# A refund belongs to the latest earlier sale with its order id (a credit note's without the C),
# else with its customer, product and quantity.
BY_ORDER = """
CREATE TABLE by_order AS
SELECT refund.line, max(sale.day) AS purchase_day
FROM (
    SELECT line, customer_id, day, CASE WHEN credit_note THEN substr(order_id, 2) ELSE order_id END AS order_id
    FROM rows WHERE status = 'refund'
) AS refund
JOIN (SELECT DISTINCT customer_id, order_id, day FROM rows WHERE status = 'sale') AS sale
ON sale.order_id = refund.order_id AND sale.customer_id IS NOT DISTINCT FROM refund.customer_id
    AND sale.day <= refund.day
GROUP BY refund.line
"""

BY_PRODUCT = """
CREATE TABLE by_product AS
SELECT refund.line, sale.day AS purchase_day
FROM (
    SELECT line, customer_id, product, -quantity AS quantity, timestamp
    FROM rows
    WHERE status = 'refund' AND line NOT IN (SELECT line FROM by_order)
        AND customer_id IS NOT NULL AND product IS NOT NULL AND quantity < 0
) AS refund
ASOF JOIN (
    SELECT customer_id, product, quantity, timestamp, day FROM rows
    WHERE status = 'sale' AND customer_id IS NOT NULL AND product IS NOT NULL
) AS sale
ON refund.customer_id = sale.customer_id AND refund.product = sale.product
    AND refund.quantity = sale.quantity AND refund.timestamp >= sale.timestamp
"""

# Never charged: nothing. A positive refund takes back its order where that is a row of its own;
# where the order's only row says "refunded", it was sold and paid back: nothing remains.
LINES = """
CREATE TABLE lines AS
SELECT rows.* EXCLUDE (amount, said, line_id),
    CAST(CASE
        WHEN status = 'cancellation' THEN amount * 0
        WHEN said = 'refund' AND amount > 0 AND NOT credit_note
            THEN CASE WHEN by_order.line IS NULL THEN 0 ELSE -amount END
        ELSE amount
    END AS DECIMAL(18, 4)) AS amount,
    coalesce(by_order.purchase_day, by_product.purchase_day, day) AS purchase_day,
    status = 'refund' AND by_order.line IS NULL AND by_product.line IS NULL AS unmatched
FROM rows
LEFT JOIN by_order USING (line)
LEFT JOIN by_product USING (line)
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
    """Make the tables `rows`, `lines` and `orders` in the connection from typed rows."""
    connection.execute(
        ROWS,
        {
            "path": str(typed),
            "credit": _has_credit_notes(connection, typed),
            "pattern": CREDIT_NOTE,
        },
    )
    for statement in (BY_ORDER, BY_PRODUCT, LINES, ORDERS):
        connection.execute(statement)


def write(connection: Connection, query: str, path: Path, metadata: dict[str, str]) -> None:
    """The rows of a query as a Parquet file that appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    pairs = ", ".join(f"'{key}': {quoted(value)}" for key, value in metadata.items())
    connection.execute(
        f"COPY ({query}) TO {quoted(str(part))} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{pairs}}})"
    )
    settle(part, path)


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
