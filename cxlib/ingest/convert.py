"""From staged text to canonical tables: typed, folded, counted, and never half written."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cxlib import engine
from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest import canonical, entries, purchases
from cxlib.ingest.anomalies import anomalies
from cxlib.ingest.canonical import Imported
from cxlib.ingest.check import checks
from cxlib.ingest.findings import Ledger
from cxlib.ingest.fold import fold, quoted, write, write_lines
from cxlib.ingest.pieces import Digest, joined
from cxlib.ingest.plan import Plan
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.staged import Staged
from cxlib.ingest.typed import Typist
from cxlib.results import Issue
from cxlib.tables.kind import kind as kind_of

MEMORY = "600MB"  # of the engine, below the child's own limit
ORDERS = "transactions"  # the kind whose rows are folded
BY_LINE = "SELECT * FROM orders ORDER BY line, purchase_day"


def convert(
    staged: Staged, plan: Plan, outdir: Path, progress: Callable[[int], None] | None = None
) -> Imported:
    """Convert staged text into ``outdir/orders.parquet`` (and ``lines.parquet``) or, for the other
    kinds, into ``outdir/<kind>.parquet``.

    Every row of the file is accepted (it is the first of a record), merged into another row of its
    order, or in ``outdir/rejects.csv``. Heavy: run it through `sandbox.run`.

    Raises
    ------
    CxError
        `missing_field` where the plan lacks a required field, `no_rows` where no row can be read.
    """
    _check(plan)
    typed, kept = outdir / "typed.parquet", outdir / "kept.parquet"
    orders = plan.kind == ORDERS
    with Rejects(outdir / "rejects.csv", plan.lang) as rejects:
        rejects.take_over(staged.rejects)
        typist = _typist(staged, plan, rejects)
        typist.write(typed, progress)
        with engine.connect(outdir, memory=MEMORY) as connection:
            doubled = _duplicates(connection, staged)
            _drop_repeats(connection, typed, staged, plan, rejects)
            if orders:
                fold(connection, kept)
            else:
                connection.execute(
                    f"CREATE VIEW entries AS SELECT * FROM read_parquet({quoted(str(kept))})"
                )
            totals = _order_totals(connection) if orders else _entry_totals(connection, plan)
            if not totals.rows:
                raise _no_rows(rejects)
            found = checks(connection, plan.today) if orders else anomalies(connection, plan)
            issues = (
                *staged.issues,
                *(i for i in rejects.issues() if i.code not in {s.code for s in staged.issues}),
                *typist.issues(),
                *doubled,
                *found,
            )
            split = orders and {"product", "category"} & set(plan.mapping)
            imported = Imported(
                kind=plan.kind,
                table=outdir / f"{'orders' if orders else plan.kind}.parquet",
                lines=outdir / "lines.parquet" if split else None,
                rejects=rejects.path,
                rows_read=staged.rows + staged.rejected,
                rows_accepted=totals.records,
                rows_merged=totals.rows - totals.records,
                rows_rejected=rejects.count,
                issues=issues,
                digest="",
                revenue=totals.revenue,
                first_day=totals.first_day,
                last_day=totals.last_day,
                currency=plan.currency,
                customers=totals.customers,
                order_count=totals.orders,
                scores=plan.scores,
                attributes=plan.attributes,
                problems=typist.ledger.problems(),
            )
            _balance(imported)
            imported = (
                _write_orders(connection, imported, kept)
                if orders
                else _write_entries(connection, imported)
            )
    for scratch in (typed, kept):
        scratch.unlink(missing_ok=True)
    return imported


@dataclass(frozen=True, slots=True)
class Totals:
    """What the tables hold: `rows` of the file in `records`; the rest is of sales."""

    records: int
    rows: int
    revenue: str | None
    first_day: str | None
    last_day: str | None
    customers: int
    orders: int


def _check(plan: Plan) -> None:
    if missing := kind_of(plan.kind).missing(set(plan.mapping)):
        raise CxError(
            "missing_field",
            N_("No column is chosen for “{fields}”."),
            N_("Choose one: nothing can be counted without it."),
            fields=", ".join(missing),
        )


def _typist(staged: Staged, plan: Plan, rejects: Rejects) -> Typist:
    if plan.kind == ORDERS:
        return Typist(
            staged,
            plan,
            rejects,
            purchases.SCHEMA,
            tuple(plan.mapping.values()),
            purchases.typed_columns(plan),
            purchases.purchases,
        )
    return Typist(
        staged,
        plan,
        rejects,
        entries.schema(plan),
        entries.columns(plan),
        entries.typed_columns(plan),
        entries.reader(plan),
        Ledger({score.column: (score.low, score.high) for score in plan.scores}),
    )


def _duplicates(connection: engine.Connection, staged: Staged) -> tuple[Issue, ...]:
    """Rows that are equal to an earlier one in every cell, counted.

    Only rows whose hash occurs twice are compared as a whole: the others need no memory for it.
    """
    names = ", ".join(f"c{i}" for i in range(len(staged.columns)))
    path = {"path": str(staged.path)}
    connection.execute(
        f"CREATE TABLE suspects AS SELECT hash({names}) AS h FROM read_parquet($path) "
        "GROUP BY h HAVING count(*) > 1",
        path,
    )
    found = connection.execute(
        f"SELECT coalesce(sum(n - 1), 0)::BIGINT, coalesce(min(second, 5), []) FROM ("
        f"SELECT count(*) AS n, min(line, 2)[2] AS second FROM read_parquet($path) "
        f"WHERE hash({names}) IN (SELECT h FROM suspects) GROUP BY {names} HAVING n > 1)",
        path,
    ).fetchone()
    connection.execute("DROP TABLE suspects")
    assert found is not None
    count, lines = found
    if not count:
        return ()
    issue = Issue(
        "duplicate_rows",
        "warning",
        N_("{count} rows are exact copies of an earlier row; they are kept and counted."),
        N_("If they are mistakes, choose to remove them."),
        {"count": count},
        rows=tuple(lines),
        count=count,
    )
    return (issue,)


def _drop_repeats(
    connection: engine.Connection, typed: Path, staged: Staged, plan: Plan, rejects: Rejects
) -> None:
    """Reject order lines that are there already, and copies where their removal was chosen."""
    kept = typed.with_name("kept.parquet")
    if plan.remove_duplicates:
        names = ", ".join(f"c{i}" for i in range(len(staged.columns)))
        source, code, column = str(staged.path), "duplicate_row", ""
    elif "line_id" in plan.mapping:
        names = "line_id, order_id, customer_id, timestamp, amount, quantity, product, said"
        source, code, column = str(typed), "repeated_line", plan.mapping["line_id"]
    else:
        os.replace(typed, kept)
        return
    condition = "" if code == "duplicate_row" else "WHERE line_id IS NOT NULL"
    connection.execute(
        f"CREATE TABLE repeats AS SELECT line FROM (SELECT line, row_number() OVER "
        f"(PARTITION BY {names} ORDER BY line) AS n FROM read_parquet($path) {condition}) WHERE n > 1",
        {"path": source},
    )
    # Those that are rejected already are not rejected twice.
    value = "line_id" if column else "''"
    repeats = connection.execute(
        f"SELECT line, {value} FROM read_parquet($path) SEMI JOIN repeats USING (line) ORDER BY line",
        {"path": str(typed)},
    )
    while chunk := repeats.fetchmany(10_000):
        for line, found in chunk:
            rejects.add(line, column, found, code)
    write(
        connection,
        f"SELECT * FROM read_parquet({quoted(str(typed))}) ANTI JOIN repeats USING (line) "
        "ORDER BY line",
        kept,
    )


def _order_totals(connection: engine.Connection) -> Totals:
    found = connection.execute(
        "SELECT count(*), coalesce(sum(lines), 0)::BIGINT, sum(amount)::VARCHAR, "
        "min(day)::VARCHAR, max(day)::VARCHAR, "
        "count(DISTINCT customer_id) FILTER (status = 'sale'), count(*) FILTER (status = 'sale') "
        "FROM orders"
    ).fetchone()
    assert found is not None
    return Totals(*found)


def _entry_totals(connection: engine.Connection, plan: Plan) -> Totals:
    """Counts of `entries`; days are of the time of the kind, a contract's of its start."""
    names = {field.name for field in kind_of(plan.kind).fields}
    day = next((f"CAST({n} AS DATE)::VARCHAR" for n in ("timestamp", "start") if n in names), None)
    days = f"min({day}), max({day})" if day else "NULL, NULL"
    customers = "count(DISTINCT customer_id)" if "customer_id" in names else "0"
    found = connection.execute(
        f"SELECT count(*), count(*), NULL, {days}, {customers}, 0 FROM entries"
    ).fetchone()
    assert found is not None
    return Totals(*found)


