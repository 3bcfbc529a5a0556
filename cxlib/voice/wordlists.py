"""The word lists of `lexicon/`: spellings, opinions, shifters, and Indonesian words in English."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicon"
LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class Shifters:
    """Words that change what stands beside them.

    Parameters
    ----------
    negators : frozenset of str
        They turn what follows: *tidak, kurang, not, hardly*.
    stronger, weaker : frozenset of str
        They raise and lower it: *banget, sangat, very*; *agak, lumayan, slightly*.
    contrasts : frozenset of str
        After them comes what counts: *tapi, but*.
    concessions : frozenset of str
        After them comes what counts less: *walaupun, although*.
    questions : frozenset of str
        They ask or request: *kapan, mohon, how, please*.
    """

    negators: frozenset[str]
    stronger: frozenset[str]
    weaker: frozenset[str]
    contrasts: frozenset[str]
    concessions: frozenset[str]
    questions: frozenset[str]


def pairs(name: str) -> dict[str, str]:
    """A list of `lexicon/` whose lines are a word, a tab and what is said of it."""
    text = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8")
    return dict(_split(text))


def _split(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line and not line.startswith("# "):
            word, _, said = line.partition("\t")
            yield word, said.strip()


@cache
def opinions(language: str) -> Mapping[str, float]:
    """Words and phrases of a language ("id", "en"), or "emoji", to their valence, −4 to 4."""
    name = "emoji" if language == "emoji" else f"opinion_{language}"
    return {word: float(valence) for word, valence in pairs(name).items()}


@cache
def chat() -> Mapping[str, str]:
    """Chat spellings of both languages to how the words are usually written.

    Where both languages have a spelling, the Indonesian one is meant.
    """
    return pairs("slang_en") | pairs("slang_id")


@cache
def english() -> Mapping[str, tuple[str, ...]]:
    """Indonesian words and phrases to English ones, the most usual first; none for a particle."""
    return {
        word: tuple(said.split("|")) if said else ()
        for word, said in pairs("indonesian_english").items()
    }


@cache
def shifters() -> Shifters:
    """The shifters of both languages together: comments mix them."""
    table = tomllib.loads((FOLDER / "shifters.toml").read_text(encoding="utf-8"))

    def words(*names: str) -> frozenset[str]:
        return frozenset(
            word for lang in LANGUAGES for name in names for word in table[lang][name]["words"]
        )

    return Shifters(
        negators=words("negators", "weak_negators"),
        stronger=words("intensifiers", "intensifiers_after"),
        weaker=words("diminishers"),
        contrasts=words("contrast"),
        concessions=words("concession"),
        questions=words("questions", "requests"),
    )


@cache
def known(language: str) -> frozenset[str]:
    """The words that a language is known by."""
    phrases = list(opinions(language)) + list(pairs(f"slang_{language}").values())
    if language == "id":
        phrases += [*english(), *pairs("slang_id")]
    else:
        phrases += [said for alternatives in english().values() for said in alternatives]
        phrases += list(pairs("slang_en"))
    return frozenset(word for phrase in phrases for word in phrase.split())
