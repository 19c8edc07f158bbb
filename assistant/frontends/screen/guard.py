"""Who may ask for what: hosts, origins, tokens, pairings, sizes and rates, and the headers of every answer.

Belongs to the server's loop. A page of another site in the same browser can neither read nor press, and
whoever is not paired gets nothing but the page to pair by. A "stop" is never too fast.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from assistant.frontends.screen.pairing import Pairing

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[int, str, str], App]
"""Makes an answer of a status, the name of an error, and a sentence."""

COOKIE = "limber_pairing"
TOKEN_HEADER = b"x-limber-token"
MOST_BYTES = 2_000
BURST, A_SECOND = 20.0, 10.0
"""So many things can be pressed at once, and so many a second from then on."""
MOST_ADDRESSES = 100
FOR_ANYBODY = {"/pair.js", "/style.css", "/icon.svg"}
VISITOR = "limber.visitor"
HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        b"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        b"frame-ancestors 'none'; require-trusted-types-for 'script'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"server", b"limber"),
]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks. The room's own screen is this machine's; others are on the network, paired for a time."""

    address: str
    is_room_screen: bool
    still_paired: Callable[[], bool]

    @property
    def is_paired(self) -> bool:
        """Whether anything may be shown or pressed."""
        return self.is_room_screen or self.still_paired()


class Rates:
    """How fast somebody may press, by address."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, address: str, now: float) -> bool:
        """Whether one more is not too fast."""
        left, at = self._left.pop(address, (BURST, now))
        left = min(BURST, left + (now - at) * A_SECOND)
        self._left[address] = (left - 1.0 if left >= 1.0 else left), now
        if len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)
        return left >= 1.0


class Guard:
    """Stands before the application. `hosts` are how the page may be called on the network, with the port."""

    def __init__(
        self,
        app: App,
        refuse: Refuse,
        *,
        port: int,
        hosts: frozenset[str],
        token: str,
        pairing: Pairing | None,
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._own_hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
        self._hosts = hosts
        self._token = token.encode()
        self._pairing = pairing
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] != "http":
            return

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
            await send(message)

        await self._chosen(scope)(scope, receive, send_with_headers)

    def _chosen(self, scope: Scope) -> App:
        headers = _single(scope["headers"])
        if headers is None:
            return self._refuse(400, "headers", "A header was sent twice.")
        address = scope["client"][0] if scope.get("client") else ""
        host = headers.get(b"host", b"").decode("latin-1").lower()
        is_here = self._is_here(address, host)
        if host not in (self._own_hosts if is_here else self._hosts):
            return self._refuse(403, "host", "The page has another address.")
        if not self._is_same_site(scope, headers, host):
            return self._refuse(403, "origin", "Another site asks for it.")
        visitor = Visitor(address, is_here, lambda: self._is_paired(headers))
        scope[VISITOR] = visitor
        if scope["method"] == "POST":
            return self._app if (wrong := self._wrong_post(scope, headers)) is None else wrong
        if not visitor.is_paired and scope["path"] not in {"/", *FOR_ANYBODY}:
            return self._refuse(401, "not_paired", "Pair this device first.")
        return self._app

    def _is_here(self, address: str, host: str) -> bool:
        """Whether somebody at this machine asks, by its own name."""
        return _is_loopback(address) and host not in self._hosts

    @staticmethod
    def _is_same_site(scope: Scope, headers: dict[bytes, bytes], host: str) -> bool:
        """Whether our own page asks, or somebody who opens it; browsers tell, and others need not."""
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1").lower() != f"http://{host}":
            return False
        if headers.get(b"sec-fetch-site", b"none") in (b"same-origin", b"none"):
            return True
        opens = (
            headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-dest") == b"document"
        )
        return opens and scope["method"] == "GET" and scope["path"] == "/"

    def _wrong_post(self, scope: Scope, headers: dict[bytes, bytes]) -> App | None:
        if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != b"application/json":
            return self._refuse(415, "type", "It should be JSON.")
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return self._refuse(413, "size", f"It should say its length, of at most {MOST_BYTES} bytes.")
        if scope["path"] == "/pair":
            return None
        if not scope[VISITOR].is_paired:
            return self._refuse(401, "not_paired", "Pair this device first.")
        if not hmac.compare_digest(headers.get(TOKEN_HEADER, b""), self._token):
            return self._refuse(403, "token", "The page is of another start: load it anew.")
        return None

    def _is_paired(self, headers: dict[bytes, bytes]) -> bool:
        if self._pairing is None:
            return False
        try:
            cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return False
        secret = cookies.get(COOKIE)
        return secret is not None and self._pairing.is_paired(secret.value, self._clock())


def _single(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes] | None:
    """The headers by name; None where one that is asked for here came twice."""
    asked_for = {b"host", b"origin", b"content-length", b"content-type", b"cookie", TOKEN_HEADER}
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in asked_for and name in found:
            return None
        found[name] = value
    return found


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
