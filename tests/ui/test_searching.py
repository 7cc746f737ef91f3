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
SAD, HIDDEN = replace(CALM, id="sad", name="sad"), replace(CALM, id="tired", name="tired", hidden=True)


def test_each_mood_offered_has_its_emoji_before_it_whatever_it_is_made_of() -> None:
    emoji = '.st-key-offered button:nth-of-type(2) p::before{content:"\\22 \\3c \\a0 "/""}'
    looks = searching.looks([GONE, HIDDEN, SAD, CALM])
    assert looks.count("::before") == 2
    assert emoji in looks


def test_a_press_on_a_mood_leaves_the_days_that_have_it_in_whatever_version() -> None:
    looks = searching.looks([SAD, CALM, replace(GONE, name="Calm")])
    cards, its = ".st-key-cards:not(:has(.others))", ".m-new,.m-old"
    assert f":nth-of-type(2)[aria-pressed=true]) {cards}:has(article :is({its})) article:not(:has({its}))" in looks


def test_where_no_mood_is_offered_there_are_no_rules() -> None:
    assert searching.looks([GONE, HIDDEN]) == ""


@pytest.mark.parametrize("mood", ["lonely", "tired"])
def test_days_of_a_mood_that_is_not_offered_are_never_hidden(mood: str) -> None:
    asked = parse(f"mood:CALM OR mood:{mood}", ["calm", "tired", "lonely"]).term
    assert "others" in searching.others([CALM, SAD, HIDDEN], asked)
    assert searching.others([CALM, SAD, HIDDEN], parse("rain mood:CALM", ["calm"]).term) == ""
    assert searching.others([CALM, SAD, HIDDEN], EVERYTHING) == ""


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
    app = show("timeline")
    assert EXAMPLES[0][1] not in words(app), "read by nobody yet"
    app.session_state["search-help"] = True
    shown = words(app.run())
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
