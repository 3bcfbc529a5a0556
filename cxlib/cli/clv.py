"""`clv`: expected purchases and lifetime value of every customer."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib.cli import clv_parts, printing
from cxlib.cli.loading import Loaded, loaded, staged_file
from cxlib.errors import CxError
from cxlib.i18n import N_, Language, language
from cxlib.results import Estimate
from cxlib.value.clv import (
    cohort_fits,
    comparison,
    covariates,
    lifetime,
    predictive,
    ready,
    residual,
    segments,
)
from cxlib.value.clv.attributes import attribute
from cxlib.value.clv.fitters import DAYS, MODELS
from cxlib.value.clv.value import COLUMNS, FittedClv

NAME = "clv"
HELP = N_("forecast purchases and lifetime value of every customer")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, the model and the terms on which purchases are valued."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--model", choices=tuple(MODELS), default="bgnbd")
    parser.add_argument("--unit", choices=tuple(DAYS), default="D")
    parser.add_argument("--horizon-days", type=float, default=365, metavar="N")
    parser.add_argument("--annual-discount-rate", type=float, default=0.10, metavar="R")
    parser.add_argument("--margin", type=float, default=1.0, metavar="M")
    parser.add_argument("--summary", action="store_true")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--residual", action="store_true")
    parser.add_argument("--groups", metavar="COLUMN")
    parser.add_argument("--covariates", metavar="COLUMN,COLUMN")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Parameters, gates, backtest and total; `--out` writes one row a customer."""
    options: dict[str, Any] = {
        "model": arguments.model,
        "unit": arguments.unit,
        "horizon_days": arguments.horizon_days,
        "annual_discount_rate": arguments.annual_discount_rate,
        "margin": arguments.margin,
        "seed": arguments.seed,
    }
    compared = grouped = related = None
    if arguments.summary and (arguments.groups or arguments.covariates):
        raise CxError(
            "bad_option",
            N_("A summary has no dates and no attributes to tell customers apart by."),
            N_("Give the file of orders, without --summary."),
            option="summary",
        )
    if arguments.summary:
        result = lifetime.analyse_summary(_summary(arguments), **options)
    else:
        with loaded(arguments) as tables:
            result = lifetime.analyse(
                tables.orders,
                as_of=arguments.as_of,
                digests=(tables.digest,),
                timezone=arguments.tz,
                **options,
            )
            if arguments.compare:
                compared = comparison.compare(
                    tables.orders, as_of=arguments.as_of, unit=arguments.unit, seed=arguments.seed
                )
            if arguments.groups:
                groups = _attribute(arguments.groups, result.fitted, tables, arguments)
                grouped = cohort_fits.compare_groups(
                    result.fitted, result.terms, groups, arguments.groups, arguments.seed
                )
            if arguments.covariates:
                names = [name.strip() for name in arguments.covariates.split(",") if name.strip()]
                related = covariates.with_covariates(
                    result.fitted,
                    result.terms,
                    {n: _attribute(n, result.fitted, tables, arguments) for n in names},
                    arguments.seed,
                )
    forever = residual.residual(result.fitted, result.terms) if arguments.residual else None
    if arguments.out:
        customers = result.customers[list(COLUMNS)]
        if arguments.limits:
            customers = customers.assign(**_limits(result))
        if forever is not None:
            customers = customers.assign(**forever.customers[list(residual.COLUMNS)])
        if related is not None:
            customers = customers.assign(
                p_alive_with_covariates=related.customers["p_alive"],
                expected_purchases_with_covariates=related.customers["expected_purchases"],
            )
        printing.table(customers, arguments.out)
    shown = language(arguments.lang)
    return {
        "model": result.model,
        "unit": result.unit,
        "customers": len(result.customers),
        "params": _values(result.params),
        "intervals": {**result.params, **(result.spend or {})},
        "log_likelihood": result.log_likelihood,
        "spend": result.spend
        and {**_values(result.spend), "log_likelihood": result.spend_log_likelihood},
        "gates": printing.gates(result.gates, shown),
        "backtest": _backtest(result),
        "comparison": compared and _compared(compared),
        "groups": grouped and clv_parts.grouped(grouped, shown),
        "covariates": related and clv_parts.related(related, shown),
        "total_clv": result.total_clv,
        "residual": forever
        and {name: getattr(forever, name) for name in ("purchases", "clv", "within")},
        "notes": [printing.issue(note, shown) for note in result.notes],
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The answer for people: figures with their intervals, and the checks in words."""
    return printing.describe(
        {
            **{key: result[key] for key in ("model", "unit", "customers", "log_likelihood")},
            "params": [
                {"parameter": name, "value": e.value, "low": e.low, "high": e.high}
                for name, e in result["intervals"].items()
            ],
            "gates": printing.verdicts(result["gates"]),
            "backtest": result["backtest"] and result["backtest"]["scores"],
            "comparison": result["comparison"] and result["comparison"]["models"],
            "groups": result["groups"] and clv_parts.rows(result["groups"]),
            "covariates": result["covariates"] and clv_parts.effects(result["covariates"]),
            "total_clv": printing.ends(result["total_clv"]),
            "residual": result["residual"] and clv_parts.beyond(result["residual"]),
            "notes": [note["message"] for note in result["notes"]],
        },
        shown,
    )


def _summary(arguments: argparse.Namespace) -> pd.DataFrame:
    with tempfile.TemporaryDirectory(prefix="cxlib-") as folder:
        staged = staged_file(arguments, arguments.file, Path(folder))
        text = pd.read_parquet(staged.path)
    asked = {field: staged.column(column) for field, column in arguments.map}
    fields = ready.matched(staged.columns, asked)
    cells = {field: staged.cell(column) for field, column in fields.items()}
    return ready.ready_summary(text, cells, arguments.decimal or ".")


def _values(params: Any) -> dict[str, float]:
    estimates: dict[str, Estimate] = dict(params)
    return {name: estimate.value for name, estimate in estimates.items()}


def _backtest(result: lifetime.ClvResult) -> dict[str, Any] | None:
    tested = result.backtest
    if tested is None:
        return None
    return {
        "cut": tested.cut,
        "end": tested.end,
        "customers": tested.customers,
        "holdout_purchases": tested.holdout_purchases,
        "scores": [tested.model, *tested.baselines],
        "rmse_gain": {
            baseline.name: gain
            for baseline, gain in zip(tested.baselines, tested.gains, strict=True)
        },
        "baseline_better": [
            {"baseline": baseline, "measure": measure} for baseline, measure in tested.better
        ],
        "coverage": tested.coverage,
        "calibration": tested.calibration.to_dict("records"),
        "by_recency": tested.by_recency.to_dict("records"),
    }


def _compared(compared: comparison.Comparison) -> dict[str, Any]:
    return {
        "best": compared.best,
        "trusted": compared.trusted,
        "cuts": compared.cuts,
        "models": [
            {
                "model": one.model,
                "log_likelihood": one.log_likelihood,
                "aic": one.aic,
                "error": one.error,
                "wins": one.wins,
                "rmse": [test.model.rmse for test in one.tests],
            }
            for one in compared.candidates
        ],
    }


def _attribute(
    by: str, fitted: FittedClv, tables: Loaded, arguments: argparse.Namespace
) -> pd.Series[Any]:
    """The quarter in which each customer came, or their value of a column of orders or lines."""
    if by == "cohort":
        return segments.cohorts(fitted.summary)
    return attribute(tables.orders, by, fitted.summary, lines=tables.lines, end=arguments.as_of)


def _limits(result: lifetime.ClvResult) -> dict[str, Any]:
    """How often each customer will buy over the horizon, at least and at most with 95 %."""
    fit = result.fitted.fit
    if fit is None:
        return {"purchases_low": None, "purchases_high": None}
    people = result.customers
    x, t_x, T = (people[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    low, high = predictive.limits(fit, x, t_x, T, result.terms.horizon_days / fit.days_per_unit)
    return {"purchases_low": low, "purchases_high": high}
