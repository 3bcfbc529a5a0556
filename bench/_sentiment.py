"""The public comments that the sentiment model is trained on, and how it is trained."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.special import log_softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bench.rule_comments import comments
from cxlib.voice import wordlists
from cxlib.voice.classifier import EMOTIONS, LABELS, VIEWS, Classifier, Weights, weigh
from cxlib.voice.features import WIDTHS, Features, extractor, spelling
from cxlib.voice.phrases import translated
from cxlib.voice.tokens import tokens

FILES = {
    "smsa": ("smsa_train.tsv", "id"),
    "nusax_id": ("nusax_indonesian_train.csv", "id"),
    "prdect": ("prdect_train.csv", "id"),
    "nusax_en": ("nusax_english_train.csv", "en"),
    "uci": ("uci_sentences_en.csv", "en"),
    "pros_cons": ("pros_cons_en.csv", "en"),
}
HELD = {
    "smsa_valid": ("smsa_valid.tsv", "id"),
    "nusax_indonesian_valid": ("nusax_indonesian_valid.csv", "id"),
    "nusax_english_valid": ("nusax_english_valid.csv", "en"),
}
# How much a comment of a source counts: small sources of customers' own words more, bare phrases less.
WEIGHT = {
    "smsa": 1.0,
    "nusax_id": 2.0,
    "prdect": 0.7,
    "nusax_en": 2.0,
    "uci": 1.0,
    "pros_cons": 0.3,
    "rules": 0.4,
}
# The shares of the sources when probabilities are calibrated: none may outvote the others by its size.
MIX = {
    "smsa": 0.5,
    "nusax_id": 0.25,
    "prdect": 0.25,
    "nusax_en": 0.5,
    "uci": 0.25,
    "pros_cons": 0.25,
}
PROS_CONS = 12_000  # of 41,710: more of them teach nothing new
RULES = 2_500  # comments by rules a language and label
READINGS = 2  # times an Indonesian comment is read in English, by other words each time
TRANSLATED = 0.25  # weight of each
NEAR = 0.6  # cosine of letter runs from which two texts are one
STRENGTH = {"id": 8.0, "en": 4.0}  # inverse of the ridge penalty
FOLDS = 5
ACCURATE = 0.93  # what labels that are not "unsure" shall reach out of fold
FELT = 0.80  # what emotions that are not "unsure" shall reach out of fold
SEED = 1
EMOTION = {"Anger": "anger", "Fear": "fear", "Happy": "joy", "Love": "love", "Sadness": "sadness"}


def read(folder: Path, files: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """The rows of the public files: source, language, text, label, and emotion where there is one."""
    tables = []
    for source, (name, language) in files.items():
        path = folder / name
        quoting = csv.QUOTE_NONE if path.suffix == ".tsv" else csv.QUOTE_MINIMAL
        table = pd.read_csv(
            path, sep="\t" if path.suffix == ".tsv" else ",", quoting=quoting, keep_default_na=False
        )
        if source == "pros_cons":
            table = table.sample(min(PROS_CONS, len(table)), random_state=SEED)
        tables.append(table.assign(source=source, language=language))
    columns = ["source", "language", "text", "label", "emotion"]
    return pd.concat(tables, ignore_index=True).reindex(columns=columns)


def nearness(texts: Sequence[str], others: Sequence[str]) -> NDArray[np.float64]:
    """For each text the largest cosine of its runs of 3 and 4 letters with those of the others."""
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=(3, 4), sublinear_tf=True, dtype=np.float32
    )
    vectorizer.fit([t.lower() for t in [*texts, *others]])
    ours, theirs = (vectorizer.transform([t.lower() for t in side]) for side in (texts, others))
    found = [
        (ours[i : i + 2000] @ theirs.T).max(axis=1).toarray().ravel()
        for i in range(0, ours.shape[0], 2000)
    ]
    return np.concatenate(found) if found else np.zeros(0)


def rules() -> pd.DataFrame:
    """Comments by rules."""
    lists = {lang: wordlists.opinions(lang) for lang in wordlists.LANGUAGES}
    made = comments(lists, wordlists.opinions("emoji"), RULES, SEED)
    return pd.DataFrame(made, columns=["text", "language", "label"]).assign(source="rules")


class Training:
    """Features of the rows of public files, and models fitted on some of them."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = pd.concat([rows, rules()], ignore_index=True)
        self.spelling, self.extractor = spelling(), extractor()
        documents = [tokens(text, self.spelling) for text in self.rows["text"]]
        features = self.extractor.features(documents)
        self.idf = _idf(features)
        self.own = weigh(features, self.idf)
        chance = random.Random(SEED)
        indonesian = (self.rows["language"] == "id") & (self.rows["source"] != "rules")
        self.indonesian = np.flatnonzero(indonesian)
        self.read = [
            weigh(
                self.extractor.features(
                    translated(
                        [documents[i] for i in self.indonesian],
                        lambda said: _reading(said, chance),
                    )
                ),
                self.idf,
            )
            for _ in range(READINGS)
        ]

    def fitted(self, language: str, keep: NDArray[np.bool_], read: NDArray[np.bool_]) -> Weights:
        """Weights of a language from its rows to `keep`, and for English the Indonesian ones to `read`."""
        mine = np.flatnonzero(keep & (self.rows["language"] == language).to_numpy())
        blocks, at = [_joined(self.own, mine)], [mine]
        weights = [self.rows["source"].iloc[mine].map(WEIGHT).to_numpy(float)]
        if language == "en":
            chosen = np.flatnonzero(read[self.indonesian])
            for made in self.read:
                blocks.append(_joined(made, chosen))
                at.append(self.indonesian[chosen])
                weights.append(
                    TRANSLATED * self.rows["source"].iloc[at[-1]].map(WEIGHT).to_numpy(float)
                )
        label = self.rows["label"].to_numpy()[np.concatenate(at)]
        weight = np.concatenate(weights)
        total = pd.Series(weight).groupby(label).sum()
        weight = weight * pd.Series(label).map(total.sum() / len(total) / total).to_numpy()
        model = LogisticRegression(C=STRENGTH[language], max_iter=120, tol=1e-3)
        model.fit(sparse.vstack(blocks).tocsr(), label, sample_weight=weight)
        assert tuple(model.classes_) == LABELS
        return _split(model)

    def scores(self, weights: Weights, at: NDArray[np.int64]) -> NDArray[np.float64]:
        weighed, dense = self.own
        return weights.scores({view: m[at] for view, m in weighed.items()}, dense[at])

    def out_of_fold(self, language: str, keep: NDArray[np.bool_]) -> pd.DataFrame:
        """Scores of the real comments of a language by models that have not seen them."""
        source = self.rows["source"].to_numpy()
        real = np.flatnonzero(
            keep & (self.rows["language"] == language).to_numpy() & (source != "rules")
        )
        label = self.rows["label"].to_numpy()[real]
        # The Indonesian half of a parallel corpus tells what its English half says.
        read = keep & (source != "nusax_id") & ~self.twins()
        scores = np.full((len(real), len(LABELS)), np.nan)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
        for _, held in folds.split(
            real, [f"{s} {y}" for s, y in zip(source[real], label, strict=True)]
        ):
            seen = keep.copy()
            seen[real[held]] = False
            scores[held] = self.scores(self.fitted(language, seen, read), real[held])
        table = pd.DataFrame(scores, columns=list(LABELS))
        return table.assign(source=source[real], label=label, language=language)

    def twins(self) -> NDArray[np.bool_]:
        """Rows of SmSA that are the origin of one of the parallel corpus."""
        source = self.rows["source"]
        smsa = np.flatnonzero(source == "smsa")
        parallel = self.rows["text"][source == "nusax_id"]
        found = np.zeros(len(self.rows), bool)
        if len(parallel) and len(smsa):
            found[smsa] = nearness(self.rows["text"].iloc[smsa].tolist(), parallel.tolist()) >= NEAR
        return found

    def model(self, keep: NDArray[np.bool_], version: str) -> tuple[Classifier, pd.DataFrame]:
        """A calibrated model of the rows to keep, and its scores out of fold."""
        keep = keep | (self.rows["source"] == "rules").to_numpy()
        weights, held = {}, []
        for language in wordlists.LANGUAGES:
            scored = self.out_of_fold(language, keep)
            scale, shift = calibrated(scored)
            fitted = self.fitted(language, keep, keep)
            weights[language] = Weights(fitted.views, fitted.dense, fitted.intercept, scale, shift)
            likely = weights[language].probabilities(scored[list(LABELS)].to_numpy())
            held.append(
                scored.assign(**dict(zip([f"p_{y}" for y in LABELS], likely.T, strict=True)))
            )
        scored = pd.concat(held, ignore_index=True)
        emotion, least = self.emotion(keep)
        made = Classifier(weights, self.idf, threshold(scored), version, emotion, least)
        return made, scored

    def emotion(self, keep: NDArray[np.bool_]) -> tuple[Weights, float]:
        """Weights of the emotions, and the least probability above which `FELT` of them are right."""
        emotion = self.rows["emotion"].map(EMOTION).to_numpy(object)
        at = np.flatnonzero(keep & self.rows["emotion"].notna().to_numpy())
        model = LogisticRegression(max_iter=120, tol=1e-3, class_weight="balanced")
        matrix, truth = _joined(self.own, at), emotion[at].astype(str)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
        likely = cross_val_predict(model, matrix, truth, cv=folds, method="predict_proba")
        right, best = np.array(EMOTIONS)[likely.argmax(axis=1)] == truth, likely.max(axis=1)
        least = next(t for t in np.arange(0.3, 0.99, 0.01) if right[best >= t].mean() >= FELT)
        fitted = model.fit(matrix, truth)
        assert tuple(fitted.classes_) == EMOTIONS
        return _split(fitted), round(float(least), 2)


