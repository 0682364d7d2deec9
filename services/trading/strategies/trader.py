"""The trader: lets strategies decide at each closed candle, and brings the desk what they want.

It holds no key and keeps nothing: what a run left itself is in its state, which the desk keeps. One class
serves every kind of trader, which differ in the strategies that the desk assigns to them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

import structlog

from analytics.candles import Candles, timeframe_ms
from services.analyst.sight import sight_of
from services.bus.guard import Failed, attempt
from services.bus.messages import Entry, Log, M, R, Request
from services.clock import Clock
from services.errors import OmegaError, Unavailable, UnknownMarket
from services.loops import Loops
from services.market.messages import CANDLES, ClosedCandle, GetCandles
from services.trading.strategies.messages import (
    RUNS_CHANGED,
    Assignment,
    GetAssignments,
    Propose,
    RunChanged,
    Taken,
)
from services.trading.strategies.messages import (
    Trader as TraderName,
)
from services.trading.strategies.profiles import read_profiles
from services.trading.strategies.reading import SIGHT
from services.trading.strategies.registry import STRATEGIES
from services.trading.strategies.working import MOST_MISSED, History, Step, steps_of

_ASK_SECONDS: Final = 5.0
_SWEEP_SECONDS: Final = 60.0
"""Between two looks at every run, for a market whose candles nobody else asks for."""

log = structlog.get_logger(__name__)


class TraderBus(Protocol):
    """The verbs of the bus that a trader needs."""

    async def ask(self, request: Request[R], *, timeout: float = 2.0) -> R:  # noqa: ASYNC109 - the bus's own
        """Put a question to a service."""
        ...

    async def consume(self, log: Log[M], group: str, handle: Callable[[Entry[M]], Awaitable[None]]) -> None:
        """Hand entries of a log to `handle`, at least once, until cancelled."""
        ...


class Trader:
    """Works the runs of one trader. Runs of one market go one after the other."""

    def __init__(
        self,
        trader_name: TraderName,
        bus: TraderBus,
        clock: Clock,
    ) -> None:
        """Read the profiles. Raises `Misconfigured`."""
        self._name = trader_name
        self._bus = bus
        self._clock = clock
        self._profiles = read_profiles()
        self._watched: frozenset[tuple[str, str]] = frozenset()
        self._has_news = asyncio.Event()
        self._one = asyncio.Lock()

    async def run(self) -> None:
        """Work until cancelled."""
        async with Loops(
            self._bus.consume(RUNS_CHANGED, self._name, self._hear_change),
            self._bus.consume(CANDLES, self._name, self.hear),
        ):
            while True:
                self._has_news.clear()
                await self._sweep()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_SWEEP_SECONDS):
                        await self._has_news.wait()

    async def hear(self, entry: Entry[ClosedCandle]) -> None:
        """Let the runs of a candle's market and timeframe decide.

        Raises:
            Unavailable: the desk or the market does not answer; the candle comes again.
        """
        candle = entry.message
        if (candle.market, candle.timeframe) in self._watched:
            await self.work(market=candle.market, timeframe=candle.timeframe)

    async def work(self, *, market: str = "", timeframe: str = "") -> None:
        """Let all runs, or those of a market and timeframe, decide whatever candles they have not yet.

        Raises:
            Unavailable: the desk or the market does not answer.
        """
        async with self._one:
            told = await self._bus.ask(GetAssignments(trader=self._name), timeout=_ASK_SECONDS)
            self._watched = frozenset((one.market, one.timeframe) for one in told.assignments)
            for one in told.assignments:
                if market in {"", one.market} and timeframe in {"", one.timeframe}:
                    await self._work(one)

    async def _hear_change(self, entry: Entry[RunChanged]) -> None:
        if entry.message.trader == self._name:
            self._has_news.set()

    async def _sweep(self) -> None:
        try:
            await self.work()
        except Unavailable as error:
            log.info("trader_waits", trader=self._name, code=error.code, error=error.message)

    async def _work(self, one: Assignment) -> None:
        try:
            history = await self._history(one)
        except Unavailable:
            raise
        except UnknownMarket as error:
            await self._fail(one, error.message)
            return
        except OmegaError as error:
            log.warning("strategy_has_no_candles", run=one.run, code=error.code, error=error.message)
            return
        if history is None:
            log.warning("strategy_has_no_candles", run=one.run, error="there are none yet")
            return
        profile = self._profiles.get(one.profile)
        if one.strategy not in STRATEGIES or profile is None:
            await self._fail(one, f"there is no {one.strategy} for a trader who is {one.profile}")
            return
        strategy = STRATEGIES[one.strategy]
        worked = await attempt(asyncio.to_thread(lambda: list(steps_of(one, history, strategy, profile))))
        if isinstance(worked, Failed):
            fault = worked.error
            log.error("strategy_failed", run=one.run, strategy=one.strategy, exc_info=fault)
            await self._fail(one, f"{type(fault).__name__}: {fault}")
            return
        await self._bring(one, worked.value)

    async def _bring(self, one: Assignment, steps: Sequence[Step]) -> None:
        for step in steps:
            taken: Taken = await self._bus.ask(
                Propose(run=one.run, through=step.through, state=step.state, wanted=list(step.wanted)),
                timeout=_ASK_SECONDS,
            )
            if step.wanted:
                log.info("strategy_proposed", run=one.run, proposal=taken.id, state=taken.state)

    async def _fail(self, one: Assignment, why: str) -> None:
        now = self._clock.now()
        await self._bus.ask(
            Propose(run=one.run, through=now, state=one.state, failed=why), timeout=_ASK_SECONDS
        )

    async def _history(self, one: Assignment) -> History | None:
        """Return the candles that the strategy sees; None where there are none of a timeframe it needs."""
        series = await self._bus.ask(
            GetCandles(market=one.market, timeframe=one.timeframe, limit=SIGHT + MOST_MISSED),
            timeout=_ASK_SECONDS,
        )
        if not series.time:
            return None
        own = sight_of(series)
        strategy, higher = STRATEGIES.get(one.strategy), dict[str, Candles]()
        for name in () if strategy is None else strategy.higher:
            if timeframe_ms(name) > own.candles.step_ms:
                asked = GetCandles(market=one.market, timeframe=name, limit=SIGHT + 1)
                larger = await self._bus.ask(asked, timeout=_ASK_SECONDS)
                if not larger.time:
                    return None
                higher[name] = sight_of(larger).candles
        return History(candles=own.candles, higher=higher, tick=own.scene.tick)
