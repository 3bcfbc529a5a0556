"""The first step of an upload: what was read, shown as a table, and correctable by hand."""

from __future__ import annotations

import streamlit as st

from cxlib.i18n import N_
from cxlib.ingest.preview import preview
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.store import intake
from cxlib.store.uploads import Upload
from pages import _parts, _report, _state, _steps

_ = _state.say

DELIMITERS = {
    ",": N_("comma"),
    ";": N_("semicolon"),
    "\t": N_("tab"),
    "|": N_("bar"),
    " ": N_("spaces"),
}
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16", "cp1250", "cp1251", "mac-roman", "shift_jis")
HEADERS = {
    0: N_("none: the first line is data"),
    1: N_("the first line"),
    2: N_("the first two lines"),
    3: N_("the first three lines"),
}
QUOTES = ('"', "'")
SHOWN = 40  # columns


def read(upload: Upload) -> Staged:
    """What was read: encoding, delimiter, header, rows; another file; the first rows."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{_parts.plain(upload.name)}**")
        st.button(
            _("Another file"),
            icon=":material/close:",
            type="tertiary",
            on_click=lambda: leave(upload),
        )
    summary, corrections = st.container(), st.container()
    options = _chosen(upload)
    staged = _steps.attempt(
        lambda: _steps.with_progress(
            _("Reading"),
            lambda tell, tick: intake.stage(upload, options, tell, tick),
            lambda: leave(upload),
        )
    )
    summary.caption(" · ".join(_found(staged)))
    with corrections:
        _correct(staged)
    _report.issues(staged.issues)
    # A grid draws its headers as they are, not as Markdown.
    st.dataframe(
        preview(staged, columns=SHOWN), hide_index=True, alt=_("The first rows as they were read")
    )
    if len(staged.columns) > SHOWN:
        st.caption(_("The first {n} columns are shown.", n=SHOWN))
    return staged


def leave(upload: Upload) -> None:
    """Give up this file: nothing of it stays."""
    intake.discard(upload)
    st.query_params.pop("upload", None)


def _chosen(upload: Upload) -> ReadOptions:
    """The corrections that were made so far."""
    options: ReadOptions = _steps.recall("read") or intake.read_options(upload)
    return options


def _found(staged: Staged) -> list[str]:
    lang = _state.session().lang
    return [
        lang.plural(N_("{n} row"), N_("{n} rows"), staged.rows),
        lang.plural(N_("{n} column"), N_("{n} columns"), len(staged.columns)),
        *([staged.encoding] if staged.encoding else []),
        *([_(DELIMITERS.get(staged.delimiter, staged.delimiter))] if staged.delimiter else []),
        _("with a header") if staged.titles is not None else _("without a header"),
        *([_parts.plain(_("sheet {name}", name=staged.sheet))] if staged.sheet else []),
    ]


def _correct(staged: Staged) -> None:
    """Sheet and table where there are several; the rest behind a click, applied at once."""
    before = _steps.recall("read") or ReadOptions()
    sheet, table = before.sheet, before.table
    with st.container(horizontal=True):
        if len(staged.sheets) > 1:
            at = staged.sheets.index(staged.sheet) if staged.sheet in staged.sheets else 0
            picked = st.selectbox(_("Sheet"), staged.sheets, at, key=_steps.key("sheet"))
            sheet = before.sheet if picked == staged.sheet else picked
        if len(staged.tables) > 1:
            number = 1 + st.selectbox(
                _("Table"),
                range(len(staged.tables)),
                staged.table - 1,
                format_func=lambda i: f"{i + 1} · {staged.tables[i]}",
                key=_steps.key("table"),
            )
            table = before.table if number == staged.table else number
    lang, found = _state.session().lang, _("(found by itself)")
    with (
        st.expander(_("Read differently"), icon=":material/tune:"),
        st.form(_steps.key("reading"), border=False),
    ):
        with st.grid(3, min_column_width=200):
            encoding = st.selectbox(
                _("Encoding"),
                [None, *ENCODINGS],
                format_func=lambda v: v or found,
                accept_new_options=True,
            )
            delimiter = st.selectbox(
                _("Delimiter"),
                [None, *DELIMITERS],
                format_func=lambda v: lang(DELIMITERS.get(v, v)) if v else found,
                accept_new_options=True,
                help=_("Any sign or signs that part the cells."),
            )
            quotechar = st.selectbox(_("Quote"), [None, *QUOTES], format_func=lambda v: v or found)
            header = st.selectbox(
                _("Names of the columns"),
                [None, *HEADERS],
                format_func=lambda v: found if v is None else lang(HEADERS[v]),
            )
            skip = st.number_input(
                _("Lines before the table"),
                min_value=0,
                value=None,
                step=1,
                placeholder=found,
            )
        st.form_submit_button(_("Read again"), icon=":material/refresh:")
    chosen = ReadOptions(encoding, delimiter, header, sheet, quotechar, skip, table)
    if chosen != before:
        _steps.keep("read", chosen)
        st.rerun()
