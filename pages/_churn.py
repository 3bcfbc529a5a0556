"""The sections of the churn page: silence, recurring revenue, and the model of who leaves."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import churn as charts
from cxlib.charts import recurring as recurring_charts
from cxlib.i18n import N_
from cxlib.results import Receipt
from cxlib.store.snapshots import Snapshot
from cxlib.value.churn import ChurnResult
from cxlib.value.churn_model import ChurnModelResult
from cxlib.value.plans import Plan
from cxlib.value.recurring import RecurringResult
from cxlib.value.risk import RiskModel
from pages import _charts, _notes, _parts, _report, _state

_ = _state.say

SHAPES = {"transactions": N_("Orders"), "subscriptions": N_("Subscriptions")}
FIELDS = {"plan": N_("Plan"), "mrr": N_("Monthly revenue"), "tenure": N_("Tenure")}


def data() -> Snapshot:
    """The table to look at: orders or subscriptions, whichever is there; of both the chosen one."""
    here = [kind for kind in SHAPES if _state.snapshot(kind)]
    if len(here) < 2:
        return _parts.require(here[0] if here else "transactions")
    chosen = st.segmented_control(
        _("Data"),
        here,
        default=here[0],
        required=True,
        format_func=lambda kind: _(SHAPES[kind]),
        key="shape",
        bind="query-params",
        label_visibility="collapsed",
    )
    return _parts.require(chosen or here[0])


def names(table: Snapshot) -> dict[str, str]:
    """What the user calls the attributes of a table."""
    return {f"a{i}": str(a["column"]) for i, a in enumerate(table.report.get("attributes") or [])}


def left_out(table: Snapshot) -> tuple[str, ...]:
    """Columns that the model must not look at."""
    offered = [*FIELDS, *names(table).values()]
    chosen = st.multiselect(
        _("Left out"),
        offered,
        key="without",
        bind="query-params",
        format_func=lambda column: _(FIELDS.get(column, column)),
        placeholder=_("Nothing"),
        help=_("Columns that were filled in after a customer had left would give the answer away."),
    )
    return tuple(chosen)


def silent(result: ChurnResult) -> None:
    """How long customers have been silent; a click opens them."""
    st.subheader(_("Who has been silent for too long?"), anchor=False)
    bar = _charts.chart(
        charts.silence,
        result,
        "churn_silence",
        _("Customers by days since the last purchase, and the rule"),
        charts.silence_table,
        select=True,
    )
    if bar.get("bar"):
        _charts.customers(charts.silent(result, bar["bar"][0]), "churn_silent", charts.SILENT)
    else:
        st.caption(_("Click a bar to see its customers."))


def revenue(result: RecurringResult, currency: str | None) -> None:
    """What is kept month by month, and where the revenue of one month went."""
    lang = _state.session().lang
    whole = result.monthly[result.monthly["complete"] & (result.monthly["customers_start"] > 0)]
    if whole.empty or not result.monthly["mrr_end"].notna().any():
        _charts.listed(result.monthly, "churn_months", _("Months"), recurring_charts.MONTHLY)
        return
    _notes.subheader(_("How much of the revenue stays?"))
    point = _charts.chart(
        recurring_charts.retention,
        result,
        "churn_retention",
        _("Gross and net revenue retention of each month, with intervals"),
        result.monthly,
        recurring_charts.MONTHLY,
        select=True,
        args=(_notes.here(),),
    )
    clicked = [mark["day"][:7] for mark in point.get("month") or ()]
    month = (clicked or [whole["name"].iloc[-1]])[0]
    st.subheader(_("Where did it go in {month}?", month=_parts.period(month)), anchor=False)
    step = _charts.chart(
        recurring_charts.waterfall,
        result,
        "churn_waterfall",
        _("From the monthly revenue at the start of the month to that at its end"),
        recurring_charts.waterfall_table(result, month, lang)[["name", "amount"]],
        select=True,
        args=(month,),
    )
    _parts.meaning(result.meaning, currency)
    if clicked or step.get("movement"):
        moved = (step.get("movement") or [{}])[0].get("movement")
        _charts.customers(recurring_charts.moved(result, month, moved, lang), "churn_moved")
    else:
        st.caption(_("Click a month or a step to see its customers."))


def lives(plans: tuple[Plan, ...], receipt: Receipt) -> None:
    """How long subscriptions last, by plan."""
    if not plans:
        return
    lang = _state.session().lang
    opened = _parts.details(
        _("How long do subscriptions last?"), "churn_lasting", ":material/timeline:"
    )
    if opened is None:
        return
    with opened:
        _charts.chart(
            recurring_charts.survival,
            plans,
            "churn_lives",
            _("Share of subscriptions that are still there, by plan"),
            recurring_charts.curve_table,
            receipt=receipt,
        )
        _charts.listed(
            recurring_charts.plan_table(plans, lang),
            "churn_plans",
            _("The plans and how long they last"),
        )


def saves(result: ChurnResult | ChurnModelResult) -> None:
    """Whom to save first: risk × value, as a map and as a list."""
    if result.model is None:
        return
    st.subheader(_("Who to save first?"), anchor=False)
    cell: dict[str, Any] = {}
    if result.customers["worth"].notna().any():
        cell = _charts.chart(
            charts.risk_map,
            result,
            "churn_map",
            _("Customers by risk and value"),
            charts.risk_map_table,
            charts.MAPPED,
            select=True,
        )
    picked = cell.get("cell")
    if not picked:
        st.caption(_("By what is at stake: risk × value. Click a cell to see its customers."))
    people = charts.members(result, picked[0]) if picked else result.saves()
    _charts.customers(people, "churn_saves", charts.SAVES)


def proof(model: RiskModel | None, reading: str, receipt: Receipt) -> None:
    """Whether the model deserves belief, and what it looks at."""
    if model is None:
        return
    lang = _state.session().lang
    if opened := _parts.details(
        _("Does the model deserve belief?"), "churn_proof", ":material/verified:"
    ):
        with opened:
            st.caption(_(reading))
            _charts.chart(
                charts.calibration,
                model,
                "churn_calibration",
                _("Risk that was promised and share who left, in tenths of the customers"),
                model.calibration,
                receipt=receipt,
            )
            _charts.listed(
                charts.quality_table(model, lang), "churn_quality", _("Models and simple rules")
            )
    if opened := _parts.details(_("What weighs most?"), "churn_weights", ":material/balance:"):
        with opened:
            _charts.chart(
                charts.importance,
                model,
                "churn_importance",
                _("What the model loses without each feature"),
                model.importance[["feature", "importance", "low", "high"]],
                receipt=receipt,
            )
            st.caption(_("What goes with leaving need not bring it about."))


def told(result: Any) -> None:
    """What was noticed, and how the numbers came to be."""
    _report.issues(result.notes)
    _report.receipt(result.receipt)
