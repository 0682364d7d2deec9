"""The alert engine before candles that a test has: an outbox that remembers, and a market that answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
import numpy as np

from analytics.candles import Candles, resample, timeframe_ms
from services.alerts.conditions import AllOf, AnyOf, Condition, PriceLevel, markets_of, to_text
from services.alerts.engine.course import Past
from services.alerts.engine.engine import Engine
from services.alerts.firing import Firing, Step
from services.alerts.messages import Options
from services.bus.messages import Entry, Message, Request
from services.cosmic.messages import Calendar, GetCalendar, SkyEvent
from services.errors import ExchangeUnavailable, NotOffered, OmegaError, StoreUnavailable
from services.exchange.prices import to_amount, to_milliseconds, to_moment, to_price
from services.market.messages import (
    CandleSeries,
    ClosedCandle,
    Compare,
    Comparison,
    GetCandles,
    GetQuote,
    Origin,
    Quote,
)
from services.store.rows import RuleRow

R = TypeVar("R", bound=Message)

BTC = "BTC/USDT:USDT"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WALL = NOON + timedelta(hours=1)
"""When everything is heard."""
TICK = Decimal("0.1")


class TurnedClock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.wall = WALL
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds


class Remembering:
    """An outbox that keeps steps in memory, as a database would: the last state of every rule and mark."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.states: dict[str, str] = {}
        self.statuses: dict[str, str] = {}
        self.fired: dict[str, int] = {}
        self.marks: dict[str, datetime] = {}
        self.is_away = False

    async def commit(self, step: Step) -> None:
        if self.is_away:
            raise StoreUnavailable("The database is away.")
        self.steps.append(step)
        self.marks |= dict(step.marks)
        for standing in step.standings:
            self.states[standing.rule] = standing.state
            self.statuses[standing.rule] = standing.status
            self.fired[standing.rule] = standing.fired

    @property
    def firings(self) -> list[Firing]:
        return [firing for step in self.steps for firing in step.firings]

    def told(self) -> list[str]:
        """Which states were told, in order."""
        return [firing.told.state for firing in self.firings]

    def when(self, *states: str) -> list[datetime]:
        """When what is in one of `states` was met."""
        wanted = states or ("fired", "confirmed")
        return [firing.told.at for firing in self.firings if firing.told.state in wanted]


def origin(at: datetime, *, venue: str = "binance", nature: Any = "replay") -> Origin:
    return Origin(venue=venue, nature=nature, as_of=at, received_at=WALL)


def quote(price: str, at: datetime, *, market: str = BTC, venue: str = "binance") -> Quote:
    return Quote(market=market, price=Decimal(price), tick=TICK, origin=origin(at, venue=venue))


class Answering:
    """The market process with candles of a minute, `until` whose close it has come; larger ones follow."""

    def __init__(self, minutes: Mapping[str, Candles] | None = None, until: datetime = NOON) -> None:
        self.minutes = dict(minutes or {})
        self.until = until
        self.ticks: dict[str, Decimal] = {}
        self.quotes: dict[str, Quote] = {}
        self.compared: Comparison | None = None
        self.sky: list[SkyEvent] | None = None
        self.fails: OmegaError | None = None
        self.asked: list[Request[Any]] = []
        self._made: dict[tuple[str, str], Candles] = {}

    async def __call__(self, request: Request[R], *, timeout: float) -> R:  # noqa: ARG002, ASYNC109 - the bus's
        self.asked.append(request)
        if self.fails is not None:
            raise self.fails
        answer: Any
        match request:
            case GetCandles():
                answer = self._series(request)
            case GetQuote() if request.market in self.quotes:
                answer = self.quotes[request.market]
            case GetCalendar() if self.sky is not None and request.at is not None:
                answer = Calendar(at=request.at, days=request.days, events=self.sky)
            case Compare() if self.compared is not None:
                answer = self.compared
            case _:
                raise ExchangeUnavailable("Nobody knows.")
        return answer  # type: ignore[no-any-return]

    def candles(self, market: str, timeframe: str) -> Candles:
        """Every candle that there will be."""
        key = (market, timeframe)
        if key not in self._made:
            self._made[key] = resample(self.minutes[market], timeframe_ms(timeframe))
        return self._made[key]

    def _series(self, request: GetCandles) -> CandleSeries:
        if request.market not in self.minutes:
            raise ExchangeUnavailable("There are no candles yet.")
        until = self.until if request.until is None else min(self.until, request.until)
        found = self.candles(request.market, request.timeframe).between(0, to_milliseconds(until))
        found = found.last(request.limit)
        if len(found) == 0:
            raise NotOffered.by("binance", f"older candles of {request.market}")
        return CandleSeries(
            market=request.market,
            timeframe=request.timeframe,
            time=found.time.tolist(),
            open=found.open.tolist(),
            high=found.high.tolist(),
            low=found.low.tolist(),
            close=found.close.tolist(),
            volume=found.volume.tolist(),
            origin=origin(self.until),
            tick=self.ticks.get(request.market, TICK),
        )


