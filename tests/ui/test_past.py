"""The trash tells how much is in it; what goes wrong is told on the page and not in the log."""

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import TODAY, a_row_of_days, make_diary, make_parts


def _trash(folder: str) -> None:
    from diary.ui import past
    from tests.builders import make_diary

    past.trash(make_diary(f"sqlite:///{folder}/diary.db"))


def _failing() -> None:
    import streamlit as st

    from diary.errors import InvalidMoodError
    from diary.ui.state import tab, told

    @told
    def act() -> None:
        raise InvalidMoodError("There is a mood named “my secret” already.")

    act()
    st.text(tab().notice)


def fill_trash(folder: Path, days: int) -> None:
    parts = make_parts(folder)
    make_diary(folder).add_days(a_row_of_days(days))
    for back in range(days):
        parts.entries.delete("local", TODAY - timedelta(days=back), 1, parts.clock())


@pytest.mark.parametrize(
    ("days", "more"), [(50, []), (51, ["1 more, deleted before"]), (90, ["40 more, deleted before"])]
)
def test_fifty_days_are_shown_and_how_many_more_there_are(tmp_path: Path, days: int, more: list[str]) -> None:
    fill_trash(tmp_path, days)
    app = AppTest.from_function(_trash, default_timeout=30, kwargs={"folder": str(tmp_path)}).run()
    assert not app.exception
    assert len([button for button in app.button if button.label == "Put back"]) == 50
    assert [box.label for box in app.expander] == more


def test_a_sentence_that_quotes_the_diary_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = AppTest.from_function(_failing, default_timeout=30).run()
    assert not app.exception
    assert "my secret" in app.text[0].value
    assert "InvalidMoodError" in caplog.text
    assert "secret" not in caplog.text
