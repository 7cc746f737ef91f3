"""What can be done with a day: save, take back, delete, choose between two versions."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import date

from diary.errors import ConflictError, DiaryError, InvalidEntryError, PhotoError, StorageError
from diary.model import Entry, EntryDraft
from diary.ui.forms import change_day, drop_kept, keep_typed, typed, unsaved
from diary.ui.songs import chosen_song, read_search
from diary.ui.state import Change, Form, current_diary, set_params, tab, told, value, zone

log = logging.getLogger(__name__)


def save() -> None:
    """Save the form; what cannot be saved stays in it, with the reason beside its field."""
    form = tab().form
    if form is None or value("note") is None:
        return  # it was saved and left; or its inputs were, for another page, and what they held is kept
    if value("day") not in {None, form.day}:
        change_day()
        if form.day != value("day"):
            return  # the page shows the other day first, before anything is saved to it
    form.errors.clear()
    draft = None
    try:
        read_search()
        if form.errors:
            _refused(*form.errors)
            return
        draft = _draft(form)
        if not draft.song and (value("song_search") or "").strip():
            raise InvalidEntryError("song", "A song was searched for but none chosen. Choose one, or clear the search.")
        _keep(form, draft)
    except ConflictError:
        form.tried = None  # the other tab may have thrown it away with its own
        keep_typed()
        form.clash = draft
        log.info("save met another version")
    except InvalidEntryError as error:
        form.errors[error.field] = str(error)
        _refused(error.field)
    except PhotoError as error:
        form.errors["photo"] = str(error)
        _refused("photo")
    except DiaryError as error:
        log.warning("save failed: %(reason)s", {"reason": str(error)})
        form.errors["save"] = f"Could not save. {error} What you typed is still here."


def _refused(*fields: str) -> None:
    log.info("save refused field=%(field)s", {"field": " ".join(fields)})


def _keep(form: Form, draft: EntryDraft) -> None:
    """Save ``draft`` for good, and leave the form for the finished day.

    Where the values of inputs are read, Streamlit may leave a callback for the next click. So they are read before the
    save: what was kept of them as not saved goes with it, or it would be offered again.
    """
    diary, remembered, now = current_diary(), tab(), typed(form)
    before, last = diary.find_day(form.day), remembered.change
    entry = diary.save(draft)
    again = last and (last.day, last.revision) == (form.day, entry.revision)
    remembered.leave_form(last if again else Change(form.day, before, entry.revision))
    remembered.late = None if draft.new_photo else form.day
    log.info("saved day revision=%(revision)d", {"revision": entry.revision})
    with suppress(StorageError):
        drop_kept(form, now)
        if form.as_today and form.day != diary.today(zone()):  # written before midnight, saved after it
            set_params(day=form.day.isoformat())


def photo_came() -> None:
    """A photo was chosen and has arrived, maybe after Save was pressed: then the whole page takes it in."""
    form = tab().form
    if form and (_is_late(form) or form.clash):
        tab().due.add("page")
    else:
        keep_typed()


def add_late_photo(form: Form) -> bool:
    """Put a photo to its day that came after Save, and tell whether that was done; `undo` takes both back.

    A page asks as it is drawn: Streamlit may drop what the photo's arrival calls.
    """
    if not (_is_late(form) and (photo := new_photo())):
        return False
    diary, remembered = current_diary(), tab()
    entry, last = diary.find_day(form.day), remembered.change
    if not entry:
        remembered.late = None  # it was deleted meanwhile, and the form shows the photo
        keep_typed()
        return False
    try:
        saved = diary.save(replace(entry.draft(), new_photo=photo))
    except DiaryError as error:
        log.warning("photo not added: %(reason)s", {"reason": str(error)})
        remembered.late, remembered.editing, form.more_open = None, form.day, True
        form.errors["photo"] = f"The day is saved, but not its photo. {error}"
        return False
    before = last.before if last and (last.day, last.revision) == (form.day, entry.revision) else entry
    remembered.leave_form(Change(form.day, before, saved.revision))
    return True


def _is_late(form: Form) -> bool:
    """Whether a photo that comes now belongs to what was saved."""
    remembered = tab()
    return remembered.late == form.day != remembered.editing and not form.clash


def new_photo() -> bytes | None:
    """What was chosen as the photo of the day and has arrived."""
    upload = value("photo")
    return upload.getvalue() if upload else None


def _draft(form: Form) -> EntryDraft:
    return EntryDraft(
        day=form.day,
        mood=value("mood"),
        song=chosen_song(form),
        note=value("note") or "",
        tags=tuple((value("tags") or "").split(",")),
        photo=form.photo,
        zone=zone(),
        revision=form.revision,
        new_photo=new_photo(),
    )


@told
def discard() -> None:
    """Forget what was typed and show the day as it is kept."""
    remembered = tab()
    if remembered.form:
        current_diary().drop_unsaved(remembered.form.day)
        remembered.leave_form(None)


def edit() -> None:
    """Open the form of a finished day."""
    form = tab().form
    tab().editing = form.day if form else None


@told
def undo() -> None:
    """Take the last change back; what a first save had kept is on the form again."""
    remembered = tab()
    if change := remembered.change:
        diary = current_diary()
        entry = diary.find_day(change.day)
        diary.history.undo(change.day, change.before, change.revision)
        if entry and not change.before:
            diary.keep_unsaved(replace(unsaved(change.day, entry), revision=0))
        late = remembered.late if not change.before else None
        remembered.leave_form(None)
        remembered.late = late  # what is on the form again may still await its photo


@told
def delete(entry: Entry) -> None:
    """Put a day into the trash."""
    remembered = tab()
    current_diary().delete(entry)
    remembered.leave_form(Change(entry.day, entry, entry.revision + 1, deleted=True))


@told
def take_back(entry: Entry, revision: int) -> None:
    """Make a day what it was at ``revision``; `undo` makes it ``entry`` again."""
    diary, remembered = current_diary(), tab()
    diary.history.take_back(entry.day, revision, entry.revision)
    now = diary.find_day(entry.day)
    remembered.leave_form(Change(entry.day, entry, now.revision) if now else None)


@told
def put_back(day: date) -> None:
    """Put a day from the trash back into the diary."""
    remembered = tab()
    current_diary().history.put_back(day)
    remembered.leave_form(None)


@told
def keep_mine() -> None:
    """Two versions of a day: put the one of this tab over the other."""
    form = tab().form
    if form and form.clash:
        other = current_diary().find_day(form.day)
        photo = new_photo() or form.clash.new_photo
        _keep(form, replace(form.clash, revision=other.revision if other else 0, new_photo=photo))
