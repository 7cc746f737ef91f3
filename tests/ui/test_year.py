"""The year page, by Streamlit's own test driver."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from diary.assembly import open_diary, prepare
from diary.diary import Diary
from diary.model import EntryDraft, Song
from diary.settings import load_settings
from tests.builders import statements

SHELL = str(Path(__file__).resolve().parents[2] / "diary" / "ui" / "shell.py")


@pytest.fixture
def diary() -> Diary:
    settings = load_settings()
    prepare(settings)
    return open_diary(settings)


@pytest.fixture
def year(diary: Diary) -> int:
    """This year."""
    return diary.today("UTC").year


def write(diary: Diary, first: date, count: int, mood: str | None = "calm") -> None:
    song = Song("Slow River", "Nora Wilde")
    diary.add_days([EntryDraft(first + timedelta(back), mood, song) for back in range(count)])


def show(**query: str) -> AppTest:
    app = AppTest.from_file(SHELL, default_timeout=30).run()
    app.switch_page("../../pages/year.py")
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    shown = [one.body for one in app.html if "<style" not in one.body] + [one.value for one in app.warning]
    return "\n".join(shown).replace("\\", "")


def shelf(app: AppTest) -> str:
    return "".join(one.body for one in app.html if 'class="shelf' in one.body)


def test_a_diary_without_days_says_what_to_do(diary: Diary) -> None:
    for query in ({}, {"year": "1990"}, {"shelf": "years"}):
        app = show(**query)
        assert "An empty shelf" in words(app)
        assert not shelf(app)


def test_this_year_is_shown_in_pixels_with_its_sentence(diary: Diary, year: int) -> None:
    write(diary, date(year - 1, 1, 1), 2)
    app = show()
    assert app.selectbox(key="year").value == year
    assert app.get_by_key("shelf").value == "Pixels"
    assert f"<h1>{year}</h1>" in words(app)
    assert "No day of this year is written yet." in words(app)
    assert 'class="shelf pixels"' in shelf(app)


def test_a_year_with_few_days_shows_them(diary: Diary, year: int) -> None:
    write(diary, date(year - 1, 3, 1), 2)
    write(diary, date(year - 1, 5, 1), 1, mood=None)
    app = show(year=str(year - 1))
    assert "3 days, most often calm." in words(app)
    assert shelf(app).count('title="calm, Slow River by Nora Wilde"') == 2
    assert shelf(app).count('title="no mood noted, Slow River by Nora Wilde"') == 1


def test_year_and_view_are_chosen_and_kept_in_the_address(diary: Diary, year: int) -> None:
    write(diary, date(year - 2, 1, 1), 2)
    app = show()
    app.selectbox(key="year").set_value(year - 2).run()
    assert app.query_params["year"] == str(year - 2)
    app.get_by_key("shelf").set_value("Covers").run()
    assert app.query_params["shelf"] == "covers"
    assert f"<h1>{year - 2}</h1>" in words(app)
    assert shelf(app).count("<img") == 2
    assert app.button(key="earlier").disabled
    app.button(key="later").click().run()
    assert app.query_params["year"] == str(year - 1)
    assert 'class="shelf covers"' in shelf(app)


def test_years_stand_above_each_other_ten_at_a_time(diary: Diary, year: int) -> None:
    for back in range(14):
        write(diary, date(year - back, 1, 1), 1)
    app = show(shelf="years")
    assert re.findall(r'data-of="(\d+)"', shelf(app)) == [str(year - back) for back in range(10)]
    assert f"<h1>{year - 9}–{year}</h1>" in words(app)
    assert "10 days with a mood, most often calm." in words(app)
    app.button(key="earlier").click().run()
    assert re.findall(r'data-of="(\d+)"', shelf(app)) == [str(year - back) for back in range(10, 14)]
    app.button(key="later").click().run()
    assert app.button(key="later").disabled
    assert app.query_params["year"] == str(year)


@pytest.mark.parametrize(
    ("back", "said"),
    [(-1, "has not come yet. The diary goes up to"), (3, "is before your diary, which begins on 1 March")],
)
def test_a_year_outside_the_diary_is_refused_in_a_sentence(diary: Diary, year: int, back: int, said: str) -> None:
    write(diary, date(year - 2, 3, 1), 1)
    app = show(year=str(year - back))
    assert said in words(app)
    assert not shelf(app)


@pytest.mark.parametrize("asked", ["soon", "26", "٢٠٢٥", "-2025", "20255", "<b>"])
def test_what_is_no_year_says_so(diary: Diary, asked: str) -> None:
    write(diary, date(2020, 3, 1), 1)
    assert "is no year. A year is written like" in words(show(year=asked))


def test_an_unknown_view_is_the_usual_one(diary: Diary) -> None:
    write(diary, date(2020, 3, 1), 1)
    assert show(year="2020", shelf="calendar").get_by_key("shelf").value == "Pixels"


def test_a_day_has_its_own_address(diary: Diary) -> None:
    write(diary, date(2020, 3, 1), 1)
    app = show(year="2020", day="2020-03-01")
    assert app.button(key="edit-day")
    app = show(year="2020", day="2020-03-02")
    assert app.button(key="write")
    assert "is no day" in words(show(year="2020", day="soon"))


@pytest.mark.parametrize("view", ["", "covers", "years"])
def test_a_year_takes_one_query_however_full_it_is(diary: Diary, view: str) -> None:
    def queries() -> int:
        app = show(year="2020", shelf=view)  # what is made once is made now
        with statements() as seen:
            app.run()
        return sum(one.startswith("SELECT") for one in seen)

    write(diary, date(2020, 1, 1), 5)
    few = queries()
    write(diary, date(2020, 1, 6), 360)
    assert queries() == few <= 5, "moods twice, the end of the day, the first day, the year's days"
