"""DIARY_DB_IAM=1: a token signed by this machine's AWS credentials lets the diary into its database.

PostgreSQL asks a directory here, as RDS asks IAM, and the directory checks the token as AWS would.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from sqlalchemy import Engine, text

from diary import assembly
from diary.errors import AwayError, SettingsError, StorageError
from diary.settings import Settings, load_settings
from diary.storage.database import reading
from diary.storage.engine import open_engine
from diary.storage.rds import RdsToken
from diary.storage.waits import Pause
from tests.certificates import Authority
from tests.ldap import Directory
from tests.postgres import PostgresServer

HOST = "diary.abc123.eu-central-1.rds.amazonaws.com"
KEYS = {"AKIDEXAMPLE": "the secret of the environment", "ASIAROLE": "the secret of the role"}


def problem(token: str, host: str, user: str, region: str = "eu-central-1") -> str | None:
    """What AWS would find wrong with a token of Signature Version 4.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """
    address = urlsplit(f"https://{token}")
    given = dict(parse_qsl(address.query, strict_parsing=True))
    key, day, *scope = given["X-Amz-Credential"].split("/")
    begun = datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    signature = given.pop("X-Amz-Signature")
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(given.items()))
    empty = hashlib.sha256(b"").hexdigest()
    canonical = f"GET\n/\n{query}\nhost:{host}\n\nhost\n{empty}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signed = "\n".join(("AWS4-HMAC-SHA256", given["X-Amz-Date"], "/".join((day, *scope)), digest))
    secret = b"AWS4" + KEYS[key].encode()
    for part in (day, *scope):
        secret = hmac.digest(secret, part.encode(), "sha256")
    checks = {
        "host": address.netloc == host,
        "user": (given["Action"], given["DBUser"]) == ("connect", user),
        "scope": scope == [region, "rds-db", "aws4_request"],
        "expiry": begun <= datetime.now(UTC) < begun + timedelta(seconds=int(given["X-Amz-Expires"])),
        "session": (key == "ASIAROLE") == (given.get("X-Amz-Security-Token") == "the session"),
        "signature": hmac.compare_digest(hmac.digest(secret, signed.encode(), "sha256").hex(), signature),
    }
    return next((name for name, holds in checks.items() if not holds), None)


def token_for(host: str, region: str | None = None) -> str:
    return RdsToken({"host": host, "user": "me"}, region, Pause()).make()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "root.pem")


@pytest.fixture(scope="module")
def both(authority: Authority) -> Iterator[tuple[PostgresServer, Directory]]:
    """A server that takes the token of its user, over TLS only, and the directory it asks.

    Its superuser comes in by the socket.
    """
    with Directory(lambda user, password: problem(password, f"{HOST}:{server.port}", user) is None) as directory:
        ldap = f'ldap ldapserver=127.0.0.1 ldapport={directory.port} ldapprefix="" ldapsuffix=""'
        rules = f"local all all trust\nhostssl all all 127.0.0.1/32 {ldap}\n"
        server = PostgresServer(("ssl=on", "ssl_cert_file='../server.pem'", "ssl_key_file='../server.key'"), rules)
        key, certificate = authority.issue(HOST)
        server.own_file("server.key", key)
        server.own_file("server.pem", certificate)
        with server:
            server.ask("CREATE ROLE diary_app LOGIN")
            server.ask("ALTER DATABASE postgres OWNER TO diary_app")
            yield server, directory


@pytest.fixture
def server(both: tuple[PostgresServer, Directory]) -> PostgresServer:
    return both[0]


@pytest.fixture
def directory(both: tuple[PostgresServer, Directory]) -> Directory:
    return both[1]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: Authority) -> None:
    """Those of the environment and no others; the authority as on a machine that is set up for RDS."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["AKIDEXAMPLE"])
    monkeypatch.setenv("PGSSLROOTCERT", str(authority.file))


def address(server: PostgresServer, host: str = HOST, **query: str) -> str:
    parameters = "&".join(f"{name}={value}" for name, value in {"hostaddr": "127.0.0.1", **query}.items())
    return f"{server.url(user='diary_app', host=host)}?{parameters}"


