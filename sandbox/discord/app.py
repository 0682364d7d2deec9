"""The server: every part put together on one port. `serve` runs it; nothing here knows what a message is."""

from __future__ import annotations

import asyncio
import socket as sockets
import ssl as tls
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web
from pydantic import SecretStr

from sandbox.discord.assembly import Foundation, assemble, keep_ahead
from sandbox.discord.front import Front
from sandbox.discord.guard import Guard, add_headers, middleware
from sandbox.discord.member_api.http import PREFIX, MemberHttp
from sandbox.discord.messages.files import Cdn
from sandbox.discord.pages import Pages
from sandbox.discord.realm import Addresses, Realm
from sandbox.discord.recorder import FileRecorder, NoRecorder
from sandbox.discord.rest.api import RestApi
from sandbox.discord.world.model import World
from sandbox.discord.world.seed import seed
from sandbox.discord.world.snowflake import Snowflakes
from sandbox.discord.world.store import Store
from services.clock import Clock

log = structlog.get_logger(__name__)

LARGEST_REQUEST = 30 * 2**20
_ENDS_WITHIN_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a local Discord is told."""

    key: SecretStr
    clock: Clock
    var: Path
    """Its database and its uploads live here."""
    static: Path
    """The folder of the chat page."""
    host: str = "127.0.0.1"
    port: int = 0
    """0 picks a free one."""
    listening: sockets.socket | None = None
    """A socket that already listens; host and port are then not used."""
    recording: Path | None = None
    """Where every exchange is written down; None for not at all."""
    tls: tls.SSLContext | None = None
    addresses: Addresses | None = None
    """What clients are told where TLS and a resolver stand in between; None: where this server is."""
    hosts: frozenset[str] = frozenset()
    """More names that this server answers to, such as its service's in a cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that accepts connections."""

    url: str
    """``http://127.0.0.1:8799``"""
    realm: Realm


@asynccontextmanager
async def serve(options: Options) -> AsyncIterator[Running]:
    """Run a local Discord until the context ends; its world is then on disk."""
    recorder = FileRecorder(options.recording) if options.recording else NoRecorder()
    world = World()
    snowflakes = Snowflakes(options.clock)
    addresses = options.addresses or Addresses()
    cdn = Cdn(options.var / "cdn", url=lambda: addresses.cdn, new_id=snowflakes.next)
    store = Store(options.var / "sandbox_discord.db", world, cdn)
    await store.load()
    seed(world, options.clock.now())
    keep_ahead(snowflakes, world)
    realm = assemble(
        Foundation(
            key=options.key,
            clock=options.clock,
            addresses=addresses,
            world=world,
            snowflakes=snowflakes,
            cdn=cdn,
            recorder=recorder,
        )
    )
    runner = _runner(realm, options, store)
    await runner.setup()
    try:
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(store.run())
            realm.hub.recall()
            url = await _listen(runner, options, addresses)
            log.info("sandbox_discord_opened", url=url, users=len(world.users), channels=len(world.channels))
            yield Running(url=url, realm=realm)
            writing.cancel()
    finally:
        await runner.cleanup()
        await store.close()
        if isinstance(recorder, FileRecorder):
            recorder.close()


async def _listen(runner: web.AppRunner, options: Options, addresses: Addresses) -> str:
    if options.listening is not None:
        site: web.BaseSite = web.SockSite(runner, options.listening, ssl_context=options.tls)
    else:
        site = web.TCPSite(runner, options.host, options.port, ssl_context=options.tls)
    await site.start()
    host, port = runner.addresses[0][:2]
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if options.tls else "http"
    url = f"{scheme}://{shown}:{port}"
    addresses.cdn = addresses.cdn or f"{url}/cdn"
    return url


def _runner(realm: Realm, options: Options, store: Store) -> web.AppRunner:
    return web.AppRunner(
        _application(realm, options, store),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=_ENDS_WITHIN_S,
    )


def _application(realm: Realm, options: Options, store: Store) -> web.Application:
    guard = Guard(options.hosts | {options.host})
    app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[middleware(guard)])
    app.on_response_prepare.append(add_headers)
    pages = Pages(options.static, realm.cdn)
    front = Front(realm, pages)
    app.on_shutdown.append(front.close)
    app.router.add_get("/", front.root)
    app.router.add_get("/gateway", front.gateway)
    app.router.add_get("/gateway/", front.gateway)
    app.router.add_route("*", "/api/v10/{path:.*}", RestApi(realm, kept=store.kept).respond)
    app.router.add_get("/static/{path:.*}", pages.static)
    app.router.add_get("/cdn/attachments/{path:.*}", pages.upload)
    app.router.add_get("/attachments/{path:.*}", pages.upload)
    app.router.add_get("/cdn/avatars/{path:.*}", pages.avatar)
    app.router.add_get("/cdn/embed/avatars/{number}.png", pages.default_avatar)
    app.router.add_get(f"{PREFIX}/socket", front.member)
    MemberHttp(realm).add_to(app)
    return app
