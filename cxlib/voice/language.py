"""The language of a comment: Indonesian, English, another one, or none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from cxlib.voice import wordlists

Language = Literal["id", "en", "other", "none"]

ENOUGH = 0.45  # share of the words that must be known for a language to be told by them
SHORT = 4  # words; a shorter text is too short to be told by its letters
SURE = 0.9  # probability from which a language is told by its letters
LIKELY = 0.5  # the same where no word is known
# Malay and the languages of Java borrow so much that short Indonesian is often taken for them.
_NEAR = frozenset({"id", "ms", "jv"})


def language_of(text: str, tokens: Sequence[str]) -> Language:
    """The language of a comment by the words that are known, else by its letters.

    Parameters
    ----------
    text : str
        As it was written.
    tokens : sequence of str
        Its tokens (`cxlib.voice.tokens.tokens`).

    Returns
    -------
    "id", "en", "other" or "none"
        "none" where there are no words: emoji, numbers, nothing. A comment of both languages is
        of the one with more known words.

    References
    ----------
    Lui & Baldwin (2012), langid.py: An Off-the-shelf Language Identification Tool, ACL 2012: 25-30
    (by `py3langid`).
    """
    words = [t for t in tokens if t[0].isalpha()]
    if not words:
        return "none"
    indonesian, english = wordlists.known("id"), wordlists.known("en")
    in_id = sum(w in indonesian for w in words)
    in_en = sum(w in english for w in words)
    latin = sum(w.isascii() or max(w) < "ɐ" for w in words)
    if 2 * latin < len(words):
        return "other"
    told = max(in_id, in_en) / len(words)
    if told < ENOUGH and len(words) >= SHORT:
        found, probability = _identifier().classify(text[:1000])
        if found == "en" or found in _NEAR:
            return "en" if found == "en" else "id"
        if probability >= (SURE if told else LIKELY):
            return "other"
    # Words of both are loans from English more often than the other way round.
    return "en" if in_en >= in_id and in_en else "id"


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
