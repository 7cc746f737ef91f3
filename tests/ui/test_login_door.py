"""The door of a diary with log-in, over real HTTP and the raw socket: who is let in as whom, and what nobody gets."""

import html
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bench.session import Session
from diary.assembly import make_parts
from diary.diary import Diary
from diary.settings import load_settings
from diary.ui import rates
from diary.ui.visitor import USER
from tests.builders import eventually
from tests.house import CANARY, House, as_header, running_house, told_to_go
from tests.login import claims, cookies_for, cookies_of, owner_of
from tests.test_settings_login import LOG_IN

PAGES = ["", "timeline", "year", "moods", "settings"]
WELCOME = "what you write here is yours alone"
ADA, BEN = CANARY.format("ada"), CANARY.format("ben")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("door")) as house:
        yield house


def is_adas(tab: Session) -> bool:
    return ADA in "".join(tab.run().texts)


@pytest.mark.parametrize("page", PAGES)
def test_the_first_raw_socket_on_a_fresh_server_gets_no_page_without_log_in(house: House, page: str) -> None:
    shown = house.shown(page)
    assert WELCOME in shown
    assert ADA not in shown


SPOILED = {
    "tampered": lambda cookie: cookie[:-4] + ("AAAA" if cookie[-4:] != "AAAA" else "BBBB"),
    "cut": lambda cookie: cookie[:40],
    "empty": lambda _: "",
    "no cookie at all": lambda _: "%00\u00e9",
}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_spoiled_cookie_is_nobodys(house: House, kind: str) -> None:
    (cookie,) = cookies_for(house.settings, "ada").values()
    assert WELCOME in house.shown("timeline", {USER: SPOILED[kind](cookie)})


def test_a_log_in_that_is_too_old_is_nobodys(house: House) -> None:
    begun = int((datetime.now(UTC) - timedelta(hours=48, seconds=1)).timestamp())
    old = cookies_of(house.settings, claims(auth_time=begun))
    assert WELCOME in house.shown("timeline", old)


def test_no_days_are_sent_with_a_page_to_a_log_in_that_is_spoiled_too_old_or_over(house: House) -> None:
    begun = int((datetime.now(UTC) - timedelta(hours=48, seconds=1)).timestamp())
    ended = cookies_for(house.settings, "ada")
    assert ADA.encode() in house.ask("/timeline", ended).body
    house.ask("/auth/logout", ended)
    spoiled = [
        {USER: spoil(cookie)} for cookie in cookies_for(house.settings, "ada").values() for spoil in SPOILED.values()
    ]
    for cookies in (ended, cookies_of(house.settings, claims(auth_time=begun)), *spoiled):
        assert b'class="ahead"' not in house.ask("/timeline", cookies).body


def test_one_signed_by_another_secret_or_for_another_address_is_nobodys(house: House) -> None:
    for other in ({"AUTH_COOKIE_SECRET": "t" * 32}, {"AUTH_REDIRECT_URI": "https://other.example/oauth2callback"}):
        made = cookies_for(load_settings({**house.server.env, **other}), "ada")
        assert WELCOME in house.shown("timeline", made)


def test_logging_out_is_heard_by_every_tab_of_the_browser_and_by_no_other(house: House) -> None:
    here, elsewhere = cookies_for(house.settings, "ada"), cookies_for(house.settings, "ada")
    with house.tab("timeline", here) as tab, house.tab("timeline", elsewhere) as other:
        assert is_adas(tab)
        assert is_adas(other)
        answer = house.ask("/auth/logout", here)
        assert answer.status == 302
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert told_to_go(tab)
        assert is_adas(other)
    assert WELCOME in house.shown("timeline", here), "its cookie, kept by somebody, is worth nothing"
    assert ADA in house.shown("timeline", elsewhere)


@pytest.mark.parametrize("ending", ["end_all", "shut_out"])
def test_an_owner_who_signs_out_everywhere_or_is_shut_out_is_out_everywhere(house: House, ending: str) -> None:
    who = f"carl-{ending}"
    cookies = cookies_for(house.settings, who)
    with house.tab("timeline", cookies) as tab:
        assert tab.run().messages
        getattr(house.parts.endings, ending)(owner_of(who), datetime.now(UTC) + timedelta(seconds=1))
        assert told_to_go(tab)
    assert WELCOME in house.shown("timeline", cookies)


def test_the_page_that_was_shown_is_kept_in_mind(house: House) -> None:
    cookies = cookies_for(house.settings, "ada")
    with house.tab("timeline", cookies, "day=2026-11-20") as tab:
        assert is_adas(tab)
        house.ask("/auth/logout", cookies)
        assert told_to_go(tab, "?day=2026-11-20&login=over")


def test_a_log_in_that_ends_by_its_age_hears_what_was_typed_last(house: House) -> None:
    begun = int(time.time()) - 48 * 3600 + 3
    with house.tab("timeline", cookies_of(house.settings, claims(auth_time=begun))) as tab:
        assert is_adas(tab)
        eventually(lambda: time.time() > begun + 48 * 3600)
        assert is_adas(tab), "it is heard once more"
        with pytest.raises(ConnectionClosed):
            eventually(lambda: tab.run() is None)
        assert tab.last.messages[-1].auth_redirect.url == "?login=over"


def test_a_diary_that_was_ended_elsewhere_is_begun_anew_by_who_comes_again(house: House) -> None:
    cookies, another = cookies_for(house.settings, "dora"), make_parts(house.settings)
    assert "write today" in house.shown("timeline", cookies)
    Diary(owner_of("dora"), another).end()
    assert "this diary is not here any more" in house.shown("timeline", cookies)
    assert "write today" in house.shown("timeline", cookies)


