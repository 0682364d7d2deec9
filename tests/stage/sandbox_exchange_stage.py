"""A local exchange for the length of a test, its paper accounts, and unmodified ccxt clients of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ccxt.pro
from pydantic import SecretStr
from quiet_market import QuietMarket

from sandbox.exchange.app import Options, Running, Served, serve
from sandbox.exchange.faults import FaultSwitch
from sandbox.exchange.journal import KEPT, Journal
from sandbox.exchange.keys import Purpose, credentials, on_demand
from sandbox.exchange.seats import Key
from sandbox.exchange.staged import StagedMarket
from sandbox.exchange.venue import Label, Playing
from services.clock import Clock, SystemClock
from services.exchange.exchange import Exchange
from services.exchange.paper.account import PaperAccount
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.settings import PaperSettings

LABEL = Label(venue="quiet", simulated_from_ms=None, is_depth_simulated=False)
TWIN_LABEL = Label(
    venue="quiet-twin", simulated_from_ms=0, is_depth_simulated=True, nature_before="simulated"
)
SETTINGS = PaperSettings(
    entry_latency=0.0,
    response_latency=0.0,
    stale_after=3600.0,
    spot_balances={"USDT": Decimal(10_000), "BTC": Decimal(1)},
    unified_balances={"USDT": Decimal(20_000), "BTC": Decimal(1)},
)
"""No latency, and a market that stands still does not grow stale."""
CLASSIC, UNIFIED, READER, MOVER = "classic", "unified", "reader", "mover"
SANDBOX_KEY = SecretStr("the key of a farm that is on stage")
"""What opens further accounts on demand; see `key_on_demand`."""
PATIENCE_S = 10.0
_FREELY = {"faults_allowed": True, "is_limited": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running sandbox exchange and what stands behind it."""

    running: Running
    source: Any
    staged: StagedMarket
    paper: PaperExchange

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def served(self) -> Served:
        return self.running.main

    @property
    def faults(self) -> FaultSwitch:
        """What goes wrong; `stir` also does what is to be done at once."""
        return self.running.main.venue.faults

    @property
    def journal(self) -> Journal:
        """What was asked: the second witness."""
        return self.running.main.venue.journal

    @property
    def classic(self) -> PaperAccount:
        return self.paper.open(CLASSIC)

    @property
    def unified(self) -> PaperAccount:
        return self.paper.open(UNIFIED, is_unified=True)

    async def stir(self, **wanted: Any) -> None:
        """Switch faults on and do actions, as POST /sim/faults does."""
        await self.running.main.stirrer.stir(wanted)


def keys_of(paper: PaperExchange) -> list[Key]:
    """Return a key of a classic and of a unified account, and two of the classic one with other rights.

    Of each the key is the name, the secret ``<name> secret`` and the passphrase ``<name> phrase``.
    """
    classic, unified = paper.open(CLASSIC), paper.open(UNIFIED, is_unified=True)
    return [
        _key(CLASSIC, classic),
        _key(UNIFIED, unified),
        _key(READER, classic, "read"),
        _key(MOVER, classic, "read", "trade", "withdraw"),
    ]


def _key(name: str, account: PaperAccount, *rights: Any) -> Key:
    return Key(
        key=name,
        secret=SecretStr(f"{name} secret"),
        passphrase=SecretStr(f"{name} phrase"),
        account=account,
        rights=frozenset(rights or ("read", "trade")),
    )


def key_on_demand(name: str, purpose: Purpose = "trade") -> dict[str, Any]:
    """Return what opens the account `name`, as ccxt is told; the account begins with its first request."""
    made = credentials(name, SANDBOX_KEY, purpose)
    return {
        "apiKey": made.key,
        "secret": made.secret.get_secret_value(),
        "password": made.passphrase.get_secret_value(),
    }


@asynccontextmanager
async def running_exchange(
    source: Exchange | None = None,
    *,
    clock: Clock | None = None,
    settings: PaperSettings = SETTINGS,
    label: Label = LABEL,
    kept: int = KEPT,
    **options: Any,
) -> AsyncIterator[Stage]:
    """Serve `source`, or a `QuietMarket`, with every fault allowed; `kept` is of its journal.

    Between it and the matching engine stands a `StagedMarket`, with which prices and books are moved.
    """
    market, time = source or QuietMarket(), clock or SystemClock()
    staged = StagedMarket(market)
    paper = PaperExchange(staged, clock=time, settings=settings)
    playing = Playing(exchange=paper, label=label, paper=paper, staged=staged, kept=kept)
    known = {"keys": keys_of(paper), "on_demand": on_demand(paper.open, SANDBOX_KEY)}
    given = {"main": playing, "clock": time, **known, **_FREELY, **options}
    async with asyncio.TaskGroup() as tasks:
        pumping = [tasks.create_task(staged.run()), tasks.create_task(paper.run())]
        try:
            async with serve(Options(**given)) as running:
                yield Stage(running=running, source=market, staged=staged, paper=paper)
        finally:
            for task in pumping:
                task.cancel()


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
async def ccxt_client(
    url: str, *, key: str | None = None, is_unified: bool = False, **settings: Any
) -> AsyncIterator[Any]:
    """Open an unmodified ``ccxt.pro.bitget`` that speaks to the sandbox; its rate limiter is off."""
    options = {"defaultType": "swap", "uta": is_unified, "fetchMarkets": {"types": ["swap", "spot"]}}
    given = {"enableRateLimit": False, "timeout": 5_000, "options": options | settings.pop("options", {})}
    if key is not None:
        given |= {"apiKey": key, "secret": f"{key} secret", "password": f"{key} phrase"}
    exchange = pointed_at(url, ccxt.pro.bitget({**given, **settings}))
    try:
        yield exchange
    finally:
        exchange.timeout_on_exit = 0  # it waits for TLS to say goodbye; there is none here
        await exchange.close()


async def until(is_so: Callable[[], object], *, within: float = PATIENCE_S) -> None:
    """Wait until `is_so()`."""
    async with asyncio.timeout(within):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


async def settled(is_so: Callable[[], Awaitable[object]], *, within: float = PATIENCE_S) -> None:
    """Ask until the answer is yes."""
    async with asyncio.timeout(within):
        while not await is_so():  # noqa: ASYNC110 - it is asked for
            await asyncio.sleep(0.01)
