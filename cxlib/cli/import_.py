"""`import FILE --out T.parquet --rejects R.csv`: a file as a canonical table."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import imported_file, place
from cxlib.i18n import N_, Language, language

NAME = "import"
HELP = N_("turn a file into a clean table, every row accounted for")


def add_options(parser: argparse.ArgumentParser) -> None:
    """FILE and where to put what is rejected."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--rejects", type=Path, metavar="R.csv")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Import and report; the tables are written to `--out`, the lines beside it."""
    with tempfile.TemporaryDirectory(prefix="cxlib-") as folder:
        imported = imported_file(arguments, Path(folder), kind=arguments.kind)
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