def user_of(engine: Engine) -> object:
    with reading(engine) as connection:
        return connection.execute(text("SELECT current_user")).scalar_one()


# -------------------------------------------------------------------- who is let in


def test_the_token_of_this_machine_is_the_password(server: PostgresServer) -> None:
    assert user_of(open_engine(address(server), iam=True)) == "diary_app"


def test_the_setting_leads_all_that_opens_the_database(server: PostgresServer) -> None:
    settings = load_settings({"DATABASE_URL": address(server), "DIARY_DB_IAM": "1"})
    assembly.prepare(settings)
    assert assembly.make_parts(settings).is_ready()
    assembly.check_database(settings)
    assert assembly.open_diary(settings).count() == 0


def test_without_it_nobody_is_let_in(server: PostgresServer) -> None:
    with pytest.raises(StorageError):
        user_of(open_engine(address(server)))


def test_a_token_signed_with_a_wrong_secret_is_refused_in_a_sentence(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(StorageError, match=r"^The database refuses the diary's user\."):
        user_of(open_engine(address(server), iam=True))


def test_a_password_in_the_address_is_used_as_it_stands(server: PostgresServer, directory: Directory) -> None:
    """So that the role that migrates can have one."""
    url = address(server).replace("diary_app@", "diary_app:from-secrets-manager@")
    with pytest.raises(StorageError, match=r"^The database refuses the diary's user\."):
        user_of(open_engine(url, iam=True))
    assert directory.seen[-1] == "from-secrets-manager"


def test_every_new_connection_has_a_new_token_and_one_that_is_kept_outlives_its_own(
    server: PostgresServer, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(address(server), iam=True)
    assert user_of(engine) == "diary_app"
    asked = len(directory.seen)
    with monkeypatch.context() as later:
        later.setitem(KEYS, "AKIDEXAMPLE", "no token of before is worth anything now")
        assert user_of(engine) == "diary_app"
    assert len(directory.seen) == asked
    server.ask("SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = 'diary_app'")
    assert user_of(engine) == "diary_app"
    assert len(directory.seen) == asked + 1


# -------------------------------------------------------------------- whose credentials


SILENCE = threading.Event()


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, loading what signs a token takes its time."""
    monkeypatch.setattr("diary.storage.rds.LIMIT", 60.0)


class Role(BaseHTTPRequestHandler):
    """The place where a container of Amazon's finds the credentials of its role."""

    def do_GET(self) -> None:
        if self.path == "/silent":
            SILENCE.wait(60)
        if self.path != "/role" or self.headers["Authorization"] != "for this container":
            self.send_error(403)
            return
        until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        keys = {"AccessKeyId": "ASIAROLE", "SecretAccessKey": KEYS["ASIAROLE"], "Token": "the session"}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({**keys, "Expiration": until}).encode())

    def do_POST(self) -> None:
        """As STS, which does not let this machine be that role."""
        self.send_response(403)
        self.end_headers()
        self.wfile.write(b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a role's credentials, where the environment has none of its own."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    place = ThreadingHTTPServer(("127.0.0.1", 0), Role)
    threading.Thread(target=place.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{place.server_port}/role"
    SILENCE.set()
    place.shutdown()
    place.server_close()


def test_the_credentials_of_the_machines_role_are_found(
    server: PostgresServer, role: str, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", role)
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "for this container")
    assert user_of(open_engine(address(server), iam=True)) == "diary_app"
    assert "X-Amz-Security-Token" in directory.seen[-1]


def test_without_credentials_it_is_told_what_to_do(
    server: PostgresServer, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address_of_role in ("", role.replace("role", "elsewhere")):
        if address_of_role:
            monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", address_of_role)
        with pytest.raises(StorageError) as caught:
            user_of(open_engine(address(server), iam=True))
        assert str(caught.value) == (
            "DIARY_DB_IAM=1 gets no AWS credentials. Give this machine a role, or set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY."
        )


def test_a_role_that_this_machine_may_not_take_is_told(
    server: PostgresServer, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("a web identity")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/diary")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", role.removesuffix("/role"))
    with pytest.raises(StorageError, match=r"^DIARY_DB_IAM=1 gets no AWS credentials\."):
        user_of(open_engine(address(server), iam=True))


def test_credentials_that_do_not_come_are_waited_for_once_and_not_long(
    server: PostgresServer, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    SILENCE.clear()
    monkeypatch.setattr("diary.storage.rds.LIMIT", 0.5)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", role.replace("role", "silent"))
    engine = open_engine(address(server), iam=True)
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(AwayError, match=r"^The diary's database is not answering\."):
            user_of(engine)
    assert time.monotonic() - began < 1.9


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("diary.abc123.eu-central-1.rds.amazonaws.com", "eu-central-1"),
        ("diary.abc123.rds.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    ],
)
def test_the_name_of_an_endpoint_tells_its_region(host: str, region: str) -> None:
    assert f"%2F{region}%2Frds-db%2F" in token_for(host)


def test_the_region_is_read_from_the_name_of_the_endpoint_or_from_the_settings_of_aws(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_engine(address(server, host="db.example.test"), iam=True)
    with pytest.raises(StorageError, match=r"^DIARY_DB_IAM=1 needs the database's region\. Set AWS_REGION\.$"):
        user_of(other)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    token = token_for("db.example.test")
    assert problem(token, "db.example.test:5432", "me", "eu-west-1") is None
    token = token_for("db.example.test", "ap-south-1")
    assert problem(token, "db.example.test:5432", "me", "ap-south-1") is None


def test_the_setting_of_the_region_reaches_whatever_opens_the_database(
    server: PostgresServer, directory: Directory
) -> None:
    url = address(server, host="db.example.test", sslmode="require")
    settings = load_settings({"DATABASE_URL": url, "DIARY_DB_IAM": "1", "AWS_REGION": "eu-west-1"})

    def is_ready(there: Settings) -> bool:
        return assembly.make_parts(there).is_ready()

    for work in (assembly.prepare, is_ready, assembly.check_database, assembly.count_waiting):
        directory.seen.clear()
        with pytest.raises(StorageError, match="refuses the diary's user"):  # the directory knows another region
            work(settings)
        assert "%2Feu-west-1%2Frds-db%2F" in directory.seen[-1]


# -------------------------------------------------------------------- what is refused beforehand


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_a_token_is_never_sent_in_clear(mode: str, server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=rf"^DIARY_DB_IAM=1 needs encryption\. Take sslmode={mode} out of"):
        open_engine(address(server, sslmode=mode), iam=True)
    monkeypatch.setenv("PGSSLMODE", mode)
    with pytest.raises(SettingsError, match=r"^DIARY_DB_IAM=1 needs encryption\."):
        open_engine(address(server), iam=True)


def test_not_even_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with PostgresServer() as plain, pytest.raises(StorageError, match=r"^The database has no encryption\."):
        user_of(open_engine(plain.url(user="diary_app", host="localhost"), iam=True))


@pytest.mark.parametrize("url", ["postgresql+psycopg2://db.example.test/x", "postgresql+psycopg2://me@/x"])
def test_host_and_user_must_be_named(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^DIARY_DB_IAM=1 needs the user and the host of RDS in DATABASE_URL\.$"):
        open_engine(url, iam=True)


def test_the_directory_of_these_tests_finds_every_mistake() -> None:
    token = token_for(HOST)
    assert problem(token, f"{HOST}:5432", "me") is None
    assert problem(token, f"{HOST}:5433", "me") == "host"
    assert problem(token, f"{HOST}:5432", "you") == "user"
    assert problem(token, f"{HOST}:5432", "me", "us-east-1") == "scope"
    assert problem(token.replace("X-Amz-Expires=900", "X-Amz-Expires=0"), f"{HOST}:5432", "me") == "expiry"
    assert problem(token[:-1] + "x", f"{HOST}:5432", "me") == "signature"
