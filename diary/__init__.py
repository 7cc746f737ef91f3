"""Music Diary: one mood and one song a day.

from diary import load_settings, open_diary, prepare

settings = load_settings()
prepare(settings)
diary = open_diary(settings, "local")
"""

from importlib import import_module

_HOMES = {
    "Diary": "diary.diary",
    "Entry": "diary.model",
    "EntryDraft": "diary.model",
    "Mood": "diary.model",
    "Song": "diary.model",
    "Track": "diary.model",
    "load_settings": "diary.settings",
    "open_diary": "diary.assembly",
    "prepare": "diary.assembly",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    """The public names, fetched when they are first used, so that a page imports only what it needs."""
    if name not in _HOMES:
        raise AttributeError(f"module 'diary' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
