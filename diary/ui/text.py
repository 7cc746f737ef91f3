"""Outside text on its way to the screen: nothing in it runs, is fetched, or changes what surrounds it."""

import calendar
import re
from datetime import date, datetime
from functools import cache, lru_cache
from html import escape
from zoneinfo import ZoneInfo

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~:$<>&^=\"'/@])")
_JOINED = re.compile(r":(?=[a-z/])|(?<=\w)@(?=\w)|[<>=~-](?=[<>=~-])|www(?=\.)", re.IGNORECASE)
# A note without any of these is what it looks like.
_MARKDOWN = re.compile(r"[\\`*_\[\]<\0\ud800-\udfff]|(^|[\r\n])\s*([#>+=~-]|\d)")
_WEEKDAYS, _MONTHS = tuple(calendar.day_name), tuple(calendar.month_name)  # the originals ask the locale each time
WORD_JOINER = "\u2060"  # invisible; keeps apart what Streamlit would read as a link, an icon, a colour or an arrow


def html(text: str) -> str:
    """``text`` as HTML shows it to the letter, in an element or in a quoted attribute."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"), quote=True)


def plain(text: str) -> str:
    """``text`` for a label or message that Streamlit would read as Markdown with links, icons and arrows."""
    words = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return _MARKS.sub(r"\\\1", _JOINED.sub(rf"\g<0>{WORD_JOINER}", words))


@cache
def _markdown() -> MarkdownIt:
    """CommonMark without HTML and pictures, so that a note fetches nothing; and without what would take words away."""
    rules = ["image", "html_block", "html_inline", "reference", "entity"]
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(rules)


@cache
def _paragraphs() -> MarkdownIt:
    return MarkdownIt("zero", {"breaks": True}).enable("newline")


def _tokens(note: str) -> list[Token]:
    """The parts of a note; it is plain text where it is nested so deeply that the parser would leave words out."""
    note = note.encode("utf-8", "replace").decode("utf-8")
    tokens = _markdown().parse(note)
    deepest = max((token.level for token in tokens), default=0)
    return tokens if deepest < _markdown().options.maxNesting - 1 else _paragraphs().parse(note)


def note_html(note: str) -> str:
    """A note written in Markdown as HTML; links open elsewhere and do not tell where they were clicked."""
    tokens = _tokens(note)
    for token in (inner for outer in tokens for inner in (outer.children or [])):
        if token.type == "link_open":
            token.attrs.update(target="_blank", rel="noopener noreferrer nofollow")
    return str(_markdown().renderer.render(tokens, _markdown().options, {}))


def note_words(note: str, limit: int) -> str:
    """The first words of a note, at most ``limit`` characters, without its Markdown."""
    start = note[: 4 * limit]
    words = " ".join((_bare(start) if _MARKDOWN.search(start) else start).split())
    return words if len(words) <= limit else words[:limit].rsplit(" ", 1)[0] + "…"


@lru_cache(maxsize=200)  # a page of days is drawn again and again
def _bare(note: str) -> str:
    blocks = []
    for token in _tokens(note):
        inner = token.children or ()
        blocks.append("".join(" " if part.type.endswith("break") else part.content for part in inner))
        blocks.append("" if inner else token.content)
    return " ".join(blocks)


def weekday(day: date) -> str:
    """Sunday."""
    return _WEEKDAYS[day.weekday()]


def month(day: date) -> str:
    """November."""
    return _MONTHS[day.month]


def dated(day: date) -> str:
    """22 November 2026."""
    return f"{day.day} {month(day)} {day.year}"


def long_day(day: date) -> str:
    """Sunday 22 November 2026."""
    return f"{weekday(day)} {dated(day)}"


def clock_time(instant: datetime, zone: str) -> str:
    """21:14, as the clock on the wall of ``zone`` said."""
    return _local(instant, zone).strftime("%H:%M")


def moment(instant: datetime, zone: str, day: date) -> str:
    """When something about ``day`` happened: that evening at 21:14, or on another date."""
    local = _local(instant, zone)
    if local.date() == day:
        return f"the same day, {local:%H:%M}"
    return f"on {local.day} {month(local.date())} {local.year}, {local:%H:%M}"


def _local(instant: datetime, zone: str) -> datetime:
    """``instant`` by the clock of ``zone``; as it is, in UTC, where that clock is beyond the years 1 to 9999."""
    try:
        return instant.astimezone(ZoneInfo(zone))
    except OverflowError:
        return instant


def stretch(first: date, last: date) -> str:
    """2 years and 3 months, from ``first`` to ``last``: whole months, or days where it is less than two of them."""
    months = 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)
    if months < 2:
        return days((last - first).days)
    counted = ((months // 12, "year"), (months % 12, "month"))
    return " and ".join(f"{count} {unit}{'s' * (count > 1)}" for count, unit in counted if count)


def days(count: int) -> str:
    """1 day, 2 days."""
    return f"{count:,} day" if count == 1 else f"{count:,} days"
