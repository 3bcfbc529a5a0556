"""The part of the lifetime value page on attributes: what goes with buying more, and with staying."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import covariates as charts
from cxlib.labels import label
from cxlib.store.snapshots import Snapshot
from cxlib.value.clv import covariates
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.value import Terms
from pages import _charts, _cohort_fits, _parts, _report, _state

_ = _state.say


def attributes(result: ClvResult, data: Snapshot, part: dict[str, Any]) -> None:
    """Effects of attributes of the first purchase; computed when they are chosen."""
    lang, fit = _state.session().lang, result.fitted.fit
    offered = [c for c in _cohort_fits.BY if c in data.report["plan"]["mapping"]]
    if fit is None or fit.model == "pareto" or not offered:
        return
    title = _("What goes with buying more often, and with staying?")
    opened = _parts.details(title, "clv_effects", ":material/linked_services:")
    if opened is None:
        return
    with opened:
        chosen = st.multiselect(
            _("Attributes of the first purchase"),
            offered,
            format_func=lambda c: lang(label(c).name),
            key="clv_attributes",
            placeholder=_("Nothing"),
            bind="query-params",
        )
        st.caption(
            _(
                "This shows what goes together, not what causes it: a channel whose customers buy"
                " more may only draw people who would buy more anyway."
            )
        )
        if not chosen:
            return

        def related(result: ClvResult, terms: Terms) -> covariates.Covariates:
            fitted = result.fitted
            values = {by: _cohort_fits.attribute_of(by, fitted, data, part) for by in chosen}
            return covariates.with_covariates(fitted, terms, values)

        key = (data.workspace, data.digest, tuple(part.items()), *chosen)
        found = _parts.computed(related, result, *key, terms=result.terms)
        _parts.meaning(found.meaning)
        for measure, alt in (
            ("often", _("How many times as often customers buy, by attribute, with intervals")),
            ("leaves", _("How many times the odds of leaving are, by attribute, with intervals")),
        ):
            _charts.chart(
                charts.effects,
                found,
                f"clv_effects_{measure}",
                alt,
                charts.effects_table(found, lang),
                args=(measure,),
            )
        _report.issues(found.notes)
