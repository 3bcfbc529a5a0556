"""`churn`: who left or has fallen silent, what it costs, and who is likely to be next."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import Loaded, loaded
from cxlib.errors import NotEnoughData
from cxlib.frames.movements import last_event
from cxlib.i18n import N_, Language, language
from cxlib.value import churn, churn_model, recurring
from cxlib.value.risk import RiskModel

NAME = "churn"
HELP = N_("find who left or has fallen silent, what it costs, and who is likely to be next")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, the window of the model, columns to leave out, and rival conventions."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--window-days", type=int, metavar="N")
    parser.add_argument("--without", action="append", default=[], metavar="COLUMN")
    parser.add_argument("--reactivation", action="store_true")
    parser.add_argument("--average", action="store_true")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Churn of orders, of dated subscriptions or of a snapshot, as the file allows."""
    with loaded(arguments, "transactions", "subscriptions") as tables:
        if tables.imported.kind == "transactions":
            return _orders(arguments, tables)
        if last_event(tables.orders) is None:
            return _snapshot(arguments, tables)
        return _dated(arguments, tables)


def describe(result: dict[str, Any], shown: Language) -> str:
    """The answer for people: the figures, and how good the model is, without its tables."""
    model = result.get("model")
    head = {key: value for key, value in result.items() if key not in ("model", "receipt")}
    if "monthly" in head:
        columns = ("name", "mrr_start", "mrr_end", "grr", "nrr", "customer_churn")
        head["monthly"] = [{c: month[c] for c in columns} for month in head["monthly"]]
    if "plans" in head:
        head["plans"] = [{**plan, **_flat(plan)} for plan in head["plans"]]
    if model is not None:
        head["model"] = [
            {
                "model": q["name"],
                "auc": q["auc"].value,
                "low": q["auc"].low,
                "high": q["auc"].high,
                "calibration_error": q["calibration_error"],
            }
            for q in model["qualities"]
        ]
        head["reading"] = model["reading"]
    return printing.describe(head, shown)


def _flat(plan: dict[str, Any]) -> dict[str, Any]:
    """The estimates of a plan as single figures."""
    return {key: plan[key] and plan[key].value for key in ("monthly_churn", "median_days")}


def _orders(arguments: argparse.Namespace, tables: Loaded) -> dict[str, Any]:
    shown = language(arguments.lang)
    result = churn.analyse(
        tables.orders,
        as_of=arguments.as_of,
        digests=(tables.digest,),
        window_days=arguments.window_days,
        seed=arguments.seed,
        timezone=arguments.tz,
    )
    printing.table(result.customers, arguments.out)
    return {
        "shape": "orders",
        "customers": len(result.customers),
        "rule_days": result.rule_days,
        "gaps": result.gaps,
        "churned": int(result.customers["churned"].sum()),
        "window_days": result.window_days,
        "model": _model(result.model, churn_model.READING["time"], shown),
        "notes": [printing.issue(note, shown) for note in result.notes],
        "receipt": result.receipt,
    }


def _dated(arguments: argparse.Namespace, tables: Loaded) -> dict[str, Any]:
    shown = language(arguments.lang)
    result = recurring.analyse(
        tables.orders,
        as_of=arguments.as_of,
        digests=(tables.digest,),
        reactivation=arguments.reactivation,
        average=arguments.average,
        seed=arguments.seed,
        timezone=arguments.tz,
    )
    printing.table(result.monthly, arguments.out)
    notes = [printing.issue(note, shown) for note in result.notes]
    model = None
    try:
        found = _modelled(arguments, tables)
        model = _model(found.model, found.reading, shown)
    except NotEnoughData as too_little:
        message, hint = shown.error(too_little)
        notes.append({"code": "no_model", "severity": "info", "message": message, "hint": hint})
    monthly = result.monthly.assign(month=result.monthly["month"].dt.date)
    return {
        "shape": "dated",
        "customers": int(result.customers["paying"].sum()),
        "monthly": monthly.to_dict("records"),
        "plans": [
            {
                "plan": plan.plan,
                "subscriptions": plan.subscriptions,
                "left": plan.left,
                "monthly_churn": plan.monthly_churn,
                "median_days": plan.curve.median,
            }
            for plan in result.plans
        ],
        "model": model,
        "notes": notes,
        "receipt": result.receipt,
    }


def _snapshot(arguments: argparse.Namespace, tables: Loaded) -> dict[str, Any]:
    shown = language(arguments.lang)
    result = _modelled(arguments, tables)
    printing.table(result.customers, arguments.out)
    return {
        "shape": "snapshot",
        **{kpi.key: kpi.value for kpi in result.headline if kpi.key != "auc"},
        "model": _model(result.model, result.reading, shown),
        "notes": [printing.issue(note, shown) for note in result.notes],
        "receipt": result.receipt,
    }


def _modelled(arguments: argparse.Namespace, tables: Loaded) -> churn_model.ChurnModelResult:
    return churn_model.analyse(
        tables.orders,
        as_of=arguments.as_of,
        digests=(tables.digest,),
        names={f"a{i}": a.column for i, a in enumerate(tables.imported.attributes)},
        without=tuple(arguments.without),
        window_days=arguments.window_days or churn_model.WINDOW,
        seed=arguments.seed,
        timezone=arguments.tz,
    )


def _model(model: RiskModel | None, reading: str, shown: Language) -> dict[str, Any] | None:
    if model is None:
        return None
    return {
        "offered": model.offered,
        "basis": model.basis,
        "reading": shown(reading),
        "tested": model.tested,
        "left": model.left,
        "trained": model.trained,
        "qualities": [
            {
                "name": shown(q.name),
                "auc": q.auc,
                "calibration_error": q.calibration_error,
                "log_loss": q.log_loss,
                "lift": q.lift,
            }
            for q in model.qualities
        ],
        "gains": {shown(rule): gain for rule, gain in model.gains.items()},
        "calibration": model.calibration.to_dict("records"),
        "importance": [
            {**row, "feature": shown(row["feature"])} for row in model.importance.to_dict("records")
        ],
    }
