"""A lexicon made ready to be looked up: what each word or phrase of a comment may stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from cxlib.voice.aspects import Lexicon, opinions
from cxlib.voice.word_forms import Token, forms, tokens

KEPT = 100_000  # words, and pairs of them, whose forms are remembered
ROLES = (
    "negators", "wishes", "unreal", "more", "strengthens", "boosters", "ignored", "contrast", "downs",
    "ups", "joins", "likewise", "utmost", "acts",
)  # fmt: skip


@dataclass(slots=True)
class Entry:
    """What a word is: the aspects that it names (True where only weakly), its polarity by aspect
    ("" for any), the aspects that it tells, and what it does to others."""

    aspects: dict[str, bool] = field(default_factory=dict)
    polarity: dict[str, int] = field(default_factory=dict)
    tells: list[str] = field(default_factory=list)
    roles: set[str] = field(default_factory=set)


class Hit(NamedTuple):
    """A word, phrase or sign, and where it stands; `entry` is None where nobody listed it."""

    text: str
    entry: Entry | None
    start: int
    end: int


class Vocabulary:
    """Looks up the words of comments in a lexicon and in the opinions of anything."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = opinions()
        self._spelled = {way: right for right, ways in words["spelled"].items() for way in ways}
        self._entries: dict[tuple[str, ...], Entry] = {}
        self._starts: dict[str, dict[str, list[tuple[str, ...]]]] = {}
        self._forms: dict[str, tuple[str, ...]] = {}
        self._keys: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {}
        for name, aspect in lexicon.aspects:
            for word in aspect.words:
                self._entry(word).aspects[name] = False
            for word in aspect.weak:
                self._entry(word).aspects.setdefault(name, True)
            for polarity, held in ((1, aspect.positive), (-1, aspect.negative)):
                for word in held:
                    self._entry(word).polarity[name] = polarity
        for polarity, key in ((1, "positive"), (0, "neutral"), (-1, "negative")):
            for word in words[key]:
                self._entry(word).polarity[""] = polarity
        for name, aspect in lexicon.aspects:
            for word in aspect.tells:
                if (entry := self._entries.get(self._key(word))) and entry.polarity:
                    entry.tells.append(name)
        for role in ROLES:
            for word in words[role]:
                self._entry(word).roles.add(role)
        for parts in self._entries:
            second = parts[1] if len(parts) > 1 else ""
            self._starts.setdefault(parts[0], {}).setdefault(second, []).append(parts)
        self._complete_phrases()

    def _entry(self, words: str) -> Entry:
        return self._entries.setdefault(self._key(words), Entry())

    def _key(self, words: str) -> tuple[str, ...]:
        """The words of an entry; ``#`` in it stands for any number."""
        key: list[str] = []
        for word in words.split():
            if word == "#":
                key.append(word)
            for token in tokens(word):
                key += self._spelled.get(token.text, token.text).split()
        return tuple(key) or (words,)

    def _complete_phrases(self) -> None:
        """A phrase of opinion (“good value”) names the aspect that it is of, if a word of it does, says
        of other aspects what its words say in the same direction, and may be said of any."""
        for key, entry in self._entries.items():
            if len(key) == 1 or not entry.polarity:
                continue
            sign = next(iter(entry.polarity.values()))
            inside = [
                self._entries[(form,)]
                for word in key
                for form in self._forms_of(word)[:1]
                if (form,) in self._entries
            ]
            for word in inside:
                for name, polarity in word.polarity.items():
                    if name and polarity == sign:
                        entry.polarity.setdefault(name, polarity)
                if not entry.roles:
                    for name, weak in word.aspects.items():
                        if name in entry.polarity:
                            entry.aspects.setdefault(name, weak)
            opined = any(sign in word.polarity.values() for word in inside)
            if opined and set(entry.polarity.values()) == {sign}:
                entry.polarity.setdefault("", sign)

    def _forms_of(self, word: str) -> tuple[str, ...]:
        found = self._forms.get(word)
        if found is None:
            if len(self._forms) >= KEPT:
                self._forms.clear()
            found = self._forms[word] = forms(word, self._spelled)
        return found

    def hits(self, text: str) -> list[Hit]:
        """The words of a text in order, phrases as one, the longest first."""
        found = list(self._tokens(text))
        made, at = [], 0
        while at < len(found):
            key = self._longest(found, at)
            last = found[at + max(len(key), 1) - 1]
            entry = self._entries[key] if key else None
            made.append(Hit(found[at].text, entry, found[at].start, last.end))
            at += max(len(key), 1)
        return made

    def _tokens(self, text: str) -> list[Token]:
        made = []
        for token in tokens(text):
            for part in self._spelled.get(token.text, token.text).split():
                made.append(Token(part, token.start, token.end))
        return made

    def _longest(self, found: list[Token], at: int) -> tuple[str, ...]:
        after = found[at + 1].text if at + 1 < len(found) else ""
        for key in self._begun_by(found[at].text, after):
            if len(key) <= 2 or self._goes_on(key, found, at):
                return key
        return ()

    def _begun_by(self, word: str, after: str) -> tuple[tuple[str, ...], ...]:
        """The entries that two words begin with, the longest first; of equal ones those of the form
        that has most of the word."""
        keys = self._keys.get((word, after))
        if keys is None:
            if len(self._keys) >= KEPT:
                self._keys.clear()
            seconds = ("", *dict.fromkeys((after, *self._forms_of(after)))) if after else ("",)
            begun = [self._starts[form] for form in self._forms_of(word) if form in self._starts]
            fitting = [key for held in begun for second in seconds for key in held.get(second, ())]
            keys = self._keys[word, after] = tuple(sorted(fitting, key=len, reverse=True))
        return keys

    def _goes_on(self, key: tuple[str, ...], found: list[Token], at: int) -> bool:
        """Whether the words after the first two are those of the entry."""
        return len(found) >= at + len(key) and all(
            word == found[i].text or word in self._forms_of(found[i].text)
            for i, word in enumerate(key[2:], at + 2)
        )


@lru_cache(maxsize=8)
def vocabulary(lexicon: Lexicon) -> Vocabulary:
    """Of a lexicon, made once."""
    return Vocabulary(lexicon)
