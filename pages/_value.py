"""The parts that the value pages alone have."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from cxlib.charts import clv as charts
from cxlib.frames.buyers import buyers
from cxlib.labels import label, written
from cxlib.periods import months
from cxlib.store.snapshots import Snapshot
from cxlib.value.clv import backtest, explain, lifetime
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.value import Terms
from cxlib.value.sales import SalesResult
from pages import _cache, _charts, _forecast, _parts, _state

_ = _state.say

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
                # Not st.metric: it cuts long words, and a segment's name has to be read in full.
                with st.container(border=True, height="stretch"):
                    st.caption(_(meaning.name))
                    shown = written(value, meaning.reading, lang, currency)
                    st.markdown(f"#### {_parts.plain(shown)}")


def valued(data: Snapshot, part: dict[str, Any], terms: Terms) -> ClvResult:
    """The value of all customers under these terms; fitted once for all terms."""

    def under(data: Snapshot, terms: Terms) -> ClvResult:
        return lifetime.valued(_cache.analysed(lifetime.fit, data, **part), terms)

    key = (data.workspace, data.digest, tuple(part.items()))
    found: ClvResult = _parts.computed(under, data, *key, terms=terms)
    return found


def what_if() -> Terms:
    """Horizon, discount and margin, kept in the URL; the fit does not depend on them."""
    days = st.number_input(
        _("Horizon in days"), 1, 3650, 365, 30, key="horizon", bind="query-params", width=150
    )
    rate = st.number_input(
        _("Discount a year, %"), 0, 100, 10, 1, key="discount", bind="query-params", width=150
    )
    margin = st.number_input(
        _("Margin, %"), 1, 100, 100, 5, key="margin", bind="query-params", width=150
    )
    return Terms(days, rate / 100, margin / 100)


def proof(result: ClvResult) -> None:
    """The backtest: in a sentence, where a simple rule did better, and by earlier frequency."""
    tested, lang = result.backtest, _state.session().lang
    if tested is None:
        return
    opened = _parts.details(_("Did it work on your own past?"), "clv_proof", ":material/history:")
    if opened is None:
        return
    with opened:
        st.write(_parts.worded(backtest.proof(tested)))
        for rule, measure in tested.better:
            sentence = _(
                "“{rule}” is better at one thing: {measure}.", rule=_(rule), measure=_(measure)
            )
            st.caption(f":material/info: {sentence}")
        _charts.chart(
            charts.calibration,
            result,
            "clv_backtest",
            _("Purchases that came and that were forecast, by earlier frequency"),
            tested.calibration,
        )
        _forecast.held(tested, result.receipt)
        _charts.listed(charts.score_table(result, lang), "clv_scores", _("Errors of the forecasts"))


def drivers(result: ClvResult) -> None:
    """P(alive) and expected purchases over frequency and recency."""
    opened = _parts.details(
        _("How frequency and recency drive it"), "clv_drivers", ":material/grid_on:"
    )
    if opened is None:
        return
    with opened:
        days = result.terms.horizon_days
        cells = _cache.kept(
            lambda: explain.frequency_recency_grid(result.fitted, days), result.receipt, "clv_grid"
        )
        for measure in ("p_alive", "expected_purchases"):
            name = _(label(measure).name)
            st.markdown(f"**{name}**")
            _charts.chart(
                charts.surface,
                cells,
                f"clv_{measure}",
                _("{measure} by frequency and recency", measure=name),
                cells,
                args=(measure,),
                receipt=result.receipt,
            )
        st.caption(
            _(
                "Customers with few purchases are pulled towards the average:"
                " one large order is weak evidence."
            )
        )


def compared(result: SalesResult) -> str:
    """Which months the tiles show and compare."""
    lang = _state.session().lang
    if result.month is None or result.previous is None:
        return _(
            "{first} to {last}. No two complete months to compare yet: tiles show the whole file.",
            first=lang.date(result.first_day),
            last=lang.date(result.last_day),
        )
    return _(
        "{first} to {last}. Tiles show {month}, the newest complete month, against {before}.",
        first=lang.date(result.first_day),
        last=lang.date(result.last_day),
        month=_parts.period(result.month.name),
        before=_parts.period(result.previous.name),
    )


def buyers_of(data: Snapshot, by: str, mark: dict[str, Any], part: dict[str, Any]) -> None:
    """The customers behind a bar of a breakdown."""
    if mark["role"] != "value":
        st.caption(_("Only bars of a single value open their customers."))
        return
    conditions = (*part["where"], (by, (mark["raw"],)))
    source = "lines" if by in ("product", "category") and data.lines else "orders"
    found = _cache.rows(buyers, data, source, conditions=conditions, last=part["as_of"])
    _charts.customers(found, "sales_buyers")


def buyers_in(data: Snapshot, mark: dict[str, Any], part: dict[str, Any]) -> None:
    """The customers behind a month."""
    first = dt.date.fromisoformat(mark["day"])
    last = min(months(first, first)[0].last, part["as_of"])
    found = _cache.rows(buyers, data, conditions=part["where"], first=first, last=last)
    _charts.customers(found, "sales_buyers")
