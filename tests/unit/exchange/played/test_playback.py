from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from market_stage import MIDNIGHT_MS, MINUTE_MS, SleeperClock, take, wandering_minutes, without

from analytics.candles import Candles
from services.errors import ExchangeUnavailable
from services.exchange.exchange import Market, OrderBook
from services.exchange.played.market_time import MarketTime
from services.exchange.played.playback import MOST_TRADES, Playback
from services.exchange.played.stochastic import LogBars, StochasticMarket, Temper
from services.exchange.played.strips import Strip, StripTape, last_closes
from services.exchange.played.terms import market_of
from services.exchange.prices import smallest_step, to_moment

SWAP, SPOT = "A/USDT:USDT", "A/USDT"
COUNT = 3_000
END_MS = MIDNIGHT_MS + COUNT * MINUTE_MS


class _Counted(StochasticMarket):
    times_grown = 0

    def grow(self, count: int, step_ms: int) -> LogBars:
        self.times_grown += 1
        return super().grow(count, step_ms)


def played(
    clock: SleeperClock,
    minutes: Candles,
    *,
    begins_at_ms: int,
    name: str = SWAP,
    source: type[StochasticMarket] = StochasticMarket,
) -> tuple[Playback, StochasticMarket]:
    market: Market = market_of(
        name, tick=smallest_step(minutes.close), price=float(minutes.close[0]), volumes=minutes.volume
    )
    grower = source([Temper(volatility=0.02, turnover=1.0, coupling=0.5)], np.random.default_rng(1))
    strip = Strip(market=market, minutes=minutes, turnover=25.0)
    grower.rebase(last_closes([strip]))
    tape = StripTape([strip], source=grower, end_ms=END_MS, simulated_from_ms=END_MS)
    time = MarketTime(begins_at_ms, clock=clock)
    return Playback(tape, venue="test", time=time, seed=1, sleep=clock.sleep), grower


async def test_what_was_missed_is_grown_while_it_is_built_and_not_when_it_is_first_asked() -> None:
    clock = SleeperClock()
    playback, source = played(
        clock, wandering_minutes(COUNT), begins_at_ms=END_MS + 600 * MINUTE_MS, source=_Counted
    )
    assert isinstance(source, _Counted)
    grown = source.times_grown
    await take(playback.watch("ticker", [SWAP]), 1)
    assert source.times_grown == grown > 0


async def test_market_time_and_the_moment_from_which_all_is_simulated_can_be_read() -> None:
    clock = SleeperClock()
    playback, _ = played(clock, wandering_minutes(COUNT), begins_at_ms=END_MS - 1_000)
    assert (playback.now_ms(), playback.simulated_from_ms) == (END_MS - 1_000, END_MS)
    natures = [playback.nature]
    clock.step(1)
    assert [*natures, playback.nature] == ["replay", "simulated"]


async def test_a_market_that_was_never_traded_has_no_ticker_and_says_so_when_its_book_is_asked_for() -> None:
    minutes = wandering_minutes(COUNT)
    silent = replace(minutes, volume=np.zeros(COUNT))
    playback, _ = played(SleeperClock(), silent, begins_at_ms=MIDNIGHT_MS + 600 * MINUTE_MS)
    assert await playback.tickers() == []
    assert await playback.trades(SWAP, limit=5) == []
    with pytest.raises(ExchangeUnavailable, match="has not been traded"):
        await playback.order_book(SWAP, depth=5)


async def test_a_minute_without_a_trade_prints_none_and_keeps_the_last_price_and_its_time() -> None:
    clock = SleeperClock()
    minutes = without(wandering_minutes(COUNT), 100, 101)
    playback, _ = played(clock, minutes, begins_at_ms=MIDNIGHT_MS + 100 * MINUTE_MS)
    (ticker,) = await playback.tickers()
    assert ticker.price == ticker.price.from_float(float(minutes.close[99])).quantize(ticker.price)
    assert ticker.as_of < to_moment(MIDNIGHT_MS + 100 * MINUTE_MS)
    clock.step(119)
    assert (await playback.tickers())[0] == ticker
    newest = await playback.trades(SWAP, limit=3)
    assert newest[-1].as_of == ticker.as_of
    assert all(trade.as_of <= ticker.as_of for trade in newest)


