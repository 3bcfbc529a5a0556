"""`engagement`: who is active, who comes back, and how engaged sessions are."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib.cli import printing
from cxlib.cli.loading import beside, loaded
from cxlib.growth import engagement
from cxlib.i18n import N_, Language

NAME = "engagement"
HELP = N_("count active customers, sessions and who comes back, from events")
SHOWN = ("name", "complete", "mau", "stickiness", "sessions", "engaged_share", "median_minutes",
         "new", "returning", "resurrecting", "dormant")  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, what a session and a view are, what to compare by, and the campaigns."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--idle-minutes", type=float, default=30, metavar="N")
    parser.add_argument("--view-event", action="append", default=[], metavar="EVENT")
    parser.add_argument("--key-event", action="append", default=[], metavar="EVENT")
    parser.add_argument("--by", metavar="COLUMN")
    parser.add_argument("--campaigns", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Figures, months, days, groups and CTR; `--out` writes one row a customer."""
    with loaded(arguments, "events") as tables, _campaigns(arguments) as (campaigns, more):
        names = {a.column: f"a{i}" for i, a in enumerate(tables.imported.attributes)}
        result = engagement.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest, *more),
            by=names.get(arguments.by, arguments.by),
            campaigns=campaigns,
            idle_minutes=arguments.idle_minutes,
            view_events=tuple(arguments.view_event),
            key_events=tuple(arguments.key_event),
            timezone=arguments.tz,
        )
    printing.table(result.customers, arguments.out)
    counted = result.clicks
    return {
        "customers": len(result.customers),
        "headline": {kpi.key: kpi.value for kpi in result.headline},
        "verdicts": {kpi.key: kpi.verdict for kpi in result.headline if kpi.verdict},
        "averages": result.averages,
        "view_events": result.views,
        "unknown_events": result.absent,
        "monthly": _rows(result.monthly),
        "daily": _rows(result.daily),
        "channels": _rows(result.channels),
        "by": arguments.by,
        "groups": _rows(result.groups),
        "ctr": counted
        and {
            "total": counted.total,
            "channels": _rows(counted.channels),
            "missing": counted.missing,
            "impossible": counted.impossible,
        },
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The figures, and the months and channels as tables with few columns."""
    figures = [
        {
            "figure": key,
            "value": value.value,
            "low": getattr(value, "low", None),
            "high": getattr(value, "high", None),
        }
        for key, value in result["headline"].items()
    ]
    groups = {
        key: [
            {c: row[c] for c in ("role", "value", "customers", "sessions", "engaged_share")}
            for row in result[key]
        ]
        for key in ("channels", "groups")
        if result[key]
    }
    heads = ("customers", "view_events", "unknown_events")
    ctr = result["ctr"]
    return printing.describe(
        {
            **{key: result[key] for key in heads if result[key]},
            "headline": figures,
            "monthly": [{c: row[c] for c in SHOWN} for row in result["monthly"]],
            **groups,
            **({"ctr": printing.ends(ctr["total"])} if ctr else {}),
        },
        shown,
    )


@contextmanager
def _campaigns(arguments: argparse.Namespace) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The table of `--campaigns` and its digest, read by itself: the options are the events'."""
    if arguments.campaigns is None:
        yield None, ()
        return
    with beside(arguments, arguments.campaigns, "campaigns") as tables:
        yield tables.orders, (tables.digest,)


def _rows(table: pd.DataFrame | None) -> Any:
    return None if table is None else table.to_dict("records")
