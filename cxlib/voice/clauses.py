"""Clauses of a comment: where it is parted, and the aspects and opinions that each part holds.

A comment is parted at signs, at words of contrast, and at “and” where both sides have an aspect and an
opinion of their own: “barang bagus tapi kirimnya lama” has two clauses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cxlib.voice.vocabulary import Entry, Hit

SENTENCE = frozenset(".!?;:\n()…")
SIGNS = SENTENCE | frozenset(",/&+")
MOST = 60  # words of a clause; what goes on without a sign is cut, so that time is linear
REACH = 4  # words between a negation and what it turns
NOT_MORE = frozenset(
    [
        "clever",
        "tender",
        "bitter",
        "eager",
        "proper",
        "power",
        "paper",
        "sober",
        "ever",
        "other",
        "after",
        "over",
    ]
)


@dataclass(slots=True)
class Opinion:
    """Where an opinion stands, its polarity by aspect ("" for any) as it is meant, and what it tells."""

    at: int
    polarity: dict[str, int]
    tells: list[str]


@dataclass(slots=True)
class Clause:
    """Words between two partings: the aspects named in it (by place) and the opinions."""

    hits: list[Hit]
    sentence: int
    roles: set[str] = field(default_factory=set)
    mentions: list[tuple[int, str, bool]] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    said: dict[str, list[int]] = field(default_factory=dict)

    @property
    def span(self) -> tuple[int, int]:
        """Where it starts and ends in the text."""
        return self.hits[0].start, self.hits[-1].end


def clauses(hits: list[Hit]) -> list[Clause]:
    """The clauses of a comment that have at least a word, with what each holds."""
    return [_read(clause) for clause in _parts(hits)]


def _parts(hits: list[Hit]) -> Iterator[Clause]:
    sentence, start = 0, 0
    parts: list[tuple[int, list[Hit], set[str]]] = []
    opened: set[str] = set()
    for i, hit in enumerate(hits):
        if i - start >= MOST:
            parts.append((sentence, hits[start:i], opened))
            opened, start = set(), i
        contrast = hit.entry is not None and "contrast" in hit.entry.roles
        if not (contrast or hit.text in SIGNS):
            continue
        # A slash or ampersand joins as “and” does.
        if hit.text in "/&+":
            continue
        parts.append((sentence, hits[start:i], opened))
        opened = set(hit.entry.roles) if contrast and hit.entry else set()
        sentence += hit.text in SENTENCE
        start = i + 1
    parts.append((sentence, hits[start:], opened))
    carried: set[str] = set()
    for number, held, roles in parts:
        if not held:
            carried |= roles
            continue
        yield from _at_joins(held, number, roles | carried)
        carried = set()


def _at_joins(hits: list[Hit], sentence: int, roles: set[str]) -> Iterator[Clause]:
    start = 0
    for i, hit in enumerate(hits):
        joins = hit.text in "/&+" or (hit.entry is not None and "joins" in hit.entry.roles)
        if joins and _speaks(hits[start:i]) and _speaks(hits[i + 1 :]):
            yield Clause(hits[start:i], sentence, roles)
            start, roles = i + 1, set()
    if hits[start:]:
        yield Clause(hits[start:], sentence, roles)


def _speaks(hits: list[Hit]) -> bool:
    """Whether there is an aspect and an opinion that can be of it, or one that tells its aspect."""
    entries = [hit.entry for hit in hits if hit.entry is not None]
    if any(entry.tells for entry in entries):
        return True
    named = {name for entry in entries for name in entry.aspects}
    opinions = [entry.polarity for entry in entries if entry.polarity]
    return bool(named) and any("" in o or named & o.keys() for o in opinions)


def _read(clause: Clause) -> Clause:
    """Finds its aspects and opinions, and who is turned into the opposite."""
    hits = clause.hits
    for at, hit in enumerate(hits):
        if hit.entry is None:
            continue
        clause.mentions += [(at, name, weak) for name, weak in hit.entry.aspects.items()]
        if hit.entry.polarity and not _strengthens(hits, at):
            meant = _meant(hits, at, hit.entry)
            if meant is not None:
                clause.opinions.append(Opinion(at, meant, hit.entry.tells))
    clause.mentions = _actors(_heads(clause.mentions, hits), hits)
    return clause


def _strengthens(hits: list[Hit], at: int) -> bool:
    """Whether it is a word such as “terribly” beside another opinion, which it makes stronger; or one
    such as “kurang” that turns the next."""
    entry = hits[at].entry
    assert entry is not None
    beside = [hits[i].entry for i in (at - 1, at + 1) if 0 <= i < len(hits)]
    opinions = [e for e in beside if e is not None and e.polarity and "boosters" not in e.roles]
    if "boosters" in entry.roles and opinions:
        return True
    if not entry.roles & {"negators"}:
        return False
    return any(h.entry is not None and h.entry.polarity for h in hits[at + 1 : at + 3])


def _meant(hits: list[Hit], at: int, entry: Entry) -> dict[str, int] | None:
    """The polarity of an opinion after what stands before it; None where it is only wished for."""
    polarity, factor = dict(entry.polarity), 1
    text = hits[at].text
    more = "more" in entry.roles or (text.endswith("er") and text not in NOT_MORE)
    turned = wished = unreal = excess = utmost = False
    for i in range(at - 1, max(at - 2 - REACH, -1), -1):
        before = hits[i].entry
        if before is None:
            if hits[i].text in SIGNS:
                break
            continue
        roles = before.roles
        near = at - i <= REACH
        more |= "more" in roles
        if "negators" in roles and near:
            turned = not turned
            utmost |= "utmost" in roles
        elif before.polarity and not roles & {"boosters", "more"}:
            break
        unreal |= "unreal" in roles
        wished |= "wishes" in roles
        excess |= "strengthens" in roles and at - i <= 2
    if turned and utmost and more:
        factor = 1  # “couldn't be kinder”, “never had better”
    elif turned:
        factor = -1
    elif excess:
        polarity = {name: -1 for name in polarity}
    elif unreal or (wished and more):
        polarity = {name: min(p, -p) for name, p in polarity.items()}
    elif wished:
        polarity = {name: p for name, p in polarity.items() if p < 0}
    return {name: factor * p for name, p in polarity.items()} or None


def _actors(mentions: list[tuple[int, str, bool]], hits: list[Hit]) -> list[tuple[int, str, bool]]:
    """Without the service that is only what a seller does (seller responds, chat seller)."""
    if not any(name == "seller" and not weak for _, name, weak in mentions):
        return mentions
    acts = {
        at for at, hit in enumerate(hits) if hit.entry is not None and "acts" in hit.entry.roles
    }
    return [m for m in mentions if m[1] != "service" or m[0] not in acts]


def _heads(mentions: list[tuple[int, str, bool]], hits: list[Hit]) -> list[tuple[int, str, bool]]:
    """Of nouns side by side (harga barang, delivery service) the one that the other is of."""
    kept: list[tuple[int, str, bool]] = []
    for at, name, weak in mentions:
        if kept and kept[-1][0] != at and at - kept[-1][0] == 1:
            light = _is_light(hits[kept[-1][0]], kept[-1][2])
            if light and not weak and name != kept[-1][1]:
                kept[-1] = (at, name, weak)
                continue
            if (weak and not kept[-1][2]) or _is_light(hits[at], False) or name == kept[-1][1]:
                continue
        kept.append((at, name, weak))
    return kept


LIGHT = frozenset(
    [
        "kualitas",
        "quality",
        "service",
        "layanan",
        "pelayanan",
        "proses",
        "process",
        "sistem",
        "system",
        "kecepatan",
        "speed",
        "jasa",
    ]
)


def _is_light(hit: Hit, weak: bool) -> bool:
    return weak or hit.text.removesuffix("nya") in LIGHT
