"""How long tickets wait: by month, as a curve, by group, and those that wait now."""

from __future__ import annotations

import streamlit as st

from cxlib.charts import support as charts
from cxlib.charts import ticket_ranges, ticket_waits
from cxlib.i18n import N_
from cxlib.voice.support import SupportResult
from pages import _charts, _notes, _parts, _state, _tickets

_ = _state.say


def pace(result: SupportResult, source: _tickets.Source) -> None:
    """How fast tickets are answered and solved, by month and as a curve."""
    st.subheader(_("How fast is help?"), anchor=False)
    offered = _measures(result)
    if not offered:
        st.caption(_("The file does not say when tickets were answered or solved."))
        return
    measure = _parts.choice(_("Shown"), offered, "measure")
    point = _charts.chart(
        charts.pace,
        result,
        "support_pace",
        _("{measure} by the month of opening, with intervals", measure=_(offered[measure])),
        charts.pace_table(result, measure, _state.session().lang),
        ("month", *charts.SATISFIED, *charts.PACE, "pace_p90", "answers", "verdict"),
        select=True,
        args=(measure, _notes.here()),
    )
    if point.get("month"):
        event = "resolution" if measure == "csat" else measure
        month = _tickets.month_of(point["month"][0]["day"])
        source.listed("support_pace_month", event=event, **month)
    elif measure == "csat":
        st.caption(_("Months of fewer than ten answers are not shown. Click a point for tickets."))
    else:
        st.caption(_("Half of the tickets waited longer than this. Click a point for its tickets."))
    if not result.waits:
        return
    opened = _parts.details(_("How long do they wait?"), "waits", ":material/timelapse:")
    if opened is None:
        return
    with opened:
        mark = _charts.chart(
            ticket_waits.wait_curve,
            result,
            "support_wait",
            _("Share of tickets still waiting by hours since their opening"),
            ticket_waits.wait_table,
            ("name", "hours", "waiting", "waiting_low", "waiting_high", "at_risk"),
            select=True,
        )
        if mark.get("wait"):
            chosen = mark["wait"][0]
            longer = float(chosen["hours"])
            event = str(chosen["event"])
            source.listed("support_longer", event=event, longer=longer)
        else:
            st.caption(_("Click a curve for the tickets that waited longer."))


def who_waits(result: SupportResult, source: _tickets.Source) -> None:
    """Which groups wait longer, and which tickets are open now."""
    st.subheader(_("Who waits?"), anchor=False)
    offered = _measures(result)
    if result.by is not None and offered:
        measure = _parts.choice(_("Compared"), offered, "group_measure")
        point = _charts.chart(
            ticket_ranges.groups,
            result,
            "support_groups",
            _("{measure} by group, with intervals", measure=_(offered[measure])),
            ticket_ranges.group_table,
            select=True,
            args=(measure,),
        )
        if point.get("group"):
            event = "resolution" if measure == "csat" else measure
            also = ((result.by, (str(point["group"][0]["value"]),)),)
            source.listed("support_group", event=event, also=also)
        else:
            st.caption(_("Click a point for the tickets of the group."))
    if result.open is None:
        return
    name = _state.session().lang.plural(
        N_("{n} ticket is still open"), N_("{n} tickets are still open"), result.open
    )
    opened = _parts.details(name, "still_open", ":material/hourglass_top:") if result.open else None
    if opened is not None:
        with opened:
            source.listed("support_open", still_open=True)


def _measures(result: SupportResult) -> dict[str, str]:
    """The measures that the file has."""
    known = {kpi.key for kpi in result.headline}
    return {m: name for m, name in charts.MEASURES.items() if m in known or m in result.waits}
