"""A user pool of Amazon Cognito: its people, its keys, and the tokens it gives out.

Written after the developer guide: "Understanding user pool JSON web tokens", "Token endpoint".
"""

import base64
import hashlib
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

PASSWORD = "correct-Horse-7-battery"
HOUR = 3600

Claims = dict[str, Any]


@dataclass
class Person:
    """Somebody in the pool; who is not ``enabled`` does not come in."""

    name: str
    enabled: bool = True
    sub: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def email(self) -> str:
        return f"{self.name}@example.org"


@dataclass
class Knobs:
    """What is wrong with the tokens to come. ``old_auth_time`` is in seconds before now; ``many_groups`` a number."""

    wrong_nonce: bool = False
    expired_token: bool = False
    bad_signature: bool = False
    wrong_audience: bool = False
    party_of_another: bool = False  # a token for somebody else's client that names ours as the party it was given to
    wrong_issuer: bool = False
    no_auth_time: bool = False
    old_auth_time: int = 0
    many_groups: int = 0


@dataclass(frozen=True)
class Grant:
    """What somebody who signed in at ``auth_time`` lets the diary have."""

    person: Person
    auth_time: int
    scope: str
    nonce: str | None
    redirect_uri: str
    challenge: str | None
    origin_jti: str = field(default_factory=lambda: str(uuid.uuid4()))
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Pool:
    """The pool behind ``issuer``, with one client. Its tokens are good for an hour, as Cognito's are by default."""

    def __init__(self, issuer: str, client_id: str, people: tuple[str, ...]) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.people = {name: Person(name) for name in people}
        self.knobs = Knobs()
        self._id_key, self._access_key = _new_key(), _new_key()
        assert self._id_key.kid
        self._strange_key = _new_key(self._id_key.kid)

    def jwks(self) -> dict[str, Any]:
        """The public keys: one for ID tokens, one for access tokens."""
        keys: dict[str, Any] = dict(KeySet([self._id_key, self._access_key]).as_dict(private=False))
        return keys

    def find(self, name: str, password: str) -> Person | None:
        """Who signs in by this name and password."""
        return self.people.get(name) if secrets.compare_digest(password, PASSWORD) else None

    def tokens(self, grant: Grant) -> Claims:
        """An ID token and an access token, without a refresh token, as the token endpoint gives them."""
        access = _sign(self._access_claims(grant), self._access_key)
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = self._id_claims(grant) | {"at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode()}
        key = self._strange_key if self.knobs.bad_signature else self._id_key
        tokens = {"id_token": _sign(self._spoil(claims), key), "access_token": access}
        return tokens | {"expires_in": HOUR, "token_type": "Bearer"}

    def read(self, access_token: str) -> Claims | None:
        """The claims of an access token of this pool that is still good."""
        try:
            claims: Claims = jwt.decode(access_token, self._access_key, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return None
        return claims if claims["exp"] > time.time() else None

    def _both(self, grant: Grant) -> Claims:
        now = int(time.time())
        claims = {
            "sub": grant.person.sub,
            "iss": self.issuer,
            "origin_jti": grant.origin_jti,
            "event_id": grant.event_id,
            "auth_time": grant.auth_time - self.knobs.old_auth_time,
            "exp": now + HOUR,
            "iat": now,
            "jti": str(uuid.uuid4()),
        }
        groups = [hashlib.sha256(b"%d" % number).hexdigest()[:32] for number in range(self.knobs.many_groups)]
        return claims | ({"cognito:groups": groups} if groups else {})

    def _access_claims(self, grant: Grant) -> Claims:
        own = {"client_id": self.client_id, "token_use": "access", "scope": grant.scope, "version": 2}
        return self._both(grant) | own | {"username": grant.person.name}

    def _id_claims(self, grant: Grant) -> Claims:
        claims: Claims = {"aud": self.client_id, "token_use": "id", "cognito:username": grant.person.name}
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        if "email" in grant.scope.split():
            claims |= {"email": grant.person.email, "email_verified": True}
        if "profile" in grant.scope.split():
            claims["name"] = grant.person.name.title()
        return self._both(grant) | claims

    def _spoil(self, claims: Claims) -> Claims:
        if self.knobs.wrong_nonce:
            claims["nonce"] = secrets.token_urlsafe(15)
        if self.knobs.expired_token:
            claims |= {"iat": claims["iat"] - 2 * HOUR, "exp": claims["exp"] - 2 * HOUR}
        if self.knobs.wrong_audience:
            claims["aud"] = "somebody-elses-client"
        if self.knobs.party_of_another:
            claims |= {"aud": "somebody-elses-client", "azp": self.client_id}
        if self.knobs.wrong_issuer:
            claims["iss"] = f"{self.issuer}Other"
        if self.knobs.no_auth_time:
            del claims["auth_time"]
        return claims


def _new_key(kid: str | None = None) -> RSAKey:
    names = {"kid": kid or secrets.token_urlsafe(32), "use": "sig", "alg": "RS256"}
    return RSAKey.generate_key(2048, parameters=names)  # type: ignore[arg-type]


def _sign(claims: Claims, key: RSAKey) -> str:
    return jwt.encode({"kid": key.kid, "alg": "RS256"}, claims, key, algorithms=["RS256"])
