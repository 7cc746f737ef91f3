"""What days were before: former versions of one day, and the days in the trash."""

import streamlit as st

from diary.diary import Diary
from diary.model import Entry
from diary.protocols import Former
from diary.ui import acts, cards, text
from diary.ui.state import pressed

_AT_ONCE, _MOST = 50, 400  # deleted days
_VERSIONS = 20


def versions(diary: Diary, entry: Entry) -> None:
    """The versions that ``entry`` replaced, each with a way back; they are read when somebody looks."""
    if entry.revision == 1:
        return
    with st.expander("Earlier versions", icon=":material/history:", key="versions", on_change="rerun") as box:
        if not box.open:
            return
        former = diary.history.versions(entry.day, _VERSIONS)
        if not former:
            st.caption("Earlier versions are kept for 30 days. None of this day is left.")
        for one in former:
            _version(one, entry)
        if len(former) == _VERSIONS:
            st.caption(f"These are the last {_VERSIONS}; those before come up once one of them is brought back.")


def _version(former: Former, entry: Entry) -> None:
    revision = former.entry.revision
    with st.container(key=f"former-{revision}", border=True):
        changed = text.moment(former.until, entry.zone, entry.day)
        st.html(f"{cards.version(former.entry)}<p class='when'>Changed {changed}</p>")
        st.button("Bring this one back", key=f"back-{revision}", on_click=pressed(acts.take_back, entry, revision))


def trash(diary: Diary) -> None:
    """The days that were deleted, each with a way back."""
    deleted = diary.history.deleted(_MOST + 1)
    if not deleted:
        st.caption("Nothing is in the trash.")
    for one in deleted[:_AT_ONCE]:
        _deleted(one)
    older = deleted[_AT_ONCE:_MOST]
    if not older:
        return
    with st.expander(f"{len(older)} more, deleted before", key="older-trash", on_change="rerun") as box:
        for one in older if box.open else ():
            _deleted(one)
        if len(deleted) > _MOST:
            st.caption(f"The {_MOST} deleted last are shown. Those before come up when some of these are put back.")


def _deleted(former: Former) -> None:
    day = former.entry.day
    with st.container(key=f"trash-{day}", horizontal=True, vertical_alignment="center"):
        deleted_at = text.moment(former.until, former.entry.zone, day)
        words = f"<div><p>{cards.spoken(day, former.entry)}</p><p class='when'>Deleted {deleted_at}</p></div>"
        st.html(f'<div class="gone">{cards.sleeve(former.entry, "small")}{words}</div>')
        st.button("Put back", key=f"put-back-{day}", on_click=pressed(acts.put_back, day), icon=":material/undo:")
