"""The reader's days as the reference programs read them: by the bare driver, from the diary's own file."""

import os
import sqlite3
from functools import cache
from threading import local

OLDEST = "0001-01-01"
DAYS = """
SELECT e.day, coalesce(m.name, ''), coalesce(e.song_title, ''), coalesce(e.song_artist, ''),
       coalesce(t.artwork_url, ''), e.note
FROM entries e
LEFT JOIN moods m ON m.owner_id = e.owner_id AND m.id = e.mood_id
LEFT JOIN tracks t ON t.key = 'spotify:' || e.spotify_id
WHERE e.owner_id = 'local' AND e.deleted_at IS NULL
"""
Row = tuple[str, str, str, str, str, str]  # day, mood, title, artist, cover, note
_threads = local()


@cache
def _file() -> str:
    return os.environ["BENCH_FILE"]


def connection() -> sqlite3.Connection:
    """One for each thread."""
    if not hasattr(_threads, "open"):
        _threads.open = sqlite3.connect(f"file:{_file()}?mode=ro", uri=True)
    opened: sqlite3.Connection = _threads.open
    return opened


def newest(count: int, mood: str = "", text: str = "") -> list[Row]:
    """The newest days, of ``mood`` only, or with ``text`` (folded) in them."""
    query, bound = DAYS, []
    if mood:
        query, bound = f"{query} AND m.name = ?", [mood]
    if text:
        query, bound = f"{query} AND e.folded LIKE ?", [f"%{text}%"]
    return connection().execute(f"{query} ORDER BY e.day DESC LIMIT ?", [*bound, count]).fetchall()
