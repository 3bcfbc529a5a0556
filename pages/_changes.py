"""What a new file changes against the data in use, and whether it replaces it or is added."""

from __future__ import annotations

import streamlit as st

from cxlib.charts.changes import COLUMNS, by_month, months
from cxlib.i18n import N_
from cxlib.ingest.canonical import Imported
from cxlib.store import intake
from cxlib.store.changes import Changes, Restated, changes
from cxlib.store.uploads import Upload
from pages import _cache, _charts, _notes, _parts, _state, _steps

_ = _state.say

MODES = {
    "replace": N_("Replace: this file has everything"),
    "append": N_("Append: this file continues what is there"),
}


def against(upload: Upload, imported: Imported) -> str:
    """The counts, the months, a few records before and after; returns `replace` or `append`."""
    data = _state.snapshot(imported.kind)
    if data is None or data.digest == imported.digest:
        return "replace"
    st.subheader(_("What changes against the data in use"), anchor=False)
    lang = _state.session().lang
    before = intake.kept(data)
    found: Changes = _steps.attempt(
        lambda: _cache.computed(
            lambda after: changes(before, after),
            imported,
            data.workspace,
            data.digest,
            imported.digest,
        )
    )
    with st.grid(4, min_column_width=150):
        for name, n, meaning in (
            (N_("New"), found.new, N_("Records that only this file has.")),
            (N_("Restated"), found.restated, N_("The same record, with other values.")),
            (N_("Vanished"), found.vanished, N_("Records that are missing in this file.")),
            (N_("Unchanged"), found.unchanged, N_("Records that both have, with equal values.")),
        ):
            st.metric(_(name), lang.number(n), border=True, help=_(meaning))
    if any(month.month for month in found.months):
        _charts.chart(
            by_month,
            found,
            "changes",
            _("By month: what is there now, beside this file"),
            months(found),
            COLUMNS,
            args=(_notes.here(),),
        )
    if found.examples:
        with st.expander(_("Restated records"), icon=":material/difference:"):
            for example in found.examples:
                st.markdown(_example(example))
    overlaps = found.unchanged + found.restated > 0
    return str(
        st.radio(
            _("What should become of the data in use?"),
            list(MODES),
            index=int(not overlaps and found.vanished > 0),
            format_func=lambda mode: lang(MODES[mode]),
            key=_steps.key("mode"),
            help=_(
                "The version before stays either way: take it back under Data quality, Versions."
            ),
        )
    )


def _example(example: Restated) -> str:
    def told(value: str | None) -> str:
        return _parts.plain(value or _("(empty)"))

    name = " · ".join(told(value) for value in example.key.values())
    differing = (
        f"{_parts.plain(label)}: {told(was)} → {told(example.after[label])}"
        for label, was in example.before.items()
    )
    return f"**{name}** – {'; '.join(differing)}"
