"""Every page by Streamlit's own test driver: empty, full, with its sources down, and with hostile text."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx
from streamlit.testing.v1 import AppTest

from diary.assembly import make_parts, open_diary, prepare
from diary.clock import utc_now, years_before
from diary.diary import Diary
from diary.model import EntryDraft, Song, Unsaved
from diary.settings import load_settings
from diary.ui import acts
from tests.corpus.pictures import corners, saved
from tests.fakes.music import FakeMusic
from tests.fakes.songs import SONGS

SHELL = str(Path(__file__).resolve().parents[2] / "diary" / "ui" / "shell.py")
PAGES = ("today", "timeline", "year", "moods", "settings")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    ":red[x] **bold** $x$ [a](javascript:alert(1))",
    "A$AP *NSYNC `code`",
    "\u202eright to left\u202c ٣ مرحبا",
    "🕊️👩‍👩‍👧 " * 20,
    "Z\u0351\u0343\u0352" * 40,
)


SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what the database has no part in


@pytest.fixture
def music(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMusic]:
    with FakeMusic() as fake:
        for name, value in fake.env.items():
            monkeypatch.setenv(name, value)
        yield fake


@pytest.fixture
def without_keys(music: FakeMusic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Spotify: songs are looked up at MusicBrainz."""
    monkeypatch.delenv("SPOTIPY_CLIENT_ID")
    monkeypatch.delenv("SPOTIPY_CLIENT_SECRET")


@pytest.fixture
def diary(music: FakeMusic, database: str) -> Diary:
    settings = load_settings()
    prepare(settings)
    return open_diary(settings)


