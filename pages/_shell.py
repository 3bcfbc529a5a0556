"""The frame of every page: look, language, workspace, navigation."""

import streamlit as st

from cxlib.i18n import language, languages
from pages import _catalogue, _report, _state

st.set_page_config(layout="wide")
session = _state.begin()
_ = session.lang

with st.sidebar:
    _report.data_card(_state.snapshot("transactions"))
    st.segmented_control(
        _("Language"),
        languages(),
        default=_.code,
        required=True,
        format_func=lambda code: language(code).name,
        key="lang",
        bind="query-params",
        label_visibility="collapsed",
    )

navigation: dict[str, list[st.Page]] = {}
for page in _catalogue.pages():
    entry = st.Page(
        _catalogue.ROOT / page.path,
        title=_(page.title),
        icon=page.icon,
        url_path=page.slug,
        default=page.slug == "start",
    )
    navigation.setdefault(_(_catalogue.GROUPS[page.group]), []).append(entry)

st.navigation(navigation, expanded=True).run()
