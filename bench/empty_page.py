"""What the empty app shows."""

import streamlit as st

st.title("Empty")
