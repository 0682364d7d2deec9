"""What the engine does by wall time: asks for what nobody streams, and for what is missing.

Every loop goes on when a question is not answered; the next one may be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import chain
from typing import Final

import structlog

from services.alerts.conditions import FundingRate, SkyShows, VenueSpread
from services.alerts.engine.asking import Ask
from services.alerts.engine.catching import Catching, keys_of
from services.alerts.engine.deciding import Deciding, Watch
from services.alerts.engine.faults import Faults
from services.alerts.engine.held import Held
from services.alerts.engine.keeping import Unkept
from services.alerts.engine.looking import Look
from services.alerts.engine.machine import hits_at
from services.alerts.engine.sky import Sky
from services.alerts.rules.declare import Span
from services.clock import Clock
from services.errors import OmegaError
from services.loops import Loops
from services.market.messages import Compare, Comparison, GetFunding, GetQuote, Quote

_LOOK_SECONDS: Final = 2.0
_CARE_SECONDS: Final = 5.0
_BREATH_SECONDS: Final = 0.5
"""Between two windows that only feeds need: a venue's allowance is for members first."""
_SPREAD_SECONDS: Final = 10.0
_WATCH_SECONDS: Final = 60.0
_ASK_SECONDS: Final = 5.0
_WAIT_FOR_LOG_SECONDS: Final = 10.0
"""After this long the logs are not waited for any more, and what is missing is asked for."""
_MISSED_SECONDS: Final = 5.0
"""What the first price after a shorter silence shows is in time."""
_AGREE_SECONDS: Final = 30.0
_AGREE: Final = 2

log = structlog.get_logger(__name__)


