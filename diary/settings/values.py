"""What the values of settings must be, as types: a wrong one is refused, a right one put into the form that is used.

Sentences go on from "… has a value that cannot be used:" and never quote the value, which may be a secret.
"""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

PROJECT = Path(__file__).resolve().parents[2]
CALLBACK = "/oauth2callback"  # the path is Streamlit's
_OWN_ADDRESS = re.compile(
    r"(https://[a-z0-9.-]+(:[0-9]+)?|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?)" + CALLBACK
)
_DISTRIBUTION = re.compile(r"https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?")
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()-]+)*/?")


def _database(url: str) -> str:
    """SQLAlchemy would take another driver for PostgreSQL's plain names, so the driver is named."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg2://" + url.removeprefix(plain)
    if url.startswith("postgresql+psycopg2://"):
        return url
    if not url.startswith("sqlite:///") or url == "sqlite:///":
        raise ValueError("must begin with sqlite:/// and name a file, or with postgresql://")
    return "sqlite:///" + str(PROJECT / url.removeprefix("sqlite:///"))


def _photos(place: str) -> str:
    if _BUCKET.fullmatch(place):
        return place.rstrip("/")
    if "://" in place:
        raise ValueError("must be a folder, or a bucket as s3://bucket/prefix")
    return str(PROJECT / place)


def _origin(origin: str) -> str:
    """As a browser writes it, since this is signed: without capitals, and without the port that https has anyway."""
    origin = origin.removesuffix("/")
    if not _DISTRIBUTION.fullmatch(origin):
        raise ValueError(
            "must be https:// and a host in small letters, and nothing else; http:// is for localhost only"
        )
    return origin


def _rsa_key(pem: str) -> str:
    # loaded only where there is a key
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    with suppress(TypeError, ValueError, UnsupportedAlgorithm):  # one with a passphrase, none at all, an unknown kind
        if isinstance(load_pem_private_key(pem.encode(), None), RSAPrivateKey):
            return pem
    raise ValueError("must be an RSA private key in PEM, without a passphrase")


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must begin with https:// or http://")
    return url.rstrip("/")


def _own_address(uri: str) -> str:
    """Cookies that let somebody in must not cross a network in the clear."""
    if not _OWN_ADDRESS.fullmatch(uri) or re.match(r"https:[^:]*:443/|http:[^:]*:80/", uri):
        raise ValueError(
            f"must be https://, the diary's host in small letters, and {CALLBACK}; http:// is for localhost only"
        )
    return uri


def _json_object(given: str) -> str:
    with suppress(ValueError):
        if isinstance(json.loads(given), dict):
            return given
    raise ValueError('must be a JSON object like {"scope": "openid email"}')


Database = Annotated[str, AfterValidator(_database)]
Photos = Annotated[str, AfterValidator(_photos)]
Origin = Annotated[str, AfterValidator(_origin)]
KeyId = Annotated[str, Field(pattern="^[A-Za-z0-9]+$")]  # it stands in addresses as it is
RsaKey = Annotated[str, AfterValidator(_rsa_key)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
OwnAddress = Annotated[str, AfterValidator(_own_address)]
JsonObject = Annotated[str, AfterValidator(_json_object)]
