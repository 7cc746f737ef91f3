"""The days of a page, sent with it: a browser shows them while Streamlit's scripts begin, which takes longer.

They are what the page at that address shows first, by the same functions and in the same place; diary.css keeps room
for the tools above them. As soon as the page draws its own days they are taken away, in the same moment, and what was
tapped on them is done there (grids.py).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date

from diary.diary import Diary
from diary.errors import DiaryError
from diary.model import Entry, Person
from diary.query import EVERYTHING
from diary.ui import browse, cards, chapters, onthisday, shared, years
from diary.ui.login import is_over
from diary.ui.visitor import read_visitor

log = logging.getLogger(__name__)
PATIENCE = 0.3  # seconds; a page whose days are not at hand by then is sent without
# Where the database hangs, no more threads than these wait for it.
_readers = ThreadPoolExecutor(4, "ahead")
# What a page draws first, also where there are no days to show; and whatever stands there when its script has run.
_OWN = ".card, .shelf, .st-key-nothing, .stAlert, .stException, .welcome"
_DONE = ":root[data-open] [data-test-script-state=notRunning]"
HAND_OVER = f"""
{{
  const ahead = document.querySelector('.ahead'), root = document.getElementById('root');
  let top = 0;  // asked for when it goes away, it would have to be laid out once more
  ahead.onscroll = () => {{ top = ahead.scrollTop; }};
  const watch = new MutationObserver(() => {{
    if (!root.querySelector('{_OWN}') && !document.querySelector('{_DONE}')) return;
    watch.disconnect();
    const day = document.activeElement?.closest('.ahead [data-day]')?.dataset.day;
    ahead.remove();
    if (day) root.querySelector(`[data-day="${{day}}"]`)?.focus();
    if (top) root.querySelector('.stMain').scrollTop = top;
  }});
  const told = ['data-open', 'data-test-script-state'];
  watch.observe(document.documentElement, {{childList: true, subtree: true, attributeFilter: told}});
}}
"""


async def sent_with(path: str, cookies: Mapping[str, str]) -> str:
    """The days of the page at ``path``, as HTML, for whoever sends these ``cookies``.

    Empty where it shows none, for nobody's, and where they cannot be read in time: the page itself says what is wrong.
    """
    draw = _PAGES.get(path)
    if draw is None:
        return ""
    belongs = copy_context()  # what it logs is of this request, whichever thread it is in
    reading = asyncio.get_running_loop().run_in_executor(_readers, belongs.run, _days, draw, cookies)
    try:
        shown = await asyncio.wait_for(reading, PATIENCE)
    except (TimeoutError, DiaryError):
        return ""
    except Exception:
        log.exception("unexpected error")
        return ""
    return f'<div class="ahead"><div>{shown}</div></div><script>{HAND_OVER}</script>' if shown else ""


def _days(draw: Callable[[Diary, Person, Sequence[Entry], date], str], cookies: Mapping[str, str]) -> str:
    owner = _owner(cookies)
    if owner is None:
        return ""
    diary = shared.diary_of(owner)
    newest = diary.find(EVERYTHING, chapters.DENSITIES["Cards"][0])
    if not newest:
        return ""
    person = diary.person()
    # The browser has not said yet where it is: probably where the last day was written.
    shown = draw(diary, person, newest, diary.today(newest[0].zone, person))
    return f"<style>{cards.mood_colours(person.moods)}</style>{shown}"


def _owner(cookies: Mapping[str, str]) -> str | None:
    settings = shared.settings()
    if not settings.has_login:
        return "local"
    visitor = read_visitor(cookies, settings)
    return None if visitor is None or is_over(visitor, unknown=True) else visitor.owner_id


def _timeline(diary: Diary, person: Person, newest: Sequence[Entry], today: date) -> str:
    found = diary.on_this_day(today)
    earlier = onthisday.earlier(onthisday.remembered(found, person)[0], today) if found else ""
    days = chapters.chapters(newest, "Cards", browse.moods_of_months(diary, newest), person.mood_names, today)
    return f'<i class="search"></i><div>{earlier}{days}</div>'


def _year(diary: Diary, person: Person, _: Sequence[Entry], today: date) -> str:
    heading, shelf = years.one_year(diary, "Pixels", today.year, person.moods, today)[:2]
    return f'<div>{heading}</div><i class="views"></i><div>{shelf}</div>'


_PAGES = {"/timeline": _timeline, "/year": _year}
