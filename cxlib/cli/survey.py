"""What `nps`, `csat` and `ces` share: the question, its scale, and the answer for programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.errors import CxError
from cxlib.frames.summary import lazy
from cxlib.i18n import N_, Language
from cxlib.voice.questions import Question, question, questions
from cxlib.voice.survey import SurveyResult

MONTH = (
    "name", "complete", "n", "effective_n", "value", "low", "high", "average", "state", "change",
    "p_adjusted", "smallest_detectable",
)  # fmt: skip
GROUP = ("group", "n", "value", "low", "high", "average", "state", "change", "p_adjusted")
FIELDS = {"score_column": "score", "weight_column": "weight"}


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, the column or question, its scale, weights, groups, and how many were asked."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--score-column", metavar="C")
    parser.add_argument("--question", metavar="Q")
    parser.add_argument("--scale", metavar="LOW-HIGH", type=_scale)
    parser.add_argument("--best", choices=("high", "low"))
    parser.add_argument("--weight-column", metavar="W")
    parser.add_argument("--by", metavar="COLUMN")
    parser.add_argument("--sent", type=int, metavar="N")


def run(arguments: argparse.Namespace, metric: Any, analyse: Any, **options: Any) -> dict[str, Any]:
    """The score of a file's question; `--out` writes one row a month, or a group with `--by`."""
    for option, field in FIELDS.items():
        if named := getattr(arguments, option):
            arguments.map = [*arguments.map, (field, named)]
    with loaded(arguments, "responses") as tables:
        found = questions(tables.orders, tables.imported.scores)
        asked = question(found, metric, arguments.question or _column(arguments, found))
        low, high = arguments.scale or (asked.low, asked.high)
        result = analyse(
            tables.orders,
            score=asked.column,
            low=low,
            high=high,
            best=arguments.best or asked.best,
            question=asked.only,
            weighted=arguments.weight_column is not None,
            by=_by(arguments.by, tables.imported.attributes, tables.orders),
            sent=arguments.sent,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            timezone=arguments.tz,
            **options,
        )
    printing.table(result.groups if arguments.by else result.monthly, arguments.out)
    return _answer(result, asked, arguments.by)


def describe(result: dict[str, Any], shown: Language) -> str:
    """The score and what it rests on, its newest months, and groups."""
    months = [
        {k: month[k] for k in ("name", "n", "value", "low", "high", "state")}
        for month in result["monthly"][-12:]
    ]
    groups = [
        {k: group[k] for k in ("group", "n", "value", "low", "high", "state")}
        for group in result["groups"]
    ]
    head = {
        key: value
        for key, value in result.items()
        if key not in ("monthly", "groups", "receipt", "points", "mean", "verdict", "last_year")
    }
    return printing.describe(
        {
            **head,
            "mean": printing.ends(result["mean"]),
            **({"monthly": months} if months else {}),
            **({"groups": groups} if groups else {}),
        },
        shown,
    )


def _answer(result: SurveyResult, asked: Question, by: str | None) -> dict[str, Any]:
    counts = (
        ("promoters", "passives", "detractors")
        if result.metric == "nps"
        else ("positives", "neutrals", "negatives")
    )
    scale = result.asked.scale
    return {
        "metric": result.metric,
        "value": result.value.value,
        "low": result.value.low,
        "high": result.value.high,
        "n": result.value.n,
        "excluded": result.excluded,
        "outside": result.outside,
        **dict(zip(counts, (result.positives, result.neutrals, result.negatives), strict=True)),
        "question": asked.name,
        "scale": f"{scale.low:g}-{scale.high:g}",
        "best": scale.best,
        "positive": scale.positive,
        "weighted": result.asked.weighted,
        "effective_n": result.effective_n,
        "mean": result.mean,
        "response_rate": result.response_rate,
        "verdict": result.verdicts[-1],
        "last_year": result.headline[0].last_year,
        "monthly": result.monthly[list(MONTH)].to_dict("records"),
        "by": by,
        "groups": result.groups[list(GROUP)].to_dict("records") if by else [],
        "points": result.points.to_dict("records"),
        "receipt": result.receipt,
    }


def _column(arguments: argparse.Namespace, found: tuple[Question, ...]) -> str | None:
    """What `--score-column` chose: a name, or the column that it was mapped to, which is the first."""
    named = arguments.score_column
    if named is None or any(q.name == named for q in found) or not found:
        return str(named) if named is not None else None
    return found[0].name if found[0].only is None else None


def _by(named: str | None, attributes: Any, table: Any) -> str | None:
    """The stored column of an attribute by its name in the file."""
    if named is None:
        return None
    held = {a.column: f"a{i}" for i, a in enumerate(attributes)}
    stored = held.get(named, named)
    if stored not in lazy(table).collect_schema().names():
        raise CxError(
            "bad_option",
            N_("There is no attribute “{by}”."),
            N_("The file has: {choices}."),
            by=named,
            choices=", ".join(held) or "-",
        )
    return stored


def _scale(text: str) -> tuple[float, float]:
    low, dash, high = text.partition("-")
    try:
        ends = float(low), float(high)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no scale such as 1-5") from error
    if not dash or ends[0] >= ends[1]:
        raise argparse.ArgumentTypeError(f"“{text}” is no scale such as 1-5")
    return ends
