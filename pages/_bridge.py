"""Why another tool shows another number: from our definition to a vendor's, step by step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import streamlit as st

from cxlib.charts import bridge as charts
from cxlib.frames.profiles import profile_members
from cxlib.frames.spans import span_members
from cxlib.store.snapshots import Snapshot
from cxlib.value.answers import Bridge
from cxlib.value.bridge import BridgeResult
from cxlib.value.conventions import Change
from pages import _cache, _charts, _parts, _report, _state

_ = _state.say

People = Callable[[Change], Any]


def orders(
    analyse: Callable[..., BridgeResult],
    data: Snapshot,
    part: dict[str, Any],
    questions: tuple[str, ...],
) -> None:
    """The bridges of some questions on orders; a click on a step opens the customers it counts."""
    opened, result = _asked(analyse, data, **part)
    if result is None:
        return

    def people(change: Change) -> Any:
        return _cache.rows(
            profile_members,
            data,
            end=result.end,
            month=(result.month.first, result.month.last) if result.month else None,
            silences=result.silences,
            flags=(*change.part, change.of),
            conditions=part["where"],
        )

    with opened:
        _section(result, questions, people)


def subscriptions(
    analyse: Callable[..., BridgeResult], data: Snapshot, as_of: dt.date | None
) -> None:
    """The bridges of churn of subscriptions; a click on a step opens the customers it counts."""
    opened, result = _asked(analyse, data, as_of=as_of)
    if result is None:
        return

    def people(change: Change) -> Any:
        after, until = result.windows[change.window]
        return _cache.rows(
            span_members,
            data,
            data.kind,
            end=result.end,
            after=after,
            until=until,
            sums=tuple(name.removeprefix("-") for name in change.part),
        )

    with opened:
        _section(result, tuple(bridge.id for bridge in result.bridges), people)


def _asked(
    analyse: Callable[..., BridgeResult], data: Snapshot, **options: Any
) -> tuple[Any, BridgeResult | None]:
    """Computed once it is opened: it counts the customers once more, by many definitions."""
    name = _("Why does another tool show another number?")
    opened = _parts.details(name, "bridge", ":material/compare:")
    if opened is None:
        return None, None
    with opened:
        return opened, _parts.attempted(analyse, data, **options)


def _section(result: BridgeResult, questions: tuple[str, ...], people: People) -> None:
    offered = {b.id: b for b in result.bridges if b.id in questions}
    if not offered:
        st.caption(_("Nobody has bought twice yet."))
        return
    asked = next(iter(offered))
    if len(offered) > 1:
        names = {key: bridge.question for key, bridge in offered.items()}
        asked = _parts.choice(_("Question"), names, "bridge_question")
    bridge = offered[asked]
    named = {
        a.convention.id: f"{a.convention.vendor}: {_(a.convention.name)}" for a in bridge.others
    }
    # A key a question: the vendors of one are not those of another.
    chosen = st.selectbox(
        _("Compared with"),
        list(named),
        format_func=named.__getitem__,
        key=f"bridge_{asked}",
        bind="query-params",
    )
    _steps(result, bridge, chosen or next(iter(named)), people)
    _parts.meaning(bridge.meaning)
    title = _("All conventions, their formulas and sources")
    st.markdown(f"**{title}**")
    if result.month is not None:
        month = _parts.period(result.month.name)
        st.caption(_("“The month” is {month}, the newest complete one.", month=month))
    _charts.listed(
        charts.convention_table(result, asked, _state.session().lang),
        f"bridge_conventions_{asked}",
        title,
    )
    for note in result.notes:
        st.caption(_(note))
    _report.receipt(result.receipt)


def _steps(result: BridgeResult, bridge: Bridge, convention: str, people: People) -> None:
    """The waterfall, where the data reach far enough back for it."""
    answer = bridge.answer(convention)
    if bridge.ours.value is None or not answer.steps:
        st.caption(_("These data hold nobody whom this convention asks about."))
        return
    step = _charts.chart(
        charts.waterfall,
        result,
        f"bridge_waterfall_{bridge.id}",
        _("From our share to that of the other tool, one change of the definition a step"),
        charts.waterfall_table(result, bridge.id, convention, _state.session().lang),
        charts.STEPS,
        args=(bridge.id, convention),
        select=True,
    )
    if not step.get("step"):
        st.caption(
            _("Steps are in percentage points. Click one for the customers of its numerator.")
        )
        return
    changes = [bridge.start, *(s.change for s in answer.steps)]
    change = changes[min(int(step["step"][0]["place"]), len(changes) - 1)]
    _charts.customers(people(change), f"bridge_customers_{bridge.id}")
