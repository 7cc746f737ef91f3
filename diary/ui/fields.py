"""The inputs of a day's form, in the order of the page."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from diary.diary import Diary
from diary.errors import SourceError
from diary.model import FIRST_DAY, MAX_NOTE, Mood, Song
from diary.ui import acts, cards, forms, rates, shared, songs, text
from diary.ui.part import part, within
from diary.ui.state import Form, pressed, tab, value

PICTURES = ["jpg", "jpeg", "png", "webp", "heic", "gif"]


def notices(form: Form) -> None:
    """What the person should know before they go on."""
    change = tab().change
    if change and change.day == form.day:
        deleted_notice()
    if form.kept_at and not form.clash:
        with st.container(horizontal=True, key="kept", vertical_alignment="center"):
            st.html(f'<p role="status">Not saved yet. Kept from {form.kept_at}.</p>')
            st.button("Discard", key="discard", type="tertiary", on_click=pressed(acts.discard))


def deleted_notice() -> None:
    """A day was deleted just now: it can be put back."""
    change = tab().change
    if change and change.deleted:
        with st.container(horizontal=True, key="deleted", vertical_alignment="center"):
            st.html(f'<p role="status" class="ok">Deleted {text.long_day(change.day)}</p>')
            st.button("Undo", icon=":material/undo:", key="undo", on_click=pressed(acts.undo))


def day_field(form: Form, today: date) -> None:
    """The date the form is about: told in words, changed by the native input that lies over them."""
    with st.container(key="date"):
        st.html(f'<p class="spoken-date" aria-hidden="true">{text.dated(form.day)}</p>')
        st.date_input(
            "Day",
            form.first.get("day", "today"),
            key="day",
            min_value=FIRST_DAY,
            max_value=max(form.day, today),
            format="YYYY-MM-DD",
            on_change=pressed(forms.change_day),
            label_visibility="collapsed",
        )


@part
def mood_field(form: Form, known: Sequence[Mood]) -> None:
    """The palette: each mood where it lies between unpleasant and pleasant, still and lively."""
    moods = {mood.name: mood for mood in known if not (mood.hidden or mood.retired)}
    noted = forms.mood_named(known, form.input("mood"))
    look = cards.chosen_colour(noted) if noted else ""
    if noted and noted.name not in moods:  # a mood that is not offered any more stays with its day
        moods[noted.name] = noted
        look += cards.palette_colour(noted, len(moods))
    st.pills(
        "How was your day?",
        list(moods),
        key="mood",
        required=True,
        default=form.first.get("mood") if form.first.get("mood") in moods else None,
        width="stretch",
        format_func=lambda name: f"{text.plain(moods[name].emoji)} {text.plain(name.capitalize())}",
        on_change=within(mood_field, forms.keep_typed),
    )
    axis = '<p class="axis"><span>unpleasant</span><span>higher up, more energy</span><span>pleasant</span></p>'
    st.html(f"<style>{look}</style>{axis}")
    _problem(form, "mood")
    _tell(form)


@part
def song_field(diary: Diary, form: Form) -> None:
    """Search while typing, a pasted link in the same box, or title and artist by hand."""
    song = songs.song_shown(form)
    # Each part has a place of its own, filled or not: an input that is moved is drawn anew and forgets what is typed.
    with st.container(key="song-chosen"):
        if song:
            st.html(cards.chosen_song(song, diary.find_track(song)))
            st.button(
                "Choose another song", key="change", type="tertiary", on_click=within(song_field, songs.clear_song)
            )
    with st.container(key="search-away" if song else "search"):
        asked = st.text_input(
            "Search for a song or paste a link",
            key="song_search",
            type="search",
            live="400ms",
            icon=":material/search:",
            placeholder="Title, artist, or a Spotify link",
            on_change=within(song_field, songs.read_search),
        ).strip()
    _problem(form, "song")
    with st.container(key="song-found"):
        if len(asked) >= 2 and "song" not in form.errors:
            _results(diary, form, asked)
    with st.expander("Title and artist by hand", icon=":material/edit:", key="by-hand", expanded=form.by_hand_open):
        st.text_input(
            "Title", form.first.get("song_title", ""), key="song_title", on_change=within(song_field, forms.keep_song)
        )
        st.text_input(
            "Artist",
            form.first.get("song_artist", ""),
            key="song_artist",
            on_change=within(song_field, forms.keep_song),
        )
    _tell(form)


def _results(diary: Diary, form: Form, asked: str) -> None:
    """Songs of one's own days first, then what the catalogue knows, at last the words as they stand."""
    past = diary.past_songs(asked)
    for place, known in enumerate(past):
        with st.container(key=f"hit-{place}"):
            st.html(cards.past_hit(known))
            label = f"Choose {text.plain(' by '.join(cards.label(known.song)))}"
            st.button(
                label,
                key=f"pick-{place}",
                type="tertiary",
                on_click=within(song_field, songs.choose),
                args=(known.song, None),
            )
    if not diary.catalog.searches_while_typing:
        st.button(
            "Look it up at MusicBrainz",
            key="look-up",
            icon=":material/travel_explore:",
            on_click=within(song_field, songs.look_up),
        )
    if diary.catalog.searches_while_typing or form.looked_up == asked:
        _catalogue(diary, form, asked, [known.song for known in past])
    st.button(
        f"Write “{text.plain(asked)}” as the title yourself",
        key="as-typed",
        type="tertiary",
        icon=":material/edit:",
        on_click=within(song_field, songs.write_song),
        args=(asked,),
    )


