"""The moods page, by Streamlit's own test driver."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from diary.assembly import open_diary, prepare
from diary.diary import Diary
from diary.model import EntryDraft
from diary.settings import load_settings
from tests.builders import statements

SHELL = str(Path(__file__).resolve().parents[2] / "diary" / "ui" / "shell.py")
PERIODS = ("month", "quarter", "year", "all")


@pytest.fixture
def diary() -> Iterator[Diary]:
    settings = load_settings()
    prepare(settings)
    return open_diary(settings)


def write(diary: Diary, count: int, every: int = 1) -> date:
    """``count`` days up to yesterday, one in ``every``; gives the first."""
    last = diary.today("UTC") - timedelta(1)
    moods = ("calm", "sad", "happy", "tired")
    days = [last - timedelta(every * back) for back in range(count)]
    diary.add_days([EntryDraft(day, moods[at % 4]) for at, day in enumerate(days)])
    return days[-1]


def show(**query: str) -> AppTest:
    app = AppTest.from_file(SHELL, default_timeout=30).run()
    app.switch_page("../../pages/moods.py")
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return "\n".join(one.body for one in app.html if "<style" not in one.body)


def shelf(app: AppTest) -> str:
    return "".join(one.body for one in app.html if 'class="shelf' in one.body)


def figure(app: AppTest, key: str) -> dict[str, Any]:
    (found,) = (one for one in app.get("plotly_chart") if f"-{key}-" in f"{one.proto.id}-")
    spec: dict[str, Any] = json.loads(found.proto.spec)
    return spec


def test_without_a_mood_the_page_says_what_to_do(diary: Diary) -> None:
    diary.save(EntryDraft(diary.today("UTC"), note="No mood."))
    app = show()
    assert "No moods yet" in words(app)
    assert not app.get("plotly_chart")


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("month", "the month before"),
        ("quarter", "the quarter before"),
        ("year", "the year before"),
        ("all", "On the whole"),
    ],
)
def test_the_address_names_the_period(diary: Diary, period: str, said: str) -> None:
    write(diary, 500, every=2)
    app = show(period=period)
    assert app.get_by_key("period").value == period
    assert said in words(app)
    assert len(app.get("plotly_chart")) == 4


def test_an_unknown_period_or_year_is_the_usual_one(diary: Diary) -> None:
    write(diary, 500)
    app = show(period="decade", year="1066")
    assert app.get_by_key("period").value == "quarter"
    assert f"The year {diary.today('UTC').year} in pixels" in words(app)


def test_choosing_a_period_changes_the_address(diary: Diary) -> None:
    write(diary, 60)
    app = show()
    app.get_by_key("period").set_value("month").run()
    assert app.query_params["period"] == "month"
    assert "the month before" in words(app)


def test_another_year_is_a_choice_away(diary: Diary) -> None:
    first = write(diary, 500)
    app = show()
    app.selectbox(key="pixels_year").set_value(str(first.year)).run()
    assert f"The year {first.year} in pixels" in words(app)
    assert app.query_params["year"] == str(first.year)


def test_the_year_in_pixels_is_the_shelf_of_the_year_page(diary: Diary) -> None:
    day = write(diary, 1)
    app = show(year=str(day.year))
    assert f'aria-label="Each day of {day.year}"' in shelf(app)
    assert shelf(app).count("<td class=p") == 1


def test_a_period_without_days_leaves_the_year_to_see(diary: Diary) -> None:
    diary.add_days([EntryDraft(diary.today("UTC") - timedelta(400 + back), "calm") for back in range(9)])
    app = show(period="month")
    assert "Nothing noted in the last month" in words(app)
    assert not app.get("plotly_chart")
    assert "pixels" in shelf(app)


def test_a_table_is_made_only_when_it_is_asked_for(diary: Diary) -> None:
    write(diary, 40)
    app = show()
    assert "<table" not in words(app)
    app.session_state["weekdays-numbers"] = True
    app.run()
    assert words(app).count("<table") == 1
    assert "Mean pleasantness by weekday" in words(app)


@pytest.mark.parametrize("period", PERIODS)
def test_ten_years_take_as_many_queries_as_two(diary: Diary, period: str) -> None:
    def queries() -> int:
        app = show(period=period)  # what is made once is made now
        with statements() as seen:
            app.run()
        return sum(one.startswith("SELECT") for one in seen)

    first = write(diary, 730)
    few = queries()
    diary.add_days([EntryDraft(first - timedelta(back), "calm") for back in range(1, 2920)])
    assert queries() == few <= 9


def test_ten_years_are_at_most_four_hundred_points(diary: Diary) -> None:
    write(diary, 3650)
    sent = figure(show(period="all"), "valence")
    assert sum(len(trace["x"]) for trace in sent["data"]) <= 400
