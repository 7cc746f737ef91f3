"""How a day looks: sleeve and spine, mood, words. Every function gives HTML in which all text is escaped.

Attributes that hold a plain word stand without quotes: a page of cards is sent as a whole, also to a phone.
"""

from collections.abc import Iterable
from datetime import date

from diary.model import Entry, Mood, PastSong, Song, Track
from diary.ui import cover, text
from diary.ui.photos import photo_url


def mood_class(mood: Mood | None) -> str:
    """The class that carries the mood's colour; `mood_colours` defines it."""
    return f"m-{mood.id}" if mood else "m-none"


def mood_colours(moods: Iterable[Mood]) -> str:
    """The rules that give each mood its colour on both grounds, its height on a shelf, its place on the palette."""
    offered = 0
    rules = []
    for mood in moods:
        rules.append(f".m-{mood.id}{{{colour(mood)};--h:{round(72 + 26 * mood.arousal)}%}}")
        if not (mood.hidden or mood.retired):
            offered += 1
            rules.append(palette_colour(mood, offered))
    return "".join(rules)


def palette_colour(mood: Mood, place: int) -> str:
    """The rule that colours the mood at a place of the palette, counted from 1."""
    return f".st-key-mood button:nth-of-type({place}){{{colour(mood)}}}"


def chosen_colour(mood: Mood) -> str:
    """The rule that gives the song on the form the colour of the mood on the form."""
    return f".chosen .sleeve{{{colour(mood)}}}"


def colour(mood: Mood) -> str:
    """The mood's colour on both grounds, as a rule says it."""
    return f"--m:light-dark({mood.light},{mood.dark})"


def mood_tag(mood: Mood) -> str:
    """Spine, emoji and word: a mood is never told by colour alone."""
    emoji, name = text.html(mood.emoji), text.html(mood.name.capitalize())
    return f'<span class="mood {mood_class(mood)}"><span aria-hidden=true>{emoji}</span> {name}</span>'


def label(song: Song) -> tuple[str, str]:
    """Title and artist as shown; a song that nobody has named yet says so."""
    return song.title or "A song by its link", song.artist


def artwork(song: Song | None, track: Track | None, alt: str | None = None) -> str:
    """The cover as its source shows it, from the source's own address, or a drawn one of our own."""
    title, artist = label(song) if song else ("", "")
    seed = cover.seed_of(title, artist)
    source = track.artwork_url if track and track.artwork_url else f"/cover/{seed}.svg"
    said = f"Cover of {title} by {artist}" if artist else f"Cover of {title}"
    described = text.html(said if alt is None else alt)
    return f'<img src="{text.html(source)}" data-drawn={seed} alt="{described}" loading=lazy>'


def photo(key: str, kind: str, small: bool = False) -> str:
    """The photo of a day."""
    return f'<img class="{kind}" src="{text.html(photo_url(key, small))}" alt="Photo of the day" loading="lazy">'


def sleeve(entry: Entry, size: str = "") -> str:
    """The cover with nothing on it; the mood is the spine beside it. A day without song shows photo or mood."""
    if entry.song:
        picture = artwork(entry.song, entry.track)
    elif entry.photo:
        picture = photo(entry.photo, "cut", small=True)
    else:
        emoji = text.html(entry.mood.emoji) if entry.mood else ""
        picture = f'<span class="blank" aria-hidden="true"><span>{emoji}</span></span>'
    return f'<span class="{f"sleeve {mood_class(entry.mood)} {size}".rstrip()}">{picture}</span>'


def listen(song: Song) -> str:
    """The link to the song at its source, with the source's name."""
    if song.spotify_id:
        address, name = f"https://open.spotify.com/track/{song.spotify_id}", "Open on Spotify"
    elif song.mbid:
        address, name = f"https://musicbrainz.org/recording/{song.mbid}", "See on MusicBrainz"
    else:
        return ""
    return f'<a class=listen href="{address}" target=_blank rel=noreferrer>{name}</a>'


def credit(tracks: Iterable[Track | None], says: str = "Covers from") -> str:
    """Whose covers and facts are shown, where there is no room to say it beside each."""
    return credit_of((track.key.partition(":")[0] for track in tracks if track and track.artwork_url), says)


