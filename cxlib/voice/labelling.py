"""The comments that people are asked to label, drawn by label and confidence, and what they said."""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.frames.comments import comments as comments_of
from cxlib.i18n import N_
from cxlib.privacy.masking import masked
from cxlib.results import Receipt
from cxlib.store.labels import ANSWERS, Given, normalised
from cxlib.voice import accuracy, classifier
from cxlib.voice.classifier import LABELS, Classifier, Readings
from cxlib.voice.sentiment_figures import contradicts

WANTED = 50
READ = 20_000  # comments that the sample is drawn from
DRAWN = 600  # comments in the order in which they are asked about
LISTED = 200  # disagreements
BANDS = (0.6, 0.85)  # of confidence, the same whatever the threshold, so that samples stay
SEED = 20_240_229
GIVEN = (
    "comment", "label_given", "label_said", "confidence", "score_given", "labelled_on", "labelled_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What people may be asked about.

    `sample` has a row a comment in the order of asking: ``line, text, day, rating, said`` (the
    likeliest label), ``confidence, sure, stratum, size`` (comments of its class); texts are as they
    were written. `disagreements` has those whose stars say the opposite of the text, the surest
    first. `threshold` is the model's.
    """

    sample: pd.DataFrame
    disagreements: pd.DataFrame
    threshold: float
    receipt: Receipt

    @property
    def comments(self) -> pd.DataFrame:
        """All that may be asked about, the sample first."""
        columns = list(self.disagreements.columns)
        return pd.concat([self.sample[columns], self.disagreements], ignore_index=True)


def asked(
    table: Any,
    *,
    digests: tuple[str, ...] = (),
    model: Classifier | None = None,
    timezone: str = "Asia/Jakarta",
) -> Asked:
    """Draw the comments that people may be asked about.

    Of more than `READ` comments, `READ` drawn at random are read. Whether one is drawn depends on its
    text alone: with new data the order stays, and new comments come in between.

    Parameters
    ----------
    table : feedback, or survey answers with comments, of any engine
    model : Classifier, optional
        The shipped model unless given.
    """
    used = model or classifier.shipped()
    found = comments_of(table)
    held = found.table.rename(columns={"score": "rating"})
    held = held[held["text"].str.strip().fillna("").ne("")].reset_index(drop=True)
    chosen = np.sort(_order(held["text"].tolist(), SEED)[:READ])
    rows = held.iloc[chosen].reset_index(drop=True)
    texts = rows["text"].tolist()
    readings = used.read(texts)
    drawn = sample(texts, readings, DRAWN)
    rows = rows.assign(label=readings.label, confidence=readings.confidence)
    against = rows[contradicts(rows)].drop_duplicates("text")
    against = against.sort_values(["confidence", "line"], ascending=[False, True]).head(LISTED)
    columns = ["line", "day", "rating"]
    unread = int((readings.label == "unlabelled").sum())
    return Asked(
        sample=rows[columns].iloc[drawn["row"]].reset_index(drop=True).join(drawn),
        disagreements=against.rename(columns={"label": "said"})[
            [*columns, "text", "said", "confidence"]
        ].reset_index(drop=True),
        threshold=used.threshold,
        receipt=accuracy.DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=found.rows,
            excluded={
                N_("without a comment"): found.rows - len(held),
                N_("not drawn"): len(held) - len(rows),
                N_("in another language, or without words"): unread,
            },
            parameters={"model": used.version, "threshold": used.threshold, "seed": SEED},
            timezone=timezone,
            date_basis=accuracy.DATE_BASIS,
        ),
    )


def sample(
    comments: Sequence[str], readings: Readings, n: int = WANTED, seed: int = SEED
) -> pd.DataFrame:
    """Comments to label, in an order of which every beginning is a stratified sample.

    Strata are likeliest label × confidence (`BANDS`). Each gets one, then they take turns in
    proportion to the root of their size (Adams' divisors), so that rare labels and unsure ones are
    seen; within one, rows are drawn at random. Comments that are not labelled are never drawn.

    Parameters
    ----------
    comments : m of str
    readings : of the same
    n : int
        At most so many rows.
    seed : int
        The same seed and texts give the same order.

    Returns
    -------
    DataFrame
        ``row`` (place in `comments`), ``text, said, confidence, sure, stratum, size``; the inclusion
        weight of a row is size / rows of its stratum (`cxlib.voice.accuracy.weights`).
    """
    order = _order(comments, seed)
    order = order[~np.isnan(readings.confidence[order])]
    if not len(order):
        columns = ["row", "text", "said", "confidence", "sure", "stratum", "size"]
        return pd.DataFrame(columns=columns)
    likeliest = readings.probabilities[order].argmax(axis=1)
    confidence = readings.confidence[order]
    stratum = likeliest * (len(BANDS) + 1) + np.digitize(confidence, BANDS)
    groups = {int(s): np.flatnonzero(stratum == s) for s in np.unique(stratum)}
    turns = [(0.0, s, 0) for s in groups]
    heapq.heapify(turns)
    places: list[int] = []
    while turns and len(places) < n:
        _, s, had = heapq.heappop(turns)
        places.append(int(groups[s][had]))
        if had + 1 < len(groups[s]):
            heapq.heappush(turns, ((had + 1) / math.sqrt(len(groups[s])), s, had + 1))
    at = np.array(places)
    return pd.DataFrame(
        {
            "row": order[at],
            "text": [comments[int(i)] for i in order[at]],
            "said": np.array(LABELS, object)[likeliest[at]],
            "confidence": confidence[at],
            "sure": readings.label[order[at]] != "unsure",
            "stratum": stratum[at],
            "size": [len(groups[int(s)]) for s in stratum[at]],
        }
    )


def answered(drawn: pd.DataFrame, keys: Sequence[str], answers: Mapping[str, str]) -> pd.DataFrame:
    """The rows of a sample that have an answer, with it as ``truth``.

    Of each stratum, those before its first row without an answer: a text that is there often has
    answers further on, and would count more often than it was drawn.
    """
    truth = pd.Series([answers.get(key) for key in keys], index=drawn.index, dtype="object")
    known = truth.notna()
    begun = known.groupby(drawn["stratum"]).cummin().astype(bool)
    return drawn.assign(truth=truth)[begun].reset_index(drop=True)


def material(
    labelled: pd.DataFrame, all_asked: pd.DataFrame, keys: Sequence[str], answers: Mapping[str, str]
) -> pd.DataFrame:
    """What a model is adapted by: ``text, truth, weight``, the weight 0 of what was not drawn.

    `labelled` is the part that was (`answered`); of all that could be asked about, the others with
    an answer follow.
    """
    told = labelled[labelled["truth"].isin(LABELS)]
    others = all_asked.assign(
        truth=pd.Series([answers.get(key) for key in keys], dtype="object")
    ).drop_duplicates("text")
    others = others[others["truth"].isin(LABELS) & ~others["text"].isin(told["text"])]
    parts = [told.assign(weight=accuracy.weights(told)), others.assign(weight=0.0)]
    return pd.concat([part[["text", "truth", "weight"]] for part in parts], ignore_index=True)


def given_table(
    comments: pd.DataFrame, keys: Sequence[str], given: Mapping[str, Given]
) -> pd.DataFrame:
    """A row a labelled comment, the newest first: `GIVEN` and its ``key``; personal data masked."""
    rows = comments.assign(key=list(keys)).drop_duplicates("key")
    rows = rows[rows["key"].isin(given)]
    said = [given[key] for key in rows["key"]]
    table = rows.assign(
        comment=[masked(text) for text in rows["text"]],
        label_given=[ANSWERS[one.answer] for one in said],
        label_said=rows["said"].map(dict(ANSWERS)),
        score_given=rows["rating"],
        labelled_on=[one.moment.date().isoformat() for one in said],
        labelled_by=[one.who for one in said],
        moment=[one.moment for one in said],
    )
    return table.sort_values("moment", ascending=False, kind="stable", ignore_index=True)


def _order(texts: Sequence[str], seed: int) -> NDArray[np.int64]:
    """The rows in random order; a row's place depends on its text, and how often that came before."""
    often: dict[str, int] = {}
    drawn = np.empty(len(texts), np.uint64)
    for i, text in enumerate(texts):
        known = normalised(text)
        often[known] = often.get(known, 0) + 1
        said = f"{seed} {often[known]} {known}".encode("utf-8", "surrogatepass")
        drawn[i] = int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "little")
    return np.argsort(drawn, kind="stable")
