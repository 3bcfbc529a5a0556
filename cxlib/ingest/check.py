"""What is worth knowing about the rows of an import, counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cxlib.engine import Connection
from cxlib.i18n import N_
from cxlib.results import Issue

# code, severity, message, hint, table, condition
CHECKS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "missing_customer",
        "warning",
        N_("{count} rows have no customer: they count in sales, not in anything per customer."),
        N_("Fill in the customer where you know it."),
        "rows",
        "customer_id IS NULL",
    ),
    (
        "cancellation",
        "info",
        N_("{count} rows are cancellations or credit notes."),
        "",
        "rows",
        "credit_note OR said = 'cancellation'",
    ),
    (
        "refund",
        "info",
        N_(
            "{count} rows are refunds: they take back revenue on the day of the purchase they undo."
        ),
        "",
        "rows",
        "status = 'refund'",
    ),
    (
        "unmatched_refund",
        "info",
        N_("{count} refunds undo no purchase in this file; they stay on their own day."),
        N_("They may undo purchases from before the file begins."),
        "lines",
        "unmatched",
    ),
    (
        "stock_adjustment",
        "info",
        N_("{count} rows have a negative quantity and no money: they are no purchases."),
        "",
        "rows",
        "quantity < 0 AND amount = 0",
    ),
    (
        "zero_amount",
        "info",
        N_("{count} rows have the amount 0: they count as purchases, never as spend."),
        "",
        "rows",
        "amount = 0 AND status = 'sale'",
    ),
    (
        "negative_price",
        "warning",
        N_("{count} rows have a negative price."),
        N_("Check whether these are corrections of the books."),
        "rows",
        "unit_price < 0",
    ),
    (
        "early_date",
        "warning",
        N_("{count} rows are from before 1980: a date left empty often becomes 1900 or 1970."),
        N_("Correct these dates; they stretch every period."),
        "rows",
        "day < DATE '1980-01-01'",
    ),
)
FUTURE = "day > CAST($today AS DATE)"
EXAMPLES = 5


def checks(connection: Connection, today: dt.date | None) -> Iterator[Issue]:
    """The issues of the tables that `fold` made; each with its count and a few lines."""
    for code, severity, message, hint, table, condition in CHECKS:
        yield from _issue(connection, code, severity, message, hint, table, condition, {})
    if today is not None:
        yield from _issue(
            connection,
            "future_date",
            "warning",
            N_("{count} rows are dated after today."),
            N_("Check the order of day and month."),
            "rows",
            FUTURE,
            {"today": today.isoformat()},
        )


def _issue(
    connection: Connection,
    code: str,
    severity: str,
    message: str,
    hint: str,
    table: str,
    condition: str,
    values: dict[str, str],
) -> Iterator[Issue]:
    found = connection.execute(
        f"SELECT count(*), coalesce(min(line, {EXAMPLES}), []) FROM {table} WHERE {condition}",
        values,
    ).fetchone()
    assert found is not None
    count, lines = found
    if count:
        yield Issue(code, severity, message, hint, {"count": count}, rows=tuple(lines), count=count)  # type: ignore[arg-type]
