"""The entries of the glossary: definitions of numbers, and terms, in one list."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cxlib.definitions import Definition, definitions
from cxlib.i18n import N_
from cxlib.terms import TERMS, Term
from pages import _parts, _state

_ = _state.say

WORDS = "words"


@dataclass(frozen=True, slots=True)
class Entry:
    """A definition or a term, its group, and its texts: (message id of the label, message id)."""

    of: Definition | Term
    group: str
    texts: tuple[tuple[str, str], ...]

    def matches(self, text: str) -> bool:
        """Whether all words of `text` are in the entry as the reader sees it."""
        said = [self.of.id, _(self.of.name), *(_(message) for label, message in self.texts)]
        whole = " ".join(said).casefold()
        return all(word in whole for word in text.casefold().split())


def entries() -> tuple[Entry, ...]:
    """All entries: terms in the order of their file, definitions by group."""
    words = (
        Entry(t, WORDS, ((N_("Meaning"), t.meaning), (N_("Example"), t.example))) for t in TERMS
    )
    numbers = (
        Entry(
            d,
            d.id.partition(".")[0],
            (
                (N_("Formula"), d.formula),
                (N_("Good for"), d.good_for),
                (N_("Not good for"), d.not_good_for),
                (N_("Pitfalls"), d.pitfalls),
            ),
        )
        for d in definitions().values()
    )
    return (*words, *numbers)


def groups() -> set[str]:
    """The groups that have an entry."""
    return {entry.group for entry in entries()}


def search(text: str, group: str | None) -> list[Entry]:
    """The entry whose id or name is `text`, whatever its group; else those of a group that have it."""
    exact = [e for e in entries() if text.strip().casefold() in (e.of.id, _(e.of.name).casefold())]
    if exact:
        return exact
    return [e for e in entries() if e.matches(text) and group in (None, e.group)]


def shown(entry: Entry, opened: bool) -> None:
    """An entry, folded together unless it is the one that was asked for."""
    of = entry.of
    with st.expander(_parts.plain(_(of.name)), expanded=opened, key=f"entry_{of.id}_{opened}"):
        for label, message in entry.texts:
            if message:
                st.markdown(f"**{_(label)}** · {_parts.plain(_(message), 2_000)}")
        if isinstance(of, Definition):
            st.markdown(f"**{_('Sources')}** · {_parts.plain(of.source, 2_000)}")
            st.caption(f"`{of.id}` v{of.version}")
        else:
            _related(of)


def _related(term: Term) -> None:
    """What belongs to a term, each a click away."""
    known = {entry.of.id: entry.of for entry in entries()}
    with st.container(horizontal=True):
        for other in term.see:
            name = _(known[other].name)
            number = isinstance(known[other], Definition)
            st.button(
                _("{name}, as a number", name=name) if number else name,
                key=f"see_{term.id}_{other}",
                icon=":material/arrow_forward:",
                type="tertiary",
                on_click=_state.put,
                args=("term", other),
            )
