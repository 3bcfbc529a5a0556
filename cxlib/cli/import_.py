"""`import FILE --out T.parquet --rejects R.csv`: a file as a canonical table."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from cxlib.cli import printing, repairs
from cxlib.cli.loading import converted, place, planned, proposed, staged_file
from cxlib.i18n import N_, Language, language
from cxlib.ingest.rejects import REASONS
from cxlib.ingest.repair import Problem

NAME = "import"
HELP = N_("turn a file into a clean table, every row accounted for")


def add_options(parser: argparse.ArgumentParser) -> None:
    """FILE, how to repair it and where to put what is rejected."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--rejects", type=Path, metavar="R.csv")
    repairs.add(parser)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Import and report; the tables are written to `--out`, the lines beside it."""
    with tempfile.TemporaryDirectory(prefix="cxlib-") as folder:
        staged = staged_file(arguments, arguments.file, Path(folder))
        chosen = repairs.repairs(arguments, staged)
        plan = planned(arguments, proposed(arguments, staged), chosen, arguments.drop_duplicates)
        imported = converted(staged, plan, Path(folder))
        if arguments.out is not None:
            place(imported.table, arguments.out)
            if imported.lines is not None:
                place(
                    imported.lines, arguments.out.with_name(f"{arguments.out.stem}.lines.parquet")
                )
        if arguments.rejects is not None and imported.rejects is not None:
            place(imported.rejects, arguments.rejects)
    shown = language(arguments.lang)
    return {
        "kind": imported.kind,
        "rows_read": imported.rows_read,
        "rows_accepted": imported.rows_accepted,
        "rows_merged": imported.rows_merged,
        "rows_rejected": imported.rows_rejected,
        "issues": [printing.issue(i, shown) for i in imported.issues],
        "digest": imported.digest,
        "revenue": imported.revenue,
        "currency": imported.currency,
        "first_day": imported.first_day,
        "last_day": imported.last_day,
        "customers": imported.customers,
        "orders": imported.order_count,
        "shape": plan.shape,
        "source": plan.source,
        "mapping": dict(plan.mapping),
        "formats": dict(plan.formats),
        "scores": printing.plain(imported.scores),
        "attributes": printing.plain(imported.attributes),
        "problems": [_problem(p, shown) for p in imported.problems],
    }


def _problem(problem: Problem, shown: Language) -> dict[str, Any]:
    """What one repair would cure, with the words of its code."""
    message, hint = REASONS[problem.code]
    return {
        "code": problem.code,
        "field": problem.field,
        "column": problem.column,
        "blocking": problem.blocking,
        "count": problem.count,
        "distinct": problem.distinct,
        "values": [{"value": value, "count": count} for value, count in problem.values],
        "rows": list(problem.rows),
        "message": shown(message),
        "hint": shown(hint),
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The counts in a sentence, then what was noticed."""
    counts = shown(
        N_(
            "{read} rows read: {accepted} accepted, {merged} merged into them, {rejected} rejected."
        ),
        read=shown.number(result["rows_read"]),
        accepted=shown.number(result["rows_accepted"]),
        merged=shown.number(result["rows_merged"]),
        rejected=shown.number(result["rows_rejected"]),
    )
    period = f"{result['first_day']} – {result['last_day']}"
    revenue = (
        []
        if result["revenue"] is None
        else [
            shown(
                N_("Revenue {revenue} from {period}: does this match your books?"),
                revenue=shown.money(float(result["revenue"]), result["currency"]),
                period=period,
            )
        ]
    )
    noticed = [f"- {issue['message']} {issue['hint']}".rstrip() for issue in result["issues"]]
    return "\n".join([counts, *revenue, *noticed])
