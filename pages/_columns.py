"""The second step of an upload: what the file holds and what its columns mean."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import streamlit as st

from cxlib.i18n import N_
from cxlib.ingest.plan import Plan, Proposal, Score, plan
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.store import intake, shapes
from cxlib.store.shapes import Remembered
from cxlib.tables.kind import kind as kind_of
from cxlib.tables.kind import kinds
from pages import _cache, _parts, _repairs, _report, _state, _steps

_ = _state.say

SURE = 0.8  # confidence below which a suggestion is marked as one to check
METRICS = {
    "nps": N_("NPS"),
    "csat": N_("CSAT"),
    "ces": N_("CES"),
    "rating": N_("another rating"),
}
BEST = {"high": N_("a high score is good"), "low": N_("a low score is good")}


def remembered(staged: Staged) -> Remembered | None:
    """What was decided about an earlier file with this header, unless it is to be asked again."""
    workspace = _state.session().workspace
    known = shapes.remembered(workspace, staged) if workspace else None
    if known is None or _steps.recall("afresh"):
        return None
    if _steps.recall("read") is None and known.options != ReadOptions():
        _steps.keep("read", known.options)
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":material/history: "
            + _(
                "Read and repaired as “{name}”, which had the same columns.",
                name=_parts.plain(known.source),
            )
        )
        st.button(
            _("Ask me again"),
            type="tertiary",
            on_click=lambda: _steps.keep("afresh", True),
        )
    return known


def kind(staged: Staged, known: Remembered | None) -> str:
    """What the file holds: as recognised where that is certain, and as the user says."""
    lang = _state.session().lang
    guess = _steps.attempt(lambda: _proposed(staged, None, {}))
    certain = all(question.code != "which_column" for question in guess.questions)
    names = list(kinds())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: str = st.selectbox(
            _("What the file holds"),
            names,
            names.index(known.kind if known else guess.kind if certain else "transactions"),
            format_func=lambda name: lang(kinds()[name].label),
            key=_steps.key("kind"),
            persist_state="session",
            width=300,
        )
        if guess.source and guess.kind == chosen:
            st.badge(_("export of {source}", source=guess.source), icon=":material/storefront:")
    return chosen


def columns(staged: Staged, kind: str, known: Remembered | None) -> Proposal:
    """A select box a field, our suggestion chosen, sample values beneath."""
    before = dict(known.mapping) if known and known.kind == kind else {}
    first = _steps.attempt(lambda: _proposed(staged, kind, before))
    chosen: dict[str, str] = {}
    with st.grid(3, min_column_width=240):
        for field in kind_of(first.kind).fields:
            suggested = first.mapping.get(field.name, "")
            picked = _field(field, suggested, first, staged)
            if picked != suggested:
                chosen[field.name] = picked
    chosen = before | chosen if chosen else {}
    proposal = _steps.attempt(lambda: _proposed(staged, kind, chosen)) if chosen else first
    unsure = [q for q in proposal.questions if q.code == "which_column"]
    told = {
        q.field: _steps.asked(q, field=_(kind_of(proposal.kind).field(q.field).label))
        for q in unsure
    }
    if not all(told.values()):
        _steps.wait()
    certain = chosen | {field: column for field, column in told.items() if column}
    return _steps.attempt(lambda: _proposed(staged, kind, certain)) if told else proposal


def answers(proposal: Proposal, known: Remembered | None) -> Plan:
    """Ask what only the user can know, and make the plan; the page waits for open answers."""
    given: dict[str, str | None] = dict(shapes.answers(known, proposal)) if known else {}
    given |= {q.id: _steps.asked(q) for q in proposal.questions if q.id not in given}
    if not all(given.values()):
        _steps.wait()
    _report.issues(proposal.issues)
    scores = _scores(proposal, known)
    repairs = _repairs.chosen(known.repairs if known else ())
    if proposal.attributes:
        with st.expander(_("Kept beside these: {n} columns", n=len(proposal.attributes))):
            st.caption(_parts.plain(", ".join(a.column for a in proposal.attributes), 4000))
    copies = st.toggle(
        _("Leave out exact copies of rows"),
        known.remove_duplicates if known else False,
        key=_steps.key("copies"),
        help=_(
            "Two equal rows can be two real purchases, so copies stay unless you say otherwise."
        ),
    )
    made = _steps.attempt(
        lambda: plan(
            proposal,
            {key: value for key, value in given.items() if value},
            today=dt.datetime.now(dt.UTC).date(),
            remove_duplicates=copies,
            lang=_state.session().lang.code,
            repairs=repairs,
        )
    )
    return replace(made, scores=scores, formats={**made.formats, **_repairs.formats()})


def _field(field: Any, suggested: str, first: Proposal, staged: Staged) -> str:
    options, absent = ["", *staged.columns], _("(not in the file)")
    with st.container():
        picked: str = st.selectbox(
            _(field.label) + (" *" if field.required else ""),
            options,
            options.index(suggested) if suggested in options else 0,
            format_func=lambda column: column or absent,
            key=_steps.key(f"map_{field.name}"),
            persist_state="session",
        )
        if picked:
            values = ", ".join(first.samples.get(picked, ())[:3])
            doubt = picked == suggested and first.confidence.get(field.name, 1) < SURE
            st.caption(
                (":material/help: " + _("please check") + " · " if doubt else "")
                + _parts.plain(values)
            )
    return picked


def _scores(proposal: Proposal, known: Remembered | None) -> tuple[Score, ...]:
    """The columns with points on a scale, to be confirmed or corrected in a table."""
    if not proposal.scores:
        return ()
    before = {score.column: score for score in known.scores} if known else {}
    scores = [before.get(score.column, score) for score in proposal.scores]
    st.markdown(f"**{_('Scores: what each column measures, and on which scale')}**")
    names = {metric: _(name) for metric, name in METRICS.items()}
    best = {way: _(name) for way, name in BEST.items()}
    edited = st.data_editor(
        {
            "column": [s.column for s in scores],
            "metric": [names[s.metric] for s in scores],
            "low": [s.low for s in scores],
            "high": [s.high for s in scores],
            "best": [best[s.best] for s in scores],
        },
        hide_index=True,
        key=_steps.key(f"scores_{proposal.kind}_{proposal.mapping.get('score', '')}"),
        column_config={
            "column": st.column_config.TextColumn(_("Column"), disabled=True),
            "metric": st.column_config.SelectboxColumn(
                _("Measures"), options=list(names.values()), required=True
            ),
            "low": st.column_config.NumberColumn(_("Lowest"), required=True),
            "high": st.column_config.NumberColumn(_("Highest"), required=True),
            "best": st.column_config.SelectboxColumn(
                _("Direction"), options=list(best.values()), required=True
            ),
        },
    )
    metrics = {name: metric for metric, name in names.items()}
    ways = {name: way for way, name in best.items()}
    return tuple(
        replace(
            score,
            metric=metrics[edited["metric"][i]],
            low=float(edited["low"][i]),
            high=float(edited["high"][i]),
            best=ways[edited["best"][i]],
        )
        for i, score in enumerate(scores)
    )


def _proposed(staged: Staged, kind: str | None, mapping: dict[str, str]) -> Proposal:
    made = (str(staged.path), staged.encoding, staged.delimiter, staged.titles, staged.sheet)
    made += (staged.table, staged.rows)
    pairs = tuple(sorted(mapping.items()))
    return _cache.computed(intake.propose, staged, *made, kind=kind, mapping=pairs)
