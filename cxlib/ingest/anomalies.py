"""What is odd about the entries of a table: counted, shown by a few lines, never removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cxlib.engine import Connection
from cxlib.i18n import N_
from cxlib.ingest.plan import Plan
from cxlib.results import Issue, Param
from cxlib.tables.kind import kind as kind_of

EXAMPLES = 5
ENOUGH = 50  # values, before any of them can be called an outlier
FENCE = 3.0  # interquartile ranges beyond the quartiles: Tukey's outer fences
FEW = 0.005  # the most of a column that can be outliers; more is how the column is
TAIL = 20.0  # times the 99th percentile: an outlier in any column
CATEGORIES = 50  # distinct values up to which a text is a choice among a few
RARE = 0.001  # share of the rows, or RARELY of them, that a value of such a choice can be rare with
RARELY = 3
NUMERIC = 0.95  # share of the values that are numbers in a column that nearly holds numbers

SOME = 0.05  # share of the values that are negative where the others are not
NEARLY_ALL = 0.95
AT_ONCE = 20_000_000  # values that are measured at once: the median needs all of them in memory
MEASURES = 7  # of a column

Severity = Literal["warning", "info"]


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on the entries of the kinds that have all of `fields`."""

    code: str
    severity: Severity
    message: str
    hint: str
    condition: str
    fields: tuple[str, ...]
    kinds: tuple[str, ...] = ()


CHECKS: tuple[Check, ...] = (
    Check(
        "missing_customer",
        "warning",
        N_("{count} rows have no customer: they count in totals, not in anything per customer."),
        N_("Fill in the customer where you know it."),
        "customer_id IS NULL",
        ("customer_id",),
    ),
    Check(
        "negative_duration",
        "warning",
        N_("{count} rows end before they begin."),
        N_("Check the order of day and month, and the time zones of the two columns."),
        '"end" < "start"',
        ("start", "end"),
    ),
    Check(
        "negative_duration",
        "warning",
        N_("{count} tickets are resolved before they are opened."),
        N_("Check the order of day and month, and the time zones of the two columns."),
        "resolved_at < timestamp",
        ("timestamp", "resolved_at"),
    ),
    Check(
        "negative_duration",
        "warning",
        N_("{count} tickets are answered before they are opened."),
        N_("Check the order of day and month, and the time zones of the two columns."),
        "first_response_at < timestamp",
        ("timestamp", "first_response_at"),
    ),
    Check(
        "negative_tenure",
        "warning",
        N_("{count} rows have a negative tenure."),
        N_("Check them: nobody is a customer for less than no time."),
        "tenure < 0",
        ("tenure",),
    ),
    Check(
        "negative_amount",
        "warning",
        N_("{count} rows have a negative cost."),
        N_("Check whether these are corrections of the books."),
        "cost < 0",
        ("cost",),
    ),
    Check(
        "negative_amount",
        "warning",
        N_("{count} rows have a negative monthly revenue."),
        N_("Check whether these are corrections of the books."),
        "mrr < 0",
        ("mrr",),
    ),
    Check(
        "impossible_rate",
        "warning",
        N_("{count} rows have more clicks than impressions."),
        N_("Check which column is which."),
        "clicks > impressions",
        ("clicks", "impressions"),
    ),
    Check(
        "impossible_rate",
        "warning",
        N_("{count} rows have more messages delivered than sent."),
        N_("Check which column is which."),
        "delivered > sent",
        ("delivered", "sent"),
    ),
    Check(
        "impossible_rate",
        "warning",
        N_("{count} rows have more successes than units."),
        N_("Check which column is which."),
        "successes > n OR successes < 0 OR n < 0",
        ("successes", "n"),
    ),
    Check(
        "repeated_customer",
        "warning",
        N_("{count} rows are of a customer who has a row already; all of them are kept."),
        N_("Keep one row a customer, or check the column of the customer."),
        "customer_id IN (SELECT customer_id FROM entries GROUP BY ALL HAVING count(*) > 1)",
        ("customer_id",),
        ("customers",),
    ),
    Check(
        "unit_in_two_variants",
        "warning",
        N_("{count} rows are of units that are in more than one variant: they saw both."),
        N_("Leave these units out, or find out how they were assigned."),
        "unit_id IN (SELECT unit_id FROM entries GROUP BY unit_id "
        "HAVING count(DISTINCT variant) > 1)",
        ("unit_id", "variant"),
    ),
)


