"""The parts that pages are made of: guard, tiles, chart with its table, customers, receipt."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from cxlib.definitions import definitions
from cxlib.errors import CxError, NotEnoughData
from cxlib.export.csv import to_csv
from cxlib.export.image import to_image
from cxlib.export.table import Table, table
from cxlib.export.xlsx import to_xlsx
from cxlib.i18n import N_
from cxlib.ingest.plain import from_plain
from cxlib.labels import label, written
from cxlib.results import KPI, Estimate, Fact, Gate, Issue, Receipt, Sentence, Verdict
from cxlib.store.snapshots import Snapshot
from cxlib.tables.kind import kind as kind_of
from pages import _cache, _state

R = TypeVar("R")
log = logging.getLogger("cxlib")
SHOWN = 1_000  # rows of a list on screen; downloads hold them all


def _(message: str, **params: Any) -> str:
    """The message in the reader's language."""
    return _state.session().lang(message, **params)


def header(title: str, caption: str) -> None:
    """The page's title, and a sentence that says what it is."""
    st.title(title, anchor=False)
    st.caption(caption)


def require(kind: str) -> Snapshot:
    """The current data of a kind; without it, an empty state that teaches, and the page ends."""
    found = _state.snapshot(kind)
    if found is not None:
        return found
    with st.container(border=True):
        st.subheader(_(N_("This page needs your orders")), anchor=False)
        st.write(
            _(
                N_(
                    "Upload a file with one row an order (or an order line): who bought, when, and for"
                    " how much. CSV, Excel or Parquet, as your shop exports it."
                )
            )
        )
        with st.container(horizontal=True):
            st.page_link(
                "data/upload.py", label=_(N_("Upload a file")), icon=":material/upload_file:"
            )
            st.page_link("data/start.py", label=_(N_("Try a sample")), icon=":material/science:")
    st.stop()


def filters(data: Snapshot) -> dict[str, Any]:
    """What part of the data pages look at, kept in the URL: as-of day, channel, place."""
    first, last = (
        dt.date.fromisoformat(str(data.report[end])) for end in ("first_day", "last_day")
    )
    with st.popover(_(N_("Filter")), icon=":material/filter_list:"):
        day = st.date_input(
            _(N_("As of")),
            value=last,
            min_value=first,
            max_value=last,
            format="DD/MM/YYYY",
            key="as_of",
            bind="query-params",
            help=_(N_("Later rows are left out, as if today were this day.")),
        )
        where = []
        for column in ("channel", "place"):
            offered = _cache.choices(data.workspace, data.digest, column, data)
            if len(offered) > 1:
                chosen = st.multiselect(
                    _(label(column).name), offered, key=column, bind="query-params"
                )
                where += [(column, tuple(chosen))] if chosen else []
    if where:
        names = "; ".join(f"{_(label(c).name)}: {', '.join(v)}" for c, v in where)
        st.caption(_(N_("Filtered by {names}"), names=plain(names)))
    return {"as_of": day or last, "where": tuple(where)}


def analysed(function: Callable[..., R], data: Snapshot, **parameters: Any) -> R:
    """An analysis of the data, from the cache or with a spinner; what it cannot answer is said."""
    try:
        with st.spinner(_(N_("Computing…")), show_time=True):
            return _cache.analysed(function, data, **parameters)
    except CxError as error:
        refused(error)


def computed(function: Callable[..., R], of: Any, *key: Any, **parameters: Any) -> R:
    """What follows from a result, from the cache or with a spinner."""
    try:
        with st.spinner(_(N_("Computing…")), show_time=True):
            return _cache.computed(function, of, *key, **parameters)
    except CxError as error:
        refused(error)


def refused(error: CxError) -> Any:
    """Say what is wrong and what cures it; the page ends."""
    log.warning("refused: %s %s", error, error.params)
    message, hint = _state.session().lang.error(error)
    (st.info if isinstance(error, NotEnoughData) else st.error)(
        hint or message, title=message if hint else None
    )
    st.stop()


def figure(value: Fact | Estimate | None, currency: str | None, compact: bool = True) -> str:
    """A number as it is read, with its interval where it is an estimate."""
    if value is None or value.value != value.value:
        return "–"
    lang = _state.session().lang
    if value.unit == "money":
        return lang.money(value.value, currency, compact=compact)
    if value.unit == "share":
        return lang.percent(value.value)
    if value.unit in ("count", "days"):
        return lang.number(value.value)
    return lang.number(value.value, 2)


