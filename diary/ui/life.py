"""The life of a song or an artist: the days it was chosen, how they were, and how long it was away."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import streamlit as st

from diary.diary import Diary
from diary.life import Life, Pause, Subject, pauses_after
from diary.model import Entry, Mood, PastSong
from diary.ui import cards, grids, opened, text
from diary.ui.state import param, set_params
from diary.ui.ways import show_life

PAGE, SONGS = 60, 12
Moods = Mapping[str, Mood]
_GONE = '<p class="lead">Nothing is noted under that name. It may be written otherwise, or was deleted.</p>'


def asked() -> Subject | None:
    """Whose life the address asks for: ``?song=…&artist=…``, or either of them."""
    title, artist = (" ".join((param(name) or "").split()) for name in ("song", "artist"))
    return Subject(title, artist) if title or artist else None


def page(diary: Diary, subject: Subject, moods: Iterable[Mood], day: date | None, before: date | None) -> None:
    """Draw it, and a ``day`` opened over it; of many days those ``before`` another one."""
    lived, known = diary.lives.of(subject), {mood.id: mood for mood in moods}
    days = diary.lives.days(subject, PAGE + 1, before) if lived.months else ()
    shown = days[:PAGE]
    st.button("Timeline", key="leave-life", type="tertiary", icon=":material/arrow_back:", on_click=show_life)
    if not shown:
        name = text.html(subject.title or subject.artist)
        st.html(f'<section class="life"><div><h1 dir="auto">No day with {name}</h1>{_GONE}</div></section>')
        return
    st.html(_head(subject, lived, shown[0]))
    if subject.title and shown[0].song and shown[0].song.artist:
        _artist_way(shown[0].song.artist)
    st.html(_over_time(lived, known))
    if not subject.title:
        _songs(diary.lives.songs(subject.artist, SONGS))
    chosen = grids.day_grid("life", _days(shown, days[PAGE:], with_song=not subject.title))
    if len(days) > PAGE:
        older = {"before": shown[-1].day.isoformat()}
        st.button("Older days", key="older", on_click=set_params, kwargs=older)
    if chosen:
        set_params(day=chosen.isoformat())
    if open_day := chosen or day:
        opened.day_dialog(diary, open_day)
    diary.freshen(shown[:1])


def _artist_way(artist: str) -> None:
    args = (Subject(artist=artist),)
    st.button("All days with this artist", key="life-artist", type="tertiary", on_click=show_life, args=args)


def _songs(songs: Sequence[PastSong]) -> None:
    """The songs of an artist, each a way to its own life."""
    st.html(f"<h2>{'Songs' if len(songs) < SONGS else 'Songs chosen most'}</h2>")
    with st.container(key="life-songs"):
        for place, past in enumerate(songs):
            with st.container(key=f"hit-{place}"):
                st.html(cards.past_hit(past))
                title, artist = cards.label(past.song)
                subject = Subject(past.song.title, artist)
                st.button(
                    f"All days with {text.plain(title)}", key=f"pick-{place}", on_click=show_life, args=(subject,)
                )


def _head(subject: Subject, lived: Life, last: Entry) -> str:
    title, artist = cards.label(last.song) if last.song else (subject.title, subject.artist)
    name, under = (title, artist) if subject.title else (artist, "")
    by = f'<p class="artist" dir="auto">{text.html(under)}</p>' if under else ""
    link = cards.listen(last.song) if last.song and subject.title else ""
    picture = cards.sleeve(last, "large")
    words = f'<h1 dir="auto">{text.html(name)}</h1>{by}<p class="lead">{_sentence(lived)}</p>{link}'
    return f'<section class="life">{picture}<div>{words}</div></section>'


def _sentence(lived: Life) -> str:
    """On how many days, between when, and the longest time without."""
    if lived.days == 1:
        return f"Chosen once, on {text.dated(lived.first)}."
    said = f"Chosen on {text.days(lived.days)}, from {text.dated(lived.first)} to {text.dated(lived.last)}."
    pause = lived.longest_pause
    if pause is None:
        return said
    return f"{said} The longest pause: {text.stretch(pause.first, pause.last)}, up to {text.dated(pause.last)}."


def _over_time(lived: Life, moods: Moods) -> str:
    """A shelf of months for each year, and what the moods were."""
    months, rows = lived.by_month(), []
    for year in range(lived.last.year, lived.first.year - 1, -1):
        cells = "".join(_month(date(year, number, 1), months.get((year, number), ()), moods) for number in range(1, 13))
        rows.append(f'<li><b>{year}</b><ol aria-label="{year}">{cells}</ol></li>')
    tags = "".join(
        f"<li>{_mood(moods, mood_id)} <span>{text.days(days)}</span></li>" for mood_id, days in lived.moods()
    )
    initials = "".join(f"<li>{text.month(date(2000, number, 1))[0]}</li>" for number in range(1, 13))
    heads = f'<li aria-hidden="true"><b></b><ol class="heads">{initials}</ol></li>'
    return (
        f'<section class="through"><h2>Over time</h2><ol class="years">{heads}{"".join(rows)}</ol></section>'
        f'<section class="then"><h2>The days then</h2><ul>{tags}</ul></section>'
    )


def _month(first: date, moods_then: Sequence[tuple[str | None, int]], moods: Moods) -> str:
    if not moods_then:
        return "<li></li>"
    days = sum(count for _, count in moods_then)
    most = moods.get(moods_then[0][0] or "")
    names = [f"{count} {text.html(_name(moods, mood_id))}" for mood_id, count in moods_then]
    said = f"{text.month(first)} {first.year}, {text.days(days)}: {', '.join(names)}"
    emoji = text.html(most.emoji) if most else "·"
    many = f"<small>{days}</small>" if days > 1 else ""
    picture = f'<span role="img" aria-label="{said}" title="{said}">{emoji}{many}</span>'
    return f'<li class="{cards.mood_class(most)}">{picture}</li>'


def _name(moods: Moods, mood_id: str | None) -> str:
    return moods[mood_id].name if mood_id else "without a mood"


def _mood(moods: Moods, mood_id: str | None) -> str:
    return cards.mood_tag(moods[mood_id]) if mood_id else '<span class="mood m-none">No mood noted</span>'


def _days(shown: Sequence[Entry], next_ones: Sequence[Entry], with_song: bool) -> str:
    """The days, newest first, with the pauses between them."""
    pauses = pauses_after([entry.day for entry in (*shown, *next_ones)])
    rows = "".join(_day(entry, with_song) + _pause(pause) for entry, pause in zip(shown, pauses, strict=False))
    said = cards.credit(entry.track for entry in shown[: None if with_song else 1])
    return f'<h2>Each day</h2><ol class="lifedays">{rows}</ol>{said}'


def _day(entry: Entry, with_song: bool) -> str:
    note = text.html(text.note_words(entry.note, 200))
    mood = cards.mood_tag(entry.mood) if entry.mood else ""
    song = text.html(cards.label(entry.song)[0]) if with_song and entry.song else ""
    parts = [
        cards.opener(entry),
        f'<p class="when"><span>{text.weekday(entry.day)[:3]} {text.dated(entry.day)}</span>{mood}</p>',
        f'<p class="title" dir="auto">{song}</p>' if song else "",
        f'<p class="note" dir="auto">{note}</p>' if note else "",
    ]
    return f'<li class="{cards.mood_class(entry.mood)}">{"".join(parts)}</li>'


def _pause(pause: Pause | None) -> str:
    return f'<li class="pause">Not for {text.stretch(pause.first, pause.last)}</li>' if pause else ""
