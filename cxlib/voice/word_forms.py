"""Words of a comment as a lexicon would list them: chat spelling, letters drawn out, affixes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

SHORTEST = 3  # letters that are left when a clitic or an English ending is taken away
ROOT = 4  # letters that are left of an Indonesian root; shorter ones are met by accident (lag-i)
LONGEST = 40  # letters of a word; longer ones are no words

# Letters with apostrophes inside, numbers, pictures, and signs that part clauses.
_TOKEN = re.compile(
    r"[^\W\d_]+(?:['’][^\W\d_]+)*+|\d+(?:[.,]\d+)*+|[.,!?;:()\n/&+…]"
    r"|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?"
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1")
NUMBERS = frozenset(
    [
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "twelve",
        "fifteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "ninety",
        "several",
        "dua",
        "tiga",
        "empat",
        "lima",
        "enam",
        "tujuh",
        "delapan",
        "sembilan",
        "sepuluh",
        "beberapa",
    ]
)
_CLITICS = ("nya", "ny", "ku", "mu", "lah", "kah", "pun", "nyaa", "x")
_SUFFIXES = ("in", "an", "kan", "i")
# Of what nasals stand for, all are tried: whether one is right, the lexicon knows.
_PREFIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("di", ("",)),
    ("ter", ("",)),
    ("ber", ("",)),
    ("per", ("",)),
    ("se", ("",)),
    *(
        (start + nasal, restored)
        for start in ("me", "pe", "")
        for nasal, restored in (
            ("nge", ("",)), ("ng", ("", "k")), ("ny", ("s", "c")), ("m", ("", "p")), ("n", ("", "t")),
        )
    ),
    ("me", ("",)),
    ("pe", ("",)),
)  # fmt: skip
_ENDINGS = (
    ("'s", ("",)), ("ies", ("y",)), ("ied", ("y",)), ("ier", ("y",)), ("iest", ("y",)), ("ily", ("y",)),
    ("es", ("", "e")), ("s", ("",)), ("ed", ("", "e")), ("ing", ("", "e")), ("ly", ("", "le")),
    ("est", ("", "e")), ("er", ("", "e")),
)  # fmt: skip


class Token(NamedTuple):
    """A word or sign in lower case, and where it stands in the text."""

    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words, numbers, pictures and parting signs of a text, in order."""
    for found in _TOKEN.finditer(text):
        word = found.group()
        if len(word) <= LONGEST:
            yield Token(word.casefold().replace("’", "'"), found.start(), found.end())


def forms(word: str, spelled: Mapping[str, str]) -> tuple[str, ...]:
    """What a word may be in a lexicon, the word itself first, then with less and less of it.

    Chat spelling is undone by `spelled`, letters drawn out (``lamaaa``) are one or two again,
    Indonesian clitics, suffixes and prefixes (``dikirimnya``, ``ngirim``) and English endings are
    taken away. Nothing says that a form exists.
    """
    if word[:1].isdigit():
        return (word, "#")
    if not word[:1].isalpha():
        return (word, word.rstrip("\ufe0f"))
    if word in NUMBERS:
        return (word, "#")
    found: dict[str, None] = {}
    for way in _spellings(word):
        found[spelled.get(way, way)] = None
    for base in tuple(found):
        for short in _without_clitic(base):
            found[spelled.get(short, short)] = None
    for base in tuple(found):
        for end in _SUFFIXES:
            if base.endswith(end) and len(base) - len(end) >= ROOT:
                found[base[: -len(end)]] = None
    for base in tuple(found):
        for start, restored in _PREFIXES:
            if base.startswith(start) and len(base) - len(start) >= ROOT:
                found.update(dict.fromkeys(first + base[len(start) :] for first in restored))
    for base in tuple(_spellings(word)):
        for end, restored in _ENDINGS:
            rest = base[: -len(end)]
            if base.endswith(end) and len(rest) >= SHORTEST:
                found.update(dict.fromkeys(rest + last for last in restored))
                if rest[-1] == rest[-2]:
                    found[rest[:-1]] = None  # shipped, biggest
    return tuple(found)


def _spellings(word: str) -> tuple[str, ...]:
    if not _DOUBLED.search(word):
        return (word,)
    two, one = _DRAWN_OUT.sub(r"\1\1", word), _DRAWN_OUT.sub(r"\1", word)
    return tuple(dict.fromkeys((two, one, _DOUBLED.sub(r"\1", one))))


def _without_clitic(word: str) -> Iterator[str]:
    for end in _CLITICS:
        if word.endswith(end) and len(word) - len(end) >= SHORTEST:
            yield word[: -len(end)]
