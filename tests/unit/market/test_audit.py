from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from builder_stage import TICK
from market_fakes import BTC, FakeExchange, SwiftClock, candles_of, trade

from services.exchange.exchange import Trade
from services.loops import Loops
from services.market.candles.audit import Audit
from services.market.candles.bar import filled_bars
from services.market.candles.builder import Closed
from services.market.candles.filling import Filler

TRADES = [trade(second, f"{100 + second % 7}") for second in range(60)]


def minute_of(trades: Sequence[Trade]) -> Closed:
    (bar,) = filled_bars(candles_of(trades, "1m"), tick=TICK, nature="replay")
    return Closed("1m", replace(bar, is_filled=False))


async def audited(told: Closed, true: Sequence[Trade]) -> list[tuple[str, Closed]]:
    """What is put right where `told` was closed and the venue has the candle of `true`."""
    exchange, clock, found = FakeExchange(), SwiftClock(), list[tuple[str, Closed]]()
    exchange.happens(*true, trade(200))
    filler = Filler(exchange, tick_of=lambda _: TICK, sleep=clock.sleep)
    audit = Audit(filler, lambda market, closed: found.append((market, closed)), sleep=clock.sleep)
    audit.note(BTC, told)
    async with Loops(audit.run()), asyncio.timeout(20):
        while not exchange.asked["candles 1m"]:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
    return found


async def test_a_closed_candle_that_the_venue_has_otherwise_is_put_right() -> None:
    ((market, closed),) = await audited(minute_of(TRADES[:20] + TRADES[25:]), TRADES)
    assert (market, closed.timeframe, int(closed.bar.volume)) == (BTC, "1m", 60)


async def test_a_closed_candle_that_the_venue_has_alike_stays() -> None:
    assert await audited(minute_of(TRADES), TRADES) == []


def test_candles_of_the_venue_itself_and_those_of_seconds_are_not_compared() -> None:
    audit = Audit(Filler(FakeExchange(), tick_of=lambda _: TICK), lambda *_: None)
    closed = minute_of(TRADES)
    audit.note(BTC, Closed("1m", replace(closed.bar, is_filled=True)))
    audit.note(BTC, Closed("1s", closed.bar))
    assert audit._waiting == {}
