"""Log-in as people meet it: to a provider, back to the page they wanted, and out again."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import login
from tests.browser.form import choose_mood, open_form, press_save, write_note
from tests.browser.server import DiaryServer
from tests.fakes.cognito import Cognito
from tests.oidc.provider import MISSING, OidcProvider, installed
from tests.oidc.registration import Registration
from tests.oidc.visitor import way_in

Open = Callable[..., Page]
World = tuple[DiaryServer, Registration]
DAY = "2026-11-20"


@pytest.fixture(scope="module", params=[OidcProvider, Cognito])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if request.param is OidcProvider and not installed():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    with login.diary_with_login(request.param, tmp_path_factory.mktemp("diary")) as world:
        yield world


@pytest.fixture
def server(world: World) -> DiaryServer:
    return world[0]


@pytest.fixture
def provider(world: World) -> Registration:
    return world[1]


def write(page: Page, server: DiaryServer, note: str) -> None:
    open_form(page, server, DAY)
    choose_mood(page, "Calm")
    write_note(page, note)
    press_save(page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def test_who_logs_in_lands_where_they_wanted_to_go(open_page: Open, server: DiaryServer) -> None:
    page = open_page()
    login.log_in(page, server, "ada", f"/timeline?day={DAY}")
    assert page.url == f"{server.url}/timeline?day={DAY}"
    page.reload()
    login.expect_inside(page)


@pytest.mark.parametrize("world", [OidcProvider], indirect=True)
def test_two_people_on_one_server_see_their_own_days_alone(open_page: Open, server: DiaryServer) -> None:
    ada, ben = open_page(), open_page()
    login.log_in(ada, server, "ada")
    login.log_in(ben, server, "ben")
    write(ada, server, "of Ada")
    open_form(ben, server, DAY)
    expect(ben.get_by_role("radio", name="Calm")).not_to_be_checked()
    write(ben, server, "of Ben")
    for page, own in ((ada, "of Ada"), (ben, "of Ben")):
        page.goto(f"{server.url}/timeline")
        expect(page.locator("[data-day]")).to_have_count(1)
        expect(page.locator("p.note")).to_have_text(own)


def test_who_logs_out_is_out_here_in_every_tab_and_at_the_provider(
    open_page: Open, server: DiaryServer, provider: Registration
) -> None:
    page = open_page()
    login.log_in(page, server, "ada")
    other = page.context.new_page()
    other.goto(f"{server.url}/timeline")
    login.expect_inside(other)
    page.goto(way_in(provider))
    page.wait_for_url(re.compile(f"^{server.url}/"))  # signed in at the provider, which asks for nothing
    login.log_out(page, server)
    assert page.url == f"{server.url}/"
    other.get_by_role("link", name="Moods").click()
    login.expect_welcome(other, "You are signed out.")
    page.goto(way_in(provider))
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_who_refuses_is_welcomed_with_a_sentence_and_can_try_again(open_page: Open, server: DiaryServer) -> None:
    page = open_page()
    login.leave_for_provider(page, server, f"/timeline?day={DAY}")
    login.refuse(page)
    login.expect_welcome(page, "You did not sign in, and nothing was shared. You can try again.")
    page.locator(".st-key-sign-in button").click()
    login.sign_in(page, "ada")
    login.expect_inside(page)
    assert page.url == f"{server.url}/timeline?day={DAY}"


@pytest.mark.parametrize("world", [OidcProvider], indirect=True)
def test_a_server_that_restarts_while_somebody_signs_in_lets_them_in(open_page: Open, server: DiaryServer) -> None:
    page = open_page()
    login.leave_for_provider(page, server)
    server.restart()
    login.sign_in(page, "ada")
    login.expect_inside(page)


@pytest.mark.parametrize("world", [OidcProvider], indirect=True)
def test_a_cookie_that_was_changed_lets_nobody_in(open_page: Open, server: DiaryServer) -> None:
    page = open_page()
    login.log_in(page, server, "ada")
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == "_streamlit_user")
    signs = list(cookie["value"].strip('"'))
    signs[-3] = "A" if signs[-3] != "A" else "B"
    page.context.add_cookies([{**cookie, "value": "".join(signs)}])
    page.goto(f"{server.url}/timeline")
    login.expect_welcome(page)


@pytest.mark.parametrize("world", [OidcProvider], indirect=True)
def test_the_log_knows_of_log_ins_but_neither_names_nor_tokens(open_page: Open, server: DiaryServer) -> None:
    page = open_page()
    login.log_in(page, server, "ada")
    login.log_out(page, server)
    log = server.log()
    assert "logged in owner=" in log
    assert "logged out owner=" in log
    for secret in ("example.org", "eyJ", "code=", Registration.client_secret, Registration.cookie_secret):
        assert secret not in log
