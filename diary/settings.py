"""Every setting of the program: an environment variable, typed, with one sentence on what it does."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from diary.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent
_CALLBACK = "/oauth2callback"  # the path is Streamlit's
_OWN_ADDRESS = re.compile(
    r"(https://[a-z0-9.-]+(:[0-9]+)?|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?)" + _CALLBACK
)
_LOG_IN = ("auth_redirect_uri", "auth_cookie_secret", "auth_client_id", "auth_client_secret", "auth_metadata_url")
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()-]+)*/?")

_SERVER = re.compile(
    r"(?P<host>\[[^][@/?]*\]|[^][@:/?]*)(:[0-9]*)?(?P<database>/[^?]*)?(\?.*)?", re.DOTALL
)  # that which stands behind user and password


class Settings(BaseModel):
    """The settings as read once at the start; relative paths count from the project's folder."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, validate_default=True)

    database_url: str = Field(
        "sqlite:///data/diary.db",
        alias="DATABASE_URL",
        description="where entries are kept: SQLite or PostgreSQL",
        repr=False,  # it may hold a password
    )
    migration_url: str | None = Field(
        None,
        alias="DIARY_MIGRATION_URL",
        description="the same database by the role that may change its tables; DATABASE_URL where it is not set",
        repr=False,
    )
    database_iam: bool = Field(
        False, alias="DIARY_DB_IAM", description="1: an RDS IAM token instead of a password for PostgreSQL"
    )
    database_pool: int = Field(
        5, alias="DIARY_DB_POOL", ge=1, le=100, description="connections to PostgreSQL that are kept"
    )
    photos: str = Field(
        "data/photos", alias="DIARY_PHOTOS", description="where photos are kept: a folder, or s3://bucket/prefix"
    )
    region: str | None = Field(
        None,
        alias="AWS_REGION",
        description="the AWS region of bucket and RDS; boto3's own settings where it is not set",
    )
    spotify_id: str | None = Field(
        None, alias="SPOTIPY_CLIENT_ID", description="the client id of your Spotify app; switches Spotify search on"
    )
    spotify_secret: str | None = Field(
        None, alias="SPOTIPY_CLIENT_SECRET", description="the secret that belongs to it", repr=False
    )
    spotify_api_url: str = Field(
        "https://api.spotify.com", alias="SPOTIFY_API_URL", description="base address of Spotify's Web API"
    )
    spotify_accounts_url: str = Field(
        "https://accounts.spotify.com", alias="SPOTIFY_ACCOUNTS_URL", description="base address that hands out tokens"
    )
    spotify_oembed_url: str = Field(
        "https://open.spotify.com/oembed", alias="SPOTIFY_OEMBED_URL", description="address that names pasted links"
    )
    musicbrainz_url: str = Field(
        "https://musicbrainz.org", alias="MUSICBRAINZ_URL", description="base address of MusicBrainz"
    )
    coverart_url: str = Field(
        "https://coverartarchive.org", alias="COVERART_URL", description="base address of the Cover Art Archive"
    )
    login: Literal["auto", "off"] = Field(
        "auto",
        alias="DIARY_LOGIN",
        description="auto: log-in where the AUTH_ settings are given, else the diary answers on its own machine only; "
        "off: one diary, wherever it is served, for whoever asks",
    )
    auth_redirect_uri: str | None = Field(
        None,
        alias="AUTH_REDIRECT_URI",
        description="the diary's public address followed by /oauth2callback, as the OpenID provider knows it",
    )
    auth_cookie_secret: str | None = Field(
        None,
        alias="AUTH_COOKIE_SECRET",
        min_length=32,
        description="signs the log-in cookies: 32 random characters or more, the same for all programs of one address",
        repr=False,
    )
    auth_client_id: str | None = Field(
        None, alias="AUTH_CLIENT_ID", description="the name of the diary at the OpenID provider"
    )
    auth_client_secret: str | None = Field(
        None, alias="AUTH_CLIENT_SECRET", description="the secret that belongs to it", repr=False
    )
    auth_metadata_url: str | None = Field(
        None,
        alias="AUTH_SERVER_METADATA_URL",
        description="where the provider describes itself: an address with /.well-known/openid-configuration",
    )
    auth_client_kwargs: str = Field(
        "{}", alias="AUTH_CLIENT_KWARGS", description='more for the provider, as JSON: {"scope": "openid email"}'
    )
    session_hours: int = Field(
        720,
        alias="DIARY_SESSION_HOURS",
        ge=1,
        le=720,
        description="a log-in ends this many hours after the password was given",
    )
    log: Literal["text", "json"] = Field("text", alias="DIARY_LOG", description="form of the log on standard error")

    @property
    def database_place(self) -> str:
        """Where entries are kept, as a person may see it: a file, or host and database without user and password."""
        if self.database_url.startswith("sqlite:///"):
            return self.database_url.removeprefix("sqlite:///")
        who, _, where = self.database_url.partition("://")[2].rpartition("@")
        if "?" in who or not (shown := _SERVER.fullmatch(where)):
            return "PostgreSQL"  # nobody can tell where a password ends
        return f"{shown['host'] or 'localhost'}{shown['database'] or ''}"

    @property
    def has_login(self) -> bool:
        """Whether people log in; else there is one diary, its owner ``local``."""
        return self.login == "auto" and self.auth_redirect_uri is not None

    @property
    def public_origin(self) -> str | None:
        """Scheme and host under which the diary is served to those who log in, None without log-in."""
        uri = self.auth_redirect_uri if self.has_login else None
        return uri.removesuffix(_CALLBACK) if uri else None

    @model_validator(mode="after")
    def _all_of_log_in(self) -> Self:
        missing = [name for name in _LOG_IN if getattr(self, name) is None]
        if missing and len(missing) < len(_LOG_IN):
            alias = type(self).model_fields[missing[0]].alias
            raise ValueError(f"{alias} is missing: log-in needs all of its settings")
        return self

    @field_validator("auth_redirect_uri")
    @classmethod
    def _own_address(cls, uri: str | None) -> str | None:
        """Cookies that let somebody in must not cross a network in the clear."""
        if uri and (not _OWN_ADDRESS.fullmatch(uri) or re.match(r"https:[^:]*:443/|http:[^:]*:80/", uri)):
            raise ValueError(
                f"must be https://, the diary's host in small letters, and {_CALLBACK}; http:// is for localhost only"
            )
        return uri

    @field_validator("auth_client_kwargs")
    @classmethod
    def _json_object(cls, given: str) -> str:
        with suppress(ValueError):
            if isinstance(json.loads(given), dict):
                return given
        raise ValueError('must be a JSON object like {"scope": "openid email"}')

    @field_validator("database_url", "migration_url")
    @classmethod
    def _known_database(cls, url: str | None) -> str | None:
        """SQLAlchemy would take another driver for PostgreSQL's plain names, so the driver is named."""
        if url is None:
            return None
        for plain in ("postgres://", "postgresql://"):
            if url.startswith(plain):
                return "postgresql+psycopg2://" + url.removeprefix(plain)
        if url.startswith("postgresql+psycopg2://"):
            return url
        if not url.startswith("sqlite:///") or url == "sqlite:///":
            raise ValueError("must begin with sqlite:/// and name a file, or with postgresql://")
        return "sqlite:///" + str(PROJECT / url.removeprefix("sqlite:///"))

    @field_validator("photos")
    @classmethod
    def _known_photos(cls, place: str) -> str:
        if _BUCKET.fullmatch(place):
            return place.rstrip("/")
        if "://" in place:
            raise ValueError("must be a folder, or a bucket as s3://bucket/prefix")
        return str(PROJECT / place)

    @field_validator(
        *("spotify_api_url", "spotify_accounts_url", "spotify_oembed_url", "musicbrainz_url", "coverart_url"),
        "auth_metadata_url",
    )
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return url and url.rstrip("/")


