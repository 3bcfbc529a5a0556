"""`retention`: who comes back, by cohort and age, and how long it takes until the next order."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.i18n import N_, Language
from cxlib.results import Estimate
from cxlib.value import retention
from cxlib.value.kaplan_meier import SurvivalCurve

NAME = "retention"
HELP = N_("count who comes back, by cohort and age, and how long it takes until the next order")
COLUMNS = [
    "cohort", "name", "age", "customers", "active", "returned", "kept", "revenue",
    "cumulative_value", "complete",
]  # fmt: skip
MODES = {"exact": "exact", "on-or-after": "on_or_after"}
SHOWN = 12  # ages that people are shown; programs get them all


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, the period of cohorts and ages, what counts as back, and of whom."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--period", choices=("month", "week"), default="month")
    parser.add_argument("--mode", choices=tuple(MODES), default="exact")
    parser.add_argument("--of", choices=("cohort", "previous"), default="cohort")
    parser.add_argument("--by", metavar="COLUMN")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Triangle, curve, time to the next order and gaps; `--out` writes one row a cohort and age."""
    with loaded(arguments) as tables:
        result = retention.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            period=arguments.period,
            by=arguments.by,
            lines=tables.lines,
            timezone=arguments.tz,
        )
    printing.table(result.triangle[COLUMNS], arguments.out)
    mode: Any = MODES[arguments.mode]
    shares = result.shares(mode, arguments.of).drop(columns="cohort")
    money = result.triangle[["customers", "revenue", "cumulative_value"]]
    gaps = result.gaps
    return {
        "period": result.period,
        "mode": arguments.mode,
        "of": arguments.of,
        "triangle": pd.concat([shares, money], axis=1).to_dict("records"),
        "curve": result.curve.to_dict("records"),
        "by": result.by,
        "groups": [
            {"value": g.value, "customers": g.customers, "curve": g.curve.to_dict("records")}
            for g in result.groups
        ],
        "headline": {kpi.key: kpi.value for kpi in result.headline},
        "verdict": next((k.verdict for k in result.headline if k.key == "first_period"), None),
        "next_order": [
            {
                "purchase": purchase,
                "customers": int(waiting.at_risk[0]),
                "ordered": int(waiting.events.sum()),
                "median_days": waiting.median,
                "curve": _steps(waiting),
            }
            for purchase, waiting in result.next_order.items()
        ],
        "gaps": {"median_days": gaps.median, "p90_days": gaps.p90, "silent": gaps.silent},
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The triangle as a table with a line a cohort, and the figures beside it."""
    rows: dict[str, dict[str, Any]] = {}
    for cell in result["triangle"]:
        row = rows.setdefault(
            cell["name"], {"cohort": cell["name"], "customers": cell["customers"]}
        )
        if 0 < cell["age"] <= SHOWN:
            # An asterisk: the period is not over.
            mark = "" if cell["complete"] else "*"
            share = cell["share"]
            row[str(cell["age"])] = "-" if pd.isna(share) else shown.percent(share, 0) + mark
    figures = [
        {"figure": key, "value": value.value, **_interval(value)}
        for key, value in result["headline"].items()
    ]
    waits = [
        {key: wait[key] for key in ("purchase", "customers", "ordered")}
        | {"median_days": wait["median_days"] and wait["median_days"].value}
        for wait in result["next_order"]
    ]
    gaps = {name: fact and fact.value for name, fact in result["gaps"].items()}
    head = {key: result[key] for key in ("period", "mode", "of")}
    triangle = list(rows.values())
    return printing.describe(
        {**head, "triangle": triangle, "headline": figures, "next_order": waits, "gaps": gaps},
        shown,
    )


def _interval(value: Any) -> dict[str, float]:
    return {"low": value.low, "high": value.high} if isinstance(value, Estimate) else {}


def _steps(waiting: SurvivalCurve) -> Any:
    """The steps of a curve, a row a duration."""
    columns = {
        "days": waiting.durations,
        "at_risk": waiting.at_risk,
        "ordered": waiting.events,
        "censored": waiting.censored,
        "survival": waiting.survival,
        "low": waiting.low,
        "high": waiting.high,
    }
    return pd.DataFrame(columns).to_dict("records")