def calibrated(scored: pd.DataFrame) -> tuple[float, NDArray[np.float64]]:
    """The scale and the shift of scores under which the labels are likeliest, sources by `MIX`."""
    scores = scored[list(LABELS)].to_numpy()
    truth = scored["label"].map(LABELS.index).to_numpy()
    weight = mixed(scored)

    def loss(at: NDArray[np.float64]) -> float:
        likely = log_softmax(at[0] * scores + np.array([at[1], at[2], 0.0]), axis=1)
        return float(-(weight * likely[np.arange(len(truth)), truth]).sum())

    found = optimize.minimize(loss, np.array([1.0, 0.0, 0.0]), method="Nelder-Mead")
    return float(found.x[0]), np.array([found.x[1], found.x[2], 0.0])


def mixed(scored: pd.DataFrame) -> NDArray[np.float64]:
    """Weights of rows that give each source its share of `MIX`; they add up to 1."""
    sizes = scored["source"].map(scored["source"].value_counts())
    weight = (scored["source"].map(MIX) / sizes).to_numpy(float)
    return weight / weight.sum()


def threshold(scored: pd.DataFrame) -> float:
    """The smallest probability above which labels are right in `ACCURATE` of comments."""
    likely = scored[[f"p_{y}" for y in LABELS]].to_numpy()
    right = np.array(LABELS)[likely.argmax(axis=1)] == scored["label"].to_numpy()
    weight, best = mixed(scored), likely.max(axis=1)
    for at in np.arange(0.34, 0.95, 0.01):
        above = best >= at
        if (weight * right)[above].sum() >= ACCURATE * weight[above].sum():
            return round(float(at), 2)
    return 0.95


