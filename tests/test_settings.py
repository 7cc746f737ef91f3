"""Every setting: where it comes from, what it becomes, and what is said when it is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from diary.errors import SettingsError
from diary.settings import PROJECT, Settings, load_settings, names, project_secrets
from tests.fakes.cloudfront import pem

KEY = pem(generate_private_key(65537, 2048)).strip()
ALL = {
    "DATABASE_URL": ("sqlite:////var/lib/diary.db", "database_url", "sqlite:////var/lib/diary.db"),
    "DIARY_MIGRATION_URL": ("postgresql://owner@db/diary", "migration_url", "postgresql+psycopg2://owner@db/diary"),
    "DIARY_DB_IAM": ("1", "database_iam", True),
    "DIARY_DB_POOL": ("20", "database_pool", 20),
    "DIARY_PHOTOS": ("/var/lib/photos", "photos", "/var/lib/photos"),
    "DIARY_PHOTOS_CDN": ("https://d1.cloudfront.net/", "photos_cdn", "https://d1.cloudfront.net"),
    "DIARY_PHOTOS_CDN_KEY_ID": ("K2JCJMDEHXQW5F", "photos_cdn_key_id", "K2JCJMDEHXQW5F"),
    "DIARY_PHOTOS_CDN_KEY": (KEY, "photos_cdn_key", KEY),
    "AWS_REGION": ("eu-central-1", "region", "eu-central-1"),
    "SPOTIPY_CLIENT_ID": ("an-id", "spotify_id", "an-id"),
    "SPOTIPY_CLIENT_SECRET": ("a-secret", "spotify_secret", "a-secret"),
    "SPOTIFY_API_URL": ("http://127.0.0.1:1/api/", "spotify_api_url", "http://127.0.0.1:1/api"),
    "SPOTIFY_ACCOUNTS_URL": ("http://127.0.0.1:2", "spotify_accounts_url", "http://127.0.0.1:2"),
    "SPOTIFY_OEMBED_URL": ("http://127.0.0.1:3/oembed", "spotify_oembed_url", "http://127.0.0.1:3/oembed"),
    "MUSICBRAINZ_URL": ("http://127.0.0.1:4", "musicbrainz_url", "http://127.0.0.1:4"),
    "COVERART_URL": ("http://127.0.0.1:5", "coverart_url", "http://127.0.0.1:5"),
    "DIARY_LOGIN": ("off", "login", "off"),
    "AUTH_REDIRECT_URI": (
        "https://diary.example/oauth2callback",
        "auth_redirect_uri",
        "https://diary.example/oauth2callback",
    ),
    "AUTH_COOKIE_SECRET": ("s" * 32, "auth_cookie_secret", "s" * 32),
    "AUTH_CLIENT_ID": ("diary", "auth_client_id", "diary"),
    "AUTH_CLIENT_SECRET": ("a-secret", "auth_client_secret", "a-secret"),
    "AUTH_SERVER_METADATA_URL": ("https://id.example/conf", "auth_metadata_url", "https://id.example/conf"),
    "AUTH_CLIENT_KWARGS": ('{"scope": "openid"}', "auth_client_kwargs", '{"scope": "openid"}'),
    "DIARY_SESSION_HOURS": ("8", "session_hours", 8),
    "DIARY_LOG": ("json", "log", "json"),
}
SECRET = "hunter2-very-secret"
LOG_IN = {name: given for name, (given, *_) in ALL.items() if name.startswith("AUTH_")}
CDN = {name: given for name, (given, *_) in ALL.items() if name.startswith("DIARY_PHOTOS_CDN")}


def refusal(environ: Mapping[str, str], secrets: Mapping[str, object] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, secrets)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_this_list_holds_every_setting() -> None:
    assert set(names()) == set(ALL)


def test_without_any_setting_everything_lies_in_the_projects_data_folder_and_sources_are_the_public_ones() -> None:
    plain = load_settings({})
    assert plain.database_url == f"sqlite:///{PROJECT}/data/diary.db"
    assert (plain.migration_url, plain.database_iam, plain.database_pool) == (None, False, 5)
    assert (plain.photos, plain.region) == (f"{PROJECT}/data/photos", None)
    assert (plain.spotify_id, plain.spotify_secret, plain.log) == (None, None, "text")
    assert plain.login == "auto"
    assert plain.spotify_api_url == "https://api.spotify.com"
    assert plain.musicbrainz_url == "https://musicbrainz.org"


@pytest.mark.parametrize("name", ALL)
def test_a_setting_comes_from_its_variable_or_a_file_or_the_secrets(name: str, tmp_path: Path) -> None:
    given, field, meant = ALL[name]
    file = tmp_path / "value"
    file.write_text(given + "\n", encoding="utf-8")
    needed = LOG_IN if name in LOG_IN else {**CDN, "DIARY_PHOTOS": "s3://bucket"} if name in CDN else {}
    others = {other: text for other, text in needed.items() if other != name}
    assert getattr(load_settings({name: given, **others}), field) == meant
    assert getattr(load_settings({f"{name}_FILE": str(file), **others}), field) == meant
    assert getattr(load_settings(others, {name: given}), field) == meant


@pytest.mark.parametrize("name", ALL)
def test_every_setting_has_a_sentence_for_the_readme(name: str) -> None:
    (described,) = (field for field in Settings.model_fields.values() if field.alias == name)
    assert described.description


def test_the_variable_goes_before_the_file_and_the_file_before_the_secrets(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("from file", encoding="utf-8")
    environ = {"SPOTIPY_CLIENT_ID": "from variable", "SPOTIPY_CLIENT_ID_FILE": str(tmp_path / "id")}
    secrets = {"SPOTIPY_CLIENT_ID": "from secrets"}
    assert load_settings(environ, secrets).spotify_id == "from variable"
    assert load_settings({**environ, "SPOTIPY_CLIENT_ID": ""}, secrets).spotify_id == "from file"
    assert load_settings({}, secrets).spotify_id == "from secrets"


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert load_settings(dict.fromkeys(ALL, "")) == load_settings({})


def test_what_is_not_ours_is_left_alone() -> None:
    assert load_settings({"PATH": "/bin", "DIARY_UNHEARD_OF": "1"}, {"mail": {"password": SECRET}}) == load_settings({})


def test_without_arguments_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIPY_CLIENT_ID", "an-id")
    assert load_settings().spotify_id == "an-id"


# -------------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgres://me:pw@db/diary", "postgresql+psycopg2://me:pw@db/diary"),
        ("postgresql://me:pw@db/diary?sslmode=require", "postgresql+psycopg2://me:pw@db/diary?sslmode=require"),
        ("postgresql+psycopg2://me@db/diary", "postgresql+psycopg2://me@db/diary"),
        ("sqlite:////tmp/a.db", "sqlite:////tmp/a.db"),
        ("sqlite:///my/own.db", f"sqlite:///{PROJECT}/my/own.db"),
    ],
)
def test_where_entries_are_kept(written: str, read: str) -> None:
    settings = load_settings({"DATABASE_URL": written, "DIARY_MIGRATION_URL": written})
    assert (settings.database_url, settings.migration_url) == (read, read)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/srv/photos", "/srv/photos"),
        ("my/photos", f"{PROJECT}/my/photos"),
        ("s3://my-bucket", "s3://my-bucket"),
        ("s3://my.bucket/", "s3://my.bucket"),
        ("s3://my-bucket/some/prefix/", "s3://my-bucket/some/prefix"),
    ],
)
def test_where_photos_are_kept(written: str, read: str) -> None:
    assert load_settings({"DIARY_PHOTOS": written}).photos == read


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////tmp/a.db", "/tmp/a.db"),
        ("postgresql://me:pw@db.example.test:5432/diary?sslmode=require", "db.example.test/diary"),
        ("postgresql:///diary", "localhost/diary"),
        ("postgresql://diary:abc/SECRET+x@host/diary", "host/diary"),
        ("postgresql://diary:one@two@[::1]:5432/diary", "[::1]/diary"),
        ("postgresql://host/diary?user=me&password=x", "host/diary"),
        ("postgresql://host/diary?password=x@y", "PostgreSQL"),
        ("postgresql://me:se/cret", "PostgreSQL"),
        ("postgresql://me:[@host/diary", "host/diary"),
    ],
)
def test_the_place_of_the_database_is_shown_without_user_and_password(url: str, shown: str) -> None:
    assert load_settings({"DATABASE_URL": url}).database_place == shown


@given(st.text(), st.sampled_from(["postgresql://", "postgres://"]))
def test_whatever_a_password_is_it_is_not_shown(password: str, scheme: str) -> None:
    by_name = load_settings({"DATABASE_URL": f"{scheme}me:{password}@host:5432/diary?sslmode=require"})
    assert by_name.database_place in {"host/diary", "PostgreSQL"}
    by_option = load_settings({"DATABASE_URL": f"{scheme}host/diary?user=me&password={password}"})
    assert by_option.database_place in {"host/diary", "PostgreSQL"}


def test_relative_paths_count_from_the_projects_folder_wherever_the_program_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({"DIARY_PHOTOS": "my/photos"}).photos == f"{PROJECT}/my/photos"
    assert load_settings({"DATABASE_URL": "sqlite:///my.db"}).database_url == f"sqlite:///{PROJECT}/my.db"
    assert load_settings({"SPOTIPY_CLIENT_ID_FILE": "pyproject.toml"}).spotify_id.startswith("[project]")


# -------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("DATABASE_URL", "mysql://db/diary"),
        ("DATABASE_URL", "diary.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "postgresql+asyncpg://db/diary"),
        ("DIARY_MIGRATION_URL", "mysql://db/diary"),
        ("DIARY_MIGRATION_URL", "diary.db"),
        ("DIARY_DB_IAM", "perhaps"),
        ("DIARY_DB_POOL", "0"),
        ("DIARY_DB_POOL", "101"),
        ("DIARY_DB_POOL", "many"),
        ("DIARY_PHOTOS", "ftp://host/folder"),
        ("DIARY_PHOTOS", "s3://"),
        ("DIARY_PHOTOS", "s3://My_Bucket"),
        ("DIARY_PHOTOS", "s3://bucket/a prefix"),
        ("DIARY_PHOTOS", "s3://bucket//prefix"),
        ("DIARY_LOG", "xml"),
        ("SPOTIFY_API_URL", "api.spotify.com"),
        ("SPOTIFY_ACCOUNTS_URL", "ftp://accounts"),
        ("SPOTIFY_OEMBED_URL", "javascript:alert(1)"),
        ("MUSICBRAINZ_URL", "file:///etc/passwd"),
        ("COVERART_URL", "//host"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence_that_names_the_variable(name: str, wrong: str) -> None:
    for sentence in (refusal({name: wrong}), refusal({}, {name: wrong})):
        assert sentence.startswith(f"{name} has a value that cannot be used: ")
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_a_file_that_is_not_there_or_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    assert refusal({"SPOTIPY_CLIENT_SECRET_FILE": str(tmp_path / "none")}) == (
        "SPOTIPY_CLIENT_SECRET_FILE names a file that cannot be read: No such file or directory."
    )
    assert "SPOTIPY_CLIENT_SECRET_FILE" in refusal({"SPOTIPY_CLIENT_SECRET_FILE": str(tmp_path)})
    (tmp_path / "binary").write_bytes(b"\xff\xfe" + SECRET.encode("utf-16-le"))
    assert "SPOTIPY_CLIENT_SECRET_FILE" in refusal({"SPOTIPY_CLIENT_SECRET_FILE": str(tmp_path / "binary")})


def test_a_secret_is_in_no_message_and_no_listing(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"mysql://me:{SECRET}@db/diary", encoding="utf-8")
    for environ in (
        {"DATABASE_URL": f"mysql://me:{SECRET}@db/diary"},
        {"DATABASE_URL_FILE": str(tmp_path / "url")},
        {"DIARY_MIGRATION_URL": f"mysql://me:{SECRET}@db/diary"},
        {"SPOTIPY_CLIENT_SECRET": SECRET, "DIARY_LOG": "xml"},
        {"SPOTIFY_API_URL": f"me:{SECRET}@proxy"},
    ):
        assert SECRET not in refusal(environ)
    url = f"postgres://me:{SECRET}@db/diary"
    held = load_settings({"DATABASE_URL": url, "DIARY_MIGRATION_URL": url, "SPOTIPY_CLIENT_SECRET": SECRET})
    assert held.spotify_secret == SECRET
    assert SECRET in held.database_url
    assert SECRET in held.migration_url
    assert SECRET not in held.database_place
    for shown in (repr(held), str(held), f"{held}"):
        assert SECRET not in shown


# -------------------------------------------------------------------- secrets without Streamlit


def test_programs_without_streamlit_read_the_projects_own_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diary.settings.PROJECT", tmp_path)
    assert project_secrets() == {}
    file = tmp_path / ".streamlit" / "secrets.toml"
    file.parent.mkdir()
    file.write_text('SPOTIPY_CLIENT_ID = "an-id"\n[mail]\nhost = "x"\n', encoding="utf-8")
    assert load_settings({}, project_secrets()).spotify_id == "an-id"
    for broken in (f'SPOTIPY_CLIENT_SECRET = "{SECRET}'.encode(), b"\xff" + SECRET.encode()):
        file.write_bytes(broken)
        with pytest.raises(SettingsError, match=r"^secrets\.toml cannot be read: ") as caught:
            project_secrets()
        assert SECRET not in str(caught.value)
