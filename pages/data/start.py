"""Start: what can I do here, and a sample one click away."""

import streamlit as st

from cxlib.demo.samples import SAMPLES
from cxlib.i18n import N_
from pages import _intake, _state

PAGE = {"title": "Start", "group": "data", "icon": ":material/home:", "order": 10}

_ = _state.session().lang

st.title(_("Know your customers by their orders"), anchor=False)
st.write(
    _(
        "Drop in the files that you have: orders, survey answers, tickets, visits. You get segments,"
        " lifetime value, NPS and what changed, with their uncertainty, down to the single customer,"
        " and a receipt for every number."
    )
)
with st.container(horizontal=True):
    st.page_link("data/upload.py", label=_("Upload your orders"), icon=":material/upload_file:")
    if _state.snapshot("transactions"):
        st.page_link(
            "value/overview.py", label=_("Go on with your data"), icon=":material/monitoring:"
        )

ANSWERS = (
    (":material/monitoring:", N_("Overview"), N_("How much do we sell, and did it really change?")),
    (":material/grid_view:", N_("RFM segments"), N_("Whom to thank, whom to win back?")),
    (":material/bubble_chart:", N_("Clusters"), N_("Which customers behave alike?")),
    (":material/paid:", N_("Lifetime value"), N_("Who will bring how much, and how sure is that?")),
    (":material/recommend:", N_("NPS"), N_("Would they recommend us, and did that really change?")),
    (
        ":material/support_agent:",
        N_("Support"),
        N_("What do they need help with, how long do they wait?"),
    ),
    (
        ":material/reviews:",
        N_("Feedback"),
        N_("How do they feel, and where is the blame?"),
    ),
    (
        ":material/forum:",
        N_("Topics"),
        N_("What do they praise and blame, and what are those who complain worth?"),
    ),
    (":material/comment:", N_("Comments"), N_("What did they write, word for word?")),
    (":material/support:", N_("Cases"), N_("Whom do we call back today, and did it help?")),
    (":material/vital_signs:", N_("Engagement"), N_("Who is active, and do they come back?")),
    (":material/scoreboard:", N_("Scorecard"), N_("Which metric needs a talk this month?")),
)
with st.grid(4, min_column_width=150, border=True):
    for icon, name, question in ANSWERS:
        with st.container():
            st.markdown(f"{icon} **{_(name)}**")
            st.caption(_(question))

st.subheader(_("Or try a sample"), anchor=False)
if _state.snapshot("transactions"):
    st.caption(
        _("A sample takes the place of your data; yours stays under Data quality, Versions.")
    )
with st.grid(3, min_column_width=260, border=True):
    for sample in SAMPLES:
        with st.container():
            st.markdown(f"**{_(sample.title)}**")
            st.caption(_(sample.description))
            st.caption(_("Good for: {text}", text=_(sample.suits)))
            if st.button(
                _("Open this sample"), key=f"sample_{sample.id}", icon=":material/science:"
            ):
                _intake.sample(sample)

st.subheader(_("What happens to my file?"), anchor=False)
st.write(
    _(
        "It stays on this server, in a workspace that only the link in your address bar opens."
        " Anyone with the link sees the data, so share it with care. Raw uploads are deleted"
        " after 30 days."
    )
)
