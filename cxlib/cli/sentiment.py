"""`sentiment FILE --out O.csv`: what comments of a file feel, beside every row of it."""

from __future__ import annotations

import argparse
import csv
import math
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cxlib.cli import printing, recorded
from cxlib.cli.loading import place, planned, proposed, staged_file
from cxlib.errors import CxError
from cxlib.i18n import N_, Language
from cxlib.ingest.dates import Order, parse_dates
from cxlib.ingest.faults import room
from cxlib.ingest.plan import Proposal
from cxlib.ingest.staged import Staged, settle
from cxlib.voice import sentiment
from cxlib.voice.classifier import shipped
from cxlib.voice.sentiment_figures import flagged, in_all

NAME = "sentiment"
HELP = N_("label the comments of a file as positive, neutral or negative")
ADDED = ("sentiment", "confidence", "language")
ROWS = 10_000  # in memory at once
TEXTS = {"feedback": "text", "responses": "comment"}
LANGUAGES = ("id", "en", "other", "none")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of the comments, their customers and their days, the latter two where they are needed;
    `order` is how days are written."""

    text: str
    customer: str | None
    day: str | None = None
    order: Order = "ymd"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, and which of its columns holds the comments, where that is not plain."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--text-column", metavar="C")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Counts and shares; `--out` gets every row of the file with `ADDED`, a piece at a time."""
    with tempfile.TemporaryDirectory(prefix="cxlib-") as folder:
        staged = staged_file(arguments, arguments.file, Path(folder))
        columns = _columns(arguments, staged)
        rows = pd.concat(_labelled(arguments, staged, columns), ignore_index=True)
        rejects = None
        if arguments.out and staged.rejected and staged.rejects is not None:
            rejects = arguments.out.with_name(f"{arguments.out.name}.rejects.csv")
            place(staged.rejects, rejects)
    return _answer(arguments, staged, columns.text, rows, rejects)


def describe(result: dict[str, Any], shown: Language) -> str:
    """How many are what, as shares with their intervals."""
    head = ("comments", "labelled", "counts", "languages")
    shares = {name: printing.ends(value) for name, value in result["shares"].items()}
    return printing.describe({**{key: result[key] for key in head}, "shares": shares}, shown)


def _columns(arguments: argparse.Namespace, staged: Staged) -> Columns:
    """Which columns are read; that of the days where --as-of asks for it."""
    named = arguments.text_column
    if named is not None:
        arguments.map = [*arguments.map, ("text", staged.column(named))]
    found = proposed(arguments, staged, "feedback" if named is not None else None)
    if found.kind not in TEXTS:
        found = proposed(arguments, staged, "feedback")
    text = found.mapping.get(TEXTS.get(found.kind, "text"))
    if text is None:
        raise CxError(
            "no_text",
            N_("No column of the file holds comments."),
            N_("Name it with --text-column. The columns are: {choices}."),
            choices=", ".join(staged.columns[:50]),
        )
    columns = Columns(text, found.mapping.get("customer_id"))
    return columns if arguments.as_of is None else _dated(arguments, found, columns)


def _dated(arguments: argparse.Namespace, found: Proposal, columns: Columns) -> Columns:
    """With the column of the days, and how they are written; other open questions do not matter."""
    day = found.mapping.get("timestamp")
    if day is None:
        raise CxError(
            "no_days",
            N_("No column of the file holds days, so --as-of leaves nothing out."),
            N_("Name it with --map timestamp=COLUMN, or leave --as-of away."),
        )
    asked = tuple(q for q in found.questions if q.field == "timestamp")
    order: Any = planned(arguments, replace(found, questions=asked)).formats["timestamp"]
    return replace(columns, day=day, order=order)


