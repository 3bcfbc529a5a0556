"""What a sentiment model sees of a comment: words, letters, English concepts, counted opinions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils import murmurhash3_32

from cxlib.voice import wordlists
from cxlib.voice.phrases import in_table, longest
from cxlib.voice.tokens import LINK, LONG, LOUD, MENTION, NUMBER, PRICE, SHOUT, Spelling
from cxlib.voice.wordlists import Shifters

WIDTHS = {"words": 1 << 17, "letters": 1 << 17, "concepts": 1 << 16}
REACH = 3  # words that a negation turns
TURNED = -0.7  # what is left of the valence of a word that is turned: "not bad" is not "good"
RAISED, LOWERED = 1.3, 0.6
KEPT = 200_000  # words whose letters are remembered

DENSE = (
    "good", "bad", "net", "best", "worst", "first", "last", "main", "minor", "turned_good",
    "turned_bad", "none", "negators", "stronger", "weaker", "contrasts", "questions",
    "question_marks", "exclamations", "loud", "long", "caps", "numbers", "prices", "links",
    "mentions", "length", "log_length", "emoji_good", "emoji_bad",
)  # fmt: skip

_SENTENCE = frozenset(".!?;…")
_ENDS = _SENTENCE | frozenset(",:()")

Floats = NDArray[np.float32]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of n comments.

    `words` and `letters` count hashed words, pairs of words and turned words, and runs of 2–5
    letters of each word; `concepts` the same words read in English; `dense` (n × 30) is `DENSE`.
    """

    words: sparse.csr_matrix
    letters: sparse.csr_matrix
    concepts: sparse.csr_matrix
    dense: Floats