def anomalies(connection: Connection, plan: Plan) -> Iterator[Issue]:
    """The issues of the table `entries` of a connection; each with its count and a few lines."""
    kind = kind_of(plan.kind)
    for check in CHECKS:
        if set(check.fields) <= set(plan.mapping) and plan.kind in (check.kinds or (plan.kind,)):
            yield from _issue(
                connection, check.code, check.severity, check.message, check.hint, check.condition
            )
    dated = [(n, f'"{n}"') for n in plan.mapping if kind.field(n).type == "timestamp"]
    for name, column in dated:
        yield from _days(connection, plan.mapping[name], name, column, plan.today)
    if "ticket_id" in plan.mapping and "activity" not in plan.mapping:
        yield from _issue(
            connection,
            "repeated_ticket",
            "warning",
            N_("{count} rows are of a ticket that has a row already; all of them are kept."),
            N_("If each row is a step of a ticket, choose the column of the activity."),
            "ticket_id IN (SELECT ticket_id FROM entries GROUP BY ticket_id HAVING count(*) > 1)",
        )
    numbers = [
        (column, f'"{name}"')
        for name, column in plan.mapping.items()
        if kind.field(name).type in ("number", "money") and name not in ("score", "weight")
    ]
    numbers += [(a.column, f"a{i}") for i, a in enumerate(plan.attributes) if a.type == "number"]
    for measured in _measured(connection, numbers):
        yield from _odd_numbers(connection, measured)
    texts = [(a.column, f"a{i}") for i, a in enumerate(plan.attributes) if a.type == "text"]
    yield from _odd_words(connection, texts)


def _days(
    connection: Connection, column: str, name: str, cell: str, today: dt.date | None
) -> Iterator[Issue]:
    yield from _issue(
        connection,
        "early_date",
        "warning",
        N_(
            "{count} dates in the column “{column}” are from before 1980: empty ones often become so."
        ),
        N_("Correct these dates; they stretch every period."),
        f"{cell} < TIMESTAMP '1980-01-01'",
        column,
    )
    if today is not None and name != "end":  # a contract may end in the future
        yield from _issue(
            connection,
            "future_date",
            "warning",
            N_("{count} dates in the column “{column}” are after today."),
            N_("Check the order of day and month."),
            f"CAST({cell} AS DATE) > DATE '{today.isoformat()}'",
            column,
        )


@dataclass(frozen=True, slots=True)
class Measures:
    """What the numbers of a column are like: `cell` is the column of the table."""

    column: str
    cell: str
    rows: int
    count: int
    quantiles: tuple[float, ...]  # 1 %, 25 %, 75 %, 99 %
    distinct: int
    whole: bool
    negative: int
    least: float
    most: float


