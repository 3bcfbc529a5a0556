"""The sections of the retention page: what to look at, and the customers behind each mark."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from cxlib.charts import retention as charts
from cxlib.frames.gaps import gap_members
from cxlib.frames.triangle import triangle_members
from cxlib.i18n import N_
from cxlib.labels import label
from cxlib.store.snapshots import Snapshot
from cxlib.value.retention import RetentionResult
from pages import _cache, _charts, _parts, _state

_ = _state.say

PERIODS = {"month": N_("Month"), "week": N_("Week")}
MODES = {"exact": N_("Exact period"), "on_or_after": N_("On or after")}
BY = ("channel", "place", "category", "product")
ALONE = "none"


def attribute(data: Snapshot) -> str | None:
    """What customers are told apart by: an attribute of the first purchase that the file has."""
    offered = [c for c in BY if c in data.report["plan"]["mapping"]]
    if not offered:
        return None
    chosen = st.selectbox(
        _("Compare by"),
        [ALONE, *offered],
        format_func=lambda c: _("(all together)") if c == ALONE else _(label(c).name),
        key="by",
        bind="query-params",
        help=_("Of the first purchase; who bought two of them on that day is in both groups."),
    )
    return None if chosen == ALONE else chosen


def cell(
    data: Snapshot, result: RetentionResult, mark: dict[str, Any], mode: Any, part: dict[str, Any]
) -> None:
    """The customers behind a cell of the triangle."""
    day = dt.date.fromisoformat(mark["cohort"])
    _members(data, result, mode, part, "retention_cell", age=int(mark["age"]), cohort=day)


def ages(
    data: Snapshot, result: RetentionResult, measure: Any, mode: Any, part: dict[str, Any]
) -> None:
    """All cohorts together, by age."""
    lang = _state.session().lang
    st.subheader(_("How many come back as time goes by?"), anchor=False)
    table = charts.curve_table(result, measure, mode, lang)
    if table.empty:
        st.caption(_("No period after a first purchase is over yet."))
        return
    point = _charts.chart(
        charts.curve,
        result,
        "retention_curve",
        _("Customers who came back, by periods after the first purchase"),
        table,
        select=True,
        args=(measure, mode),
    )
    if point.get("age"):
        _members(data, result, mode, part, "retention_age", age=int(point["age"][0]["age"]))
    else:
        st.caption(
            _("Cohorts count at an age once its period is over. Click a point for customers.")
        )


def waits(data: Snapshot, result: RetentionResult, part: dict[str, Any]) -> None:
    """Time to the next order; who has ordered once is waited for, not left out."""
    st.subheader(_("How long until the next order?"), anchor=False)
    point = _charts.chart(
        charts.next_order,
        result,
        "retention_wait",
        _("Share that has ordered again by days since a purchase, with intervals"),
        charts.next_order_table,
        select=True,
    )
    if not point.get("wait"):
        st.caption(_("Click a curve for those who are still waited for after so many days."))
        return
    mark = point["wait"][0]
    found = _cache.rows(
        gap_members,
        data,
        low=int(mark["days"]),
        open_=True,
        purchase=int(mark["purchase"]),
        end=part["as_of"],
        conditions=part["where"],
    )
    _charts.customers(found, "retention_waiting")


def gaps(data: Snapshot, result: RetentionResult, part: dict[str, Any]) -> None:
    """Days between orders, and the rule that follows from them."""
    lang, found = _state.session().lang, result.gaps
    st.subheader(_("How long are the gaps between orders?"), anchor=False)
    if found.p90 is None or found.silent is None:
        st.caption(_("Nobody has bought twice yet."))
        return
    bar = _charts.chart(
        charts.gap_histogram,
        result,
        "retention_gaps",
        _("Gaps between orders by their length in days"),
        charts.gap_table(result, lang)[["low", "high", "ended", "open"]],
        select=True,
    )
    st.write(
        _(
            "Nine in ten gaps end within {days} days. By the rule that a longer silence is churn,"
            " {silent} of {customers} customers have left.",
            days=_parts.figure(found.p90, None),
            silent=_parts.figure(found.silent, None),
            customers=lang.number(found.silent.n),
        )
    )
    st.page_link("value/churn.py", label=_("See who they are"), icon=":material/logout:")
    if bar.get("bar"):
        low, high = (int(bar["bar"][0][end]) for end in ("low", "high"))
        people = _cache.rows(
            gap_members, data, low=low, high=high, end=part["as_of"], conditions=part["where"]
        )
        _charts.customers(people, "retention_gap_customers")


def _members(
    data: Snapshot,
    result: RetentionResult,
    mode: Any,
    part: dict[str, Any],
    key: str,
    **where: Any,
) -> None:
    found = _cache.rows(
        triangle_members,
        data,
        mode=mode,
        period=result.period,
        end=part["as_of"],
        conditions=part["where"],
        **where,
    )
    _charts.customers(found, key)
