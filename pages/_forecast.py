"""The parts of the lifetime value page that are asked for: models compared, groups, newcomers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import forecast as charts
from cxlib.i18n import N_
from cxlib.results import Receipt
from cxlib.store.snapshots import Snapshot
from cxlib.value import rfm
from cxlib.value.clv import comparison, newcomers, segments
from cxlib.value.clv.backtest import Backtest
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.value import Terms
from pages import _cache, _charts, _notes, _parts, _state

_ = _state.say

GROUPS = {"segment": N_("RFM segment"), "cohort": N_("Quarter in which they came")}


def held(tested: Backtest, receipt: Receipt) -> None:
    """How often customers stayed within their limits, and the error by recency."""
    lang = _state.session().lang
    st.caption(
        _(
            "{share} of {n} customers bought as often as their 95 % limits allow.",
            share=lang.percent(tested.coverage.value),
            n=lang.number(tested.coverage.n),
        )
    )
    _charts.chart(
        charts.by_recency,
        tested,
        "clv_recency",
        _("Purchases that came and that were forecast, by days since the last purchase"),
        tested.by_recency,
        receipt=receipt,
    )


def models(data: Snapshot, part: dict[str, Any]) -> None:
    """All models at several cut dates; computed when asked for, since it fits them fifteen times."""
    opened = _parts.details(
        _("Which model suits your customers?"), "clv_compared", ":material/compare_arrows:"
    )
    if opened is None:
        return
    with opened:
        st.caption(
            _(
                "Fits three models to all data and to what was known at five earlier dates, and"
                " holds each forecast against what came. A minute or two for large files."
            )
        )
        if not st.toggle(_("Compare the models"), key="compare"):
            return
        found = _parts.analysed(comparison.compare, data, **part)
        _parts.meaning(found.meaning)
        _charts.chart(
            charts.errors,
            found,
            "clv_cuts",
            _("Errors of the forecasts by the day up to which they were fitted"),
            charts.errors_by_cut(found),
        )
        _charts.listed(charts.candidates(found), "clv_models", _("Models compared"))
        if found.tracking is not None:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{_('Did purchases keep to the forecast?')}**", width="stretch")
                _notes.popover()
            so_far = st.toggle(_("Added up"), value=True, key="clv_so_far")
            _charts.chart(
                charts.tracking,
                found.tracking,
                "clv_tracking",
                _("Repeat purchases as they came and as the model expects them"),
                found.tracking.periods,
                args=(so_far, _notes.here()),
                receipt=found.receipt,
            )


def groups(result: ClvResult, data: Snapshot, part: dict[str, Any]) -> None:
    """Totals by segment or cohort, with the limits of what may come."""
    opened = _parts.details(_("What do groups bring in total?"), "clv_groups", ":material/groups:")
    if opened is None:
        return
    with opened:
        by = _parts.choice(_("By"), GROUPS, "clv_by")

        def brought(result: ClvResult, terms: Terms) -> Any:
            fitted = result.fitted
            if by == "segment":
                scored = _cache.analysed(rfm.analyse, data, scoring="rf", **part)
                return segments.by_group(fitted, terms, scored.customers["segment"])
            return segments.by_group(fitted, terms, segments.cohorts(fitted.summary))

        key = (data.workspace, data.digest, tuple(part.items()), by)
        found = _parts.computed(brought, result, *key, terms=result.terms)
        if not found:
            st.caption(_("Nothing is forecast for this file; the checks above say why."))
            return
        _charts.chart(
            charts.totals,
            found,
            f"clv_totals_{by}",
            _("Expected totals of groups, with limits of what may come"),
            charts.totals_table(found),
            receipt=result.receipt,
        )
        st.caption(
            _(
                "Bars are what is expected. Lines are the limits within which the sum of these"
                " customers will lie with 95 %: chance remains however well the model is known."
            )
        )


def newcomer(result: ClvResult, currency: str | None) -> None:
    """What a customer who is won today is expected to bring."""
    if result.fitted.fit is None:
        return
    found = newcomers.new_customer(result.fitted.fit, result.fitted.spend, result.terms)
    value = found.value or found.purchases
    st.caption(
        ":material/person_add: "
        + _(
            "A new customer is expected to bring {value} over this horizon, after the first"
            " purchase ({interval}).",
            value=_parts.figure(value, currency)
            if found.value
            else _("{n} purchases", n=_parts.figure(value, currency)),
            interval=_parts.certainty(value, currency),
        )
    )
