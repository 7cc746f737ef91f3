"""A part of a page runs by itself where something on it is used, and the whole page where that does not do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bench.session import Answer, Session
from diary.model import EntryDraft
from tests.browser.server import DiaryServer
from tests.builders import make_diary

PAGES = ("", "timeline", "year", "moods")  # the first is Today


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path_factory.mktemp("part")) as server:
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
