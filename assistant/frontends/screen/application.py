"""What can be asked of the server, and what it answers; README.md tells it to the page.

Belongs to the server's loop; what reads or writes files is done on a thread beside it. Must not wait for the
session, nor do anything for whom the guard has not let in.
"""

from __future__ import annotations

import asyncio
import html
import io
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import segno
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from assistant.core.events import Event
from assistant.core.faults import DEAFENING
from assistant.errors import AssistantError
from assistant.frontends.house import House
from assistant.frontends.pressing import NotPressableError, is_urgent, said
from assistant.frontends.screen.feed import Feed
from assistant.frontends.screen.files import Content, Files, content
from assistant.frontends.screen.guard import (
    COOKIE,
    MOST_BYTES,
    VISITOR,
    App,
    Guard,
    Rates,
    Receive,
    Scope,
    Send,
    Visitor,
)
from assistant.frontends.screen.pairing import PAIRED_SECONDS, Pairing, Tried

BODY_SECONDS = 5.0
_NOT_KEPT = {"cache-control": "no-store"}
_STREAM = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]


class RefusalError(Exception):
    """A request that cannot be granted: its status, a name for the page, a sentence for people."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message


def refuse(status: int, error: str, message: str) -> App:
    """An answer that says no."""
    return JSONResponse({"error": error, "message": message}, status, _NOT_KEPT)


class Application:
    """The page of one room. `network_host` is address and port in the local network, "" without one."""

    def __init__(
        self,
        house: House,
        send: Callable[[Event], None],
        feed: Feed,
        *,
        port: int,
        network_host: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._house = house
        self._send = send
        self._feed = feed
        self._clock = clock
        self._network_host = network_host
        self._token = secrets.token_urlsafe(24)
        self._pairing = Pairing(clock()) if network_host else None
        self._files = Files()
        self._rates = Rates()
        self._poses: Content | None = None
        self.app: App = Guard(
            Starlette(routes=self._routes(), exception_handlers={RefusalError: _refused, 500: _failed}),
            refuse,
            port=port,
            hosts=frozenset((network_host,)) if network_host else frozenset(),
            token=self._token,
            pairing=self._pairing,
            clock=clock,
        )

    def _routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._page),
            Route("/events", _Stream(self._feed)),
            Route("/say", self._say, methods=["POST"]),
            Route("/begin", self._begin, methods=["POST"]),
            Route("/forget", self._forget, methods=["POST"]),
            Route("/pair", self._pair, methods=["POST"]),
            Route("/poses.json", self._get_poses),
            Route("/history.json", self._history),
            Route("/history.svg", self._chart),
            Route("/pairing.json", self._pairing_facts),
            Route("/pairing.svg", self._pairing_code),
            Route("/{name:path}", self._file),
        ]

    async def _page(self, request: Request) -> Response:
        visitor: Visitor = request.scope[VISITOR]
        found = self._files.get("index.html" if visitor.is_paired else "pair.html")
        if found is None:
            raise RefusalError(404, "no_page", "The page is not there.")
        facts = html.escape(json.dumps(self._facts(visitor)) if visitor.is_paired else "{}", quote=True)
        page = found.plain.replace(b"{{facts}}", facts.encode())
        return _answer(request, content(found.kind, page), 200 if visitor.is_paired else 401, is_kept=False)

    def _facts(self, visitor: Visitor) -> dict[str, Any]:
        config, night = self._house.screen, self._house.night
        return {
            "token": self._token,
            "language": self._house.pack.code,
            "distance_metres": config.distance_metres,
            "diagonal_inches": config.diagonal_inches if visitor.is_room_screen else 0.0,
            "theme": config.theme,
            "moves": self._house.moves,
            "night_minutes": [night.begins, night.ends] if night else None,
            "emergency_number": config.emergency_number,
            "deafening": sorted(DEAFENING),
            "is_room_screen": visitor.is_room_screen,
            "has_pairing": visitor.is_room_screen and self._pairing is not None,
        }

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = None if name == "index.html" else self._files.get(name)
        if found is None:
            raise RefusalError(404, "not_there", "There is no such file.")
        return _answer(request, found)

    async def _say(self, request: Request) -> Response:
        pressed = await _body(request)
        if not is_urgent(pressed):
            self._slow_down(request)
        if self._feed.is_idle:
            raise RefusalError(409, "idle", "There is no session.")
        try:
            meaning = said(pressed, self._house.pack)
        except NotPressableError as error:
            raise RefusalError(400, "not_pressable", str(error)) from error
        self._send(meaning)
        return _done()

    async def _begin(self, request: Request) -> Response:
        await _body(request)
        self._slow_down(request)
        await _carried_out(self._house.begin)
        return _done()

    async def _forget(self, request: Request) -> Response:
        named = await _body(request)
        self._slow_down(request)
        number = named.get("session")
        is_number = isinstance(number, int) and not isinstance(number, bool)
        if (named.get("all") is True) == is_number or named.keys() - {"all", "session"}:
            raise RefusalError(400, "forget_what", "Name one session by its number, or all.")
        if not self._feed.is_idle:
            raise RefusalError(409, "guiding", "A session is going on: end it first.")
        return _done(erased=await _carried_out(self._house.forget, number if is_number else None))

    async def _pair(self, request: Request) -> Response:
        given = (await _body(request)).get("code")
        self._slow_down(request)
        if self._pairing is None or not isinstance(given, str):
            raise RefusalError(404, "no_pairing", "There is nothing to pair with.")
        tried, secret = self._pairing.pair(given, self._clock())
        if tried is Tried.WRONG:
            raise RefusalError(403, "wrong_code", "That is not the code on the screen.")
        if tried is Tried.LOCKED:
            raise RefusalError(429, "locked", "Too many wrong codes: wait a minute, and use the new one.")
        answer = _done()
        answer.set_cookie(COOKIE, secret, int(PAIRED_SECONDS), httponly=True, samesite="strict")
        return answer

    async def _get_poses(self, request: Request) -> Response:
        if self._poses is None:
            poses = await run_in_threadpool(self._house.poses)
            self._poses = await run_in_threadpool(content, "application/json", poses)
        return _answer(request, self._poses)

    async def _history(self, request: Request) -> Response:
        sessions = await _carried_out(self._house.history)
        data = json.dumps({"sessions": sessions}).encode()
        return _answer(request, content("application/json", data), is_kept=False)

    async def _chart(self, request: Request) -> Response:
        drawn: str = await _carried_out(self._house.chart)
        if not drawn:
            raise RefusalError(404, "no_sessions", "There is no session yet.")
        return _answer(request, content("image/svg+xml", drawn.encode("utf-8", "replace")), is_kept=False)

    def _invitation(self, request: Request) -> tuple[str, str, float]:
        """What another device is to open, the code of the moment, and for how many seconds it counts."""
        if self._pairing is None or not request.scope[VISITOR].is_room_screen:
            raise RefusalError(404, "no_pairing", "There is nothing to pair with here.")
        code, seconds = self._pairing.code(self._clock())
        return f"http://{self._network_host}/#pair={code}", code, seconds

    async def _pairing_facts(self, request: Request) -> Response:
        url, code, seconds = self._invitation(request)
        facts = {"url": url, "code": code, "expires_in_seconds": round(seconds)}
        return JSONResponse(facts, headers=_NOT_KEPT)

    async def _pairing_code(self, request: Request) -> Response:
        drawn = io.BytesIO()
        segno.make(self._invitation(request)[0], micro=False).save(
            drawn, kind="svg", xmldecl=False, scale=8, border=4, light="#fff"
        )
        return _answer(request, content("image/svg+xml", drawn.getvalue()), is_kept=False)

    def _slow_down(self, request: Request) -> None:
        if not self._rates.allow(request.scope[VISITOR].address, self._clock()):
            raise RefusalError(429, "too_fast", "That is too fast.")


class _Stream:
    """The events, as an application of its own: it answers piece by piece until somebody leaves."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await refuse(405, "method", "Events can only be read.")(scope, receive, send)
        elif self._feed.is_full:
            await refuse(503, "full", "As many pages look on as can.")(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
            visitor: Visitor = scope[VISITOR]
            await self._feed.stream(receive, send, lambda: visitor.is_paired)
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent, within the size and the time that are granted."""
    data = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                data += piece
                if len(data) > MOST_BYTES:
                    raise RefusalError(413, "size", "It is too long.")
        sent = json.loads(data)
    except (ValueError, RecursionError, TimeoutError, ClientDisconnect) as error:
        raise RefusalError(400, "body", "It is not JSON.") from error
    if not isinstance(sent, dict):
        raise RefusalError(400, "body", "It should be a JSON object.")
    return sent


async def _carried_out(wish: Callable[..., Any], *arguments: object) -> Any:
    """What came of something that takes its time; not now, where it cannot be."""
    try:
        return await run_in_threadpool(wish, *arguments)
    except AssistantError as error:
        raise RefusalError(409, error.code, error.message) from error


def _answer(request: Request, found: Content, status: int = 200, *, is_kept: bool = True) -> Response:
    """The content, compressed where that is understood; what the browser has already is not sent again."""
    headers = {"vary": "accept-encoding", **({"cache-control": "no-cache"} if is_kept else _NOT_KEPT)}
    data, etag = found.plain, found.etag
    if found.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        data, etag = found.compressed, f'{found.etag[:-1]}-gzip"'
        headers["content-encoding"] = "gzip"
    if is_kept:
        headers["etag"] = etag
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    return Response(data, status, headers, media_type=found.kind)


def _done(**told: str) -> JSONResponse:
    return JSONResponse(told, headers=_NOT_KEPT)


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, RefusalError)
    answer = {"error": refusal.error, "message": refusal.message}
    return JSONResponse(answer, refusal.status, _NOT_KEPT)


async def _failed(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": "failed", "message": "The log says why."}, 500, _NOT_KEPT)
