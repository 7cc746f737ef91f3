"""The command that checks everything and changes nothing."""

import argparse
import sys
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from diary.assembly import check_database, check_photos, count_waiting, hole_in_wall
from diary.clock import utc_now
from diary.commands.console import write
from diary.errors import DiaryError, SettingsError, StorageError
from diary.settings import Settings, load_settings, project_secrets


def doctor(_: argparse.Namespace) -> None:
    """Tell part by part what is well and what is wrong. Raises SettingsError when anything is."""
    try:
        settings = load_settings(secrets=project_secrets())
    except SettingsError as error:
        write(sys.stdout, f"wrong  settings: {error}")
        raise SettingsError("Nothing else can be checked before the settings are right.") from None
    write(sys.stdout, "ok     settings: all can be used")
    is_well = True
    for part, examine in {"database": _database, "photos": _photos, "clock": _clock, "music": _music}.items():
        try:
            write(sys.stdout, f"ok     {part}: {examine(settings)}")
        except DiaryError as error:
            is_well = False
            write(sys.stdout, f"wrong  {part}: {error}")
    if not is_well:
        raise SettingsError("Something is wrong; the lines above say what to do.")


def _database(settings: Settings) -> str:
    check_database(settings)
    if hole := hole_in_wall(settings):
        raise StorageError(hole)
    waiting = count_waiting(settings)
    said = f"{settings.database_place} answers, is up to date and can be written"
    return f"{said}; photos that wait there for their store: {waiting}" if waiting else said


def _photos(settings: Settings) -> str:
    try:
        is_there = check_photos(settings)
    except StorageError as error:
        raise StorageError(f"{settings.photos} cannot be used. {error}") from None
    return f"{settings.photos} can be written" if is_there else f"{settings.photos} is made with the first photo"


def _clock(_: Settings) -> str:
    now = utc_now()
    if now.year < 2026:
        raise SettingsError(f"This machine believes it is {now:%Y-%m-%d}. Please set its clock.")
    try:
        ZoneInfo("Pacific/Kiritimati")
    except ZoneInfoNotFoundError:
        raise SettingsError("Time zones are unknown here. Please run: pip install tzdata") from None
    return f"{now:%Y-%m-%d %H:%M} UTC, time zones are known"


def _music(settings: Settings) -> str:
    if bool(settings.spotify_id) != bool(settings.spotify_secret):
        raise SettingsError("Of SPOTIPY_CLIENT_ID and SPOTIPY_CLIENT_SECRET only one is set. Please set both or none.")
    return "Spotify's keys are set" if settings.spotify_id else "no Spotify keys; MusicBrainz, links and typing work"
