"""Add the records of a file to those that are there.

A record that both have counts once: what has a key (`records.KEYS`) is as the later file says,
and rows without one are there as often as in the file that has them more often. Nothing else goes.
A refund goes to the sale that it undoes where both have its order id, whichever file came first;
refunds that name no order are matched within their own file alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cxlib import engine
from cxlib.engine import Connection
from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest import canonical
from cxlib.ingest.canonical import Imported
from cxlib.ingest.digest import Digest, joined
from cxlib.ingest.fold import LINE_COLUMNS, quoted, write
from cxlib.ingest.plan import Attribute
from cxlib.ingest.unusual import CREDIT_NOTE
from cxlib.results import Issue
from cxlib.store.records import SIDES, Column, Side, aligned_scores, lay, name

_ORDER_COLUMNS = (
    "customer_id, order_id, timestamp, day, purchase_day, amount, discount, quantity, channel, place, "
    "currency, status, lines"
)
# What makes the rows of a file one row of its orders.
_SAME = "customer_id, order_id, day, purchase_day, status, CASE WHEN order_id IS NULL THEN line END"

# A key that both have is as the later file says; where both say the same, the rows of `{all}` stay.
# Refunds are papers of their own: a file that has only them, or none, says nothing of the others.
_CHOSEN = """
CREATE TABLE chosen AS
WITH
keys AS (
    SELECT b.key, b.content = a.content AS repeated
    FROM before_records AS b JOIN after_records AS a USING (key)
),
said AS (
    SELECT key, bool_or(NOT refund) AS sold, list(DISTINCT day) FILTER (refund) AS days
    FROM after_rows WHERE key IS NOT NULL GROUP BY key
)
SELECT 'before' AS side, row
FROM before_rows LEFT JOIN keys USING (key) LEFT JOIN said USING (key)
WHERE key IS NOT NULL AND CASE
    WHEN repeated IS NULL THEN true
    WHEN repeated THEN '{all}' = 'before'
    WHEN refund THEN NOT list_contains(coalesce(days, []), day)
    ELSE NOT sold
END
UNION ALL
SELECT 'after', row
FROM after_rows LEFT JOIN keys USING (key)
WHERE key IS NOT NULL AND ('{all}' = 'after' OR NOT coalesce(repeated, false))
"""

# Of rows without a key all of one file, and of the other those that the first has less often.
_COUNTED = """
INSERT INTO chosen
SELECT '{all}', row FROM {all}_known WHERE key IS NULL
UNION ALL
SELECT '{more}', row FROM (
    SELECT row, content, row_number() OVER (PARTITION BY content ORDER BY row) AS copy
    FROM {more}_known WHERE key IS NULL
)
LEFT JOIN (SELECT content, n FROM {all}_records WHERE key IS NULL) USING (content)
WHERE copy > coalesce(n, 0)
"""

_COUNTS = """
SELECT
    (SELECT coalesce(sum(greatest(a.n - coalesce(b.n, 0), 0)), 0)::BIGINT FROM after_records AS a
        LEFT JOIN before_records AS b
        ON coalesce(a.key, a.content) = coalesce(b.key, b.content)),
    (SELECT count(*) FROM after_records AS a JOIN before_records AS b USING (key)
        WHERE a.content <> b.content),
    (SELECT coalesce(sum(least(a.n, b.n)), 0)::BIGINT FROM after_records AS a
        JOIN before_records AS b
        ON coalesce(a.key, a.content) = coalesce(b.key, b.content) AND a.content = b.content)
"""

# A refund whose sale came with the other file goes back to the day of that sale.
_REFUNDED = """
CREATE TABLE refunded AS
SELECT refund.side, refund.row, max(sale.day) AS sold
FROM (
    SELECT side, row, customer_id, day, CASE WHEN amount < 0 AND regexp_matches(order_id, $pattern)
        THEN substr(order_id, 2) ELSE order_id END AS undone, order_id
    FROM kept WHERE status = 'refund' AND order_id IS NOT NULL
) AS refund
JOIN (SELECT DISTINCT customer_id, order_id, day FROM kept WHERE status = 'sale') AS sale
ON (sale.order_id = refund.order_id OR sale.order_id = refund.undone)
    AND sale.customer_id IS NOT DISTINCT FROM refund.customer_id AND sale.day <= refund.day
GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Appended:
    """Records of the later file: new, restated (there before, saying something else) and repeated."""

    new: int
    restated: int
    repeated: int

    @property
    def nothing(self) -> bool:
        return not (self.new or self.restated)


