"""The section of contracts: how long they will last, and what those that run may still bring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import streamlit as st

from cxlib.charts import renewals as charts
from cxlib.store.snapshots import Snapshot
from cxlib.value.contract_value import COLUMNS
from cxlib.value.renewals import RenewalsResult
from pages import _charts, _parts, _report, _state

_ = _state.say


def lasting(
    analyse: Callable[..., RenewalsResult],
    data: Snapshot,
    as_of: dt.date | None,
    currency: str | None,
) -> None:
    """How long contracts will last: one chart and its customers, the proof behind expanders."""
    st.subheader(_("How long will contracts last?"), anchor=False)
    result = _parts.attempted(analyse, data, as_of=as_of)
    if result is None:
        return
    _parts.tiles(result.headline, currency, result.receipt)
    point = _charts.chart(
        charts.survivor,
        result,
        "renewals_survivor",
        _("Share of contracts still there after each renewal, as seen and as projected"),
        result.curve,
        charts.CURVE,
        select=True,
    )
    _parts.meaning(result.meaning, currency)
    if point.get("age"):
        chosen = int(point["age"][0]["renewals"])
        _charts.customers(result.members(chosen), "renewals_running", COLUMNS)
    else:
        st.caption(_("Click a point to see the running contracts that have come so far."))
    _report.gates(result.gates, result.notes)
    past, ahead = (
        _("Would it have been right before?"),
        _("What may running contracts still bring?"),
    )
    tested = result.proof
    if tested and (opened := _parts.details(past, "renewals_past", ":material/history:")):
        with opened:
            _charts.chart(
                charts.proof,
                result,
                "renewals_proof",
                _("An earlier projection of the contracts that ran then, and what came"),
                tested.periods,
            )
    if opened := _parts.details(ahead, "renewals_ahead", ":material/savings:"):
        with opened:
            st.caption(
                _("Renewals to come and what they are worth today, by renewals made so far.")
            )
            _charts.listed(
                result.residual, "renewals_to_come", _("Renewals to come by age"), charts.TO_COME
            )
    _report.receipt(result.receipt)
