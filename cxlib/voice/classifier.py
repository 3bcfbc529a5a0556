"""The sentiment model: positive, neutral, negative, or unsure, for Indonesian and English."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import softmax

from cxlib.voice.features import DENSE, WIDTHS, Extractor, Features, extractor, spelling
from cxlib.voice.language import language_of
from cxlib.voice.tokens import Spelling, tokens

FOLDER = Path(__file__).parent / "sentiment_model"
LABELS = ("negative", "neutral", "positive")
EMOTIONS = ("anger", "fear", "joy", "love", "sadness")
VIEWS = tuple(WIDTHS)
DENSE_SCALE = 0.5
PART = 4_000  # comments whose features are in memory at once

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Readings:
    """What a model reads in n comments.

    Parameters
    ----------
    label : n of "positive", "neutral", "negative", "unsure" or "unlabelled"
        "unsure" where the probability of the likeliest label is below the threshold, "unlabelled"
        where there is no text or it is in another language.
    confidence : n of float
        The probability of the likeliest label; NaN where unlabelled.
    language : n of "id", "en", "other" or "none"
    probabilities : n × 3 of float
        Of `LABELS`; NaN where unlabelled.
    emotion : n of str
        One of `EMOTIONS`, "unsure" below the threshold, or "unlabelled" where a comment is not
        Indonesian: there are no other comments to learn emotions from.
    """

    label: NDArray[np.object_]
    confidence: Floats
    language: NDArray[np.object_]
    probabilities: Floats
    emotion: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the comments (`of`) with their languages; of those that are read, their places (`at`),
    languages (`told`) and features."""

    of: slice
    language: NDArray[np.object_]
    at: NDArray[np.intp]
    told: NDArray[np.object_]
    views: Mapping[str, sparse.csr_matrix]
    dense: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of one language: scores are features × weights + intercept, probabilities
    softmax(scale × scores + shift)."""

    views: Mapping[str, NDArray[np.float32]]
    dense: NDArray[np.float32]
    intercept: NDArray[np.float32]
    scale: float = 1.0
    shift: Floats | float = 0.0

    def scores(
        self, weighed: Mapping[str, sparse.csr_matrix], dense: NDArray[np.float32]
    ) -> Floats:
        """n × k scores of weighed features."""
        total = dense @ self.dense + self.intercept
        for view, matrix in weighed.items():
            total = total + matrix @ self.views[view]
        return np.asarray(total, np.float64)

    def probabilities(self, scores: Floats) -> Floats:
        """n × k calibrated probabilities."""
        return np.asarray(softmax(self.scale * scores + self.shift, axis=1))


def weigh(
    features: Features, idf: Mapping[str, NDArray[np.float32]]
) -> tuple[dict[str, sparse.csr_matrix], NDArray[np.float32]]:
    """Counts as (1 + log count) × idf, each view of length 1, and the dense table to scale."""
    out = {}
    for view in VIEWS:
        matrix = getattr(features, view).copy()
        matrix.data = (1 + np.log(matrix.data)) * idf[view][matrix.indices]
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        matrix.data /= np.maximum(length, 1e-9)[rows]
        out[view] = matrix
    return out, (DENSE_SCALE * features.dense).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A sentiment model.

    Parameters
    ----------
    weights : mapping
        Language to its weights.
    idf : mapping
        View to the inverse document frequencies of its columns.
    threshold : float
        A label less probable than this is "unsure".
    version : str
    emotion : Weights
        Of `EMOTIONS`, in Indonesian.
    emotion_threshold : float
        An emotion less probable than this is "unsure".
    """

    weights: Mapping[str, Weights]
    idf: Mapping[str, NDArray[np.float32]]
    threshold: float
    version: str
    emotion: Weights
    emotion_threshold: float
    spelling: Spelling = field(repr=False, default_factory=spelling)
    extractor: Extractor = field(repr=False, default_factory=extractor)

    def read(self, texts: Sequence[str]) -> Readings:
        """Label comments; only the first 5,000 characters of each are read.

        Parameters
        ----------
        texts : n of str

        Returns
        -------
        Readings
        """
        n = len(texts)
        language = np.full(n, "none", object)
        found = np.full((n, len(LABELS)), np.nan)
        felt = np.full((n, len(EMOTIONS)), np.nan)
        for part in self._parts(texts):
            language[part.of] = part.language
            found[part.at] = softmax(self._logits(part), axis=1)
            felt[part.at] = self._emotions(part)
        label, confidence = _labelled(found, LABELS, self.threshold)
        emotion, _ = _labelled(felt, EMOTIONS, self.emotion_threshold)
        return Readings(label, confidence, language, found, emotion)

    def evidence(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """What the labels rest on: logits (n × 3, of `LABELS`) and the dense features (n × 30).

        NaN where unlabelled. The softmax of the logits are the probabilities.
        """
        logits = np.full((len(texts), len(LABELS)), np.nan)
        dense = np.full((len(texts), len(DENSE)), np.nan)
        for part in self._parts(texts):
            logits[part.at], dense[part.at] = self._logits(part), part.dense
        return logits, dense

    def _parts(self, texts: Sequence[str]) -> Iterator[_Part]:
        for start in range(0, len(texts), PART):
            of = slice(start, min(start + PART, len(texts)))
            documents = [tokens(text, self.spelling) for text in texts[of]]
            pairs = zip(texts[of], documents, strict=True)
            told = np.array([language_of(text, document) for text, document in pairs], object)
            read = np.array([bool(document) for document in documents]) & (told != "other")
            kept = [document for document, yes in zip(documents, read, strict=True) if yes]
            views, dense = weigh(self.extractor.features(kept), self.idf)
            yield _Part(of, told, start + np.flatnonzero(read), told[read], views, dense)

    def _logits(self, part: _Part) -> Floats:
        out = np.empty((len(part.at), len(LABELS)))
        # What has no words, emoji alone, means the same in both: the first model reads it.
        by = np.array([t if t in self.weights else "id" for t in part.told], object)
        for language, weights in self.weights.items():
            mine = by == language
            if mine.any():
                scores = weights.scores(
                    {v: m[mine] for v, m in part.views.items()}, part.dense[mine]
                )
                out[mine] = weights.scale * scores + weights.shift
        return out

    def _emotions(self, part: _Part) -> Floats:
        out = np.full((len(part.at), len(EMOTIONS)), np.nan)
        mine = part.told == "id"
        if mine.any():
            views = {view: matrix[mine] for view, matrix in part.views.items()}
            out[mine] = self.emotion.probabilities(self.emotion.scores(views, part.dense[mine]))
        return out


def _labelled(
    found: Floats, names: Sequence[str], threshold: float
) -> tuple[NDArray[np.object_], Floats]:
    missing = np.isnan(found[:, 0])
    confidence = np.where(missing, np.nan, found.max(axis=1))
    label = np.array(names, object)[np.where(missing[:, None], 0, found).argmax(axis=1)]
    label[confidence < threshold] = "unsure"
    label[missing] = "unlabelled"
    return label, confidence


@cache
def shipped() -> Classifier:
    """The model that comes with the package (`sentiment_model/MODEL_CARD.md`)."""
    return loaded(FOLDER)


def loaded(folder: Path) -> Classifier:
    """A model from its folder: `weights.npz` (no pickle is read) and `model.json`."""
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    with np.load(folder / "weights.npz", allow_pickle=False) as kept:
        arrays = {name: kept[name].astype(np.float32) for name in kept.files}

    def weights(name: str, said: Mapping[str, Any]) -> Weights:
        views = {view: arrays[f"{name}_{view}"] for view in VIEWS}
        shift = np.array(said["shift"], np.float64)
        return Weights(
            views, arrays[f"{name}_dense"], arrays[f"{name}_intercept"], said["scale"], shift
        )

    languages = {name: weights(name, said) for name, said in about["languages"].items()}
    idf = {view: arrays[f"idf_{view}"] for view in VIEWS}
    return Classifier(
        languages,
        idf,
        about["threshold"],
        about["version"],
        weights("emotion", about["emotion"]),
        about["emotion"]["threshold"],
    )


def save(model: Classifier, folder: Path, about: Mapping[str, object]) -> None:
    """Write a model to a folder; `about` goes to `model.json` beside what `loaded` needs."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f"idf_{view}": idf for view, idf in model.idf.items()}
    for language, w in {**model.weights, "emotion": model.emotion}.items():
        arrays |= {f"{language}_{view}": m for view, m in w.views.items()}
        arrays |= {f"{language}_dense": w.dense, f"{language}_intercept": w.intercept}
    half = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(folder / "weights.npz", allow_pickle=False, **half)
    said = {
        "version": model.version,
        "threshold": model.threshold,
        "labels": list(LABELS),
        "languages": {
            language: {"scale": w.scale, "shift": np.atleast_1d(w.shift).tolist()}
            for language, w in model.weights.items()
        },
        "emotion": {
            "labels": list(EMOTIONS),
            "scale": model.emotion.scale,
            "shift": np.atleast_1d(model.emotion.shift).tolist(),
            "threshold": model.emotion_threshold,
        },
        **about,
    }
    text = json.dumps(said, indent=2, ensure_ascii=False) + "\n"
    (folder / "model.json").write_text(text, encoding="utf-8")
