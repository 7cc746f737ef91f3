"""The life of a song and of an artist: `/timeline?song=…&artist=…`."""

from datetime import timedelta

import pytest

from diary.assembly import open_diary, prepare
from diary.diary import Diary
from diary.model import EntryDraft, Song
from diary.settings import load_settings
from tests.builders import statements
from tests.ui.test_pages import HOSTILE, SQLITE_ONLY, show, words

RIVER, MOON = Song("Slow River", "Nora Wilde"), Song("Half Moon", "Nora Wilde")


@pytest.fixture
def diary(database: str) -> Diary:
    settings = load_settings()
    prepare(settings)
    return open_diary(settings)


def write(diary: Diary, song: Song, *backs: int, mood: str | None = "calm") -> None:
    today = diary.today("Europe/Berlin")
    diary.add_days([EntryDraft(today - timedelta(back), mood, song, f"Note {back}.") for back in backs])


def test_a_song_shows_its_days_its_moods_and_its_pauses(diary: Diary) -> None:
    write(diary, RIVER, 10, 11, 900)
    write(diary, RIVER, 12, mood=None)
    write(diary, MOON, 13, mood="sad")
    shown = words(show("timeline", song="slow river", artist="NORA WILDE"))
    assert "<h1" in shown
    assert "Slow River" in shown
    assert "Chosen on 4 days" in shown
    assert "The longest pause: 2 years and 5 months" in shown
    assert shown.count("data-day=") == 4
    assert "Not for 2 years and 5 months" in shown
    assert "Note 900." in shown
    assert "Calm</span> <span>3 days</span>" in shown
    assert "No mood noted</span> <span>1 day</span>" in shown
    assert "Half Moon" not in shown


def test_an_artist_shows_days_of_all_songs_and_leads_to_each(diary: Diary) -> None:
    write(diary, RIVER, 10)
    write(diary, MOON, 20, 21, mood="sad")
    app = show("timeline", artist="nora wilde")
    assert "Chosen on 3 days" in words(app)
    app.button(key="pick-0").click().run()
    assert (app.query_params["song"], app.query_params["artist"]) == ("Half Moon", "Nora Wilde")
    assert words(app).count("data-day=") == 2
    app.button(key="life-artist").click().run()
    assert "song" not in app.query_params
    assert words(app).count("data-day=") == 3
    app.button(key="leave-life").click().run()
    assert "artist" not in app.query_params
    assert words(app).count('class="card"') == 3


def test_an_opened_day_leads_to_its_song_and_its_artist(diary: Diary) -> None:
    write(diary, RIVER, 10, 30)
    day = (diary.today("Europe/Berlin") - timedelta(10)).isoformat()
    app = show("timeline", day=day)
    app.button(key="way-song").click().run()
    assert (app.query_params["song"], app.query_params["artist"]) == ("Slow River", "Nora Wilde")
    assert "day" not in app.query_params
    assert "Chosen on 2 days" in words(app)
    app = show("timeline", day=day)
    app.button(key="way-artist").click().run()
    assert "Chosen on 2 days" in words(app)


def test_a_day_opens_over_the_life_of_its_song(diary: Diary) -> None:
    write(diary, RIVER, 10, 30)
    day = (diary.today("Europe/Berlin") - timedelta(10)).isoformat()
    app = show("timeline", song="Slow River", day=day)
    assert app.button(key="edit-day")
    assert "Chosen on 2 days" in words(app)


def test_many_days_come_sixty_at_a_time(diary: Diary) -> None:
    write(diary, RIVER, *range(1, 70))
    app = show("timeline", song="Slow River")
    assert "Chosen on 69 days" in words(app)
    assert words(app).count("data-day=") == 60
    app.button(key="older").click().run()
    assert words(app).count("data-day=") == 9
    assert "Chosen on 69 days" in words(app)


def test_a_song_that_nobody_noted_says_so(diary: Diary) -> None:
    assert "No day with &lt;b&gt;" in words(show("timeline", song="<b>"))
    assert "No day with" in words(show("timeline", artist="a\0b"))


def test_one_day_is_told_as_once(diary: Diary) -> None:
    write(diary, RIVER, 10)
    assert "Chosen once, on " in words(show("timeline", song="Slow River"))


@SQLITE_ONLY
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_and_break_nothing(diary: Diary, text: str) -> None:
    write(diary, Song(text[:300], text[:300]), 10, 200)
    for query in ({"song": text[:300]}, {"artist": text[:300]}, {"song": text[:300], "artist": text[:300]}):
        app = show("timeline", **query)
        assert "Chosen on 2 days" in words(app)
        drawn = "".join(one.body for one in app.html) + str([one.proto.json for one in app.get("bidi_component")])
        assert "<script>alert" not in drawn
        assert "<img src=x" not in drawn


def test_the_number_of_statements_does_not_grow_with_the_days(diary: Diary) -> None:
    counts = []
    show("timeline", song="Slow River")
    for first, last in ((1, 3), (3, 60)):
        write(diary, RIVER, *range(first, last))
        with statements() as seen:
            show("timeline", song="Slow River", artist="Nora Wilde")
        counts.append(sum(sql.lstrip().startswith("SELECT") or "; SELECT" in sql for sql in seen))
    assert counts[0] == counts[1]
