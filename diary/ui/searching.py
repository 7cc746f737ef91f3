"""The search box of the timeline: its language, what is offered below it, and what is told about a mistake."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import streamlit as st

from diary.diary import Diary
from diary.model import Mood
from diary.query import EXAMPLES, Parsed, Problem, Term, choose, chosen, folded_line, parse
from diary.ui import text
from diary.ui.cards import mood_class
from diary.ui.state import param, set_params, set_values, tab, value

Choice = tuple[str, str]  # a field of the language, and a value of it
FIELDS = ("mood", "artist", "tag")
_PILL, _PRESSED, _DAYS = ".st-key-offered button", "[aria-pressed=true]", ".st-key-cards:not(:has(.others))"


def asked() -> Parsed:
    """What the address asks for."""
    return parse(param("q") or "", [mood.name for mood in tab().moods])


def box(found: Parsed) -> None:
    """The box, and the help beside it."""
    set_values(q=found.text)  # what the box says and the address does not is old
    st.text_input(
        "Search your days",
        key="q",
        type="search",
        icon=":material/search:",
        placeholder="Words, or mood:calm artist:nick",
        on_change=_typed,
        label_visibility="collapsed",
    )
    with st.popover("How to search", icon=":material/help:", key="search-help", on_change="rerun") as opened:
        if opened.open:
            st.html(_help())


def below(found: Parsed, offered: Mapping[Choice, str]) -> None:
    """What is wrong with the search, and what is ``offered`` for it."""
    if found.problems:
        st.html(_mistakes(found))
    shown = _pressed(offered, found.term)
    set_values(offered=shown)
    st.pills(
        "Look for",
        list(offered),
        key="offered",
        selection_mode="multi",
        on_change=_chosen,
        args=(found.term, shown),
        format_func=lambda choice: offered[choice],
        label_visibility="collapsed",
        wrap=False,  # what is chosen is scrolled to
    )


def offered(diary: Diary, moods: Iterable[Mood]) -> dict[Choice, str]:
    """Moods in the person's order, then artists and tags of most days lately, with labels."""
    names = tab().names
    if names is None:
        lately = diary.lives.names()
        artists = {("artist", name): f":material/music_note: {text.plain(name)}" for name in lately.artists}
        names = tab().names = artists | {("tag", name): f":material/tag: {text.plain(name)}" for name in lately.tags}
    return {("mood", mood.name): text.plain(mood.name.capitalize()) for mood in _offered(moods)} | names


def looks(moods: Sequence[Mood]) -> str:
    """The rules that put its emoji before each mood that is offered, and answer a press on it at once.

    In a label Streamlit would look for the emoji, which takes a tenth of a millisecond each. While one mood alone is
    pressed, only its days are seen, if there are any; those that are found come later, and the rules hide none of them
    (`others`). Of a mood that was changed days keep the former version.
    """
    versions: dict[str, list[str]] = {}
    for mood in moods:
        versions.setdefault(folded_line(mood.name), []).append(f".{mood_class(mood)}")
    emoji, hidden = [], []
    for place, mood in enumerate(_offered(moods), 1):
        pill, its = f"{_PILL}:nth-of-type({place})", ",".join(versions[folded_line(mood.name)])
        emoji.append(f'{pill} p::before{{content:"{_escaped(mood.emoji)}\\a0 "/""}}')
        hidden.append(f"&:has({pill}{_PRESSED}) {_DAYS}:has(article :is({its})) article:not(:has({its}))")
    alone = f".stApp:not(:has({_PILL}{_PRESSED}~{_PRESSED}))"
    return "".join(emoji) + (f"{alone}{{{','.join(hidden)}{{display:none}}}}" if hidden else "")


def others(moods: Iterable[Mood], term: Term) -> str:
    """What stands among days that ``term`` means by a mood that is not offered: a press on one hides none of them."""
    offered = {folded_line(mood.name) for mood in _offered(moods)}
    return "" if {*map(folded_line, chosen(term, "mood"))} <= offered else '<i class="others"></i>'


def _offered(moods: Iterable[Mood]) -> list[Mood]:
    return [mood for mood in moods if not (mood.hidden or mood.retired)]


def _escaped(sign: str) -> str:
    """As a string of a stylesheet holds it, whatever it is (https://www.w3.org/TR/css-syntax-3/#consume-escaped-code-point)."""
    return "".join(f"\\{ord(character):x} " for character in sign)


def clear() -> None:
    """Ask for everything again."""
    _ask("")


def _typed() -> None:
    _ask((value("q") or "").strip())


def _ask(query: str) -> None:
    set_params(q=query, before=None, after=None)


def _pressed(offered: Iterable[Choice], term: Term) -> list[Choice]:
    """Those that ``term`` asks for."""
    wanted = {name: {*map(folded_line, chosen(term, name))} for name in FIELDS}
    return [(name, said) for name, said in offered if wanted[name] and folded_line(said) in wanted[name]]


def _chosen(term: Term, before: Sequence[Choice]) -> None:
    """Ask for what was pressed, and not for what was released."""
    now: list[Choice] = value("offered") or []
    for name in FIELDS:
        released = {folded_line(wanted) for field, wanted in before if field == name and (field, wanted) not in now}
        kept = [wanted for wanted in chosen(term, name) if folded_line(wanted) not in released]
        pressed = [wanted for field, wanted in now if field == name and (field, wanted) not in before]
        if pressed or released:
            term = choose(term, name, [*kept, *pressed])
    _ask(str(term))


@cache
def _help() -> str:
    rows = "".join(
        f"<tr><th scope='row'><code>{text.html(query)}</code></th><td>{text.html(says)}</td></tr>"
        for query, says in EXAMPLES
    )
    return f'<table class="how"><caption>Put these side by side as you like.</caption>{rows}</table>'


def _mistakes(found: Parsed) -> str:
    """The search with its wrong parts marked, and what is wrong with each."""
    says = "".join(f"<li>{text.html(problem.says)}</li>" for problem in found.problems)
    query = f'<p dir="auto">{_marked(found.text, found.problems)}</p>'
    return f'<div class="mistakes" role="status">{query}<ul>{says}</ul></div>'


def _marked(query: str, problems: Sequence[Problem]) -> str:
    parts, at = [], 0
    for problem in problems:
        if problem.start >= at:
            wrong = text.html(query[problem.start : problem.end])
            parts.append(f"{text.html(query[at : problem.start])}<mark>{wrong}</mark>")
            at = problem.end
    return "".join(parts) + text.html(query[at:])
