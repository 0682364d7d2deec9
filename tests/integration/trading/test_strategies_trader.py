"""The trader at work between a market that tells candles and a desk that takes proposals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from persona_fakes import HandClock
from sandbox_exchange_stage import until
from strategy_stage import BTC, TICK, drawn

from analytics.candles import Candles
from services.bus.messages import Entry
from services.errors import NoAnswer
from services.exchange.prices import to_moment, to_price
from services.market.messages import CANDLES, CandleSeries, ClosedCandle, GetCandles, Origin
from services.trading.strategies.messages import (
    RUNS_CHANGED,
    Assignment,
    Assignments,
    GetAssignments,
    Propose,
    RunChanged,
    Taken,
)
from services.trading.strategies.profiles import read_profiles
from services.trading.strategies.registry import STRATEGIES, settings_of
from services.trading.strategies.sighting import sight_at
from services.trading.strategies.temperament import shaped
from services.trading.strategies.trader import Trader

MARKET = drawn(300, seed=1)


class TradingBus:
    """The desk and the market behind a bus: keeps runs, tells candles, notes proposals."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.shown = 250
        self.runs: dict[str, Assignment] = {}
        self.proposed: list[Propose] = []
        self.handlers: dict[str, Callable[[Entry[Any]], Awaitable[None]]] = {}
        self.is_away = False

    @property
    def candles(self) -> Candles:
        return MARKET.slice(0, self.shown)

    def assign(self, run: str, strategy: str = "breakout", **more: Any) -> None:
        given: dict[str, Any] = {"through": None, "state": "", **more}
        self.runs[run] = Assignment(
            run=run, strategy=strategy, market=BTC, timeframe="1h", profile="strategist", **given
        )

    async def ask(self, request: Any, *, timeout: float = 2.0) -> Any:  # noqa: ASYNC109 - the bus's own
        del timeout
        if self.is_away:
            raise NoAnswer("Nobody answers.")
        match request:
            case GetAssignments():
                return Assignments(assignments=list(self.runs.values()))
            case GetCandles():
                return self._series(request)
            case Propose():
                return self._take(request)
        raise AssertionError(request)

    def _series(self, request: GetCandles) -> CandleSeries:
        found = self.candles.last(request.limit)
        at = self.clock.now()
        return CandleSeries(
            market=request.market,
            timeframe=request.timeframe,
            tick=TICK,
            origin=Origin(venue="drawn", nature="simulated", as_of=at, received_at=at),
            **{name: getattr(found, name).tolist() for name in ("time", "open", "high", "low", "close")},
            volume=found.volume.tolist(),
        )

    def _take(self, request: Propose) -> Taken:
        self.proposed.append(request)
        known = self.runs.pop(request.run)
        if request.failed:
            return Taken(id=request.run, state="refused")
        self.assign(request.run, known.strategy, through=request.through, state=request.state)
        return Taken(id=request.run, state="waiting")

    async def consume(self, log: Any, group: str, handle: Callable[[Entry[Any]], Awaitable[None]]) -> None:
        assert group == "ccxt_trader"
        self.handlers[log.name] = handle
        await asyncio.Event().wait()

    async def close(self, count: int = 1) -> None:
        """Let candles close, and tell the last of them."""
        self.shown += count
        place = self.shown - 1
        at = self.clock.now()
        prices: dict[str, Any] = {
            name: Decimal(str(getattr(MARKET, name)[place])) for name in ("open", "high", "low", "close")
        }
        candle = ClosedCandle(
            market=BTC,
            timeframe="1h",
            opens_at=to_moment(int(MARKET.time[place])),
            volume=Decimal(1),
            origin=Origin(venue="drawn", nature="simulated", as_of=at, received_at=at),
            **prices,
        )
        await self.handlers[CANDLES.name](Entry(id="1", message=candle, deliveries=1, appended_at=at))


async def begun(bus: TradingBus) -> asyncio.Task[None]:
    """A trader that has looked at its runs once and hears of candles."""
    trader = Trader("ccxt_trader", bus, bus.clock)
    task = asyncio.create_task(trader.run())
    await until(lambda: len(bus.handlers) > 1 and (bool(bus.proposed) or bus.is_away))
    return task


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def closed_at(place: int) -> datetime:
    return to_moment(int(MARKET.time[place]) + MARKET.step_ms)


def entries_at(place: int) -> list[tuple[str, Decimal | None, Decimal | None]]:
    """Side, stop and target of what the strategy enters at a candle, in the hands of this trader."""
    strategy, profile = STRATEGIES["breakout"], read_profiles()["strategist"]
    decision = strategy.decide(sight_at(MARKET, place, higher={}), settings_of(strategy, {}))
    own = [shaped(wish, profile, price=float(MARKET.close[place])) for wish in decision.wishes]
    return [("buy" if one.side == "long" else "sell", priced(one.stop), priced(one.target)) for one in own]


def priced(at: float | None) -> Decimal | None:
    return None if at is None else to_price(at, TICK)


async def test_each_candle_that_closes_is_decided_once() -> None:
    bus = TradingBus()
    bus.assign("r")
    task = await begun(bus)
    for _ in range(3):
        await bus.close()
    first = to_moment(int(MARKET.time[249]) + MARKET.step_ms)
    assert [one.through for one in bus.proposed] == [first + timedelta(hours=n) for n in range(4)]
    await ended(task)


async def test_what_is_wanted_is_what_the_strategy_wants_at_that_candle() -> None:
    bus = TradingBus()
    bus.assign("r", "momentum_of_nothing")
    bus.assign("s", "breakout")
    task = await begun(bus)
    for _ in range(40):
        await bus.close()
    wanted = {one.through: one.wanted for one in bus.proposed if one.run == "s" and not one.failed}
    found = {at: [(one.side, one.stop, one.target) for one in some] for at, some in wanted.items()}
    assert found == {closed_at(place): entries_at(place) for place in range(249, bus.shown)}
    assert any(found.values())
    await ended(task)


async def test_a_run_that_fails_is_told_and_the_others_go_on() -> None:
    bus = TradingBus()
    bus.assign("bad", "rsi_divergence", state="{not json")
    bus.assign("good", "breakout")
    task = await begun(bus)
    await bus.close()
    failed = {one.run: one.failed for one in bus.proposed if one.failed}
    assert list(failed) == ["bad"]
    assert failed["bad"].startswith("DecodeError")
    assert [one.run for one in bus.proposed if not one.failed] == ["good", "good"]
    await ended(task)


async def test_candles_missed_while_it_was_down_are_caught_up_without_stale_proposals() -> None:
    bus = TradingBus()
    bus.assign("r", through=to_moment(int(MARKET.time[229]) + MARKET.step_ms))
    task = await begun(bus)
    await until(lambda: len(bus.proposed) >= 19)
    assert [bool(one.wanted) for one in bus.proposed[:18]] == [False] * 18
    await ended(task)


async def test_a_desk_that_is_away_is_asked_again_when_runs_change() -> None:
    bus = TradingBus()
    bus.assign("r")
    bus.is_away = True
    task = await begun(bus)
    assert bus.proposed == []
    bus.is_away = False
    changed = RunChanged(trader="ccxt_trader")
    await bus.handlers[RUNS_CHANGED.name](
        Entry(id="1", message=changed, deliveries=1, appended_at=bus.clock.now())
    )
    await until(lambda: bool(bus.proposed))
    await ended(task)
