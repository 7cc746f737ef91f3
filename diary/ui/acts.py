"""What can be done with a day: save, take back, delete, choose between two versions."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import date

from diary.errors import ConflictError, DiaryError, InvalidEntryError, PhotoError, StorageError
from diary.model import Entry, EntryDraft
from diary.ui.forms import change_day, drop_kept, keep_typed, told, unsaved
from diary.ui.songs import chosen_song, read_search
from diary.ui.state import Change, Form, current_diary, set_params, tab, value, zone

log = logging.getLogger(__name__)


def save() -> None:
    """Save the form; what cannot be saved stays in it, with the reason beside its field."""
    form = tab().form
    if form is None:
        return
    if value("day") not in {None, form.day}:
        change_day()
        if form.day != value("day"):
            return  # the page shows the other day first, before anything is saved to it
    form.errors.clear()
    draft = None
    try:
        read_search()
        if form.errors:
            return
        draft = _draft(form)
        if not draft.song and (value("song_search") or "").strip():
            raise InvalidEntryError("song", "A song was searched for but none chosen. Choose one, or clear the search.")
        _keep(form, draft)
    except ConflictError:
        keep_typed()
        form.clash = draft
        log.info("save met another version")
    except InvalidEntryError as error:
        form.errors[error.field] = str(error)
    except PhotoError as error:
        form.errors["photo"] = str(error)
    except DiaryError as error:
        log.warning("save failed: %s", error)
        form.errors["save"] = f"Could not save. {error} What you typed is still here."


def _keep(form: Form, draft: EntryDraft) -> None:
    """Save ``draft`` for good, and leave the form for the finished day."""
    diary, last = current_diary(), tab().change
    before = diary.find_day(form.day)
    entry = diary.save(draft)
    with suppress(StorageError):
        drop_kept(form)
        if form.as_today and form.day != diary.today(zone()):  # written before midnight, saved after it
            set_params(day=form.day.isoformat())
    again = last and (last.day, last.revision) == (form.day, entry.revision)
    close(last if again else Change(form.day, before, entry.revision))


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
    remembered.form, remembered.editing = None, None
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
    form = tab().form
    tab().editing = form.day if form else None


@told
def undo() -> None:
    """Take the last change back; what a first save had kept is on the form again."""
    change = tab().change
    if change:
        diary = current_diary()
        entry = diary.find_day(change.day)
        diary.history.undo(change.day, change.before, change.revision)
        if entry and not change.before:
            diary.keep_unsaved(replace(unsaved(change.day, entry), revision=0))
        close(None)


@told
def delete(entry: Entry) -> None:
    """Take a day out of the diary; it can be taken back until the next change."""
    current_diary().delete(entry)
    close(Change(entry.day, entry, entry.revision + 1, deleted=True))


@told
def take_back(entry: Entry, revision: int) -> None:
    """Make a day what it was at ``revision``; `undo` makes it ``entry`` again."""
    diary = current_diary()
    diary.history.take_back(entry.day, revision)
    now = diary.find_day(entry.day)
    close(Change(entry.day, entry, now.revision) if now else None)


@told
def put_back(day: date) -> None:
    """Put a day from the trash back into the diary."""
    current_diary().history.put_back(day)
    close(None)


@told
def keep_mine() -> None:
    """Two versions of a day: put the one of this tab over the other."""
    form = tab().form
    if form and form.clash:
        other = current_diary().find_day(form.day)
        _keep(form, replace(form.clash, revision=other.revision if other else 0))
