"""Accuracy check: how often the sentiment model is right about your own comments."""

import streamlit as st

from cxlib.i18n import N_
from pages import _accuracy, _adaptation, _parts, _report, _state

PAGE = {"title": "Accuracy check", "group": "voice", "icon": ":material/fact_check:", "order": 90}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _(
        "Say of some comments what their writers say, and see how often the model reads them as you"
        " do. Fifty take about ten minutes; keys 1 to 4 answer too."
    ),
)
comments = _parts.require("feedback")
now = _accuracy.check(_state.workspace(), comments)
if not len(now.asked.sample):
    title, text = (
        N_("There is no comment that the model reads"),
        N_("It reads Indonesian and English. Check that the right column is taken for the text."),
    )
    _parts.teach(_(title), _(text))

_accuracy.asking(now)
st.subheader(_("How often is the model right?"), anchor=False)
found = _accuracy.result(now)
st.subheader(_("What does it learn from you?"), anchor=False)
_adaptation.learned(now, found)
_accuracy.given(now)
_report.receipt(found.receipt if found else now.asked.receipt)
