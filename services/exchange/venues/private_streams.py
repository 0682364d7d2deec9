"""What happens in an account, as it happens: the venue's pushes, and by REST whatever they lost.

A task for each subscription keeps it alive; what a frame brings is taken when ccxt has read it, whether or
not anybody waits for it then. Positions and balances are read by REST once a push says that something happened,
since their pushes lack what matters. With a clock that is off the venue would refuse the login, and a refused
login poisons the connection: then REST alone is used.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, Misconfigured, NotOffered, OmegaError, UserMistake
from services.exchange.orders import Change, Fill, Order
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.fills import Fills
from services.exchange.venues.ledger import Ledger
from services.exchange.venues.limits import Sleep
from services.exchange.venues.order_lists import OrderLists
from services.exchange.venues.private_quirks import PrivateQuirks
from services.exchange.venues.reconcile import Reconciler
from services.exchange.venues.tasks import Crew

_MOST_FAILURES = 3
"""So often in a row the venue may fail to answer before the iteration ends."""
_LATE_SECONDS = 3.0
"""How long a push may take after something has happened, with the stream still called alive."""
_LOOK_SECONDS = 0.5

log = structlog.get_logger(__name__)

Subscription = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between looks."""

    reconcile: float = 10.0
    holdings: float = 1.0
    """Between two reads of what the account holds, however many pushes there are."""
    retry: float = 1.0


