"""How well a kind of table is told by words, fields and values alone; `--write` keeps the weights.

A multinomial logistic regression, learned from the header sets of `bench mapping`. What is printed
is measured by cross-validation over programs and authors: no set is judged by a model that has
seen another one of the same name.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bench.mapping import HeaderSet, header_sets
from cxlib.ingest import read
from cxlib.ingest.assign import assign
from cxlib.ingest.columns import Evidence
from cxlib.ingest.learned import CONSTANT, WEIGHTS, signs
from cxlib.ingest.scores import primary, scores_of
from cxlib.tables.headers import language_of
from cxlib.tables.kind import kinds

SEEN = 3  # header sets that must have a sign for it to be learned
STRENGTH = 1.0  # the inverse of the ridge penalty
FOLDS = 8
LEAST = 0.05  # weights below it are left out of the file

HEAD = """\
# What speaks for which kind of table: weights of a logistic regression, a line a sign.
# Made by `python -m bench kinds --write`; may be corrected by hand.
"""


def signs_of(one: HeaderSet) -> dict[str, float]:
    """The signs of a file with this header."""
    with tempfile.TemporaryDirectory() as name:
        staged = read.stage(one.write(Path(name)), Path(name))
        columns = Evidence(staged).columns
    language, rated = language_of(staged.columns), scores_of(columns)
    points = primary(rated)
    assigned = {
        kind.name: assign(kind, columns, {}, {}, points, language=language)
        for kind in kinds().values()
    }
    return signs(columns, assigned, rated, language)


def author(one: HeaderSet) -> str:
    """The program or the author of a header set: the first word of its name."""
    return re.split(r"[ :,]", re.sub(r"^\w+: ", "", one.name))[0]


def main(argv: list[str]) -> int:
    """Print what cross-validation finds; with `--write` learn from all sets."""
    parser = argparse.ArgumentParser(prog="bench kinds", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the weights")
    options = parser.parse_args(argv)
    sets = header_sets()
    found = [signs_of(one) for one in sets]
    often = Counter(sign for held in found for sign in held)
    kept = [{s: x for s, x in held.items() if often[s] >= SEEN and s != CONSTANT} for held in found]
    vectors = DictVectorizer()
    table, wanted = vectors.fit_transform(kept), np.array([one.kind for one in sets])
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    told = np.empty_like(wanted)
    for known, unseen in GroupKFold(FOLDS).split(table, wanted, [author(one) for one in sets]):
        told[unseen] = model.fit(table[known], wanted[known]).predict(table[unseen])
    for one, kind in zip(sets, told, strict=True):
        if kind != one.kind:
            print(f"- {one.name}: {one.kind}, taken for {kind}")
    right = int((told == wanted).sum())
    print(f"\nKinds right: {right} of {len(sets)} ({right / len(sets):.1%}), by {FOLDS} folds.")
    if options.write:
        model.fit(table, wanted)
        WEIGHTS.write_text(HEAD + _lines(model, vectors), "utf-8")
    return 0


def _lines(model: LogisticRegression, vectors: DictVectorizer) -> str:
    names = [CONSTANT, *vectors.get_feature_names_out()]
    weights = np.column_stack([model.intercept_, model.coef_])
    lines = []
    for name, held in sorted(zip(names, weights.T, strict=True)):
        some = [
            f"{kind} = {weight:.2f}"
            for kind, weight in zip(model.classes_, held, strict=True)
            if abs(weight) >= LEAST
        ]
        if some:
            lines.append(f'"{name}" = {{ {", ".join(some)} }}\n')
    return "".join(lines)
