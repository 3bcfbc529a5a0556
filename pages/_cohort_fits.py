"""The parts of the lifetime value page that look beyond one fit and one horizon."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import cohort_fits as charts
from cxlib.i18n import N_
from cxlib.labels import label
from cxlib.store.snapshots import Snapshot
from cxlib.value.clv import attributes, cohort_fits, residual, segments
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.value import FittedClv, Terms
from pages import _cache, _charts, _parts, _report, _state

_ = _state.say

COHORT = N_("Quarter in which they came")
BY = ("channel", "place", "category", "product")


def rhythms(result: ClvResult, data: Snapshot, part: dict[str, Any]) -> None:
    """Whether groups buy by different rhythms; computed when asked for, since it fits each."""
    lang = _state.session().lang
    opened = _parts.details(
        _("Do groups buy by different rhythms?"), "clv_rhythms_of", ":material/ssid_chart:"
    )
    if opened is None:
        return
    with opened:
        st.caption(
            _(
                "Fits each group of at least {least} customers alone and tests that against one fit"
                " for all.",
                least=lang.number(cohort_fits.LEAST),
            )
        )
        if result.fitted.fit is None:
            st.caption(_("Nothing is forecast for this file; the checks above say why."))
            return
        offered = ["cohort", *(c for c in BY if c in data.report["plan"]["mapping"])]
        by = st.selectbox(
            _("By"),
            offered,
            format_func=lambda c: lang(COHORT if c == "cohort" else label(c).name),
            key="clv_rhythm_by",
            bind="query-params",
        )
        if not st.toggle(_("Compare the groups"), key="clv_rhythms"):
            return

        def compared(result: ClvResult, terms: Terms) -> cohort_fits.GroupFits:
            fitted = result.fitted
            if by == "cohort":
                of = segments.cohorts(fitted.summary)
            else:
                of = attribute_of(by, fitted, data, part)
            return cohort_fits.compare_groups(fitted, terms, of, by)

        key = (data.workspace, data.digest, tuple(part.items()), by)
        found = _parts.computed(compared, result, *key, terms=result.terms)
        _parts.meaning(found.meaning)
        _charts.chart(
            charts.own_fits,
            found,
            f"clv_own_fits_{by}",
            _("Expectation of a customer by group, by one fit for all and by its own"),
            charts.groups_table,
        )
        if found.test is not None:
            st.caption(
                _(
                    "Likelihood ratio {statistic} with {degrees} degrees of freedom.",
                    statistic=lang.number(found.test.statistic, 1),
                    degrees=lang.number(found.test.degrees),
                )
            )
        _report.issues(found.notes)


def attribute_of(by: str, fitted: FittedClv, data: Snapshot, part: dict[str, Any]) -> Any:
    """The value of an attribute for each customer, of the orders or of their lines."""
    return _cache.read(
        attributes.attribute,
        data,
        "lines" if by in ("product", "category") and data.lines else "orders",
        by=by,
        summary=fitted.summary,
        end=part["as_of"],
        conditions=part["where"],
    )


def forever(result: ClvResult, data: Snapshot, part: dict[str, Any], currency: str | None) -> None:
    """What customers are worth without a horizon, in a sentence."""
    title = _("And beyond the horizon?")
    opened = _parts.details(title, "clv_beyond", ":material/all_inclusive:")
    if opened is None:
        return
    with opened:
        if result.terms.annual_discount_rate <= 0:
            st.caption(_("Without a discount, what customers will ever bring has no end."))
            return
        _beyond(result, data, part, currency)


def _beyond(result: ClvResult, data: Snapshot, part: dict[str, Any], currency: str | None) -> None:
    def valued(result: ClvResult, terms: Terms) -> residual.Residual:
        return residual.residual(result.fitted, terms)

    key = (data.workspace, data.digest, tuple(part.items()))
    found = _parts.computed(valued, result, *key, terms=result.terms)
    if found.purchases is None:
        st.caption(_("Nothing is forecast for this file; the checks above say why."))
        return
    st.write(_parts.worded(found.meaning, currency))
    st.caption(
        _("Most of it lies far beyond your data: a guide to what to spend at most, no forecast.")
    )
