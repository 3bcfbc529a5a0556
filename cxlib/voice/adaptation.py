"""What the labels of a workspace say of the sentiment model: its threshold, then the model."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from cxlib.errors import NotEnoughData
from cxlib.i18n import N_
from cxlib.results import Estimate
from cxlib.statistics import Z, wilson_ends
from cxlib.store.labels import normalised
from cxlib.value.kmeans import one_thread
from cxlib.voice.adapted import SHAPES, Refit
from cxlib.voice.classifier import LABELS, Classifier

LEAST = 50  # labels from which the threshold moves
REFITTED = 200  # labels from which the model is fitted again
PROMISED = 0.9  # of what is labelled is right
LEVEL = 0.6  # of the two-sided interval whose lower end must reach that: one-sided 80 %
THRESHOLDS = tuple(round(0.4 + 0.05 * step, 2) for step in range(12))
FEWEST = 20  # labels above a threshold, for it to be judged
RIDGES = (3.0, 10.0, 30.0, 100.0, 300.0)
FOLDS, INNER = 10, 5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What n labels say of threshold and model.

    `kept` says that the promise holds at `threshold`: the lower end of the interval of `LEVEL`
    reaches `PROMISED`. `sure` is the accuracy of what is labelled there and `coverage` its share.
    `refit` is None where the shipped model stays; `gain` is how many more comments the fit reads
    rightly, by cross-validation, paired (None of fewer than `REFITTED` labels). `refitted` is its
    accuracy and `before` the shipped model's, on the same labels.
    """

    version: str
    threshold: float
    kept: bool
    sure: Estimate
    coverage: float
    before: float
    refitted: float | None
    gain: Estimate | None
    ridge: float | None
    refit: Refit | None
    n: int

    def parameters(self) -> dict[str, Any]:
        """As JSON values, for a workspace to keep."""
        known = self.refit
        return {
            "version": self.version,
            "threshold": self.threshold,
            "n": self.n,
            "refit": None
            if known is None
            else {name: getattr(known, name).tolist() for name in SHAPES},
        }


