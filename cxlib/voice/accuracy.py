"""How often the sentiment model is right about one's own comments, by labels of a sample of them."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.i18n import N_
from cxlib.results import KPI, Estimate, Receipt, Sentence
from cxlib.statistics import wilson_ends
from cxlib.voice.classifier import LABELS

LEAST = 30  # labels; below, an interval would span half of all that is possible
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


def weights(labelled: pd.DataFrame) -> Floats:
    """The comments that each row stands for: size of its stratum / rows of it."""
    there = labelled.groupby("stratum")["size"].transform("size")
    return (labelled["size"] / there).to_numpy(np.float64)


def assess(
    labelled: pd.DataFrame, *, receipt: Receipt | None = None, of: str = "shipped"
) -> Accuracy:
    """Hold a model against labels.

    Parameters
    ----------
    labelled : DataFrame
        ``truth`` (a label or ``skip``), ``said, sure, stratum, size``, as `cxlib.voice.labelling.answered` gives it.
    receipt : Receipt, optional
        Of what was asked (`cxlib.voice.labelling`), to go on from.
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
