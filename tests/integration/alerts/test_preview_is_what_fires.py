"""What a preview says of recorded prices is what the engine fires on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NoReturn

import msgspec
import numpy as np
import pytest
from alert_engine_stage import Answering, EngineStage, entry_of, row
from pyarrow import feather

from analytics.candles import Candles
from config.settings import read_settings
from services.alerts.conditions import (
    AllOf,
    AnyOf,
    CandleClosed,
    Closing,
    Compared,
    Condition,
    FibMeeting,
    Leaf,
    Meeting,
    PatternShown,
    PriceLevel,
    PriceMove,
    Side,
    Trailing,
    TrendLine,
    Way,
    ZoneMeeting,
)
from services.alerts.engine.course import in_order
from services.alerts.engine.preview import preview
from services.alerts.messages import Options
from services.exchange.prices import smallest_step, to_milliseconds, to_moment, to_price

RULES = 500
HOURS = 3
COINS = ("BTC", "ETH", "SOL")
TIMEFRAMES = ("5m", "15m", "1h")
SLOW = ("15m", "1h")
"""Of what takes long to find."""
WAYS: tuple[Way, ...] = ("above", "below", "touch")
SIDES: tuple[Side, ...] = ("above", "below")
MEETINGS: tuple[Meeting, ...] = ("touch", "reject", "break")
CLOSINGS: tuple[Closing, ...] = ("any", "up", "down")
WARM = 27 + 520 * 60
"""Minutes that go before: enough for 500 candles of the largest timeframe, and up to a full hour."""
SEED = 20260105
COMPARED = (
    ("rsi:14", "45.0"),
    ("close", "sma:20"),
    ("ema:9", "ema:21"),
    ("close", "bbands:20,2.upper"),
    ("volume", "20.0"),
)


@pytest.fixture(scope="module")
def recorded(lacking: Callable[[str], NoReturn]) -> dict[str, Candles]:
    folder = read_settings().data / "market" / "binance_perp_1m"
    if not folder.is_dir():
        lacking(f"no recorded minutes in {folder}; set OMEGA_DATA")
    return {f"{coin}/USDT:USDT": minutes(folder / f"{coin}_USDT_USDT-1m-futures.feather") for coin in COINS}


def minutes(path: Path) -> Candles:
    table = feather.read_table(path)
    columns = {name: table[name].to_numpy()[: WARM + HOURS * 60] for name in table.column_names}
    time = columns.pop("date").astype("datetime64[ms]").astype(np.int64)
    return Candles(step_ms=60_000, time=time, **columns)


class Inventor:
    """Makes up rules about markets: levels where prices were, and everything else where it may be met."""

    def __init__(self, recorded: dict[str, Candles], seed: int) -> None:
        self._recorded = recorded
        self._random = Random(seed)  # noqa: S311 - a repeatable choice
        self._ticks = {market: tick_of(candles) for market, candles in recorded.items()}

    def condition(self) -> Condition:
        """Make up a condition, one in five of several parts."""
        draw = self._random.random()
        if draw < 0.1:
            return AllOf(parts=[self._leaf(), self._leaf()])
        if draw < 0.2:
            return AnyOf(parts=[self._leaf(), AllOf(parts=[self._leaf(), self._leaf()])])
        return self._leaf()

    def options(self) -> Options:
        """Make up how it behaves; it repeats."""
        draw = self._random.random()
        cooldown = self._random.choice((0, 300, 3_600))
        if draw < 0.15:
            timeframe = self._random.choice(TIMEFRAMES)
            return Options(repeats=True, cooldown=cooldown, confirming="close", confirm_timeframe=timeframe)
        if draw < 0.3:
            return Options(repeats=True, cooldown=cooldown, confirming="seconds", confirm_seconds=120)
        return Options(repeats=True, cooldown=cooldown)

    def _leaf(self) -> Leaf:
        make: tuple[Callable[[], Leaf], ...] = (
            *(self._level, self._level, self._move, self._trail, self._line, self._compared),
            *(self._fib, self._zone, self._pattern, self._close),
        )
        return self._random.choice(make)()

    def _market(self) -> str:
        return self._random.choice(list(self._recorded))

    def _price(self, market: str) -> Decimal:
        price = self._random.choice(self._recorded[market].close[WARM:])
        return to_price(float(price), self._ticks[market])

    def _level(self) -> Leaf:
        market = self._market()
        way = self._random.choice(WAYS)
        price = self._price(market)
        margin = price * self._random.choice((0, Decimal("0.0005")))
        return PriceLevel(market=market, way=way, level=price, margin=margin)

    def _move(self) -> Leaf:
        percent = self._random.choice(("0.3", "-0.3", "0.6", "-1"))
        return PriceMove(
            market=self._market(), percent=Decimal(percent), window=self._random.choice((300, 900))
        )

    def _trail(self) -> Leaf:
        return Trailing(
            market=self._market(),
            percent=Decimal(self._random.choice(("0.5", "1"))),
            from_peak=self._random.random() < 0.5,
        )

    def _line(self) -> Leaf:
        market = self._market()
        begin = to_moment(int(self._recorded[market].time[WARM]))
        return TrendLine(
            market=market,
            way=self._random.choice(WAYS),
            first_at=begin - timedelta(hours=1),
            first_price=self._price(market),
            second_at=begin + timedelta(hours=HOURS),
            second_price=self._price(market),
        )

    def _compared(self) -> Leaf:
        left, right = self._random.choice(COMPARED)
        side = self._random.choice(SIDES)
        return Compared(
            market=self._market(),
            timeframe=self._timeframe(),
            left=left,
            side=side,
            right=right,
        )

    def _fib(self) -> Leaf:
        return FibMeeting(
            market=self._market(),
            timeframe=self._random.choice(SLOW),
            meeting=self._random.choice(MEETINGS),
            ratio=Decimal(self._random.choice(("0.382", "0.5", "0.618"))),
        )

    def _zone(self) -> Leaf:
        return ZoneMeeting(
            market=self._market(),
            timeframe=self._random.choice(SLOW),
            meeting=self._random.choice(MEETINGS),
            is_support=self._random.random() < 0.5,
        )

    def _pattern(self) -> Leaf:
        return PatternShown(market=self._market(), timeframe=self._random.choice(SLOW))

    def _close(self) -> Leaf:
        closing = self._random.choice(CLOSINGS)
        return CandleClosed(market=self._market(), timeframe=self._timeframe(), closing=closing)

    def _timeframe(self) -> str:
        return self._random.choice(TIMEFRAMES)


def tick_of(candles: Candles) -> Decimal:
    return smallest_step(np.concatenate([candles.open, candles.high, candles.low, candles.close]))


async def test_what_a_preview_says_of_500_rules_is_what_the_engine_fires(
    recorded: dict[str, Candles],
) -> None:
    begin_ms = int(recorded["BTC/USDT:USDT"].time[WARM])
    begin = to_moment(begin_ms)
    end = begin + timedelta(hours=HOURS)
    inventor = Inventor(recorded, SEED)
    rules = {f"rule-{number}": (inventor.condition(), inventor.options()) for number in range(RULES)}

    fired = await fired_live(recorded, rules, begin, end)
    told = await told_before(recorded, rules, end)

    differing = {name: (rules[name], fired[name], told[name]) for name in rules if fired[name] != told[name]}
    assert not differing
    assert sum(map(len, told.values())) > 2 * RULES, "too little happened to tell them apart"
    assert sum(bool(times) for times in told.values()) > RULES // 2


async def fired_live(
    recorded: dict[str, Candles],
    rules: dict[str, tuple[Condition, Options]],
    begin: datetime,
    end: datetime,
) -> dict[str, list[datetime]]:
    """Feed the candles one by one, as the log would, and return when each rule fired."""
    ask = Answering(recorded, until=begin)
    ask.ticks = {market: tick_of(candles) for market, candles in recorded.items()}
    stage = EngineStage(ask=ask)
    rows = [
        replace(row(condition, id=name, market_at=begin), options=msgspec.json.encode(options).decode())
        for name, (condition, options) in rules.items()
    ]
    await stage.engine.load(rows, dict.fromkeys(recorded, begin))
    await stage.engine.tending.care()
    log = {(market, name): ask.candles(market, name) for market in recorded for name in ("1m", *TIMEFRAMES)}
    for past in in_order(log, after_ms=to_milliseconds(begin), until_ms=to_milliseconds(end)):
        ask.until = to_moment(past.closes_ms)
        await stage.engine.see(entry_of(past, ask.ticks[past.market]))
    fired = defaultdict[str, list[datetime]](list)
    for firing in stage.outbox.firings:
        if firing.told.state in {"fired", "confirmed"}:
            assert firing.told.late == 0
            fired[firing.told.rule].append(firing.told.at)
    return fired


async def told_before(
    recorded: dict[str, Candles],
    rules: dict[str, tuple[Condition, Options]],
    end: datetime,
) -> dict[str, list[datetime]]:
    """Return when the preview says that each rule would have fired."""
    ask = Answering(recorded, until=end)
    ask.ticks = {market: tick_of(candles) for market, candles in recorded.items()}
    told = {}
    for name, (condition, options) in rules.items():
        found = await preview(condition, options, days=HOURS / 24, ask=ask)
        told[name] = [one.at for one in found.times]
    return told
