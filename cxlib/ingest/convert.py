"""From staged text to canonical tables: typed, folded, counted, and never half written."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib import engine
from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest import canonical, entries, purchases, runs
from cxlib.ingest.anomalies import anomalies
from cxlib.ingest.canonical import Imported
from cxlib.ingest.check import checks
from cxlib.ingest.digest import Digest, joined
from cxlib.ingest.findings import Ledger
from cxlib.ingest.fold import fold, quoted, write
from cxlib.ingest.orders import SALE, Orders
from cxlib.ingest.pieces import TableFile, dictionaries, groups, is_in, read_group
from cxlib.ingest.plan import Plan
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.repeats import find_repeated
from cxlib.ingest.staged import Staged
from cxlib.ingest.swapped import swapped_days
from cxlib.ingest.typed import Typist
from cxlib.ingest.unusual import REPEATING, Purchases
from cxlib.results import Issue
from cxlib.tables.kind import kind as kind_of

MEMORY = "600MB"  # of the engine, below the child's own limit
ORDERS = "transactions"  # the kind whose rows are folded
SCRATCH = "scratch-"


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
    orders = plan.kind == ORDERS
    split = orders and {"product", "category"} & set(plan.mapping)
    lines = outdir / "lines.parquet" if split else None
    table = outdir / f"{'orders' if orders else plan.kind}.parquet"
    digests = [Digest() for _ in range(1 if lines is None else 2)]

    def told() -> dict[str, str]:
        return canonical.metadata(replace(imported, digest=joined(digests)))

    with (
        tempfile.TemporaryDirectory(prefix=SCRATCH, dir=outdir) as scratch,
        Rejects(outdir / "rejects.csv", plan.lang) as rejects,
        engine.connect(outdir, memory=MEMORY) as connection,
    ):
        folder = Path(scratch)
        rejects.take_over(staged.rejects)
        typist = _typist(staged, plan, rejects)
        if orders:
            typed = _purchases(typist, folder, progress)
            # Rows that all name an order of their own are no copies of one another.
            copies = not typed.alone or typed.named < staged.rows
            doubled = _duplicates(connection, staged) if copies else ()
            _drop_repeated_lines(connection, typed, staged, plan, rejects)
            folded = fold(connection, typed.pieces, folder, lines, digests[-1], typed.alone)
            found = checks(connection, plan.today)
            schema, add = runs.SCHEMA, partial(_add_orders, connection, folded)
        else:
            kept = _entries(typist, folder, progress)
            doubled = _duplicates(connection, staged)
            _drop_copies(connection, kept, staged, plan, rejects)
            connection.execute(f"CREATE VIEW entries AS FROM read_parquet({quoted(str(kept))})")
            found = anomalies(connection, plan)
            schema, add = typist.schema, partial(_add_entries, connection, kept, plan)
        with TableFile(table, schema, digests[0], told) as file:
            totals = add(file)
            if not totals.rows:
                raise _no_rows(rejects)
            issues = (
                *staged.issues,
                *(i for i in rejects.issues() if i.code not in {s.code for s in staged.issues}),
                *typist.issues(),
                *doubled,
                *found,
                *swapped_days(plan.mapping, plan.formats, staged),
            )
            imported = Imported(
                kind=plan.kind,
                table=table,
                lines=lines,
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
    return replace(imported, digest=joined(digests))


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
    hashes = f"SELECT hash({names}) AS h FROM read_parquet({quoted(str(staged.path))})"
    find_repeated(connection, "suspects", hashes, staged.rows)
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


def _drop_repeated_lines(
    connection: engine.Connection,
    typed: Purchases,
    staged: Staged,
    plan: Plan,
    rejects: Rejects,
) -> None:
    """Reject order lines that are there already, and copies where their removal was chosen.

    The view `unusual` is of what is left.
    """
    column = ""
    if plan.remove_duplicates:
        _find_copies(connection, staged)
    elif typed.identified is not None:
        column = plan.mapping["line_id"]
        same = ", ".join(name for name in REPEATING if name != "line")
        _find_repeats(connection, typed.identified, same, "WHERE line_id IS NOT NULL")
    else:
        connection.execute("CREATE TABLE repeats (line BIGINT)")
    lines = connection.cursor().sql("SELECT line FROM repeats ORDER BY line").to_arrow_table()
    for number in range(len(typed.pieces) if len(lines) else 0):
        table = typed.pieces.read(number, purchases.SCHEMA.names)
        again = pc.is_in(table["line"], lines["line"].combine_chunks())
        for row in table.filter(again).select(["line", "line_id"]).to_pylist():
            code = "repeated_line" if column else "duplicate_row"
            rejects.add(row["line"], column, (row["line_id"] or "") if column else "", code)
        typed.pieces.replace(number, table.filter(pc.invert(again)))
    connection.execute(
        f"CREATE VIEW unusual AS SELECT * FROM read_parquet({quoted(str(typed.path))}) "
        "ANTI JOIN repeats USING (line)"
    )


def _drop_copies(
    connection: engine.Connection, typed: Path, staged: Staged, plan: Plan, rejects: Rejects
) -> None:
    """Reject copies of a row where their removal was chosen."""
    if not plan.remove_duplicates:
        return
    _find_copies(connection, staged)
    repeats = connection.execute(  # those that are rejected already are not rejected twice
        "SELECT line FROM read_parquet($path) SEMI JOIN repeats USING (line) ORDER BY line",
        {"path": str(typed)},
    )
    while chunk := repeats.fetchmany(10_000):
        for (line,) in chunk:
            rejects.add(line, "", "", "duplicate_row")
    write(
        connection,
        f"SELECT * FROM read_parquet({quoted(str(typed))}) ANTI JOIN repeats USING (line) "
        "ORDER BY line",
        typed,
    )


def _find_copies(connection: engine.Connection, staged: Staged) -> None:
    names = ", ".join(f"c{i}" for i in range(len(staged.columns)))
    _find_repeats(connection, staged.path, names)


def _find_repeats(connection: engine.Connection, path: Path, same: str, among: str = "") -> None:
    """Make the table `repeats` of the lines that have all of `same` with an earlier one in common."""
    connection.execute(
        f"CREATE TABLE repeats AS SELECT line FROM (SELECT line, row_number() OVER "
        f"(PARTITION BY {same} ORDER BY line) AS n FROM read_parquet($path) {among}) WHERE n > 1",
        {"path": str(path)},
    )


def _purchases(typist: Typist, folder: Path, progress: Callable[[int], None] | None) -> Purchases:
    with Purchases(folder, typist.plan.today, "line_id" in typist.plan.mapping) as typed:
        typist.write(typed.add, progress)
    return typed


def _entries(typist: Typist, folder: Path, progress: Callable[[int], None] | None) -> Path:
    path = folder / "entries.parquet"
    with TableFile(path, typist.schema) as file:
        typist.write(file.add, progress)
    return path


def _add_orders(connection: engine.Connection, folded: Orders, file: TableFile) -> Totals:
    """Write the orders, and count them meanwhile; customers are those of sales."""
    records, rows, sales, revenue = 0, 0, 0, None
    days = list[dt.date]()
    for table in folded.tables():
        file.add(table)
        records, sales = records + len(table), sales + pc.sum(is_in(table["status"], SALE)).as_py()
        rows += pc.sum(table["lines"]).as_py()
        amount = pc.sum(table["amount"]).as_py()
        revenue = amount if revenue is None else revenue + (amount or 0)
        days += pc.min_max(table["day"]).as_py().values()
    return Totals(
        records=records,
        rows=rows,
        revenue=None if revenue is None else format(revenue, "f"),
        first_day=min(days).isoformat() if days else None,
        last_day=max(days).isoformat() if days else None,
        customers=folded.customers(connection),
        orders=sales,
    )


def _add_entries(connection: engine.Connection, kept: Path, plan: Plan, file: TableFile) -> Totals:
    """Write the entries as they were kept."""
    encoded = dictionaries(kept)
    with pq.ParquetFile(kept) as source:
        names = source.schema_arrow.names
    for group in groups(kept):
        file.add(read_group(kept, group, names, encoded))
    return _entry_totals(connection, plan)


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
