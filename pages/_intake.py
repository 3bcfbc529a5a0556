"""The steps of an upload as parts of a page. Each goes on where it was after a refresh."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import streamlit as st

from cxlib.demo.samples import Sample
from cxlib.errors import CxError, NotFound
from cxlib.i18n import N_
from cxlib.ingest.canonical import Imported
from cxlib.ingest.plan import Plan, Proposal, Question, plan
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.labels import written
from cxlib.store import intake
from cxlib.store.uploads import Upload
from cxlib.tables.kind import kind as kind_of
from cxlib.tables.kind import kinds
from pages import _cache, _parts, _report, _state

_ = _state.say

R = TypeVar("R")
TYPES = ["csv", "tsv", "txt", "gz", "xlsx", "parquet"]
DELIMITERS = {
    ",": N_("comma"),
    ";": N_("semicolon"),
    "\t": N_("tab"),
    "|": N_("bar"),
    " ": N_("spaces"),
}
IMPORTABLE = "transactions"  # the kind that works end to end so far
SURE = 0.8  # confidence below which a suggestion is marked as one to check


def current() -> Upload | None:
    """The upload that the URL names, or None."""
    named, workspace = st.query_params.get("upload"), _state.session().workspace
    if not named or workspace is None:
        return None
    try:
        return workspace.upload(named)
    except NotFound:
        st.query_params.pop("upload", None)
        return None


def dropzone() -> None:
    """Take a file; its bytes go to the store at once and the browser's copy is let go."""
    given = st.file_uploader(
        _("Orders, one row an order or an order line"),
        type=TYPES,
        key=f"file_{_state.get('uploads', 0)}",
        help=_("CSV, TSV, text, XLSX or Parquet, also gzipped, up to 200 MB."),
    )
    st.caption(
        _(
            "Needed: a customer and a date. Useful: amount, order number, product, category, channel, city."
        )
    )
    if given is None:
        return
    upload = _attempt(lambda: _state.workspace().stage(given, given.name))
    _state.put("uploads", _state.get("uploads", 0) + 1)
    st.query_params["upload"] = upload.id
    st.rerun()


