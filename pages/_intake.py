"""An upload from the dropzone to the data in use. Each step goes on where it was after a refresh."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from cxlib.demo.samples import Sample
from cxlib.errors import NotFound
from cxlib.i18n import N_
from cxlib.ingest import sandbox
from cxlib.ingest.canonical import Imported
from cxlib.ingest.plan import Plan, plan
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.labels import written
from cxlib.store import intake
from cxlib.store.uploads import Upload
from cxlib.tables.kind import kinds
from cxlib.tables.template import guide, template
from pages import _parts, _report, _state, _steps

_ = _state.say

TYPES = [
    *("csv", "tsv", "txt", "tab", "json", "jsonl", "ndjson", "parquet"),
    *("xlsx", "xlsm", "xlsb", "xls", "ods", "zip", "gz", "bz2", "xz"),
]


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
        _(
            "Orders, survey answers, comments, tickets, visits, subscriptions, ad spend, test results"
        ),
        type=TYPES,
        key=f"file_{_state.get('uploads', 0)}",
        help=_("CSV, text, Excel, OpenDocument, Parquet or JSON, also packed, up to 200 MB."),
    )
    st.caption(_("As you have it: any delimiter, language or date format. We ask what is unclear."))
    if given is None:
        sandbox.warm()  # while the file is looked for
        _templates()
        return
    upload = _steps.attempt(lambda: _state.workspace().stage(given, given.name))
    _state.release(given)
    _state.put("uploads", _state.get("uploads", 0) + 1)
    st.query_params["upload"] = upload.id
    st.rerun()


def check(upload: Upload, staged: Staged, made: Plan) -> Imported:
    """Check every row when the user says so; what was found stays until the plan changes."""
    found = intake.checked(upload, made)
    if found is None:
        asked = st.button(_("Check all rows"), type="primary", icon=":material/fact_check:")
        if not (asked or _steps.recall("check")):
            st.stop()
        _steps.keep("check", None)
        found = _steps.attempt(
            lambda: _steps.with_progress(
                _("Checking"),
                lambda tell, tick: intake.check(upload, staged, made, tell, tick),
            )
        )
        st.rerun()
    return found


def report(imported: Imported, currency: str | None) -> None:
    """Rows read = accepted + merged + rejected, the money and the days, and every issue."""
    lang = _state.session().lang
    first, last = (written(day, "day", lang) for day in (imported.first_day, imported.last_day))
    if imported.revenue is not None:
        revenue = lang.money(float(imported.revenue), imported.currency or currency)
        sentence = _(
            "Revenue {revenue} from {first} to {last}.", revenue=revenue, first=first, last=last
        )
    else:
        what = _(kinds()[imported.kind].label)
        rows = lang.number(imported.order_count or imported.rows_accepted)
        sentence = (
            _(
                "{kind}: {rows} from {first} to {last}.",
                kind=what,
                rows=rows,
                first=first,
                last=last,
            )
            if imported.first_day
            else _("{kind}: {rows} rows.", kind=what, rows=rows)
        )
    st.markdown(f"#### {_parts.plain(sentence, 300)}")
    counts(imported.rows_read, imported.rows_accepted, imported.rows_merged, imported.rows_rejected)
    offered = {problem.code for problem in imported.problems if problem.blocking}
    _report.issues([issue for issue in imported.issues if issue.code not in offered])
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
            (N_("Accepted"), accepted, N_("Each is a record of its own.")),
            (N_("Merged"), merged, N_("Order lines folded into the record of their order.")),
            (N_("Rejected"), rejected, N_("Rows that cannot be used; the list says why.")),
        ):
            st.metric(_(name), lang.number(n), border=True, help=_(meaning))


def confirm(upload: Upload, made: Plan, imported: Imported, mode: str) -> None:
    """Keep the data, or go back to the columns."""
    st.caption(_("If the figure is not yours, change a column above and check again."))
    left_out = imported.rows_rejected
    question = (
        _(
            "Yes, use this data without the {n} rejected rows",
            n=_state.session().lang.number(left_out),
        )
        if left_out
        else _("Yes, use this data")
    )
    if st.button(question, type="primary", icon=":material/check:"):
        _steps.attempt(lambda: intake.keep(_state.workspace(), upload, made, imported, mode))
        st.query_params.pop("upload", None)
        orders = made.kind == "transactions"
        st.switch_page("value/overview.py" if orders else "data/quality.py")


def sample(chosen: Sample) -> None:
    """Import a sample in one go; where it has a question, show the upload page."""
    lang = _state.session().lang
    with tempfile.TemporaryDirectory() as folder, st.spinner(_("Preparing the sample…")):
        mapping = chosen.mapping.items()
        options = ReadOptions(header=chosen.header)
        asked = _taken(chosen.write(Path(folder)), chosen.kind, mapping, options)
        if asked is not None:
            st.switch_page("data/upload.py", query_params={"upload": asked.id})
        others = chosen.more(Path(folder)) if chosen.more else {}
        told = st.empty()
        for kind, path in others.items():
            told.caption(lang(kinds()[kind].label))
            _taken(path, kind, (), ReadOptions())
    st.switch_page("value/overview.py")


def _taken(
    path: Path, kind: str, mapping: Iterable[tuple[str, str]], options: ReadOptions
) -> Upload | None:
    """Import a file of ours; the upload where it has a question, and nothing is kept."""
    workspace = _state.workspace()
    upload = workspace.stage(io.BytesIO(path.read_bytes()), path.name)
    staged = _steps.attempt(lambda: intake.stage(upload, options))
    named = [(field, staged.column(column)) for field, column in mapping]
    proposal = _steps.attempt(lambda: intake.propose(staged, kind, named))
    if proposal.questions:
        return upload
    made = plan(proposal, lang=_state.session().lang.code)
    intake.keep(workspace, upload, made, _steps.attempt(lambda: intake.check(upload, staged, made)))
    return None


def _templates() -> None:
    """A file to fill in for the kind that is chosen, and what goes into its columns."""
    lang = _state.session().lang
    labels = {name: lang(kind.label) for name, kind in kinds().items()}
    with st.expander(_("No file at hand? Templates to fill in"), icon=":material/description:"):
        name = st.selectbox(
            _("What the file is to hold"),
            labels,
            index=list(labels).index("transactions"),
            format_func=labels.__getitem__,
        )
        columns = guide(name)
        st.table(
            {
                _("Column"): [f"{c.field} *" if c.required else c.field for c in columns],
                _("Meaning"): [f"{lang(c.label)}: {lang(c.meaning)}" for c in columns],
                _("Example"): [c.example for c in columns],
            }
        )
        st.download_button(
            _("Download the template"),
            lambda: template(name),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
