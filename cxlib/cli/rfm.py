"""`rfm`: recency, frequency and money scores and the segments that they make."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.i18n import N_
from cxlib.value import rfm

NAME = "rfm"
HELP = N_("score customers by recency, frequency and money, and name their segments")
COLUMNS = ["customer_id", "recency_days", "frequency", "monetary", "r", "f", "m", "segment"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, and which scores make the grid."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--scoring", choices=("rf", "fm"), default="rf")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Segments, edges and the snapshot day; `--out` writes one row a customer."""
    with loaded(arguments) as tables:
        result = rfm.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            scoring=arguments.scoring,
            timezone=arguments.tz,
        )
    printing.table(result.customers[COLUMNS], arguments.out)
    return {
        "segments": result.segments,
        "edges": result.edges,
        "fallbacks": result.fallbacks,
        "scoring": result.scoring,
        "snapshot": result.snapshot,
        "customers": len(result.customers),
        "receipt": result.receipt,
    }
