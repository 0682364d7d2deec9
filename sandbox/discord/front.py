"""The paths that become WebSockets, and the page that stands at the same place as the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import WSCloseCode, web
from yarl import URL

from sandbox.discord.gateway.handshake import Handshake
from sandbox.discord.gateway.socket import INVALID_VERSION, GatewaySocket
from sandbox.discord.member_api import view
from sandbox.discord.member_api.mistakes import Mistake
from sandbox.discord.member_api.socket import MemberSocket
from sandbox.discord.pages import Pages
from sandbox.discord.realm import Realm
from sandbox.discord.rules.limits import GatewaySends

_GOODBYE_S = 0.3
"""How long a client is given to answer a close."""
_LARGEST_PAYLOAD = 2**20
_PING_MEMBERS_EVERY_S = 30.0
_LOOPBACK = "127.0.0.1"


class Front:
    """Answers ``/``, the gateway's paths and the members' socket."""

    def __init__(self, realm: Realm, pages: Pages) -> None:
        self._realm = realm
        self._pages = pages
        self._handshake = Handshake(realm.hub, realm.applications.authenticate, realm.identifies)
        self._open: set[web.WebSocketResponse] = set()

    async def root(self, request: web.Request) -> web.StreamResponse:
        """Answer ``/``: the gateway to those who upgrade, else the page."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.gateway(request)
        home = URL(self._realm.addresses.cdn).origin()
        if request.url.host == "localhost" and home.host == _LOOPBACK:
            raise web.HTTPFound(home)  # pictures come from there, and the policy allows one origin
        return self._pages.page(request)

    async def gateway(self, request: web.Request) -> web.StreamResponse:
        """Speak the gateway protocol."""
        socket = web.WebSocketResponse(compress=False, timeout=_GOODBYE_S, max_msg_size=_LARGEST_PAYLOAD)
        async with self._opened(request, socket):
            if request.query.get("v", "10") != "10" or request.query.get("encoding", "json") != "json":
                await socket.close(code=INVALID_VERSION)
            else:
                await self._speak(request, socket)
        return socket

    async def member(self, request: web.Request) -> web.StreamResponse:
        """Show one user what happens."""
        try:
            user_id = view.find_actor(self._realm.world, request.query.get("as"))
        except Mistake as mistake:
            return web.json_response(mistake.to_body(), status=mistake.status)
        socket = web.WebSocketResponse(compress=False, timeout=_GOODBYE_S, heartbeat=_PING_MEMBERS_EVERY_S)
        async with self._opened(request, socket):
            await MemberSocket(self._realm, user_id, socket).run()
        return socket

    async def close(self, _app: web.Application) -> None:
        """Say goodbye to everyone who is connected; they may come back at once."""
        with suppress(TimeoutError):  # who does not read is cut off right after this
            async with asyncio.timeout(_GOODBYE_S):
                await asyncio.gather(
                    *(socket.close(code=WSCloseCode.GOING_AWAY) for socket in tuple(self._open))
                )

    async def _speak(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        transport = request.transport
        await GatewaySocket(
            socket,
            hub=self._realm.hub,
            handshake=self._handshake,
            sends=GatewaySends(self._realm.clock),
            monotonic=self._realm.clock.monotonic,
            abort=transport.abort if transport else lambda: None,
            url=self._realm.addresses.gateway_from(str(request.url.origin())),
            is_compressed=request.query.get("compress") == "zlib-stream",
        ).run()

    @asynccontextmanager
    async def _opened(self, request: web.Request, socket: web.WebSocketResponse) -> AsyncIterator[None]:
        await socket.prepare(request)
        self._open.add(socket)
        try:
            yield
        finally:
            self._open.discard(socket)