def read(upload: Upload) -> Staged:
    """What was read: encoding, delimiter, header, rows; correctable by hand."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{_parts.plain(upload.name)}**")
        if st.button(_("Another file"), icon=":material/close:", type="tertiary"):
            st.query_params.pop("upload", None)
            st.rerun()
    summary = st.container()
    options = _options()
    staged = _attempt(
        lambda: _with_progress(_("Reading"), lambda tell: intake.stage(upload, options, tell))
    )
    lang = _state.session().lang
    found = [
        lang.plural(N_("{n} row"), N_("{n} rows"), staged.rows),
        lang.plural(N_("{n} column"), N_("{n} columns"), len(staged.columns)),
        *([staged.encoding] if staged.encoding else []),
        *([_(DELIMITERS.get(staged.delimiter, staged.delimiter))] if staged.delimiter else []),
        _("with a header") if staged.titles is not None else _("without a header"),
        *([_("sheet {name}", name=staged.sheet)] if staged.sheet else []),
    ]
    summary.caption(" · ".join(found))
    if len(staged.sheets) > 1:
        at = staged.sheets.index(staged.sheet) if staged.sheet in staged.sheets else 0
        st.selectbox(_("Sheet"), staged.sheets, at, key=_key("sheet"), persist_state="session")
    _report.issues(staged.issues)
    return staged


def kind(staged: Staged) -> str:
    """What the file holds: as recognised where that is certain, and as the user says."""
    lang = _state.session().lang
    guess = _attempt(lambda: _proposed(staged, None, {}))
    certain = all(question.code != "which_column" for question in guess.questions)
    names = list(kinds())
    chosen: str = st.selectbox(
        _("What the file holds"),
        names,
        names.index(guess.kind if certain else IMPORTABLE),
        format_func=lambda name: lang(kinds()[name].label),
        key=_key("kind"),
        persist_state="session",
        width=300,
    )
    if chosen != IMPORTABLE:
        st.info(
            _("Only transactions can be imported so far. Choose them if the file holds orders.")
        )
        st.stop()
    return chosen


def columns(staged: Staged, kind: str) -> Proposal:
    """A select box a field, our suggestion chosen, sample values beneath."""
    first = _attempt(lambda: _proposed(staged, kind, {}))
    fields = kind_of(first.kind).fields
    chosen: dict[str, str] = {}
    absent = _("(not in the file)")
    with st.grid(3, min_column_width=240):
        for field in fields:
            suggested = first.mapping.get(field.name, "")
            options = ["", *staged.columns]
            with st.container():
                picked = st.selectbox(
                    _(field.label) + (" *" if field.required else ""),
                    options,
                    options.index(suggested) if suggested in options else 0,
                    format_func=lambda column: column or absent,
                    key=_key(f"map_{field.name}"),
                    persist_state="session",
                )
                if picked:
                    values = ", ".join(first.samples.get(picked, ())[:3])
                    doubt = picked == suggested and first.confidence.get(field.name, 1) < SURE
                    st.caption(
                        (":material/help: " + _("please check") + " · " if doubt else "")
                        + _parts.plain(values)
                    )
                if picked != suggested:
                    chosen[field.name] = picked or ""
    proposal = _attempt(lambda: _proposed(staged, kind, chosen)) if chosen else first
    unsure = [q for q in proposal.questions if q.code == "which_column"]
    told = {
        q.field: _asked(q, field=_(kind_of(proposal.kind).field(q.field).label)) for q in unsure
    }
    if not all(told.values()):
        _wait()
    certain = chosen | {field: column for field, column in told.items() if column}
    return _attempt(lambda: _proposed(staged, kind, certain)) if told else proposal


def answers(proposal: Proposal) -> Plan:
    """Ask what only the user can know, and make the plan; the page waits for open answers."""
    given = {question.id: _asked(question) for question in proposal.questions}
    if not all(given.values()):
        _wait()
    _report.issues(proposal.issues)
    copies = st.toggle(
        _("Leave out exact copies of rows"),
        key=_key("copies"),
        help=_(
            "Two equal rows can be two real purchases, so copies stay unless you say otherwise."
        ),
    )
    return _attempt(
        lambda: plan(
            proposal,
            {key: value for key, value in given.items() if value},
            today=dt.datetime.now(dt.UTC).date(),
            remove_duplicates=copies,
            lang=_state.session().lang.code,
        )
    )


def check(upload: Upload, staged: Staged, made: Plan) -> Imported:
    """Check every row when the user says so; what was found stays until the plan changes."""
    found = intake.checked(upload, made)
    if found is None:
        if not st.button(_("Check all rows"), type="primary", icon=":material/fact_check:"):
            st.stop()
        found = _attempt(
            lambda: _with_progress(
                _("Checking"), lambda tell: intake.check(upload, staged, made, tell)
            )
        )
    return found


def report(imported: Imported, currency: str | None) -> None:
    """Rows read = accepted + merged + rejected, the money and the days, and every issue."""
    lang = _state.session().lang
    money = imported.revenue is not None
    first, last = (written(day, "day", lang) for day in (imported.first_day, imported.last_day))
    revenue = lang.money(float(imported.revenue or 0), imported.currency or currency)
    sentence = (
        _("Revenue {revenue} from {first} to {last}.", revenue=revenue, first=first, last=last)
        if money
        else _(
            "{orders} orders from {first} to {last}.",
            orders=lang.number(imported.order_count),
            first=first,
            last=last,
        )
    )
    st.markdown(f"#### {_parts.plain(sentence, 300)}")
    counts(imported.rows_read, imported.rows_accepted, imported.rows_merged, imported.rows_rejected)
    _report.issues(imported.issues)
    if imported.rejects is not None and imported.rows_rejected:
        st.download_button(
            _("Rejected rows, with the reason and the cure"),
            imported.rejects.read_bytes,
            file_name="rejects.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def counts(read_: int, accepted: int, merged: int, rejected: int) -> None:
    """The equation that shows that nothing was lost."""
    lang = _state.session().lang
    with st.grid(4, min_column_width=150):
        for name, n, meaning in (
            (N_("Rows read"), read_, N_("Accepted, merged and rejected rows together.")),
            (N_("Accepted"), accepted, N_("Each is a record: an order, a refund, a cancellation.")),
            (N_("Merged"), merged, N_("Order lines folded into the record of their order.")),
            (N_("Rejected"), rejected, N_("Unreadable rows; the list says why.")),
        ):
            st.metric(_(name), lang.number(n), border=True, help=_(meaning))


def confirm(upload: Upload, made: Plan, imported: Imported) -> None:
    """Keep the data, or go back to the columns."""
    st.caption(_("If the figure is not yours, change a column above and check again."))
    if st.button(_("Yes, use this data"), type="primary", icon=":material/check:"):
        _attempt(lambda: intake.keep(_state.workspace(), upload, made, imported))
        st.query_params.pop("upload", None)
        st.switch_page("value/overview.py")


def sample(chosen: Sample) -> None:
    """Import a sample in one go; where it has a question, show the upload page."""
    workspace = _state.workspace()
    with tempfile.TemporaryDirectory() as folder, st.spinner(_("Preparing the sample…")):
        path = chosen.write(Path(folder))
        upload = workspace.stage(io.BytesIO(path.read_bytes()), path.name)
        staged = _attempt(lambda: intake.stage(upload, ReadOptions(header=chosen.header)))
        mapping = {f: staged.column(c) for f, c in chosen.mapping.items()}
        proposal = _attempt(lambda: intake.propose(staged, chosen.kind, mapping.items()))
        if proposal.questions:
            st.switch_page("data/upload.py", query_params={"upload": upload.id})
        made = plan(proposal, lang=_state.session().lang.code)
        imported = _attempt(lambda: intake.check(upload, staged, made))
        intake.keep(workspace, upload, made, imported)
    st.switch_page("value/overview.py")


def _options() -> ReadOptions:
    with (
        st.expander(_("Read differently"), icon=":material/tune:"),
        st.grid(3, min_column_width=200),
    ):
        lang, found = _state.session().lang, _("(found by itself)")
        header_words = {True: _("is a header"), False: _("is data")}
        encoding = st.selectbox(
            _("Encoding"),
            [None, "utf-8", "cp1252", "latin-1", "utf-16"],
            format_func=lambda v: v or found,
            key=_key("read_encoding"),
            persist_state="session",
        )
        delimiter = st.selectbox(
            _("Delimiter"),
            [None, *DELIMITERS],
            format_func=lambda v: lang(DELIMITERS[v]) if v else found,
            key=_key("read_delimiter"),
            persist_state="session",
        )
        header = st.selectbox(
            _("First line"),
            [None, True, False],
            format_func=lambda v: found if v is None else header_words[v],
            key=_key("read_header"),
            persist_state="session",
        )
    return ReadOptions(encoding, delimiter, header, sheet=_state.get(_key("sheet")))


def _key(name: str) -> str:
    """A widget's key for this upload alone: the answers for one file are no answers for the next."""
    return f"{name}_{st.query_params.get('upload')}"


