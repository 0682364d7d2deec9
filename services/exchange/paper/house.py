"""The engine in a running process: its clock and its latencies, the files behind it, and who listens."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from weakref import WeakSet

from services.clock import Clock
from services.errors import ExchangeUnavailable, Misconfigured
from services.exchange.exchange import Exchange, Market
from services.exchange.orders import Change
from services.exchange.paper.engine import PaperEngine
from services.exchange.paper.events import Event, MarketsListed, Told, Woken
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.holder import Holder
from services.exchange.paper.settings import PaperSettings

Sleep = Callable[[float], Awaitable[None]]
_ROOM = 10_000
"""Changes that a slow listener may lag behind before its stream ends."""
_LONGEST_NAP = 0.01
_BETWEEN_SAVES = 1.0
"""Seconds between two saves of what may be lost: queues and marks, which move with every trade."""
_SAVES_AT_ONCE = 5
"""Accounts whose queues and marks are saved after one event: a price moves all of them at the same moment."""


class _Listener:
    """What one reader of changes has not read yet."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.heard: deque[tuple[float, Change]] = deque()
        self.has_news = asyncio.Event()
        self.is_lost = False

    def hear(self, due: float, change: Change) -> None:
        if len(self.heard) >= _ROOM:
            self.is_lost = True
        else:
            self.heard.append((due, change))
        self.has_news.set()

    def lose(self) -> None:
        """End the stream after what was heard; more is not true any more."""
        self.is_lost = True
        self.has_news.set()


class House:
    """Applies events at the time of the clock, keeps what they change before anybody is told of it.

    Once something could not be kept, nothing happens here any more and nothing is told: what is in memory is
    not what will be there after a restart, which `keep_time` asks for.
    """

    def __init__(
        self,
        source: Exchange,
        *,
        clock: Clock,
        settings: PaperSettings,
        files: AccountFiles | None,
        sleep: Sleep,
    ) -> None:
        self.source = source
        self.settings = settings
        self.engine = PaperEngine(venue=source.venue, settings=settings)
        self._clock = clock
        self._files = files
        self._sleep = sleep
        self._listeners: WeakSet[_Listener] = WeakSet()
        self._has_due = asyncio.Event()
        self._listed: tuple[Market, ...] | None = None
        self._saved_at: dict[str, float] = {}
        self._broken: Misconfigured | None = None
        for account in files.load() if files is not None else ():
            self.engine.admit(account)

    def now(self) -> datetime:
        """Return the wall time."""
        return self._clock.now()

    def holder(self, account: str) -> Holder:
        """Return an account to read.

        Raises:
            ExchangeUnavailable: something could not be kept.
        """
        if self._broken is not None:
            raise self._closed() from self._broken
        return self.engine.holders[account]

    def apply(self, event: Event) -> Sequence[Told]:
        """Let an event happen, keep what it changed, and tell those who listen. Raises as the engine.

        Raises:
            Misconfigured: what it changed, or an event before it, could not be kept; a restart will tell what
                has happened.
        """
        if self._broken is not None:
            raise self._broken
        told: Sequence[Told] = ()
        try:
            told = self.engine.apply(event)
        finally:
            told = told or self.engine.drain()
            self._keep()
            self._spread(told)
            if self.engine.next_due is not None:
                self._has_due.set()
        return told

    async def list_markets(self) -> Sequence[str]:
        """Ask the source for its markets, and return their names."""
        markets = tuple(await self.source.markets())
        is_new = markets != self._listed
        self.apply(MarketsListed(at=self.now(), markets=markets) if is_new else Woken(at=self.now()))
        self._listed = markets
        return [market.name for market in markets]

    async def wait_until_listed(self) -> None:
        """Ask for the markets if nobody has yet."""
        if self._listed is None:
            await self.list_markets()

    async def pause(self, seconds: float) -> None:
        """Wait, on the clock of this house."""
        if seconds > 0:
            await self._sleep(seconds)

    async def keep_time(self) -> None:
        """Wake the engine whenever something is due, until cancelled.

        Raises:
            Misconfigured: something could not be kept.
        """
        while True:
            if self._broken is not None:
                raise self._broken
            due = self.engine.next_due
            if due is None:
                self._has_due.clear()
                await self._has_due.wait()
                continue
            left = (due - self.now()).total_seconds()
            if left > 0:
                # Something due earlier may come up meanwhile, so that no nap is long.
                await self._sleep(min(left, _LONGEST_NAP))
            else:
                self.apply(Woken(at=self.now()))

    def listen(self, account: str) -> AsyncIterator[Change]:
        """Return what changes in an account from now on, each after the latency of the response."""
        listener = _Listener(account)
        self._listeners.add(listener)
        return self._read(listener)

    async def _read(self, listener: _Listener) -> AsyncIterator[Change]:
        while True:
            while not listener.heard:
                if listener.is_lost:
                    raise ExchangeUnavailable(
                        "The stream of account changes has ended: it was read too slowly, or cannot be kept.",
                        hint="Read the account anew, then listen again.",
                        facts={"venue": self.source.venue},
                    )
                listener.has_news.clear()
                await listener.has_news.wait()
            due, change = listener.heard.popleft()
            await self.pause(due - self._clock.monotonic())
            yield change

    def _keep(self) -> None:
        left = _SAVES_AT_ONCE
        for holder in self.engine.holders.values():
            if holder.is_changed:
                self._save(holder)
            elif left and holder.has_moved and self._is_time_to_save(holder):
                left -= 1
                self._save(holder)

    def _is_time_to_save(self, holder: Holder) -> bool:
        before = self._saved_at.get(holder.state.name)
        return before is None or self._clock.monotonic() - before >= _BETWEEN_SAVES

    def _save(self, holder: Holder) -> None:
        if self._files is not None:
            try:
                self._files.save(holder.state)
            except Misconfigured as error:
                self._break(error)
                raise
        holder.state.forget_the_oldest()
        holder.is_changed = holder.has_moved = False
        self._saved_at[holder.state.name] = self._clock.monotonic()

    def _break(self, error: Misconfigured) -> None:
        self._broken = error
        self._has_due.set()
        for listener in list(self._listeners):
            listener.lose()

    def _closed(self) -> ExchangeUnavailable:
        return ExchangeUnavailable(
            "Paper accounts can be neither read nor traded: what changed last could not be kept.",
            hint="See why in the log, put it right, and start the exchange again.",
            facts={"venue": self.source.venue},
        )

    def _spread(self, told: Sequence[Told]) -> None:
        due = self._clock.monotonic() + self.settings.response_latency
        listeners = list(self._listeners)
        for one in told:
            for listener in listeners:
                if listener.account == one.account:
                    listener.hear(due, one.change)
