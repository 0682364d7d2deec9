"""A local exchange for the length of a test, and unmodified ccxt clients that talk to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import ccxt.pro
from quiet_market import QuietMarket

from sandbox.exchange.app import Options, Running, Served, serve
from sandbox.exchange.faults import FaultSwitch
from sandbox.exchange.journal import Journal
from sandbox.exchange.staged import StagedMarket
from sandbox.exchange.venue import Label, Playing
from services.clock import Clock, SystemClock
from services.exchange.exchange import Exchange
from services.exchange.paper.exchange import PaperExchange

LABEL = Label(venue="quiet", simulated_from_ms=None, is_depth_simulated=False)
TWIN_LABEL = Label(venue="quiet-twin", simulated_from_ms=0, is_depth_simulated=True, nature_before="simulated")
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running sandbox exchange and what stands behind it."""

    running: Running
    source: Exchange
    staged: StagedMarket
    paper: PaperExchange | None

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def served(self) -> Served:
        return self.running.main

    @property
    def faults(self) -> FaultSwitch:
        """What goes wrong; `stir` does what is to be done at once, too."""
        return self.running.main.venue.faults

    @property
    def journal(self) -> Journal:
        """What was asked: the second witness."""
        return self.running.main.venue.journal

    async def stir(self, **wanted: Any) -> None:
        """Switch faults on and do actions, as POST /sim/faults does."""
        await self.running.main.stirrer.stir(wanted)


@asynccontextmanager
async def running_exchange(
    source: Exchange | None = None, *, clock: Clock | None = None, **options: Any
) -> AsyncIterator[Stage]:
    """Serve `source`, a `QuietMarket` unless told otherwise, with every fault allowed."""
    market = source or QuietMarket()
    staged = StagedMarket(market)
    playing = Playing(exchange=staged, label=LABEL, staged=staged)
    given = {"main": playing, "clock": clock or SystemClock(), "faults_allowed": True, **options}
    async with asyncio.TaskGroup() as tasks:
        pumping = tasks.create_task(staged.run())
        async with serve(Options(**given)) as running:
            yield Stage(running=running, source=market, staged=staged, paper=None)
        pumping.cancel()


def pointed_at(url: str, exchange: Any) -> Any:
    """Let a ccxt exchange of Bitget's speak to the sandbox instead."""
    socket = url.replace("http", "ws", 1)
    for name, value in exchange.urls["api"].items():
        if isinstance(value, str):
            exchange.urls["api"][name] = url
    exchange.urls["api"]["ws"] = {
        "public": f"{socket}/v2/ws/public",
        "private": f"{socket}/v2/ws/private",
        "utaPublic": f"{socket}/v3/ws/public",
        "utaPrivate": f"{socket}/v3/ws/private",
    }
    return exchange


@asynccontextmanager
async def ccxt_client(url: str, *, is_unified: bool = False, **settings: Any) -> AsyncIterator[Any]:
    """Open an unmodified ``ccxt.pro.bitget`` that speaks to the sandbox; the limiter is off."""
    options = {"defaultType": "swap", "uta": is_unified, "fetchMarkets": {"types": ["swap", "spot"]}}
    given = {"enableRateLimit": False, "timeout": 5_000, "options": options | settings.pop("options", {})}
    exchange = pointed_at(url, ccxt.pro.bitget({**given, **settings}))
    try:
        yield exchange
    finally:
        await exchange.close()
