"""An empty page as `streamlit run` shows it, with nothing done to make it small or quick."""

import streamlit as st

st.title("Empty")