def tiles(headline: Sequence[KPI], currency: str | None) -> None:
    """The four first numbers: value, whether the newest month changed, sparkline; two a row on a phone."""
    with st.grid(min(4, len(headline)), min_column_width=150):
        for kpi in headline[:4]:
            text, colour, arrow = change(kpi.verdict, currency)
            st.metric(
                _(kpi.label),
                figure(kpi.value, currency),
                delta=text,
                delta_color=colour,
                delta_arrow=arrow,
                border=True,
                chart_data=[v for v in kpi.series if v == v][-24:] or None,
                help=_interval(kpi.value, currency),
            )


def change(verdict: Verdict | None, currency: str | None) -> tuple[str | None, Any, Any]:
    """A verdict in words for a tile: grey unless the data show a change."""
    if verdict is None or verdict.state == "unknown" or verdict.change is None:
        return None, "off", "off"
    if verdict.state == "none":
        return _(N_("no detectable change")), "off", "off"
    size = figure(Fact(abs(verdict.change), verdict.unit, 0), currency)
    sign = "+" if verdict.state == "up" else "-"
    text = _(N_("{change} vs {before}"), change=f"{sign}{size}", before=period(verdict.before))
    return text, "normal", verdict.state


def chart(
    drawing: Any,
    key: str,
    alt: str,
    data: Any,
    columns: tuple[str, ...] | None = None,
    select: bool = False,
    currency: str | None = None,
) -> dict[str, Any]:
    """A chart with its table and downloads behind one button; returns what was clicked, by selection."""
    event = st.altair_chart(
        drawing, key=key, alt=alt, on_select="rerun" if select else "ignore", width="stretch"
    )
    shown = table(data, _state.session().lang, columns)
    paper = _state.session().look.paper
    with st.popover(_(N_("Table and image")), icon=":material/table_chart:", type="tertiary"):
        frame(shown, f"{key}_table", alt)
        with st.container(horizontal=True):
            downloads(shown, key)
            for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
                st.download_button(
                    kind.upper(),
                    lambda kind=kind: to_image(drawing, kind, paper),
                    file_name=f"{key}.{kind}",
                    mime=mime,
                    icon=":material/image:",
                    on_click="ignore",
                    key=f"{key}_{kind}",
                )
    return dict(event.selection) if select else {}


def frame(shown: Table, key: str, alt: str, **options: Any) -> Any:
    """A table on screen: numbers grouped, shares as percentages, text as text."""
    return st.dataframe(
        shown.frame.head(SHOWN),
        hide_index=True,
        key=key,
        alt=alt,
        column_config={
            column: _column(name, reading)
            for column, name, reading in zip(
                shown.frame.columns, shown.headers, shown.readings, strict=True
            )
        },
        **options,
    )


def listed(data: Any, key: str, alt: str, columns: tuple[str, ...] | None = None) -> None:
    """A small table, with its downloads."""
    shown = table(data, _state.session().lang, columns)
    frame(shown, key, alt)
    with st.container(horizontal=True):
        downloads(shown, key)


