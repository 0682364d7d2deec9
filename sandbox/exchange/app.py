"""The server: one or two venues put together on one port. `serve` runs it; others speak the protocol."""

from __future__ import annotations

import socket as sockets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web

from sandbox.exchange.burst import Bursts
from sandbox.exchange.commotion import Stirrer
from sandbox.exchange.control import Control
from sandbox.exchange.limits import Limiter
from sandbox.exchange.rest.api import RestApi
from sandbox.exchange.seats import Key, Seat, Seats
from sandbox.exchange.stream.feeds import Feeds
from sandbox.exchange.stream.hub import Hub
from sandbox.exchange.stream.private import PrivateFeed
from sandbox.exchange.stream.session import Streams
from sandbox.exchange.stream.topics import DIALECTS
from sandbox.exchange.venue import Playing, Venue
from services.clock import Clock
from services.loops import Loops

log = structlog.get_logger(__name__)

TWIN = "/twin"
"""The path under which the second venue lives."""
_LARGEST_REQUEST = 2**20
_ENDS_WITHIN_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a local exchange is told."""

    main: Playing
    clock: Clock
    twin: Playing | None = None
    keys: Sequence[Key] = ()
    """Of the main venue."""
    on_demand: Callable[[str], Key | None] | None = None
    """Makes a key of the main venue of what a client sent as one, and opens its account; see `Seats`."""
    notes: Path | None = None
    """The folder where what clients say of the main venue's orders is kept; None forgets it in the end."""
    twin_keys: Sequence[Key] = ()
    host: str = "127.0.0.1"
    port: int = 0
    """0 picks a free one."""
    listening: sockets.socket | None = None
    """A socket that already listens; host and port are then not used."""
    is_limited: bool = True
    """Whether requests are counted and refused with 429; see `limits`."""
    faults_allowed: bool = False
    """Whether ``/sim`` offers more than ``/sim/market``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One venue while it is served: what a test in the same process may reach."""

    venue: Venue
    hub: Hub
    feeds: Feeds
    stirrer: Stirrer
    bursts: Bursts


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that accepts connections."""

    url: str
    """``http://127.0.0.1:8798``"""
    main: Served
    twin: Served | None = None


@dataclass(slots=True)
class _Parts:
    served: Served
    streams: Streams
    rest: RestApi


@asynccontextmanager
async def serve(options: Options) -> AsyncIterator[Running]:
    """Run a local exchange until the context ends. Whoever opened the exchanges runs and closes them.

    Raises:
        Misconfigured: what was kept of its orders cannot be read.
    """
    limiter = Limiter(options.clock.monotonic) if options.is_limited else None
    main = _parts(options.main, _seats(options), options.clock, limiter)
    twin = _twin(options, limiter)
    for seat in main.streams.seats.accounts.values():
        await seat.notes.open()
    app = web.Application(client_max_size=_LARGEST_REQUEST)
    _mount(app, main, "", faults_allowed=options.faults_allowed)
    if twin is not None:
        _mount(app, twin, TWIN, faults_allowed=options.faults_allowed)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=_ENDS_WITHIN_S)
    await runner.setup()
    try:
        every = [main] if twin is None else [main, twin]
        async with Loops(*(feed for one in every for feed in _feeds(one))) as crew:
            main.streams.seats.on_new_account = lambda seat: _begin(crew, main, seat)
            url = await _listen(runner, options)
            log.info(
                "sandbox_exchange_opened", url=url, venues=[one.served.venue.label.venue for one in every]
            )
            yield Running(url=url, main=main.served, twin=None if twin is None else twin.served)
            for one in every:
                for connection in one.served.hub.connections:
                    connection.abort()
    finally:
        await runner.cleanup()


def _seats(options: Options) -> Seats:
    if options.on_demand is None:
        return Seats(options.keys, options.notes)
    return Seats(options.keys, options.notes, on_demand=options.on_demand)


def _twin(options: Options, limiter: Limiter | None) -> _Parts | None:
    if options.twin is None:
        return None
    return _parts(options.twin, Seats(options.twin_keys), options.clock, limiter)


def _parts(playing: Playing, seats: Seats, clock: Clock, limiter: Limiter | None) -> _Parts:
    venue = Venue(playing, clock)
    hub = Hub(venue.faults)
    feeds = Feeds(venue, hub)
    served = Served(
        venue=venue,
        hub=hub,
        feeds=feeds,
        stirrer=Stirrer(venue, hub, feeds),
        bursts=Bursts(venue, feeds),
    )
    streams = Streams(venue=venue, seats=seats, hub=hub, feeds=feeds)
    return _Parts(served, streams, RestApi(venue, seats, limiter))


def _feeds(parts: _Parts) -> Iterator[Coroutine[object, object, None]]:
    yield parts.served.feeds.run()
    for seat in parts.streams.seats.accounts.values():
        yield from _feeds_of(parts, seat)


def _feeds_of(parts: _Parts, seat: Seat) -> Iterator[Coroutine[object, object, None]]:
    yield PrivateFeed(parts.served.venue, parts.served.hub, seat).run()
    yield seat.countdown.run(seat.account.orders.cancel_all)


def _begin(crew: Loops, parts: _Parts, seat: Seat) -> None:
    """Let an account that was opened just now be heard."""
    log.info("paper_account_opened", account=seat.name)
    for feed in _feeds_of(parts, seat):
        crew.start(feed)


def _mount(app: web.Application, parts: _Parts, prefix: str, *, faults_allowed: bool) -> None:
    add = app.router.add_route
    add("*", prefix + "/api/{path:.*}", parts.rest.respond)
    for dialect in DIALECTS:
        for name in ("public", "private"):
            endpoint = parts.streams.endpoint(dialect, is_private=name == "private")
            add("GET", f"{prefix}/{dialect}/ws/{name}", endpoint)
    control = Control(venue=parts.served.venue, stirrer=parts.served.stirrer, bursts=parts.served.bursts)
    add("GET", f"{prefix}/sim/market", control.market)
    if not faults_allowed:
        return
    add("GET", f"{prefix}/sim/faults", control.faults)
    add("POST", f"{prefix}/sim/faults", control.set_faults)
    add("DELETE", f"{prefix}/sim/faults", control.clear_faults)
    add("GET", f"{prefix}/sim/requests", control.journal)
    add("DELETE", f"{prefix}/sim/requests", control.clear_journal)
    add("POST", f"{prefix}/sim/burst", control.burst)


async def _listen(runner: web.AppRunner, options: Options) -> str:
    if options.listening is not None:
        site: web.BaseSite = web.SockSite(runner, options.listening)
    else:
        site = web.TCPSite(runner, options.host, options.port)
    await site.start()
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
