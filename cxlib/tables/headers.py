"""What a header says: its words, and what they mean in six languages."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from cxlib.tables.names import words

WORDS = Path(__file__).with_name("words")
# Words that say nothing about which field a column is.
FILLERS = frozenset(
    words(
        "a, an, the, of, in, for, to, by, from, with, your, our, my, is, was, be, per, and, or, "
        "el, la, los, las, lo, de, del, da, do, das, dos, di, du, des, le, les, l, d, une, un, "
        "uma, um, o, os, as, en, em, por, para, der, die, dem, den, und, von, zu, am, im, yang, "
        "dan, untuk, dari, ke, pada, oleh, anda, kami, y, e, et, qui, que, votre, vos, notre, nos, "
        "seu, sua, nosso, su, sus, tu, ihr, ihre, unser, unsere, nya"
    )
)
# Words that narrow a field without making it another one: a zone, a currency, whose counting.
QUALIFIERS = frozenset(
    words(
        "utc, gmt, wib, wita, wit, local, idr, rp, usd, eur, gbp, brl, sgd, myr, all, base, raw, "
        "unique, inc, time, main, primary, display, external, internal, final, recorded"
    )
)
NUMBERED = re.compile(
    r"#|№|(?<![^\W\d_])[nN]\.?\s?[°ºo](?![^\W\d_])"
)  # Order #, Nº, N.º, N° of an order
_SHORT = ("id", "nr", "no")  # the parts of two letters that end a compound
_JOINTS = ("", "s", "n", "en", "es")
_KEPT = 1 << 14  # headers and words that are remembered: those of users go again
_LONGEST = 60  # letters of a header that are taken apart


@lru_cache(_KEPT)
def normal(name: str) -> str:
    """A header as words: ``InvoiceDate`` and ``invoice_date`` are both ``invoice date``."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    return " ".join(re.findall(r"[^\W_]+", parted.casefold()))


def fingerprint(columns: Iterable[str]) -> str:
    """One name for all files with these headers, in any order and spelling: a SHA-256 in hex."""
    names = sorted(normal(column) or column for column in columns)
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


@cache
def meanings() -> dict[str, frozenset[str]]:
    """Word → the English words that it may stand for, of all languages; phrases are words here."""
    found: dict[str, set[str]] = {}
    for path in sorted(WORDS.glob("*.toml")):
        for meaning, forms in tomllib.loads(path.read_text("utf-8")).items():
            for word in forms:
                found.setdefault(word, set()).add(meaning)
            found.setdefault(meaning, set()).add(meaning)
    return {word: frozenset(senses) for word, senses in found.items()}


Terms = tuple[frozenset[str], ...]


@lru_cache(_KEPT)
def terms(header: str) -> Terms:
    """What the words of a header may mean, fillers left out.

    Phrases are read before words; compounds (``Bestellnummer``, ``customerid``) are taken apart
    where all their parts are known; a word that no dictionary has stands for itself.
    """
    known, given = meanings(), normal(NUMBERED.sub(" no ", header)).split()
    found: list[frozenset[str]] = []
    while given:
        length = next((n for n in (3, 2) if " ".join(given[:n]) in known and len(given) >= n), 1)
        word, given = " ".join(given[:length]), given[length:]
        if word in FILLERS and found + given != []:
            continue
        found += [_senses(word)] if word in known or _singular(word) in known else _parts(word)
    return tuple(dict.fromkeys(found))


def _senses(word: str) -> frozenset[str]:
    known = meanings()
    return known.get(word) or known.get(_singular(word)) or frozenset((_singular(word),))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _parts(word: str) -> list[frozenset[str]]:
    """The known parts of a compound; the word itself where it is none."""
    return _split(word) if 6 <= len(word) <= _LONGEST and (_split(word)) else [_senses(word)]


@lru_cache(_KEPT)
def _split(word: str) -> list[frozenset[str]]:
    known = meanings()
    for end in range(len(word) - (2 if word.endswith(_SHORT) else 3), 2, -1):
        if word[:end] not in known:
            continue
        for joint in _JOINTS:
            rest = word[end + len(joint) :]
            if not word[end:].startswith(joint):
                continue
            if rest in known and (len(rest) > 2 or rest in _SHORT):
                return [known[word[:end]], known[rest]]
            if tail := _split(rest) if len(rest) > 5 else []:
                return [known[word[:end]], *tail]
    return []
