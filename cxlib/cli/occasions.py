"""`occasions`: who buys at the next occasions, where a customer takes part or not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.frames.occasions import MONTHS
from cxlib.i18n import N_, Language, language
from cxlib.value import occasions

NAME = "occasions"
HELP = N_("forecast who buys at the next months, quarters or years")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, what an occasion is, how many to look ahead, and the rate of discount."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--every", choices=tuple(MONTHS), default="year")
    parser.add_argument("--ahead", type=int, default=1, metavar="N")
    parser.add_argument("--annual-discount-rate", type=float, default=0.10, metavar="R")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The model, its gates and the total to come; `--out` has a row a customer."""
    with loaded(arguments) as tables:
        result = occasions.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            every=arguments.every,
            ahead=arguments.ahead,
            annual_discount_rate=arguments.annual_discount_rate,
            timezone=arguments.tz,
        )
    printing.table(result.customers, arguments.out)
    shown, fit = language(arguments.lang), result.fit
    return {
        "every": result.every,
        "ahead": result.ahead,
        "last_day": result.last_day,
        "customers": len(result.customers),
        "params": fit and dict(fit.params),
        "log_likelihood": fit and fit.log_likelihood,
        "offered": result.offered,
        "gates": printing.gates(result.gates, shown),
        "expected": result.total,
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The answer for people: figures, and the checks in words."""
    heads = ("every", "ahead", "last_day", "customers", "params", "offered")
    return printing.describe(
        {
            **{key: result[key] for key in heads},
            "gates": printing.verdicts(result["gates"]),
            "expected": printing.ends(result["expected"]),
        },
        shown,
    )
