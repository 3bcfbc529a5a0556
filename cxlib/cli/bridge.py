"""`bridge`: the same data under the conventions of several vendors, and what sets them apart."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.i18n import N_, Language, language
from cxlib.value import bridge
from cxlib.value.answers import Answer, Bridge

NAME = "bridge"
HELP = N_("explain why other tools show another share of returning customers, or another churn")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file: orders, or subscriptions with start days."""
    parser.add_argument("file", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """All conventions with the steps to them; `--out` writes one row a step."""
    with loaded(arguments, "transactions", "subscriptions") as tables:
        dated = tables.imported.kind == "subscriptions"
        analyse = bridge.analyse_subscriptions if dated else bridge.analyse
        result = analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            timezone=arguments.tz,
        )
    shown = language(arguments.lang)
    questions = [_question(b, shown) for b in result.bridges]
    printing.table(pd.DataFrame(_rows(questions)), arguments.out)
    return {
        "shape": "subscriptions" if dated else "orders",
        "as_of": result.end,
        "month": result.month and result.month.name,
        "questions": questions,
        "notes": [shown(note) for note in result.notes],
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """A table a question: who says what, by which numbers, and the effects of the steps."""
    tables = {
        question["id"]: [
            {
                **{
                    key: one[key] for key in ("vendor", "name", "value", "numerator", "denominator")
                },
                "steps": [round(step["effect"], 4) for step in one["steps"]],
            }
            for one in question["conventions"]
        ]
        for question in result["questions"]
    }
    head = {key: result[key] for key in ("shape", "as_of", "month")}
    return printing.describe({**head, **tables, "notes": result["notes"]}, shown)


def _question(found: Bridge, shown: Language) -> dict[str, Any]:
    return {
        "id": found.id,
        "question": shown(found.question),
        "conventions": [_answer(a, shown) for a in (found.ours, *found.others)],
    }


def _answer(answer: Answer, shown: Language) -> dict[str, Any]:
    convention = answer.convention
    return {
        "id": convention.id,
        "vendor": convention.vendor,
        "name": shown(convention.name),
        "value": answer.value and answer.value.value,
        "numerator": answer.numerator.value,
        "denominator": answer.denominator.value,
        "formula": shown(convention.formula),
        "source": convention.source,
        "steps": [
            {
                "change": shown(step.change.what),
                "effect": step.effect,
                "value": step.value.value,
                "numerator": step.numerator.value,
                "denominator": step.denominator.value,
            }
            for step in answer.steps
        ],
    }


def _rows(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a step; conventions without one have a row of their own."""
    return [
        {
            "question": question["id"],
            "convention": one["id"],
            "vendor": one["vendor"],
            **{key: step.get(key) for key in ("change", "effect")},
            **{key: step[key] for key in ("value", "numerator", "denominator")},
        }
        for question in questions
        for one in question["conventions"]
        for step in (one["steps"] or [one])
    ]
