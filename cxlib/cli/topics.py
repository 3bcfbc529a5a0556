"""`topics`: what comments speak of, in which mood, since when, and what it weighs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import Loaded, beside, loaded
from cxlib.errors import CxError
from cxlib.frames.summary import lazy
from cxlib.i18n import N_, Language, language
from cxlib.results import Param
from cxlib.store import topic_words
from cxlib.value.clv import lifetime
from cxlib.voice import topics
from cxlib.voice.topic_changes import checked
from cxlib.voice.topic_money import topic_money

NAME = "topics"
HELP = N_("find what comments speak of, in which mood, and what it weighs in the score")
SAID = ("line", "customer_id", "day", "topic", "mood", "start", "end")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file of comments or survey answers, orders and words beside it, and what else to find."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--orders", type=Path, metavar="FILE")
    parser.add_argument("--lexicon", type=Path, metavar="FILE")
    parser.add_argument("--month", metavar="YYYY-MM")
    parser.add_argument("--discover", action="store_true")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Topics with their figures; `--out` writes one row a comment and topic."""
    value = None
    if arguments.orders:
        with beside(arguments, arguments.orders, "transactions") as bought:
            value = lifetime.analyse(bought.orders, as_of=arguments.as_of, timezone=arguments.tz)
    words = _words(arguments.lexicon) if arguments.lexicon else None
    with loaded(arguments, topics.TABLE, "responses") as tables:
        result = topics.analyse(
            tables.orders,
            as_of=arguments.as_of,
            digests=(tables.digest,),
            timezone=arguments.tz,
            lexicon=words,
            value=value,
            discover=arguments.discover,
            seed=arguments.seed,
            **_scored(tables),
        )
    money = result.money
    if value is not None and arguments.month:
        money = topic_money(result.said, value, _known(arguments.month, result))
    printing.table(result.said[list(SAID)], arguments.out)
    shown = language(arguments.lang)
    impact = {"nps": "nps_impact", "stars": "star_impact"}.get(result.metric or "")
    rows = result.topics.rename(
        columns={f"impact{e}": f"{impact}{e}" for e in ("", "_low", "_high") if impact}
    )
    if "nps_impact" not in rows:
        rows["nps_impact"] = None
    params = {
        key: _written(key, value, result.meaning.units.get(key), shown)
        for key, value in result.meaning.params.items()
    }
    return {
        "comments": result.comments,
        "spoken": result.spoken,
        "negative": result.negative,
        "metric": result.metric,
        "topics": rows.to_dict("records"),
        "monthly": result.monthly.to_dict("records"),
        "trends": result.trends.drop(columns="month").to_dict("records"),
        "new": result.new.to_dict("records"),
        "money": [] if money is None else money.to_dict("records"),
        "quotes": result.quotes.assign(day=result.quotes["day"].astype("str")).to_dict("records"),
        "discovered": [] if result.discovered is None else result.discovered.to_dict("records"),
        "meaning": shown(result.meaning.message, **params),
        "receipt": result.receipt,
    }


def describe(result: dict[str, Any], shown: Language) -> str:
    """The topics, what moved or is new, and what complaining customers are expected to bring."""
    figures = ("topic", "n", "positive", "negative", "sentiment", "nps_impact", "star_impact")
    moved = ("topic", "name", "negative", "change", "state")
    money = ("topic", "customers", "expected", "expected_low", "expected_high")
    body = {
        "comments": result["comments"],
        "negative": printing.ends(result["negative"]),
        "topics": [{c: row[c] for c in figures if c in row} for row in result["topics"]],
        "trends": [
            {c: row[c] for c in moved} for row in result["trends"] if row["state"] in ("up", "down")
        ],
        "new": [{c: row[c] for c in ("kind", "name", "n", "before")} for row in result["new"]],
        "money": [{c: row[c] for c in money} for row in result["money"]],
        "discovered": [
            {c: row[c] for c in ("label", "n", "share")} for row in result["discovered"]
        ],
    }
    body = {key: value for key, value in body.items() if value not in ([], None)}
    return "\n".join([printing.describe(body, shown), result["meaning"]])


def _words(path: Path) -> str | None:
    """The changes to the words of topics in a file, as the page of topics downloads them.

    Raises CxError: ``no_such_file``, and what `cxlib.store.topic_words.read` and
    `cxlib.voice.topic_changes.checked` raise.
    """
    if not path.is_file():
        raise CxError("no_such_file", N_("There is no file “{path}”."), path=str(path))
    text = path.read_bytes().decode("utf-8-sig", "replace")
    return checked(topic_words.read(text)).written()


def _known(month: str, result: topics.Topics) -> str:
    months = sorted(set(result.monthly["name"]))
    if month not in months:
        raise CxError(
            "bad_option",
            N_("{option} cannot be “{value}”."),
            N_("Choose one of: {choices}."),
            option="--month",
            value=month[:20],
            choices=", ".join(months),
        )
    return month


def _scored(tables: Loaded) -> dict[str, Any]:
    """Of survey answers the score for NPS, if there is one."""
    names = lazy(tables.orders).collect_schema().names()
    for i, score in enumerate(tables.imported.scores):
        if "comment" in names and score.metric == "nps" and f"s{i}" in names:
            return {"score": f"s{i}", "metric": "nps"}
    return {}


def _written(key: str, value: Param, unit: str | None, shown: Language) -> Param:
    if key == "topic":
        return shown(str(value))
    if isinstance(value, (int, float)) and unit is not None:
        return f"{shown.number(100 * value, 0)} %" if unit == "share" else shown.number(value, 0)
    return value