class Tending:
    """`run` goes on for ever; `wake` has it look at once for what is missing."""

    def __init__(
        self,
        deciding: Deciding,
        catching: Catching,
        unkept: Unkept,
        *,
        ask: Ask,
        hear: Callable[[Quote], Awaitable[None]],
        faults: Faults,
        clock: Clock,
    ) -> None:
        self.sky: Final = Sky(ask, unkept)
        self._deciding = deciding
        self._catching = catching
        self._unkept = unkept
        self._ask = ask
        self._hear = hear
        self._faults = faults
        self._clock = clock
        self._woken = asyncio.Event()
        self._asked_since: dict[str, float] = {}

    def wake(self) -> None:
        """Have what is missing looked for now."""
        self._woken.set()

    def miss(self, seconds: float) -> None:
        """Learn that no price could be heard for so long: the next ones wait for the candles of that time."""
        if seconds > _MISSED_SECONDS:
            log.info("prices_missed", seconds=round(seconds, 1))
            self._deciding.fall_behind()

    async def run(self) -> None:
        """Tend until cancelled."""
        every = (
            (self.look, _LOOK_SECONDS),
            (self.spreads, _SPREAD_SECONDS),
            (self.fundings, _WATCH_SECONDS),
            (self.quotes, _WATCH_SECONDS),
        )
        async with Loops(*(self._every(one, seconds) for one, seconds in every)):
            while True:
                self._woken.clear()
                await self._try(self.care)
                try:
                    async with asyncio.timeout(_CARE_SECONDS):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def look(self) -> None:
        """Ask the rules that go by time, let go what is over, and keep what could not be kept before."""
        self._deciding.expire()
        looks_up = any(isinstance(leaf, SkyShows) for held in self._timely() for leaf in held.leaves)
        happened = await self.sky.up_to(self._now()) if looks_up else frozenset()
        self._deciding.look_again(self._now(), sky=happened)
        self._deciding.let_go()
        await self._faults.send()
        await self._unkept.keep()

    async def care(self) -> None:
        """Get the candles that rules lack, make good what the logs did not bring, ask venues to confirm."""
        for watch in list(self._deciding.watches.values()):
            async with watch.lock:
                await self._seed(watch)
                await self._catch_up(watch)
            if watch.rules and watch.known.heard_at is None:
                await self._quote(watch.known.name)
        await self._confirm()
        await self._unkept.keep()

    async def quotes(self) -> None:
        """Ask for the price of every market with a rule, so that it goes on being streamed."""
        for market in self._markets():
            await self._quote(market)
        for watch in list(self._deciding.watches.values()):
            async with watch.lock:
                for timeframe in sorted(watch.thin):
                    await self._catching.seed(watch, timeframe)

    async def fundings(self) -> None:
        """Ask for the funding rates that rules look at."""
        for market in self._looked_at(FundingRate):
            try:
                told = await self._ask(GetFunding(market=market), timeout=_ASK_SECONDS)
            except OmegaError as error:
                log.info("funding_not_had", market=market, reason=error.message)
                continue
            if known := self._deciding.known.get(market):
                known.funding = float(told.rates[0].rate) if told.rates else None

    async def spreads(self) -> None:
        """Ask how far venues differ in the markets where rules look at that."""
        for market in self._looked_at(VenueSpread):
            told = await self._compared(market)
            if known := self._deciding.known.get(market):
                known.spread = None if told is None else _percent(told)

    async def _quote(self, market: str) -> None:
        try:
            quote = await self._ask(GetQuote(market=market), timeout=_ASK_SECONDS)
        except OmegaError as error:
            log.info("quote_not_had", market=market, reason=error.message)
        else:
            await self._hear(quote)

    async def _seed(self, watch: Watch) -> None:
        lacking = keys_of(watch)
        is_of_feeds = all(held.feed for held in watch.rules.values())
        for _, timeframe in lacking:
            await self._catching.seed(watch, timeframe)
            await asyncio.sleep(_BREATH_SECONDS if is_of_feeds else 0.0)
        for held in list(watch.rules.values()) if lacking else ():
            if held.is_unset and not watch.is_behind:
                self._deciding.ask_now(held)

    async def _catch_up(self, watch: Watch) -> None:
        known = watch.known
        if not watch.is_behind or known.at is None or known.heard_at is None or watch.mark is None:
            return
        now = self._clock.monotonic()
        if watch.behind_since is None:
            watch.behind_since = now
        if now - watch.behind_since >= _WAIT_FOR_LOG_SECONDS:
            await self._catching.fill(watch, known.at.replace(second=0, microsecond=0))
            self._deciding.go_on(watch)

    async def _confirm(self) -> None:
        """Ask the venues, once a market, about the rules that wait for them.

        Half a minute without two of them is a no.
        """
        waiting = [held for held in self._deciding.by_venues.values() if held.pending is not None]
        now = self._clock.monotonic()
        self._asked_since = {held.id: self._asked_since.get(held.id, now) for held in waiting}
        by_market: dict[str, list[Held]] = {}
        for held in waiting:
            if held.pending is not None:
                by_market.setdefault(held.market_of(held.pending.way), []).append(held)
        for market, group in by_market.items():
            told = await self._compared(market)
            for held in group:
                self._settle(held, market, told)

    def _settle(self, held: Held, market: str, told: Comparison | None) -> None:
        """End the wait of a rule for venues, if that is over."""
        pending = held.pending
        if pending is None or held.market_of(pending.way) != market:
            return
        agreed = 0 if told is None else self._agreeing(held, pending.way, told)
        is_over = self._clock.monotonic() - self._asked_since[held.id] >= _AGREE_SECONDS
        if agreed >= _AGREE or is_over:
            self._deciding.confirm(held, is_confirmed=agreed >= _AGREE, at=self._now())

    def _agreeing(self, held: Held, way: int, told: Comparison) -> int:
        known = self._deciding.known
        at, market = self._now(), held.market_of(way)
        prices = [float(said.quote.price) for said in told.quotes if said.quote is not None]
        looks = (
            Look(known, at, market=market, span=Span(at, at, price, price, price, price)) for price in prices
        )
        return sum(hits_at(held, look, way) for look in looks)

    async def _compared(self, market: str) -> Comparison | None:
        try:
            return await self._ask(Compare(market=market), timeout=_ASK_SECONDS)
        except OmegaError as error:
            log.info("venues_not_compared", market=market, reason=error.message)
            return None

    def _timely(self) -> list[Held]:
        return list(self._deciding.timely.values())

    def _markets(self) -> list[str]:
        return [market for market, watch in self._deciding.watches.items() if watch.rules]

    def _looked_at(self, kind: type[FundingRate | VenueSpread]) -> list[str]:
        leaves = chain.from_iterable(held.leaves for held in self._timely())
        return list(dict.fromkeys(leaf.market for leaf in leaves if isinstance(leaf, kind)))

    def _now(self) -> datetime:
        """Return the newest market time; wall time where no market is looked at."""
        known = [one.at for one in self._deciding.known.values() if one.at is not None]
        return max(known, default=self._clock.now())

    async def _every(self, do: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            await self._try(do)
            await asyncio.sleep(seconds)

    async def _try(self, do: Callable[[], Awaitable[None]]) -> None:
        try:
            await do()
        except OmegaError as error:
            log.warning("tending_waits", reason=error.message)


def _percent(told: Comparison) -> float | None:
    if told.spread is None or told.median is None:
        return None
    return 100 * float(told.spread) / float(told.median)
