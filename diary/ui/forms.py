"""The form of a day: opening it and keeping what is typed. `songs.py` finds its song, `acts.py` saves it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from diary.clock import utc_now
from diary.diary import Diary
from diary.errors import StorageError
from diary.model import Entry, EntryDraft, Mood, Unsaved
from diary.ui import grids, text
from diary.ui.state import Form, current_diary, param, set_params, set_values, tab, told, value, zone

log = logging.getLogger(__name__)
AGAIN = "The photo that you chose did not come along. Please choose it again."


def form_of(diary: Diary, day: date) -> Form:
    """The form of ``day``, opened unless this tab shows it already."""
    remembered = tab()
    form, rescued = remembered.form, remembered.rescued
    if form and rescued and form.day == rescued.day == day:
        _fill(form, rescued)
        remembered.rescued = None
        return form
    if rescued:
        diary.keep_unsaved(rescued)  # it is offered again on its own day
        remembered.rescued = None
    if form and form.day == day and value("note") is not None:  # inputs are forgotten while another page is shown
        return form
    base = unsaved(day, diary.find_day(day))
    kept = diary.find_unsaved(day)
    saved_here = remembered.change and remembered.change.day == day
    if kept and saved_here and kept[0].revision < base.revision:
        kept = None  # another tab's, from before the save that this one shows
    form = Form(day, base, as_today=param("day") is None)
    _fill(form, kept[0] if kept else base)
    if kept:
        form.kept, form.kept_at = kept[0], text.clock_time(kept[1], zone())
        remembered.editing = day
    remembered.form = form
    if remembered.late != day:
        remembered.uploads, remembered.late = remembered.uploads + 1, None  # another day's photo does not follow
    return form


def rescue() -> bool:
    """The page cannot be drawn: hold on to what the form holds until it can; tells whether there is anything."""
    form = tab().form
    if form and value("note") is not None:
        tab().rescued = typed(form)
    return tab().rescued is not None


def day_to_write(today: date) -> date:
    """Today; or the day that was today when something was typed that is not saved yet."""
    form = tab().form
    if form and form.as_today and value("note") is not None and typed(form) != form.base:
        return form.day
    return today


def unsaved(day: date, entry: Entry | None) -> Unsaved:
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
    form.more_open = bool(fields.note or fields.tags or fields.photo or fields.chose_photo)
    if fields.chose_photo:
        form.errors["photo"] = AGAIN
    form.by_hand_open = bool(fields.title and not fields.artist)
    values = {
        "day": form.day,
        "mood": fields.mood,
        "song_search": "",
        "song_title": fields.title,
        "song_artist": fields.artist,
        "note": fields.note,
        "tags": fields.tags,
        "form_base": str(fields.revision),
    }
    if tab().is_new:
        form.first = values
    else:
        set_values(**values)


def take_over(form: Form, pressed: Sequence[Callable[[], None]]) -> None:
    """The page is drawn for the first time: what its inputs held already, typed in an earlier session, goes on here.

    ``pressed`` is what was pressed on that older page, whose first press calls nothing.
    """
    remembered = tab()
    if not remembered.is_new:
        return
    remembered.is_new, form.first = False, {}
    known, revision = form.kept or form.base, int(value("form_base")) if value("form_base").isdecimal() else 0
    now = replace(typed(form), revision=revision)
    if value("day") != form.day:  # it is midnight since
        remembered.rescued = replace(now, day=value("day"))
        set_params(day=value("day").isoformat())
        st.rerun()
    is_newer = _words(now) != _words(known)
    if is_newer and _words(now) == _words(_former(form.day, revision)):
        remembered.form = None  # nothing was typed there, and the day was changed since
        st.rerun()
    if is_newer:
        form.revision = revision
        if (now.title, now.artist) != (known.title, known.artist):
            form.spotify_id = form.mbid = None
        keep_typed()
    if is_newer or pressed:
        remembered.editing = form.day
        remembered.presses.add(*pressed)
        st.rerun()


def _former(day: date, revision: int) -> Unsaved:
    """What the form of ``day`` showed over that ``revision`` before anything was typed."""
    former = (one.entry for one in current_diary().history.versions(day))
    return unsaved(day, next((entry for entry in former if entry.revision == revision), None))


def _words(fields: Unsaved) -> tuple[object, ...]:
    return fields.mood, fields.title, fields.artist, fields.note, fields.tags


def typed(form: Form) -> Unsaved:
    """What the form holds now."""
    return Unsaved(
        day=form.day,
        mood=form.input("mood"),
        title=form.input("song_title") or "",
        artist=form.input("song_artist") or "",
        spotify_id=form.spotify_id,
        mbid=form.mbid,
        note=form.input("note") or "",
        tags=form.input("tags") or "",
        photo=form.photo,
        chose_photo=value("photo") is not None,
        revision=form.revision,
    )


def keep_typed() -> None:
    """A field was left: keep what is typed, so that it outlives the page."""
    form = tab().form
    if form is None:
        return
    now = typed(form)
    if form.tried == (value("day"), now):  # two fields were left at once
        return
    form.tried = value("day"), now
    try:
        if value("day") not in {None, form.day}:
            _keep_for(value("day"), now)
        elif now != form.base:
            current_diary().keep_unsaved(now)
            form.kept = now
        else:
            drop_kept(form, now)
        form.errors.pop("save", None)
        if now.chose_photo:
            form.errors.pop("photo", None)
    except StorageError as error:
        form.errors["save"] = f"{error} What you typed is still on this page."


def _keep_for(day: date, sent: Unsaved) -> None:
    """Keep what a page sent that still showed another ``day``, as when one goes back quicker than it can follow."""
    diary = current_diary()
    kept = diary.find_unsaved(day)
    there = kept[0] if kept else unsaved(day, diary.find_day(day))
    words = replace(there, mood=sent.mood, title=sent.title, artist=sent.artist, note=sent.note, tags=sent.tags)
    same = (there.title, there.artist) == (sent.title, sent.artist)
    diary.keep_unsaved(words if same else replace(words, spotify_id=None, mbid=None))


def drop_kept(form: Form, now: Unsaved) -> None:
    """Forget what this form kept, or holds ``now``; what another tab typed for the same day stays."""
    diary = current_diary()
    kept = diary.find_unsaved(form.day)
    if kept and kept[0] in (form.kept, now):
        diary.drop_unsaved(form.day)


def keep_song() -> None:
    """Title or artist was left: a song that lost both is no song any more."""
    form = tab().form
    if form and not ((value("song_title") or "").strip() or (value("song_artist") or "").strip()):
        form.spotify_id = form.mbid = None
    keep_typed()


@told
def change_day() -> None:
    """The day was changed on the form: text typed for a day that is still empty moves along with it."""
    form, day = tab().form, value("day")
    if form and day and day != form.day and not form.revision and typed(form) != form.base:
        diary = current_diary()
        if not diary.find_day(day) and not diary.find_unsaved(day):
            drop_kept(form, typed(form))
            form.day, form.base, form.as_today = day, Unsaved(day), False
            keep_typed()
    set_params(day=day.isoformat() if day else None)


def choose_day() -> None:
    """Another day was chosen beside the form."""
    if day := grids.chosen_on("week"):
        set_params(day=day)


def drop_photo() -> None:
    """Take the kept photo off the form."""
    if form := tab().form:
        form.photo = None
        keep_typed()


def preview(diary: Diary, draft: EntryDraft) -> Entry:
    """How ``draft`` would look as an entry."""
    mood = mood_named(diary.all_moods(), draft.mood)
    now = utc_now()
    return Entry(draft.day, mood, draft.song, draft.note, draft.tags, draft.photo, draft.zone, draft.revision, now, now)


def mood_named(moods: Iterable[Mood], name: str | None) -> Mood | None:
    """The first of ``moods`` with that name."""
    return next((mood for mood in moods if mood.name == name), None)
