"""`demo`: write the sample company, clean and messy, with the truths that were planted in it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.demo import company
from cxlib.demo.messy import messy
from cxlib.demo.truth import TRUTH
from cxlib.i18n import N_

NAME = "demo"
HELP = N_("write the sample company: nine kinds of tables, a messy file, and what was planted")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where the files go."""
    parser.add_argument("--outdir", type=Path, required=True, metavar="DIR")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The files by table with their rows, and the truths; rows of the messy file are its records."""
    shop = company.company(arguments.seed)
    files = company.write(shop, arguments.outdir)
    promo = messy(shop.transactions, arguments.seed)
    path = arguments.outdir / f"{company.NAME}_promo.csv"
    path.write_bytes(promo.data)
    tables = {name: {"file": path, "rows": len(shop.tables[name])} for name, path in files.items()}
    tables["transactions_messy"] = {"file": path, "rows": promo.truth.rows}
    return {
        "seed": arguments.seed,
        "tables": tables,
        "truths": TRUTH,
        "messy": promo.truth,
    }
