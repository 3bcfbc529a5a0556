"""`renewals`: how long contracts last, how long they will, and what those that run are worth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.i18n import N_, Language, language
from cxlib.value import renewals
from cxlib.value.terms import MONTHS

NAME = "renewals"
HELP = N_("project how long contracts will last and what running ones are worth")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, the period of renewals, how far to project, and the rate of discount."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--period", choices=tuple(MONTHS))
    parser.add_argument("--ahead", type=int, metavar="N")
    parser.add_argument("--annual-discount-rate", type=float, default=0.10, metavar="R")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The curve, the model, its proof and what is to come; `--out` has a row a running contract."""
    with loaded(arguments, "subscriptions") as tables:
        result = renewals.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            period=arguments.period,
            ahead=arguments.ahead,
            annual_discount_rate=arguments.annual_discount_rate,
            timezone=arguments.tz,
        )
    printing.table(result.customers, arguments.out)
    shown = language(arguments.lang)
    fit, proof = result.fit, result.proof
    return {
        "period": result.period,
        "contracts": result.contracts,
        "lost": result.lost,
        "running": result.running,
        "headline": {kpi.key: kpi.value for kpi in result.headline},
        "model": fit and fit.model,
        "params": fit and dict(fit.params),
        "log_likelihood": fit and fit.log_likelihood,
        "offered": result.offered,
        "gates": printing.gates(result.gates, shown),
        "proof": proof
        and {
            "cut": proof.cut,
            "end": proof.end,
            "contracts": proof.contracts,
            "expected": proof.expected,
            "low": proof.low,
            "high": proof.high,
            "actual": proof.actual,
            "gap": proof.gap,
            "constant_gap": proof.constant_gap,
            "periods": proof.periods.to_dict("records"),
        },
        "curve": result.curve.to_dict("records"),
        "residual": result.residual.to_dict("records"),
        "expected_renewals": result.expected,
        "residual_value": result.total,
        "notes": [printing.issue(note, shown) for note in result.notes],
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The answer for people: the curve with few columns, the checks in words."""
    heads = ("period", "contracts", "lost", "running", "model", "params", "offered")
    columns = ("renewals", "at_risk", "lost", "observed", "fitted", "fitted_low", "fitted_high")
    figures = ("expected_renewals", "residual_value")
    return printing.describe(
        {
            **{key: result[key] for key in heads},
            "curve": [{c: age[c] for c in columns} for age in result["curve"]],
            "gates": printing.verdicts(result["gates"]),
            **{key: printing.ends(result[key]) for key in figures},
            "notes": [note["message"] for note in result["notes"]],
        },
        shown,
    )
