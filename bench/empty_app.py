"""An empty Streamlit page under the diary's own configuration: the floor that nothing can go below."""

import streamlit as st

app = st.App("empty_page.py")
