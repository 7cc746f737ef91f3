"""What all who use this server share: the settings, the places that they name, and the diaries opened there."""

from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from diary.assembly import make_parts
from diary.diary import Diary
from diary.errors import AwayError, SettingsError
from diary.protocols import Parts
from diary.settings import Settings, load_settings

_made = lru_cache(maxsize=4)(make_parts)
_making = Lock()


def _opened(places: Settings) -> Parts:
    """Made once, however many ask for it at the same moment: each one would keep connections of its own."""
    with _making:
        return _made(places)


@lru_cache(maxsize=4)
def _parts(places: Settings) -> Parts:
    """They are given as soon as the database is ready for them, and kept."""
    opened = _opened(places)
    if not opened.is_ready():
        raise AwayError("The diary's database is being brought up to date. Try again in a moment.")
    return opened


@lru_cache(maxsize=1000)
def _diary(places: Settings, owner_id: str) -> Diary:
    return Diary(owner_id, _parts(places))


@cache
def settings() -> Settings:
    """The settings, with those that stand in Streamlit's secrets. Raises SettingsError.

    They are read once: Streamlit reads its file anew whenever it changes, and one that is gone or spoiled for a moment
    would open a diary with log-in to everybody.
    """
    try:
        return load_settings(secrets=st.secrets.to_dict())
    except StreamlitSecretNotFoundError:
        if there := next((file for file in st.get_option("secrets.files") if Path(file).exists()), None):
            raise SettingsError(
                f"{Path(there).name} cannot be read. Check that it is TOML, as Streamlit wants it."
            ) from None
        return load_settings()


def parts() -> Parts:
    """Where things are kept and found, the same for all who use this server. Raises StorageError."""
    return _parts(settings())


def is_ready() -> bool:
    """Whether the database answers and has a form that this program can serve from. Raises DiaryError."""
    return _opened(settings()).is_ready()


def diary_of(owner_id: str) -> Diary:
    """The diary of that person. Raises StorageError when it is out of reach."""
    return _diary(settings(), owner_id)


def begin_anew() -> None:
    """Forget all diaries that were opened; a person who comes back after the end of theirs begins a new one."""
    _diary.cache_clear()
