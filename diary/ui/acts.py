"""What can be done with a day: save, take back, delete, choose between two versions."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import ParamSpec

from diary.errors import ConflictError, DiaryError, InvalidEntryError, PhotoError, StorageError
from diary.model import Entry, EntryDraft
from diary.ui.forms import keep_typed, unsaved
from diary.ui.songs import chosen_song, read_search
from diary.ui.state import Change, Form, current_diary, set_params, tab, value, zone

log = logging.getLogger(__name__)
P = ParamSpec("P")


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
        draft = _draft(form)
        if not draft.song and (value("song_search") or "").strip():
            raise InvalidEntryError("song", "A song was searched for but none chosen. Choose one, or clear the search.")
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
        if form.as_today:
            _stay_on(form.day)
        close(Change(form.day, before, entry.revision))


def _stay_on(day: date) -> None:
    """Written before midnight and saved after it: the page goes on showing the day that was saved."""
    with suppress(StorageError):
        if day != current_diary().today(zone()):
            set_params(day=day.isoformat())


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
            diary.keep_unsaved(replace(unsaved(change.day, entry), revision=0))
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
