"""The log of the server: which session a line belongs to, and all that Streamlit says in the same form."""

import logging
from collections.abc import Mapping
from contextlib import suppress

from streamlit import logger as theirs
from streamlit.runtime.scriptrunner import get_script_run_ctx

from diary import log
from diary.errors import DiaryError
from diary.ui.state import current_owner


def set_up(form: log.Form) -> None:
    """Send the log to standard error in the given form; as JSON, everything else with it."""
    log.set_up(form, belonging)
    if form == "json":
        theirs.setup_formatter = _leave_to_root  # for loggers to come: each would have a form of its own
        log.all_as_json(belonging)


def farewell(form: log.Form, sentence: str) -> str | int:
    """What to end the program with, so that ``sentence`` is the last that it says."""
    if form == "text":
        return sentence
    logging.getLogger(__name__).critical(sentence)
    return 1


def belonging() -> Mapping[str, str]:
    """The session of the page that is being drawn, and the owner of the diary on it; neither by its name.

    A session is one open tab, and another after a reload. Who knows its name could speak in it, so it is hashed.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return {}
    session = {"session": log.short_hash(context.session_id)}
    with suppress(DiaryError):
        return {**session, "owner": log.short_hash(current_owner())}
    return session


def _leave_to_root(logger: logging.Logger) -> None:
    logger.propagate = True
