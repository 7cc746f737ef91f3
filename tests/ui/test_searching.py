"""The search box of the timeline: what is offered, what is asked, and what is told about a mistake."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from diary.assembly import open_diary, prepare
from diary.diary import Diary
from diary.model import BUILT_IN_MOODS, EntryDraft, Song
from diary.query import EVERYTHING, EXAMPLES, parse
from diary.settings import load_settings
from diary.ui import searching, text
from tests.builders import statements
from tests.ui.test_pages import SQLITE_ONLY, show, words

OFFERED = "offered"


@pytest.fixture
def diary(database: str) -> Diary:
    """Three calm days with one artist, two happy ones with another."""
    settings = load_settings()
    prepare(settings)
    diary = open_diary(settings)
    today = diary.today("Europe/Berlin")
    diary.add_days(
        [
            EntryDraft(
                today - timedelta(back),
                "calm" if back < 4 else "happy",
                Song("Slow River", "Nora Wilde") if back < 4 else Song("Étoile", "Les *Parapluies*"),
                "Rain.",
                ("walk",) if back == 1 else ("home", "walk"),
            )
            for back in range(1, 6)
        ]
    )
    return diary


def days_on(page: object) -> int:
    return len(re.findall(r'<article class="card', words(page)))


def test_moods_artists_and_tags_are_offered_those_of_most_days_first(diary: Diary) -> None:
    options = show("timeline").button_group(key=OFFERED).options
    assert options[0] == "Angry"
    assert [one.replace("\\", "") for one in options[-4:]] == ["Nora Wilde", "Les *Parapluies*", "walk", "home"]


CALM = replace(BUILT_IN_MOODS[0], id="new", name="calm", emoji='"<')
GONE = replace(CALM, id="old", emoji="🌧", retired=True)
CHOICES = [("artist", "calm"), ("mood", "calm"), ("mood", "sad")]


def test_each_mood_offered_has_its_emoji_before_it_whatever_it_is_made_of() -> None:
    emoji = '.st-key-offered button:nth-of-type(2) p::before{content:"\\22 \\3c \\a0 "/""}'
    looks = searching.looks([CALM, GONE], CHOICES, EVERYTHING)
    assert looks.count("::before") == 1
    assert emoji in looks


def test_a_press_on_a_mood_leaves_the_days_that_have_it_in_whatever_version() -> None:
    looks = searching.looks([CALM, replace(GONE, name="Calm")], CHOICES, EVERYTHING)
    its = "article :is(.m-new,.m-old)"
    assert f":nth-of-type(2)[aria-pressed=true]) .st-key-cards:has({its}) article:not(:has(.m-new,.m-old))" in looks


def test_its_rules_stay_the_same_when_the_days_have_come() -> None:
    """Else those of before would be seen once more until they have."""
    asked = parse("rain mood:CALM", ["calm"]).term
    assert searching.looks([CALM, GONE], CHOICES, asked) == searching.looks([CALM, GONE], CHOICES, EVERYTHING)


def test_days_of_a_mood_that_is_not_offered_are_never_hidden() -> None:
    asked = parse("mood:calm OR mood:lonely", ["calm", "lonely"]).term
    assert "display:none" not in searching.looks([CALM, GONE], CHOICES, asked)


def test_what_is_offered_keeps_its_place_when_it_is_pressed(diary: Diary) -> None:
    app = show("timeline")
    before = app.button_group(key=OFFERED).options
    app.button_group(key=OFFERED).select(("tag", "home")).run()
    assert app.button_group(key=OFFERED).options == before


def test_what_is_pressed_is_asked_and_what_is_released_is_not(diary: Diary) -> None:
    app = show("timeline", q="rain")
    assert days_on(app) == 5
    app.button_group(key=OFFERED).select(("mood", "calm")).run()
    assert (app.query_params["q"], days_on(app)) == ("rain mood:calm", 3)
    app.button_group(key=OFFERED).select(("mood", "happy")).run()
    assert (app.query_params["q"], days_on(app)) == ("rain mood:calm OR mood:happy", 5)
    app.button_group(key=OFFERED).select(("tag", "home")).run()
    assert (app.query_params["q"], days_on(app)) == ("rain mood:calm OR mood:happy tag:home", 4)
    app.button_group(key=OFFERED).unselect(("mood", "calm")).run()
    assert (app.query_params["q"], days_on(app)) == ("rain tag:home mood:happy", 2)
    assert set(app.button_group(key=OFFERED).value) == {("mood", "happy"), ("tag", "home")}


@SQLITE_ONLY
def test_what_is_typed_is_shown_as_pressed(diary: Diary) -> None:
    app = show("timeline", q='mood:CALM artist:"nora wilde" -tag:home')
    assert set(app.button_group(key=OFFERED).value) == {("mood", "calm"), ("artist", "Nora Wilde")}
    app.text_input(key="q").set_value("  tag:WALK ").run()
    assert app.query_params["q"] == "tag:WALK"
    assert app.button_group(key=OFFERED).value == [("tag", "walk")]


@SQLITE_ONLY
def test_a_mistake_is_marked_where_it_is_and_the_rest_is_answered(diary: Diary) -> None:
    app = show("timeline", q="mood:calm has:<b> rain")
    shown = words(app)
    assert "mood:calm <mark>has:&lt;b&gt;</mark> rain" in shown
    assert "After “has:” stands photo, note or song." in shown
    assert 'role="status"' in shown
    assert days_on(app) == 3
    assert "<mark>" not in words(show("timeline", q="mood:calm"))
    assert "<mark>mood:clam</mark>" in words(show("timeline", q="rain mood:clam"))


@SQLITE_ONLY
def test_the_help_shows_every_example(diary: Diary) -> None:
    shown = words(show("timeline"))
    for query, says in EXAMPLES:
        assert text.html(query) in shown
        assert text.html(says) in shown


def test_a_search_that_finds_nothing_can_be_cleared(diary: Diary) -> None:
    app = show("timeline", q="tag:nowhere")
    assert "No day like that" in words(app)
    app.button(key="all-days").click().run()
    assert "q" not in app.query_params
    assert days_on(app) == 5


def test_the_names_that_are_offered_are_asked_for_once_and_anew_after_a_save(diary: Diary) -> None:
    app = show("timeline")
    with statements() as seen:
        app.text_input(key="q").set_value("rain").run()
    assert not any("union all" in sql.lower() for sql in seen)
    app.switch_page("../../pages/today.py").run()
    app.text_input(key="tags").input("brand new")
    app.text_area(key="note").input("Sun.")
    app.button(key="save").click().run()
    app.switch_page("../../pages/timeline.py").run()
    assert "brand new" in app.button_group(key=OFFERED).options
