"""The parts that every page is made of: guard, filters, tiles, sentences."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

import streamlit as st

from cxlib.errors import CxError, NotEnoughData
from cxlib.i18n import N_
from cxlib.labels import label
from cxlib.results import KPI, Estimate, Fact, Receipt, Sentence, Unit, Verdict
from cxlib.store.control_characters import TURNING
from cxlib.store.snapshots import Snapshot
from pages import _cache, _state

_ = _state.say

R = TypeVar("R")


log = logging.getLogger("cxlib")

# What Streamlit makes links, icons and arrows of even where it is escaped, kept apart by a sign that
# is not seen; and what turns the text that follows it from right to left.
MADE = re.compile(r":(?=[/a-z])|@(?=\w)|www(?=\.)|[<>~=-](?=[=>-])", re.IGNORECASE)
JOINER = "\u2060"
TURNED = dict.fromkeys(map(ord, TURNING))
# Parameters of sentences that are differences of two numbers.
DIFFERENCES = ("change", "least", "usual")
# What pages of orders can be filtered by.
FILTERS = {column: label(column).name for column in ("channel", "place")}
# What a page says that has not the kind of table which it is about: what it needs, and its rows.
NEEDS = {
    "transactions": (
        N_("This page needs your orders"),
        N_(
            "Upload a file with one row an order (or an order line): who bought, when, and for"
            " how much. CSV, Excel or Parquet, as your shop exports it."
        ),
    ),
    "feedback": (
        N_("This page needs comments"),
        N_(
            "Upload a file with one row a review or comment: the text, and where you have them the day,"
            " the customer and the stars. CSV, Excel or Parquet."
        ),
    ),
    "responses": (
        N_("This page needs survey answers"),
        N_(
            "Upload a file with one row an answer: the score, and where you have them the day, the"
            " customer, a comment and ratings. CSV, Excel or Parquet, as your survey tool exports it."
        ),
    ),
    "tickets": (
        N_("This page needs support tickets"),
        N_(
            "Upload a file with one row a ticket (or a step of one): its number, when it was opened,"
            " and where you have them the first response, the solution and the topic."
        ),
    ),
    "events": (
        N_("This page needs events of your site or app"),
        N_(
            "Upload a file with one row an event: who, when, and what they did. Sessions, pages and"
            " channels are used where the file has them."
        ),
    ),
}


def header(title: str, caption: str) -> None:
    """The page's title, and a sentence that says what it is."""
    st.title(title, anchor=False)
    st.caption(caption)


def require(kind: str) -> Snapshot:
    """The current data of a kind; without it, an empty state that teaches, and the page ends."""
    found = _state.snapshot(kind)
    if found is not None:
        return found
    title, text = NEEDS[kind]
    teach(_(title), _(text))


def teach(title: str, text: str) -> NoReturn:
    """What is missing on a page and where to get it; the page ends."""
    with st.container(border=True):
        st.subheader(title, anchor=False)
        st.write(text)
        with st.container(horizontal=True):
            st.page_link("data/upload.py", label=_("Upload a file"), icon=":material/upload_file:")
            st.page_link("data/start.py", label=_("Try a sample"), icon=":material/science:")
    st.stop()


def filters(data: Snapshot, columns: Mapping[str, str] = FILTERS) -> dict[str, Any]:
    """What part of the data pages look at, kept in the URL: as-of day and values of columns.

    `columns` are the columns of the table that may be chosen from, and what each is called (a
    message id, or the user's own word). Data without days have no as-of day.
    """
    first, last = (_day(data.report.get(end)) for end in ("first_day", "last_day"))
    with st.popover(_("Filter"), icon=":material/filter_list:"):
        day = None
        if first is not None and last is not None:
            day = st.date_input(
                _("As of"),
                value=last,
                min_value=first,
                max_value=last,
                format="DD/MM/YYYY",
                key="as_of",
                bind="query-params",
                help=_("Later rows are left out, as if today were this day."),
            )
        where = []
        for column, name in columns.items():
            offered = _cache.choices(data.workspace, data.digest, column, data)
            if len(offered) > 1:
                chosen = st.multiselect(
                    plain(_(name)), offered, key=column, bind="query-params", placeholder=_("All")
                )
                where += [(column, tuple(chosen))] if chosen else []
    if where:
        names = "; ".join(f"{_(columns[c])}: {', '.join(v)}" for c, v in where)
        st.caption(_("Filtered by {names}", names=plain(names)))
    return {"as_of": day or last, "where": tuple(where)}


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(value)) if value else None