def fitted(model: Classifier, labelled: pd.DataFrame) -> Adaptation:
    """Threshold and model by labels.

    The threshold is the lowest of `THRESHOLDS` at which, and above which, Wilson's one-sided 80 %
    bound of the accuracy of what is labelled is at least 0.90 (on the effective n, at least 20
    labels). Where none is, it is the shipped one if nine in ten are right there, else the lowest at
    which they are, and `kept` is false.

    From 200 labels on, logits and dense features go into a multinomial logistic regression with a
    ridge towards the shipped model; the ridge has the least log loss in 5 folds. It is used where, in
    10 other folds, it reads more comments rightly: the paired 95 % interval is above 0.

    Parameters
    ----------
    labelled : DataFrame
        ``text``, ``truth`` (others than `LABELS` are left out) and ``weight`` (comments that a row
        stands for; 0 where a comment was not drawn at random: it is learned from, and judges nothing).

    Raises
    ------
    NotEnoughData
        Fewer than `LEAST` labels of comments drawn at random.

    References
    ----------
    Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, 4.4 and 7.10.
    """
    told = labelled[labelled["truth"].isin(LABELS)].sort_values("text", kind="stable")
    logits, dense = model.evidence(told["text"].tolist())
    read = ~np.isnan(logits[:, 0])
    told, logits, dense = told[read], logits[read], dense[read]
    w = told["weight"].to_numpy(np.float64)
    judged = w > 0
    if judged.sum() < LEAST:
        raise NotEnoughData(
            "not_enough_data",
            N_("Adapting the model needs {least} labels; there are {n}."),
            N_("Label some more comments: ten take about two minutes."),
            least=LEAST,
            n=int(judged.sum()),
        )
    truth = np.array([LABELS.index(t) for t in told["truth"]])
    logits = logits - logits.mean(axis=1, keepdims=True)
    of_text = _draws(told["text"].tolist())
    probabilities = softmax(logits, axis=1)
    before = probabilities.argmax(axis=1) == truth
    gain = refit = ridge = after = None
    if judged.sum() >= REFITTED:
        # Rows that judge nothing weigh as little as the least of those that do.
        learned = np.where(judged, w, w[judged].min())
        learned = learned / learned.mean()
        data = (logits, dense, truth, learned)
        with one_thread():  # so small, they are slower on several
            held = _held_out(data, of_text % FOLDS, of_text // FOLDS)
            found = _ridge(data, of_text // FOLDS)
        now = held.argmax(axis=1) == truth
        gain = _paired(now.astype(float) - before, np.where(judged, w, 0))
        after = float(np.average(now, weights=w))
        if gain.low > 0:
            ridge, refit, probabilities = found, _fit(data, found), held
    right = probabilities.argmax(axis=1) == truth
    confidence = probabilities.max(axis=1)
    threshold, kept = _threshold(right[judged], confidence[judged], w[judged], model.threshold)
    above = judged & (confidence >= threshold)
    return Adaptation(
        version=model.version,
        threshold=threshold,
        kept=kept,
        sure=_share(right[above], w[above]),
        coverage=float(w[above].sum() / w.sum()),
        before=float(np.average(before, weights=w)),
        refitted=after,
        gain=gain,
        ridge=ridge,
        refit=refit,
        n=int(judged.sum()),
    )


def _threshold(
    right: NDArray[np.bool_], confidence: Floats, w: Floats, shipped: float
) -> tuple[float, bool]:
    """The lowest threshold from which on the promise is kept, or what comes nearest, and which it is."""
    judged = {}
    for threshold in THRESHOLDS:
        above = confidence >= threshold
        if above.sum() >= FEWEST:
            judged[threshold] = _share(right[above], w[above], LEVEL)
    good: float | None = None
    for threshold in sorted(judged, reverse=True):
        if judged[threshold].low >= PROMISED:
            good = threshold
        elif good is not None:
            break
    if good is not None:
        return good, True
    above = confidence >= shipped
    if not judged or (above.any() and _share(right[above], w[above]).value >= PROMISED):
        return shipped, False
    right_there = [t for t, found in judged.items() if t > shipped and found.value >= PROMISED]
    return (min(right_there) if right_there else max(judged)), False


def _held_out(data: tuple[Any, ...], folds: Any, inner: Any) -> Floats:
    """Probabilities of each row by fits without its fold, the ridge chosen without it too."""
    logits, dense = data[:2]
    out: Floats = np.empty_like(logits)
    for fold in range(FOLDS):
        out_of = folds == fold
        if not out_of.any():
            continue
        rest = tuple(part[~out_of] for part in data)
        found = _fit(rest, _ridge(rest, inner[~out_of]))
        out[out_of] = softmax(found.logits(logits[out_of], dense[out_of]), axis=1)
    return out


def _ridge(data: tuple[Any, ...], drawn: Any) -> float:
    """The ridge of `RIDGES` with the least log loss of what was held out; of equal ones the greatest."""
    folds, losses = drawn % INNER, []
    for ridge in RIDGES:
        loss = 0.0
        for fold in range(INNER):
            out_of = folds == fold
            if out_of.any() and not out_of.all():
                found = _fit(tuple(part[~out_of] for part in data), ridge)
                logits, dense, truth, w = (part[out_of] for part in data)
                likely = log_softmax(found.logits(logits, dense), axis=1)
                loss -= float(w @ likely[np.arange(len(truth)), truth])
        losses.append(loss)
    return float(max(r for r, loss in zip(RIDGES, losses, strict=True) if loss <= min(losses)))


def _fit(data: tuple[Any, ...], ridge: float) -> Refit:
    """The least Σ w · log loss + ridge/2 · (changes of the shipped model)², of scaled features.

    A tenth of the ridge holds the intercepts: how often people use a label differs most.
    """
    logits, dense, truth, w = data
    features = np.hstack([logits, dense])
    spread = np.sqrt(np.average((features - np.average(features, 0, w)) ** 2, 0, w))
    scale = np.where(spread > 1e-9, spread, math.inf)
    x = np.hstack([features / scale, np.ones((len(truth), 1))])
    penalty = ridge * np.append(np.ones(features.shape[1]), 0.1)[:, None]
    wanted = np.eye(len(LABELS))[truth]

    def loss(flat: Floats) -> tuple[float, Floats]:
        change = flat.reshape(x.shape[1], len(LABELS))
        likely = log_softmax(logits + x @ change, axis=1)
        value = -(w @ (likely * wanted).sum(axis=1)) + 0.5 * (penalty * change**2).sum()
        slope = x.T @ (w[:, None] * (np.exp(likely) - wanted)) + penalty * change
        return float(value), slope.ravel()

    start = np.zeros(x.shape[1] * len(LABELS))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    change = found.x.reshape(x.shape[1], len(LABELS)) / np.append(scale, 1.0)[:, None]
    k = len(LABELS)
    centred = np.eye(k) - 1 / k  # logits are centred before they are turned
    return Refit(np.eye(k) + centred @ change[:k], change[k:-1], change[-1])


def _paired(difference: Floats, w: Floats) -> Estimate:
    """The weighted mean of paired differences with its linearised 95 % interval."""
    n = int((w > 0).sum())
    mean = float(np.average(difference, weights=w))
    error = math.sqrt(n / (n - 1) * float((w**2) @ (difference - mean) ** 2)) / float(w.sum())
    return Estimate(mean, mean - Z * error, mean + Z * error, n, "share", "linearised")


def _share(right: NDArray[np.bool_], w: Floats, level: float = 0.95) -> Estimate:
    value = float(w @ right / w.sum())
    n = float(w.sum() ** 2 / (w @ w))
    low, high = wilson_ends(value * n, n, level)
    return Estimate(value, float(low), float(high), len(w), "share", "wilson", level)


def _draws(texts: list[str]) -> NDArray[np.int64]:
    """A random number for each text, the same for the same text: copies stay in one fold."""
    found = (
        hashlib.blake2b(normalised(t).encode("utf-8", "surrogatepass"), digest_size=4).digest()
        for t in texts
    )
    return np.array([int.from_bytes(d, "little") for d in found], np.int64)
