"""The parts of the lifetime value page that are asked for: models compared, groups, newcomers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import forecast as charts
from cxlib.i18n import N_
from cxlib.store.snapshots import Snapshot
from cxlib.value import rfm
from cxlib.value.clv import comparison, newcomers, segments
from cxlib.value.clv.backtest import Backtest
from cxlib.value.clv.value import FittedClv, Terms
from pages import _charts, _parts, _state

_ = _state.say

GROUPS = {"segment": N_("RFM segment"), "cohort": N_("Quarter in which they came")}


def held(tested: Backtest) -> None:
    """How often customers stayed within their limits, and the error by recency."""
    lang, look = _state.session().lang, _state.session().look
    st.caption(
        _(
            "{share} of {n} customers bought as often as their 95 % limits allow.",
            share=lang.percent(tested.coverage.value),
            n=lang.number(tested.coverage.n),
        )
    )
    _charts.chart(
        charts.by_recency(tested, lang, look),
        "clv_recency",
        _("Purchases that came and that were forecast, by days since the last purchase"),
        tested.by_recency,
    )


def models(data: Snapshot, part: dict[str, Any]) -> None:
    """All models at several cut dates; computed when asked for, since it fits them fifteen times."""
    lang, look = _state.session().lang, _state.session().look
    with st.expander(_("Which model suits your customers?"), icon=":material/compare_arrows:"):
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
            charts.errors(found, lang, look),
            "clv_cuts",
            _("Errors of the forecasts by the day up to which they were fitted"),
            charts.errors_by_cut(found),
        )
        _charts.listed(charts.candidates(found), "clv_models", _("Models compared"))
        if found.tracking is not None:
            st.markdown(f"**{_('Did purchases keep to the forecast?')}**")
            so_far = st.toggle(_("Added up"), value=True, key="clv_so_far")
            _charts.chart(
                charts.tracking(found.tracking, lang, look, so_far),
                "clv_tracking",
                _("Repeat purchases as they came and as the model expects them"),
                found.tracking.periods,
            )


def groups(
    fitted: FittedClv, terms: Terms, data: Snapshot, part: dict[str, Any], currency: str | None
) -> None:
    """Totals by segment or cohort, with the limits of what may come."""
    lang, look = _state.session().lang, _state.session().look
    with st.expander(_("What do groups bring in total?"), icon=":material/groups:"):
        by = _parts.choice(_("By"), GROUPS, "clv_by")
        if by == "segment":
            scored = _parts.analysed(rfm.analyse, data, scoring="rf", **part)

        def brought(fitted: FittedClv, terms: Terms) -> Any:
            if by == "segment":
                return segments.by_group(fitted, terms, scored.customers["segment"])
            return segments.by_group(fitted, terms, segments.cohorts(fitted.summary))

        key = (data.workspace, data.digest, tuple(part.items()), by)
        found = _parts.computed(brought, fitted, *key, terms=terms)
        if not found:
            st.caption(_("Nothing is forecast for this file; the checks above say why."))
            return
        _charts.chart(
            charts.totals(found, lang, look),
            "clv_totals",
            _("Expected totals of groups, with limits of what may come"),
            charts.totals_table(found),
            currency=currency,
        )
        st.caption(
            _(
                "Bars are what is expected. Lines are the limits within which the sum of these"
                " customers will lie with 95 %: chance remains however well the model is known."
            )
        )


def newcomer(fitted: FittedClv, terms: Terms, currency: str | None) -> None:
    """What a customer who is won today is expected to bring."""
    if fitted.fit is None:
        return
    found = newcomers.new_customer(fitted.fit, fitted.spend, terms)
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
