"""F15–F17 through the page: what is typed or chosen is kept to the letter or refused beside its field."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from diary.diary import Diary
from diary.model import EntryDraft
from diary.ui.server import SHELL
from tests.browser.server import DiaryServer
from tests.builders import SERENE, TODAY, make_diary
from tests.corpus.naughty import NO_TEXT, PILED, TEXTS, VAST
from tests.faults.figures import note
from tests.faults.scale import FULL, scaled
from tests.faults.tab import Tab

FAULT = "F15 hostile text in every field"
MOODS = ["a,b", "%2C", "\\", ",", "100%", "a%2Cb,c", "&x=y", "#", "+"]
FIRST = date(2001, 1, 1)
TYPED = [
    *VAST.values(),
    *PILED,
    "x" * 1_000_000,
    *TEXTS,
    *(text for text in NO_TEXT if text.isascii()),
]  # a socket's text


@pytest.fixture(scope="module")
def diary(server: DiaryServer) -> Diary:
    return make_diary(server.env["DATABASE_URL"])


def test_what_is_typed_is_kept_or_refused_beside_its_field(server: DiaryServer, diary: Diary) -> None:
    """Blanks at the ends of a title are no part of it, as in every form."""
    kept = refused = 0
    wrong = []
    texts = [*TYPED[:: scaled(30, 2)], *NO_TEXT[:2], "x" * 1_000_000]
    for number, text in enumerate(texts):
        day, label = FIRST + timedelta(number), text if len(text) < 301 else "x"
        with Tab(server.url, query=f"day={day}") as tab:
            tab.set(note=text, song_title=label, song_artist=label)
            tab.press("save")
            entry = diary.find_day(day)
            fits = (label.strip() or not label) and text.strip() and len(text) <= 100_000
            fits = fits and "\0" not in text and text not in PILED
            if tab.said_saved and entry:
                kept += 1
                song = (entry.song.title, entry.song.artist) if entry.song else ("", "")
                wrong += [] if fits and (entry.note, *song) == (text, label.strip(), label.strip()) else [text]
            else:
                refused += 1
                is_told = len(tab.errors) == 1 and tab.errors[0].endswith(".") and not tab.tracebacks
                wrong += [] if not fits and is_told and entry is None and tab.value("note") == text else [text]
    note(FAULT, "typed into the form", tried=len(texts), kept=kept, refused=refused, changed=len(wrong))
    assert wrong == []
    assert kept > 5 < refused * 2
    assert "Traceback" not in server.log()


@pytest.mark.parametrize("name", MOODS if FULL else MOODS[:3])
def test_days_are_found_by_a_mood_of_any_name(
    name: str, server: DiaryServer, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", server.env["DATABASE_URL"])
    diary.add_mood(replace(SERENE, name=name))
    diary.add_days([EntryDraft(TODAY - timedelta(len(diary.moods())), name, note=f"noted {name!r}")])
    app = AppTest.from_file(SHELL, default_timeout=30).run()
    app.switch_page("../../pages/timeline.py").run()
    app.button_group(key="offered").select(("mood", name)).run()
    cards = sum(one.body.count("<article") for one in app.html)
    assert cards == 1
