"""Targets of metrics: what is set, in words, and a small editor for it."""

from __future__ import annotations

import math

import streamlit as st

from cxlib.i18n import N_
from cxlib.results import Fact, Unit
from cxlib.store import targets
from cxlib.store.targets import DIRECTIONS, Direction, Target
from cxlib.store.workspaces import Workspace
from pages import _changing, _parts, _state

_ = _state.say

# What the number in the editor is; shares are written as percentages.
NUMBERS: dict[Unit, str] = {
    "share": N_("Target (%)"),
    "days": N_("Target (days)"),
    "points": N_("Target (points)"),
}


def here() -> dict[str, Target]:
    """The targets of the workspace by metric."""
    of = _state.session().workspace
    return targets.listed(of) if of else {}


def worded(target: Target, currency: str | None = None) -> str:
    """A target as people say it: at least 45, by 31 Dec 2026."""
    value = _parts.figure(Fact(target.value, target.unit, 0), currency)
    text = {
        "at_least": _("at least {value}", value=value),
        "at_most": _("at most {value}", value=value),
    }[target.direction]
    if target.due is None:
        return text
    return _("{target} by {day}", target=text, day=_state.session().lang.date(target.due))


def editor(metric: str, unit: Unit, better: Direction, currency: str | None = None) -> None:
    """Set, change or remove the target of a metric, behind a button that says what it is.

    `better` is the direction that a new target has: a metric of which more is better is `at_least`.
    """
    of = _state.session().workspace
    if of is None:
        return
    seen = here().get(metric)
    key = f"target_{metric}"
    title = worded(seen, currency) if seen else _("Set a target")
    with st.popover(title, icon=":material/flag:", type="tertiary", key=key):
        _changing.told(key)
        with st.form(f"{key}_form", border=False):
            _fields(metric, unit, seen.direction if seen else better, seen)
            with st.container(horizontal=True):
                st.form_submit_button(
                    _("Save target"), type="primary", on_click=_save, args=(of, metric, unit, seen)
                )
                if seen:
                    st.form_submit_button(
                        _("Remove target"), on_click=_remove, args=(of, metric, seen)
                    )


def _fields(metric: str, unit: Unit, direction: Direction, seen: Target | None) -> None:
    value, way, due = _keys(metric, seen)
    lang, whole = _state.session().lang, unit in ("money", "count")
    st.segmented_control(
        _("Shall be"),
        list(DIRECTIONS),
        default=direction,
        required=True,
        format_func=lambda d: lang(DIRECTIONS[d]),
        key=way,
    )
    st.number_input(
        _(NUMBERS.get(unit, N_("Target"))),
        value=round(seen.value * _scale(unit), 6) if seen else None,
        step=1.0,
        format="%.0f" if whole else "%.1f",
        key=value,
    )
    st.date_input(
        _("Until (may stay empty)"), value=seen.due if seen else None, format="DD/MM/YYYY", key=due
    )


def _keys(metric: str, seen: Target | None) -> tuple[str, str, str]:
    which = f"{metric}_{seen.version if seen else 'new'}"
    return f"target_value_{which}", f"target_way_{which}", f"target_due_{which}"


def _scale(unit: Unit) -> int:
    return 100 if unit == "share" else 1


def _save(of: Workspace, metric: str, unit: Unit, seen: Target | None) -> None:
    value, way, due = (_state.get(key) for key in _keys(metric, seen))
    number = math.nan if value is None else value / _scale(unit)
    if _changing.tried(
        lambda: targets.put(of, metric, number, way, unit, due, seen=seen), f"target_{metric}"
    ):
        for key in _keys(metric, seen):
            _state.put(key, None)


def _remove(of: Workspace, metric: str, seen: Target) -> None:
    _changing.tried(lambda: targets.remove(of, seen), f"target_{metric}")