def downloads(shown: Table, name: str) -> None:
    """The whole list as CSV and as XLSX."""
    for kind, make, mime in (
        ("csv", to_csv, "text/csv"),
        ("xlsx", to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        st.download_button(
            kind.upper(),
            lambda make=make: make(shown.frame, shown.headers),
            file_name=f"{name}.{kind}",
            mime=mime,
            icon=":material/download:",
            on_click="ignore",
            key=f"{name}_{kind}",
        )


def customers(people: Any, key: str, columns: tuple[str, ...] | None = None) -> None:
    """The customers behind a mark: a list to look through, to download, and to open one by one."""
    lang = _state.session().lang
    shown = table(people, lang, columns)
    count = lang.plural(N_("{n} customer"), N_("{n} customers"), len(shown.frame))
    st.subheader(count, anchor=False)
    if len(shown.frame) > SHOWN:
        st.caption(_(N_("The first {n} are shown; downloads hold them all."), n=lang.number(SHOWN)))
    event = frame(shown, key, count, on_select="rerun", selection_mode="single-row")
    with st.container(horizontal=True):
        chosen = event.selection.rows
        if st.button(
            _(N_("Open customer")),
            icon=":material/person:",
            type="primary",
            disabled=not chosen,
            help=None if chosen else _(N_("Tick a row first.")),
            key=f"{key}_open",
        ):
            one = str(shown.frame["customer_id"].iloc[chosen[0]])
            st.switch_page("value/customer.py", query_params={"customer": one})
        downloads(shown, key)


PERSON = (
    ("segment", "scored"),
    ("frequency", "scored"),
    ("recency_days", "scored"),
    ("monetary", "scored"),
    ("p_alive", "valued"),
    ("expected_purchases", "valued"),
    ("clv", "valued"),
)


def person(customer: str, scored: Any, valued: Any, currency: str | None) -> None:
    """A customer's scores and value as tiles, in the words of the lists."""
    lang = _state.session().lang
    rows = {
        "scored": scored[scored["customer_id"] == customer].iloc[0],
        "valued": valued[valued["customer_id"] == customer].iloc[0],
    }
    with st.grid(4, min_column_width=150):
        for column, source in PERSON:
            value, meaning = rows[source][column], label(column)
            if value == value:  # a withheld number gets no tile
                st.metric(
                    _(meaning.name), written(value, meaning.reading, lang, currency), border=True
                )


def meaning(sentence: Sentence | None, currency: str | None = None) -> None:
    """What the page's numbers mean, in a sentence."""
    if sentence is not None:
        st.info(worded(sentence, currency), icon=":material/lightbulb:")


def worded(sentence: Sentence, currency: str | None = None) -> str:
    """A sentence in the reader's language, its numbers written by their units."""
    lang = _state.session().lang
    values = {
        name: period(value)
        if name not in sentence.units
        else _measured(value, sentence.units[name], currency)
        for name, value in sentence.params.items()
    }
    return lang(sentence.message, **values)


def period(value: Any) -> str:
    """A month such as 2025-12 as people write it; any other text is a word of ours, translated."""
    text = str(value)
    if len(text) == 7 and text[4] == "-" and text.replace("-", "").isdecimal():
        return _state.session().lang.month(dt.date.fromisoformat(f"{text}-01"))
    return _state.session().lang(text)


def _measured(value: Any, unit: Any, currency: str | None) -> str:
    return figure(None if value is None else Fact(float(value), unit, 0), currency)


def calendar(previous: Sequence[Any], last_year: Sequence[Any]) -> None:
    """Feasts and sale days that set the compared months apart."""
    lang = _state.session().lang
    for effects, message in (
        (previous, N_("{occasion}: {after} days in this month, {before} in the month before.")),
        (
            last_year,
            N_("{occasion}: {after} days in this month, {before} in the same month last year."),
        ),
    ):
        for effect in effects:
            text = lang(
                message,
                occasion=lang(effect.name),
                after=effect.days_after,
                before=effect.days_before,
            )
            st.caption(f":material/event: {text}")


def receipt(proof: Receipt) -> None:
    """How the numbers came to be: definition, data, rows, parameters."""
    lang = _state.session().lang
    known = definitions()[proof.definition]
    with st.popover(f"{_(N_('Receipt'))}: {_(known.name)}", icon=":material/receipt_long:"):
        st.markdown(f"**{_(known.name)}** · `{proof.definition}` v{proof.version}")
        st.write(_(proof.formula))
        st.caption(_(N_("Good for: {text}"), text=_(known.good_for)))
        st.caption(_(N_("Not good for: {text}"), text=_(known.not_good_for)))
        rows = [
            (N_("Rows in"), lang.number(proof.rows_in)),
            (N_("Rows used"), lang.number(proof.rows_used)),
            *((_excluded(reason), lang.number(n)) for reason, n in proof.excluded.items() if n),
            *((name, str(value)) for name, value in proof.parameters.items()),
            *((name, str(value)) for name, value in proof.filters.items()),
            (N_("Time zone"), proof.timezone),
            (N_("Data"), ", ".join(digest[:12] for digest in proof.snapshots)),
            (N_("Source"), known.source),
            (N_("Version"), proof.library),
        ]
        st.table({_(N_("What")): [_(n) for n, v in rows], _(N_("Which")): [v for n, v in rows]})


def facts(result: Any, currency: str | None) -> None:
    """The totals behind the tiles, each with its interval where it is an estimate."""
    shares = result.concentration
    rows = [(_(kpi.label), kpi.value) for kpi in result.headline]
    if shares is not None:
        rows += [
            (_(N_("Revenue from the top 10 % of customers")), shares.top_10),
            (_(N_("Revenue from the top 20 % of customers")), shares.top_20),
            (_(N_("Concentration (Gini, 0 even to 1 one customer)")), shares.gini),
        ]
    with st.expander(_(N_("All figures"))):
        st.table(
            {
                _(N_("What")): [name for name, value in rows],
                _(N_("How much")): [figure(value, currency, compact=False) for name, value in rows],
                _(N_("Certainty")): [
                    _interval(value, currency) or _(N_("exact")) for name, value in rows
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
    title = _(N_("Checks: {passed} of {all} passed"), passed=passed, all=len(found))
    with st.expander(title, icon=":material/verified:"):
        for gate in found:
            icon = "check_circle" if gate.passed else "cancel"
            st.markdown(f":material/{icon}: {plain(lang.gate(gate), 400)}")


def issues(found: Sequence[Issue]) -> None:
    """What was noticed in a file, the worst first, each with its cure."""
    lang = _state.session().lang
    show = {"error": st.error, "warning": st.warning, "info": st.info}
    for issue in sorted(found, key=lambda i: list(show).index(i.severity)):
        message, hint = lang.issue(issue)
        show[issue.severity](hint or message, title=message if hint else None)


def reported(found: Sequence[dict[str, Any]]) -> None:
    """The issues of a kept report."""
    issues([from_plain(Issue, issue) for issue in found])
    if not found:
        st.success(_(N_("Nothing unusual was found.")), icon=":material/check_circle:")


def mapping(made: dict[str, Any]) -> None:
    """Which column became which field, and how its values were read."""
    fields = kind_of(made["kind"])
    rows = [
        (_(fields.field(name).label), column, made["formats"].get(name, ""))
        for name, column in made["mapping"].items()
    ]
    st.table(
        {
            _(N_("Field")): [plain(name) for name, column, how in rows],
            _(N_("Column")): [plain(column) for name, column, how in rows],
            _(N_("Read as")): [plain(how) for name, column, how in rows],
        }
    )
    st.caption(_(N_("Times are in {zone}."), zone=made["timezone"]))


def versions(data: Snapshot) -> None:
    """Every version that was kept; an earlier one can be taken back."""
    workspace, lang = _state.workspace(), _state.session().lang
    for version in workspace.snapshots(data.kind):
        with st.container(horizontal=True, vertical_alignment="center"):
            when = lang.date(version.created.date())
            st.markdown(f"{plain(version.name)} · {when} · `{version.digest[:12]}`")
            if version.id == data.id:
                st.badge(_(N_("in use")), icon=":material/check:")
            elif st.button(_(N_("Use this version")), key=f"use_{version.id}", type="tertiary"):
                workspace.revert(data.kind, version.id)
                st.rerun()


def data_card(data: Snapshot | None) -> None:
    """In the sidebar: which data this is."""
    if data is None:
        st.caption(_(N_("No data yet")))
        return
    lang, report = _state.session().lang, data.report
    st.markdown(f"**{plain(data.name)}**")
    st.caption(
        _(
            N_("{first} – {last} · {orders} orders"),
            first=_day(report.get("first_day")),
            last=_day(report.get("last_day")),
            orders=lang.number(int(report.get("order_count") or 0)),
        ),
        help=_(N_("This link opens this data: share it only with people who may see it.")),
    )


def _day(value: Any) -> str:
    return written(value, "day", _state.session().lang)


def plain(text: str, most: int = 80) -> str:
    """Text of the user's in Markdown: nothing in it is formatted, linked or drawn."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|~$:" else c for c in text[:most])


def _interval(value: Fact | Estimate, currency: str | None) -> str | None:
    if not isinstance(value, Estimate):
        return None
    ends = (Fact(end, value.unit, value.n) for end in (value.low, value.high))
    low, high = (figure(end, currency) for end in ends)
    return _(
        N_("{level} interval: {low} to {high}, n = {n}"),
        level=_state.session().lang.percent(value.level, 0),
        low=low,
        high=high,
        n=_state.session().lang.number(value.n),
    )


def _excluded(reason: str) -> str:
    return _(N_("Left out: {reason}"), reason=_(reason))


def _column(name: str, reading: str) -> Any:
    if reading == "share":
        return st.column_config.NumberColumn(name, format="percent")
    if reading in ("money", "number", "count", "days"):
        return st.column_config.NumberColumn(name, format="localized")
    if reading == "day":
        return st.column_config.DateColumn(name, format="localized")
    return st.column_config.TextColumn(name)
