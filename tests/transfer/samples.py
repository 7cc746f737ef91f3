"""An entry with every part, to be exported and changed."""

from datetime import UTC, datetime

from diary.model import BUILT_IN_MOODS, Entry, Song
from tests.builders import TODAY, spotify_id

CALM = BUILT_IN_MOODS[-1]
ENTRY = Entry(
    day=TODAY,
    mood=CALM,
    song=Song("Étoile", "Nick", spotify_id=spotify_id(1)),
    note="Fog over the river 🌫️",
    tags=("rain", "choir"),
    photo=None,
    zone="Europe/Berlin",
    revision=3,
    created_at=datetime(2026, 11, 22, 18, 30, tzinfo=UTC),
    updated_at=datetime(2026, 11, 22, 18, 31, 2, 500, tzinfo=UTC),
)
