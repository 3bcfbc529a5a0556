"""The only entry: `streamlit run app.py`. The shell builds the navigation (ARCHITECTURE.md, Entry)."""

import streamlit as st

from pages import _server

app = st.App("pages/_shell.py", middleware=_server.MIDDLEWARE, routes=_server.ROUTES)
