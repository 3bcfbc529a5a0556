"""Clause by clause: what a comment says of each aspect.

“Barang bagus tapi kirimnya lama” praises the product and blames the delivery. Within a clause each
opinion goes to the nearest aspect that it can be of; where no word tells, the sentiment model reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.voice.aspects import Lexicon
from cxlib.voice.classifier import LABELS as MOODS
from cxlib.voice.classifier import Classifier
from cxlib.voice.clauses import Clause, Opinion, clauses
from cxlib.voice.vocabulary import Vocabulary, vocabulary

Reader = Callable[[Sequence[str]], Sequence[str] | NDArray[np.str_]]
"""The labels of some texts."""

COLUMNS = ("text", "aspect", "polarity", "start", "end")
LABELS = {1: "positive", 0: "neutral", -1: "negative"}
LIKELY = 0.5  # probability at which an unsure label is taken
LONGEST = 10_000  # characters that are read of a comment; what is further is no comment
FOREIGN, WEAK, TAKEN, AFTER, JOINED = 3.0, 2.0, 1.5, 0.1, 1.0  # see `_cost`


class Said(NamedTuple):
    """An aspect, what is said of it (None where words alone do not tell), and the clause that says so."""

    aspect: str
    polarity: int | None
    start: int
    end: int


def by_model(model: Classifier) -> Reader:
    """What reads clauses as a sentiment model does.

    Where it is unsure, the likelier label if that has half of the probability: that the clause speaks
    of an aspect is known.
    """

    def read(texts: Sequence[str]) -> NDArray[np.str_]:
        readings = model.read(texts)
        likeliest = np.nan_to_num(readings.probabilities).argmax(axis=1)
        likely = np.nan_to_num(readings.probabilities).max(axis=1) >= LIKELY
        named = np.asarray(MOODS)[likeliest]
        return np.where((readings.label == "unsure") & likely, named, readings.label).astype(
            np.str_
        )

    return read


def aspects_of(text: str, lexicon: Lexicon) -> list[Said]:
    """What a comment says of which aspects, clause by clause, in order."""
    return _said(text, vocabulary(lexicon))


def _said(text: str, words: Vocabulary) -> list[Said]:
    made = clauses(words.hits(text[:LONGEST]))
    for i, clause in enumerate(made):
        _attach(clause, made[i - 1] if i else None, made[i + 1] if i + 1 < len(made) else None)
    said: list[Said] = []
    for i, clause in enumerate(made):
        before = made[i - 1] if i and made[i - 1].sentence == clause.sentence else None
        for aspect, found in clause.said.items():
            polarity = _sign(found) if found else _without_opinion(clause, aspect, before)
            if not found and polarity is not None:
                found.append(polarity)
            said.append(Said(aspect, polarity, *clause.span))
    return said


def aspect_polarities(
    texts: Sequence[str | None], lexicon: Lexicon, read: Reader | None = None
) -> pd.DataFrame:
    """What comments say of which aspects.

    Parameters
    ----------
    texts : sequence of str
    lexicon : Lexicon
    read : callable, optional
        Gives the labels of texts: it reads the clauses that name an aspect and have no opinion of the
        lexicon. Without it these are neutral.

    Returns
    -------
    pandas.DataFrame
        A row a comment, aspect and clause, with `COLUMNS`: the number of the text, the aspect,
        ``positive``, ``neutral``, ``negative`` (or what else `read` says), and the characters from
        ``start`` to ``end`` of the text that say so.
    """
    words = vocabulary(lexicon)
    rows = [
        (number, *said) for number, text in enumerate(texts) if text for said in _said(text, words)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"text": "int64", "aspect": "str", "start": "int64", "end": "int64"}
    )
    unread = table["polarity"].isna().to_numpy()
    table["polarity"] = table["polarity"].map(LABELS).astype("str")
    if read is not None and unread.any():
        spans = table.loc[unread, ["text", "start", "end"]].itertuples(index=False)
        clauses = [(texts[i] or "")[a:b] for i, a, b in spans]
        table.loc[unread, "polarity"] = np.asarray(read(clauses), dtype=object)
    else:
        table.loc[unread, "polarity"] = "neutral"
    return table


def _attach(clause: Clause, before: Clause | None, after: Clause | None) -> None:
    """Gives each opinion to an aspect: of its clause, of a neighbour's, or to the one that it tells."""
    for _, name, weak in clause.mentions:
        if not weak:
            clause.said.setdefault(name, [])
    loose: list[Opinion] = []
    taken: dict[int, int] = {}
    for opinion in clause.opinions:
        choices = [
            (_cost(opinion, mention, clause, taken), mention)
            for mention in clause.mentions
            if mention[1] in opinion.polarity or ("" in opinion.polarity and not opinion.tells)
        ]
        if not choices:
            loose.append(opinion)
            continue
        at, name, _ = min(choices)[1]
        taken[at] = taken.get(at, 0) + 1
        clause.said.setdefault(name, []).append(_of(opinion, name))
    _share(clause)
    for opinion in loose:
        told = opinion.tells[0] if opinion.tells else None
        if not clause.mentions or opinion.tells:
            near = _neighbours(opinion, clause, before) or _neighbours(opinion, after, clause)
            told = near or told
        if told is not None:
            clause.said.setdefault(told, []).append(_of(opinion, told))
    own = all("" not in opinion.polarity for opinion in loose)
    if not clause.mentions and not clause.said and len(loose) > 1 and own:
        # Two that can be of one aspect only tell it together (baru dipakai, jebol).
        common = set.intersection(*(set(opinion.polarity) - {""} for opinion in loose))
        if len(common) == 1:
            told = common.pop()
            clause.said[told] = [_of(opinion, told) for opinion in loose]
    named = {name for _, name, _ in clause.mentions}
    for name in [n for n, found in clause.said.items() if not found and n in named]:
        # A noun that no opinion is of, beside others that have one, is only mentioned.
        if any(clause.said[other] for other in clause.said if other != name):
            del clause.said[name]