def append(before: Imported, after: Imported, outdir: Path) -> tuple[Imported, Appended]:
    """Write the records of both to `outdir`, in an order that their content gives.

    Returns
    -------
    Imported, Appended
        The tables of both; the counts of rows, the issues and the rejects are those of `after`.

    Raises
    ------
    CxError
        `other_currency`, `other_scale` where the two cannot be one table.
    """
    _check(before, after)
    folders = (before.table.parent, after.table.parent, outdir)
    with engine.connect(*folders) as connection:
        laid = lay(connection, before, after)
        columns = laid.columns
        counts = connection.execute(_COUNTS).fetchone()
        assert counts is not None
        appended = Appended(*counts)
        # Where both say the same, stays what says more: the file added last where it has columns
        # of its own, so that added once more it finds itself.
        more = laid.appeared or (after.lines and not before.lines)
        stays, other = reversed(SIDES) if more else SIDES
        for statement in (_CHOSEN, _COUNTED):
            connection.execute(statement.format(all=stays, more=other))
        draft = replace(
            after,
            issues=(*after.issues, _issue(appended)),
            currency=after.currency or before.currency,
            scores=aligned_scores(columns, before, after),
            attributes=_attributes(columns, before, after),
        )
        if after.kind == "transactions":
            made = _orders(connection, before, draft, outdir)
        else:
            made = _table(connection, columns, draft, outdir)
    return made, appended


def _check(before: Imported, after: Imported) -> None:
    if before.currency and after.currency and before.currency != after.currency:
        raise CxError(
            "other_currency",
            N_("This file is in {new}, and what is there is in {old}."),
            N_("Replace the data, or import the file into a workspace of its own."),
            new=after.currency,
            old=before.currency,
        )
    scales = {score.column: score for score in before.scores}
    for score in after.scores:
        known = scales.get(score.column)
        if known and (known.low, known.high, known.best) != (score.low, score.high, score.best):
            raise CxError(
                "other_scale",
                N_("“{column}” runs from {low} to {high} here, and otherwise in what is there."),
                N_("Replace the data, or import the file into a workspace of its own."),
                column=score.column,
                low=score.low,
                high=score.high,
            )


def _issue(appended: Appended) -> Issue:
    return Issue(
        "appended",
        "info",
        N_(
            "Added to what was there: {new} new records, {restated} that replace an earlier version; "
            "{repeated} were there already."
        ),
        params={
            "new": appended.new,
            "restated": appended.restated,
            "repeated": appended.repeated,
        },
        count=appended.new + appended.restated,
    )


def _attributes(
    columns: tuple[Column, ...], before: Imported, after: Imported
) -> tuple[Attribute, ...]:
    formats = {a.column: a.format for a in (*before.attributes, *after.attributes)}
    found = []
    for column in columns:
        if column.role == "attribute":
            type_ = column.type
            assert type_ in ("text", "number", "timestamp", "flag")
            format_ = formats[column.label] if column.same_type else ""
            found.append(Attribute(column.label, type_, format_))
    return tuple(found)


def _table(
    connection: Connection, columns: tuple[Column, ...], draft: Imported, outdir: Path
) -> Imported:
    fields = [name(column) for column in columns if column.role == "field"]
    others = [name(column) for column in columns if column.role != "field"]
    timed = '"timestamp"' in fields
    held = ", ".join([*fields, *["day"] * timed, *others])
    both = " UNION ALL ".join(
        f"SELECT {held} FROM {side}_table SEMI JOIN "
        f"(SELECT row FROM chosen WHERE side = '{side}') USING (row)"
        for side in SIDES
    )
    first = [*["day"] * timed, *(f for f in ('"customer_id"',) if f in fields)]
    by = ", ".join([*first, *fields, *others])
    connection.execute(
        f"CREATE TABLE made AS SELECT row_number() OVER (ORDER BY {by}) AS line, {held} FROM ({both})"
    )
    found = connection.execute(
        f"SELECT {'min(day)::VARCHAR, max(day)::VARCHAR' if timed else 'NULL, NULL'}, "
        f"{'count(DISTINCT customer_id)' if 'customer_id' in held else '0'}, count(*) FROM made"
    ).fetchone()
    assert found is not None
    first_day, last_day, customers, records = found
    if not timed:
        first_day, last_day = draft.first_day, draft.last_day
    made = replace(
        draft,
        table=outdir / f"{draft.kind}.parquet",
        first_day=first_day,
        last_day=last_day,
        customers=customers,
        order_count=records,
    )
    return _write(connection, "SELECT * FROM made ORDER BY line", None, made)


