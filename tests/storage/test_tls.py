"""PostgreSQL on another machine is spoken to over TLS, and only when its certificate can be trusted."""

from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
from sqlalchemy import event, text

from diary.errors import StorageError
from diary.storage.database import reading
from diary.storage.engine import open_engine
from tests.certificates import Authority
from tests.faults.proxy import Proxy
from tests.postgres import PostgresServer

HOST = "db.example.test"  # a name that leads nowhere; `hostaddr` leads to this machine
ONLY_TLS = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n"
UNVERIFIED = (
    "The database's certificate cannot be verified. Let PGSSLROOTCERT name a file with the certificate of its "
    "authority; for Amazon RDS that is global-bundle.pem of truststore.pki.rds.amazonaws.com."
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "root.pem")


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[PostgresServer]:
    """A server with a certificate for ``HOST`` that lets nobody in without TLS, as RDS."""
    server = PostgresServer(("ssl=on", "ssl_cert_file='../server.pem'", "ssl_key_file='../server.key'"), ONLY_TLS)
    key, certificate = authority.issue(HOST)
    server.own_file("server.key", key)
    server.own_file("server.pem", certificate)
    with server:
        yield server


@pytest.fixture(scope="module")
def plain_server() -> Iterator[PostgresServer]:
    """A server without TLS."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no file of libpq's says anything."""
    for name in ("PGSSLMODE", "PGSSLROOTCERT", "PGHOST", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def address(server: PostgresServer, host: str = HOST, **query: object) -> str:
    parameters = "&".join(f"{name}={value}" for name, value in {"hostaddr": "127.0.0.1", **query}.items())
    return f"{server.url(host=host)}?{parameters}"


def encryption(url: str) -> object:
    """The version of TLS that the server sees, None for none."""
    with reading(open_engine(url)) as connection:
        return connection.execute(text("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).scalar_one()


def refusal(url: str) -> str:
    with pytest.raises(StorageError) as caught:
        encryption(url)
    return str(caught.value)


def test_an_authority_named_in_the_address_is_trusted(server: PostgresServer, authority: Authority) -> None:
    assert encryption(address(server, sslrootcert=authority.file)) == "TLSv1.3"


def test_so_is_one_named_by_libpqs_variable(
    server: PostgresServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLROOTCERT", str(authority.file))
    assert encryption(address(server)) == "TLSv1.3"


def test_so_is_the_file_where_libpq_looks_for_it(server: PostgresServer, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").write_bytes(authority.file.read_bytes())
    assert encryption(address(server)) == "TLSv1.3"


def test_where_none_is_named_the_public_authorities_are_trusted(
    server: PostgresServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(authority.file))
    assert encryption(address(server)) == "TLSv1.3"


def test_a_server_of_an_unknown_authority_is_refused_with_the_way_out(server: PostgresServer, tmp_path: Path) -> None:
    assert refusal(address(server)) == UNVERIFIED
    assert refusal(address(server, sslrootcert=Authority(tmp_path / "wrong.pem").file)) == UNVERIFIED
    assert refusal(address(server, sslrootcert=Authority(tmp_path / "same.pem", "Test authority").file)) == UNVERIFIED
    assert refusal(address(server, sslrootcert=tmp_path / "nowhere.pem")) == UNVERIFIED


def test_a_certificate_for_another_host_is_refused(server: PostgresServer, authority: Authority) -> None:
    assert refusal(address(server, host="other.example.test", sslrootcert=authority.file)) == (
        "The database's certificate is for another host. Check the host in DATABASE_URL."
    )


def test_who_wants_no_encryption_is_refused_by_the_server(server: PostgresServer) -> None:
    assert refusal(address(server, sslmode="disable")) == (
        "The database takes encrypted connections only. Take sslmode out of DATABASE_URL or PGSSLMODE."
    )


def test_nothing_is_said_in_clear_to_a_server_without_encryption(plain_server: PostgresServer) -> None:
    assert refusal(address(plain_server)) == (
        "The database has no encryption. Switch it on there, or add ?sslmode=disable to DATABASE_URL."
    )
    assert encryption(address(plain_server, sslmode="disable")) is None


@pytest.mark.parametrize("by", ["address", "variable"])
def test_who_says_otherwise_is_obeyed(
    by: str, server: PostgresServer, plain_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by == "variable":
        monkeypatch.setenv("PGSSLMODE", "prefer")
    wish = {"sslmode": "prefer"} if by == "address" else {}
    assert encryption(address(server, host="any.example.test", **wish)) == "TLSv1.3"
    assert encryption(address(plain_server, **wish)) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_needs_no_certificate(host: str, plain_server: PostgresServer) -> None:
    assert encryption(plain_server.url(host=host)) is None


def test_nor_does_a_socket_of_this_machine(plain_server: PostgresServer) -> None:
    assert (
        encryption(f"postgresql+psycopg2://postgres@/postgres?host={plain_server.folder}&port={plain_server.port}")
        is None
    )


def test_a_host_that_libpqs_variable_names_is_another_machine_too(
    plain_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", HOST)
    url = f"postgresql+psycopg2://postgres@/postgres?hostaddr=127.0.0.1&port={plain_server.port}"
    assert refusal(url).startswith("The database has no encryption.")


def test_a_host_that_a_service_names_is_another_machine_too(
    plain_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = tmp_path / "services"
    services.write_text(f"[prod]\nhost=127.0.0.1\nport={plain_server.port}\nuser=postgres\ndbname=postgres\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    assert refusal("postgresql+psycopg2:///?service=prod").startswith("The database has no encryption.")
    monkeypatch.setenv("PGSERVICE", "prod")
    assert refusal("postgresql+psycopg2:///").startswith("The database has no encryption.")


@pytest.mark.parametrize("by", ["address", "variable"])
def test_a_local_name_with_another_machines_address_is_verified(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "variable":
        monkeypatch.setenv("PGHOSTADDR", "203.0.113.9")
    engine = open_engine("postgresql+psycopg2://me@localhost/x" + "?hostaddr=203.0.113.9" * (by == "address"))
    asked: dict[str, object] = {}

    @event.listens_for(engine, "do_connect")
    def _stop(_dialect: object, _record: object, _args: object, named: dict[str, object]) -> None:
        asked.update(named)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        engine.connect()
    assert asked["sslmode"] == "verify-full"


def test_silence_anywhere_in_the_greeting_is_given_up(
    server: PostgresServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diary.storage.waits.CONNECT_LIMIT", 0.5)
    with Proxy(server.port) as proxy:
        url = address(server, sslrootcert=authority.file).replace(f":{server.port}/", f":{proxy.port}/")
        assert encryption(url) == "TLSv1.3"
        for after in (0, 1, 100, 500):
            proxy.set("hang", after)
            held = proxy.counts["held"]
            assert refusal(url) == "The diary's database is not answering. Try again in a moment."
            assert proxy.counts["held"] > held
