"""Log-in when Cognito, or somebody between, does what it should not: one sentence, no door left open, no dead end.

`tests/ui/test_roundtrip.py` does the same, and more of it, without a screen.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser import login
from tests.browser.server import DiaryServer
from tests.fakes.cognito import Cognito

Open = Callable[..., Page]
World = tuple[DiaryServer, Cognito]
FAILED = "Signing in did not work. Please try again."
AWAY = "The page to sign in at does not answer. Please try again in a while."


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with login.diary_with_login(Cognito, tmp_path_factory.mktemp("diary")) as world:
        yield world


@pytest.fixture
def server(world: World) -> DiaryServer:
    return world[0]


@pytest.fixture
def cognito(world: World) -> Iterator[Cognito]:
    yield world[1]
    world[1].clear()


@pytest.mark.parametrize("knob", ["wrong_nonce", "expired_token", "bad_signature"])
def test_a_token_that_is_not_right_lets_nobody_in_until_it_is(
    open_page: Open, server: DiaryServer, cognito: Cognito, knob: str
) -> None:
    page = open_page()
    setattr(cognito.knobs, knob, True)
    login.leave_for_provider(page, server, "/timeline")
    login.sign_in(page, "ada")
    login.expect_welcome(page, FAILED)
    cognito.clear()
    page.locator(".st-key-sign-in button").click()
    login.sign_in(page, "ada")
    login.expect_inside(page)
    assert page.url == f"{server.url}/timeline"
    assert "eyJ" not in server.log()  # how every token begins


def test_a_token_with_much_in_it_is_good(open_page: Open, server: DiaryServer, cognito: Cognito) -> None:
    page = open_page()
    cognito.knobs.many_groups = 200
    login.log_in(page, server, "ada")
    page.reload()
    login.expect_inside(page)


def test_a_provider_that_fails_at_the_way_back_can_be_tried_again(
    open_page: Open, server: DiaryServer, cognito: Cognito
) -> None:
    page = open_page()
    login.leave_for_provider(page, server)
    cognito.fault("token", "drop")
    login.sign_in(page, "ada")
    login.expect_welcome(page, FAILED)
    cognito.clear()
    login.log_in(page, server, "ada")


def test_a_provider_that_does_not_describe_itself_is_away(
    open_page: Open, server: DiaryServer, cognito: Cognito
) -> None:
    page = open_page()
    cognito.fault("discovery", "drop")
    page.goto(f"{server.url}/timeline")
    login.expect_welcome(page)
    page.locator(".st-key-sign-in button").click()
    page.wait_for_url("**/timeline?login=away")
    login.expect_welcome(page, AWAY)


def test_who_leaves_while_the_provider_is_away_is_out_here(
    open_page: Open, server: DiaryServer, cognito: Cognito
) -> None:
    page = open_page()
    login.log_in(page, server, "ada")
    cognito.fault("discovery", "drop")
    login.log_out(page, server)
    assert page.url == f"{server.url}/"


def test_an_answer_of_the_provider_is_good_once_and_in_one_browser(
    open_page: Open, server: DiaryServer, cognito: Cognito
) -> None:
    page, thief = open_page(), open_page()
    answers: list[str] = []
    page.on("request", lambda request: answers.append(request.url) if "/oauth2callback?" in request.url else None)
    login.log_in(page, server, "ada")
    assert len(answers) == 1
    thief.goto(answers[0])
    login.expect_welcome(thief, FAILED)
    page.goto(answers[0])
    login.expect_inside(page)
    assert "code=" not in page.url
