"""The sentiment model of the workspace: what it has of its own, and a line that says so."""

from __future__ import annotations

import streamlit as st

from cxlib.results import Param, Receipt
from cxlib.store import labels
from cxlib.voice import adapted
from pages import _state

_ = _state.say


def current() -> str | None:
    """What the model of the workspace has of its own, as analyses take it; None for the shipped one."""
    of = _state.session().workspace
    return adapted.current(labels.adaptation(of)) if of else None


def told() -> None:
    """That the model is adapted, to how many labels, and where they are; nothing of the shipped one."""
    adaptation = current()
    if adaptation is None:
        return
    n = int(str(adapted.stated(adaptation)["adapted_labels"]))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            _("Read with the model adapted to your {n} labels.", n=_state.session().lang.number(n)),
            width="content",
        )
        st.page_link("voice/accuracy.py", label=_("Accuracy check"), icon=":material/fact_check:")


def whole(proof: Receipt) -> dict[str, Param]:
    """What a report of a receipt needs besides: the adaptation, of which receipts have the digest."""
    return {"adaptation": current()} if proof.parameters.get("adaptation") else {}
