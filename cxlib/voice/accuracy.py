"""How often the sentiment model is right about one's own comments, by a sample that people label."""

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

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.comments import comments as comments_of
from cxlib.i18n import N_
from cxlib.privacy.masking import masked
from cxlib.results import KPI, Estimate, Receipt, Sentence
from cxlib.statistics import wilson_ends
from cxlib.store.labels import ANSWERS, Given, normalised
from cxlib.voice import classifier
from cxlib.voice.classifier import LABELS, Classifier, Readings
from cxlib.voice.sentiment_figures import contradicts

LEAST = 30  # labels; below, an interval would span half of all that is possible
WANTED = 50
READ = 20_000  # comments that the sample is drawn from
DRAWN = 600  # comments in the order in which they are asked about
LISTED = 200  # disagreements
BANDS = (0.6, 0.85)  # of confidence, the same whatever the threshold, so that samples stay
SEED = 20_240_229
GIVEN = (
    "comment", "label_given", "label_said", "confidence", "score_given", "labelled_on", "labelled_by",
)  # fmt: skip
DATE_BASIS = N_("day of the comment")

DEFINITIONS = (
    Definition(
        id="voice.accuracy",
        version=1,
        name=N_("Accuracy of the sentiment model"),
        formula=N_(
            "Comments are drawn at random within classes of label and confidence, small classes more"
            " than their share, and people label them. Accuracy = Σ w · right / Σ w with w = comments"
            " of the class / labelled ones of it; Wilson's interval on the effective n,"
            " (Σ w)² / Σ w². Precision and recall likewise. “Can't tell” is counted and left out."
        ),
        good_for=N_("Knowing how far to trust what the Sentiment page says of your own customers."),
        not_good_for=N_(
            "Comparing people who label: the model is held against whoever labelled, and two people"
            " do not agree on every comment."
        ),
        source="Horvitz & Thompson (1952); Kish (1965), section 8.2; Wilson (1927)",
        pitfalls=N_(
            "A label that says what the writer felt is right; one that says what you think of the"
            " writer is not. Label before you look at what the model says."
        ),
    ),
)