def test_who_does_not_speak_as_streamlit_does_is_not_listened_to(house: House) -> None:
    address = f"ws://localhost:{house.server.port}/_stcore/stream"
    with connect(address, origin=house.server.url) as socket:
        socket.send("text")
        with pytest.raises(ConnectionClosed):
            socket.recv(10)
    assert "Traceback" not in house.server.log()


@pytest.mark.parametrize("path", ["/auth/logout", "/take/days.json"])
def test_a_page_elsewhere_does_nothing_in_ones_name(house: House, path: str) -> None:
    cookies = cookies_for(house.settings, "ada")
    assert house.ask(path, cookies, Sec_Fetch_Site="cross-site").status == 403
    assert ADA in house.shown("timeline", cookies)


# -------------------------------------------------------------------- photos and files


def test_a_photo_is_shown_to_its_owner_under_an_address_that_cannot_be_made_up(house: House) -> None:
    ada, ben = cookies_for(house.settings, "ada"), cookies_for(house.settings, "ben")
    shown = str(house.shown("timeline", ada))
    address = html.unescape(re.findall(r"/photo/[^\"\\ ]+", shown)[0])
    assert house.ask(address, ada).status == 200
    assert house.ask(address, ben).status == 404, "the address alone is not enough"
    assert house.ask(address).status == 404
    for forged in (address.replace("small=1", "small=0"), address[:-1] + ("0" if address[-1] != "0" else "1")):
        assert house.ask(forged, ada).status == 404
    bens = address.replace(str(house.photos["ada"]), str(house.photos["ben"]))
    assert house.ask(bens, ada).status == 404


@pytest.mark.parametrize("path", ["/photo/x", "/media/x", "/_stcore/upload_file/x/y", "/take/everything.zip"])
def test_nobody_gets_no_file(house: House, path: str) -> None:
    answer = house.ask(path)
    assert answer.status == 404
    assert answer.body == b"not found\n"


def test_no_more_files_are_sent_by_one_than_days_can_hold(house: House) -> None:
    dora = cookies_for(house.settings, "dora-with-many-photos")
    many = int(rates.LIMITS["upload"].partition("/")[0])
    answers = [house.ask("/_stcore/upload_file/x/y", dora, "PUT").status for _ in range(many + 1)]
    assert 429 not in answers[:-1]
    assert answers[-1] == 429
    assert house.ask("/_stcore/upload_file/x/y", "ben", "PUT").status != 429


# -------------------------------------------------------------------- under which name


@pytest.mark.parametrize(
    "host", ["other.example", "localhost", "localhost:1", "localhost:{port}.other.example", "127.0.0.1:{port}", ""]
)
def test_it_answers_under_its_own_name_only(house: House, host: str) -> None:
    answer = house.ask("/timeline", Host=host.format(port=house.server.port))
    assert answer.status == 421


def test_that_it_lives_is_said_to_whoever_asks_under_whatever_name(house: House) -> None:
    """A load balancer asks by the address of a host."""
    answer = house.ask("/healthz", Host="10.20.0.7:8501", X_Forwarded_For="203.0.113.5")
    assert (answer.status, answer.body) == (200, b"ok")
    for path in ("/healthz/", "/healthz/../timeline", "//healthz", "/healthzz"):
        assert house.ask(path, Host="10.20.0.7:8501").status == 421


@pytest.mark.parametrize("path", ["/readyz", "/_stcore/health", "/_stcore/metrics"])
def test_probes_may_ask_from_the_machine_itself(house: House, path: str) -> None:
    here = f"127.0.0.1:{house.server.port}"
    assert house.ask(path, Host=here).status == 200
    elsewhere = 404 if "metrics" in path else 421
    assert house.ask(path, Host="other.example").status == elsewhere
    assert house.ask(path, Host=here, X_Forwarded_For="203.0.113.5").status == elsewhere


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/mcp"])
def test_what_streamlit_tells_of_itself_is_for_the_machine_only(house: House, path: str) -> None:
    assert house.ask(path, X_Forwarded_For="203.0.113.5").status == 404


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost", "null", "http://localhost:1", "http://["]
)
def test_a_socket_opened_by_another_page_is_refused(house: House, origin: str) -> None:
    ada = as_header(cookies_for(house.settings, "ada"))
    address = f"ws://localhost:{house.server.port}/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin=origin, additional_headers={"Cookie": ada})
    assert refused.value.response.status_code == 403


def test_no_more_tabs_are_open_for_one_than_they_can_look_at(house: House) -> None:
    address = f"ws://localhost:{house.server.port}/_stcore/stream"
    ada, ben = (as_header(cookies_for(house.settings, who)) for who in ("ada", "ben"))

    def open_tab(cookie: str) -> ClientConnection:
        return connect(address, origin=house.server.url, additional_headers={"Cookie": cookie})

    def is_let_in(cookie: str) -> bool:
        try:
            with open_tab(cookie):
                return True
        except InvalidStatus:
            return False

    with ExitStack() as opened:
        for _ in range(100):
            opened.enter_context(open_tab(ada))
        assert not is_let_in(ada)
        assert is_let_in(ben)
    eventually(lambda: is_let_in(ada))  # once the server has seen that the others are closed


# -------------------------------------------------------------------- what is said, and what is not


def test_nothing_of_a_log_in_is_in_the_log(house: House) -> None:
    cookies = cookies_for(house.settings, "ada")
    house.ask("/auth/logout", cookies)
    said = house.server.log()
    assert "diary.audit logged out owner=" in said
    assert "Traceback" not in said
    for secret in (*cookies.values(), LOG_IN["AUTH_COOKIE_SECRET"], LOG_IN["AUTH_CLIENT_SECRET"], owner_of("ada")):
        assert secret not in said
