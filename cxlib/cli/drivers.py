"""`drivers`: which ratings go with the score, and how well each is rated."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.errors import CxError
from cxlib.i18n import N_, Language, language
from cxlib.ingest.plan import Score
from cxlib.voice import drivers
from cxlib.voice.quadrant import Driver
from cxlib.voice.ratings import SCORE

NAME = "drivers"
HELP = N_("rank the ratings that go with NPS, CSAT or CES, beside how well each is rated")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, the column of the score, and the columns of ratings."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--score-column", metavar="C")
    parser.add_argument("--driver", action="append", default=[], metavar="C")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Importance and performance of each driver; `--out` writes one row a driver."""
    shown = language(arguments.lang)
    if arguments.score_column:
        arguments.map = [*arguments.map, ("score", arguments.score_column)]
    with loaded(arguments, "responses") as tables:
        imported = tables.imported
        result = drivers.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            outcome=_outcome(arguments.score_column, imported.scores),
            drivers=tuple(arguments.driver) or None,
            names={f"a{i}": a.column for i, a in enumerate(imported.attributes)},
            scales=imported.scores,
            seed=arguments.seed,
            timezone=arguments.tz,
        )
    rows = [_row(driver, shown) for driver in result.drivers]
    printing.table(pd.DataFrame([_flat(row) for row in rows]), arguments.out)
    return {
        "outcome": result.name,
        "n": result.n,
        "customers": result.customers,
        "r_squared": result.r_squared,
        "drivers": rows,
        "borders": {"share": result.borders[0], "level": result.borders[1]},
        "excluded": result.excluded,
        "meaning": shown(drivers.READING),
        "notes": [printing.issue(note, shown) for note in result.notes],
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """A line a driver, and what was left out."""
    head = {key: result[key] for key in ("outcome", "n", "customers")}
    notes = [f"{note['message']} {note['hint']}".strip() for note in result["notes"]]
    return printing.describe(
        {
            **head,
            "r_squared": printing.ends(result["r_squared"]),
            "drivers": [_flat(row) for row in result["drivers"]],
            "excluded": result["excluded"],
            "meaning": result["meaning"],
            **{f"note {i}": note for i, note in enumerate(notes, 1)},
        },
        shown,
    )


def _outcome(named: str | None, scores: Sequence[Score]) -> str:
    """The stored column of the score: by its header, or the one that was mapped, which is first."""
    if named is None or named.isdigit() or not scores:
        return SCORE
    held = {score.column: f"s{i}" for i, score in reversed(list(enumerate(scores)))}
    if named not in held:
        raise CxError(
            "unknown_column",
            N_("There is no score “{column}”."),
            N_("The file has: {choices}."),
            column=named,
            choices="; ".join(held),
        )
    return SCORE if held[named] == "s0" else held[named]


def _row(driver: Driver, shown: Language) -> dict[str, Any]:
    return {
        "driver": driver.name,
        "importance": driver.importance,
        "share": driver.share.value,
        "share_low": driver.share.low,
        "share_high": driver.share.high,
        "beyond_chance": driver.beyond_chance,
        "p_adjusted": driver.p,
        "coefficient": driver.coefficient,
        "performance": driver.performance,
        "positive": driver.positive.value,
        "positive_low": driver.positive.low,
        "positive_high": driver.positive.high,
        "quadrant": driver.quadrant,
    }


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A driver's estimates as single figures with their ends."""
    ends = {
        key: {key: row[key].value, f"{key}_low": row[key].low, f"{key}_high": row[key].high}
        for key in ("importance", "coefficient", "performance")
    }
    flat: dict[str, Any] = {}
    for key, value in row.items():
        flat |= ends.get(key, {key: value})
    return flat
