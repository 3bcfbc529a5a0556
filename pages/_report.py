"""Proof: receipts, checks, issues, figures with their certainty, versions of the data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from cxlib.definitions import definitions
from cxlib.export import report
from cxlib.i18n import N_
from cxlib.ingest.plain import from_plain
from cxlib.labels import label, written
from cxlib.results import Estimate, Fact, Gate, Issue, Param, Receipt
from cxlib.store.snapshots import Snapshot
from cxlib.tables.kind import kind as kind_of
from pages import _adapted, _parts, _state

_ = _state.say


def receipt(proof: Receipt) -> None:
    """How the numbers came to be, in enough detail to compute them again, and as a file that does."""
    lang = _state.session().lang
    known = definitions()[proof.definition]
    with st.popover(f"{_('Receipt')}: {_(known.name)}", icon=":material/receipt_long:"):
        st.markdown(f"**{_(known.name)}** · `{proof.definition}` v{proof.version}")
        st.write(_(proof.formula))
        for name, text in (
            (N_("Good for: {text}"), known.good_for),
            (N_("Not good for: {text}"), known.not_good_for),
            (N_("Mind: {text}"), known.pitfalls),
        ):
            if text:
                st.caption(_(name, text=_(text)))
        rows = [
            (_("Rows in"), lang.number(proof.rows_in)),
            (_("Rows used"), lang.number(proof.rows_used)),
            *((_excluded(reason), lang.number(n)) for reason, n in proof.excluded.items() if n),
            *((_filtered(column), str(value)) for column, value in proof.filters.items()),
            *((_named(name), _set(value)) for name, value in proof.parameters.items()),
            (_("A row's day"), _(proof.date_basis)),
            (_("Time zone"), proof.timezone),
            (_("Data"), ", ".join(digest[:12] for digest in proof.snapshots)),
            (_("Source"), known.source),
            (_("Version"), proof.library),
        ]
        st.table(
            {
                _("What"): [_parts.plain(name) for name, value in rows],
                _("Which"): [_parts.plain(value, 2_000) for name, value in rows],
            }
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if report.verifiable(proof):
                _download(proof)
            st.page_link(
                "learn/glossary.py",
                label=_("In the glossary"),
                icon=":material/menu_book:",
                query_params={"term": proof.definition},
            )


def _download(proof: Receipt) -> None:
    """The receipt and its numbers as a file that `verify` computes again."""
    workspace = _state.session().workspace
    filters = {column: tuple(_state.get(column) or ()) for column in proof.filters}
    whole = _adapted.whole(proof)  # now: a download is made outside the session

    def made() -> str:
        data = report.held(filter(None, [workspace]), proof.snapshots)
        answer = report.report(proof, tuple(filters.items()), data, whole)
        return json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False)

    number = hashlib.sha256(repr(proof).encode()).hexdigest()[:12]
    st.download_button(
        _("Report for verifying"),
        made,
        file_name=f"{proof.definition}-{number}.json",
        mime="application/json",
        icon=":material/verified:",
        on_click="ignore",
        key=f"receipt_{number}",
        help=_("The numbers with their receipt. “verify” computes them again and compares."),
    )


def facts(result: Any, currency: str | None) -> None:
    """The totals behind the tiles, each with its interval where it is an estimate."""
    shares, lang = result.concentration, _state.session().lang
    rows = [(_(kpi.label), kpi.value) for kpi in result.headline]
    if shares is not None:
        rows += [
            (_("Revenue from the top 10 % of customers"), shares.top_10),
            (_("Revenue from the top 20 % of customers"), shares.top_20),
            (_("Concentration (Gini, 0 even to 1 one customer)"), shares.gini),
        ]
    with st.expander(_("All figures")):
        st.caption(f"{lang.date(result.first_day)} – {lang.date(result.last_day)}")
        figures(rows, currency)


def figures(rows: Sequence[tuple[str, Fact | Estimate]], currency: str | None = None) -> None:
    """Numbers by name, each with its interval where it is an estimate."""
    st.table(
        {
            _("What"): [name for name, value in rows],
            _("How much"): [_parts.figure(value, currency, compact=False) for name, value in rows],
            _("Certainty"): [
                _parts.certainty(value, currency) or _("exact") for name, value in rows
            ],
        }
    )


def gates(found: Sequence[Gate], notes: Sequence[Issue] = ()) -> None:
    """What the model had to pass: failures in the open, the rest behind a click."""
    lang = _state.session().lang
    failed = [gate for gate in found if not gate.passed]
    for gate in failed:
        show = st.caption if gate.blocks == "nothing" else st.warning
        show(lang.gate(gate))
    issues(notes)
    passed = len(found) - len(failed)
    title = _("Checks: {passed} of {all} passed", passed=passed, all=len(found))
    with st.expander(title, icon=":material/verified:"):
        for gate in found:
            icon = "check_circle" if gate.passed else "cancel"
            st.markdown(f":material/{icon}: {_parts.plain(lang.gate(gate), 400)}")


def issues(found: Sequence[Issue]) -> None:
    """What was noticed in a file, the worst first, each with its cure."""
    lang = _state.session().lang
    boxes = {"error": st.error, "warning": st.warning}
    for issue in sorted(found, key=lambda i: ["error", "warning", "info"].index(i.severity)):
        message, hint = (_parts.plain(text, 600) for text in lang.issue(issue))
        hint = f"{hint} {_lines(issue)}".strip()
        if issue.severity in boxes:
            boxes[issue.severity](hint or message, title=message if hint else None)
        else:
            st.caption(f":material/info: {message} {hint}")


def _lines(issue: Issue) -> str:
    if not issue.rows:
        return ""
    lines = ", ".join(map(str, issue.rows))
    if issue.count > len(issue.rows):
        return _("Lines {lines} and others, {n} in all.", lines=lines, n=_count(issue.count))
    return _("Lines: {lines}.", lines=lines)


def _count(n: int) -> str:
    return _state.session().lang.number(n)


def reported(found: Sequence[dict[str, Any]]) -> None:
    """The issues of a kept report."""
    issues([from_plain(Issue, issue) for issue in found])
    if not found:
        st.success(_("Nothing unusual was found."), icon=":material/check_circle:")


def mapping(made: dict[str, Any]) -> None:
    """Which column became which field, and how its values were read."""
    fields = kind_of(made["kind"])
    rows = [
        (_(fields.field(name).label), column, _read_as(made["formats"].get(name, "")))
        for name, column in made["mapping"].items()
    ]
    st.table(
        {
            _("Field"): [_parts.plain(name) for name, column, how in rows],
            _("Column"): [_parts.plain(column) for name, column, how in rows],
            _("Read as"): [_parts.plain(how) for name, column, how in rows],
        }
    )
    st.caption(_("Times are in {zone}.", zone=made["timezone"]))


def _read_as(how: str) -> str:
    names = {
        ",": N_("decimal comma"),
        ".": N_("decimal point"),
        "dmy": N_("day, month, year"),
        "mdy": N_("month, day, year"),
        "ymd": N_("year, month, day"),
        "ydm": N_("year, day, month"),
    }
    return _(names.get(how, how))


def versions(data: Snapshot) -> None:
    """Every version that was kept; an earlier one can be taken back."""
    workspace, lang = _state.workspace(), _state.session().lang
    for version in workspace.snapshots(data.kind):
        with st.container(horizontal=True, vertical_alignment="center"):
            when = lang.date(version.created.date())
            st.markdown(f"{_parts.plain(version.name)} · {when} · `{version.digest[:12]}`")
            if version.id == data.id:
                st.badge(_("in use"), icon=":material/check:")
            elif st.button(_("Use this version"), key=f"use_{version.id}", type="tertiary"):
                workspace.revert(data.kind, version.id)
                st.rerun()


def data_card(data: Snapshot | None) -> None:
    """In the sidebar: which data this is."""
    if data is None:
        st.caption(_("No data yet"))
        return
    lang, report = _state.session().lang, data.report
    st.markdown(f"**{_parts.plain(data.name)}**")
    st.caption(
        _(
            "{first} – {last} · {orders} orders",
            first=_day(report.get("first_day")),
            last=_day(report.get("last_day")),
            orders=lang.number(int(report.get("order_count") or 0)),
        ),
        help=_("This link opens this data: share it only with people who may see it."),
    )


def _day(value: Any) -> str:
    return written(value, "day", _state.session().lang)


def _excluded(reason: str) -> str:
    return _("Left out: {reason}", reason=_(reason))


def _filtered(column: str) -> str:
    return _("Only: {attribute}", attribute=_(label(column).name))


def _named(parameter: str) -> str:
    """What a parameter is called; one without words of its own as programs know it."""
    names = {
        "as_of": N_("As of"),
        "seed": N_("Random seed"),
        "before": N_("Compared with"),
        "annual_discount_rate": N_("Discount a year"),
        "resamples": N_("Resamples"),
        "horizon_days": N_("Horizon in days"),
        "scoring": N_("Scoring"),
        "window_days": N_("Days looked ahead"),
        "model_version": N_("Sentiment model"),
        "adaptation": N_("Adapted by"),
        "adapted_labels": N_("Labels that it is adapted to"),
    }
    return _(names.get(parameter, label(parameter).name)).replace("_", " ")


def _set(value: Param) -> str:
    """The value of a parameter as people write it."""
    lang = _state.session().lang
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (int, float)):
        return lang.number(value, 0 if value == int(value) else 2)
    day = len(value) == 10 and value[4] + value[7] == "--"
    return written(value, "day", lang) if day else _(value)
