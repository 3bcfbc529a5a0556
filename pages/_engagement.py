"""The sections of the engagement page, what they ask, and the customers behind each mark."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from cxlib.charts import engagement as charts
from cxlib.charts import visits as visit_charts
from cxlib.frames.actives import WINDOWS, active_members, lifecycle_members
from cxlib.frames.sessions import session_members
from cxlib.growth import groups
from cxlib.growth.engagement import MOST, EngagementResult
from cxlib.i18n import N_
from cxlib.labels import label
from cxlib.periods import months
from cxlib.results import Receipt
from cxlib.store.snapshots import Snapshot
from cxlib.value import rfm
from pages import _cache, _charts, _notes, _parts, _state

_ = _state.say

FILTERS = {"channel": label("channel").name}
ALONE, SEGMENT = "none", "segment"
SHOWN = 3  # event names in the caption


def key_events(data: Snapshot) -> tuple[str, ...]:
    """What makes a session engaged besides time and views, kept in the URL."""
    offered = _cache.choices(data.workspace, data.digest, "event", data)
    keys = st.multiselect(
        _("Key events"),
        offered,
        key="key_events",
        bind="query-params",
        placeholder=_("None"),
        help=_("One of them makes a session engaged, however short it was."),
    )
    return tuple(keys)


def attribute(data: Snapshot) -> str | None:
    """What sessions are told apart by besides their channel: an attribute of the events, or `SEGMENT`
    where there are orders to make segments of."""
    offered = {
        f"a{i}": attribute["column"]
        for i, attribute in enumerate(data.report.get("attributes") or ())
        if attribute["type"] in ("text", "flag")
    }
    extra = [SEGMENT] if _state.snapshot("transactions") is not None else []
    if not offered and not extra:
        return None
    names = {ALONE: _("(channel)"), SEGMENT: _("RFM segment"), **offered}
    chosen = st.selectbox(
        _("Compare by"),
        [ALONE, *extra, *offered],
        format_func=lambda c: names[c],
        key="by",
        bind="query-params",
    )
    return None if chosen == ALONE else chosen


def beside() -> dict[str, Snapshot]:
    """Campaigns, where the workspace has them."""
    found = _state.snapshot("campaigns")
    return {} if found is None else {"campaigns": found}


def compared(result: EngagementResult) -> str:
    """What a view is, and which months the tiles show."""
    lang = _state.session().lang
    first, last = lang.date(result.first_day), lang.date(result.end)
    if result.month is None or result.previous is None:
        told = _(
            "{first} to {last}. No two complete months to compare yet.", first=first, last=last
        )
    else:
        told = _(
            "{first} to {last}. Tiles show {month}, the newest complete month, against {before}.",
            first=first,
            last=last,
            month=_parts.period(result.month.name),
            before=_parts.period(result.previous.name),
        )
    if result.views is None:
        return f"{told} {_('Every event counts as a view.')}"
    names = ", ".join(_parts.plain(name) for name in result.views[:SHOWN])
    if len(result.views) > SHOWN:
        names += ", …"
    return f"{told} {_('Views are: {names}.', names=names)}"


def active(data: Snapshot, mark: dict[str, Any], part: dict[str, Any]) -> None:
    """The customers active in the days that a point counts."""
    last = dt.date.fromisoformat(mark["date"])
    first = last - dt.timedelta(days=WINDOWS[mark["series"]] - 1)
    _people(active_members, data, "engagement_active_people", part, first=first, last=last)


def lifecycle(data: Snapshot, mark: dict[str, Any], part: dict[str, Any]) -> None:
    """The customers of a month and state."""
    month = dt.date.fromisoformat(mark["day"])
    _people(
        lifecycle_members,
        data,
        "engagement_lifecycle_people",
        part,
        month=month,
        state=mark["state"],
        end=part["as_of"],
    )


def stickiness(data: Snapshot, result: EngagementResult, part: dict[str, Any]) -> None:
    """The share of a month's active customers who come on an average day."""
    if not result.daily["stickiness"].notna().any():
        return
    point = _charts.chart(
        charts.stickiness,
        result,
        "engagement_stickiness",
        _("Stickiness by day: the average day's share of the month's active customers"),
        charts.daily_table(result, _state.session().lang),
        select=True,
        args=(_notes.here(),),
    )
    st.caption(
        _("Stickiness: of those active in 30 days, the share that comes on an average one of them.")
    )
    if point.get("stickiness"):
        active(data, {**point["stickiness"][0], "series": "mau"}, part)