def show(page: str = "today", **query: str) -> AppTest:
    app = AppTest.from_file(SHELL, default_timeout=30)
    app.context = {"timezone": "Europe/Berlin"}
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "today":
        app.switch_page(f"../../pages/{page}.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    return app


def words(app: AppTest) -> str:
    """All that stands on the page: HTML but for styles, text, labels, messages, grids of days."""
    assert not app.exception
    kinds = (app.html, app.markdown, app.caption, app.error, app.warning, app.button)
    shown = [getattr(one, "body", None) or getattr(one, "value", None) or one.label for kind in kinds for one in kind]
    shown = [one for one in shown if not str(one).endswith("</style>")]
    return "\n".join(str(one) for one in shown).replace("\\", "")  # without the marks that keep Markdown away


def write(diary: Diary, days: int = 25, **parts: object) -> list[date]:
    today = diary.today("Europe/Berlin")
    written = [today - timedelta(back) for back in range(1, days + 1)]
    diary.add_days([EntryDraft(day, mood="calm", zone="Europe/Berlin", **parts) for day in written])
    return written


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_diary_has_every_page(diary: Diary, page: str) -> None:
    assert words(show(page))


@pytest.mark.parametrize("page", PAGES)
def test_a_full_diary_has_every_page(diary: Diary, page: str) -> None:
    write(diary, 400, song=Song("Slow River", "Nora Wilde"), note="Rain.", tags=("rain",))
    assert words(show(page))


@SQLITE_ONLY
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_breaks_no_page(diary: Diary, page: str, text: str) -> None:
    day = write(diary, 1, song=Song(text[:300], text[:300]), note=text, tags=(text[:40],))[0]
    app = show(page, **({"day": day.isoformat()} if page in {"today", "timeline", "year"} else {}))
    shown = words(app)
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown


def test_a_day_is_logged_by_the_keys_a_script_relies_on(diary: Diary) -> None:
    app = show()
    app.button_group(key="mood").select("calm")
    app.text_input(key="song_title").input("Slow River")
    app.text_input(key="song_artist").input("Nora Wilde")
    app.text_area(key="note").input("Soup.")
    app.text_input(key="tags").input("rain, soup")
    app.button(key="save").click().run()
    assert "Saved" in words(app)
    entry = diary.find_day(diary.today("Europe/Berlin"))
    assert entry is not None
    assert entry.mood is not None
    assert (entry.mood.name, entry.song, entry.note) == ("calm", Song("Slow River", "Nora Wilde"), "Soup.")
    assert entry.tags == ("rain", "soup")
    assert entry.zone == "Europe/Berlin"


def test_saving_twice_changes_one_entry(diary: Diary) -> None:
    app = show()
    app.text_area(key="note").input("One.")
    app.button(key="save").click().run()
    app.text_area(key="note").input("Two.")
    app.button(key="save").click().run()
    assert diary.count() == 1
    entry = diary.find_day(diary.today("Europe/Berlin"))
    assert entry is not None
    assert (entry.note, entry.revision) == ("Two.", 2)


@SQLITE_ONLY
@pytest.mark.parametrize(
    "key", ["day", "mood", "song_search", "song_title", "song_artist", "note", "tags", "photo", "save"]
)
def test_every_input_is_on_the_page_when_it_opens(diary: Diary, key: str) -> None:
    assert show().get_by_key(key)


def test_a_forgotten_day_is_written_through_the_date(diary: Diary) -> None:
    app = show()
    day = diary.today("Europe/Berlin") - timedelta(40)
    app.date_input(key="day").set_value(day).run()
    assert app.query_params["day"] == day.isoformat()
    app.text_area(key="note").input("Late.")
    app.button(key="save").click().run()
    assert [entry.day for entry in diary.each()] == [day]


def test_text_typed_for_the_wrong_date_moves_along_to_an_empty_day(diary: Diary) -> None:
    app = show()
    today = diary.today("Europe/Berlin")
    app.text_area(key="note").input("Yesterday, really.").run()
    app.date_input(key="day").set_value(today - timedelta(1)).run()
    assert app.text_area(key="note").value == "Yesterday, really."
    assert diary.find_unsaved(today) is None
    app.button(key="save").click().run()
    assert [entry.day for entry in diary.each()] == [today - timedelta(1)]


def test_text_typed_on_one_day_stays_there_when_another_written_day_is_opened(diary: Diary) -> None:
    yesterday = write(diary, 1, note="Kept.")[0]
    app = show()
    app.text_area(key="note").input("For today.").run()
    app.date_input(key="day").set_value(yesterday).run()
    assert app.text_area(key="note").value == "Kept."
    unsaved = diary.find_unsaved(diary.today("Europe/Berlin"))
    assert unsaved is not None
    assert unsaved[0].note == "For today."


def test_what_is_typed_is_kept_at_once_and_gone_after_saving(diary: Diary) -> None:
    today = diary.today("Europe/Berlin")
    app = show()
    app.text_area(key="note").input("Half a thought").run()
    unsaved = diary.find_unsaved(today)
    assert unsaved is not None
    assert unsaved[0].note == "Half a thought"
    assert show().text_area(key="note").value == "Half a thought"
    app.button(key="save").click().run()
    assert diary.find_unsaved(today) is None


def test_a_photo_that_was_chosen_and_not_saved_is_told_to_be_chosen_again(diary: Diary) -> None:
    today, again = diary.today("Europe/Berlin"), "Please choose it again."
    diary.keep_unsaved(Unsaved(today, note="Half a thought", chose_photo=True))
    app = show()
    assert again in words(app)
    app.text_area(key="note").input("A whole one").run()
    app.button(key="save").click().run()
    assert again not in words(app)
    assert again not in words(show())
    assert diary.find_day(today).note == "A whole one"


def test_a_pasted_link_saved_in_the_same_breath_is_the_song(diary: Diary) -> None:
    app = show()
    app.text_input(key="song_search").input(f"https://open.spotify.com/track/{SONGS[0].spotify_id}")
    app.button(key="save").click().run()
    entry = next(diary.each())
    assert entry.song == Song(SONGS[0].title, "Nora Wilde", spotify_id=SONGS[0].spotify_id)
    assert entry.track is not None


def test_a_search_without_a_choice_is_not_lost_silently(diary: Diary) -> None:
    app = show()
    app.text_input(key="song_search").input("paper").run()
    app.button(key="save").click().run()
    assert "none chosen" in words(app)
    assert diary.count() == 0


@SQLITE_ONLY
@pytest.mark.parametrize("fault", [500, 429, "hang", "reset", "garbage"])
def test_a_source_that_fails_never_blocks_typing_by_hand(diary: Diary, music: FakeMusic, fault: str | int) -> None:
    music.fault("search", fault if fault != "garbage" else "html")
    app = show()
    app.text_input(key="song_search").input("winter timetable").run()
    assert app.caption
    app.button(key="as-typed").click().run()
    app.button(key="save").click().run()
    assert next(diary.each()).song == Song("winter timetable")


@SQLITE_ONLY
def test_words_too_long_for_a_title_stay_in_the_search_with_the_reason(diary: Diary) -> None:
    app = show()
    app.text_input(key="song_search").input("x" * 301).run()
    app.button(key="as-typed").click().run()
    assert not app.exception
    assert "longer than 300 characters" in words(app)
    assert app.text_input(key="song_search").value == "x" * 301


def test_a_note_that_is_too_long_stays_in_the_form_with_the_reason(diary: Diary) -> None:
    app = show()
    app.text_area(key="note").input("x" * 100_001)
    app.button(key="save").click().run()
    assert "1 characters longer" in words(app)
    assert len(app.text_area(key="note").value) == 100_001
    assert diary.count() == 0


def test_a_database_that_goes_away_keeps_the_text_and_says_so(diary: Diary) -> None:
    app = show()
    app.button_group(key="mood").select("calm")
    app.text_area(key="note").input("Kept in the tab.")
    with pytest.MonkeyPatch.context() as patch:
        gone = OperationalError("", None, sqlite3.OperationalError("unable to open database file"))
        patch.setattr(Engine, "connect", Mock(side_effect=gone))
        app.button(key="save").click().run()
        assert "Not saved yet. This tab holds what you typed" in words(app)
        app.run()
    app.run()
    assert "Could not save." in words(app)
    assert app.text_area(key="note").value == "Kept in the tab."
    assert app.button_group(key="mood").value == "calm"
    app.button(key="save").click().run()
    assert "Saved" in words(app)


def test_a_database_that_is_locked_keeps_the_text_and_says_so(diary: Diary, database: str) -> None:
    app = show()
    app.text_area(key="note").input("Kept on the page.").run()
    with create_engine(database).connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE" if other.dialect.name == "sqlite" else "LOCK entries IN EXCLUSIVE MODE")
        app.button(key="save").click().run()
        assert "in use by another program" in words(app)
        assert app.text_area(key="note").value == "Kept on the page."
        other.rollback()
    app.button(key="save").click().run()
    assert "Saved" in words(app)


def overtake(*_: object) -> None:
    """What Streamlit does to a callback when the page sends something new: it runs anew, without the press."""
    ctx = get_script_run_ctx()
    assert ctx
    states = [state for state in ctx.session_state.get_widget_states() if state.WhichOneof("value") != "trigger_value"]
    raise RerunException(
        RerunData(
            widget_states=WidgetStates(widgets=states),
            page_script_hash=ctx.page_script_hash,
            context_info=ctx.context_info,
        )
    )


@SQLITE_ONLY
@pytest.mark.parametrize("place", ["read_search", "_draft", "typed", "current_diary"])
def test_a_save_overtaken_by_what_the_page_sends_next_is_not_lost(diary: Diary, place: str) -> None:
    app = show()
    app.text_area(key="note").input("Rain.").run()
    with pytest.MonkeyPatch.context() as patch:
        real, first = getattr(acts, place), iter([overtake])

        def overtaken_once(*given: Any) -> Any:
            return next(first, real)(*given)

        patch.setattr(acts, place, overtaken_once)
        app.button(key="save").click().run()
        assert next(first, None) is None
    assert "Saved" in words(app)
    today = diary.today("Europe/Berlin")
    entry = diary.find_day(today)
    assert entry is not None
    assert (entry.note, entry.revision) == ("Rain.", 1)
    assert diary.find_unsaved(today) is None


def test_a_bug_met_by_a_press_does_not_come_back_by_itself(diary: Diary) -> None:
    app = show()
    app.text_area(key="note").input("Rain.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acts, "_draft", Mock(side_effect=ZeroDivisionError))
        app.button(key="save").click().run()
        assert app.exception
        app.run()
        assert not app.exception
    assert app.text_area(key="note").value == "Rain."


def test_day_and_all_the_rest_may_be_set_at_once(diary: Diary) -> None:
    day = diary.today("Europe/Berlin") - timedelta(3)
    app = show()
    app.date_input(key="day").set_value(day)
    app.button_group(key="mood").select("calm")
    app.text_area(key="note").input("All at once.")
    app.button(key="save").click().run()
    assert [(entry.day, entry.note) for entry in diary.each()] == [(day, "All at once.")]
    assert "Saved" in words(app)


def test_the_way_to_today_leads_to_today_after_a_text_was_moved(diary: Diary) -> None:
    today = diary.today("Europe/Berlin")
    app = show()
    app.text_area(key="note").input("Yesterday, really.").run()
    app.date_input(key="day").set_value(today - timedelta(1)).run()
    del app.query_params["day"]
    app.run()
    assert app.date_input(key="day").value == today
    assert app.text_area(key="note").value == ""


def test_a_day_written_further_east_can_be_opened(diary: Diary) -> None:
    ahead = diary.today("Europe/Berlin") + timedelta(1)
    clock = Mock(return_value=utc_now() + timedelta(days=1))
    Diary("local", replace(make_parts(load_settings()), clock=clock)).save(EntryDraft(ahead, note="Kiritimati."))
    for page in ("today", "timeline"):
        assert "Kiritimati." in words(show(page, day=ahead.isoformat()))
    assert "has not come yet" in words(show(day=(ahead + timedelta(1)).isoformat()))


@SQLITE_ONLY
@pytest.mark.parametrize("query", [{"before": "xyz"}, {"after": "xyz"}, {"month": "2026"}, {"day": "20261101"}])
def test_an_address_that_makes_no_sense_says_so(diary: Diary, query: dict[str, str]) -> None:
    write(diary, 1)
    shown = words(show("timeline", **query))
    assert "is no " in shown
    assert "Show the whole timeline" not in shown or "One moment" not in shown


def test_a_song_whose_title_was_cleared_is_gone(diary: Diary) -> None:
    app = show()
    app.text_input(key="song_search").input(f"spotify:track:{SONGS[0].spotify_id}").run()
    app.text_input(key="song_title").input("")
    app.text_input(key="song_artist").input("")
    app.text_area(key="note").input("No song after all.")
    app.button(key="save").click().run()
    assert next(diary.each()).song is None


def test_the_timeline_shows_twenty_days_and_the_rest_on_demand(diary: Diary) -> None:
    write(diary, 45)
    app = show("timeline")
    seen = []
    for _ in range(3):
        seen.append(words(app).count("class=over"))
        if [button for button in app.button if button.key == "older"]:
            app.button(key="older").click().run()
    assert seen == [20, 20, 5]
    app.button(key="newer").click().run()
    app.button(key="newer").click().run()
    assert not [button for button in app.button if button.key == "newer"]


@SQLITE_ONLY
@pytest.mark.parametrize(("view", "size"), [("list", 40), ("covers", 60)])
def test_days_closer_together_make_a_longer_page(diary: Diary, view: str, size: int) -> None:
    write(diary, 61, song=Song("Slow River", "Nora Wilde"))
    shown = words(show("timeline", view=view))
    assert shown.count("class=over") == size
    assert shown.count(" with a mood, most often calm") == shown.count("<h2>") > 1


def test_the_timeline_begins_with_this_day_in_earlier_years_and_leaves_hard_ones_out_if_asked(diary: Diary) -> None:
    today = diary.today("Europe/Berlin")
    one, two, *_ = years_before(today)
    diary.add_days([EntryDraft(one, "calm"), EntryDraft(two, "angry"), EntryDraft(one - timedelta(1), "calm")])

    def opened(app: AppTest) -> list[str]:
        return re.findall(r"class=over data-day=([^> ]+)", words(app))

    written = [day.isoformat() for day in (one, one - timedelta(1), two)]
    app = show("timeline")
    assert opened(app) == [one.isoformat(), two.isoformat(), *written]
    app.checkbox(key="leave_out").check().run()
    assert opened(app) == [one.isoformat(), *written], "the timeline itself leaves nothing out"
    again = show("timeline")
    again.checkbox(key="leave_out").uncheck().run()
    assert opened(again) == [one.isoformat(), two.isoformat(), *written]
    assert "On this day" not in words(show("timeline", before=today.isoformat()))


@SQLITE_ONLY
def test_before_the_first_day_there_is_a_way_back(diary: Diary) -> None:
    write(diary, 5)
    app = show("timeline", before="2020-03-01")
    assert "Nothing earlier" in words(app)
    app.button(key="all-days").click().run()
    assert words(app).count("class=over") == 5


@SQLITE_ONLY
def test_another_view_shows_the_same_time(diary: Diary) -> None:
    write(diary, 5)
    app = show("timeline", before="2026-03-01")
    app.button_group(key="view").select("Calendar").run()
    assert app.query_params["month"] == "2026-02"
    assert "February" in words(app)
    app.button_group(key="view").select("List").run()
    assert app.query_params["before"] == "2026-03-01"
    assert "month" not in app.query_params


@pytest.mark.parametrize("page", ["today", "timeline", "year", "moods"])
def test_more_days_mean_no_more_queries(diary: Diary, page: str) -> None:
    def queries() -> int:
        show(page)  # what is made once is made now
        asked: list[str] = []
        listener = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(Engine, "before_cursor_execute", listener)
        try:
            show(page)
        finally:
            event.remove(Engine, "before_cursor_execute", listener)
        return len(asked)

    write(diary, 10, song=Song("Slow River", "Nora Wilde"))
    few = queries()
    today = diary.today("Europe/Berlin")
    diary.add_days([EntryDraft(today - timedelta(back), mood="sad") for back in range(11, 31)])
    assert queries() == few


def test_the_address_filters_the_timeline(diary: Diary) -> None:
    day = write(diary, 3, note="Étoile 100%")[0]
    assert "data-day" in words(show("timeline", q="etoile"))
    assert "No day like that" in words(show("timeline", q="100_"))
    assert "No day like that" in words(show("timeline", q="mood:sad"))
    assert "No day like that" in words(show("timeline", q=f"before:{day - timedelta(9)}"))
    assert "data-day" in words(show("timeline", q=f"mood:calm on:{day}"))


def test_a_day_can_be_deleted_and_put_back_on_the_timeline(diary: Diary) -> None:
    day = write(diary, 1, note="Stay.")[0]
    app = show("timeline", day=day.isoformat())
    app.button(key="delete-day").click().run()
    assert diary.count() == 0
    app.button(key="undo").click().run()
    assert diary.count() == 1


def test_a_mood_of_one_s_own_is_added_and_offered(diary: Diary) -> None:
    app = show("settings")
    app.button_group(key="mood_to_change").select("new").run()
    app.text_input(key="mood_name").input("serene")
    app.text_input(key="mood_emoji").input("🕊️")
    app.button(key="mood_save").click().run()
    assert not app.exception
    assert "serene" in [mood.name for mood in diary.moods()]
    assert "Serene" in str(show().button_group(key="mood").options)


def test_a_renamed_mood_leaves_earlier_days_as_they_were(diary: Diary) -> None:
    write(diary, 1)
    app = show("settings")
    app.button_group(key="mood_to_change").select("calm").run()
    app.text_input(key="mood_name").input("quiet")
    app.button(key="mood_save").click().run()
    entry = next(diary.each())
    assert entry.mood is not None
    assert entry.mood.name == "calm"
    assert "quiet" in [mood.name for mood in diary.moods()]


def test_the_end_of_the_day_is_kept(diary: Diary) -> None:
    app = show("settings")
    app.selectbox(key="cutoff").select(2).run()
    assert diary.person().day_cutoff_hour == 2
    assert show("settings").selectbox(key="cutoff").value == 2


@pytest.mark.usefixtures("without_keys")
def test_without_keys_musicbrainz_is_asked_at_the_press_of_a_button_only(diary: Diary, music: FakeMusic) -> None:
    app = show()
    app.text_input(key="song_search").input("paper lanterns").run()
    assert music.asked("mb_search") == []
    app.button(key="look-up").click().run()
    assert len(music.asked("mb_search")) == 1
    app.button_group(key="mood").select("calm").run()  # what was found stays while the words do
    assert len(music.asked("mb_search")) == 1
    app.button(key="pick-0").click().run()
    app.button(key="save").click().run()
    song = next(diary.each()).song
    assert song is not None
    assert (song.title, song.artist, song.mbid) == (SONGS[0].title, "Nora Wilde", SONGS[0].mbid)


@SQLITE_ONLY
@pytest.mark.usefixtures("without_keys")
def test_what_is_looked_up_are_the_words_that_were_just_typed(diary: Diary, music: FakeMusic) -> None:
    app = show()
    app.text_input(key="song_search").input("paper").run()
    app.text_input(key="song_search").input("paper lanterns")
    app.button(key="look-up").click().run()
    (asked,) = music.asked("mb_search")
    assert "lanterns" in str(asked)


@SQLITE_ONLY
def test_a_late_photo_joins_its_day_though_its_arrival_is_overtaken(diary: Diary) -> None:
    app = show()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acts, "photo_came", overtake)
        app.text_area(key="note").input("Rain.").run()
        app.button(key="save").click().run()
        app.file_uploader(key="photo").set_value(("a.jpg", saved(corners(), "JPEG"), "image/jpeg")).run()
    entry = diary.find_day(diary.today("Europe/Berlin"))
    assert entry
    assert entry.photo
    assert "Saved" in words(app)


def test_what_was_typed_before_midnight_is_saved_to_the_day_that_was(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = diary.today("Europe/Berlin")
    app = show()
    app.text_area(key="note").input("Late.").run()
    monkeypatch.setattr(Diary, "today", lambda *_: before + timedelta(1))
    app.run()
    assert app.text_area(key="note").value == "Late."
    app.button(key="save").click().run()
    assert [entry.day for entry in diary.each()] == [before]
    assert "Saved" in words(app)
