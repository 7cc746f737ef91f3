"""What the diary is measured against, on the same rows: Streamlit with nothing around it, and a lean page of Flask."""
