"""The floor: Streamlit tuned as the diary tunes it, with nothing of the diary around its pages."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """What pages with charts and tables need is loaded before the first of them is asked for."""
    import altair  # noqa: F401, PLC0415
    import pandas  # noqa: F401, PLC0415
    import plotly.graph_objects  # noqa: F401, PLC0415

    yield


gc.set_threshold(50_000)  # as diary.ui.server
app = st.App("floor_pages.py", lifespan=lifespan, middleware=[Middleware(GZipMiddleware, minimum_size=1000)])
