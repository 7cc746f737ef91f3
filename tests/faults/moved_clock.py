"""The diary's front door with a clock that a test moves: the file DIARY_TEST_CLOCK names holds the seconds to add."""

import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import streamlit as st

import diary.clock
from diary.ui import server


class Moved(datetime):
    """As `datetime`, but it is later, or earlier."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        moved = timedelta(seconds=float(Path(os.environ["DIARY_TEST_CLOCK"]).read_text()))
        return super().now(tz) + moved


diary.clock.datetime = Moved
server.start()
app = st.App(
    server.SHELL,
    routes=server.routes(),
    middleware=server.middleware(),
    on_script_error=server.report,
)
