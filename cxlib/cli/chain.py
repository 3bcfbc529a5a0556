"""`chain`: how engagement, experience, satisfaction, loyalty and value go with one another."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import beside, loaded
from cxlib.errors import CxError
from cxlib.growth import chain
from cxlib.growth.chain_questions import METRICS, firsts, options
from cxlib.i18n import N_, Language, language
from cxlib.results import Estimate
from cxlib.voice.questions import Question, questions

NAME = "chain"
HELP = N_("measure how satisfaction goes with loyalty and value, by customers in several files")
BESIDE = {"orders": "transactions", "events": "events", "tickets": "tickets"}


def add_options(parser: argparse.ArgumentParser) -> None:
    """The answers, the files beside them, the questions, and how long before and after count."""
    parser.add_argument("file", type=Path, metavar="RESPONSES")
    for name in BESIDE:
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    for metric in METRICS:
        parser.add_argument(f"--{metric}", metavar="C")
    parser.add_argument("--window-days", type=int, metavar="N")
    parser.add_argument("--lookback-days", type=int, default=90, metavar="N")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Links, what goes with a point of NPS, groups and who holds the revenue; `--out` writes one row
    a customer who answered."""
    with ExitStack() as open_files:
        tables = open_files.enter_context(loaded(arguments, chain.TABLE))
        others: dict[str, Any] = {
            name: open_files.enter_context(beside(arguments, path, kind))
            for name, kind in BESIDE.items()
            if (path := getattr(arguments, name)) is not None
        }
        asked = _chosen(arguments, questions(tables.orders, tables.imported.scores))
        result = chain.analyse(
            tables.orders,
            **{name: other.orders for name, other in others.items()},
            as_of=arguments.as_of,
            digests=(tables.digest, *(other.digest for other in others.values())),
            window_days=arguments.window_days,
            lookback_days=arguments.lookback_days,
            seed=arguments.seed,
            timezone=arguments.tz,
            **options(asked),
        )
    printing.table(result.customers, arguments.out)
    shown = language(arguments.lang)
    return {
        "links": [
            {
                "from": link.before,
                "to": link.after,
                "measure": [link.of, link.to],
                "rho": printing.ends(link.value),
                "n": link.n,
                "p_adjusted": link.p,
                "smallest_detectable": link.smallest_detectable,
                "verdict": link.state,
                "reason": shown(link.reason),
            }
            for link in result.links
        ],
        "points": [
            {
                "outcome": point.to,
                "per_point": printing.ends(point.value),
                "n": point.n,
                "p_adjusted": point.p,
                "smallest_detectable": point.smallest_detectable,
                "verdict": point.state,
                "reason": shown(point.reason),
            }
            for point in result.points
        ],
        "groups": result.groups.to_dict("records"),
        "held": result.held.to_dict("records"),
        "detractor_revenue": result.detractor_revenue,
        "detractor_share": result.detractor_share,
        "answered": result.answered,
        "joined": dict(result.joined),
        "window_days": result.window_days,
        "censored": result.censored,
        "gates": printing.gates(result.clv_gates, shown),
        "reading": shown(chain.READING),
        "notes": [printing.issue(note, shown) for note in result.notes],
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The links and points with their intervals, the groups, and what was noticed."""
    links = [
        {
            "link": f"{link['from']} → {link['to']}",
            "measure": " → ".join(link["measure"]),
            **(link["rho"] or dict.fromkeys(("value", "low", "high"))),
            "n": link["n"],
            "verdict": link["verdict"],
        }
        for link in result["links"]
    ]
    points = [
        {
            "outcome": point["outcome"],
            **(point["per_point"] or dict.fromkeys(("value", "low", "high"))),
            "n": point["n"],
            "verdict": point["verdict"],
        }
        for point in result["points"]
    ]
    groups = [
        {key: row[key] for key in ("by", "group", "outcome", "n", "value", "low", "high")}
        for row in result["groups"]
        if row["shown"]
    ]
    held = [row for row in result["held"] if row["shown"]]
    body = {
        "links": links,
        "points": points,
        **({"groups": groups} if groups else {}),
        **({"held": held} if held else {}),
        **{key: _figure(result[key]) for key in ("detractor_revenue", "detractor_share")},
        "window_days": result["window_days"],
        "censored": result["censored"],
    }
    told = [f"- {note['message']} {note['hint']}".rstrip() for note in result["notes"]]
    told += [f"- {gate['message']}" for gate in result["gates"]]
    return "\n".join([printing.describe(body, shown), result["reading"], *told])


def _figure(value: Any) -> Any:
    return printing.ends(value) if isinstance(value, Estimate) else value and value.value


def _chosen(arguments: argparse.Namespace, found: tuple[Question, ...]) -> dict[str, Question]:
    """The question of each metric: the one that was named, else the first that asks for it."""
    chosen = firsts(found)
    for metric in METRICS:
        named = getattr(arguments, metric)
        if named is None:
            continue
        fits = [q for q in found if named in (q.name, q.column, q.only)]
        if not fits:
            raise CxError(
                "unknown_column",
                N_("There is no score “{column}”."),
                N_("The file has: {choices}."),
                column=named,
                choices="; ".join(q.name for q in found) or "-",
            )
        chosen[metric] = fits[0]
    return chosen