def _measured(connection: Connection, numbers: Sequence[tuple[str, str]]) -> Iterator[Measures]:
    """Measures of the columns that have values, as many at once as the memory holds."""
    found = connection.execute("SELECT count(*) FROM entries").fetchone()
    assert found is not None
    at_once = max(1, AT_ONCE // max(1, found[0]))
    for begin in range(0, len(numbers), at_once):
        part = numbers[begin : begin + at_once]
        measures = ", ".join(
            f"count({c}), approx_count_distinct({c}), bool_and({c} = floor({c})), "
            f"count(*) FILTER ({c} < 0), min({c})::DOUBLE, max({c})::DOUBLE, "
            f"quantile_cont({c}, [0.01, 0.25, 0.75, 0.99])::DOUBLE[]"
            for _, c in part
        )
        values = connection.execute(f"SELECT {measures} FROM entries").fetchone()
        assert values is not None
        for i, (column, cell) in enumerate(part):
            count, *rest, quantiles = values[MEASURES * i : MEASURES * (i + 1)]
            if count:
                yield Measures(column, cell, found[0], count, tuple(quantiles), *rest)


def _odd_numbers(connection: Connection, of: Measures) -> Iterator[Issue]:
    if of.count < ENOUGH:
        return
    if 0 < of.negative <= SOME * of.count:
        yield from _issue(
            connection,
            "negative_values",
            "info",
            N_("{count} values of the column “{column}” are negative; nearly all others are not."),
            N_("Check whether they are refunds or corrections; they are kept as they are."),
            f"{of.cell} < 0",
            of.column,
        )
    if of.least in (0, 1) and of.most - of.least + 1 == of.count == of.rows:
        yield from _row_numbers(connection, of)
    # Numbers that differ in every row and have no fractions are ids.
    elif not (of.whole and of.distinct > NEARLY_ALL * of.count):
        yield from _outliers(connection, of)


def _outliers(connection: Connection, of: Measures) -> Iterator[Issue]:
    """Values far from the rest of a column: beyond the outer fences where hardly any are, else
    beyond 20 times the 99th percentile."""
    first, low, high, last = of.quantiles
    reach = FENCE * (high - low)
    tails = (min(TAIL * first, -TAIL * abs(last)), max(TAIL * last, TAIL * abs(first)))
    for least, most in ((low - reach, high + reach), tails):
        if not least < most or (of.least >= least and of.most <= most):
            continue
        beyond = f"{of.cell} < {least!r}::DOUBLE OR {of.cell} > {most!r}::DOUBLE"
        shown = connection.execute(
            f"SELECT count(*), arg_max({of.cell}::VARCHAR, "
            f"abs({of.cell} - {(low + high) / 2!r}::DOUBLE), 3) FROM entries WHERE {beyond}"
        ).fetchone()
        assert shown is not None
        if shown[0] <= max(1, FEW * of.count):
            yield from _issue(
                connection,
                "outlier",
                "info",
                N_("{count} values of the column “{column}” are far from all others: {values}."),
                N_("Check them; they are kept as they are."),
                beyond,
                of.column,
                {"values": ", ".join(_short(v) for v in shown[1])},
            )
            return


def _row_numbers(connection: Connection, of: Measures) -> Iterator[Issue]:
    """A column that only numbers the rows, as programs write it when they save a table."""
    found = connection.execute(
        f"SELECT bool_and({of.cell} = n + {of.least!r}::DOUBLE) "
        f"FROM (SELECT {of.cell}, row_number() OVER () - 1 AS n FROM entries LIMIT 10000)"
    ).fetchone()
    assert found is not None
    if found[0]:
        yield Issue(
            "row_numbers",
            "info",
            N_("The column “{column}” only numbers the rows."),
            N_("It can be left out."),
            {"column": of.column},
            column=of.column,
            count=1,
        )


def _odd_words(connection: Connection, texts: Sequence[tuple[str, str]]) -> Iterator[Issue]:
    """Values that hardly occur where there are few to choose from, and words among numbers."""
    if not texts:
        return
    measures = ", ".join(
        f"approx_count_distinct({cell}), count({cell}), count(TRY_CAST({cell} AS DOUBLE))"
        for _, cell in texts
    )
    found = connection.execute(f"SELECT {measures} FROM entries").fetchone()
    assert found is not None
    for i, (column, cell) in enumerate(texts):
        distinct, filled, numeric = found[3 * i : 3 * i + 3]
        if filled >= ENOUGH and NUMERIC * filled <= numeric < filled:
            yield from _values(
                connection,
                "nearly_numbers",
                N_(
                    "{count} values of the column “{column}” are no numbers, all others are: {values}."
                ),
                N_("Correct them, or say what they mean; until then the column is text."),
                column,
                cell,
                f"{cell} IS NOT NULL AND TRY_CAST({cell} AS DOUBLE) IS NULL",
            )
        if 2 < distinct <= CATEGORIES and filled >= 100 * distinct / 10:
            most = max(RARELY, int(RARE * filled))
            yield from _values(
                connection,
                "rare_values",
                N_(
                    "{count} rows have a value of the column “{column}” that hardly occurs: {values}."
                ),
                N_("Check whether they are typing errors; they are kept as they are."),
                column,
                cell,
                f"{cell} IN (SELECT {cell} FROM entries GROUP BY {cell} "
                f"HAVING count(*) <= {min(most, filled // (10 * distinct))})",
            )


def _values(
    connection: Connection,
    code: str,
    message: str,
    hint: str,
    column: str,
    cell: str,
    condition: str,
) -> Iterator[Issue]:
    """An issue that shows the commonest values with their counts."""
    shown = connection.execute(
        f"SELECT {cell}, count(*) FROM entries WHERE {condition} "
        f"GROUP BY {cell} ORDER BY 2 DESC, 1 LIMIT 8"
    ).fetchall()
    values = ", ".join(f"“{value[:50]}” ({n})" for value, n in shown)
    yield from _issue(
        connection, code, "info", message, hint, condition, column, {"values": values}
    )


def _issue(
    connection: Connection,
    code: str,
    severity: Severity,
    message: str,
    hint: str,
    condition: str,
    column: str | None = None,
    params: Mapping[str, Param] | None = None,
) -> Iterator[Issue]:
    found = connection.execute(
        f"SELECT count(*), coalesce(min(line, {EXAMPLES}), []) FROM entries WHERE {condition}"
    ).fetchone()
    assert found is not None
    count, lines = found
    if count:
        about = {"count": count, **({"column": column} if column else {}), **(params or {})}
        yield Issue(
            code, severity, message, hint, about, column=column, rows=tuple(lines), count=count
        )


def _short(number: str) -> str:
    """A number without the zeros behind its point."""
    return number.rstrip("0").rstrip(".") if "." in number else number
