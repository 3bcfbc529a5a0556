"""Train the sentiment model from a folder that holds the public data; `--write` keeps its weights."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

from bench import _sentiment
from bench.sentiment import likeliest
from cxlib.voice.classifier import FOLDER, Classifier, save

VERSION = "1"
CARD = FOLDER / "MODEL_CARD.md"
EXAM = Path(__file__).parents[1] / "tests" / "voice" / "challenge.toml"
MARK = "<!-- challenge -->"


def main(argv: list[str]) -> int:
    """Train on all rows of the training files, print accuracy out of fold, keep the weights."""
    parser = argparse.ArgumentParser(prog="python -m bench model", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public files")
    parser.add_argument("--write", action="store_true", help="keep the weights in the package")
    options = parser.parse_args(argv)
    rows = _sentiment.read(options.data, _sentiment.FILES)
    held = _sentiment.read(options.data, _sentiment.HELD)
    near = _sentiment.nearness(rows["text"].tolist(), held["text"].tolist()) >= _sentiment.NEAR
    print(f"{len(rows):,} comments, {near.sum()} of them near one of the validation sets left out")
    training = _sentiment.Training(rows)
    keep = np.concatenate([~near, np.zeros(len(training.rows) - len(rows), bool)])
    model, scored = training.model(keep, VERSION)
    accuracy = _sentiment.accuracy(scored)
    for source, said in accuracy.items():
        print(f"{source:10}", "  ".join(f"{name} {value:.3f}" for name, value in said.items()))
    print(f"unsure below {model.threshold}")
    if options.write:
        save(model, FOLDER, {"out_of_fold": accuracy, "rows": int((~near).sum())})
        head, _, after = CARD.read_text(encoding="utf-8").split(MARK)
        CARD.write_text(MARK.join([head, table(model), after]), encoding="utf-8")
        print(f"kept: {', '.join(sorted(p.name for p in FOLDER.iterdir()))}")
    return 0


def table(model: Classifier) -> str:
    """How many comments of the exam by hand are labelled right, by category and language."""
    exam = pd.DataFrame(tomllib.loads(EXAM.read_text(encoding="utf-8"))["comment"])
    right = likeliest(model.read(exam["text"].tolist()).probabilities) == exam["label"]
    lines = ["| category | Indonesian | English | both |", "|---|---|---|---|"]
    for category, rows in exam.groupby("category"):
        parts = [rows[rows["language"] == "id"], rows[rows["language"] == "en"], rows]
        cells = [f"{right[part.index].sum()} of {len(part)}" for part in parts]
        lines.append(f"| {' | '.join([str(category), *cells])} |")
    return "\n" + "\n".join(lines) + "\n"
