"""Every request passes the shell: asked by a raw WebSocket client, each page on a server nobody has used yet."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from bench.session import Session
from tests.browser.server import DiaryServer

DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
PAGES = {
    "": DAYS,
    "timeline": ["An empty shelf"],
    "year": ["An empty shelf"],
    "moods": ["<h1", "<h2"],
    "settings": ["Where it is kept"],
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asked_for_first_of_all_comes_through_the_shell(tmp_path: Path, page: str) -> None:
    with DiaryServer(tmp_path) as server, Session(server.url, page) as tab:
        shown = tab.run().texts
    assert any("color-scheme" in text for text in shown), "no looks: the shell did not run"
    brand = next(place for place, text in enumerate(shown) if 'class="brand"' in text)
    own = [place for place, text in enumerate(shown) if any(sign in text for sign in PAGES[page])]
    assert own, f"nothing of the page itself: {shown}"
    assert brand < min(own)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_drawn_when_the_shell_finds_the_diary_out_of_reach(tmp_path: Path, page: str) -> None:
    with DiaryServer(tmp_path) as server:
        for file in (tmp_path / "data").glob("diary.db*"):
            file.unlink()
        (tmp_path / "data" / "diary.db").mkdir()
        with Session(server.url, page) as tab:
            shown = "\n".join(tab.run().texts)
    assert "One moment" in shown
    assert not any(sign in shown for sign in PAGES[page] if not sign.startswith("<h"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path_factory.mktemp("door")) as server:
        yield server


@pytest.mark.parametrize("name", ["today", "pages/today", "today.py", "../../pages/timeline", "secret"])
def test_a_page_is_known_by_its_path_only(server: DiaryServer, name: str) -> None:
    with Session(server.url, name) as tab:
        assert tab.run().page_not_found


def test_health_and_readiness(server: DiaryServer) -> None:
    for path, said in (("/healthz", b"ok"), ("/readyz", b"ready")):
        with urlopen(server.url + path) as answer:
            assert (answer.status, answer.read()) == (200, said)


def test_every_answer_carries_the_security_headers(server: DiaryServer) -> None:
    for path in ("/", "/healthz", "/app/static/diary.css"):
        with urlopen(server.url + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy
            assert "unsafe-eval" not in policy
            assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/timeline?q=rain", "/nowhere"])
def test_a_page_has_its_looks_from_the_beginning_and_fetches_no_font_that_it_does_not_use(
    server: DiaryServer, path: str
) -> None:
    with urlopen(server.url + path) as answer:
        html = answer.read().decode()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "ETag" not in answer.headers, "Streamlit's page may stay the same when ours does not"
    (looks,) = re.findall(r'<link rel="stylesheet" href="\.(/app/static/[^"]+)"></body>', html)
    with urlopen(server.url + looks) as answer:
        assert answer.headers["Content-Type"].startswith("text/css")
        assert "--accent" in answer.read().decode()
    fonts = re.findall(r'<link\s+rel="preload"\s+href="\.([^"]+)"\s+as="font"', html)
    assert len(fonts) == 2
    for font in fonts:
        assert font.startswith("/app/static/fonts/")
        with urlopen(server.url + font) as answer:
            assert answer.read(4) == b"wOF2"


def test_only_pages_are_replaced(server: DiaryServer) -> None:
    for path, begin in (("/healthz", b"ok"), ("/favicon.png", b"\x89PNG"), ("/_stcore/health", b"ok")):
        with urlopen(server.url + path) as answer:
            assert answer.read().startswith(begin)


def test_scripts_are_sent_compressed(server: DiaryServer) -> None:
    with urlopen(Request(server.url + "/app/static/diary.css", headers={"Accept-Encoding": "gzip"})) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"


def test_a_drawn_cover_is_always_the_same(server: DiaryServer) -> None:
    address = server.url + "/cover/0123456789abcdef.svg"
    first, second = (urlopen(address).read() for _ in range(2))
    assert first == second
    assert first.startswith(b"<svg")


@pytest.mark.parametrize(
    "path",
    [
        "/cover/x.svg",
        "/cover/0123456789ABCDEF.svg",
        "/photo/a/b.webp",
        f"/photo/{'a' * 32}/{'b' * 64}.webp?small=0&until=99999999999&sign=00",
        "/photo/../../etc/passwd?small=0&until=99999999999&sign=00",
        "/photo/x?small=0&until=x&sign=x",
    ],
)
def test_a_forged_address_finds_nothing(server: DiaryServer, path: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(server.url + path)
    assert refused.value.code in {400, 404}


def test_a_wrong_setting_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError) as stopped:
        DiaryServer(tmp_path, {"DIARY_LOG": "loud"}).start()
    assert "DIARY_LOG has a value that cannot be used" in str(stopped.value)
    assert "Traceback" not in str(stopped.value)


def test_settings_may_stand_in_streamlit_s_secrets(tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").write_text('DIARY_LOG = "json"\n', encoding="utf-8")
    with DiaryServer(tmp_path) as server:
        assert '"message": "migrated from=nothing' in server.log()
