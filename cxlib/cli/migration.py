"""`migration`: from which RFM segment to which customers went between two days."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.i18n import N_, Language
from cxlib.value import migration

NAME = "migration"
HELP = N_("compare the RFM segments of customers at two days")
COLUMNS = ["customer_id", "segment_before", "segment_now"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, the first day, and which scores make the grid."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--before", type=dt.date.fromisoformat, metavar="DAY")
    parser.add_argument("--scoring", choices=("rf", "fm"), default="rf")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The matrix, who stayed, slipped or came back, and cohorts; `--out` writes a row a customer."""
    with loaded(arguments) as tables:
        result = migration.analyse(
            tables.orders,
            as_of=arguments.as_of,
            before=arguments.before,
            digests=(tables.digest,),
            scoring=arguments.scoring,
            timezone=arguments.tz,
        )
    printing.table(result.customers[COLUMNS], arguments.out)
    cohorts = result.cohorts.assign(cohort=result.cohorts["cohort"].dt.strftime("%Y-%m-%d"))
    return {
        "before": result.before,
        "as_of": result.as_of,
        "matrix": result.matrix,
        "headline": {kpi.key: kpi.value for kpi in result.headline},
        "outcomes": [
            {
                "segment": outcome.segment,
                "outcome": outcome.outcome,
                "customers": outcome.customers,
                "n": outcome.share.n,
                "share": outcome.share.value,
                "low": outcome.share.low,
                "high": outcome.share.high,
            }
            for outcome in result.outcomes
        ],
        "cohort_unit": result.cohort_unit,
        "cohorts": cohorts.to_dict("records"),
        "scoring": result.scoring,
        "customers": len(result.customers),
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The answer for people, without the many rows of cohorts."""
    return printing.describe({k: v for k, v in result.items() if k != "cohorts"}, shown)
