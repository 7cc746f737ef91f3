"""Every setting of the program: an environment variable, typed, with one sentence on what it does."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from diary.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent
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
        description="auto: the diary answers on its own machine only; off: wherever it is served, to whoever asks",
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

    @field_validator("spotify_api_url", "spotify_accounts_url", "spotify_oembed_url", "musicbrainz_url", "coverart_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return url.rstrip("/")


def load_settings(environ: Mapping[str, str] | None = None, secrets: Mapping[str, Any] | None = None) -> Settings:
    """The settings from the environment, from files named by ``NAME_FILE``, and from ``secrets``, in this order.

    Raises SettingsError, naming the variable, when a value cannot be used.
    """
    environ = os.environ if environ is None else environ
    values = {}
    for name in names():
        if environ.get(name):
            values[name] = environ[name]
        elif environ.get(f"{name}_FILE"):
            values[name] = _content(f"{name}_FILE", environ[f"{name}_FILE"])
        elif secrets and secrets.get(name):
            values[name] = str(secrets[name])
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        reason = wrong["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{wrong['loc'][0]} has a value that cannot be used: {reason}.") from None


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
