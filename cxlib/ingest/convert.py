"""From staged text to canonical tables: typed, folded, counted, and never half written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cxlib import engine
from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest import canonical
from cxlib.ingest.canonical import Imported
from cxlib.ingest.check import checks
from cxlib.ingest.fold import LINE_COLUMNS, fold, quoted, write
from cxlib.ingest.plan import Plan
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.staged import Staged
from cxlib.ingest.typed import Typist
from cxlib.results import Issue
from cxlib.tables.kind import kind as kind_of

MEMORY = "1GB"  # of the engine, below the child's own limit


def convert(
    staged: Staged, plan: Plan, outdir: Path, progress: Callable[[int], None] | None = None
) -> Imported:
    """Convert staged transactions into ``outdir/orders.parquet`` (and ``lines.parquet``).

    Every row of the file is accepted (it is the first of a record), merged into another row of its
    order, or in ``outdir/rejects.csv``. Heavy: run it through `sandbox.run`.

    Raises
    ------
    CxError
        `missing_field` where the plan lacks a required field, `not_importable` for a kind that
        cannot be imported yet, `no_rows` where no row can be read.
    """
    _check(plan)
    typed = outdir / "typed.parquet"
    orders, lines = outdir / "orders.parquet", outdir / "lines.parquet"
    with Rejects(outdir / "rejects.csv", plan.lang) as rejects:
        rejects.take_over(staged.rejects)
        typist = Typist(staged, plan, rejects)
        typist.write(typed, progress)
        with engine.connect(outdir, memory=MEMORY) as connection:
            doubled = _duplicates(connection, staged)
            _drop_repeats(connection, typed, staged, plan, rejects)
            fold(connection, outdir / "kept.parquet")
            accepted, folded, revenue, first, last, customers, sales = _totals(connection)
            if not folded:
                raise _no_rows(rejects)
            issues = (
                *staged.issues,
                *(i for i in rejects.issues() if i.code not in {s.code for s in staged.issues}),
                *typist.issues(),
                *doubled,
                *checks(connection, plan.today),
            )
            imported = Imported(
                kind=plan.kind,
                table=orders,
                lines=lines if {"product", "category"} & set(plan.mapping) else None,
                rejects=rejects.path,
                rows_read=staged.rows + staged.rejected,
                rows_accepted=accepted,
                rows_merged=folded - accepted,
                rows_rejected=rejects.count,
                issues=issues,
                digest="",
                revenue=revenue,
                first_day=first,
                last_day=last,
                currency=plan.currency,
                customers=customers,
                order_count=sales,
            )
            _balance(imported)
            imported = _write(connection, imported)
    for scratch in (typed, outdir / "kept.parquet"):
        scratch.unlink(missing_ok=True)
    return imported


def _check(plan: Plan) -> None:
    kind = kind_of(plan.kind)
    if plan.kind != "transactions":
        raise CxError(
            "not_importable",
            N_("Files of the kind “{kind}” cannot be imported yet."),
            N_("Choose the kind transactions if that is what the file holds."),
            kind=plan.kind,
        )
    if missing := kind.missing(set(plan.mapping)):
        raise CxError(
            "missing_field",
            N_("No column is chosen for “{fields}”."),
            N_("Choose one: nothing can be counted without it."),
            fields=", ".join(missing),
        )


def _duplicates(connection: engine.Connection, staged: Staged) -> tuple[Issue, ...]:
    """Rows that are equal to an earlier one in every cell, counted."""
    names = ", ".join(f"c{i}" for i in range(len(staged.columns)))
    found = connection.execute(
        f"SELECT coalesce(sum(n - 1), 0)::BIGINT, coalesce(min(second, 5), []) FROM ("
        f"SELECT count(*) AS n, min(line, 2)[2] AS second FROM read_parquet($path) "
        f"GROUP BY {names} HAVING n > 1)",
        {"path": str(staged.path)},
    ).fetchone()
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
        shutil.copyfile(typed, kept)
        return
    condition = "" if code == "duplicate_row" else "WHERE line_id IS NOT NULL"
    connection.execute(
        f"CREATE TABLE repeats AS SELECT line FROM (SELECT line, row_number() OVER "
        f"(PARTITION BY {names} ORDER BY line) AS n FROM read_parquet($path) {condition}) WHERE n > 1",
        {"path": source},
    )
    # Those that are rejected already are not rejected twice.
    repeats = connection.execute(
        "SELECT line, line_id FROM read_parquet($path) SEMI JOIN repeats USING (line) ORDER BY line",
        {"path": str(typed)},
    )
    while chunk := repeats.fetchmany(10_000):
        for line, line_id in chunk:
            rejects.add(line, column, line_id or "", code)
    write(
        connection,
        f"SELECT * FROM read_parquet({quoted(str(typed))}) ANTI JOIN repeats USING (line)",
        kept,
        {},
    )


def _totals(
    connection: engine.Connection,
) -> tuple[int, int, str | None, str | None, str | None, int, int]:
    found = connection.execute(
        "SELECT count(*), coalesce(sum(lines), 0)::BIGINT, sum(amount)::VARCHAR, "
        "min(day)::VARCHAR, max(day)::VARCHAR, "
        "count(DISTINCT customer_id) FILTER (status = 'sale'), count(*) FILTER (status = 'sale') "
        "FROM orders"
    ).fetchone()
    assert found is not None
    return found


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


def _write(connection: engine.Connection, imported: Imported) -> Imported:
    """The tables, ordered by line, the digest and report within the orders' file."""
    by_line = "SELECT * FROM orders ORDER BY line, purchase_day"
    draft = imported.table.with_name("draft.parquet")
    write(connection, by_line, draft, {})
    tables = [draft]
    if imported.lines is not None:
        write(connection, f"SELECT {LINE_COLUMNS} FROM lines ORDER BY line", imported.lines, {})
        tables.append(imported.lines)
    imported = replace(imported, digest=canonical.digest(tables))
    draft.unlink()
    write(connection, by_line, imported.table, canonical.metadata(imported))
    return imported
