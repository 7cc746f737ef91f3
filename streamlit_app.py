"""The front door: `streamlit run streamlit_app.py`. Every request passes the shell."""

import streamlit as st

from diary.ui import server

server.start()
app = st.App(
    server.SHELL,
    secrets=server.secrets(),
    routes=server.routes(),
    middleware=server.middleware(),
    on_script_error=server.report,
)
