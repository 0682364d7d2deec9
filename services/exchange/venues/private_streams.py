"""What happens in an account, as it happens: the venue's pushes, and by REST whatever they lost.

A task for each subscription keeps it alive; what a frame brings is taken when ccxt has read it, whether or
not anybody waits for it then. Positions and balances are read by REST once a push says that something
happened, since their pushes lack what matters. With a clock that is off, the venue would refuse the login,
and a refused login poisons the connection: then REST alone is used.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, Misconfigured, OmegaError, UserMistake
from services.exchange.orders import Change, Fill, Order
from services.exchange.venues.arrivals import Arrivals
from services.exchange.venues.client import VenueClient
from services.exchange.venues.errors import is_refusal
from services.exchange.venues.ledger import Ledger
from services.exchange.venues.limits import Sleep
from services.exchange.venues.listening import Listening
from services.exchange.venues.reconcile import Reconciler
from services.exchange.venues.subscriptions import Subscription
from services.loops import Loops

_MOST_FAILURES = 3
"""So often in a row the venue may fail to answer before the iteration ends."""
_LATE_SECONDS = 3.0
"""How long a push may take after something has happened, with the stream still called alive."""
_LOOK_SECONDS = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between looks."""

    reconcile: float = 10.0
    holdings: float = 1.0
    """Between two reads of what the account holds, however many pushes there are."""
    retry: float = 1.0
    subscribe: float = 3.0
    """Until the venue has taken every subscription: what happens before may never be pushed."""


class PrivateStreams:
    """The changes of one account, for any number of listeners."""

    def __init__(
        self,
        client: VenueClient,
        subscriptions: Sequence[Subscription],
        *,
        arrivals: Arrivals,
        reconciler: Reconciler,
        crew: Loops,
        clock: Clock,
        pace: Pace,
        login_window: timedelta | None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Listen to `subscriptions`; with a clock that is off by `login_window` or more, to none."""
        self._client = client
        self._subscriptions = subscriptions
        self._login_window = login_window
        self._arrivals = arrivals
        self._reconciler = reconciler
        self._crew = crew
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._expected_since: float | None = None
        self._sure_from = self._reconciler.venue_time()
        self._ledger = Ledger()
        self._listeners: set[Listening] = set()
        self._turn = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._pumps: list[asyncio.Task[None]] = []
        self._stirred = asyncio.Event()
        self._doubted = asyncio.Event()
        client.hear(self)

    async def changes(self) -> AsyncIterator[Change]:
        """Yield what happens from now on; see `Account.changes`."""
        mine = Listening(self._client.venue)
        async with self._turn:  # two that come together would start everything twice
            if not self._listeners:
                await self._start()
            self._listeners.add(mine)
        try:
            while True:
                yield await mine.take()
        finally:
            self._listeners.discard(mine)
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
        log.warning("private_stream_lost", venue=self._client.venue, host=urlsplit(url).hostname)
        self._open_soon()
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
        self._arrivals.news(self._ledger)  # what came while nobody listened is none
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
        window, difference = self._login_window, self._reconciler.clock_difference()
        if window is not None and abs(difference) >= window:
            log.warning(
                "private_stream_not_opened", venue=self._client.venue, clock_s=difference.total_seconds()
            )
            return
        self._open_soon()
        self._pumps = [self._crew.start(self._pump(one)) for one in self._subscriptions]

    def _open_soon(self) -> None:
        """Expect no push of what happens before the venue has taken every subscription anew."""
        self._sure_from = self._reconciler.venue_time() + timedelta(seconds=self._pace.subscribe)
        self._expected_since = None

    async def _pump(self, one: Subscription) -> None:
        """Keep a subscription alive; a refusal may be meant for another on the same connection."""
        refusals = 0
        while refusals < one.refusals:
            try:
                await self._client.call(one.method, *one.arguments, doing="read_account", seconds=None)
                refusals = 0
            except Misconfigured as error:
                self._tell([error])
                return
            except (ExchangeUnavailable, UserMistake) as error:
                refusals += is_refusal(error)
                self._doubted.set()
                await self._sleep(self._pace.retry)
        log.warning("private_stream_not_offered", venue=self._client.venue, stream=one.method)

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
        is_pushed = any(_is_pushed(one, since=self._sure_from) for one in news)
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
        news, is_whole = self._arrivals.news(self._ledger)
        if not is_whole:
            self._doubted.set()
        self._tell(news)

    def _tell(self, news: Sequence[Change | OmegaError]) -> None:
        for listening in self._listeners:
            for one in news:
                listening.put(one)


def _is_pushed(change: Change, *, since: datetime) -> bool:
    """Tell whether it is pushed for sure; not every venue pushes orders with a trigger."""
    match change:
        case Fill(at=at):
            return at >= since
        case Order(kind="market" | "limit", updated_at=at):
            return at >= since
    return False
