"""`support`: how many tickets there are, what about, how fast they are solved, and what comes back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import loaded
from cxlib.i18n import N_, Language, language
from cxlib.results import Estimate
from cxlib.voice import support
from cxlib.voice.ticket_list import ticket_list

NAME = "support"
HELP = N_("count support tickets and measure how long customers wait, by month, topic and group")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, what to tell tickets apart by, and what the activities of a log mean."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--by", metavar="COLUMN")
    parser.add_argument("--closing", action="append", default=[], metavar="ACTIVITY")
    parser.add_argument("--responding", action="append", default=[], metavar="ACTIVITY")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Figures, waits, months, topics and groups; `--out` writes one row a ticket."""
    activities: dict[str, Any] = {
        "closing": tuple(arguments.closing),
        "responding": tuple(arguments.responding),
    }
    with loaded(arguments, support.TABLE) as tables:
        names = {a.column: f"a{i}" for i, a in enumerate(tables.imported.attributes)}
        scale: dict[str, Any] = {}
        if tables.imported.scores:
            score = tables.imported.scores[0]
            scale = {"low": score.low, "high": score.high, "best": score.best}
        result = support.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            by=names.get(arguments.by, arguments.by),
            timezone=arguments.tz,
            **activities,
            **scale,
        )
        if arguments.out:
            printing.table(ticket_list(tables.orders, end=result.end, **activities), arguments.out)
    shown = language(arguments.lang)
    again = result.recurring
    return {
        "tickets": result.tickets,
        "open": result.open,
        "states": dict(result.states),
        "log": result.log,
        "end": result.moment,
        "headline": {kpi.key: kpi.value for kpi in result.headline},
        "verdicts": {kpi.key: kpi.verdict for kpi in result.headline},
        "waits": {
            event: {
                "median_hours": wait.median,
                "p90_hours": wait.p90,
                "came": wait.came,
                "waiting": wait.waiting,
                "unknown": wait.unknown,
                "backwards": wait.backwards,
            }
            for event, wait in result.waits.items()
        },
        "monthly": result.monthly.drop(columns="month").to_dict("records"),
        "topics": result.topics.drop(columns="month").to_dict("records"),
        "by": result.by,
        "groups": result.groups.to_dict("records"),
        "recurring": {
            "share": again.share,
            "judged": again.judged,
            "recurring": again.recurring,
            "topics": again.topics.to_dict("records"),
        },
        "meaning": shown(result.meaning.message, **result.meaning.params),
        "issues": [printing.issue(note, shown) for note in result.notes],
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The figures with their intervals, the months, the topics that moved, and what was noticed."""
    waits = [
        {
            "wait": event,
            "median_hours": wait["median_hours"] and wait["median_hours"].value,
            "p90_hours": wait["p90_hours"] and wait["p90_hours"].value,
            **{key: wait[key] for key in ("came", "waiting", "unknown", "backwards")},
        }
        for event, wait in result["waits"].items()
    ]
    months = ("name", "tickets", "tickets_state", "backlog", "response", "resolution", "csat")
    groups = ("value", "tickets", "open", "response", "resolution", "csat")
    moved = ("topic", "name", "tickets", "change", "state")
    figures = [
        {"figure": key, "value": value.value, **_interval(value)}
        for key, value in result["headline"].items()
    ]
    body = {
        "tickets": result["tickets"],
        "open": result["open"],
        "headline": figures,
        "waits": waits,
        "monthly": [{c: row[c] for c in months} for row in result["monthly"]],
        "topics": [
            {c: row[c] for c in moved} for row in result["topics"] if row["state"] in ("up", "down")
        ],
        "groups": [{c: row[c] for c in groups if c in row} for row in result["groups"]],
        "recurring": printing.ends(result["recurring"]["share"]),
    }
    noticed = [f"- {issue['message']} {issue['hint']}".rstrip() for issue in result["issues"]]
    return "\n".join([printing.describe(body, shown), result["meaning"], *noticed])


def _interval(value: Any) -> dict[str, float]:
    return {"low": value.low, "high": value.high} if isinstance(value, Estimate) else {}
