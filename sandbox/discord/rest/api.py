"""From an HTTP request to its answer: the token, faults, rate limits, the resource, the record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.discord.messages.files import Upload
from sandbox.discord.realm import Realm
from sandbox.discord.rest import account, callbacks, channels, commands, guilds, messages, reactions
from sandbox.discord.rest.body import read_body
from sandbox.discord.rest.call import Call, Reply, Route, Routes
from sandbox.discord.rules.limits import RateLimited, rate_limited
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.storm import Blow
from sandbox.discord.wire import encode
from sandbox.discord.world.model import Application

PREFIX = "/api/v10"
_EVERY = (
    *account.ROUTES,
    *callbacks.ROUTES,
    *channels.ROUTES,
    *commands.ROUTES,
    *guilds.ROUTES,
    *messages.ROUTES,
    *reactions.ROUTES,
)
_MAJOR = ("channel", "guild")


@dataclass(slots=True)
class _Exchange:
    """What is known of a request so far; the recorder gets all of it."""

    method: str
    path: str
    query: Mapping[str, str]
    application: Application | None = None
    body: Any = None
    uploads: tuple[Upload, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


class RestApi:
    """Answers everything under ``/api/v10``."""

    def __init__(self, realm: Realm, *, kept: Callable[[], Awaitable[None]]) -> None:
        """`kept` returns once the world is written as it is now: a message that was taken outlasts a kill."""
        self._realm = realm
        self._kept = kept
        self._routes = Routes(_EVERY)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        path = request.rel_url.raw_path.removeprefix(PREFIX)
        exchange = _Exchange(request.method, path, request.query)
        if self._realm.switch.now.slow_ms:
            await asyncio.sleep(self._realm.switch.now.slow_ms / 1000)
        if self._realm.switch.take("drop_rest"):
            return _cut(request)
        blow = self._realm.switch.take_blow(path)
        if blow is not None and not blow.is_after:
            return await self._strike(request, exchange, blow)
        status, body = await self._answer(request, exchange)
        if blow is not None:
            return await self._strike(request, exchange, blow)
        return self._reply(request, exchange, status, body)

    async def _strike(self, request: web.Request, exchange: _Exchange, blow: Blow) -> web.StreamResponse:
        """Let a request fail, whether or not it was carried out."""
        if blow.kind in {"reset", "hang"}:
            await asyncio.sleep(blow.seconds)
            return _cut(request)
        status, body, headers = blow.answer()
        exchange.headers = dict(headers)
        return self._reply(request, exchange, status, body)

    def _reply(
        self, request: web.Request, exchange: _Exchange, status: int, body: object
    ) -> web.StreamResponse:
        self._realm.invalid.note(status, is_shared=exchange.headers.get("X-RateLimit-Scope") == "shared")
        self._record(request, exchange, status, body)
        return _response(status, body, exchange.headers)

    async def _answer(self, request: web.Request, exchange: _Exchange) -> tuple[int, object]:
        try:
            reply = await self._carried_out(request, exchange)
        except Refused as refusal:
            return refusal.status, refusal.to_body()
        except RateLimited as limit:
            exchange.headers.update(limit.headers)
            return 429, limit.body
        except web.HTTPRequestEntityTooLarge:
            return 413, {"message": "Request entity too large", "code": 40005}
        if exchange.method == "POST" and exchange.path.endswith("/messages"):
            await self._kept()
        return reply.status, reply.body

    async def _carried_out(self, request: web.Request, exchange: _Exchange) -> Reply:
        route, params = self._routes.find(exchange.method, exchange.path)
        exchange.application = self._admit(request, route)
        self._meet_faults(exchange)
        self._limit(exchange, route, params)
        exchange.body, exchange.uploads = await read_body(request)
        call = Call(
            application=exchange.application,
            params=params,
            query=exchange.query,
            origin=str(request.url.origin()),
            body=exchange.body,
            uploads=exchange.uploads,
        )
        return route.answer(self._realm, call)

    def _admit(self, request: web.Request, route: Route) -> Application | None:
        banned_for = self._realm.invalid.banned_for()
        if banned_for is not None:
            raise rate_limited(banned_for, scope="global")
        if route.is_open:
            return None
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        application = self._realm.applications.authenticate(token) if kind == "Bot" else None
        if application is None:
            raise Refused(401, 0, "401: Unauthorized")
        return application

    def _meet_faults(self, exchange: _Exchange) -> None:
        switch = self._realm.switch
        name = exchange.application.name if exchange.application else None
        broken = switch.take_5xx(name, exchange.path)
        if broken is not None:
            raise Refused(broken.status, 0, f"{broken.status}: Server Error")
        limited = switch.take_429(name, exchange.path)
        if limited is not None:
            raise rate_limited(limited.retry_after, scope=limited.scope)

    def _limit(self, exchange: _Exchange, route: Route, params: Mapping[str, str]) -> None:
        app_id = exchange.application.id if exchange.application else params.get("application")
        if app_id is None or self._realm.switch.now.rest_unlimited:
            return
        major = next((params[name] for name in _MAJOR if name in params), params.get("token", ""))
        headers = self._realm.limiter.check(app_id, route.key, major, exempt=route.is_open)
        exchange.headers.update(headers)

    def _record(self, request: web.Request, exchange: _Exchange, status: int, body: object) -> None:
        self._realm.recorder.rest(
            {
                "method": exchange.method,
                "path": PREFIX + exchange.path,
                "query": dict(exchange.query),
                "content_type": request.content_type if request.body_exists else None,
                "body": exchange.body,
                "files": [upload.filename for upload in exchange.uploads],
                "application_id": exchange.application.id if exchange.application else None,
                "status": status,
                "response": body,
            }
        )


def _response(status: int, body: object, headers: Mapping[str, str]) -> web.Response:
    if body is None:
        return web.Response(status=status, headers=headers)
    if isinstance(body, str):
        return web.Response(status=status, headers=headers, text=body)
    return web.Response(status=status, headers=headers, body=encode(body), content_type="application/json")


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