def credit_of(sources: Iterable[str], says: str = "Covers from") -> str:
    """The same for ``sources``, each a catalogue's name as in a track's key."""
    names = {"spotify": '<i class="spotify" role="img" aria-label="Spotify"></i>', "musicbrainz": "Cover Art Archive"}
    shown = "".join(f"<span>{names[source]}</span>" for source in sorted(set(sources)))
    return f'<p class="credit">{text.html(says)} {shown}</p>' if shown else ""


def song_words(song: Song | None) -> str:
    """Title and artist."""
    if not song:
        return ""
    title, artist = (text.html(part) for part in label(song))
    return f"<p class=title dir=auto>{title}</p><p class=artist dir=auto>{artist}</p>"


def tags(names: Iterable[str]) -> str:
    """The tags of a day."""
    items = "".join(f"<li>{text.html(name)}</li>" for name in names)
    return f'<ul class="tags" aria-label="Tags">{items}</ul>' if items else ""


def entry_card(entry: Entry) -> str:
    """A day on the timeline: one button that fills the card, and the link to the song above it."""
    note = text.html(text.note_words(entry.note, 140))
    parts = [
        opener(entry),
        sleeve(entry),
        f"<p class=when>{short_day(entry.day)}{mood_tag(entry.mood) if entry.mood else ''}</p>",
        song_words(entry.song),
        f'<p class="note" dir="auto">{note}</p>' if note else "",
        photo(entry.photo, "snap", small=True) if entry.photo and entry.song else "",
        listen(entry.song) if entry.song else "",
    ]
    return f'<article class="card">{"".join(parts)}</article>'


def opener(entry: Entry) -> str:
    """The button that fills a card and opens its day."""
    return f"<button class=over data-day={entry.day}>{spoken(entry.day, entry)}</button>"


def short_day(day: date) -> str:
    """Sun 22."""
    return f"{text.weekday(day)[:3]} {day.day}"


def spoken(day: date, entry: Entry | None) -> str:
    """A day in one line, for those who hear the page."""
    parts = [text.long_day(day)]
    if entry is None:
        parts.append("nothing noted")
    elif entry.mood:
        parts.append(entry.mood.name)
    if entry and entry.song:
        parts.append(" by ".join(part for part in label(entry.song) if part))
    return text.html(", ".join(parts))


def record(entry: Entry, said: str = "") -> str:
    """A finished day, large; ``said`` stands in the place of when it was written."""
    parts = [
        sleeve(entry, "xl"),
        '<div class="below">',
        f'<p class="ok" role="status">{text.html(said)}</p>' if said else f'<p class="written">{written(entry)}</p>',
        f"{mood_tag(entry.mood) if entry.mood else ''}</div>",
        opened_words(entry),
    ]
    return f'<article class="record {mood_class(entry.mood)}">{"".join(parts)}</article>'


def version(entry: Entry) -> str:
    """One of two versions of a day."""
    mood = mood_tag(entry.mood) if entry.mood else ""
    return f'<div class="version">{mood}{opened_words(entry)}</div>'


def opened_words(entry: Entry) -> str:
    """All that a day says: song, whole note, tags, link, photo."""
    return "".join(
        (
            song_words(entry.song),
            f'<div class="long" dir="auto">{text.note_html(entry.note)}</div>' if entry.note else "",
            tags(entry.tags),
            listen(entry.song) if entry.song else "",
            photo(entry.photo, "photo") if entry.photo else "",
        )
    )


def written(entry: Entry) -> str:
    """When the day was written and last changed, by the clock of the place where it was."""
    changed = (entry.updated_at - entry.created_at).total_seconds() > 60
    return f"Written {text.moment(entry.created_at, entry.zone, entry.day)}" + (
        f", changed {text.moment(entry.updated_at, entry.zone, entry.day)}" if changed else ""
    )


def chosen_song(song: Song, track: Track | None) -> str:
    """The song that was chosen for the day, on its form; its mood is told by `chosen_colour`."""
    picture = f'<span class="sleeve medium m-none">{artwork(song, track)}</span>'
    return f'<div class="chosen">{picture}<div>{song_words(song)}{listen(song)}</div></div>'


def hit(song: Song, track: Track | None, said: str) -> str:
    """One result of a search for songs."""
    words = f"<div>{song_words(song)}</div><small>{text.html(said)}</small>"
    return f'<div class="hit">{artwork(song, track, alt="")}{words}</div>'


def past_hit(past: PastSong) -> str:
    """A song of one's own past as a result."""
    return hit(past.song, past.track, f"on {text.days(past.days)}")
