"""What a header says: its words, and what they mean in six languages."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import pairwise
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
        "seu, sua, nosso, su, sus, tu, ihr, ihre, unser, unsere, nya, with, com, con, avec, mit, "
        "dengan, ao, aos, na, nas, al, sur, sobre"
    )
)
# Words that narrow a field without making it another one: a zone, a currency, whose counting.
QUALIFIERS = frozenset(
    words(
        "utc, gmt, wib, wita, wit, local, idr, rp, usd, eur, gbp, brl, sgd, myr, all, base, raw, "
        "unique, inc, time, main, primary, display, external, internal, final, recorded, effective"
    )
)
NUMBERED = re.compile(
    r"#|№|(?<![^\W\d_])[nN]\.?\s?[°ºo](?![^\W\d_])"
)  # Order #, Nº, N.º, N° of an order
# "Nº de Conversiones", "No. of users": how many there are, not the number of one.
COUNTING = re.compile(
    rf"(?:(?<![^\W\d_])n(?:o|r|um|b)?\.?\s?|{NUMBERED.pattern})\s*(?:de|of|d['’])\s*(?=\w+s\b)",
    re.I,
)
_SHORT = ("id", "nr", "no")  # the parts of two letters that begin or end a compound
_JOINTS = ("", "s", "n", "en", "es")
_KEPT = 1 << 14  # headers and words that are remembered: those of users go again
_SHORTEST, _LONGEST = 6, 60  # letters of a word that is taken apart
LETTERS = {
    letter: language
    for language, letters in (("de", "äöüß"), ("es", "ñ¿¡"), ("fr", "èœùëîï"), ("pt", "ãõ"))
    for letter in letters
}
"""Letters that one of the languages has, and the language."""
LEAD = 0.5
"""Words that a language must have more than the next for the headers to be of it."""


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


Lexicon = Mapping[str, frozenset[str]]
Terms = tuple[frozenset[str], ...]


@cache
def lexica() -> Mapping[str, Lexicon]:
    """Language → its words → the English words that each may stand for; phrases are words here.

    The English words are those of English too.
    """
    found: dict[str, dict[str, set[str]]] = {}
    for path in sorted(WORDS.glob("*.toml")):
        for meaning, forms in tomllib.loads(path.read_text("utf-8")).items():
            for language, words_ in ((path.stem, forms), ("en", [meaning])):
                for word in words_:
                    found.setdefault(language, {}).setdefault(word, set()).add(meaning)
    english = {word for word, senses in found["en"].items() if word in senses}
    return {  # an English word that another language has too keeps what it means in English
        language: {word: frozenset(senses | {word} & english) for word, senses in held.items()}
        for language, held in found.items()
    }


@cache
def meanings() -> Lexicon:
    """Word → the English words that it may stand for, of all languages."""
    found: dict[str, frozenset[str]] = {}
    for held in lexica().values():
        for word, senses in held.items():
            found[word] = found.get(word, frozenset()) | senses
    return found


def is_known(term: frozenset[str]) -> bool:
    """Whether a word is one that a dictionary has: one that none has stands for itself."""
    return any(sense in meanings().get(sense, ()) for sense in term)


def language_of(headers: Iterable[str]) -> str:
    """The language that most words of the headers are of; empty where none has a clear lead.

    A word, or a letter that few alphabets have, counts the less the more languages have it.
    """
    votes: Counter[str] = Counter()
    for header in headers:
        plain = normal(header).split()
        pairs = (" ".join(pair) for pair in pairwise(plain))
        for word in (*plain, *pairs):
            able = [name for name, held in lexica().items() if word in held]
            votes.update(dict.fromkeys(able, 1 / len(able)) if able else {})
        votes.update(LETTERS[char] for char in header.casefold() if char in LETTERS)
    first, second = (*votes.most_common(2), ("", 0.0), ("", 0.0))[:2]
    return first[0] if first[1] >= second[1] + LEAD else ""


@lru_cache(_KEPT)
def terms(header: str, *languages: str) -> Terms:
    """What the words of a header may mean, fillers left out.

    Phrases are read before words; compounds (``Bestellnummer``, ``customerid``) are taken apart
    where all their parts are known; a word that no dictionary has stands for itself. A word that
    one of the `languages` has, asked in their order, means what it means there; any other word
    may mean what it means in all languages.
    """
    known = meanings()
    given = normal(NUMBERED.sub(" no ", COUNTING.sub(" quantity ", header))).split()
    found: list[frozenset[str]] = []
    while given:
        length = next((n for n in (3, 2) if " ".join(given[:n]) in known and len(given) >= n), 1)
        word, given = " ".join(given[:length]), given[length:]
        if word in FILLERS and found + given != []:
            continue
        if word in known or _singular(word) in known:
            found.append(_senses(word, languages))
        else:
            found += _split(word, languages) or [_senses(word, languages)]
    return tuple(dict.fromkeys(found))


def _senses(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    alone = _singular(word)
    for held in (lexica()[language] for language in languages):
        if senses := held.get(word) or held.get(alone):
            return senses
    senses = meanings().get(word) or meanings().get(alone) or frozenset()
    return senses if senses and not languages else senses | {alone}


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(_KEPT)
def _split(word: str, languages: tuple[str, ...]) -> list[frozenset[str]]:
    """The known parts of a compound; none where it is none."""
    known = meanings()
    if not _SHORTEST <= len(word) <= _LONGEST:
        return []
    for end in range(len(word) - (2 if word.endswith(_SHORT) else 3), 1, -1):
        if word[:end] not in known or (end < 3 and word[:end] not in _SHORT):
            continue
        for joint in _JOINTS:
            rest = word[end + len(joint) :]
            if not word[end:].startswith(joint) or (end < 3 and len(rest) < 4):
                continue
            first = _senses(word[:end], languages)
            if rest in known and (len(rest) > 2 or rest in _SHORT):
                return [first, _senses(rest, languages)]
            if tail := _split(rest, languages):
                return [first, *tail]
    return []
