"""A part of a page runs by itself where something on it is used, and the whole page where that does not do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bench.session import Answer, Session
from diary.model import EntryDraft
from tests.browser.server import DiaryServer
from tests.builders import make_diary
from tests.fakes.music import FakeMusic
from tests.faults.tab import Tab

PAGES = ("", "timeline", "year", "moods")  # the first is Today


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    """Without credentials of Spotify, so that MusicBrainz is asked by a button."""
    folder = tmp_path_factory.mktemp("part")
    with FakeMusic() as music, DiaryServer(folder, {"MUSICBRAINZ_URL": music.url}) as server:
        diary = make_diary(server.env["DATABASE_URL"])
        today = diary.today("Europe/Berlin")
        diary.add_days([EntryDraft(today - timedelta(back), "calm", note=f"note {back}") for back in range(40)])
        yield server


def draws_all(answer: Answer) -> bool:
    """Whether the shell ran, which alone sends the navigation."""
    return any(message.WhichOneof("type") == "navigation" for message in answer.messages)


@pytest.mark.parametrize("page", PAGES)
def test_a_part_runs_without_what_stands_around_it_and_shows_what_is_new(server: DiaryServer, page: str) -> None:
    with Session(server.url, page) as tab:
        whole = tab.run()
        again = tab.run(whole.part)
    assert draws_all(whole)
    assert not draws_all(again)
    assert len(again.messages) < len(whole.messages)


def test_a_part_shows_the_days_as_they_are_now(server: DiaryServer) -> None:
    diary = make_diary(server.env["DATABASE_URL"])
    with Session(server.url, "timeline") as tab:
        part = tab.run().part
        entry = diary.find_day(diary.today("Europe/Berlin"))
        assert entry
        diary.save(replace(entry.draft(), note="changed in another tab"))
        assert "changed in another tab" in "".join(tab.run(part).texts)


@pytest.mark.parametrize("page", PAGES)
def test_where_the_moods_have_changed_the_whole_page_is_drawn(server: DiaryServer, page: str) -> None:
    diary = make_diary(server.env["DATABASE_URL"])
    with Session(server.url, page) as tab:
        part = tab.run().part
        mood = diary.moods()[0]
        diary.change_mood(replace(mood, light="#123456" if mood.light != "#123456" else "#654321"))
        assert draws_all(tab.run(part))
        assert not draws_all(tab.run(part))


def test_where_the_database_is_gone_the_whole_page_says_so(server: DiaryServer) -> None:
    file = server.folder / "data" / "diary.db"
    with Session(server.url, "timeline") as tab:
        part = tab.run().part
        file.rename(file.with_suffix(".away"))
        try:
            gone = tab.run(part)
        finally:
            file.with_suffix(".away").rename(file)
        assert draws_all(gone)
        assert "in its place" in "".join(gone.texts)
        assert "note 3" in "".join(tab.run().texts)
    assert "Traceback" not in server.log()


# Where two things are used within one moment of the browser, its message names the part of the one and neither other.


def test_a_press_of_save_counts_beside_a_field_that_it_left(server: DiaryServer) -> None:
    with Tab(server.url, query="day=2020-01-01") as tab:
        part = tab.last.part
        tab.set(mood="calm")
        assert draws_all(tab.press("save", part))
        assert tab.said_saved


def test_another_day_counts_beside_a_field_that_it_left(server: DiaryServer) -> None:
    with Tab(server.url, query="day=2020-01-02") as tab:
        assert draws_all(tab.set(tab.last.part, day=date(2020, 1, 3)))
        assert "3 January 2020" in tab.text


def test_what_is_chosen_in_another_part_counts_as_well(server: DiaryServer) -> None:
    with Tab(server.url, query="day=2020-01-04") as tab:
        part = tab.last.part
        tab.set(mood="calm", song_title="Slow River", song_artist="Nora Wilde")
        assert draws_all(tab.press("change", part))
        assert not tab.value("song_title")


def test_a_look_up_counts_beside_a_field_that_it_left(server: DiaryServer) -> None:
    with Tab(server.url, query="day=2020-01-05") as tab:
        tab.set(song_search="paper lanterns")
        moods = tab.last.part
        tab.set(mood="calm")
        assert draws_all(tab.press("look-up", moods))
        assert tab.has("pick-0")
