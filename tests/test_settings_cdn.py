"""The settings of CloudFront: all of them or none, for photos in a bucket, with a key that can sign."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from diary.errors import SettingsError
from diary.settings import load_settings
from tests.fakes.cloudfront import KEY_ID, pem

RSA = generate_private_key(65537, 2048)
CDN = {
    "DIARY_PHOTOS_CDN": "https://d111111abcdef8.cloudfront.net",
    "DIARY_PHOTOS_CDN_KEY_ID": KEY_ID,
    "DIARY_PHOTOS_CDN_KEY": pem(RSA),
}
BUCKET = {"DIARY_PHOTOS": "s3://bucket/photos"}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_without_them_the_bucket_shows_photos_itself() -> None:
    plain = load_settings(BUCKET)
    assert (plain.photos_cdn, plain.photos_cdn_key_id, plain.photos_cdn_key) == (None, None, None)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_may_have_either_form_of_pem(form: PrivateFormat) -> None:
    key = pem(RSA, form)
    assert load_settings({**BUCKET, **CDN, "DIARY_PHOTOS_CDN_KEY": key}).photos_cdn_key == key


@pytest.mark.parametrize("name", CDN)
def test_half_of_them_is_told(name: str) -> None:
    some = {other: text for other, text in CDN.items() if other != name}
    assert refusal({**BUCKET, **some}) == f"{name} is missing: CloudFront needs all of its settings."


@pytest.mark.parametrize("place", [{}, {"DIARY_PHOTOS": "/srv/photos"}])
def test_they_are_for_a_bucket(place: dict[str, str]) -> None:
    assert refusal({**place, **CDN}) == "DIARY_PHOTOS_CDN is for photos in a bucket, and DIARY_PHOTOS is a folder."


@pytest.mark.parametrize(
    "origin",
    [
        "d111111abcdef8.cloudfront.net",
        "http://d111111abcdef8.cloudfront.net",
        "https://d111111abcdef8.cloudfront.net/photos",
        "https://d111111abcdef8.cloudfront.net//",
        "https://d111111abcdef8.cloudfront.net:443",
        "https://d111111abcdef8.cloudfront.net?x=1",
        "https://D111111ABCDEF8.cloudfront.net",
        "https://me@d111111abcdef8.cloudfront.net",
        "https://d1.cloudfront.net https://example.org",
        "https://d1.cloudfront.net; script-src *",
        "http://localhost.example",
        "https://",
    ],
)
def test_the_distribution_is_https_and_a_host_alone(origin: str) -> None:
    assert refusal({**BUCKET, **CDN, "DIARY_PHOTOS_CDN": origin}) == (
        "DIARY_PHOTOS_CDN has a value that cannot be used: must be https:// and a host in small letters, and nothing "
        "else; http:// is for localhost only."
    )


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "localhost"])
def test_for_a_try_on_this_machine_it_may_do_without_tls(host: str) -> None:
    assert load_settings({**BUCKET, **CDN, "DIARY_PHOTOS_CDN": f"http://{host}"}).photos_cdn == f"http://{host}"


@pytest.mark.parametrize("key_id", ["K1&Policy=x", "K 1", "K1\n", "a/b"])
def test_the_id_of_the_key_can_stand_in_an_address(key_id: str) -> None:
    said = refusal({**BUCKET, **CDN, "DIARY_PHOTOS_CDN_KEY_ID": key_id})
    assert said.startswith("DIARY_PHOTOS_CDN_KEY_ID has a value that cannot be used: ")


@pytest.mark.parametrize(
    "key",
    [
        "hunter2-very-secret",
        pem(RSA)[:-200],
        pem(RSA).replace("M", "N"),
        RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a passphrase")).decode(),
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "\udce9",
    ],
    ids=["no PEM", "cut", "spoiled", "public", "with a passphrase", "another kind", "no text"],
)
def test_a_key_that_cannot_sign_is_told_and_not_shown(key: str) -> None:
    assert refusal({**BUCKET, **CDN, "DIARY_PHOTOS_CDN_KEY": key}) == (
        "DIARY_PHOTOS_CDN_KEY has a value that cannot be used: must be an RSA private key in PEM, without a passphrase."
    )


def test_the_key_is_in_no_message_and_no_listing() -> None:
    body = pem(RSA).splitlines()[3]
    held = load_settings({**BUCKET, **CDN})
    for shown in (repr(held), str(held), f"{held}"):
        assert body not in shown
    for wrong in ({}, {**BUCKET, "DIARY_PHOTOS_CDN_KEY_ID": pem(RSA)}, {**BUCKET, "DIARY_LOG": "xml"}):
        assert body not in refusal({**CDN, **wrong})