def _wait() -> None:
    st.info(_("Answer the question above to go on."), icon=":material/help:")
    st.stop()


def _asked(question: Question, **named: str) -> str | None:
    lang = _state.session().lang
    params = {key: str(value) for key, value in question.params.items()} | named
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
            key=_key(question.id),
            persist_state="session",
        )
    return answer


def _example(meant: str) -> str:
    try:
        return _state.session().lang.date(dt.date.fromisoformat(meant), "long")
    except ValueError:
        return meant


def _proposed(staged: Staged, kind: str | None, mapping: dict[str, str]) -> Proposal:
    made = (str(staged.path), staged.encoding, staged.delimiter, staged.titles, staged.sheet)
    pairs = tuple(sorted(mapping.items()))
    return _cache.computed(intake.propose, staged, *made, kind=kind, mapping=pairs)


def _with_progress(doing: str, work: Callable[[Callable[[int], None]], R]) -> R:
    """Run work that tells how many rows it has done; leave no trace of it on the page."""
    lang, slot = _state.session().lang, st.empty()
    with slot.status(f"{doing}…") as status:
        result = work(lambda rows: status.update(label=f"{doing}: {lang.number(rows)}"))
    slot.empty()
    return result


def _attempt(work: Callable[[], R]) -> R:
    try:
        return work()
    except CxError as error:
        _report.issues(error.issues)
        return _parts.refused(error)