def load_settings(environ: Mapping[str, str] | None = None, secrets: Mapping[str, Any] | None = None) -> Settings:
    """The settings from the environment, from files named by ``NAME_FILE``, and from ``secrets``, in this order.

    What secrets hold below ``[auth]``, as Streamlit's own log-in has it, stands for the names that begin with AUTH_.
    Raises SettingsError, naming the variable, when a value cannot be used.
    """
    environ = os.environ if environ is None else environ
    values = {}
    secrets = secrets or {}
    secrets = {f"AUTH_{name.upper()}": value for name, value in secrets.get("auth", {}).items()} | {**secrets}
    for name in names():
        if environ.get(name):
            values[name] = environ[name]
        elif environ.get(f"{name}_FILE"):
            values[name] = _content(f"{name}_FILE", environ[f"{name}_FILE"])
        elif secrets.get(name):
            values[name] = json.dumps(secrets[name]) if isinstance(secrets[name], dict) else str(secrets[name])
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        reason = wrong["msg"].removeprefix("Value error, ")
        said = f"{wrong['loc'][0]} has a value that cannot be used: {reason}." if wrong["loc"] else f"{reason}."
        raise SettingsError(said) from None


def project_secrets() -> Mapping[str, Any]:
    """What stands in the project's ``.streamlit/secrets.toml``, for programs that run without Streamlit."""
    file = PROJECT / ".streamlit" / "secrets.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file.name} cannot be read: {error}.") from None


def names() -> tuple[str, ...]:
    """The names of all settings, in the order of the README."""
    return tuple(str(field.alias) for field in Settings.model_fields.values())


def _content(name: str, file: str) -> str:
    try:
        return (PROJECT / file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name} names a file that cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name} names a file that is no text.") from None