def visits(data: Snapshot, result: EngagementResult, part: dict[str, Any]) -> None:
    """How engaged sessions are, by month."""
    st.subheader(_("How engaged is a visit?"), anchor=False)
    _parts.tiles(result.headline[4:8], None)
    measure = _parts.choice(_("Shown"), visit_charts.MEASURES, "measure")
    point = _charts.chart(
        visit_charts.monthly,
        result,
        "engagement_monthly",
        _("{measure} by month, with intervals", measure=_(visit_charts.MEASURES[measure])),
        visit_charts.monthly_table(result, measure, _state.session().lang),
        args=(measure, _notes.here()),
        select=True,
    )
    if not point.get("month"):
        st.caption(_("Grey: no detectable change. Click a month for its customers."))
        return
    first = dt.date.fromisoformat(point["month"][0]["day"])
    last = min(months(first, first)[0].last, part["as_of"])
    _sessions(data, result, part, first=first, last=last)


def breakdown(
    data: Snapshot, result: EngagementResult, by: str | None, part: dict[str, Any]
) -> None:
    """How engaged sessions are, by channel and by what was chosen to compare by."""
    _groups(
        data, result, part, "channel", result.channels, _("Which channel brings engaged visits?")
    )
    if result.by is not None:
        name = data.report["attributes"][int(result.by[1:])]["column"]
        title = _("Who is more engaged, by {attribute}?", attribute=_parts.plain(name))
        _groups(data, result, part, result.by, result.groups, title)
    elif by == SEGMENT:
        _segments(result)


def _groups(
    data: Snapshot,
    result: EngagementResult,
    part: dict[str, Any],
    column: str,
    table: Any,
    title: str,
) -> None:
    if table is None:
        return
    st.subheader(title, anchor=False)
    mark = _grouped(column, table, title, result.receipt)
    if mark is None:
        st.caption(_("Click a point for its customers."))
    elif mark["role"] != "value":
        st.caption(_("Only points of a single value open their customers."))
    else:
        _sessions(data, result, part, by=column, value=mark["raw"])


def _grouped(key: str, table: Any, title: str, proof: Receipt | None) -> dict[str, Any] | None:
    """The chart of a table of groups, and the point that was clicked. It is kept by `proof`."""
    measure = _parts.choice(_("Shown"), visit_charts.MEASURES, f"measure_{key}")
    point = _charts.chart(
        visit_charts.grouped,
        table,
        f"engagement_{key}",
        title,
        visit_charts.group_table,
        args=(measure,),
        select=True,
        receipt=proof,
    )
    return point["group"][0] if point.get("group") else None


def _segments(result: EngagementResult) -> None:
    """By the RFM segment that the customers have in the orders."""
    orders = _state.snapshot("transactions")
    if orders is None:
        return
    title = _("Which segment is more engaged?")
    st.subheader(title, anchor=False)
    scored = _parts.attempted(rfm.analyse, orders, as_of=result.end)
    if scored is None:
        return
    members = scored.customers[["customer_id"]].assign(value=scored.customers["segment"].map(_))
    table = groups.attribute_groups(result.customers, members, MOST)
    if table is None:
        st.info(_("No customer of these events is among the orders."))
        return
    # It rests on the orders too, which the receipt of the events does not know.
    mark = _grouped(SEGMENT, table, title, None)
    if mark is None:
        st.caption(_("Click a point for its customers."))
    else:
        found = groups.members_with(result.customers, members, table, mark["role"], mark["raw"])
        _charts.customers(found, "engagement_segment_people")


def ctr(result: EngagementResult) -> None:
    """Clicks of campaigns, behind a question."""
    counted = result.clicks
    opened = counted and _parts.details(
        _("How often are campaigns clicked?"), "engagement_ctr", ":material/ads_click:"
    )
    if not counted or not opened:
        return
    lang = _state.session().lang
    with opened:
        if counted.total is None:
            st.info(_("No campaign has impressions and clicks, so there is no CTR."))
        else:
            st.write(
                _(
                    "{ctr} of impressions were clicked ({certainty}).",
                    ctr=lang.percent(counted.total.value, 3),
                    certainty=f"{lang.percent(counted.total.low, 3)} – {lang.percent(counted.total.high, 3)}",
                )
            )
            _charts.chart(
                visit_charts.ctr,
                counted,
                "engagement_ctr_chart",
                _("Clicks for each impression, by channel, with intervals"),
                visit_charts.ctr_table,
                receipt=result.receipt,
            )
            st.caption(_("Campaigns know no customers, so points of this chart open none."))
        for n, message in (
            (counted.missing, N_("Rows without impressions or clicks, left out: {n}.")),
            (counted.impossible, N_("Rows with more clicks than impressions, left out: {n}.")),
        ):
            if n:
                st.caption(f":material/info: {_(message, n=lang.number(n))}")


def _sessions(data: Snapshot, result: EngagementResult, part: dict[str, Any], **which: Any) -> None:
    _people(
        session_members,
        data,
        "engagement_session_people",
        part,
        rules=result.rules,
        end=part["as_of"],
        **which,
    )


def _people(function: Any, data: Snapshot, key: str, part: dict[str, Any], **which: Any) -> None:
    found = _cache.rows(function, data, data.kind, conditions=part["where"], **which)
    _charts.customers(found, key)