def choice(name: str, choices: Mapping[str, str], key: str) -> Any:
    """One of several ways to look, kept in the URL; `choices` are message ids by what they choose."""
    return st.segmented_control(
        name,
        list(choices),
        default=next(iter(choices)),
        required=True,
        format_func=lambda c: _(choices[c]),
        key=key,
        bind="query-params",
    )


def details(title: str, key: str, icon: str | None = None) -> Any:
    """What is behind a question, made only once it is opened; None while it is closed.

    The URL says what is open, so that a link shows what its sender saw.
    """
    box = st.expander(title, key=key, icon=icon, on_change="rerun", bind="query-params")
    return box if box.open else None


def analysed(function: Callable[..., R], data: Snapshot, **parameters: Any) -> R:
    """An analysis of the data, from the cache or with a spinner; what it cannot answer is said."""
    try:
        with st.spinner(_("Computing…"), show_time=True):
            return _cache.analysed(function, data, **parameters)
    except CxError as error:
        refused(error)


def attempted(function: Callable[..., R], data: Snapshot, **parameters: Any) -> R | None:
    """An analysis that a page can do without: what it cannot answer is said, and the page goes on."""
    return _softly(lambda: _cache.analysed(function, data, **parameters))


def tried(function: Callable[..., R], of: Any, *key: Any, **parameters: Any) -> R | None:
    """The same of what follows from a result; see `computed`."""
    return _softly(lambda: _cache.computed(function, of, *key, **parameters))


def _softly(compute: Callable[[], R]) -> R | None:
    try:
        with st.spinner(_("Computing…"), show_time=True):
            return compute()
    except NotEnoughData as missing:
        message, hint = _state.session().lang.error(missing)
        st.info(hint or message, title=message if hint else None)
        return None


def computed(function: Callable[..., R], of: Any, *key: Any, **parameters: Any) -> R:
    """What follows from a result, from the cache or with a spinner."""
    try:
        with st.spinner(_("Computing…"), show_time=True):
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
    return lang.number(value.value, 1 if value.unit in ("points", "hours") else 2)


def size(change: float, unit: Unit, currency: str | None) -> str:
    """A difference as it is read: of two shares, as of two scores, in points, not in per cent."""
    if unit in ("share", "points"):
        points = 100 * change if unit == "share" else change
        return _("{n} points", n=_state.session().lang.number(points, 1))
    return figure(Fact(change, unit, 0), currency)


def tiles(
    headline: Sequence[KPI],
    currency: str | None,
    proof: Receipt | None = None,
    *,
    most: int = 4,
    columns: int = 4,
) -> None:
    """The first numbers: value, whether the newest month changed, sparkline; two a row on a phone.

    What stands behind each is in its help; with the receipt, its definition too.
    """
    with st.grid(min(columns, len(headline)), min_column_width=150):
        for kpi in headline[:most]:
            tile(kpi, currency, explained=_explained(kpi, currency, proof), border=True)


def tile(
    kpi: KPI, currency: str | None, *, explained: str | None = None, border: bool = False
) -> None:
    """One number: green where it changed for the better, red for the worse, else grey."""
    text, colour, arrow = change(kpi.verdict, currency)
    if colour != "off":
        colour = {"more": "normal", "less": "inverse", "neither": "off"}[kpi.better]
    st.metric(
        _(kpi.label),
        figure(kpi.latest or kpi.value, currency),
        delta=text,
        delta_color=colour,
        delta_arrow=arrow,
        border=border,
        chart_data=[v for v in kpi.series if v == v][-24:] or None,
        help=explained,
    )


