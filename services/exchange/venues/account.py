"""One account at one venue through ccxt, and `open_account`, which opens it.

A key that could move money away is refused before anything else is asked with it, and the kind of account is
found out explicitly, as often as it takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, UnknownMarket
from services.exchange.exchange import Market, Nature
from services.exchange.orders import (
    AccountModes,
    Balance,
    Change,
    Fill,
    FundingPayment,
    MarginMode,
    Position,
)
from services.exchange.venues.addresses import Connection
from services.exchange.venues.aftermath import LOOK_AGAIN, Aftermath
from services.exchange.venues.arrivals import Arrivals
from services.exchange.venues.client import VenueClient, open_client
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.dead_man import CcxtDeadMan
from services.exchange.venues.fills import Fills
from services.exchange.venues.fundings import Fundings
from services.exchange.venues.holdings import Holdings
from services.exchange.venues.labels import Label, read_label
from services.exchange.venues.limits import BudgetOf, Sleep
from services.exchange.venues.markets import MarketCache, SharedTables
from services.exchange.venues.modes import Modes, is_unified
from services.exchange.venues.orders import CcxtOrders
from services.exchange.venues.placing import refused
from services.exchange.venues.prices import Prices
from services.exchange.venues.private_quirks import private_quirks_of
from services.exchange.venues.private_streams import Pace, PrivateStreams
from services.exchange.venues.reconcile import Reconciler
from services.exchange.venues.rights import reader_of, refuse_what_moves_money
from services.exchange.venues.subscriptions import subscriptions_of
from services.exchange.venues.translate import Translator
from services.loops import Loops

_ASK_AGAIN: Sequence[float] = (0.2, 1.0, 3.0)
"""Seconds before each further try to find out what kind of account it is."""

log = structlog.get_logger(__name__)


class CcxtAccount:
    """An `Account` at a real venue, or in the sandbox over the wire. Built by `open_account`."""

    def __init__(
        self,
        *,
        orders: CcxtOrders,
        contracts: Contracts,
        modes: Modes,
        holdings: Holdings,
        fills: Fills,
        fundings: Fundings,
        streams: PrivateStreams,
        dead_man: CcxtDeadMan,
        venue: str,
        is_unified: bool,
        times: MarketTimes,
    ) -> None:
        self.orders = orders
        self.dead_man = dead_man
        self.venue = venue
        self.is_unified = is_unified
        self._times = times
        self._contracts = contracts
        self._modes = modes
        self._holdings = holdings
        self._fills = fills
        self._fundings = fundings
        self._streams = streams

    @property
    def nature(self) -> Nature:
        """Return how real the venue's prices are now; see `Exchange.nature`."""
        return self._times.nature

    def market(self, name: str) -> Market:
        """Return a market by its exact name. Raises `UnknownMarket`."""
        return self._contracts.market(name)

    async def balances(self) -> Sequence[Balance]:
        """Return every currency of every wallet; see `Account.balances`."""
        return await self._holdings.balances()

    async def positions(self) -> Sequence[Position]:
        """Return every open position; an empty answer was checked against a second one."""
        return await self._holdings.positions()

    async def fills(self, market: str, *, since: datetime | None = None, limit: int = 100) -> Sequence[Fill]:
        """Return the newest `limit` fills of `market`, oldest first."""
        self._contracts.market(market)
        return await self._fills.read(market, since=since, limit=limit)

    async def fundings(
        self, market: str, *, since: datetime | None = None, limit: int = 100
    ) -> Sequence[FundingPayment]:
        """Return the newest payments of funding of `market`; see `Account.fundings`."""
        self._contracts.market(market)
        return await self._fundings.read(market, since=since, limit=limit)

    async def modes(self) -> AccountModes:
        """Return how the account trades, as the venue said within the last half minute."""
        return await self._modes.account(self.is_unified)

    async def set_hedged(self, *, is_hedged: bool) -> None:
        """Choose between one-way and hedge mode; see `Account.set_hedged`."""
        await self._modes.set_hedged(is_hedged=is_hedged)

    async def set_leverage(self, market: str, leverage: Decimal) -> None:
        """Set the leverage of `market`; see `Account.set_leverage`."""
        most = self._contracts.market(market).max_leverage
        if leverage <= 0 or (most is not None and leverage > most):
            raise refused(
                self.venue,
                "leverage",
                f"{market} takes a leverage of up to {most}.",
                hint="Choose a lower one.",
            )
        await self._modes.set_leverage(market, leverage)

    async def set_margin_mode(self, market: str, mode: MarginMode) -> None:
        """Set how `market` is margined; see `Account.set_margin_mode`."""
        self._contracts.market(market)
        await self._modes.set_margin_mode(market, mode)

    def changes(self) -> AsyncIterator[Change]:
        """Yield what happens in the account from now on; see `Account.changes`."""
        return self._streams.changes()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTimes:
    """What a venue's prices are called, and what time it was there when the account was opened."""

    label: Label
    market_time: datetime
    clock: Clock
    opened: float

    @property
    def nature(self) -> Nature:
        """Return how real the prices are now."""
        passed = timedelta(seconds=self.clock.monotonic() - self.opened)
        return self.label.nature_at(self.market_time + passed)


