"""Topics that nobody listed: found in the words that comments have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer

from cxlib.errors import NotEnoughData
from cxlib.i18n import N_

LEAST = 200  # comments with words of their own
SAMPLE = 20_000  # comments that topics are learnt from
PART = 50_000  # comments that are assigned at once
WORDS = 3_000  # of the vocabulary
TRIED = (4, 6, 8, 10, 12)
TOLD = 10  # words of a topic, of which the first LABELLED are its label
LABELLED = 3
RARE = 5  # comments that a word must be in
QUOTED = 3
LONGEST = 5_000  # characters of a comment that are read

_WORD = re.compile(r"[^\W\d_]{3,30}")


@dataclass(frozen=True, slots=True)
class Discovered:
    """Topics, the largest first.

    `topics` has a row a topic: ``label`` (its most telling words), ``words``, ``n`` and ``share`` of
    all comments. `of` says for each comment which row is its topic, -1 for none. `examples` has the
    numbers of the comments that are closest to each topic. `coherence` is that of each number of
    topics that was tried, empty where the user chose one. `learnt` comments were learnt from.
    """

    topics: pd.DataFrame
    of: NDArray[np.int64]
    examples: tuple[tuple[int, ...], ...]
    coherence: dict[int, float]
    learnt: int


@cache
def stop_words() -> tuple[str, ...]:
    """Words of both languages that tell no topic."""
    found = files("cxlib.voice").joinpath("lexicon", "stop_words.txt").read_text("utf-8")
    return tuple(sorted(set(found.split())))


def words_of(text: str | None) -> list[str]:
    """The words of a comment in lower case, stop words left out."""
    stops = _stops()
    return [w for w in _WORD.findall((text or "")[:LONGEST].casefold()) if w not in stops]


@cache
def _stops() -> frozenset[str]:
    return frozenset(stop_words())


def discovered(texts: Sequence[str | None], k: int | None = None, seed: int = 0) -> Discovered:
    """Topics by non-negative matrix factorisation of TF-IDF.

    Unless `k` is given, the number of topics is the one of `TRIED` whose topics are most coherent: the
    mean normalised pointwise mutual information of their first words. At most `SAMPLE` comments, drawn
    by `seed`, are learnt from; all are assigned, in parts, each to the topic of which it has most.

    Parameters
    ----------
    texts : sequence of str
    k : int, optional
        Topics; as many as is most coherent unless given.

    Raises
    ------
    NotEnoughData
        Fewer than `LEAST` comments have words.

    References
    ----------
    Lee & Seung (1999), Learning the parts of objects by non-negative matrix factorization;
    Bouma (2009), Normalized (pointwise) mutual information in collocation extraction.
    """
    spoken = np.flatnonzero([bool(words_of(text)) for text in texts])
    if len(spoken) < LEAST:
        raise NotEnoughData(
            "not_enough_data",
            N_("Topics can be discovered in {least} comments or more; there are {n}."),
            N_("The topics of the lexicon work with any number of comments."),
            least=LEAST,
            n=len(spoken),
        )
    generator = np.random.default_rng(seed)
    drawn = (
        np.sort(generator.choice(spoken, SAMPLE, replace=False)) if len(spoken) > SAMPLE else spoken
    )
    weigh = TfidfVectorizer(
        analyzer=words_of, min_df=RARE, max_df=0.5, max_features=WORDS, sublinear_tf=True
    )
    weights = weigh.fit_transform([texts[int(i)] for i in drawn])
    names = weigh.get_feature_names_out()
    coherence: dict[int, float] = {}
    if k is None:
        present = (weights > 0).astype(np.float64)
        for size in (t for t in TRIED if t < min(weights.shape)):
            coherence[size] = _coherence(_model(size, seed).fit(weights).components_, present)
        k = max(coherence, key=lambda size: (coherence[size], -size))
    model = _model(k, seed).fit(weights)
    of = np.full(len(texts), -1, dtype=np.int64)
    strength = np.zeros(len(texts))
    for start in range(0, len(spoken), PART):
        part = spoken[start : start + PART]
        loads = model.transform(weigh.transform([texts[i] for i in part]))
        of[part] = np.where(loads.max(axis=1) > 0, loads.argmax(axis=1), -1)
        strength[part] = loads.max(axis=1)
    sizes = np.bincount(of[of >= 0], minlength=k)
    order = sorted(range(k), key=lambda t: (-sizes[t], t))
    place = np.empty(k + 1, dtype=np.int64)
    place[order], place[k] = np.arange(k), -1
    of = place[of]
    told = [[str(names[w]) for w in np.argsort(-model.components_[t])[:TOLD]] for t in order]
    table = pd.DataFrame(
        {
            "label": [", ".join(words[:LABELLED]) for words in told],
            "words": told,
            "n": sizes[order],
            "share": sizes[order] / max(len(texts), 1),
        }
    )
    nearest = tuple(
        tuple(int(i) for i in at[np.argsort(-strength[at], kind="stable")[:QUOTED]])
        for at in (np.flatnonzero(of == t) for t in range(k))
    )
    return Discovered(table, of, nearest, coherence, len(drawn))


def _model(k: int, seed: int) -> NMF:
    return NMF(k, init="nndsvd", random_state=seed, max_iter=300, tol=1e-3)


def _coherence(components: NDArray[np.float64], present: Any) -> float:
    """The mean NPMI of the pairs of each topic's first words; -1 for words that never meet."""
    n, found = present.shape[0], []
    for topic in components:
        first = np.argsort(-topic)[:TOLD]
        columns = present[:, first]
        together = np.asarray((columns.T @ columns).todense()) / n
        alone = np.diag(together)
        for i in range(len(first)):
            for j in range(i):
                joint = together[i, j]
                if joint > 0:
                    pmi = np.log(joint / (alone[i] * alone[j]))
                    found.append(pmi / -np.log(joint) if joint < 1 else 1.0)
                else:
                    found.append(-1.0)
    return float(np.mean(found))
