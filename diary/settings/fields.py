"""Every setting of the program: an environment variable, typed, with one sentence on what it does."""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from diary.settings.values import (
    CALLBACK,
    Database,
    JsonObject,
    KeyId,
    Origin,
    OwnAddress,
    Photos,
    RsaKey,
    WebAddress,
)

_LOG_IN = ("auth_redirect_uri", "auth_cookie_secret", "auth_client_id", "auth_client_secret", "auth_metadata_url")
_CDN = ("photos_cdn", "photos_cdn_key_id", "photos_cdn_key")
_SERVER = re.compile(
    r"(?P<host>\[[^][@/?]*\]|[^][@:/?]*)(:[0-9]*)?(?P<database>/[^?]*)?(\?.*)?", re.DOTALL
)  # that which stands behind user and password


class Settings(BaseModel):
    """The settings as read once at the start; relative paths count from the project's folder."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, validate_default=True)

    database_url: Database = Field(
        "sqlite:///data/diary.db",
        alias="DATABASE_URL",
        description="where entries are kept: SQLite or PostgreSQL",
        repr=False,  # it may hold a password
    )
    migration_url: Database | None = Field(
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
    photos: Photos = Field(
        "data/photos", alias="DIARY_PHOTOS", description="where photos are kept: a folder, or s3://bucket/prefix"
    )
    photos_cdn: Origin | None = Field(
        None,
        alias="DIARY_PHOTOS_CDN",
        description="the CloudFront distribution that shows photos in the place of their bucket",
    )
    photos_cdn_key_id: KeyId | None = Field(
        None,
        alias="DIARY_PHOTOS_CDN_KEY_ID",
        description="the id of the public key that CloudFront checks addresses by",
    )
    photos_cdn_key: RsaKey | None = Field(
        None,
        alias="DIARY_PHOTOS_CDN_KEY",
        description="the RSA private key that belongs to it, in PEM: it signs the addresses",
        repr=False,
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
    spotify_api_url: WebAddress = Field(
        "https://api.spotify.com", alias="SPOTIFY_API_URL", description="base address of Spotify's Web API"
    )
    spotify_accounts_url: WebAddress = Field(
        "https://accounts.spotify.com", alias="SPOTIFY_ACCOUNTS_URL", description="base address that hands out tokens"
    )
    spotify_oembed_url: WebAddress = Field(
        "https://open.spotify.com/oembed", alias="SPOTIFY_OEMBED_URL", description="address that names pasted links"
    )
    musicbrainz_url: WebAddress = Field(
        "https://musicbrainz.org", alias="MUSICBRAINZ_URL", description="base address of MusicBrainz"
    )
    coverart_url: WebAddress = Field(
        "https://coverartarchive.org", alias="COVERART_URL", description="base address of the Cover Art Archive"
    )
    login: Literal["auto", "off"] = Field(
        "auto",
        alias="DIARY_LOGIN",
        description="auto: log-in where the AUTH_ settings are given, else the diary answers on its own machine only; "
        "off: one diary, wherever it is served, for whoever asks",
    )
    auth_redirect_uri: OwnAddress | None = Field(
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
    auth_metadata_url: WebAddress | None = Field(
        None,
        alias="AUTH_SERVER_METADATA_URL",
        description="where the provider describes itself: an address with /.well-known/openid-configuration",
    )
    auth_client_kwargs: JsonObject = Field(
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
        return uri.removesuffix(CALLBACK) if uri else None

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        for what, needed in (("log-in", _LOG_IN), ("CloudFront", _CDN)):
            missing = [name for name in needed if getattr(self, name) is None]
            if missing and len(missing) < len(needed):
                alias = type(self).model_fields[missing[0]].alias
                raise ValueError(f"{alias} is missing: {what} needs all of its settings")
        return self

    @model_validator(mode="after")
    def _cdn_of_a_bucket(self) -> Self:
        if self.photos_cdn and not self.photos.startswith("s3://"):
            raise ValueError("DIARY_PHOTOS_CDN is for photos in a bucket, and DIARY_PHOTOS is a folder")
        return self
