"""The image as it runs: closed, by nobody in particular, well, and gone within ten seconds when it is told to go."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from diary.assembly import make_parts
from diary.settings import Settings, load_settings
from tests.builders import eventually
from tests.certificates import Authority
from tests.faults.content import look
from tests.faults.tab import Tab
from tests.faults.typists import Typists
from tests.hosting.built import containers
from tests.hosting.built.containers import Container, podman
from tests.hosting.composed import composed
from tests.hosting.container_proxy import LOCAL, Proxy
from tests.hosting.test_compose_roles import address, server  # noqa: F401 (a fixture)
from tests.postgres import PostgresServer

BOUND, START = 10, 60  # seconds
OPEN = {"DIARY_LOGIN": "off"}


@pytest.fixture
def running(image: str, data: Path) -> Iterator[Container]:
    with Container(data, OPEN) as container:
        eventually(container.is_ready, START)
        yield container


def settings_of(data: Path) -> Settings:
    return load_settings({"DATABASE_URL": f"sqlite:///{data}/diary.db", "DIARY_PHOTOS": f"{data}/photos"})


def test_as_it_comes_it_refuses_to_serve_everybody_without_a_login(image: str, data: Path) -> None:
    said = podman("run", "--rm", "--network=none", *containers.given(data, {}), image, fails=True)
    assert "It has no log-in and would be served on every address of this machine" in said


def test_as_it_comes_it_is_well_by_its_own_check_once_it_serves(image: str, data: Path) -> None:
    name = podman("run", "--detach", "--network=none", *containers.given(data, OPEN), image).strip()
    try:
        assert not is_healthy(name), "it is on its way"
        eventually(lambda: is_healthy(name), START)
    finally:
        podman("rm", "--force", "--time=0", name)


def is_healthy(name: str) -> bool:
    with suppress(RuntimeError):
        podman("exec", name, *containers.health())
        return True
    return False


def test_it_runs_without_rights_and_writes_to_its_data_alone(running: Container) -> None:
    assert running.do("id", "-u").strip() == "10001"
    status = running.do("cat", "/proc/self/status")
    assert {line.split()[1] for line in status.splitlines() if line.startswith("Cap")} == {"0" * 16}
    assert "NoNewPrivs:\t1" in status
    for place in ("/x", "/app/x", "/venv/x", "/etc/x", "/home/x"):
        assert "Read-only file system" in running.do("touch", place, fails=True)
    running.do("touch", "/data/x", "/tmp/x")


def test_the_commands_work_in_it(running: Container) -> None:
    said = running.do("python", "-m", "diary", "doctor")
    assert "database: /data/diary.db answers" in said
    running.do("python", "-m", "diary", "backup", "/data/kept.zip")
    running.do("python", "-m", "diary", "restore", "/data/kept.zip", "--replace")


def test_a_day_saved_on_the_page_outlives_the_container(image: str, data: Path) -> None:
    for kept in ("", "kept"):
        with Container(data, OPEN) as container:
            eventually(container.is_ready, START)
            with Tab(container.url, query="day=2026-11-20") as tab:
                assert (tab.value("note") or "") == kept
                if not kept:
                    tab.set(note="kept")
                    tab.press("save")
                    assert tab.said_saved, tab.errors


def test_told_to_end_while_tabs_save_it_ends_in_order_and_loses_nothing(running: Container, data: Path) -> None:
    with Typists(running.url, 4) as typists:
        typists.wait(lambda: len(typists.acked) >= 8 and typists.in_flight > 1)
        begun = time.monotonic()
        assert running.stop(BOUND + 10) in {0, 143}
        seconds = time.monotonic() - begun
    assert seconds <= BOUND
    found = look(make_parts(settings_of(data)), typists.acked)
    assert found.is_well, found


@pytest.mark.parametrize("after", [0.1, 0.7, 1.5])
def test_told_to_end_while_it_starts_it_ends_too(image: str, data: Path, after: float) -> None:
    with Container(data, OPEN) as container:
        time.sleep(after)
        begun = time.monotonic()
        assert container.stop(BOUND + 10) in {0, 143}
        assert time.monotonic() - begun <= BOUND


def test_its_log_is_a_line_of_json_an_event(running: Container) -> None:
    events = [json.loads(line) for line in running.log().splitlines() if line.startswith("{")]
    assert any(event["message"].startswith("migrated from=nothing") for event in events)


# ------------------------------------------------------------------ with a database of its own


def test_as_compose_sets_it_up_a_day_comes_through_caddy_into_postgresql(
    image: str,
    data: Path,
    tmp_path: Path,
    server: PostgresServer,  # noqa: F811
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, role, password in (
        ("database_url", "diary_app", "app5password"),
        ("migration_url", "diary_migrate", "0wner5password"),
    ):
        (secrets / name).write_text(address(server, role, password).replace("127.0.0.1", "database"))
    options = [f"--volume={secrets}:/run/secrets:ro", "--add-host=database:127.0.0.1"]
    env = composed({})["services"]["app"]["environment"]
    with Container(data, env, options) as container, Proxy(tmp_path, LOCAL, f"127.0.0.1:{container.port}") as proxy:
        eventually(container.is_ready, START)
        with Tab(f"http://localhost:{proxy.http}", query="day=2026-11-20") as tab:
            tab.set(note="through all of it")
            tab.press("save")
            assert tab.said_saved, tab.errors
        doctor = container.do("python", "-m", "diary", "doctor")
    assert server.ask("SELECT note FROM entries", "diary") == [("through all of it",)]
    assert "warn" not in doctor, doctor
    assert list(data.iterdir()) == [], "nothing lies beside the database"


def test_a_database_like_rds_is_trusted_by_the_certificates_in_the_image(
    image: str, data: Path, authority: Authority
) -> None:
    options = ("ssl=on", "ssl_cert_file='../server.pem'", "ssl_key_file='../server.key'")
    only_tls = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n"
    key, certificate = authority.issue("db.example.test")
    rds = PostgresServer(options, only_tls)
    rds.own_file("server.key", key)
    rds.own_file("server.pem", certificate)
    with rds:
        env = {"DATABASE_URL": rds.url(host="db.example.test")}
        trusting = env | {"PGSSLROOTCERT": "/etc/ssl/rds/global-bundle.pem"}
        assert "certificate cannot be verified" in migrate(image, data, env, fails=True)
        migrate(image, data, trusting)
        assert rds.ask("SELECT count(*) FROM alembic_version") == [(1,)]


def migrate(image: str, data: Path, env: dict[str, str], fails: bool = False) -> str:
    """Bring a database up to date, in a container for that alone."""
    here = ["--network=host", "--add-host=db.example.test:127.0.0.1"]
    command = ["python", "-m", "diary", "migrate"]
    return podman("run", "--rm", *containers.given(data, env), *here, image, *command, fails=fails)