def minutes_of(closes: Iterable[float], *, begin: datetime = NOON, wick: float = 0.0) -> Candles:
    """Minutes that go from each close to the next."""
    close = np.array(list(closes), np.float64)
    open_ = np.concatenate([close[:1], close[:-1]])
    time = to_milliseconds(begin) + 60_000 * np.arange(len(close), dtype=np.int64)
    return Candles(
        step_ms=60_000,
        time=time,
        open=open_,
        high=np.maximum(open_, close) + wick,
        low=np.minimum(open_, close) - wick,
        close=close,
        volume=np.ones(len(close)),
    )


def entry(candle: ClosedCandle, *, appended_at: datetime = WALL) -> Entry[ClosedCandle]:
    """The candle as a log delivers it."""
    return Entry(id=candle.id, message=candle, deliveries=1, appended_at=appended_at)


def entry_of(past: Past, tick: Decimal = TICK) -> Entry[ClosedCandle]:
    """A recorded candle as the log of the market process delivers it."""
    candle = ClosedCandle(
        market=past.market,
        timeframe=past.timeframe,
        opens_at=to_moment(past.opens_ms),
        open=to_price(past.open, tick),
        high=to_price(past.high, tick),
        low=to_price(past.low, tick),
        close=to_price(past.close, tick),
        volume=to_amount(past.volume),
        origin=origin(to_moment(past.closes_ms)),
    )
    return entry(candle)


def candle(
    opens_at: datetime, *prices: str, timeframe: str = "1s", market: str = BTC, volume: str = "1"
) -> Entry[ClosedCandle]:
    """A candle of `prices`: its open, high, low and close."""
    open_, high, low, close = map(Decimal, prices)
    closes_at = opens_at + timedelta(milliseconds=timeframe_ms(timeframe))
    return entry(
        ClosedCandle(
            market=market,
            timeframe=timeframe,
            opens_at=opens_at,
            open=open_,
            high=high,
            low=low,
            close=close,
            volume=Decimal(volume),
            origin=origin(closes_at),
        )
    )


def level(price: str, way: Any = "above", *, market: str = BTC, margin: str = "0") -> PriceLevel:
    return PriceLevel(market=market, way=way, level=Decimal(price), margin=Decimal(margin))


def row(
    condition: Condition,
    *,
    id: str = "rule",  # noqa: A002 - the row's own word
    state: str = "",
    market_at: datetime | None = NOON,
    given: str = "{}",
    feed: str = "",
    snoozed_until: datetime | None = None,
    expires_at: datetime | None = None,
    **options: Any,
) -> RuleRow:
    """An active rule of a member as the database has it; `options` are those of the alert."""
    kind = "combo" if isinstance(condition, AllOf | AnyOf) else str(condition.__struct_config__.tag)
    return RuleRow(
        id=id,
        user_id=None if feed else "42",
        guild_id=None,
        feed=feed,
        kind=kind,
        market=next(iter(markets_of(condition)), ""),
        status="active",
        condition=to_text(condition),
        options=msgspec.json.encode(Options(**options)).decode(),
        given=given,
        state=state,
        market_at=market_at,
        set_at=NOON,
        updated_at=NOON,
        snoozed_until=snoozed_until,
        expires_at=expires_at,
    )


class EngineStage:
    """An engine with what it stands on."""

    def __init__(self, outbox: Remembering | None = None, ask: Answering | None = None) -> None:
        self.outbox = outbox or Remembering()
        self.ask = ask or Answering()
        self.clock = TurnedClock()
        self.engine = Engine(outbox=self.outbox, ask=self.ask, clock=self.clock)

    async def hear(self, *prices: str, seconds: float = 0.0, every: float = 1.0) -> None:
        """Hear prices, the first so many seconds after noon and the others after it."""
        for number, price in enumerate(prices):
            await self.engine.hear(quote(price, NOON + timedelta(seconds=seconds + number * every)))

    async def again(self, *rows: RuleRow) -> EngineStage:
        """Return another engine that takes up what this one has kept of `rows`."""
        other = EngineStage(self.outbox, self.ask)
        kept = self.outbox
        await other.engine.load(
            [
                replace(
                    one,
                    state=kept.states.get(one.id, ""),
                    status=kept.statuses.get(one.id, one.status),
                    fired=kept.fired.get(one.id, 0),
                )
                for one in rows
            ],
            kept.marks,
        )
        return other