def _orders(connection: Connection, before: Imported, draft: Imported, outdir: Path) -> Imported:
    connection.execute(
        "CREATE TABLE kept AS "
        + " UNION ALL ".join(
            f"SELECT '{side}' AS side, row, line, {_ORDER_COLUMNS} FROM {side}_table SEMI JOIN "
            f"(SELECT row FROM chosen WHERE side = '{side}') USING (row)"
            for side in SIDES
        )
    )
    connection.execute(_REFUNDED, {"pattern": CREDIT_NOTE})
    with_lines = bool(before.lines or draft.lines)
    if with_lines:
        versions = zip(SIDES, (before, draft), strict=True)
        pieces = " UNION ALL ".join(_lines(side, version.lines) for side, version in versions)
        day = "coalesce(sold, lines.purchase_day)"
        listed = LINE_COLUMNS.replace(", line", "")
        by = listed.replace("customer_id, order_id, day", "day, customer_id, order_id")
        connection.execute(
            f"CREATE TABLE lines AS SELECT row_number() OVER (ORDER BY {by}) AS line, * FROM ("
            f"SELECT lines.* REPLACE ({day} AS purchase_day) FROM ({pieces}) AS lines "
            f"LEFT JOIN refunded USING (side, row))"
        )
        numbers = "SELECT side, row, min(line) AS line FROM lines GROUP BY ALL"
    else:
        by = _ORDER_COLUMNS.replace(
            "customer_id, order_id, timestamp, day", "day, customer_id, order_id"
        )
        numbers = (
            f"SELECT side, row, row_number() OVER (ORDER BY {by}, timestamp) AS line FROM kept"
        )
    connection.execute(
        f"CREATE TABLE orders AS SELECT {_ORDER_COLUMNS.replace(' lines', ' lines, numbers.line')} "
        f"FROM (SELECT * REPLACE (coalesce(sold, purchase_day) AS purchase_day) "
        f"FROM kept LEFT JOIN refunded USING (side, row)) JOIN ({numbers}) AS numbers USING (side, row)"
    )
    found = connection.execute(
        "SELECT sum(amount)::VARCHAR, min(day)::VARCHAR, max(day)::VARCHAR, "
        "count(DISTINCT customer_id) FILTER (status = 'sale'), count(*) FILTER (status = 'sale') "
        "FROM orders"
    ).fetchone()
    assert found is not None
    revenue, first_day, last_day, customers, sales = found
    made = replace(
        draft,
        table=outdir / "orders.parquet",
        lines=outdir / "lines.parquet" if with_lines else None,
        revenue=revenue,
        first_day=first_day,
        last_day=last_day,
        customers=customers,
        order_count=sales,
    )
    lines = f"SELECT {LINE_COLUMNS} FROM lines ORDER BY line" if with_lines else None
    return _write(connection, "SELECT * FROM orders ORDER BY line, purchase_day", lines, made)


def _lines(side: Side, path: Path | None) -> str:
    """The lines of the orders that were chosen, each with its order's row; of a file without
    products each order is one line."""
    if path is None:
        return (
            f"SELECT side, row, customer_id, order_id, day, purchase_day, NULL AS product, "
            f"NULL AS category, channel, place, quantity, NULL::DECIMAL(18, 4) AS unit_price, amount, "
            f"discount, status FROM kept WHERE side = '{side}'"
        )
    columns = LINE_COLUMNS.replace(", line", "")
    return (
        f"SELECT side, row, {columns} FROM (SELECT *, to_json([{_text()}])::VARCHAR AS same "
        f"FROM read_parquet({quoted(str(path))})) AS piece "
        f"JOIN (SELECT side, row, to_json([{_text()}])::VARCHAR AS same FROM kept "
        f"WHERE side = '{side}') USING (same)"
    )


def _text() -> str:
    parts = _SAME.split(", ")
    return ", ".join(f"({part})::VARCHAR" for part in parts)


def _write(connection: Connection, table: str, lines: str | None, made: Imported) -> Imported:
    """The files, the digest of their content and the report within the table's file."""
    digests = [Digest()]
    if lines is not None and made.lines is not None:
        digests.append(Digest())
        write(connection, lines, made.lines, digests[1])
    write(
        connection,
        table,
        made.table,
        digests[0],
        lambda: canonical.metadata(replace(made, digest=joined(digests))),
    )
    return replace(made, digest=joined(digests))
