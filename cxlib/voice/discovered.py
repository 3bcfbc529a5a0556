"""Topics that nobody listed: found in the words that comments have in common.

What tells no topic is left out: stop words, praise, and words that turn or join others. Forms of one
word (barang, barangnya; battery, batteries) are one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import non_negative_factorization
from sklearn.feature_extraction.text import TfidfVectorizer

from cxlib.errors import NotEnoughData
from cxlib.i18n import N_
from cxlib.voice.aspects import opinions
from cxlib.voice.vocabulary import ROLES
from cxlib.voice.word_forms import forms

LEAST = 200  # comments with words of their own
SAMPLE = 20_000  # comments that topics are learnt from
PART = 50_000  # comments that are assigned at once
WORDS = 3_000  # of the vocabulary
TRIED = (4, 6, 8, 10, 12)
TOLD = 10  # words of a topic, of which the first LABELLED are its label
LABELLED = 3
COHERENT = 5  # words whose meeting makes a topic coherent: comments are short
RARE = 5  # comments that a word must be in
QUOTED = 3
LONGEST = 5_000  # characters of a comment that are read
STEPS, ROUNDS = 25, 40  # iterations at a time, and how often at most
SETTLED = 0.01  # the share of its size by which a settled topic moves in that time
OWN = 0.4  # what the frequency of a word in its topic counts for in its label; the rest is its lift

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


@cache
def _fillers() -> frozenset[str]:
    """Words that are about nothing: praise, and what turns, strengthens or joins."""
    held = (word for key in ("positive", "neutral", *ROLES) for word in opinions()[key])
    return frozenset(part for word in held for part in word.split()) - frozenset(opinions()["acts"])


@cache
def _judging() -> frozenset[str]:
    """Words of complaint: part of a topic, and no name of one."""
    return frozenset(word for word in opinions()["negative"] if " " not in word)


def discovered(texts: Sequence[str | None], k: int | None = None, seed: int = 0) -> Discovered:
    """Topics by non-negative matrix factorisation of TF-IDF.

    Unless `k` is given, the number of topics is the one of `TRIED`, as far as there are words for so
    many, whose topics are most coherent: the mean normalised pointwise mutual information of their first words. At most `SAMPLE` comments, drawn
    by `seed`, are learnt from; all are assigned, in parts, each to the topic of which it has most. A
    topic is called by the words of its comments that are most relevant: frequent there, and more so
    than elsewhere; each word is in one label.

    Parameters
    ----------
    texts : sequence of str
    k : int, optional
        Topics; as many as is most coherent unless given.

    Raises
    ------
    NotEnoughData
        Fewer than `LEAST` comments have words, or too few words are in `RARE` comments.

    References
    ----------
    Lee & Seung (1999), Learning the parts of objects by non-negative matrix factorization;
    Bouma (2009), Normalized (pointwise) mutual information in collocation extraction;
    Sievert & Shirley (2014), LDAvis: a method for visualizing and interpreting topics, section 3.1.
    """
    written = [_told(text) for text in texts]
    spoken = np.flatnonzero([bool(words) for words in written])
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
    same = _same(Counter(word for i in drawn for word in set(written[i])))
    weigh = TfidfVectorizer(
        analyzer=lambda words: [same.get(word, word) for word in words],
        min_df=RARE,
        max_df=0.5,
        max_features=WORDS,
        sublinear_tf=True,
    )
    weights = _weighed(lambda: weigh.fit_transform([written[i] for i in drawn]))
    names = weigh.get_feature_names_out()
    coherence: dict[int, float] = {}
    if k is None:
        present = (weights > 0).astype(np.float64)
        most = min(len(names) // LABELLED, weights.shape[0])
        if most < 2:
            raise _too_few_words()
        for size in [t for t in TRIED if t <= most] or [most]:
            coherence[size] = _coherence(_factors(weights, size, seed), present)
        k = max(coherence, key=lambda size: (coherence[size], -size))
    topics = _factors(weights, k, seed)
    of = np.full(len(texts), -1, dtype=np.int64)
    strength = np.zeros(len(texts))
    counts = np.zeros((k, len(names)))
    for start in range(0, len(spoken), PART):
        part = spoken[start : start + PART]
        found = weigh.transform([written[i] for i in part])
        loads = _loads(found, topics)
        of[part] = np.where(loads.max(axis=1) > 0, loads.argmax(axis=1), -1)
        strength[part] = loads.max(axis=1)
        for topic in range(k):
            counts[topic] += np.asarray((found[of[part] == topic] > 0).sum(axis=0)).ravel()
    sizes = np.bincount(of[of >= 0], minlength=k)
    order = sorted(range(k), key=lambda t: (-sizes[t], t))
    place = np.empty(k + 1, dtype=np.int64)
    place[order], place[k] = np.arange(k), -1
    of = place[of]
    told = _telling(counts[order], names)
    table = pd.DataFrame(
        {
            "label": [", ".join(label) for label in _labels(told)],
            "words": [words[:TOLD] for words in told],
            "n": sizes[order],
            "share": sizes[order] / max(len(texts), 1),
        }
    )
    nearest = tuple(
        tuple(int(i) for i in at[np.argsort(-strength[at], kind="stable")[:QUOTED]])
        for at in (np.flatnonzero(of == t) for t in range(k))
    )
    return Discovered(table, of, nearest, coherence, len(drawn))


def _told(text: str | None) -> list[str]:
    """The words of a comment that can tell a topic."""
    fillers = _fillers()
    # A word of one letter alone (xxxx) covers something.
    return [word for word in words_of(text) if word not in fillers and len(set(word)) > 1]


def _same(counted: Counter[str]) -> dict[str, str]:
    """Forms of one word by the form that most comments have."""
    found: dict[str, str] = {}

    def rank(word: str) -> tuple[int, str]:
        return counted[word], word

    for word in sorted(counted):
        for form in forms(word, {}):
            if form in counted and form != word:
                rarer, usual = sorted((word, form), key=rank)
                found[rarer] = max(usual, found.get(rarer, usual), key=rank)
    # The usual form of a form may have one that is more usual still; each step is up the ranks.
    for word in sorted(found, key=rank, reverse=True):
        found[word] = found.get(found[word], found[word])
    return found


def _weighed(make: Callable[[], Any]) -> Any:
    """The matrix of a vectoriser, which raises ValueError where no word is left."""
    try:
        return make()
    except ValueError as error:
        raise _too_few_words() from error


def _too_few_words() -> NotEnoughData:
    return NotEnoughData(
        "not_enough_data",
        N_("Too few words are in {least} comments or more: there is nothing that they share."),
        N_("The topics of the lexicon work with any number of comments."),
        least=RARE,
    )


def _factors(weights: Any, k: int, seed: int) -> NDArray[np.float64]:
    """Topics (k, words), by coordinate descent from the singular vectors, some steps at a time until
    topics move no more. More topics than words can tell apart never quite settle: they end too."""
    # Without a tolerance all the steps are made: whether they were enough is told here.
    rules: dict[str, Any] = {"n_components": k, "max_iter": STEPS, "tol": 0, "random_state": seed}
    loads, topics, _ = non_negative_factorization(weights, init="nndsvd", **rules)
    for _round in range(ROUNDS):
        before = topics.copy()
        loads, topics, _ = non_negative_factorization(
            weights, W=loads, H=topics, init="custom", **rules
        )
        if np.linalg.norm(topics - before) <= SETTLED * np.linalg.norm(topics):
            break
    return np.asarray(topics, dtype=np.float64)


def _loads(weights: Any, topics: NDArray[np.float64]) -> Any:
    """How much of each topic comments have, (n, k): a convex problem, which settles."""
    return non_negative_factorization(
        weights, H=topics, n_components=len(topics), update_H=False, max_iter=10_000, tol=1e-2
    )[0]


def _telling(counts: NDArray[np.float64], names: NDArray[np.str_]) -> list[list[str]]:
    """The words of each topic, the most relevant first: of comments that have a word, λ log of its
    share in the topic plus (1 − λ) log of that over its share in all."""
    held = counts.sum(axis=0)
    whole = held / max(held.sum(), 1)
    made = []
    for row in counts:
        here = np.flatnonzero(row >= RARE)
        share = row[here] / max(row.sum(), 1)
        relevance = OWN * np.log(share) + (1 - OWN) * np.log(share / whole[here])
        made.append([str(names[here[i]]) for i in np.lexsort((names[here], -relevance))])
    return made


def _labels(told: Sequence[Sequence[str]]) -> list[list[str]]:
    """`LABELLED` words for each topic, no word in two, complaints only where nothing else is left."""
    taken: set[str] = set()
    made = []
    for words in told:
        free = [word for word in words if word not in taken]
        named = [word for word in free if word not in _judging()][:LABELLED]
        label = list(dict.fromkeys([*named, *free]))[:LABELLED] or list(words[:1])
        taken.update(label)
        made.append(label)
    return made


def _coherence(components: NDArray[np.float64], present: Any) -> float:
    """The mean NPMI of the pairs of each topic's first words; -1 for words that never meet."""
    n, found = present.shape[0], []
    for topic in components:
        first = np.argsort(-topic)[:COHERENT]
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
