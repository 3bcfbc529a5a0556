"""What people changed of the topics of a workspace: words of their own, names, topics switched off.

Only what differs from the shipped list is kept, so that a newer list reaches a workspace that has
changed a few words of it.
"""

from __future__ import annotations

import json
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store.catalogue import ChangeRow, Json
from cxlib.store.control_characters import refuse, unseen
from cxlib.store.workspaces import Workspace

LISTS = ("words", "positive", "negative", "without")
MOST = 1_000  # words of a change
TOPICS = 100  # that are changed, or of one's own
LONGEST, NAMED = 60, 40  # characters of a word, and of a name
WHO = 100  # characters of the name of whoever changes them
_ENTRY, _ID = "topic_words", "words"


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed of a topic; of one that is not in the shipped list, all of it.

    `name` is shown in place of the shipped one. `words` name the topic, `positive` and `negative` are
    praise and blame of it, which tell it too where nothing names it; all beside those of the shipped
    list, of which those in `without` do not count. A topic that is `off` is not looked for.
    """

    name: str = ""
    off: bool = False
    words: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def plain(self) -> dict[str, Json]:
        """As JSON has it; what was not changed is left out."""
        held = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in held.items()
            if value
        }


@dataclass(frozen=True, slots=True)
class TopicWords:
    """The changes by topic, and the version that they are; None where nobody has made any."""

    topics: Mapping[str, Change] = field(default_factory=dict)
    version: str | None = None

    def having(self, topic: str, change: Change) -> TopicWords:
        """With the change of a topic in place of what it was; one of nothing takes it away."""
        topics = {**self.topics, topic: change}
        return TopicWords({t: c for t, c in topics.items() if c != Change()}, self.version)

    def plain(self) -> dict[str, Json]:
        """As JSON and TOML have it."""
        return {topic: change.plain() for topic, change in self.topics.items()}

    def written(self) -> str | None:
        """As text, the same for the same changes; None where there are none."""
        if not self.topics:
            return None
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(text: str) -> TopicWords:
    """Changes from text, JSON or TOML.

    Raises CxError ``no_topic_words`` for text that is neither, and what `of_plain` raises.
    """
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unread(str(error)) from error
    return of_plain(found)


def of_plain(found: Any) -> TopicWords:
    """Changes from plain values, as `TopicWords.plain` gives them; checked.

    Raises
    ------
    CxError
        ``no_topic_words`` where they have another shape; ``no_word``, ``no_name``, ``too_long``,
        ``too_many_words``, ``too_many_topics``.
    """
    known = {f.name for f in fields(Change)}
    if not isinstance(found, dict):
        raise _unread("{…}")
    topics = {}
    for topic, held in found.items():
        match held:
            case dict() if held.keys() <= known and all(map(_fits, held, held.values())):
                lists = {name: _words(topic, held.get(name, ())) for name in LISTS}
                topics[_name(topic)] = Change(
                    _name(held["name"]) if held.get("name") else "", held.get("off", False), **lists
                )
            case _:
                raise _unread(str(topic))
    if len(topics) > TOPICS:
        raise CxError(
            "too_many_topics",
            N_("{n} topics are changed; {most} are the most."),
            N_("Take some away."),
            n=len(topics),
            most=TOPICS,
        )
    return TopicWords(topics)


def kept(workspace: Workspace) -> TopicWords:
    """The changes of a workspace."""
    row = workspace.entry(_ENTRY, _ID)
    if row is None:
        return TopicWords()
    return TopicWords(of_plain(row.value).topics, row.version)


def keep(workspace: Workspace, changed: TopicWords, *, who: str = "") -> TopicWords:
    """Keep changes in place of the version that was read, `changed.version`; without topics, the
    shipped list holds again. Who changed which topic goes into the history in the same transaction.

    Raises
    ------
    CxError
        ``changed_meanwhile`` where somebody changed them since, and nothing is kept; what `of_plain`
        raises.
    NotFound
        After an erasure of the workspace.
    """
    after = of_plain(changed.plain()).plain()
    row = workspace.entry(_ENTRY, _ID)
    before = dict(row.value) if row else {}
    differing = {
        topic: (before.get(topic), after.get(topic))
        for topic in (*before, *(t for t in after if t not in before))
        if before.get(topic) != after.get(topic)
    }
    made = workspace.write(
        _ENTRY,
        _ID,
        after,
        seen=changed.version,
        created=row.created if row else None,
        said=(" ".join(who.split())[:WHO], differing),
    )
    return TopicWords(of_plain(made.value).topics, made.version)


def history(workspace: Workspace) -> list[ChangeRow]:
    """Every change, the oldest first: who, when, and each topic from what to what."""
    return workspace.changes(_ENTRY, _ID)


def _fits(name: str, value: Any) -> bool:
    """Whether a value is of the type of its field."""
    if name in LISTS:
        return isinstance(value, (list, tuple)) and all(isinstance(w, str) for w in value)
    return isinstance(value, bool if name == "off" else str)


def _name(text: str) -> str:
    name = _line(text)
    if not name:
        raise CxError("no_name", N_("A topic has no name."), N_("Type one, such as Packaging."))
    return _short(name, NAMED)


def _words(topic: str, given: Iterable[str]) -> tuple[str, ...]:
    words = [_line(word).casefold() for word in given]
    if len(words) > MOST:
        raise CxError(
            "too_many_words",
            N_("“{topic}” has {n} words; {most} are the most."),
            N_("Take some away."),
            topic=topic,
            n=len(words),
            most=MOST,
        )
    for word in words:
        if not any(sign.isalnum() or unicodedata.category(sign) == "So" for sign in word):
            raise CxError(
                "no_word",
                N_("Among the words of “{topic}” one is empty or has no letter: “{word}”."),
                N_("Take it away, or type the word."),
                topic=topic,
                word=_short(word, LONGEST),
            )
    return tuple(dict.fromkeys(_short(word, LONGEST) for word in words))


def _line(text: str) -> str:
    """Text in a line; what nobody can see in it is told."""
    refuse(text, lambda sign: not sign.isspace() and unseen(sign))
    return " ".join(text.split())


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise CxError(
            "too_long",
            N_("“{text}” is too long: {most} characters are the most."),
            N_("Make it shorter."),
            text=text[:most],
            most=most,
        )
    return text


def _unread(where: str) -> CxError:
    return CxError(
        "no_topic_words",
        N_("These are no words of topics: {where}."),
        N_(
            "Each topic has name, off, and the lists words, positive, negative and without, as the"
            " page of topics downloads them."
        ),
        where=where[:100],
    )