async def _times_of(parts: _Parts, label: Label) -> MarketTimes:
    """Ask the local exchange what time it plays: only there it is another than ours, and prices turn."""
    at = parts.clock.now()
    if label.simulated_from_ms and parts.markets.all:
        prices = Prices(parts.client, parts.translator, clock=parts.clock)
        at = await prices.now(next(iter(parts.markets.all)))
    return MarketTimes(label=label, market_time=at, clock=parts.clock, opened=parts.clock.monotonic())


async def check_rights(client: VenueClient, *, is_unified: bool) -> None:
    """Let a key pass that can read and trade, and neither withdraw nor transfer.

    Raises:
        Misconfigured: it can, or what it can do cannot be read; facts name the ``permission``.
        ExchangeUnavailable: the venue does not answer.
    """
    reader = reader_of(client.quirks.exchange_id, is_unified=is_unified, venue=client.venue)
    reply = await client.call(reader.method, doing="read_account")
    refuse_what_moves_money(reader, reply, venue=client.venue)


async def find_account_type(client: VenueClient, *, sleep: Sleep = asyncio.sleep) -> bool:
    """Return whether the account is unified.

    Raises:
        ExchangeUnavailable: the venue did not say, several times.
        Misconfigured: the venue does not accept the key.
    """
    for pause in (*_ASK_AGAIN, None):
        try:
            return await is_unified(client)
        except ExchangeUnavailable:
            if pause is None:
                raise
            await sleep(pause)
    raise AssertionError("the last try returns or raises")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often an account looks again."""

    pace: Pace = field(default_factory=Pace)
    look_again: Sequence[float] = LOOK_AGAIN
    """Seconds between two looks for an order of which the venue said nothing."""
    sleep: Sleep = asyncio.sleep


@asynccontextmanager
async def open_account(
    connection: Connection,
    *,
    cache: Path,
    clock: Clock,
    budget_of: BudgetOf | None = None,
    patience: Patience | None = None,
    shared: SharedTables | None = None,
) -> AsyncIterator[CcxtAccount]:
    """Open an account with the key in `connection`.

    Args:
        connection: the venue, its address and the key; the kind of account is found out.
        cache: where markets are kept between two starts.
        clock: wall time and durations.
        budget_of: gives the budget that all processes share; one of this process alone where left out.
        patience: how often to look again.
        shared: markets that other accounts of this process have loaded; without it they are loaded anew.

    Raises:
        Misconfigured: the key is refused, by the venue or for what it can do.
        ExchangeUnavailable: the venue does not answer.
    """
    waiting = patience or Patience()
    async with AsyncExitStack() as stack:
        opened = partial(open_client, clock=clock, budget_of=budget_of)
        client = await stack.enter_async_context(opened(connection))
        unified = await find_account_type(client, sleep=waiting.sleep)
        if unified != connection.is_unified:
            client = await stack.enter_async_context(opened(replace(connection, is_unified=unified)))
        await check_rights(client, is_unified=unified)
        crew = await stack.enter_async_context(Loops())
        label = await read_label(client.connection, client.exchange)
        translator = Translator(quirks=client.quirks, label=label, clock=clock)
        markets = MarketCache(client, translator, folder=cache, clock=clock, shared=shared)
        await markets.load()
        crew.start(markets.keep())
        parts = _Parts(client, translator, markets, crew, clock, waiting)
        log.info("account_opened", venue=client.venue, is_unified=unified)
        yield _assemble(parts, times=await _times_of(parts, label), is_unified=unified)


@dataclass(frozen=True, slots=True)
class _Parts:
    client: VenueClient
    translator: Translator
    markets: MarketCache
    crew: Loops
    clock: Clock
    patience: Patience

    def market(self, name: str) -> Market:
        if name not in self.markets.all:
            raise UnknownMarket.of(name, [])
        return self.markets.all[name]


def _assemble(parts: _Parts, *, times: MarketTimes, is_unified: bool) -> CcxtAccount:
    client, clock, sleep = parts.client, parts.clock, parts.patience.sleep
    quirks = private_quirks_of(client.quirks.exchange_id, is_unified=is_unified)
    contracts = Contracts(client, quirks, parts.market)
    modes = Modes(client, quirks, contracts, clock=clock)
    aftermath = Aftermath(client.venue, sleep=sleep, look_again=parts.patience.look_again)
    orders = CcxtOrders(client, quirks, contracts, modes=modes, aftermath=aftermath, clock=clock)
    fills, holdings = Fills(client, quirks, contracts), Holdings(client, quirks, contracts, clock=clock)
    window = quirks.login_window_s
    streams = PrivateStreams(
        client,
        subscriptions_of(client, quirks, contracts),
        arrivals=Arrivals(client, orders.lists, fills),
        reconciler=Reconciler(client, orders.lists, fills, holdings, clock=clock),
        crew=parts.crew,
        clock=clock,
        pace=parts.patience.pace,
        login_window=None if window is None else timedelta(seconds=window),
        sleep=sleep,
    )
    orders.tell = streams.placed
    return CcxtAccount(
        orders=orders,
        contracts=contracts,
        modes=modes,
        holdings=holdings,
        fills=fills,
        fundings=Fundings(client, quirks, contracts),
        streams=streams,
        dead_man=CcxtDeadMan(client, quirks),
        venue=client.venue,
        is_unified=is_unified,
        times=times,
    )
