"""Amazon Cognito on two local ports, one for its user pool and one for the domain where people sign in.

    with Cognito("http://127.0.0.1:8501") as cognito:
        environ.update(cognito.env)              # the settings that lead the diary here
        cognito.knobs.wrong_nonce = True         # what is wrong with the tokens to come, see Knobs
        cognito.people["ada"].enabled = False    # by an administrator
        cognito.fault("token", "drop")           # or a status, or another kind in `faults.Handler`
        cognito.clear()                          # knobs and faults as they were
        cognito.age(301)                         # seconds, for the codes and sessions there are
        cognito.calls                            # which services were asked, in order

Services: ``discovery``, ``jwks``, ``authorize``, ``login``, ``error``, ``token``, ``userinfo``, ``revoke``, ``logout``.

Written after the developer guide, "User pool endpoints and managed login reference"; its error pages
after streamlit/streamlit#12144 and #14601, aws-amplify/amplify-js#1298 and #2423. What it does *not* list in
its discovery document matters as much: no ``code_challenge_methods_supported``.
"""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

from tests.fakes.answers import Answer
from tests.fakes.cognito_login import LoginPages
from tests.fakes.cognito_pool import Knobs, Person, Pool
from tests.fakes.cognito_tokens import TokenEndpoints
from tests.fakes.cognito_wire import Asked, as_json
from tests.fakes.faults import Fault, Faults, Handler
from tests.oidc.registration import Registration

POOL = "eu-central-1_TestPool"

Reply = Callable[[Asked], Answer]


class Cognito(Registration, Faults):
    """A pool with ``people``, all with the password `cognito_pool.PASSWORD`, for the diary at ``app_url``."""

    def __init__(self, app_url: str, people: tuple[str, ...] = ("ada", "ben")) -> None:
        self._servers = [self._make_server(), self._make_server()]
        idp, self.domain = (f"http://localhost:{server.server_address[1]}" for server in self._servers)
        self.issuer = f"{idp}/{POOL}"
        Registration.__init__(self, app_url, f"{self.issuer}/.well-known/openid-configuration")
        Faults.__init__(self)
        self.calls: list[str] = []
        self.closing = threading.Event()
        self._pool = Pool(self.issuer, self.client_id, people)
        self._pages = LoginPages(self._pool, self)
        self._tokens = TokenEndpoints(self._pool, self._pages, self.client_secret)

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def people(self) -> dict[str, Person]:
        """Who is in the pool, by name."""
        return self._pool.people

    @property
    def knobs(self) -> Knobs:
        return self._pool.knobs

    def clear(self) -> None:
        """All is well again."""
        super().clear()
        self._pool.knobs = Knobs()

    def age(self, seconds: int) -> None:
        """Make all sessions and codes older than they are; a session's ``auth_time`` moves with it."""
        self._pages.age(seconds)

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[Answer, Fault | None]:
        """What to say to a request, and how to spoil it."""
        asked = Asked.read(request, body)
        host, port = "localhost", request.server.server_address[1]
        place = f"http://{host}:{port}{urlsplit(request.path).path}"
        service, methods, reply = self._routes().get(place, ("nothing", ("GET", "POST"), _nothing))
        self.calls.append(service)
        answer = reply(asked) if request.command in methods else Answer(405, "", "text/html")
        return answer, self.take(service)

    def _make_server(self) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("CognitoHandler", (Handler,), {"fake": self}))
        server.daemon_threads = True
        return server

    def _routes(self) -> dict[str, tuple[str, tuple[str, ...], Reply]]:
        get, post = ("GET",), ("POST",)
        return {
            self.metadata_url: ("discovery", get, lambda asked: as_json(self._discovery())),
            f"{self.issuer}/.well-known/jwks.json": ("jwks", get, lambda asked: as_json(self._pool.jwks())),
            f"{self.domain}/oauth2/authorize": ("authorize", get + post, self._pages.authorize),
            f"{self.domain}/login": ("login", get + post, self._pages.login),
            f"{self.domain}/error": ("error", get, self._pages.error),
            f"{self.domain}/logout": ("logout", get, self._pages.logout),
            f"{self.domain}/oauth2/token": ("token", post, self._tokens.token),
            f"{self.domain}/oauth2/userInfo": ("userinfo", get + post, self._tokens.userinfo),
            f"{self.domain}/oauth2/revoke": ("revoke", post, self._tokens.revoke),
        }

    def _discovery(self) -> dict[str, object]:
        return {
            "authorization_endpoint": f"{self.domain}/oauth2/authorize",
            "end_session_endpoint": f"{self.domain}/logout",
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/.well-known/jwks.json",
            "response_types_supported": ["code", "token"],
            "revocation_endpoint": f"{self.domain}/oauth2/revoke",
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
            "token_endpoint": f"{self.domain}/oauth2/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "userinfo_endpoint": f"{self.domain}/oauth2/userInfo",
        }


def _nothing(asked: Asked) -> Answer:
    return Answer(404, json.dumps({"message": "Not Found"}))
