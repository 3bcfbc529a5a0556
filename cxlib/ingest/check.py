"""What is worth knowing about the rows of an import, counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Literal

from cxlib.engine import Connection
from cxlib.i18n import N_
from cxlib.results import Issue

# code, severity, message, hint, table, condition
Check = tuple[str, Literal["info", "warning"], str, str, str, str]
CHECKS: tuple[Check, ...] = (
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
        "refunds",
        "undone IS NULL",
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
EXAMPLES = 5


def checks(connection: Connection, today: dt.date | None) -> Iterator[Issue]:
    """The issues of the tables that `fold` made; each with its count and a few lines."""
    asked = [*CHECKS, *([] if today is None else [_future(today)])]
    found = {
        table: iter(_counted(connection, table, [c for *_, t, c in asked if t == table]))
        for table in dict.fromkeys(table for *_, table, _ in asked)
    }
    for code, severity, message, hint, table, _ in asked:
        count, lines = next(found[table])
        if count:
            yield Issue(
                code, severity, message, hint, {"count": count}, rows=tuple(lines), count=count
            )


def _future(today: dt.date) -> Check:
    return (
        "future_date",
        "warning",
        N_("{count} rows are dated after today."),
        N_("Check the order of day and month."),
        "rows",
        f"day > DATE '{today.isoformat()}'",
    )


def _counted(
    connection: Connection, table: str, conditions: Sequence[str]
) -> Iterator[tuple[int, list[int]]]:
    """How many rows meet each condition, and the first lines of these: one look at the table."""
    columns = ", ".join(
        f"count(*) FILTER ({c}), coalesce(min(line, {EXAMPLES}) FILTER ({c}), [])"
        for c in conditions
    )
    found = connection.execute(f"SELECT {columns} FROM {table}").fetchone()
    assert found is not None
    return zip(found[::2], found[1::2], strict=True)