class PrivateStreams:
    """The changes of one account, for any number of listeners."""

    def __init__(
        self,
        client: VenueClient,
        quirks: PrivateQuirks,
        contracts: Contracts,
        *,
        lists: OrderLists,
        fills: Fills,
        reconciler: Reconciler,
        crew: Crew,
        clock: Clock,
        pace: Pace,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._quirks = quirks
        self._contracts = contracts
        self._lists = lists
        self._fills = fills
        self._reconciler = reconciler
        self._crew = crew
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._expected_since: float | None = None
        self._ledger = Ledger()
        self._listeners: set[asyncio.Queue[Change | OmegaError]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._pumps: list[asyncio.Task[None]] = []
        self._stirred = asyncio.Event()
        self._doubted = asyncio.Event()
        client.hear(self)

    async def changes(self) -> AsyncIterator[Change]:
        """Yield what happens from now on; see `Account.changes`."""
        queue: asyncio.Queue[Change | OmegaError] = asyncio.Queue()
        if not self._listeners:
            await self._start()
        self._listeners.add(queue)
        try:
            while True:
                change = await queue.get()
                if isinstance(change, OmegaError):
                    raise change
                yield change
        finally:
            self._listeners.discard(queue)
            if not self._listeners:
                self._stop()

    def heard(self, url: str, result: object) -> None:
        """Take what ccxt made of a frame."""
        del url, result  # ccxt keeps orders and fills, and tells of nothing else that is used
        self._expected_since = None
        self._drain()
        self._stirred.set()

    def lost(self, url: str) -> None:
        """Ask by REST what happened while nobody could tell."""
        log.warning("private_stream_lost", venue=self._client.venue, url=url.partition("?")[0])
        self._doubted.set()

    def garbled(self, url: str, text: str) -> None:
        """Ask by REST what a frame said that could not be understood."""
        del url, text  # it may hold what is private
        self._doubted.set()

    def placed(self, order: Order) -> None:
        """Take an order that this process has just placed, changed or canceled."""
        if self._listeners:
            news = self._ledger.order(order)
            self._expect(news)
            self._tell(news)

    async def _start(self) -> None:
        self._ledger = Ledger()
        await self._reconciler.begin(self._ledger)
        self._open_pumps()
        works = (self._reconcile(), self._read_holdings(), self._watch_over())
        self._tasks = [self._crew.start(work) for work in works]

    def _stop(self) -> None:
        for task in (*self._tasks, *self._pumps):
            task.cancel()
        self._tasks, self._pumps = [], []

    def _open_pumps(self) -> None:
        """Subscribe, where the venue would let this machine's clock in."""
        window, difference = self._quirks.login_window_s, self._reconciler.clock_difference()
        if window is not None and abs(difference) >= timedelta(seconds=window):
            log.warning(
                "private_stream_not_opened", venue=self._client.venue, clock_s=difference.total_seconds()
            )
            return
        self._pumps = [self._crew.start(self._pump(*one)) for one in self._subscriptions()]

    async def _pump(self, name: str, arguments: tuple[Any, ...]) -> None:
        while True:
            try:
                await self._client.call(name, *arguments, doing="read_account", seconds=None)
            except (NotOffered, UserMistake) as error:
                log.warning(
                    "private_stream_not_offered", venue=self._client.venue, stream=name, why=error.code
                )
                return
            except Misconfigured as error:
                self._tell([error])
                return
            except ExchangeUnavailable:
                self._doubted.set()
                await self._sleep(self._pace.retry)

    async def _reconcile(self) -> None:
        failures = 0
        while True:
            await self._wait(self._doubted, self._pace.reconcile)
            try:
                await self._compare()
                failures = 0
            except ExchangeUnavailable as error:
                failures += 1
                if failures >= _MOST_FAILURES:
                    self._tell([error])
                    return
            except Misconfigured as error:
                self._tell([error])
                return

    async def _compare(self) -> None:
        if not self._pumps:
            await self._client.set_clock()
            self._open_pumps()
        news = await self._reconciler.orders_and_fills(self._ledger)
        self._expect(news)
        self._tell(news)
        self._tell(await self._reconciler.holdings(self._ledger))

    def _expect(self, news: Sequence[Change]) -> None:
        """Expect a push, of any kind: something has happened that was not learned from one."""
        is_pushed = any(isinstance(one, Fill) or _is_plain(one) for one in news)
        if is_pushed and self._pumps and self._expected_since is None:
            self._expected_since = self._clock.monotonic()

    async def _watch_over(self) -> None:
        """Close the connections that do not tell what has happened; the pumps subscribe anew."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            since = self._expected_since
            if since is None or self._clock.monotonic() - since < _LATE_SECONDS:
                continue
            self._expected_since = None
            log.warning("private_stream_deaf", venue=self._client.venue)
            for url in tuple(self._client.exchange.clients):
                self._client.drop(url, "it did not tell what happened")

    async def _read_holdings(self) -> None:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            try:
                self._tell(await self._reconciler.holdings(self._ledger))
            except (ExchangeUnavailable, Misconfigured):
                self._doubted.set()  # what does not pass is told from there
            await self._sleep(self._pace.holdings)

    @staticmethod
    async def _wait(event: asyncio.Event, seconds: float) -> None:
        """Return when `event` is set, or after so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        event.clear()

    def _drain(self) -> None:
        """Tell the orders and fills that ccxt has kept since the last frame."""
        if not self._listeners:
            return
        exchange = self._client.exchange
        fresh = [*self._fresh_orders(exchange.orders), *self._fresh_orders(exchange.triggerOrders)]
        self._tell([*reversed(fresh), *reversed(list(self._fresh_fills(exchange.myTrades)))])

    def _fresh_orders(self, kept: Json) -> Iterator[Change]:
        for row in reversed(kept or ()):
            try:
                news = self._ledger.order(self._lists.translate(row))
            except ExchangeUnavailable:
                self._doubted.set()  # a row that does not say all: REST does
                continue
            if not news:
                return
            yield from news

    def _fresh_fills(self, kept: Json) -> Iterator[Change]:
        for row in reversed(kept or ()):
            if self._ledger.has_fill(str(row.get("id"))):
                return
            try:
                fill = self._fills.translate(row)
            except ExchangeUnavailable:
                self._doubted.set()
                continue
            if fill is not None:
                yield from self._ledger.fill(fill)

    def _tell(self, news: Sequence[Change | OmegaError]) -> None:
        for queue in self._listeners:
            for one in news:
                queue.put_nowait(one)

    def _subscriptions(self) -> list[Subscription]:
        """Return what to watch: in each product its orders, triggers, fills, positions and balances."""
        if self._quirks.protocol != "bitget_classic":
            return self._plain_subscriptions()
        found: list[Subscription] = []
        for market, product in self._contracts.one_of_each():
            kind = {"type": "swap", "instType": product.params["productType"]}
            found += [
                ("watch_orders", (market,)),
                ("watch_orders", (market, None, None, {"trigger": True})),
                ("watch_my_trades", (market,)),
                ("watch_positions", ([market],)),
                ("watch_balance", (kind,)),
            ]
        if self._contracts.has_spot():
            spot = {"type": "spot"}
            found += [
                ("watch_orders", (None, None, None, spot)),
                ("watch_my_trades", (None, None, None, spot)),
                ("watch_balance", (spot,)),
            ]
        return found

    def _plain_subscriptions(self) -> list[Subscription]:
        wanted = {
            "watchOrders": ("watch_orders", ()),
            "watchMyTrades": ("watch_my_trades", ()),
            "watchPositions": ("watch_positions", ()),
            "watchBalance": ("watch_balance", ()),
        }
        return [subscription for feature, subscription in wanted.items() if self._client.has(feature)]


def _is_plain(change: Change) -> bool:
    """Tell whether it is of an order without a trigger; not every venue pushes the others."""
    return isinstance(change, Order) and change.kind in {"market", "limit"}
