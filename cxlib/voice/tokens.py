"""A comment as tokens: lower case, one spelling a word, emoji and prices as signs of their own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 5_000  # characters; what comes after says nothing new about the mood of a comment

NUMBER, PRICE, LINK, MENTION, LONG, SHOUT, LOUD = (
    "<num>",
    "<rp>",
    "<url>",
    "<at>",
    "<long>",
    "<caps>",
    "<!!>",
)

_TOKEN = re.compile(
    r"""(?P<link>(?:https?://|www\.)\S{1,300})
    |(?P<mention>@\w{1,60})
    |(?P<price>(?:rp|idr|usd|us\$|\$|£|€)\.?\s?\d[\d.,]{0,20}(?:\s?(?:rb|ribu|k|jt|juta)\b)?)
    |(?P<face>[:;=8x][-'o^]?[)(\]\[dp/\\|*3]+(?![a-z0-9])|<3+|\^[_.]?\^|[t;][_.][t;]|-_+-|\bxd+\b|[o>][._]+[o<])
    |(?P<number>\d[\d.,:/%-]{0,20})
    |(?P<word>[^\W\d_]+(?:['’`][^\W\d_]+)*\d?)
    |(?P<dots>\.{2,}|…)
    |(?P<loud>[!?]{2,})
    |(?P<mark>[.,!?;:()"])
    |(?P<sign>[^\w\s])""",
    re.VERBOSE,
)
_RUN = re.compile(r"(.)\1{2,}")
_TONES = {chr(c) for c in range(0x1F3FB, 0x1F400)}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How words are written: chat spellings, and the words that are known as they are.

    Parameters
    ----------
    chat : mapping
        A chat spelling to one or more words with a blank between.
    known : frozenset of str
        Words that an elongated spelling may stand for.
    """

    chat: Mapping[str, str]
    known: frozenset[str]
    _cache: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def words(self, word: str) -> tuple[str, ...]:
        """The usual spelling of a word in lower case: ``("barang",)`` for ``brg``."""
        found = self._cache.get(word)
        if found is None:
            found = tuple(self._spelled(word))
            if len(self._cache) < 200_000:
                self._cache[word] = found
        return found

    def _spelled(self, word: str) -> list[str]:
        word = word.replace("’", "'").replace("`", "'")
        if word in self.chat:
            return self.chat[word].split()
        if word[-1:] == "2" and len(word) > 3:  # teman2: doubled
            word = word[:-1]
        short = word
        if _RUN.search(word):
            for most in ("\\1\\1", "\\1"):
                short = _RUN.sub(most, word)
                if short in self.known or short in self.chat:
                    break
            if short in self.chat:
                return [*self.chat[short].split(), LONG]
            return [*self._root(short), LONG]
        return self._root(word.rstrip("0123456789") or word)

    def _root(self, word: str) -> list[str]:
        if word in self.chat:
            return self.chat[word].split()
        # What is possessed says nothing about the mood, and corpora write it apart or not.
        if word.endswith("nya") and len(word) > 5 and word not in self.known:
            rest = word[:-3]
            return self.chat[rest].split() if rest in self.chat else [rest]
        return [word]


def tokens(text: str, spelling: Spelling) -> list[str]:
    """The tokens of a comment, in order.

    Words are in lower case and in their usual spelling; an elongated one (*mantaaap*) is followed by
    ``<long>``. Numbers, prices, links and mentions are signs; emoji are one token each, without
    colour of skin; punctuation stays, since it ends what a negation reaches.

    Parameters
    ----------
    text : str
        At most the first `LONGEST` characters are read.
    spelling : Spelling

    Returns
    -------
    list of str
    """
    text = text[:LONGEST]
    letters = [c for c in text if c.isalpha()]
    shouted = len(letters) > 8 and sum(c.isupper() for c in letters) > 0.7 * len(letters)
    out: list[str] = [SHOUT] if shouted else []
    lower = unicodedata.normalize("NFKC", text).lower()
    for found in _TOKEN.finditer(lower):
        kind, said = found.lastgroup, found.group()
        if kind == "word":
            out.extend(w for w in spelling.words(said) if w != "nya")
        elif kind == "number":
            out.append(said if said in _RATINGS else NUMBER)
        elif kind == "price":
            out.append(PRICE)
        elif kind == "link":
            out.append(LINK)
        elif kind == "mention":
            out.append(MENTION)
        elif kind == "dots":
            out.append("…")
        elif kind == "loud":
            out.extend((said[0], LOUD))
        elif kind == "sign" and (
            said in _TONES or said in "\ufe0e\ufe0f" or unicodedata.category(said)[0] in "CZ"
        ):
            continue  # what cannot be seen says nothing
        else:
            out.append(said)
    return out


_RATINGS = frozenset("12345") | {"10", "100", "0", "5/5", "10/10", "1/5", "100%"}
