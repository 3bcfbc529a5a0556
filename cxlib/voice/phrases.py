"""Phrases of a table in tokens: which begin where, and Indonesian read in English word by word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from cxlib.voice import wordlists

TOGETHER = 200  # documents in which a word is translated in one way


def longest(phrases: Mapping[str, object]) -> dict[str, int]:
    """First words of phrases to how many words the longest of theirs has."""
    out: dict[str, int] = {}
    for phrase in phrases:
        first, _, more = phrase.partition(" ")
        out[first] = max(out.get(first, 0), 1 + more.count(" ") + bool(more))
    return out


def in_table(
    tokens: Sequence[str], table: Mapping[str, str], known: Mapping[str, int]
) -> Iterator[tuple[int, str]]:
    """The tokens as a table has them, the longest phrase first, each with the place that it reads.

    `known` are the `longest` phrases of the table; a token that is in none stays as it is.
    """
    at, n = 0, len(tokens)
    while at < n:
        token = tokens[at]
        for k in range(known.get(token, 0), 0, -1):
            found = table.get(token if k == 1 else " ".join(tokens[at : at + k]))
            if found is not None and at + k <= n:
                for word in found.split():
                    yield at, word
                at += k
                break
        else:
            yield at, token
            at += 1


def translated(
    documents: Sequence[Sequence[str]], choose: Callable[[tuple[str, ...]], str]
) -> list[list[str]]:
    """Indonesian tokens as English ones, word by word; `choose` takes one of several readings.

    It is asked anew for every `TOGETHER` documents.
    """
    out: list[list[str]] = []
    known = longest(wordlists.english())
    for start in range(0, len(documents), TOGETHER):
        table = {word: choose(to) if to else "" for word, to in wordlists.english().items()}
        for tokens in documents[start : start + TOGETHER]:
            out.append([word for _, word in in_table(tokens, table, known)])
    return out
