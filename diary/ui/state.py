"""What the pages share: whose diary it is, what the address says, and what one tab remembers."""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from diary.assembly import is_ready, make_parts
from diary.clock import known_zone
from diary.diary import Diary
from diary.errors import NotFoundError, StorageError
from diary.model import FIRST_DAY, Entry, EntryDraft, Unsaved
from diary.protocols import Parts
from diary.settings import Settings, load_settings

HALF_DAY = 43_200


# ------------------------------------------------------------------ whose diary, when and where


@lru_cache(maxsize=4)
def _parts(places: Settings) -> Parts:
    if not is_ready(places):
        raise StorageError("The diary's database is being brought up to date. Try again in a moment.")
    return make_parts(places)


@lru_cache(maxsize=1000)
def _diary(places: Settings, owner_id: str) -> Diary:
    return Diary(owner_id, _parts(places))


def settings() -> Settings:
    """The settings, with those that stand at the root of Streamlit's secrets. Raises SettingsError."""
    try:
        return load_settings(secrets=st.secrets.to_dict())
    except StreamlitSecretNotFoundError:
        return load_settings()


def parts() -> Parts:
    """Where things are kept and found, the same for all who use this server. Raises StorageError."""
    return _parts(settings())


def current_diary() -> Diary:
    """The diary of the person whose page this is. Raises StorageError when it is out of reach."""
    return _diary(settings(), "local")


def places() -> dict[str, str]:
    """Where days and photos are kept, as a person may see it."""
    kept = settings()
    return {"Days": kept.database_place, "Photos": str(kept.photos)}


def zone() -> str:
    """The IANA zone of the person's browser, UTC where it does not say."""
    return known_zone(st.context.timezone)


def is_light() -> bool:
    """Whether the page is drawn on the light ground."""
    return st.context.theme.type != "dark"


# ------------------------------------------------------------------ the address


def param(name: str) -> str | None:
    """A value of the address, e.g. ``day`` in ``/?day=2026-11-22``."""
    return st.query_params.get(name) or None


def set_params(**values: str | None) -> None:
    """Change values of the address; None or an empty value takes a name out."""
    for name, value in values.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


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


def open_day(day: date) -> None:
    """Leave for the timeline with ``day`` opened."""
    _leave_for_timeline(day=day.isoformat())


def open_month(year: int, month: int) -> None:
    """Leave for the calendar of a month."""
    _leave_for_timeline(view="calendar", month=f"{year:04}-{month:02}")


def _leave_for_timeline(**query: str) -> None:
    """Streamlit notes the new values under the old page's path too, so that page's own go along for the way back."""
    own = {name: kept for name in ("period", "year") if (kept := param(name))}
    st.switch_page("../../pages/timeline.py", query_params=query | own)


def write_day(day: date) -> None:
    """Leave for the form of ``day``."""
    st.switch_page("../../pages/today.py", query_params={"day": day.isoformat()})


# ------------------------------------------------------------------ photos by signed addresses


@cache
def _signing_key() -> bytes:
    """The same for all programs on this database, and after a restart."""
    return hmac.digest(parts().marks.secret("photos"), b"addresses of photos", "sha256")


def _signature(key: str, small: str, until: str) -> str:
    text = f"{key}\n{small}\n{until}".encode()
    return hmac.new(_signing_key(), text, hashlib.sha256).hexdigest()


def photo_url(key: str, small: bool = False) -> str:
    """An address that shows the photo for half a day to a day, and cannot be guessed or changed."""
    until = str((int(time.time()) // HALF_DAY + 2) * HALF_DAY)
    size = "1" if small else "0"
    return f"/photo/{key}?small={size}&until={until}&sign={_signature(key, size, until)}"


def photo_behind(key: str, query: Mapping[str, str]) -> bytes | str:
    """The picture (WebP) behind an address of `photo_url`, or another address that shows it for some minutes.

    Raises NotFoundError when the address is forged or too old, StorageError when a store is out of reach.
    """
    small, until = query.get("small", ""), query.get("until", "")
    expected, given = _signature(key, small, until).encode(), query.get("sign", "").encode("utf-8", "replace")
    if not hmac.compare_digest(expected, given) or int(until) < time.time():
        raise NotFoundError("That photo is not in this diary.")
    photos = parts().photos
    return photos.address(key, small == "1") or photos.get(key, small == "1")


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
    kept: Unsaved | None = None
    clash: EntryDraft | None = None
    errors: dict[str, str] = field(default_factory=dict)
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
    save_pressed: bool = False  # in that older page
    form: Form | None = None
    editing: date | None = None
    change: Change | None = None
    uploads: int = 0
    playing: date | None = None
    notice: str | None = None
    rescued: Unsaved | None = None

    def leave_form(self, change: Change | None) -> None:
        """Leave the form for the finished day; ``change`` is what can be taken back."""
        self.form, self.editing = None, None
        self.change = change
        self.uploads += 1


def tab() -> Tab:
    """This tab's memory."""
    remembered: Tab = st.session_state.setdefault("tab", Tab())
    return remembered


def value(key: str) -> Any:
    """The value of the input ``key``, None while there is none."""
    return st.session_state.get(key)


def set_values(**values: Any) -> None:
    """Give inputs their values; only before they are drawn, or in a callback."""
    for key, content in values.items():
        st.session_state[key] = content
