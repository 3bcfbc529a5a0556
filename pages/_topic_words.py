"""The words of the topics: their editor, what a change would catch, who changed what, the way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from cxlib.errors import CxError
from cxlib.store import topic_words
from cxlib.store.catalogue import ChangeRow
from cxlib.store.snapshots import Snapshot
from cxlib.store.topic_words import NAMED, Change, TopicWords
from cxlib.store.workspaces import Workspace
from cxlib.voice.aspects import LABELS, LISTS, shipped
from cxlib.voice.topic_changes import Trial, changed, checked, trial
from pages import _cache, _case, _changing, _parts, _state

_ = _state.say

KEY, TOPIC, NEW = "topic_words", "topic_words_of", ""
SHOWN = 40  # words of the shipped list, as an example of what it has
CHANGES = 10  # the newest of the history


def current() -> str | None:
    """What the workspace changed of the words, as analyses take it."""
    of = _state.session().workspace
    return topic_words.kept(of).written() if of else None


def names() -> dict[str, str]:
    """What the topics in use are called, by id."""
    of = _state.session().workspace
    return changed(topic_words.kept(of) if of else TopicWords()).labels


def editor(data: Snapshot) -> None:
    """The words behind a question, one topic at a time."""
    opened = _parts.details(_("Words of the topics"), "topic_words", ":material/edit_note:")
    if opened is None:
        return
    of = _state.workspace()
    seen = topic_words.kept(of)
    with opened:
        st.caption(
            _(
                "A comment speaks of a topic where it has one of its words, in Indonesian or English."
                " Endings are found by themselves: “kirim” stands for “dikirim” and “pengiriman” too."
            )
        )
        offered = {t: _offered(seen, t, name) for t, name in _all_names(seen).items()}
        offered[NEW] = _("New topic…")
        topic = st.selectbox(
            _("Topic"),
            list(offered),
            format_func=offered.__getitem__,
            key=TOPIC,
            width=320,
        )
        _changing.told(KEY)
        _form(of, seen, topic, data)
        _whole(of, seen)


def _form(of: Workspace, seen: TopicWords, topic: str, data: Snapshot) -> None:
    """What may be changed of a topic. Fields belong to the version that was read."""
    known, change = dict(shipped().aspects).get(topic), seen.topics.get(topic, Change())
    there = sorted({word for name in LISTS for word in getattr(known, name)}) if known else []
    if known:
        some = ", ".join(known.words[:SHOWN])
        st.caption(_("In the list: {words}, …", words=_parts.plain(some, 2_000)))
    with st.form(f"{KEY}_form", border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = change.name or (_(LABELS.get(topic, topic)) if topic else "")
            st.text_input(
                _("Name"), name, max_chars=NAMED, key=_key(seen, topic, "name"), width=280
            )
            st.toggle(_("In use"), not change.off, key=_key(seen, topic, "on"))
        with st.grid(3, min_column_width=220):
            for field, text in (
                ("words", _("Words that name it, one a line")),
                ("positive", _("Words of praise, one a line")),
                ("negative", _("Words of complaint, one a line")),
            ):
                st.text_area(
                    text,
                    "\n".join(getattr(change, field)),
                    height=140,
                    key=_key(seen, topic, field),
                    placeholder=_("Yours, beside those of the list") if known else None,
                )
        if there:
            st.multiselect(
                _("Words of the list that do not count"),
                there,
                [word for word in change.without if word in there],
                key=_key(seen, topic, "without"),
                placeholder=_("None"),
            )
        with st.container(horizontal=True):
            tried = st.form_submit_button(_("Try it"), icon=":material/visibility:")
            st.form_submit_button(_("Save"), type="primary", on_click=_save, args=(of, seen, topic))
            if topic in seen.topics:
                st.form_submit_button(
                    _("Undo its changes") if known else _("Delete topic"),
                    icon=":material/undo:" if known else ":material/delete:",
                    on_click=_drop,
                    args=(of, seen, topic),
                )
    if tried:
        _trial(seen, topic, data)


def _trial(seen: TopicWords, topic: str, data: Snapshot) -> None:
    """What the typed words would catch."""
    try:
        id_, made = _typed(seen, topic)
    except CxError as error:
        message, hint = _state.session().lang.error(error)
        st.error(hint or message, title=message if hint else None)
        return
    with st.spinner(_("Computing…"), show_time=True):
        found: Trial = _cache.rows(
            trial, data, data.kind, topic=id_, before=seen.written(), after=made.written()
        )
    number = _state.session().lang.number
    st.info(
        _(
            "Of the newest {read} comments {n} would speak of it: {more} more and {fewer} fewer than now.",
            read=number(found.read),
            n=number(found.n),
            more=number(found.more),
            fewer=number(found.fewer),
        ),
        icon=":material/visibility:",
    )


def _save(of: Workspace, seen: TopicWords, topic: str) -> None:
    def save() -> None:
        id_, made = _typed(seen, topic)
        topic_words.keep(of, made, who=_state.get(_case.ME, ""))
        _state.put(TOPIC, id_)

    if _changing.tried(save, KEY):
        st.toast(_("Saved. The page is computed with these words now."), icon=":material/check:")


def _drop(of: Workspace, seen: TopicWords, topic: str) -> None:
    """Take the changes of a topic back, which of one's own is all of it."""
    me, left = _state.get(_case.ME, ""), seen.having(topic, Change())
    if _changing.tried(lambda: topic_words.keep(of, checked(left), who=me), KEY):
        _state.put(TOPIC, topic if topic in LABELS else None)