def _labelled(
    arguments: argparse.Namespace, staged: Staged, columns: Columns
) -> Iterator[pd.DataFrame]:
    """The labels of the rows, piece by piece; each piece is written before the next is read.

    Of a customer only a hash is kept, of a comment nothing: a million rows need a few bytes each.
    What is later than --as-of is not read.
    """
    cells = [f"c{i}" for i in range(len(staged.columns))]
    at, who, when = (
        None if name is None else staged.columns.index(name)
        for name in (columns.text, columns.customer, columns.day)
    )
    out: Path | None = arguments.out
    yield _kept(np.array([], object), np.array([], object), None, (), ())
    with ExitStack() as stack:
        file = stack.enter_context(pq.ParquetFile(staged.path))
        writer, part = None, None
        if out is not None:
            part = out.with_name(f"{out.name}.part")
            stack.callback(part.unlink, missing_ok=True)
            stack.enter_context(room())
            handle = stack.enter_context(part.open("w", encoding="utf-8", newline=""))
            writer = csv.writer(handle, lineterminator="\r\n")
            writer.writerow(_header(staged))
        for batch in file.iter_batches(ROWS, columns=cells):
            later = np.zeros(len(batch), bool)
            if when is not None:
                moments = parse_dates(batch.column(when), columns.order, arguments.tz)
                end = np.datetime64(arguments.as_of) + np.timedelta64(1, "D")
                later = moments.to_numpy(zero_copy_only=False) >= end
            texts = pd.DataFrame({"text": _texts(batch.column(at))})
            texts["text"] = texts["text"].mask(later, "")
            read = sentiment.read(texts, shipped())
            label, language = (read[name].mask(later, "") for name in ("label", "language"))
            if writer is not None:
                sure = ["" if math.isnan(c) else f"{c:.4f}" for c in read["confidence"]]
                given = [column.to_pylist() for column in batch.columns]
                writer.writerows(zip(*given, label, sure, language, strict=True))
            people = None if who is None else batch.column(who)
            wrote = texts["text"].str.strip().ne("")
            yield _kept(read["label"], read["language"], people, wrote, later)
        if part is not None and out is not None:
            handle.flush()
            settle(part, out)


def _texts(column: pa.Array) -> list[str]:
    return [text or "" for text in column.to_pylist()]


def _kept(
    label: Any, language: Any, people: pa.Array | None, wrote: Any, later: Any
) -> pd.DataFrame:
    n = len(label)
    customer = pd.array([pd.NA] * n, dtype="UInt64")
    if people is not None:
        names = np.array(_texts(people), object)
        hashed = pd.util.hash_array(names)
        customer = pd.arrays.IntegerArray(hashed, names == "")
    return pd.DataFrame(
        {
            "label": pd.Categorical(label, sentiment.LABELS),
            "language": pd.Categorical(language, LANGUAGES),
            "customer_id": customer,
            "wrote": np.asarray(wrote, bool),
            "later": np.asarray(later, bool),
        }
    )


def _header(staged: Staged) -> list[str]:
    """The header of the file and the new columns, called so that no name is there twice."""
    old = [*(staged.titles or staged.columns)]
    old += staged.columns[len(old) :]
    new = []
    for name in ADDED:
        called, n = name, 1
        while called in old:
            n += 1
            called = f"{name} ({n})"
        new.append(called)
    return [*old, *new]


def _answer(
    arguments: argparse.Namespace,
    staged: Staged,
    text: str,
    rows: pd.DataFrame,
    rejects: Path | None,
) -> dict[str, Any]:
    wrote, later = rows[rows["wrote"]], int(rows["later"].sum())
    counts = _counted(wrote["label"])
    sure = flagged(wrote)
    model = shipped()
    return {
        "rows": len(rows),
        "comments": len(wrote),
        "labelled": len(sure),
        "counts": counts,
        "shares": in_all(sure),
        "unsure_share": counts["unsure"] / len(wrote) if len(wrote) else None,
        "unlabelled_share": counts["unlabelled"] / len(wrote) if len(wrote) else None,
        "languages": _counted(wrote["language"]),
        "text_column": text,
        "rejected": staged.rejected,
        "rejects": None if rejects is None else str(rejects),
        "out": None if arguments.out is None else str(arguments.out),
        "receipt": sentiment.DEFINITIONS[0].receipt(
            snapshots=(recorded.digest(arguments.file),),
            rows_in=len(rows),
            excluded={
                "after the end of observation": later,
                "without a comment": len(rows) - later - len(wrote),
                "in another language, or without words": counts["unlabelled"],
                "of which the model is not sure": counts["unsure"],
            },
            parameters={
                "as_of": arguments.as_of.isoformat() if arguments.as_of else None,
                "text_column": text,
                "model_version": model.version,
                "threshold": model.threshold,
            },
            timezone=arguments.tz,
            date_basis=sentiment.DATE_BASIS,
        ),
    }


def _counted(values: pd.Series[Any]) -> Mapping[str, int]:
    return {str(name): int(n) for name, n in values.value_counts(sort=False).items()}
