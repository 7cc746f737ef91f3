"""The song on the form: chosen from results, read from a pasted link, or written by hand."""

from contextlib import suppress

from diary.errors import InvalidEntryError, LinkError, StorageError
from diary.model import Song, Track
from diary.ui.forms import keep_typed, typed
from diary.ui.state import Form, current_diary, set_values, tab, value


def chosen_song(form: Form) -> Song | None:
    """The song the form holds, if it holds one. Raises InvalidEntryError."""
    fields = typed(form)
    if not (fields.title.strip() or fields.spotify_id or fields.mbid):
        if fields.artist.strip():
            raise InvalidEntryError("song", "The song still needs its title.")
        return None
    return Song(fields.title.strip(), fields.artist.strip(), fields.spotify_id, fields.mbid)


def song_shown(form: Form) -> Song | None:
    """The song on the form as far as it can be shown; what is wrong with it is told when it is saved."""
    try:
        return chosen_song(form)
    except InvalidEntryError:
        return None


def look_up() -> None:
    """Show what the catalogue knows of the words in the search box, as long as they stand there."""
    if form := tab().form:
        form.looked_up = (value("song_search") or "").strip()


def choose(song: Song, track: Track | None) -> None:
    """Take ``song`` for the day."""
    form = tab().form
    if form is None:
        return
    if track:
        with suppress(StorageError):  # the cover can be fetched later
            current_diary().keep_track(track)
    form.spotify_id, form.mbid = song.spotify_id, song.mbid
    form.errors.pop("song", None)
    set_values(song_title=song.title, song_artist=song.artist, song_search="")
    keep_typed()


def write_song(title: str) -> None:
    """Take what was searched for as the title of a song nobody needs to know; say so if it cannot be one."""
    try:
        choose(Song(title), None)
    except InvalidEntryError as error:
        if form := tab().form:
            form.errors["song"] = str(error)


def clear_song() -> None:
    """Take the chosen song off the form."""
    form = tab().form
    if form:
        form.spotify_id = form.mbid = None
        set_values(song_title="", song_artist="", song_search="")
        keep_typed()


def read_search() -> None:
    """Something was typed into the search box: a pasted link becomes the song at once."""
    form, asked = tab().form, (value("song_search") or "").strip()
    if form is None:
        return
    form.errors.pop("song", None)
    try:
        track = current_diary().catalog.track_by_link(asked)
    except LinkError as error:
        form.errors["song"] = str(error)
        return
    if track:
        choose(track.song(), track)
