"""What all who use this server share: the settings, the places that they name, and the diaries opened there."""

from functools import lru_cache

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from diary.assembly import make_parts
from diary.diary import Diary
from diary.errors import AwayError
from diary.protocols import Parts
from diary.settings import Settings, load_settings

_opened = lru_cache(maxsize=4)(make_parts)


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


def settings() -> Settings:
    """The settings, with those that stand at the root of Streamlit's secrets. Raises SettingsError."""
    try:
        return load_settings(secrets=st.secrets.to_dict())
    except StreamlitSecretNotFoundError:
        return load_settings()


def parts() -> Parts:
    """Where things are kept and found, the same for all who use this server. Raises StorageError."""
    return _parts(settings())


def is_ready() -> bool:
    """Whether the database answers and has the newest form. Raises DiaryError."""
    return _opened(settings()).is_ready()


def diary_of(owner_id: str) -> Diary:
    """The diary of that person. Raises StorageError when it is out of reach."""
    return _diary(settings(), owner_id)


def begin_anew() -> None:
    """Forget all diaries that were opened; a person who comes back after the end of theirs begins a new one."""
    _diary.cache_clear()