def _no_rows(rejects: Rejects) -> CxError:
    return CxError(
        "no_rows",
        N_("No row of the file could be imported."),
        N_("Check which column is which, and the formats of dates and numbers."),
        rejects.issues(),
    )


def _balance(imported: Imported) -> None:
    parts = imported.rows_accepted + imported.rows_merged + imported.rows_rejected
    if imported.rows_read != parts:
        raise AssertionError(f"{imported.rows_read} rows read, {parts} accounted for")


def _write_orders(connection: engine.Connection, imported: Imported, kept: Path) -> Imported:
    """The tables, ordered by line, the digest and report within the orders' file."""
    digests = [Digest()]
    if imported.lines is not None:
        digests.append(Digest())
        write_lines(connection, kept, imported.lines, digests[1])
    return _with_report(connection, BY_LINE, imported, digests)


def _write_entries(connection: engine.Connection, imported: Imported) -> Imported:
    """The entries as they were kept, with the digest and report."""
    return _with_report(connection, "SELECT * FROM entries", imported, [Digest()])


def _with_report(
    connection: engine.Connection, query: str, imported: Imported, digests: list[Digest]
) -> Imported:
    """The table of the records, into the first of the digests; the report is of all."""
    write(
        connection,
        query,
        imported.table,
        digests[0],
        lambda: canonical.metadata(replace(imported, digest=joined(digests))),
    )
    return replace(imported, digest=joined(digests))
