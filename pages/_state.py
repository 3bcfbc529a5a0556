"""One typed session: language, look and workspace. The only user of st.session_state."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cxlib.charts.theme import Theme, theme
from cxlib.errors import NotFound
from cxlib.i18n import Language, language, languages
from cxlib.store import janitor
from cxlib.store.snapshots import Snapshot
from cxlib.store.workspaces import Store, Workspace

HOME = Path(os.environ.get("CXLIB_HOME", Path(__file__).resolve().parent.parent / ".cxlib"))


@dataclass(frozen=True, slots=True)
class Session:
    """What a page may know of who looks at it. `workspace` is None until something is uploaded."""

    lang: Language
    look: Theme
    workspace: Workspace | None


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The store of this server, swept once at start."""
    opened = Store(
        HOME,
        os.environ.get("CXLIB_CATALOGUE"),
        clock=lambda: dt.datetime.now(dt.UTC),
        new_id=lambda: secrets.token_hex(16),
    )
    janitor.start(opened)
    return opened


def begin() -> Session:
    """Read who looks from URL and browser, at the start of every run; called by the shell."""
    code = st.session_state.get("lang") or _preferred()
    current = Session(language(code), theme(st.context.theme.type or "light"), _workspace())
    st.session_state["session"] = current
    return current


def session() -> Session:
    """The session that the shell began."""
    current: Session = st.session_state["session"]
    return current


def say(message: str, **params: Any) -> str:
    """A message in the reader's language; modules of this folder call it `_`."""
    return session().lang(message, **params)


def workspace() -> Workspace:
    """The workspace, made now when there is none: the first upload or sample needs it."""
    current = session()
    if current.workspace is not None:
        return current.workspace
    made = store().create(purpose="analysis", name="")
    st.session_state["workspace"] = made.id
    st.session_state["session"] = Session(current.lang, current.look, made)
    st.query_params["w"] = made.id
    return made


def erase() -> None:
    """Delete the workspace; its link opens nothing any more."""
    current = session().workspace
    if current is not None:
        current.erase()
    st.session_state.pop("workspace", None)
    st.query_params.pop("w", None)


def release(given: UploadedFile) -> None:
    """Let go of the copy of a file that Streamlit keeps for the session: the store has it now."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, given.file_id)
    given.close()


def snapshot(kind: str) -> Snapshot | None:
    """The current data of a kind, or None."""
    current = session().workspace
    return current.current(kind) if current else None


def get(key: str, default: Any = None) -> Any:
    """A plain value that a page keeps for this session."""
    return st.session_state.get(key, default)


def put(key: str, value: Any) -> None:
    """Keep a plain value for this session; None forgets it."""
    if value is None:
        st.session_state.pop(key, None)
    else:
        st.session_state[key] = value


def _preferred() -> str:
    asked = st.query_params.get("lang") or (st.context.locale or "")
    return next((code for code in languages() if asked.lower().startswith(code)), "en")


def _workspace() -> Workspace | None:
    """The workspace that the URL holds the key to; an unknown key opens nothing."""
    key = st.query_params.get("w") or st.session_state.get("workspace")
    if not key:
        return None
    try:
        opened = store().open(key)
    except NotFound:
        st.session_state.pop("workspace", None)
        return None
    st.session_state["workspace"] = opened.id
    st.query_params["w"] = opened.id
    return opened
