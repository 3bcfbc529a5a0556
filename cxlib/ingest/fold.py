"""From rows to orders: refunds go back to what they undo, lines are summed to their order.

Written in SQL for the embedded engine, so that a file larger than memory folds as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.engine import THREADS, Connection
from cxlib.ingest import purchases
from cxlib.ingest.digest import Digest
from cxlib.ingest.orders import Orders, among, buyers, merged_in, orders_alone, rows_of
from cxlib.ingest.pieces import Pieces, TableFile, ahead, is_in
from cxlib.ingest.repeats import hashes, repeated
from cxlib.ingest.runs import KEY, SCHEMA, sum_too_large, summed
from cxlib.ingest.unusual import CREDIT_NOTE

ROWS_AT_ONCE = 1 << 17
TOGETHER = 4  # pieces that are looked through at once: the texts to look for are prepared each time

# Invoices like C489449 are credit notes where nearly all of their rows are negative.
CREDIT_SHARE = 0.9

# Only what is unusual is looked at here; all other rows are sales.
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
FROM unusual
"""

REFUNDED = """
CREATE TABLE refunded AS
SELECT line, customer_id, product, -quantity AS quantity, timestamp, day,
    CASE WHEN credit_note THEN substr(order_id, 2) ELSE order_id END AS order_id
FROM rows WHERE status = 'refund'
"""

# The sales that a refund may undo, by their order or by their customer and product.
SALES = """
CREATE VIEW sales AS
SELECT *, CAST(timestamp AS DATE) AS day FROM read_parquet({path})
ANTI JOIN (SELECT line FROM rows WHERE status <> 'sale') USING (line)
"""

# A refund belongs to the latest earlier sale with its order id (a credit note's without the C),
# else with its customer, product and quantity.
BY_ORDER = """
CREATE TABLE by_order AS
SELECT refund.line, max(sale.day) AS purchase_day
FROM refunded AS refund
JOIN sales AS sale
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
    FROM sales SEMI JOIN returned USING (customer_id, product, quantity)
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
CHANGED = """
SELECT line, status,
    CAST(CASE
        WHEN status = 'cancellation' THEN amount * 0
        WHEN said = 'refund' AND amount > 0 AND NOT credit_note
            THEN CASE WHEN refunds.ordered THEN -amount ELSE 0 END
        ELSE amount
    END AS DECIMAL(18, 4)) AS amount,
    coalesce(undone, day) AS purchase_day
FROM rows
LEFT JOIN refunds USING (line)
WHERE status <> 'sale'
ORDER BY line
"""

# The orders whose rows stand apart in the file.
MERGED = """
SELECT
    customer_id, order_id, min(timestamp) AS timestamp, day, purchase_day,
    sum(amount) AS amount, sum(discount) AS discount, sum(quantity) AS quantity,
    arg_min(channel, line) AS channel, arg_min(place, line) AS place,
    arg_min(currency, line) AS currency, status,
    CAST(sum(lines) AS INTEGER) AS lines, min(line) AS line