@dataclass(frozen=True, slots=True)
class Parsed:
    """A comment's tokens, which of them a negation reaches, and which count less beside others."""

    tokens: Sequence[str]
    turned: Sequence[bool]
    minor: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Extractor:
    """Makes features of tokens.

    Parameters
    ----------
    concepts : mapping
        An Indonesian word or phrase (of up to four words) to the English that it is read as.
    opinions : mapping
        A word, a phrase of up to three words or an emoji to its valence, −4 to 4.
    shifters : Shifters
    """

    concepts: Mapping[str, str]
    opinions: Mapping[str, float]
    shifters: Shifters
    _letters: dict[str, Places] = field(default_factory=dict, repr=False, compare=False)
    _hashes: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _phrases: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _said: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_phrases", longest(self.concepts))
        object.__setattr__(self, "_said", longest(self.opinions))

    def features(self, documents: Sequence[Sequence[str]]) -> Features:
        """The features of n comments, each a sequence of tokens (`cxlib.voice.tokens.tokens`)."""
        parsed = [self.parsed(tokens) for tokens in documents]
        return Features(
            words=_counted([self._words(p) for p in parsed], WIDTHS["words"]),
            letters=_counted([self._grams(p) for p in parsed], WIDTHS["letters"]),
            concepts=_counted([self._concepts(p) for p in parsed], WIDTHS["concepts"]),
            dense=np.array([self._dense(p) for p in parsed], np.float32).reshape(-1, len(DENSE)),
        )

    def parsed(self, tokens: Sequence[str]) -> Parsed:
        """What negations and contrasts do to each token.

        A negation reaches `REACH` words, and no further than punctuation or a contrast. Before a
        contrast (*but*), and after a concession (*although*) to the next comma, words are minor.
        """
        shift = self.shifters
        left, conceded, begun = 0, False, 0
        turned: list[bool] = []
        minor: list[bool] = []
        for at, token in enumerate(tokens):
            if token in _ENDS:
                left = 0
                conceded = False
                if token in _SENTENCE:
                    begun = at + 1
            elif token in shift.contrasts:
                left, conceded = 0, False
                minor[begun:] = [True] * (at - begun)
                begun = at
            elif token in shift.concessions:
                left, conceded = 0, True
            turned.append(left > 0)
            minor.append(conceded)
            if token in shift.negators:
                left = REACH
            elif left:
                left -= 1
        return Parsed(tokens, turned, minor)

    def english(self, tokens: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The tokens in English, the longest known phrase first, each with the place it reads."""
        return in_table(tokens, self.concepts, self._phrases)

    def valences(self, parsed: Parsed) -> list[tuple[int, float, bool]]:
        """(place, valence, whether turned) of each opinion of a comment, phrases before words."""
        tokens, shift = parsed.tokens, self.shifters
        out: list[tuple[int, float, bool]] = []
        at, n = 0, len(tokens)
        while at < n:
            k, valence = self._opinion(tokens, at)
            if k:
                # "kurang puas" has its own valence: it is not turned by its own first word.
                no = parsed.turned[at]
                before = tokens[at - 1] if at else ""
                after = tokens[at + k] if at + k < n else ""
                if before in shift.stronger or after in shift.stronger:
                    valence *= RAISED
                elif before in shift.weaker:
                    valence *= LOWERED
                out.append((at, TURNED * valence if no else valence, no))
            at += max(k, 1)
        return out

    def _opinion(self, tokens: Sequence[str], at: int) -> tuple[int, float]:
        for k in range(self._said.get(tokens[at], 0), 0, -1):
            phrase = tokens[at] if k == 1 else " ".join(tokens[at : at + k])
            valence = self.opinions.get(phrase)
            if valence is not None and at + k <= len(tokens):
                return k, valence
        return 0, 0.0

    def _hash(self, text: str) -> int:
        found = self._hashes.get(text)
        if found is None:
            found = int(murmurhash3_32(text, positive=True))
            if len(self._hashes) < KEPT:
                self._hashes[text] = found
        return found

    def _words(self, p: Parsed) -> list[int]:
        out = [self._hash(t) for t in p.tokens]
        out += [self._hash(f"{a} {b}") for a, b in pairwise(p.tokens)]
        out += [self._hash(f"¬{t}") for t, no in zip(p.tokens, p.turned, strict=True) if no]
        return out

    def _grams(self, p: Parsed) -> Places:
        found = [self._letters_of(token) for token in p.tokens]
        return np.concatenate(found) if found else np.zeros(0, np.int32)

    def _letters_of(self, token: str) -> Places:
        found = self._letters.get(token)
        if found is None:
            padded = f" {token[:40]} "
            n = len(padded)
            grams = [padded[i : i + k] for k in (2, 3, 4, 5) for i in range(n - k + 1)]
            hashed = [murmurhash3_32(g, 7, positive=True) for g in grams]
            found = (np.array(hashed, np.int64) % WIDTHS["letters"]).astype(np.int32)
            if len(self._letters) < KEPT:
                self._letters[token] = found
        return found

    def _concepts(self, p: Parsed) -> list[int]:
        said = list(self.english(p.tokens))
        halved = any(p.minor)
        out = [self._hash(c) for _, c in said]
        out += [self._hash(f"{a} {b}") for (_, a), (_, b) in pairwise(said)]
        out += [self._hash(f"¬{c}") for place, c in said if p.turned[place]]
        if halved:
            out += [self._hash(f"{'←' if p.minor[place] else '→'}{c}") for place, c in said]
        return out

    def _dense(self, p: Parsed) -> list[float]:
        shift, tokens = self.shifters, p.tokens
        found = self.valences(p)
        values = [v for _, v, _ in found]
        good = sum(v for v in values if v > 0)
        bad = -sum(v for v in values if v < 0)
        halved = any(p.minor)
        minor = sum(v for at, v, _ in found if p.minor[at])
        main = good - bad - minor if halved else 0.0
        emoji = [v for at, v, _ in found if not tokens[at][0].isalnum()]
        n = len(tokens)
        count = tokens.count
        share = 5 / (1 + n)
        return [
            np.log1p(good),
            np.log1p(bad),
            np.tanh((good - bad) / 4),
            max(values, default=0.0) / 4,
            min(values, default=0.0) / 4,
            values[0] / 4 if values else 0.0,
            values[-1] / 4 if values else 0.0,
            np.tanh(main / 3),
            np.tanh(minor / 3),
            sum(v < 0 and no for _, v, no in found),
            sum(v > 0 and no for _, v, no in found),
            float(not values),
            share * sum(t in shift.negators for t in tokens),
            share * sum(t in shift.stronger for t in tokens),
            share * sum(t in shift.weaker for t in tokens),
            float(halved),
            min(sum(t in shift.questions for t in tokens), 3),
            min(count("?"), 2),
            min(count("!"), 3),
            min(count(LOUD), 2),
            min(count(LONG), 2),
            count(SHOUT),
            min(count(NUMBER), 3),
            min(count(PRICE), 2),
            min(count(LINK), 2),
            min(count(MENTION), 2),
            min(n, 100) / 100,
            np.log1p(n) / 4,
            sum(v for v in emoji if v > 0) / 4,
            -sum(v for v in emoji if v < 0) / 4,
        ]


def spelling() -> Spelling:
    """The spelling of comments in both languages."""
    return Spelling(wordlists.chat(), wordlists.known("id") | wordlists.known("en"))


def extractor() -> Extractor:
    """The extractor of the project's word lists."""
    first = {word: said[0] if said else "" for word, said in wordlists.english().items()}
    valences = {
        **wordlists.opinions("en"),
        **wordlists.opinions("id"),
        **wordlists.opinions("emoji"),
    }
    return Extractor(first, valences, wordlists.shifters())


def _counted(rows: Sequence[Sequence[int] | Places], width: int) -> sparse.csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    flat = (
        np.concatenate([np.asarray(r, np.int64) for r in rows]) if rows else np.zeros(0, np.int64)
    )
    ones = np.ones(len(flat), np.float32)
    made = sparse.csr_matrix((ones, flat % width, ends), shape=(len(rows), width))
    made.sum_duplicates()
    return made