def accuracy(scored: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Out of fold, by source and pooled: macro-F1 of the labels there are, accuracy, ECE, coverage."""
    groups = {**dict(iter(scored.groupby("source"))), "pooled": scored}
    return {str(name): _accuracy(group) for name, group in groups.items()}


def _accuracy(scored: pd.DataFrame) -> dict[str, float]:
    likely = scored[[f"p_{y}" for y in LABELS]].to_numpy()
    truth = scored["label"].to_numpy()
    said = np.array(LABELS)[likely.argmax(axis=1)]
    return {
        "n": len(scored),
        "macro_f1": float(f1_score(truth, said, average="macro", labels=sorted(set(truth)))),
        "accuracy": float((said == truth).mean()),
        "ece": calibration_error(likely.max(axis=1), said == truth),
    }


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error: the mean distance of confidence and accuracy over ten bins."""
    bins = np.minimum((confidence * 10).astype(int), 9)
    sizes = np.bincount(bins, minlength=10)
    apart = np.abs(
        np.bincount(bins, confidence, minlength=10) - np.bincount(bins, right, minlength=10)
    )
    return float(apart.sum() / sizes.sum())


def _reading(said: tuple[str, ...], chance: random.Random) -> str:
    return said[0] if chance.random() < 0.6 else chance.choice(said)


def _idf(features: Features) -> dict[str, NDArray[np.float32]]:
    out = {}
    for view in VIEWS:
        matrix = getattr(features, view)
        found = np.bincount(matrix.indices, minlength=WIDTHS[view])
        idf = np.log((1 + matrix.shape[0]) / (1 + found)) + 1
        # What one comment alone has teaches its label by heart.
        out[view] = np.where(found > 1, idf, 0).astype(np.float32)
    return out


def _joined(
    weighed: tuple[Mapping[str, sparse.csr_matrix], NDArray[np.float32]], at: NDArray[np.int64]
) -> sparse.csr_matrix:
    views, dense = weighed
    return sparse.hstack([*(views[v][at] for v in VIEWS), sparse.csr_matrix(dense[at])]).tocsr()


def _split(model: LogisticRegression) -> Weights:
    ends = np.cumsum([WIDTHS[v] for v in VIEWS])
    parts = np.split(model.coef_.T.astype(np.float32), ends)
    views = dict(zip(VIEWS, parts[:-1], strict=True))
    return Weights(views, parts[-1], model.intercept_.astype(np.float32))
