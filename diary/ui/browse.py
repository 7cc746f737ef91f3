"""Finding days: what the address asks for, and the tools that change it."""

import calendar
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal
from urllib.parse import unquote

import streamlit as st

from diary.diary import Diary
from diary.errors import NotFoundError
from diary.insight import MoodCount
from diary.model import FIRST_DAY, Entry, Mood
from diary.query import EntryFilter
from diary.ui import cards, text
from diary.ui.state import day_param, param, set_params, set_values, value

PAGE = 20
VIEWS = {"Cards": None, "Calendar": "calendar"}


def wanted(today: date) -> EntryFilter:
    """The filter in the address. Raises NotFoundError, a sentence, for a date that is none."""
    moods = tuple(unquote(name) for name in (param("mood") or "").split(",") if name)
    return EntryFilter(param("q") or "", moods, day_param("first", today), day_param("last", today))


def tools(moods: Iterable[Mood], today: date, asked: EntryFilter) -> str:
    """Search, filter and view, all kept in the address; gives the view."""
    view = next((name for name, word in VIEWS.items() if word == param("view")), "Cards")
    # What an input says and the address does not is old: callbacks write every change into the address.
    set_values(q=asked.text, view=view, filter_moods=list(asked.moods), filter_from=asked.first, filter_to=asked.last)
    with st.container(key="tools", horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Search your days",
            key="q",
            type="search",
            icon=":material/search:",
            placeholder="Words from titles, artists, notes, tags",
            on_change=_changed,
            label_visibility="collapsed",
        )
        with st.popover("Filter", icon=":material/filter_list:", key="filter"):
            _filters(moods, today)
        st.segmented_control(
            "View", list(VIEWS), key="view", required=True, on_change=_changed, label_visibility="collapsed"
        )
    return view


def _filters(moods: Iterable[Mood], today: date) -> None:
    emoji = {mood.name: mood.emoji for mood in reversed(list(moods))}
    names = [*dict.fromkeys([*reversed(emoji), *value("filter_moods")])]
    st.pills(
        "Moods",
        names,
        key="filter_moods",
        selection_mode="multi",
        on_change=_changed,
        format_func=lambda name: text.plain(f"{emoji.get(name, '')} {name.capitalize()}"),
    )
    for label, key in (("From", "filter_from"), ("To", "filter_to")):
        st.date_input(
            label, None, key=key, min_value=FIRST_DAY, max_value=today, format="YYYY-MM-DD", on_change=_changed
        )
    st.button("Clear the filter", key="clear", type="tertiary", on_click=clear)


def _changed() -> None:
    first, last = value("filter_from"), value("filter_to")
    set_params(
        q=(value("q") or "").strip(),
        view=VIEWS[value("view") or "Cards"],
        mood=",".join(name.replace("%", "%25").replace(",", "%2C") for name in value("filter_moods") or ()),
        first=first.isoformat() if first else None,
        last=last.isoformat() if last else None,
        before=None,
        after=None,
    )


def clear() -> None:
    """Ask for everything again."""
    set_params(q=None, mood=None, first=None, last=None, before=None, after=None)


def page_of_days(
    diary: Diary, asked: EntryFilter, before: date | None, after: date | None
) -> tuple[tuple[Entry, ...], bool, bool]:
    """The days of one page, and whether there are newer and older ones."""
    if after:
        found = diary.find(asked, PAGE + 1, after=after)
        if len(found) > PAGE:
            return found[1:], True, True
        set_params(after=None)
        before = None
    found = diary.find(asked, PAGE + 1, before=before)
    return found[:PAGE], before is not None, len(found) > PAGE


def turn_page(shown: Sequence[Entry], newer: bool, older: bool) -> None:
    """To newer and older days."""
    with st.container(horizontal=True, key="turn", horizontal_alignment="center"):
        if newer:
            after = shown[0].day.isoformat()
            st.button("Newer days", key="newer", on_click=set_params, kwargs={"after": after, "before": None})
        if older:
            before = shown[-1].day.isoformat()
            st.button("Older days", key="older", on_click=set_params, kwargs={"before": before, "after": None})


def chapters(shown: Sequence[Entry], counts: Sequence[MoodCount], moods: Iterable[Mood]) -> str:
    """The days under the names of their months, each with the mood it had most often."""
    names = {mood.id: mood.name for mood in moods}
    out, month = [], None
    for entry in shown:
        first = entry.day.replace(day=1)
        if first != month:
            out.append(f'{"</div>" if month else ""}{chapter(first, counts, names)}<div class="cards">')
            month = first
        out.append(cards.entry_card(entry))
    return "".join(out) + ("</div>" if month else "")


def chapter(first: date, counts: Sequence[MoodCount], names: dict[str, str]) -> str:
    """The heading of a month."""
    days: dict[str, int] = {}
    for count in counts:
        if (count.year, count.month) == (first.year, first.month):
            days[names[count.mood_id]] = days.get(names[count.mood_id], 0) + count.days
    says = ""
    if days:
        most = max(days, key=lambda name: days[name])
        says = f"<p>{text.days(sum(days.values()))} with a mood, most often {text.html(most)}</p>"
    return f'<header class="chapter"><h2>{text.month(first)} <span>{first.year}</span></h2>{says}</header>'


def month_shown(today: date) -> date:
    """The first day of the month the address names, of this month where it names none. Raises NotFoundError."""
    asked = param("month")
    if asked is None:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        raise NotFoundError(f"“{asked[:40]}” is no month. A month is written like {today:%Y-%m}.") from None
    if not FIRST_DAY <= first <= today:
        raise NotFoundError(f"{asked} is outside the diary, which goes from 1900-01 to {today:%Y-%m}.")
    return first


def month_end(first: date) -> date:
    """The last day of a month."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def turn_month(first: date, today: date) -> None:
    """To the months before and after."""
    earlier, later = first - timedelta(1), month_end(first) + timedelta(1)
    with st.container(horizontal=True, key="turn", horizontal_alignment="distribute"):
        _month_button("earlier", earlier, "left", today)
        _month_button("later", later, "right", today)


def _month_button(key: str, day: date, side: Literal["left", "right"], today: date) -> None:
    st.button(
        f"{text.month(day)} {day.year}",
        key=key,
        icon=f":material/chevron_{side}:",
        icon_position=side,
        disabled=not FIRST_DAY <= day <= today,
        on_click=set_params,
        kwargs={"month": f"{day:%Y-%m}"},
    )


def nothing(asked: EntryFilter) -> None:
    """No day to show: none matches, or none is written yet."""
    with st.container(key="nothing"):
        if asked.is_empty:
            st.html("<h2>An empty shelf</h2><p>Your days will stand here as records. The first one takes a minute.</p>")
            st.page_link("../../pages/today.py", label="Write today", icon=":material/edit_square:")
        else:
            st.html("<h2>No day like that</h2><p>Try fewer words, another mood or a longer time.</p>")
            st.button("Show all days", key="all-days", on_click=clear)