def _typed(seen: TopicWords, topic: str) -> tuple[str, TopicWords]:
    """The topic's id, and the changes with what its form says; refusals name topics as read here."""

    def said(field: str) -> Any:
        return _state.get(_key(seen, topic, field))

    def lines(field: str) -> tuple[str, ...]:
        return tuple(line for line in (said(field) or "").splitlines() if line.strip())

    name = " ".join((said("name") or "").split())
    id_ = topic or _free(name, seen)
    usual = _(LABELS[topic]) if topic in LABELS else id_
    change = {
        "name": "" if name == usual else name,
        "off": not said("on"),
        **{field: lines(field) for field in ("words", "positive", "negative")},
        "without": tuple(said("without") or ()),
    }
    try:
        if not name:
            topic_words.of_plain({"": {}})
        made = topic_words.of_plain(seen.having(id_, Change(**change)).plain())
        return id_, checked(TopicWords(made.topics, seen.version), id_)
    except CxError as error:
        if "topic" in error.params:
            error.params["topic"] = _(str(error.params["topic"]))
        raise


def _free(name: str, seen: TopicWords) -> str:
    """The id of a new topic: its name, unless that is the id of another."""
    taken = {*LABELS, *seen.topics}
    return name if name not in taken else f"{name} (2)"


def _whole(of: Workspace, seen: TopicWords) -> None:
    """All changes: to download, to take back, and who made them."""
    if not seen.topics and seen.version is None:
        return
    with st.container(horizontal=True):
        st.download_button(
            _("Download the changes"),
            json.dumps(seen.plain(), ensure_ascii=False, indent=1),
            file_name="topic_words.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            disabled=not seen.topics,
            help=_("For “topics --lexicon” of the command line."),
        )
        st.button(
            _("Back to the shipped list"),
            icon=":material/undo:",
            disabled=not seen.topics,
            on_click=_changing.tried,
            args=(_back(of, seen), KEY),
            help=_("All topics and words as they came; the changes stay in the history."),
        )
    st.caption(_("Changes, the newest first"))
    for made in topic_words.history(of)[::-1][:CHANGES]:
        st.markdown(_told(made))


def _back(of: Workspace, seen: TopicWords) -> Callable[[], object]:
    who = _state.get(_case.ME, "")
    return lambda: topic_words.keep(of, TopicWords({}, seen.version), who=who)


def _told(made: ChangeRow) -> str:
    """A change in a line: when, who, and of each topic what came and what went."""
    parts = []
    for topic, (before, after) in made.changed.items():
        name = (after or before or {}).get("name") or _(LABELS.get(topic, topic))
        parts.append(f"**{_parts.plain(name)}** {_differing(before or {}, after or {})}")
    who = f" · {_parts.plain(made.who)}" if made.who else ""
    day = _state.session().lang.date(made.moment.date())
    return f"{day}{who} · " + ("; ".join(parts) if parts else _("nothing changed"))


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    signs = {"words": "", "positive": "👍 ", "negative": "👎 ", "without": _("not counted:") + " "}
    told = []
    for field, sign in signs.items():
        was, now = before.get(field, []), after.get(field, [])
        for mark, words in (("+", now), ("−", was)):
            other = was if mark == "+" else now
            told += [f"{mark} {sign}{_parts.plain(w)}" for w in words if w not in other]
    if before.get("off", False) != after.get("off", False):
        told.append(_("switched off") if after.get("off") else _("in use again"))
    if before.get("name", "") != after.get("name", ""):
        told.append(_("renamed"))
    return ", ".join(told)


def _all_names(seen: TopicWords) -> dict[str, str]:
    """What all topics are called, those that are off too, as read here."""
    own = {topic: change.name or topic for topic, change in seen.topics.items()}
    usual = {topic: _(name) for topic, name in LABELS.items()}
    return {**usual, **{t: usual.get(t, n) if n == t else n for t, n in own.items()}}


def _offered(seen: TopicWords, topic: str, name: str) -> str:
    change = seen.topics.get(topic)
    if change is None:
        return name
    return _("{topic} (off)", topic=name) if change.off else _("{topic} (changed)", topic=name)


def _key(seen: TopicWords, topic: str, field: str) -> str:
    return f"{KEY}_{field}_{topic}_{seen.version}"
