"""The form of a day: opening it, keeping what is typed, saving it. What it looks like is in `fields.py`."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import ParamSpec

from diary.clock import utc_now
from diary.diary import Diary
from diary.errors import ConflictError, DiaryError, InvalidEntryError, LinkError, PhotoError, StorageError
from diary.model import Entry, EntryDraft, Mood, Song, Track, Unsaved
from diary.ui import text
from diary.ui.state import Change, Form, current_diary, param, set_params, set_values, tab, value, zone

log = logging.getLogger(__name__)
P = ParamSpec("P")


def form_of(diary: Diary, day: date) -> Form:
    """The form of ``day``, opened unless this tab shows it already."""
    form = tab().form
    inputs_live = value("note") is not None  # Streamlit forgets inputs while another page is shown
    if form and form.day == day and inputs_live:
        return form
    entry = diary.find_day(day)
    kept = diary.find_unsaved(day)
    base = _unsaved(day, entry)
    form = Form(day, base, as_today=param("day") is None)
    _fill(form, kept[0] if kept else base)
    if kept:
        form.kept_at = text.clock_time(kept[1], zone())
        tab().editing = True
    tab().form = form
    return form


def day_to_write(today: date) -> date:
    """Today; or the day that was today when something was typed that is not saved yet."""
    form = tab().form
    if form and form.as_today and value("note") is not None and typed(form) != form.base:
        return form.day
    return today


def _unsaved(day: date, entry: Entry | None) -> Unsaved:
    """The fields of a form over ``entry``, before anything is typed."""
    if entry is None:
        return Unsaved(day)
    song = entry.song
    return Unsaved(
        day=day,
        mood=entry.mood.name if entry.mood else None,
        title=song.title if song else "",
        artist=song.artist if song else "",
        spotify_id=song.spotify_id if song else None,
        mbid=song.mbid if song else None,
        note=entry.note,
        tags=", ".join(entry.tags),
        photo=entry.photo,
        revision=entry.revision,
    )


def _fill(form: Form, fields: Unsaved) -> None:
    form.spotify_id, form.mbid, form.photo = fields.spotify_id, fields.mbid, fields.photo
    form.revision = fields.revision
    set_values(
        day=form.day,
        mood=fields.mood,
        song_search="",
        song_title=fields.title,
        song_artist=fields.artist,
        note=fields.note,
        tags=fields.tags,
    )


def typed(form: Form) -> Unsaved:
    """What the form holds now."""
    title = value("song_title") or ""
    return Unsaved(
        day=form.day,
        mood=value("mood"),
        title=title,
        artist=value("song_artist") or "",
        spotify_id=form.spotify_id,
        mbid=form.mbid,
        note=value("note") or "",
        tags=value("tags") or "",
        photo=form.photo,
        revision=form.revision,
    )


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


# ------------------------------------------------------------------ what the inputs call


def keep_typed() -> None:
    """A field was left: keep what is typed, so that it outlives the page."""
    form = tab().form
    if form is None:
        return
    now = typed(form)
    try:
        if now != form.base:
            current_diary().keep_unsaved(now)
        else:
            current_diary().drop_unsaved(form.day)
        form.errors.pop("save", None)
    except StorageError as error:
        form.errors["save"] = f"{error} What you typed is still on this page."


def change_day() -> None:
    """The day was changed on the form: text typed for a day that is still empty moves along with it."""
    form, day = tab().form, value("day")
    if form and day and day != form.day and not form.revision and typed(form) != form.base:
        diary = current_diary()
        if not diary.find_day(day) and not diary.find_unsaved(day):
            diary.drop_unsaved(form.day)
            form.day, form.base = day, Unsaved(day)
            keep_typed()
    tab().editing, tab().clash = False, None
    set_params(day=day.isoformat() if day else None)


def choose(song: Song, track: Track | None) -> None:
    """Take ``song`` for the day."""
    form = tab().form
    if form is None:
        return
    if track:
        song = current_diary().keep_track(track)
    form.spotify_id, form.mbid = song.spotify_id, song.mbid
    form.errors.pop("song", None)
    set_values(song_title=song.title, song_artist=song.artist, song_search="")
    keep_typed()


def write_song(title: str) -> None:
    """Take what was searched for as the title of a song nobody needs to know."""
    choose(Song(title), None)


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


def drop_photo() -> None:
    """Take the kept photo off the form."""
    form = tab().form
    if form:
        form.photo = None
        keep_typed()


def mood_shown(diary: Diary) -> Mood | None:
    """The mood that is chosen on the form."""
    return next((mood for mood in diary.all_moods() if mood.name == value("mood")), None)


def save() -> None:
    """Save the form; what cannot be saved stays in it, with the reason beside its field."""
    remembered = tab()
    form = remembered.form
    if form is None:
        return
    form.errors.clear()
    read_search()
    diary = current_diary()
    draft = None
    try:
        if form.errors:
            return
        if (value("song_search") or "").strip():
            raise InvalidEntryError("song", "A song was searched for but none chosen. Choose one, or clear the search.")
        draft = _draft(form)
        before = diary.find_day(form.day)
        entry = diary.save(draft)
    except ConflictError:
        remembered.clash = draft
        log.info("save met another version")
    except InvalidEntryError as error:
        form.errors[error.field] = str(error)
    except PhotoError as error:
        form.errors["photo"] = str(error)
    except DiaryError as error:
        log.warning("save failed: %s", error)
        form.errors["save"] = f"Could not save. {error} What you typed is kept."
        keep_typed()
    else:
        close(Change(form.day, before, entry.revision))


def _draft(form: Form) -> EntryDraft:
    upload = value("photo")
    return EntryDraft(
        day=form.day,
        mood=value("mood"),
        song=chosen_song(form),
        note=value("note") or "",
        tags=tuple((value("tags") or "").split(",")),
        photo=form.photo,
        zone=zone(),
        revision=form.revision,
        new_photo=upload.getvalue() if upload else None,
    )


def close(change: Change | None) -> None:
    """Leave the form for the finished day; ``change`` is what can be taken back."""
    remembered = tab()
    remembered.form, remembered.editing, remembered.clash = None, False, None
    remembered.change = change
    remembered.uploads += 1


def told(act: Callable[P, None]) -> Callable[P, None]:
    """A callback whose DiaryError becomes a sentence on the page."""

    @wraps(act)
    def careful(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except DiaryError as error:
            log.warning("not done: %s", error)
            tab().notice = str(error)

    return careful


@told
def discard() -> None:
    """Forget what was typed and show the day as it is kept."""
    form = tab().form
    if form:
        current_diary().drop_unsaved(form.day)
        close(None)


def edit() -> None:
    """Open the form of a finished day."""
    tab().editing = True


@told
def undo() -> None:
    """Take the last change back; what a first save had kept is on the form again."""
    change = tab().change
    if change:
        diary = current_diary()
        entry = diary.find_day(change.day)
        diary.undo(change.day, change.before, change.revision)
        if entry and not change.before:
            diary.keep_unsaved(replace(_unsaved(change.day, entry), revision=0))
        close(None)


@told
def delete(entry: Entry) -> None:
    """Take a day out of the diary; it can be taken back until the next change."""
    current_diary().delete(entry)
    close(Change(entry.day, entry, entry.revision + 1, deleted=True))


def keep_mine() -> None:
    """Two versions of a day: put the one of this tab over the other."""
    remembered = tab()
    form, mine = remembered.form, remembered.clash
    if form and mine:
        other = current_diary().find_day(mine.day)
        form.revision = other.revision if other else 0
        save()


def keep_other() -> None:
    """Two versions of a day: leave the other one as it is."""
    discard()


def preview(diary: Diary, draft: EntryDraft) -> Entry:
    """How ``draft`` would look as an entry."""
    mood = next((mood for mood in diary.all_moods() if mood.name == draft.mood), None)
    now = utc_now()
    return Entry(draft.day, mood, draft.song, draft.note, draft.tags, draft.photo, draft.zone, draft.revision, now, now)
