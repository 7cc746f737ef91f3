"""A part of a page that is drawn again by itself when something on it is used, without what stands around it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from diary import log
from diary.errors import DiaryError
from diary.ui.state import current_diary, tab

P = ParamSpec("P")


def part(draw: Callable[P, None]) -> Callable[P, None]:
    """Make ``draw`` such a part; what it shows it reads itself, as it is drawn again long after the page was.

    What the shell knows and looks after is left to it: where that does not hold any more, something fails or something
    is to be told, the whole page is drawn anew. So it is where something else was used at the same moment, as a field
    that is left by a press of Save: of the two, Streamlit's front end names the part alone.
    """

    @wraps(draw)
    def whole(*args: P.args, **kwargs: P.kwargs) -> None:
        failed: list[DiaryError] = []

        @st.fragment
        @wraps(draw)
        def drawn() -> None:
            if not tab().is_whole:
                _draw_alone(draw.__name__, lambda: draw(*args, **kwargs))
                return
            try:
                draw(*args, **kwargs)
            except DiaryError as error:
                failed.append(error)  # Streamlit would show it in its own way

        drawn()
        if failed:
            raise failed.pop()

    return whole


def within(drawn: Callable[..., None], act: Callable[P, None]) -> Callable[P, None]:
    """``act`` as what an input calls that stands in the part ``drawn``."""

    @wraps(act)
    def called(*args: P.args, **kwargs: P.kwargs) -> None:
        tab().due.add(drawn.__name__)
        act(*args, **kwargs)

    return called


def _draw_alone(name: str, draw: Callable[[], None]) -> None:
    remembered = tab()
    try:
        remembered.presses.finish()
        is_quiet = not (remembered.notice or remembered.news or remembered.is_telling or remembered.due - {name})
        is_known = is_quiet and current_diary().person() == remembered.person
        if is_known:
            draw()
            remembered.due.clear()
    except DiaryError:
        is_known = False
    finally:
        log.end_request()
    if not is_known:
        st.rerun()
