"""What customers may talk about, and the words that tell it: a lexicon that the user can change."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from cxlib.errors import CxError
from cxlib.i18n import N_

LABELS = {
    "delivery": N_("Delivery"),
    "packaging": N_("Packaging"),
    "price": N_("Price"),
    "promo": N_("Promotions"),
    "quality": N_("Product quality"),
    "fit": N_("Size and fit"),
    "service": N_("Customer service"),
    "app": N_("App and website"),
    "payment": N_("Payment"),
    "refund": N_("Refunds, returns"),
    "stock": N_("Stock and choice"),
    "seller": N_("Seller"),
    "place": N_("Store and place"),
    "taste": N_("Food and taste"),
}
"""What the aspects of the shipped lexicon are called; those that a user adds have their own name."""

LISTS = ("words", "weak", "positive", "negative", "tells")


@dataclass(frozen=True, slots=True)
class Aspect:
    """The words and phrases of one aspect, in both languages.

    `words` name it, `weak` ones only where nothing else is named beside them. `positive` and
    `negative` are opinions of this aspect (``murah`` is good of a price), whatever they are of
    others; `tells` are those of them that tell the aspect where it is not named. `name` is what a user
    calls it.
    """

    words: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Aspects by name. Never changed: each change makes another one."""

    aspects: tuple[tuple[str, Aspect], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The aspects, in order."""
        return tuple(name for name, _ in self.aspects)

    @property
    def labels(self) -> dict[str, str]:
        """What the aspects are called: as the user says, or a message id."""
        return {name: held.name or LABELS.get(name, name) for name, held in self.aspects}

    @property
    def digest(self) -> str:
        """16 hexadecimal digits, other ones for other words."""
        written = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()[:16]

    def __getitem__(self, name: str) -> Aspect:
        for known, aspect in self.aspects:
            if known == name:
                return aspect
        raise CxError(
            "bad_option",
            N_("There is no topic “{topic}”."),
            N_("The topics are: {choices}."),
            topic=name,
            choices=", ".join(self.names),
        )

    def adding(self, name: str, words: Iterable[str], to: str = "words") -> Lexicon:
        """With these words in one of an aspect's `LISTS`; an aspect that is not there is made."""
        aspect = self[name] if name in self.names else Aspect()
        held = getattr(aspect, _list(to))
        more = tuple(w for w in dict.fromkeys(map(_clean, words)) if w and w not in held)
        lists: dict[str, Any] = {to: held + more}
        return self._with(name, replace(aspect, **lists))

    def removing(self, name: str, words: Iterable[str], of: str = "words") -> Lexicon:
        """Without these words in one of an aspect's `LISTS`."""
        aspect, gone = self[name], set(map(_clean, words))
        kept = tuple(w for w in getattr(aspect, _list(of)) if w not in gone)
        lists: dict[str, Any] = {of: kept}
        return self._with(name, replace(aspect, **lists))

    def without(self, name: str) -> Lexicon:
        """Without an aspect."""
        _ = self[name]
        return Lexicon(tuple(held for held in self.aspects if held[0] != name))

    def _with(self, name: str, aspect: Aspect) -> Lexicon:
        if name not in self.names:
            return Lexicon((*self.aspects, (name, aspect)))
        return Lexicon(tuple((n, aspect if n == name else a) for n, a in self.aspects))

    def to_dict(self) -> dict[str, dict[str, list[str] | str]]:
        """As JSON and TOML have it."""
        made: dict[str, dict[str, list[str] | str]] = {}
        for name, aspect in self.aspects:
            made[name] = {key: list(getattr(aspect, key)) for key in LISTS}
            if aspect.name:
                made[name]["name"] = aspect.name
        return made

    @classmethod
    def from_dict(cls, found: Mapping[str, Mapping[str, Iterable[str] | str]]) -> Lexicon:
        """Of what `to_dict` gave. Raises `CxError` (``bad_option``) for a list that does not exist."""
        aspects: list[tuple[str, Aspect]] = []
        for name, lists in found.items():
            held: dict[str, Any] = {
                _list(key): tuple(dict.fromkeys(filter(None, map(_clean, words))))
                for key, words in lists.items()
                if key != "name"
            }
            aspects.append((name, Aspect(**held, name=str(lists.get("name", "")))))
        return cls(tuple(aspects))


@cache
def shipped() -> Lexicon:
    """The lexicon that comes with the library."""
    return Lexicon.from_dict(tomllib.loads(_read("aspects.toml")))


@cache
def opinions() -> dict[str, Any]:
    """Opinions of anything, and the words that turn, join or part them, by what they do."""
    return tomllib.loads(_read("opinions.toml"))


def _read(name: str) -> str:
    return files("cxlib.voice").joinpath("lexicon", name).read_text("utf-8")


def _clean(word: str) -> str:
    return " ".join(word.casefold().split())


def _list(name: str) -> str:
    if name not in LISTS:
        raise CxError(
            "bad_option",
            N_("{option} cannot be “{value}”."),
            N_("Choose one of: {choices}."),
            option="list",
            value=name,
            choices=", ".join(LISTS),
        )
    return name