def _explained(kpi: KPI, currency: str | None, proof: Receipt | None) -> str:
    """What stands behind a tile: interval, change against last month and last year, definition."""
    value = kpi.latest or kpi.value
    exact = _("Exact, from {n}.", n=_state.session().lang.number(value.n))
    told = [certainty(value, currency) or exact]
    for verdict in (kpi.verdict, kpi.last_year):
        if verdict is not None and verdict.change is not None and verdict.before:
            moved = size(verdict.change, verdict.unit, currency)
            text = _("against {before}: {change}", before=period(verdict.before), change=moved)
            if verdict.usual is not None:
                usual = size(verdict.usual, verdict.unit, currency)
                text += " · " + _("usual ups and downs: {usual}", usual=usual)
            if verdict.smallest_detectable is not None:
                least = size(verdict.smallest_detectable, verdict.unit, currency)
                text += " · " + _("smallest change these data could show: {least}", least=least)
            told.append(text)
    if proof is not None:
        told.append(plain(_(proof.formula), 2_000))
        told.append(f"`{proof.definition}` v{proof.version}")
    return "\n\n".join(told)


def change(verdict: Verdict | None, currency: str | None) -> tuple[str | None, Any, Any]:
    """A verdict in words for a tile: grey unless the data show a change."""
    if verdict is None or verdict.state == "unknown" or verdict.change is None:
        return None, "off", "off"
    if verdict.state == "none":
        return _("no detectable change"), "off", "off"
    moved = size(abs(verdict.change), verdict.unit, currency)
    sign = "+" if verdict.state == "up" else "-"
    text = _("{change} vs {before}", change=f"{sign}{moved}", before=period(verdict.before))
    return text, "normal", verdict.state


def meaning(sentence: Sentence | None, currency: str | None = None) -> None:
    """What the page's numbers mean, in a sentence."""
    if sentence is not None:
        st.info(worded(sentence, currency), icon=":material/lightbulb:")


def worded(sentence: Sentence, currency: str | None = None) -> str:
    """A sentence in the reader's language, its numbers written by their units."""
    lang = _state.session().lang
    values = {
        name: plain(period(value))  # a topic may be of the user's own
        if name not in sentence.units
        else _measured(name, value, sentence.units[name], currency)
        for name, value in sentence.params.items()
    }
    return lang(sentence.message, **values)


def period(value: Any) -> str:
    """A month such as 2025-12 as people write it; any other text is a word of ours, translated."""
    text = str(value)
    if len(text) == 7 and text[4] == "-" and text.replace("-", "").isdecimal():
        return _state.session().lang.month(dt.date.fromisoformat(f"{text}-01"))
    return _state.session().lang(text)


def _measured(name: str, value: Any, unit: Any, currency: str | None) -> str:
    if name in DIFFERENCES and value is not None:
        return size(float(value), unit, currency)
    return figure(None if value is None else Fact(float(value), unit, 0), currency)


def calendar(previous: Sequence[Any], last_year: Sequence[Any]) -> None:
    """Feasts and sale days that set the compared months apart."""
    lang = _state.session().lang
    for effects, message in (
        (
            previous,
            N_(
                "Comparing with the month before, mind {occasion}: {after} of its days in this month,"
                " {before} in that one."
            ),
        ),
        (
            last_year,
            N_(
                "Comparing with the same month last year, mind {occasion}: {after} of its days in"
                " this month, {before} in that one."
            ),
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


def plain(text: str, most: int = 80) -> str:
    """Text of the user's in a line of Markdown: nothing in it is formatted, linked, drawn or turned."""
    line = " ".join(text.translate(TURNED).split())[:most]
    apart = MADE.sub(rf"\g<0>{JOINER}", line)
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|~$:&" else c for c in apart)


def certainty(value: Fact | Estimate, currency: str | None) -> str | None:
    """The interval of an estimate in words; None for a fact, which is exact."""
    if not isinstance(value, Estimate):
        return None
    ends = (Fact(end, value.unit, value.n) for end in (value.low, value.high))
    low, high = (figure(end, currency) for end in ends)
    return _(
        "{level} interval: {low} to {high}, n = {n}",
        level=_state.session().lang.percent(value.level, 0),
        low=low,
        high=high,
        n=_state.session().lang.number(value.n),
    )