def _cost(
    opinion: Opinion,
    mention: tuple[int, str, bool],
    clause: Clause,
    taken: dict[int, int],
) -> float:
    at, name, weak = mention
    low, high = sorted((at, opinion.at))
    joined = sum(
        h.text in "/&+" or (h.entry is not None and "joins" in h.entry.roles)
        for h in clause.hits[low + 1 : high]
    )
    foreign = name not in opinion.polarity and any(opinion.polarity.keys() - {""})
    return (
        high - low
        + FOREIGN * foreign
        + WEAK * weak
        + TAKEN * taken.get(at, 0)
        + AFTER * (at > opinion.at)
        + JOINED * joined
    )  # fmt: skip


def _share(clause: Clause) -> None:
    """Aspects that are joined (packing dan kurir bagus) have the opinion of the one beside them."""
    for (at, name, weak), (other_at, other, other_weak) in zip(
        clause.mentions, clause.mentions[1:], strict=False
    ):
        if weak or other_weak or name == other:
            continue
        between = clause.hits[at + 1 : other_at]
        joined = any(
            h.text in "/&+" or (h.entry is not None and "joins" in h.entry.roles) for h in between
        )
        if joined and not clause.said.get(name) and clause.said.get(other):
            clause.said[name] = list(clause.said[other])
        elif joined and not clause.said.get(other) and clause.said.get(name):
            clause.said[other] = list(clause.said[name])


def _neighbours(opinion: Opinion, later: Clause | None, earlier: Clause | None) -> str | None:
    """The aspect that the opinion of one of two neighbouring clauses of a sentence can be of in the
    other one; what holds of everything does not reach over a contrast to what comes after it."""
    if later is None or earlier is None or earlier.sentence != later.sentence:
        return None
    forward = any(o is opinion for o in earlier.opinions)
    parted = "contrast" in later.roles
    other = later if forward else earlier
    names = [name for _, name, _ in (other.mentions if forward else reversed(other.mentions))]
    names += [name for name in other.said if name not in names]
    fitting = [name for name in names if name in opinion.polarity]
    if fitting and not (parted and opinion.tells and fitting[0] not in opinion.tells):
        return fitting[0]
    # What is said after a contrast is of something else than what has been spoken of before it.
    parted &= forward or any(other.said.get(name) for name in names)
    if "" not in opinion.polarity or opinion.tells or parted:
        return None
    return names[0] if names else None


def _of(opinion: Opinion, name: str) -> int:
    return opinion.polarity[name] if name in opinion.polarity else opinion.polarity.get("", 0)


def _sign(found: list[int]) -> int:
    return (sum(found) > 0) - (sum(found) < 0)


def _without_opinion(clause: Clause, aspect: str, before: Clause | None) -> int | None:
    """What a clause says of an aspect that it only names: by a negation, as the clause before does,
    or by how it begins (“unfortunately”)."""
    places = [at for at, name, _ in clause.mentions if name == aspect]
    past = [p for found in (before.said.values() if before else ()) for p in found]
    roles = [h.entry.roles if h.entry is not None else set[str]() for h in clause.hits]
    negated = any("negators" in r for at in places for r in roles[max(at - 3, 0) : at])
    if negated:
        return -1
    if "negators" in roles[-1]:
        return -_sign(past) if past and _sign(past) else -1  # “but the service isn't”
    if any("negators" in r for at in places for r in roles[at + 1 :]):
        return -1
    if past and any("likewise" in r for r in roles):
        return _sign(past)
    if clause.roles & {"downs"} or any("downs" in r for r in roles):
        return -1
    if clause.roles & {"ups"}:
        return 1
    return None
