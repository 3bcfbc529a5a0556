"""What the steps of an upload share: keys of their own, questions, progress that can be left."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.plan import Question
from pages import _parts, _report, _state

_ = _state.say

R = TypeVar("R")
Tell = Callable[[int], None]
Tick = Callable[[], bool]


def key(name: str) -> str:
    """A widget's key for this upload alone: the answers for one file are no answers for the next."""
    return f"{name}_{st.query_params.get('upload')}"


def recall(name: str, default: Any = None) -> Any:
    """What was kept for this upload."""
    return _state.get(key(name), default)


def keep(name: str, value: Any) -> None:
    """Keep a plain value for this upload; None forgets it."""
    _state.put(key(name), value)


def attempt(work: Callable[[], R]) -> R:
    """The result of work; what it refuses is said, with its issues, and the page ends."""
    try:
        return work()
    except CxError as error:
        _report.issues(error.issues)
        return _parts.refused(error)


def wait() -> None:
    """End the page until the user has answered."""
    st.info(_("Answer the question above to go on."), icon=":material/help:")
    st.stop()


def with_progress(
    doing: str, work: Callable[[Tell, Tick], R], leave: Callable[[], None] | None = None
) -> R:
    """Run work that tells how many rows it has done; leave no trace of it on the page.

    Work asks ten times a second whether to stop. Each time a line is written here, and that is when
    Streamlit ends this run because of a click on Cancel, which calls `leave`.
    """
    lang, slot, started, rows = _state.session().lang, st.empty(), time.monotonic(), [0]
    with slot.container(horizontal=True, vertical_alignment="center"):
        line = st.empty()
        st.button(
            _("Cancel"),
            icon=":material/close:",
            type="tertiary",
            on_click=leave,
            key=key(f"cancel_{doing}"),
        )

    def tell(done: int) -> None:
        rows[0] = done

    def tick() -> bool:
        seconds = lang.number(time.monotonic() - started)
        done = lang.plural(N_("{n} row"), N_("{n} rows"), rows[0]) if rows[0] else ""
        told = [f"{doing}…", done, _("{n} s", n=seconds)]
        line.markdown(":material/hourglass: " + " · ".join(filter(None, told)))
        return False

    tick()
    result = work(tell, tick)
    slot.empty()
    return result


def asked(question: Question, **named: str) -> str | None:
    """A question with its choices, each with what values of the file would then be."""
    lang = _state.session().lang
    params = {name: str(value) for name, value in question.params.items()} | named
    by_value = {choice.value: choice for choice in question.choices}

    def shown(value: str) -> str:
        choice = by_value[value]
        examples = "; ".join(
            text if text == meant else f"{text} → {_example(meant)}"
            for text, meant in choice.examples[:3]
        )
        name = lang(choice.label) or value
        return f"{name}: {_parts.plain(examples, 200)}" if examples else _parts.plain(name)

    with st.container(border=True):
        answer: str | None = st.radio(
            _parts.plain(lang(question.message, **params), 400),
            list(by_value),
            index=None,
            format_func=shown,
            key=key(question.id),
            persist_state="session",
        )
    return answer


def _example(meant: str) -> str:
    try:
        return _state.session().lang.date(dt.date.fromisoformat(meant), "long")
    except ValueError:
        return meant