FROM read_parquet({path})
GROUP BY {key}
ORDER BY line
"""

LINE_COLUMNS = (
    "customer_id, order_id, day, purchase_day, product, category, channel, place, quantity, "
    "unit_price, amount, discount, status, line"
)
LINE_NAMES = LINE_COLUMNS.split(", ")
LINE_SCHEMA = pa.schema([SCHEMA.field(n) if n in SCHEMA.names else purchases.SCHEMA.field(n)
                         for n in LINE_NAMES])  # fmt: skip
EMPTY = np.zeros(0, np.int64)
SOLD = ("line", "customer_id", "order_id", "product", "quantity", "timestamp")


def fold(
    connection: Connection,
    typed: Pieces,
    folder: Path,
    lines: Path | None,
    digest: Digest,
    alone: bool,
) -> Orders:
    """The orders of typed rows, of which those that are not plainly sales are the view `unusual`;
    `alone` says that each is the only one of its order.

    Makes `rows` (of these) and `refunds` in the connection. The lines are written to a file as
    well, where one is named, and taken into the digest. `folder` is for what is only needed
    meanwhile.
    """
    credit = f"coalesce(regexp_matches(order_id, {quoted(CREDIT_NOTE)}), false)"
    known = _has_credit_notes(connection)
    connection.execute(ROWS.format(credit_note=credit if known else "false"))
    connection.execute(REFUNDED)
    sales = folder / "sales.parquet"
    _write_sales(connection, typed, sales)
    connection.execute(SALES.format(path=quoted(str(sales))))
    for statement in (BY_ORDER, RETURNED, BY_PRODUCT, REFUNDS):
        connection.execute(statement)
    changed = connection.cursor().sql(CHANGED).to_arrow_table().combine_chunks()
    if alone and not len(changed):
        if lines is not None:
            _write_lines(typed, lines, digest, changed)
        return Orders(
            len(typed),
            partial(orders_alone, typed, changed),
            partial(typed.read, names=["customer_id"]),
        )
    runs = Pieces(folder / "runs", SCHEMA)
    starts, orders = _write_runs(typed, runs, lines, digest, changed)
    apart = starts[repeated(orders)]
    path = folder / "apart.parquet"
    with TableFile(path, SCHEMA) as file:
        for number in range(len(runs) if len(apart) else 0):
            table = runs.read(number, SCHEMA.names)
            file.add(table.filter(pa.array(among(table, apart))).cast(SCHEMA))
    query = MERGED.format(path=quoted(str(path)), key=", ".join(KEY))
    merged = connection.cursor().sql(query).to_arrow_table()
    try:
        merged = merged.cast(SCHEMA)
    except pa.ArrowInvalid as error:
        raise sum_too_large() from error
    return Orders(len(runs), partial(merged_in, runs, apart, merged), partial(buyers, runs))


def _write_sales(connection: Connection, typed: Pieces, path: Path) -> None:
    """Rows with the order of a refund, or with a customer and a product of refunds."""

    def distinct(name: str) -> pa.Array:
        query = f"SELECT DISTINCT {name} FROM refunded WHERE {name} IS NOT NULL ORDER BY ALL"
        return connection.cursor().sql(query).to_arrow_table().column(0).combine_chunks()

    orders, customers, products = (distinct(n) for n in ("order_id", "customer_id", "product"))

    def made(first: int) -> pa.Table:
        numbers = range(first, min(first + TOGETHER, len(typed)))
        table = pa.concat_tables([typed.read(number, SOLD) for number in numbers])
        wanted = {"order_id": orders, "customer_id": customers, "product": products}
        order, customer, product = (is_in(table[name], known) for name, known in wanted.items())
        return table.filter(pc.or_(order, pc.and_(customer, product)))

    schema = pa.schema([purchases.SCHEMA.field(name) for name in SOLD])
    firsts = range(0, len(typed) if len(orders) or len(products) else 0, TOGETHER)
    with ThreadPoolExecutor(THREADS) as pool, TableFile(path, schema) as file:
        for table in ahead(pool, made, firsts):
            file.add(table)


def _write_lines(typed: Pieces, lines: Path, digest: Digest, changed: pa.Table) -> None:
    """The lines of orders that have one each."""
    names = [*LINE_NAMES, "timestamp"]
    made = partial(rows_of, typed, changed, names)
    with ThreadPoolExecutor(THREADS) as pool, TableFile(lines, LINE_SCHEMA, digest) as file:
        for table in ahead(pool, made, range(len(typed))):
            file.add(table.select(LINE_NAMES))


def _write_runs(
    typed: Pieces, runs: Pieces, lines: Path | None, digest: Digest, changed: pa.Table
) -> tuple[np.ndarray, np.ndarray]:
    """The runs of rows of one order, and the lines, in the order of the file.

    Returned are the first line of each run that names its order, and a hash of its
    `KEY` but for the customer, who hardly ever makes a difference.
    """
    wanted = dict.fromkeys([*SCHEMA.names, *(LINE_NAMES if lines is not None else ())])
    names = [name for name in wanted if name != "lines"]

    def made(number: int) -> tuple[pa.Table, pa.Table | None]:
        rows = rows_of(typed, changed, names, number)
        return summed(rows), rows.select(LINE_NAMES) if lines is not None else None

    starts, orders = list[np.ndarray](), list[np.ndarray]()
    with ThreadPoolExecutor(THREADS) as pool, ExitStack() as stack:
        copy = None
        if lines is not None:
            copy = stack.enter_context(TableFile(lines, LINE_SCHEMA, digest))
        for run, rows in ahead(pool, made, range(len(typed))):
            runs.add(run)
            order = run.column("order_id")
            named = run.filter(order.is_valid()) if order.null_count else run
            starts.append(named.column("line").to_numpy())
            orders.append(hashes(named.select(KEY[1:])))
            if copy is not None:
                copy.add(rows)
    return (np.concatenate(starts), np.concatenate(orders)) if starts else (EMPTY, EMPTY)


def write(
    connection: Connection,
    query: str,
    path: Path,
    digest: Digest | None = None,
    told: Callable[[], Mapping[str, str]] | None = None,
) -> None:
    """The rows of a query as a Parquet file that appears whole or not at all; see `TableFile`."""
    reader = connection.cursor().sql(query).to_arrow_reader(ROWS_AT_ONCE)
    with TableFile(path, reader.schema, digest, told) as file:
        for batch in reader:
            file.add(pa.Table.from_batches([batch]))


def _has_credit_notes(connection: Connection) -> bool:
    """Whether invoices that begin with C are credit notes here: they exist, and are negative."""
    found = connection.execute(
        "SELECT count(*), count(*) FILTER (coalesce(amount, 0) < 0 OR quantity < 0) "
        "FROM unusual WHERE regexp_matches(order_id, $pattern)",
        {"pattern": CREDIT_NOTE},
    ).fetchone()
    assert found is not None
    count, negative = found
    return bool(count) and negative >= CREDIT_SHARE * count


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
