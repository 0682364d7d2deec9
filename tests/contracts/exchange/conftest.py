"""The adapters of the `Exchange` port; each is one line in `ADAPTERS`, and every test here runs on it.

What such a line gives is an async context manager that opens the adapter with two markets or more, and says
how market time passes: for one in this process a clock is moved, for one behind a socket somebody sleeps.
"""

from __future__ import annotations

import asyncio
import copy
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np
import pytest
import pytest_asyncio
from account_stage import NoLimit
from exchange_stage import Staged, breathe, hosted, running
from market_stage import SleeperClock, wandering_minutes
from sandbox_exchange_stage import running_exchange

from config.markets import read_markets
from sandbox.exchange.venue import Label
from services.clock import SystemClock
from services.exchange.exchange import Channel
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.settings import PaperSettings
from services.exchange.played.mirror import MirrorExchange
from services.exchange.played.playback import PAUSE_SECONDS, Playback
from services.exchange.played.quiet_tape import ExtraMarkets
from services.exchange.played.replay import ReplayExchange
from services.exchange.played.simulated import SimulatedExchange
from services.exchange.played.twin import TwinExchange
from services.exchange.venues.addresses import Connection
from services.exchange.venues.exchange import open_venue

Opens = Callable[[], AbstractAsyncContextManager[Staged]]

_SPEED = 60.0
_MARKETS = read_markets(Path(__file__).resolve().parents[3] / "config" / "markets.yaml")
_RECORDINGS = {
    "BTC/USDT:USDT": wandering_minutes(4_000, price=60_000.0, seed=1),
    "ETH/USDT": wandering_minutes(4_000, price=2_500.0, seed=2),
}


_DRAWN_BY = SleeperClock()


@functools.cache
def _drawn(extra: ExtraMarkets | None) -> SimulatedExchange:
    """Return a simulation that nobody may touch; its past takes a tenth of a second to draw."""
    clock = _DRAWN_BY
    return SimulatedExchange(
        _MARKETS, rng=np.random.default_rng(1), clock=clock, extra=extra, sleep=clock.sleep
    )


def _simulation(clock: SleeperClock, extra: ExtraMarkets | None = None) -> SimulatedExchange:
    return copy.deepcopy(_drawn(extra), {id(_DRAWN_BY): clock})


def _replay(clock: SleeperClock, begins_at: float = 0.8) -> ReplayExchange:
    return ReplayExchange(
        _RECORDINGS, venue="binance", seed=1, clock=clock, begins_at=begins_at, sleep=clock.sleep
    )


@asynccontextmanager
async def _played(build: Callable[[SleeperClock], Playback]) -> AsyncIterator[Staged]:
    clock = SleeperClock()

    async def let_pass(seconds: float) -> None:
        clock.step(seconds)

    yield Staged(exchange=build(clock), let_pass=let_pass)


class _Ticking(SleeperClock):
    """Time that passes by itself, at the same pace for all who sleep."""

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.sleep(0)


async def _tick(clock: SleeperClock) -> None:
    while True:
        clock.step(PAUSE_SECONDS)
        await asyncio.sleep(0)


async def _read(played: Playback, channel: Channel, mirror: MirrorExchange) -> None:
    async for update in played.watch(channel, list(played.tape.markets)):
        mirror.show(update)


async def _read_contracts(played: Playback, mirror: MirrorExchange) -> None:
    while True:
        for name in (market.name for market in await played.markets() if market.is_swap):
            mirror.show(await played.funding(name))
            mirror.show(await played.open_interest(name))
        await asyncio.sleep(0)


@asynccontextmanager
async def _mirrored(build: Callable[[SleeperClock], Playback]) -> AsyncIterator[Staged]:
    """A mirror, and somebody who reads what is played into it."""
    clock = _Ticking()
    played = build(clock)
    mirror = MirrorExchange(venue=played.venue, clock=clock, nature="replay")
    mirror.list_markets(await played.markets())

    async def let_pass(seconds: float) -> None:
        clock.step(seconds)
        await breathe()

    readers = [_read(played, channel, mirror) for channel in get_args(Channel)]
    async with running([_tick(clock), _read_contracts(played, mirror), *readers]):
        await breathe()
        yield Staged(exchange=mirror, let_pass=let_pass)


@asynccontextmanager
async def _on_paper(build: Callable[[SleeperClock], Playback]) -> AsyncIterator[Staged]:
    """A paper exchange that is in business, over what is played."""
    clock = _Ticking()
    paper = PaperExchange(build(clock), clock=clock, settings=PaperSettings(), sleep=clock.sleep)

    async def let_pass(seconds: float) -> None:
        clock.step(seconds)
        await breathe()

    async with running([_tick(clock), paper.run()]):
        yield Staged(exchange=paper, let_pass=let_pass)


@asynccontextmanager
async def _over_the_wire() -> AsyncIterator[Staged]:
    """Unmodified ccxt before the local exchange, which plays a replay sixty times as fast."""
    clock = SystemClock()
    replay = ReplayExchange(_RECORDINGS, venue="binance", seed=1, clock=clock, speed=_SPEED)
    label = Label(venue=replay.venue, simulated_from_ms=replay.simulated_from_ms, is_depth_simulated=True)

    async def let_pass(seconds: float) -> None:
        await asyncio.sleep(seconds / _SPEED + 0.1)

    with TemporaryDirectory() as cache:
        async with (
            running_exchange(replay, clock=clock, label=label) as stage,
            open_venue(
                Connection(venue="sandbox", base_url=stage.url),
                cache=Path(cache),
                clock=clock,
                budget_of=lambda _: NoLimit(),
            ) as exchange,
        ):
            yield Staged(exchange=exchange, let_pass=let_pass, many=40)


def _twin(clock: SleeperClock) -> TwinExchange:
    return TwinExchange(_replay(clock), seed=1, sleep=clock.sleep)


ADAPTERS: dict[str, Opens] = {
    "simulated": lambda: _played(_simulation),
    "simulated with quiet markets": lambda: _played(
        lambda clock: _simulation(clock, ExtraMarkets(contracts=3, spots=2))
    ),
    "replay": lambda: _played(_replay),
    "replay before a day has passed": lambda: _played(lambda clock: _replay(clock, 0.01)),
    "replay across its end": lambda: _played(lambda clock: _replay(clock, 0.999)),
    "twin": lambda: _played(_twin),
    "mirror": lambda: _mirrored(_replay),
    "paper": lambda: _on_paper(_replay),
    "ccxt over the local server": _over_the_wire,
}


_IN_REAL_TIME = {"ccxt over the local server"}
_PARAMS = [pytest.param(name, marks=pytest.mark.slow) if name in _IN_REAL_TIME else name for name in ADAPTERS]


@pytest_asyncio.fixture(params=_PARAMS)
async def staged(request: pytest.FixtureRequest) -> AsyncIterator[Staged]:
    async with hosted(ADAPTERS[request.param]()) as opened:
        yield opened
