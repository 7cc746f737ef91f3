"""Who may reach the diary while there is no log-in: this machine only, unless the operator says otherwise.

A diary without log-in has one owner, and whoever reaches it is that owner. A page elsewhere on the web can reach it
through the browser of its owner too, under a name that leads to this machine (DNS rebinding); the Host that such a
browser sends gives it away.
"""

import re
from ipaddress import ip_address

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from diary.errors import SettingsError
from diary.settings import Settings

_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")
_INNER = re.compile(r"/_stcore/+(metrics|agent)")
_OF_A_PROXY = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def check_address(settings: Settings) -> None:
    """Raise SettingsError where the diary would be served beyond this machine to anybody.

    Or where a header of a request, which anybody may write, would tell who has logged in.
    """
    if settings.has_login and st.get_option("server.trustedUserHeaders"):
        raise SettingsError("Take server.trustedUserHeaders out: with log-in, no header may tell who somebody is.")
    if settings.has_login and st.get_option("server.baseUrlPath"):
        raise SettingsError("Take server.baseUrlPath out: with log-in, the diary is at the root of a host of its own.")
    address = st.get_option("server.address")
    if settings.has_login or settings.login == "off" or is_this_machine(address):
        return
    where = f"at {address}" if address and not is_everywhere(address) else "on every address of this machine"
    raise SettingsError(
        f"It has no log-in and would be served {where}, where whoever reaches it could read and change it. Set up"
        " log-in with the settings that begin with AUTH_, or set DIARY_LOGIN=off if it is meant for everybody there;"
        " --server.address 127.0.0.1 serves it to this machine only."
    )


def is_this_machine(host: str | None) -> bool:
    """Whether ``host``, a name or an address, leads to this machine and no further."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_everywhere(host: str) -> bool:
    """Whether to listen on ``host`` is to listen on every interface."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


class InnerPaths:
    """Answers what Streamlit tells of itself, and its agents' way in where that is on, to this machine only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_inner = scope["type"] in {"http", "websocket"} and _INNER.search(scope["path"])
        if is_inner and not (scope["type"] == "http" and is_asked_here(scope)):
            await PlainTextResponse("not found\n", 404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class ThisMachineOnly:
    """Turns away every request that was not made to this machine under a name or address of its loopback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or is_asked_here(scope):
            await self.app(scope, receive, send)
        else:
            said = "This diary has no log-in and answers on its own machine only. See DIARY_LOGIN in its README."
            await refuse(scope, receive, send, said, 403)


async def refuse(scope: Scope, receive: Receive, send: Send, sentence: str, status: int) -> None:
    """A sentence; a socket is closed before it is accepted, and the server answers 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    else:
        await PlainTextResponse(f"{sentence}\n", status)(scope, receive, send)


def is_asked_here(scope: Scope) -> bool:
    """By the Host asked for, the address the connection came in at, the page that opens a socket; by no proxy's word.

    Streamlit alone would open a socket for pages of other ports and other addresses of this machine.
    """
    headers = Headers(scope=scope)
    hosts, came_in = headers.getlist("host"), scope.get("server") or ("", None)
    named = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if not (named and is_this_machine(named["name"].strip("[]").lower()) and is_this_machine(came_in[0])):
        return False
    origin = headers.get("origin")
    if scope["type"] == "websocket" and origin is not None and origin.lower().partition("://")[2] != hosts[0].lower():
        return False
    return not any(name in headers for name in _OF_A_PROXY)
