"""The sentiment model beside VADER and a newcomer's TF-IDF with a linear SVM, on comments unseen.

Two figures. *Apart*: NusaX is a translation of SmSA, so what is tested on one is not trained on the
other. *Near texts out*: trained on all sources but for texts near one that is tested, as the
shipped model is. Rows near a tested text are left out of both.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.svm import LinearSVC
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench import _sentiment
from cxlib.voice.classifier import LABELS, Classifier

RESAMPLES = 2_000
POOLS = {
    "Indonesian": ("smsa_valid", "nusax_indonesian_valid"),
    "English": ("nusax_english_valid",),
}
Said = NDArray[np.object_]


def main(argv: list[str]) -> int:
    """Print macro-F1, confusion, differences with paired-bootstrap intervals, and what unsure does."""
    parser = argparse.ArgumentParser(prog="python -m bench sentiment", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public files")
    options = parser.parse_args(argv)
    rows = _sentiment.read(options.data, _sentiment.FILES)
    held = _sentiment.read(options.data, _sentiment.HELD)
    near = _sentiment.nearness(rows["text"].tolist(), held["text"].tolist()) >= _sentiment.NEAR
    dropped = rows["source"][near].value_counts().to_dict()
    print(f"{near.sum()} of {len(rows):,} training rows near a tested text left out: {dropped}")
    training = _sentiment.Training(rows)
    source = training.rows["source"]
    far = np.concatenate([~near, np.ones(len(training.rows) - len(rows), bool)])
    nusax = source.isin(["nusax_id", "nusax_en"]).to_numpy()
    without_smsa = far & (source != "smsa").to_numpy()
    print("\nApart: SmSA judged without NusaX, NusaX without SmSA")
    parts = {"smsa": far & ~nusax, "nusax": without_smsa}
    _report(held, {name: _fit(training, keep) for name, keep in parts.items()})
    print("\nNear texts out: trained on all sources")
    both = _fit(training, far)
    _report(held, {"smsa": both, "nusax": both})
    return 0


Reader = Callable[[Sequence[str]], Said]


def _fit(training: _sentiment.Training, keep: NDArray[np.bool_]) -> tuple[Classifier, Reader]:
    """Ours, and a newcomer's model of the same comments."""
    real = training.rows[keep & (training.rows["source"] != "rules").to_numpy()]
    vectorizer = TfidfVectorizer()
    svm = LinearSVC().fit(vectorizer.fit_transform(real["text"]), real["label"])
    ours, _ = training.model(keep, "bench")
    return ours, lambda texts: svm.predict(vectorizer.transform(texts))


def _report(held: pd.DataFrame, models: dict[str, tuple[Classifier, Reader]]) -> None:
    said: dict[str, Said] = {}
    readings = {}
    truth = {}
    vader = SentimentIntensityAnalyzer()
    for name, group in held.groupby("source"):
        ours, newcomer = models["smsa" if str(name).startswith("smsa") else "nusax"]
        texts = group["text"].tolist()
        readings[name] = ours.read(texts)
        truth[name] = group["label"].to_numpy(object)
        said[f"ours {name}"] = likeliest(readings[name].probabilities)
        said[f"svm {name}"] = newcomer(texts)
        said[f"vader {name}"] = np.array([_vader(vader, text) for text in texts], object)
    for pool, names in POOLS.items():
        right = np.concatenate([truth[n] for n in names])
        by = {
            m: np.concatenate([said[f"{m} {n}"] for n in names]) for m in ("ours", "svm", "vader")
        }
        print(f"\n{pool}, {len(right):,} comments")
        for model, labels in by.items():
            if model != "vader" or pool == "English":
                print(f"  {model:6} macro-F1 {macro(right, labels):.3f}")
                if model != "ours":
                    low, high = difference(right, by["ours"], labels)
                    print(
                        f"         ours ahead by {low:+.3f} to {high:+.3f} (95 %, paired bootstrap)"
                    )
        for name in names:
            print(f"  ours on {name}: macro-F1 {macro(truth[name], said[f'ours {name}']):.3f}")
        print(f"  confusion (rows: true, columns: said; {', '.join(LABELS)})")
        for line in confusion_matrix(right, by["ours"], labels=list(LABELS)):
            print("   ", "".join(f"{n:6}" for n in line))
        sure = np.concatenate([np.isin(readings[n].label, LABELS) for n in names])
        fit = by["ours"] == right
        print(f"  not unsure: {sure.mean():.3f} of comments, accuracy {fit[sure].mean():.3f}")
    sure = np.concatenate([np.isin(r.label, LABELS) for r in readings.values()])
    fit = np.concatenate([said[f"ours {n}"] == truth[n] for n in readings])
    print(f"\nAll: not unsure {sure.mean():.3f} of comments, accuracy {fit[sure].mean():.3f}")


def likeliest(probabilities: NDArray[np.float64]) -> Said:
    """The likeliest labels; "unlabelled" where there are none."""
    missing = np.isnan(probabilities[:, 0])
    labels = np.array(LABELS, object)[np.where(missing[:, None], 0, probabilities).argmax(axis=1)]
    labels[missing] = "unlabelled"
    return labels


def macro(truth: Said, said: Said) -> float:
    """Macro-F1 over the three labels."""
    return float(f1_score(truth, said, average="macro", labels=list(LABELS), zero_division=0))


def difference(truth: Said, ours: Said, theirs: Said) -> tuple[float, float]:
    """The 95 % interval of the difference in macro-F1, by resampling comments."""
    chance = np.random.default_rng(0)
    found = []
    for _ in range(RESAMPLES):
        at = chance.integers(0, len(truth), len(truth))
        found.append(macro(truth[at], ours[at]) - macro(truth[at], theirs[at]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _vader(analyzer: SentimentIntensityAnalyzer, text: str) -> str:
    compound = analyzer.polarity_scores(text)["compound"]
    return "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"