def _catalogue(diary: Diary, form: Form, asked: str, shown: list[Song]) -> None:
    """What the catalogue finds besides the songs ``shown`` already."""
    if shared.settings().has_login and not rates.may("search", diary.owner_id):
        st.caption("That was much searching. The catalogue can be asked again in a minute.")
        return
    try:
        with st.spinner("Looking for songs", show_time=False):
            tracks = diary.catalog.search(asked)
    except SourceError as error:
        form.looked_up = ""  # the next press asks again, and nothing else does
        st.caption(text.plain(str(error)))
        return
    if not tracks:
        st.caption("The catalogue knows nothing of that name.")
    if tracks:
        st.html(cards.credit(tracks, "Found at") or '<p class="credit">Found at MusicBrainz</p>')
    known = {song.track_key for song in shown}
    for place, track in enumerate((track for track in tracks if track.key not in known), len(shown)):
        with st.container(key=f"hit-{place}"):
            st.html(cards.hit(track.song(), track, track.album[:40]))
            label = f"Choose {text.plain(f'{track.title} by {track.artist}')}"
            st.button(
                label,
                key=f"pick-{place}",
                type="tertiary",
                on_click=within(song_field, songs.choose),
                args=(track.song(), track),
            )


@part
def more_fields(form: Form) -> None:
    """Note, tags and photo: there, but not asking."""
    with st.expander("Note, tags and photo", icon=":material/edit_note:", expanded=form.more_open, key="more"):
        st.text_area(
            "Note",
            form.first.get("note", ""),
            key="note",
            placeholder="As much or as little as you like",
            height=160,
            on_change=within(more_fields, forms.keep_typed),
        )
        length, counter = len(value("note") or ""), st.empty()
        if length > MAX_NOTE * 0.9:
            counter.caption(f"{length:,} of {MAX_NOTE:,} characters")
        _problem(form, "note")
        tags = form.first.get("tags", "")
        st.text_input(
            "Tags",
            tags,
            key="tags",
            placeholder="rain, Lena, long walk",
            on_change=within(more_fields, forms.keep_typed),
        )
        _problem(form, "tags")
        if form.photo:
            st.html(cards.photo(form.photo, "kept", small=True))
            st.button(
                "Take the photo off", key="no-photo", type="tertiary", on_click=within(more_fields, forms.drop_photo)
            )
        # The order of the types is part of the input's identity: turning it gives an empty one.
        turn = tab().uploads % len(PICTURES)
        types = PICTURES[turn:] + PICTURES[:turn]
        st.file_uploader(
            "Photo", types, key="photo", max_upload_size=20, on_change=within(more_fields, acts.photo_came)
        )
        _problem(form, "photo")
    _tell(form)


def _tell(form: Form) -> None:
    """Have what is wrong with the whole form told at once: it stands below, and is no part of what was used."""
    if form.errors.get("save") != form.told and not tab().is_whole:
        st.rerun()


def save_button(form: Form, shown: bool) -> bool:
    """Save, and why it could not; while the form is not ``shown``, no key presses it. Tells whether it was pressed."""
    for name in ("day", "save"):
        _problem(form, name)
    form.told = form.errors.get("save")
    with st.container(key="form-base"):  # not shown: tells a later session on which revision the page was written
        st.text_input("Revision", form.first.get("form_base", ""), key="form_base", label_visibility="collapsed")
    keys = "Ctrl+Enter" if shown else None
    return st.button("Save", type="primary", key="save", width="stretch", shortcut=keys, on_click=pressed(acts.save))


def _problem(form: Form, name: str) -> None:
    place = st.empty()
    if name in form.errors:
        place.error(text.plain(form.errors[name]), icon=":material/error:")
