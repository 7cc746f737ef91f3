"""Changing one's own moods: name, emoji, colour, place on the plane, order, and whether it is offered."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from diary.diary import Diary
from diary.errors import DiaryError
from diary.model import Mood
from diary.ui import text
from diary.ui.state import set_values, tab, value

NEW = "new"
_BLANK = Mood(NEW, "new mood", "🎧", "#6c43ab", "#9478e8", 0.0, 0.0)


def mood_editor(diary: Diary) -> None:
    """Choose a mood, change it; old days keep the mood they were noted with."""
    moods = {mood.id: mood for mood in diary.moods()}
    chosen = st.pills(
        "Your moods",
        [*moods, NEW],
        key="mood_to_change",
        format_func=lambda one: _name(moods[one]) if one in moods else ":material/add: New mood",
        on_change=_open,
        args=(moods,),
    )
    if chosen:
        mood = moods.get(chosen, _BLANK)
        with st.container(border=True, key="mood-editor"):
            _fields(mood)
            _actions(diary, mood, list(moods.values()))


def _name(mood: Mood) -> str:
    hidden = " (not offered)" if mood.hidden else ""
    return text.plain(f"{mood.emoji} {mood.name.capitalize()}{hidden}")


def _open(moods: dict[str, Mood]) -> None:
    chosen = value("mood_to_change")
    if chosen:
        mood = moods.get(chosen, _BLANK)
        set_values(
            mood_name="" if chosen == NEW else mood.name,
            mood_emoji=mood.emoji,
            mood_colour=mood.light,
            mood_valence=mood.valence,
            mood_arousal=mood.arousal,
        )


def _fields(mood: Mood) -> None:
    left, right = st.columns(2)
    with left:
        st.text_input("Name", key="mood_name", max_chars=30, placeholder="serene")
        st.text_input("Emoji", key="mood_emoji", max_chars=16)
        st.color_picker("Colour", key="mood_colour")
    with right:
        st.slider("Pleasantness", -1.0, 1.0, key="mood_valence", step=0.05, help="From unpleasant to pleasant")
        st.slider("Energy", -1.0, 1.0, key="mood_arousal", step=0.05, help="From still to lively")
    if mood.id != NEW:
        st.caption("Days that were noted with this mood keep it as it was.")


def _actions(diary: Diary, mood: Mood, moods: Sequence[Mood]) -> None:
    with st.container(horizontal=True):
        st.button("Save this mood", type="primary", key="mood_save", on_click=_save, args=(diary, mood))
        if mood.id == NEW:
            return
        place = moods.index(mood)
        hide = "Offer it again" if mood.hidden else "Do not offer it"
        others = [one.id for one in moods]
        toggled = (diary, others, _toggled(moods, mood))
        st.button(hide, key="mood_hide", type="tertiary", on_click=_arrange, args=toggled)
        hidden = {one.id for one in moods if one.hidden}
        for key, label, icon, step in (
            ("mood_earlier", "Earlier", "arrow_back", -1),
            ("mood_later", "Later", "arrow_forward", 1),
        ):
            st.button(
                label,
                key=key,
                icon=f":material/{icon}:",
                disabled=not 0 <= place + step < len(moods),
                type="tertiary",
                on_click=_arrange,
                args=(diary, _moved(others, place, step), hidden),
            )


def _moved(order: Sequence[str], place: int, step: int) -> list[str]:
    moved = list(order)
    moved.insert(max(0, place + step), moved.pop(place))
    return moved


def _toggled(moods: Sequence[Mood], mood: Mood) -> set[str]:
    return {one.id for one in moods if one.hidden} ^ {mood.id}


def _arrange(diary: Diary, order: Sequence[str], hidden: set[str]) -> None:
    if len(hidden) == len(order):
        tab().notice = "At least one mood has to be offered."
        return
    try:
        diary.arrange_moods(order, hidden)
    except DiaryError as error:
        tab().notice = str(error)


def _save(diary: Diary, mood: Mood) -> None:
    from diary.ui.colour import on_both_grounds  # noqa: PLC0415 - only this page needs the library behind it

    colour = value("mood_colour")
    try:
        light, dark = (mood.light, mood.dark) if colour == mood.light else on_both_grounds(colour)
        changed = replace(
            mood,
            name=(value("mood_name") or "").strip(),
            emoji=(value("mood_emoji") or "").strip(),
            light=light,
            dark=dark,
            valence=value("mood_valence"),
            arousal=value("mood_arousal"),
        )
        if changed != mood or mood.id == NEW:
            kept = diary.add_mood(changed) if mood.id == NEW else diary.change_mood(changed)
            set_values(mood_to_change=kept.id)
            st.toast(text.plain(f"Saved {kept.emoji} {kept.name}"))
    except DiaryError as error:
        tab().notice = str(error)