async def test_the_ticker_has_the_price_and_time_of_the_newest_trade() -> None:
    clock = SleeperClock()
    playback, _ = played(clock, wandering_minutes(COUNT), begins_at_ms=MIDNIGHT_MS + 100 * MINUTE_MS)
    for _ in range(50):
        clock.step(3.7)
        (ticker,), (trade,) = await playback.tickers(), await playback.trades(SWAP, limit=1)
        assert (ticker.price, ticker.as_of) == (trade.price, trade.as_of)
        assert trade.price == (ticker.ask if trade.side == "buy" else ticker.bid)


async def test_the_book_begins_at_the_bid_and_ask_of_the_ticker() -> None:
    clock = SleeperClock()
    playback, _ = played(clock, wandering_minutes(COUNT), begins_at_ms=MIDNIGHT_MS + 100 * MINUTE_MS)
    for _ in range(50):
        clock.step(3.7)
        (ticker,), book = await playback.tickers(), await playback.order_book(SWAP, depth=100)
        assert (book.bids[0].price, book.asks[0].price) == (ticker.bid, ticker.ask)


async def test_there_is_a_new_book_each_quarter_of_a_second() -> None:
    clock = SleeperClock()
    playback, _ = played(clock, wandering_minutes(COUNT), begins_at_ms=MIDNIGHT_MS + 100 * MINUTE_MS)
    books = [book for book in await take(playback.watch("book", [SWAP]), 100) if isinstance(book, OrderBook)]
    assert {later.as_of - earlier.as_of for earlier, later in pairwise(books)} == {
        timedelta(milliseconds=250)
    }
    assert all(earlier != later for earlier, later in pairwise(books))
    assert all(book.is_depth_simulated for book in books)


async def test_more_trades_than_are_given_at_once_are_not_given() -> None:
    playback, _ = played(SleeperClock(), wandering_minutes(COUNT), begins_at_ms=MIDNIGHT_MS + 100 * MINUTE_MS)
    assert len(await playback.trades(SWAP, limit=5_000)) == MOST_TRADES


async def test_the_first_trades_of_a_market_are_all_there_are() -> None:
    clock = SleeperClock()
    playback, _ = played(clock, wandering_minutes(COUNT), begins_at_ms=MIDNIGHT_MS)
    clock.step(10)
    trades = await playback.trades(SWAP, limit=100)
    assert len(trades) == 41
    assert trades[0].as_of == to_moment(MIDNIGHT_MS)


async def test_a_venue_without_perpetuals_offers_nothing_that_only_they_have() -> None:
    spot, _ = played(SleeperClock(), wandering_minutes(COUNT), begins_at_ms=END_MS, name=SPOT)
    swap, _ = played(SleeperClock(), wandering_minutes(COUNT), begins_at_ms=END_MS)
    assert swap.capabilities - spot.capabilities == {"funding", "open_interest"}


@pytest.mark.parametrize("limit", [0, -3])
async def test_no_trades_asked_for_are_none(limit: int) -> None:
    playback, _ = played(SleeperClock(), wandering_minutes(COUNT), begins_at_ms=END_MS)
    assert await playback.trades(SWAP, limit=limit) == []


async def test_the_trades_of_a_night_that_the_machine_slept_are_not_all_told_at_once() -> None:
    clock = SleeperClock()
    playback, _ = played(clock, wandering_minutes(COUNT), begins_at_ms=MIDNIGHT_MS + 600 * MINUTE_MS)
    stream = playback.watch("trade", [SWAP])
    await anext(stream)
    clock.step(8 * 3600)
    with pytest.raises(ExchangeUnavailable, match="stood still"):
        await anext(stream)
    assert await take(playback.watch("trade", [SWAP]), 3)
