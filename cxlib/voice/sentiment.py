"""Sentiment of comments: positive, neutral, negative, by month and group, and beside the stars."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.comments import comments
from cxlib.frames.summary import lazy
from cxlib.i18n import N_
from cxlib.kpis import of_estimates, of_facts
from cxlib.periods import Period, compared, months
from cxlib.privacy.masking import masked_all
from cxlib.privacy.small_groups import SMALLEST
from cxlib.results import KPI, Estimate, Fact, Receipt, Sentence
from cxlib.voice.adapted import adapted, stated
from cxlib.voice.classifier import FOLDER, Readings
from cxlib.voice.sentiment_figures import (
    SURE,
    by_emotion,
    by_group,
    by_language,
    by_month,
    by_rating,
    contradiction,
    contradicts,
    flagged,
    in_all,
    metric,
)
from cxlib.voice.survey_headline import meaning

TABLE = "feedback"
DATE_BASIS = N_("day of the comment")
LABELS = (*SURE, "unsure", "unlabelled")

DEFINITIONS = (
    Definition(
        id="voice.sentiment",
        version=1,
        name=N_("Sentiment"),
        formula=N_(
            "A model reads each comment in Indonesian or English: positive, neutral or negative, and"
            " unsure where its likeliest label is less probable than its threshold. Other languages are"
            " left unlabelled. Shares are of the labelled comments; Wilson, with the effective n where"
            " customers wrote several. Groups: each against all others, one family at 5 %."
        ),
        good_for=N_("Seeing whether customers are happier in words, when they give no score."),
        not_good_for=N_(
            "Judging a single comment: some labels are wrong, sarcasm above all. Speaking of customers"
            " who wrote nothing, or in another language."
        ),
        source="Wilson (1927); Kish (1965), section 8.2; Benjamini & Hochberg (1995)",
        pitfalls=N_(
            "Intervals say what other customers would do to the share, not how often the model errs:"
            " see how accurate it is, and check it on your own comments."
        ),
    ),
)


class Reader(Protocol):
    """What a sentiment model has: `cxlib.voice.classifier.Classifier`."""

    @property
    def version(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    def read(self, texts: Sequence[str]) -> Readings: ...


@dataclass(frozen=True, slots=True)
class Sentiment:
    """What a model reads in a table of comments.

    `comments` has a row a comment, the oldest first: ``line, text`` (personal data masked),
    ``customer_id, day, rating``, the columns of `by`, ``language, label, confidence, emotion`` and
    ``contradicts`` (its stars say the opposite). `counts` are of `LABELS`, `shares` of the labelled
    ones. For `monthly`, `groups`, `languages`, `ratings` and `emotions` see
    `cxlib.voice.sentiment_figures`; what rests on fewer than ten is NaN there. `unsure` and
    `unlabelled` are shares of all comments, `contradiction` that of labelled comments with good or bad
    stars, `felt` that of Indonesian comments whose emotion is named.
    """

    comments: pd.DataFrame
    by: tuple[str, ...]
    counts: Mapping[str, int]
    shares: Mapping[str, Estimate]
    unsure: Fact
    unlabelled: Fact
    contradiction: Estimate | None
    monthly: pd.DataFrame
    groups: pd.DataFrame
    languages: pd.DataFrame
    ratings: pd.DataFrame
    emotions: pd.DataFrame
    felt: Fact | None
    first_day: dt.date | None
    last_day: dt.date | None
    headline: tuple[KPI, ...]
    meaning: Sentence
    receipt: Receipt


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    score: str | None = None,
    by: tuple[str, ...] | None = None,
    model: Reader | None = None,
    adaptation: str | None = None,
    timezone: str = "Asia/Jakarta",
) -> Sentiment:
    """Label comments and compare their shares by month, group and language.

    Parameters
    ----------
    table : feedback, or survey answers with comments, of any engine
        With a column ``text`` or ``comment``; reads ``line, customer_id, day``, a score and `by`.
    as_of : date, optional
        Later rows are ignored.
    score : str, optional
        The column of stars: ``rating``, ``score`` or ``s0``, the first that there is, unless given.
    by : tuple of str, optional
        Columns to compare by; ``channel``, where there is one, unless given.
    model : Reader, optional
        The shipped model unless given.
    adaptation : str, optional
        What the shipped model has of its own in a workspace (`cxlib.voice.adapted`).

    Raises
    ------
    NotEnoughData
        Fewer than ten comments have a label.
    """
    names = lazy(table).collect_schema().names()
    columns = tuple(c for c in ("channel",) if c in names) if by is None else by
    found = comments(table, as_of, score, also=columns)
    used = model or adapted(adaptation)
    held = found.table.rename(columns={"score": "rating"})
    wrote = held["text"].str.strip().fillna("").ne("")
    rows = read(held[wrote].reset_index(drop=True), used)
    counts = {label: int(rows["label"].eq(label).sum()) for label in LABELS}
    sure = flagged(rows)
    if len(sure) < SMALLEST:
        raise NotEnoughData(
            "not_enough_data",
            N_("Sentiment needs {least} comments that can be labelled; there are {n}."),
            N_(
                "Check that the right column is taken for the text, and that it is in Indonesian or"
                " English."
            ),
            least=SMALLEST,
            n=len(sure),
        )
    days = rows["day"].dropna()
    first, last = (days.min().date(), days.max().date()) if len(days) else (None, None)
    periods = months(first, as_of or last) if first and last else ()
    definition = DEFINITIONS[0]
    monthly, verdicts = by_month(sure, periods, definition)
    emotions, felt = by_emotion(rows)
    shares = in_all(sure)
    judged = verdicts["negative"][-1]
    told = monthly.rename(columns={"negative": "value"})
    return Sentiment(
        comments=rows.assign(
            text=pd.Series(masked_all(rows["text"]), dtype="str"), contradicts=contradicts(rows)
        ),
        by=columns,
        counts=counts,
        shares=shares,
        unsure=Fact(counts["unsure"] / len(rows), "share", len(rows)),
        unlabelled=Fact(counts["unlabelled"] / len(rows), "share", len(rows)),
        contradiction=contradiction(rows),
        monthly=monthly,
        groups=by_group(sure, columns, definition),
        languages=by_language(rows),
        ratings=by_rating(sure),
        emotions=emotions,
        felt=felt,
        first_day=first,
        last_day=last,
        headline=_headline(shares, monthly, periods, len(sure), counts["unlabelled"] / len(rows)),
        meaning=meaning(metric("negative", definition), told, judged, shares["negative"]),
        receipt=definition.receipt(
            snapshots=digests,
            rows_in=found.rows,
            excluded={
                N_("after the end of observation"): found.later,
                N_("without a comment"): int((~wrote).sum()),
                N_("in another language, or without words"): counts["unlabelled"],
                N_("of which the model is not sure"): counts["unsure"],
            },
            parameters={
                "as_of": as_of.isoformat() if as_of else None,
                "score": score,
                "by": ", ".join(columns),
                # The shipped one is found again by naming none; its version tells it from later ones.
                "model": None if model is None else model.version,
                "model_version": used.version,
                "threshold": used.threshold,
                **stated(adaptation),
            },
            timezone=timezone,
            date_basis=DATE_BASIS,
        ),
    )


def read(rows: pd.DataFrame, model: Reader) -> pd.DataFrame:
    """Comments with ``label, confidence, language, emotion``; a text that is there often is read once."""
    which, texts = pd.factorize(rows["text"])
    said = model.read([str(text) for text in texts])
    return rows.assign(
        language=pd.Categorical(said.language[which], ["id", "en", "other", "none"]).astype("str"),
        label=pd.Series(said.label[which], dtype="str", index=rows.index),
        confidence=said.confidence[which],
        emotion=pd.Series(said.emotion[which], dtype="str", index=rows.index),
    )


def accuracy(folder: Path = FOLDER) -> dict[str, float] | None:
    """How often the model was right about texts that it was not trained on, as its training recorded
    it: ``n`` texts, ``accuracy`` and ``macro_f1``; None where nothing is recorded."""
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    said = about.get("accuracy") or about.get("out_of_fold") or {}
    found = said.get("pooled")
    return None if found is None else {k: float(found[k]) for k in ("n", "accuracy", "macro_f1")}


def _headline(
    shares: Mapping[str, Estimate],
    monthly: pd.DataFrame,
    periods: Sequence[Period],
    n: int,
    unlabelled: float,
) -> tuple[KPI, ...]:
    """Blame, praise, how many comments have a label, and what was not read."""
    names, complete = monthly["name"].tolist(), [bool(c) for c in monthly["complete"]]
    _, _, last_year = compared(periods)
    year = names.index(last_year.name) if last_year and last_year.name in names else None
    labels = {"negative": N_("Negative comments"), "positive": N_("Positive comments")}
    told = []
    for key, label in labels.items():
        if not any(complete):
            kpi = KPI(key, label, shares[key])
        else:
            kpi = of_estimates(
                key,
                label,
                shares[key],
                _estimates(monthly, key),
                names,
                complete,
                monthly[key].tolist(),
                year,
                monthly[f"{key}_error"].tolist(),
            )
        told.append(replace(kpi, better="less" if key == "negative" else "more"))
    key, label = "comments", N_("Labelled comments")
    kpi = KPI(key, label, Fact(n, "count", n))
    if any(complete):
        count = [float(v) for v in monthly["n"]]
        kpi = of_facts(key, label, kpi.value, count, names, complete, "count", n, year)
    told.append(replace(kpi, better="neither"))
    left = Fact(unlabelled, "share", n)
    told.append(KPI("unlabelled", N_("In other languages"), left, better="neither"))
    return tuple(told)


def _estimates(monthly: pd.DataFrame, key: str) -> list[Estimate | None]:
    rows = zip(*(monthly[c] for c in (key, f"{key}_low", f"{key}_high", "n")), strict=True)
    return [
        None if math.isnan(v) else Estimate(v, low, high, int(n), "share", "wilson")
        for v, low, high, n in rows
    ]
