"""The lexicon of a workspace: the shipped one under the changes that its people made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cxlib.errors import CxError
from cxlib.frames.comments import comments
from cxlib.i18n import N_, language, languages
from cxlib.store import topic_words
from cxlib.store.topic_words import Change, TopicWords
from cxlib.voice.aspects import LABELS, LISTS, Aspect, Lexicon, shipped
from cxlib.voice.polarities import aspect_polarities
from cxlib.voice.word_forms import tokens

READ = 5_000  # comments of a trial
PARTING = frozenset(".,!?;:()/…")


@dataclass(frozen=True, slots=True)
class Trial:
    """Of `read` comments, how many speak of a topic under changes, and how many `more` and `fewer`
    these are than without."""

    read: int
    n: int
    more: int
    fewer: int


def changed(changes: TopicWords) -> Lexicon:
    """The shipped lexicon under changes; new topics come last. A word that is to be left out and is
    not shipped any more is simply not there."""
    found = dict(shipped().aspects)
    for topic, change in changes.topics.items():
        found[topic] = _changed(found.get(topic, Aspect()), change)
    off = {topic for topic, change in changes.topics.items() if change.off}
    return Lexicon(tuple((topic, held) for topic, held in found.items() if topic not in off))


def of_text(text: str | None) -> Lexicon:
    """The lexicon of changes as a receipt has them (`cxlib.store.topic_words.read`)."""
    return shipped() if text is None else changed(topic_words.read(text))


def checked(changes: TopicWords, topic: str | None = None) -> TopicWords:
    """The changes, where no word of theirs is in two topics and no topic is called like another.

    `topic` is the one that was changed last: of two that share a word, it is told of the other.

    Raises
    ------
    CxError
        ``word_of_two`` for a word that names or tells another topic too, ``word_twice`` for one
        that is in two lists of one topic, ``not_in_the_list`` for one that is to be left out and is not
        shipped, ``name_of_two``, ``no_words`` for an own topic that nothing names or tells, and
        ``no_topics`` where all are off.
    """
    if not changed(changes).aspects:
        raise CxError(
            "no_topics", N_("Every topic is switched off."), N_("Leave one in use at least.")
        )
    # Those that are off are looked at too: they would come back with what is wrong with them.
    on = {topic: replace(change, off=False) for topic, change in changes.topics.items()}
    lexicon = changed(TopicWords(on))
    _check_names(lexicon)
    for one, change in sorted(changes.topics.items(), key=lambda held: held[0] != topic):
        _check_left_out(one, change)
        _check_words(lexicon, one, change)
    return changes


def trial(table: Any, topic: str, before: str | None, after: str | None) -> Trial:
    """What changes (as text) do to a topic, tried on the newest `READ` comments of a table."""
    texts = comments(table).table["text"].dropna()
    newest = [text for text in texts if text.strip()][-READ:]
    was, now = (
        set(found.loc[found["aspect"] == topic, "text"])
        for found in (aspect_polarities(newest, of_text(text)) for text in (before, after))
    )
    return Trial(len(newest), len(now), len(now - was), len(was - now))


def _changed(aspect: Aspect, change: Change) -> Aspect:
    gone = set(map(_key, (*change.without, *change.words, *change.positive, *change.negative)))
    held = {
        name: tuple(word for word in getattr(aspect, name) if _key(word) not in gone)
        for name in LISTS
    }
    held["words"] += change.words
    for name in ("positive", "negative"):
        held[name] += getattr(change, name)
        held["tells"] += getattr(change, name)
    return Aspect(**held, name=change.name or aspect.name)


def _check_names(lexicon: Lexicon) -> None:
    known: dict[str, str] = {}
    read = [language(code) for code in languages()]
    for topic, name in lexicon.labels.items():
        for shown in dict.fromkeys([name, *(lang(name) for lang in read)]):
            if known.setdefault(shown.casefold(), topic) != topic:
                raise CxError(
                    "name_of_two",
                    N_("Two topics would be called “{name}”."),
                    N_("Choose another name, or add the words to the topic that is there."),
                    name=shown,
                )


def _check_left_out(topic: str, change: Change) -> None:
    aspect = dict(shipped().aspects).get(topic, Aspect())
    there = {_key(word) for name in LISTS for word in getattr(aspect, name)}
    for word in change.without:
        if _key(word) not in there:
            raise CxError(
                "not_in_the_list",
                N_("“{word}” is no word of “{topic}” in the shipped list."),
                N_("Take it away from the words that do not count."),
                word=word,
                topic=_name(topic, change),
            )


def _check_words(lexicon: Lexicon, topic: str, change: Change) -> None:
    if topic not in LABELS and not (change.words or change.positive or change.negative):
        raise CxError(
            "no_words",
            N_("The topic “{topic}” has no words."),
            N_("Type those by which customers name it."),
            topic=_name(topic, change),
        )
    others: dict[tuple[str, ...], str] = {}
    for name, aspect in lexicon.aspects:
        if name != topic:
            taken = (*aspect.words, *aspect.weak, *aspect.tells)
            others.update(dict.fromkeys(map(_key, taken), aspect.name or LABELS.get(name, name)))
    for word in (*change.words, *change.positive, *change.negative):
        if _key(word) in others:
            raise CxError(
                "word_of_two",
                N_("“{word}” is a word of “{topic}” already."),
                N_("Leave it out there first, or choose a longer phrase."),
                word=word,
                topic=others[_key(word)],
            )
    lists = [set(map(_key, held)) for held in (change.words, change.positive, change.negative)]
    for word in (*change.words, *change.positive, *change.negative):
        if sum(_key(word) in held for held in lists) > 1:
            raise CxError(
                "word_twice",
                N_("“{word}” stands twice among the words of “{topic}”."),
                N_("It names the topic, praises it or blames it: keep it in one list."),
                word=word,
                topic=_name(topic, change),
            )


def _name(topic: str, change: Change) -> str:
    return change.name or LABELS.get(topic, topic)


def _key(word: str) -> tuple[str, ...]:
    """By which words are the same: case, and signs that part clauses, aside."""
    return tuple(t.text for t in tokens(word) if t.text not in PARTING) or (word,)