Floats = NDArray[np.float64]


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


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a model is right, by n labels.

    `sure` is the accuracy where it is not unsure (None without such labels), `coverage` the share
    of comments where it is not. `labels` has a row a label: ``label, precision, recall`` with
    ``…_low, …_high`` (NaN where nothing is to be judged) and ``n_said, n_truth``; `confusion` a row a
    pair of labels: ``truth, said, n, share``, a share of the comments of `truth`.
    """

    accuracy: Estimate
    sure: Estimate | None
    coverage: Estimate
    labels: pd.DataFrame
    confusion: pd.DataFrame
    n: int
    skipped: int
    effective: float
    headline: tuple[KPI, ...]
    meaning: Sentence
    receipt: Receipt


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
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=found.rows,
            excluded={
                N_("without a comment"): found.rows - len(held),
                N_("not drawn"): len(held) - len(rows),
                N_("in another language, or without words"): unread,
            },
            parameters={"model": used.version, "threshold": used.threshold, "seed": SEED},
            timezone=timezone,
            date_basis=DATE_BASIS,
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
        weight of a row is size / rows of its stratum (`weights`).
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


def weights(labelled: pd.DataFrame) -> Floats:
    """The comments that each row stands for: size of its stratum / rows of it."""
    there = labelled.groupby("stratum")["size"].transform("size")
    return (labelled["size"] / there).to_numpy(np.float64)


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
    parts = [told.assign(weight=weights(told)), others.assign(weight=0.0)]
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


def assess(
    labelled: pd.DataFrame, *, receipt: Receipt | None = None, of: str = "shipped"
) -> Accuracy:
    """Hold a model against labels.

    Parameters
    ----------
    labelled : DataFrame
        ``truth`` (a label or ``skip``), ``said, sure, stratum, size``, as `answered` gives it.
    receipt : Receipt, optional
        Of what was `asked`, to go on from.
    of : str
        Which model it is: for the receipt.

    Raises
    ------
    NotEnoughData
        Fewer than `LEAST` labels beside ``skip``.
    """
    told = labelled[labelled["truth"].isin(LABELS)].reset_index(drop=True)
    if len(told) < LEAST:
        raise NotEnoughData(
            "not_enough_data",
            N_("Accuracy needs {least} labels; there are {n}."),
            N_("Label some more comments: ten take about two minutes."),
            least=LEAST,
            n=len(told),
        )
    w = weights(told)
    truth, said = told["truth"].to_numpy(), told["said"].to_numpy()
    sure = told["sure"].to_numpy(bool)
    right = truth == said
    accuracy, coverage = _share(right, w), _share(sure, w)
    where_sure = _share(right[sure], w[sure]) if sure.any() else None
    headline = [KPI("accuracy", N_("Read as you do"), accuracy)]
    if where_sure is not None:
        headline.append(KPI("sure", N_("Where it is sure"), where_sure))
    headline.append(KPI("coverage", N_("Comments it is sure of"), coverage))
    answers = "\n".join(f"{s}{t}{x}{y}" for s, t, x, y in zip(
        told["stratum"], told["text"], truth, said, strict=True
    ))  # fmt: skip
    known = receipt or DEFINITIONS[0].receipt(
        snapshots=(), rows_in=len(labelled), excluded={}, parameters={}, timezone="Asia/Jakarta"
    )
    digest = hashlib.blake2b(answers.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Accuracy(
        accuracy=accuracy,
        sure=where_sure,
        coverage=coverage,
        labels=_by_label(truth, said, w),
        confusion=_confusion(truth, said, w),
        n=len(told),
        skipped=len(labelled) - len(told),
        effective=_effective(w),
        headline=tuple(headline),
        meaning=Sentence(
            N_(
                "The model reads about {share} of your comments as you do: between {low} and {high},"
                " judged by the {n} that your labels cover."
            ),
            {"share": accuracy.value, "low": accuracy.low, "high": accuracy.high, "n": len(told)},
            {"share": "share", "low": "share", "high": "share", "n": "count"},
        ),
        receipt=_asked(known, len(labelled), len(told), digest, of),
    )


def _asked(known: Receipt, drawn: int, told: int, digest: str, of: str) -> Receipt:
    """The receipt of an answer: what was not asked about, and what nobody could tell."""
    reasons = {
        N_("not asked about"): known.rows_used - drawn,
        N_("nobody could tell"): drawn - told,
    }
    return Receipt(
        definition=known.definition,
        version=known.version,
        formula=known.formula,
        snapshots=known.snapshots,
        rows_in=known.rows_in,
        rows_used=told,
        excluded={**known.excluded, **{reason: n for reason, n in reasons.items() if n}},
        filters=known.filters,
        parameters={**known.parameters, "labels": digest, "model_is": of},
        date_basis=known.date_basis,
        timezone=known.timezone,
        library=known.library,
    )


def _by_label(truth: Any, said: Any, w: Floats) -> pd.DataFrame:
    rows = []
    for label in LABELS:
        of, to = said == label, truth == label
        row: dict[str, Any] = {"label": label}
        for name, among, right in (("precision", of, to), ("recall", to, of)):
            found = _share(right[among], w[among]) if among.any() else None
            for end in ("value", "low", "high"):
                column = name if end == "value" else f"{name}_{end}"
                row[column] = math.nan if found is None else getattr(found, end)
        rows.append({**row, "n_said": int(of.sum()), "n_truth": int(to.sum())})
    return pd.DataFrame(rows)


def _confusion(truth: Any, said: Any, w: Floats) -> pd.DataFrame:
    rows = []
    for true in LABELS:
        total = w[truth == true].sum()
        for read in LABELS:
            cell = (truth == true) & (said == read)
            share = float(w[cell].sum() / total) if total else math.nan
            rows.append({"truth": true, "said": read, "n": int(cell.sum()), "share": share})
    return pd.DataFrame(rows)


def _share(right: NDArray[np.bool_], w: Floats) -> Estimate:
    value, n = float(w @ right / w.sum()), _effective(w)
    low, high = wilson_ends(value * n, n)
    return Estimate(value, float(low), float(high), len(w), "share", "wilson")


def _effective(w: Floats) -> float:
    return float(w.sum() ** 2 / (w @ w)) if len(w) else 0.0


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
