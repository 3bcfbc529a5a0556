"""`clusters`: groups of customers by k-means, and what speaks for their number."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.i18n import N_
from cxlib.value import clusters

NAME = "clusters"
HELP = N_("group customers who behave alike")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, and how many clusters."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--k", type=int, metavar="N")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The ks tried, and centre, size and name of each cluster; `--out` writes a row a customer."""
    with loaded(arguments) as tables:
        result = clusters.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            k=arguments.k,
            seed=arguments.seed,
            timezone=arguments.tz,
        )
    printing.table(result.customers[["customer_id", "cluster"]], arguments.out)
    return {
        "k": result.k,
        "recommended": result.recommended,
        "tried": result.tried,
        "centres": [{"cluster": c.number, "name": c.name, **c.centre} for c in result.clusters],
        "sizes": [c.customers for c in result.clusters],
        "features": result.features,
        "logged": result.logged,
        "silhouette_sample": result.silhouette_sample,
        "receipt": result.receipt,
    }
