"""What the pages share: whose diary it is, what the address says, and what one tab remembers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial, wraps
from typing import Any, ParamSpec

import streamlit as st

from diary.clock import known_zone
from diary.diary import Diary
from diary.errors import DiaryError, NotFoundError
from diary.model import FIRST_DAY, Entry, EntryDraft, Mood, Person, Unsaved
from diary.ui.presses import Presses
from diary.ui.shared import diary_of, settings
from diary.ui.visitor import Visitor, visitor_of

log = logging.getLogger(__name__)
P = ParamSpec("P")


# ------------------------------------------------------------------ whose diary, when and where


def visitor() -> Visitor | None:
    """Who has logged in, None where nobody has or can."""
    given = settings()
    return visitor_of(st.user.to_dict(), given.session_hours) if given.has_login else None


def current_owner() -> str:
    """Whose page this is. Raises NotFoundError where nobody has logged in to a diary with log-in."""
    if not settings().has_login:
        return "local"
    if who := visitor():
        return who.owner_id
    raise NotFoundError("You are not signed in any more.")


def current_diary() -> Diary:
    """The diary of the person whose page this is.

    Raises StorageError when it is out of reach, NotFoundError where nobody has logged in.
    """
    return diary_of(current_owner())


def places() -> dict[str, str]:
    """Where days and photos are kept, as a person may see it; with log-in that is the operator's own affair."""
    kept = settings()
    if kept.has_login:
        return {}
    return {"Days": kept.database_place, "Photos": str(kept.photos)}


def zone() -> str:
    """The IANA zone of the person's browser, UTC where it does not say."""
    return known_zone(st.context.timezone)


def current_day() -> date:
    """The person's day now, where their browser is."""
    return current_diary().today(zone(), tab().person)


def is_light() -> bool:
    """Whether the page is drawn on the light ground."""
    return st.context.theme.type != "dark"


# ------------------------------------------------------------------ the address


def param(name: str) -> str | None:
    """A value of the address, e.g. ``day`` in ``/?day=2026-11-22``."""
    return st.query_params.get(name) or None


def set_params(**values: str | None) -> None:
    """Change values of the address, in one step back; None or an empty value takes a name out."""
    before = st.query_params.to_dict()
    after = {name: value or "" for name, value in (before | values).items() if value or name not in values}
    if after != before:
        st.query_params.from_dict(after)


def day_param(name: str, last: date, written: Callable[[date], object] = lambda _: None) -> date | None:
    """The day the address names, None where it names none.

    Raises NotFoundError, a sentence, for what is no day from 1900-01-01 to ``last``. A day that is ``written``
    may lie ahead: its writer was further east.
    """
    text = param(name)
    if text is None:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise NotFoundError(f"“{text[:40]}” is no day. A day is written like {last.isoformat()}.") from None
    if day > last and not written(day):
        raise NotFoundError(f"{day.isoformat()} has not come yet. The diary goes up to {last.isoformat()}.")
    if day < FIRST_DAY:
        raise NotFoundError(f"{day.isoformat()} is too early. The diary begins on {FIRST_DAY.isoformat()}.")
    return day


# ------------------------------------------------------------------ what one tab remembers


@dataclass
class Change:
    """The last change of a day, so that it can be taken back: what it was ``before``, and what it left."""

    day: date
    before: Entry | None
    revision: int
    deleted: bool = False


@dataclass
class Form:
    """The form of one day: what it was opened on, and what no input shows."""

    day: date
    base: Unsaved
    revision: int = 0
    spotify_id: str | None = None
    mbid: str | None = None
    photo: str | None = None
    kept_at: str | None = None
    as_today: bool = False
    more_open: bool = False  # settled when the form opens: an expander that is drawn anew forgets what is being typed
    by_hand_open: bool = False
    looked_up: str = ""  # the words that the catalogue was asked for by a press
    kept: Unsaved | None = None
    tried: tuple[date | None, Unsaved] | None = None  # what was to be kept last, and for which day, be it kept or not
    clash: EntryDraft | None = None
    errors: dict[str, str] = field(default_factory=dict)
    told: str | None = None  # of these, what the page says of the whole form
    first: dict[str, Any] = field(default_factory=dict)  # what inputs hold by themselves, see `Tab.is_new`

    def input(self, key: str) -> Any:
        """What the input ``key`` holds, None where it holds nothing."""
        return self.first.get(key) if value(key) is None else value(key)


@dataclass
class Tab:
    """All that a tab remembers besides the values of its inputs.

    While it ``is_new``, the page in the browser may be older than the session: a server was started anew, or a phone
    slept. Its inputs then hold what was typed since, which goes before all that is known here.
    """

    is_new: bool = True
    form: Form | None = None
    editing: date | None = None
    change: Change | None = None
    late: date | None = None  # a day that was saved without a new photo: one may be on its way up
    uploads: int = 0
    playing: date | None = None
    notice: str | None = None  # why what was asked for last could not be done
    news: str | None = None  # what was done
    rescued: Unsaved | None = None
    names: dict[tuple[str, str], str] | None = None  # artists and tags that are offered to look for (searching.py)
    person: Person = field(default_factory=Person)  # as the shell read it for this page
    presses: Presses = field(default_factory=Presses)
    is_telling: bool = False  # the page says what was told last
    is_whole: bool = False  # the whole page is being drawn, and not a part of it
    due: set[str] = field(default_factory=set)  # parts that what was used has changed; "page" for more than a part

    @property
    def moods(self) -> tuple[Mood, ...]:
        """Every one that a day may have been noted with."""
        return self.person.moods

    def do(self, act: Callable[[], None]) -> None:
        """Do what was pressed, whatever comes between; the whole page is drawn then."""
        self.presses.add(act)
        self.due.add("page")
        self.presses.finish()

    def leave_form(self, change: Change | None) -> None:
        """Leave the form for the finished day; ``change`` is what can be taken back."""
        self.form, self.editing, self.names, self.late = None, None, None, None
        self.change = change


def tab() -> Tab:
    """This tab's memory."""
    remembered: Tab = st.session_state.setdefault("tab", Tab())
    return remembered


def pressed(act: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> Callable[[], None]:
    """For a button: `Tab.do` ``act`` with these arguments. The tab is looked up now, as even that may be dropped."""
    return partial(tab().do, partial(act, *args, **kwargs))


def forget_tab() -> None:
    """Forget all that this tab holds."""
    st.session_state.clear()


def value(key: str) -> Any:
    """The value of the input ``key``, None while there is none."""
    return st.session_state.get(key)


def set_values(**values: Any) -> None:
    """Give inputs their values; only before they are drawn, or in a callback."""
    for key, content in values.items():
        st.session_state[key] = content


def told(act: Callable[P, None]) -> Callable[P, None]:
    """A callback whose DiaryError becomes a sentence on the page."""

    @wraps(act)
    def careful(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except DiaryError as error:
            log.warning("not done error=%s", type(error).__name__)  # its sentence may quote the diary
            tab().notice = str(error)

    return careful
