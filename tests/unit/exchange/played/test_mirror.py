from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from exchange_stage import breathe
from market_stage import SleeperClock, take

from services.errors import ExchangeUnavailable, NotOffered, UnknownMarket
from services.exchange.exchange import Funding, Level, Market, OrderBook, Ticker, Trade, Update
from services.exchange.played.listening import MOST_WAITING
from services.exchange.played.mirror import FUNDING_STALE_AFTER, KEPT_TRADES, STALE_AFTER, MirrorExchange

BTC, ETH, SPOT = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USDT"
MARKETS = tuple(Market(name=name, tick=Decimal("0.1")) for name in (BTC, ETH, SPOT))
MOMENT = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MORE_THAN_PATIENCE = STALE_AFTER.total_seconds() + 1


def ticker(market: str = BTC, price: str = "100.0") -> Ticker:
    return Ticker(market=market, price=Decimal(price), as_of=MOMENT, nature="live")


def trade(number: int, market: str = BTC) -> Trade:
    return Trade(
        market=market,
        id=str(number),
        price=Decimal("100.0"),
        amount=Decimal(1),
        side="buy",
        as_of=MOMENT + timedelta(seconds=number),
        nature="live",
    )


def book(market: str = BTC) -> OrderBook:
    levels = [Level(Decimal(price), Decimal(1)) for price in (99, 98, 101, 102)]
    return OrderBook(
        market=market, bids=tuple(levels[:2]), asks=tuple(levels[2:]), as_of=MOMENT, nature="live"
    )


def funding(rate: str = "0.0001") -> Funding:
    return Funding(market=BTC, rate=Decimal(rate), as_of=MOMENT, nature="live")


def mirror(clock: SleeperClock | None = None, *, stale_after: timedelta = STALE_AFTER) -> MirrorExchange:
    made = MirrorExchange(venue="bybit", clock=clock or SleeperClock(), stale_after=stale_after)
    made.list_markets(MARKETS)
    return made


async def test_before_anything_was_listed_or_shown_it_is_not_available() -> None:
    empty = MirrorExchange(venue="bybit", clock=SleeperClock())
    empty.show(ticker())
    unlisted: list[Awaitable[object]] = [empty.markets(), empty.tickers(), empty.trades(BTC, limit=1)]
    for asked in unlisted:
        with pytest.raises(ExchangeUnavailable, match="not known yet") as caught:
            await asked
        assert caught.value.facts["venue"] == "bybit"
    listed = mirror()
    unshown: list[Awaitable[object]] = [
        listed.tickers(),
        listed.trades(BTC, limit=1),
        listed.order_book(BTC, depth=5),
        listed.funding(BTC),
        listed.open_interest(BTC),
    ]
    for asked in unshown:
        with pytest.raises(ExchangeUnavailable, match="no fresh"):
            await asked


async def test_it_gives_what_it_was_shown_as_real_as_it_was() -> None:
    exchange = mirror()
    for shown in (ticker(), book(), trade(1), trade(2), funding()):
        exchange.show(shown)
    assert list(await exchange.tickers()) == [ticker()]
    assert await exchange.order_book(BTC, depth=2) == book()
    assert list(await exchange.trades(BTC, limit=9)) == [trade(1), trade(2)]
    assert list(await exchange.trades(BTC, limit=1)) == [trade(2)]
    assert await exchange.funding(BTC) == funding()
    assert (exchange.venue, exchange.nature) == ("bybit", "live")


async def test_one_market_without_a_price_does_not_stop_the_others() -> None:
    exchange = mirror()
    exchange.show(ticker(ETH))
    assert list(await exchange.tickers([BTC, ETH])) == [ticker(ETH)]
    with pytest.raises(ExchangeUnavailable, match=f"no fresh price of {BTC}"):
        await exchange.tickers([BTC])


async def test_what_was_received_too_long_ago_is_not_given_any_more() -> None:
    clock = SleeperClock()
    exchange = mirror(clock)
    for shown in (ticker(), ticker(ETH), book(), trade(1), funding()):
        exchange.show(shown)
    clock.step(STALE_AFTER.total_seconds())
    assert len(await exchange.tickers()) == 2
    exchange.show(ticker(ETH))
    clock.step(1)
    assert list(await exchange.tickers()) == [ticker(ETH)]
    stale: list[Awaitable[object]] = [exchange.order_book(BTC, depth=1), exchange.trades(BTC, limit=1)]
    for asked in stale:
        with pytest.raises(ExchangeUnavailable, match="no fresh"):
            await asked
    assert await exchange.funding(BTC) == funding()
    clock.step(FUNDING_STALE_AFTER.total_seconds())
    with pytest.raises(ExchangeUnavailable, match="no fresh"):
        await exchange.funding(BTC)


class SleepyClock(SleeperClock):
    """Of a machine that sleeps: its monotonic clock stands still meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.slept)


async def test_what_was_received_before_the_machine_slept_is_not_fresh() -> None:
    clock = SleepyClock()
    exchange = mirror(clock)
    exchange.show(book())
    clock.slept += 8 * 3600
    with pytest.raises(ExchangeUnavailable, match="no fresh"):
        await exchange.order_book(BTC, depth=1)


async def test_a_wall_clock_that_is_put_back_makes_nothing_fresh() -> None:
    clock = SleepyClock()
    exchange = mirror(clock)
    exchange.show(book())
    clock.slept -= 3600
    clock.step(MORE_THAN_PATIENCE)
    with pytest.raises(ExchangeUnavailable, match="no fresh"):
        await exchange.order_book(BTC, depth=1)


async def test_a_market_that_does_not_trade_has_fresh_trades_while_its_price_is_shown() -> None:
    clock = SleeperClock()
    exchange = mirror(clock)
    exchange.show(trade(1))
    clock.step(MORE_THAN_PATIENCE)
    exchange.show(ticker())
    assert list(await exchange.trades(BTC, limit=5)) == [trade(1)]


async def test_only_the_newest_trades_are_kept() -> None:
    exchange = mirror()
    for number in range(KEPT_TRADES + 5):
        exchange.show(trade(number))
    trades = await exchange.trades(BTC, limit=10_000)
    assert (len(trades), trades[0].id) == (KEPT_TRADES, "5")


async def test_a_market_that_is_not_listed_any_more_is_unknown_and_what_is_shown_of_it_is_left_out() -> None:
    exchange = mirror()
    exchange.show(ticker())
    exchange.list_markets(MARKETS[1:])
    exchange.show(ticker())
    with pytest.raises(UnknownMarket):
        await exchange.order_book(BTC, depth=1)
    with pytest.raises(ExchangeUnavailable):
        await exchange.tickers()


async def test_it_has_no_candles() -> None:
    exchange = mirror()
    assert "candles" not in exchange.capabilities
    with pytest.raises(NotOffered, match="candles"):
        await exchange.candles(BTC, "1m", limit=1)


async def hear(stream: AsyncIterator[Update], heard: list[Update]) -> None:
    async for update in stream:
        heard.append(update)  # noqa: PERF401 - what was heard before it ends counts


async def test_every_listener_hears_every_trade_of_its_markets() -> None:
    exchange = mirror()
    heard: list[list[Update]] = [[], []]
    tasks = [asyncio.ensure_future(hear(exchange.watch("trade", [BTC, ETH]), one)) for one in heard]
    await breathe()
    for number in range(500):
        exchange.show(trade(number))
        exchange.show(trade(number, SPOT))
        exchange.show(ticker())
    await breathe()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    expected = [trade(number) for number in range(500)]
    assert heard == [expected, expected]


async def test_who_reads_slowly_gets_the_newest_ticker_of_each_market_once() -> None:
    exchange = mirror()
    exchange.show(ticker(BTC, "1.0"))
    stream = exchange.watch("ticker", [BTC, ETH])
    (first,) = await take(stream, 1)
    for price in ("2.0", "3.0", "4.0"):
        exchange.show(ticker(BTC, price))
        exchange.show(ticker(ETH, price))
    rest = [await anext(stream), await anext(stream)]
    assert first == ticker(BTC, "1.0")
    assert rest == [ticker(BTC, "4.0"), ticker(ETH, "4.0")]


async def test_a_stream_begins_with_what_is_fresh() -> None:
    clock = SleeperClock()
    exchange = mirror(clock)
    exchange.show(ticker(BTC, "1.0"))
    clock.step(MORE_THAN_PATIENCE)
    exchange.show(ticker(ETH, "2.0"))
    (first,) = await take(exchange.watch("ticker", [BTC, ETH]), 1)
    assert first == ticker(ETH, "2.0")


async def test_a_stream_that_fell_silent_says_so() -> None:
    exchange = mirror(stale_after=timedelta(seconds=0.05))
    with pytest.raises(ExchangeUnavailable, match=r"was silent for 0\.05 s"):
        await anext(exchange.watch("trade", [BTC]))


async def test_one_quiet_market_is_no_silence_while_another_is_heard() -> None:
    exchange = mirror(stale_after=timedelta(seconds=0.1))
    waiting = asyncio.ensure_future(anext(exchange.watch("trade", [BTC])))
    for _ in range(15):
        await asyncio.sleep(0.03)
        exchange.show(ticker(ETH))
    assert not waiting.done()
    exchange.show(trade(7))
    assert await waiting == trade(7)


async def test_who_watches_a_market_that_goes_away_is_told_which() -> None:
    exchange = mirror()
    waiting = asyncio.ensure_future(anext(exchange.watch("ticker", [ETH, BTC])))
    await breathe()
    exchange.list_markets([market for market in MARKETS if market.name != BTC])
    with pytest.raises(UnknownMarket) as caught:
        await waiting
    assert caught.value.facts["asked"] == BTC


async def test_who_is_too_far_behind_loses_the_stream_and_not_a_trade_in_silence() -> None:
    exchange = mirror()
    stream = exchange.watch("trade", [BTC])
    waiting = asyncio.ensure_future(anext(stream))
    await breathe()
    for number in range(MOST_WAITING + 10):
        exchange.show(trade(number))
    assert await waiting == trade(0)
    heard: list[Update] = []
    with pytest.raises(ExchangeUnavailable, match="was read too slowly"):
        await hear(stream, heard)
    assert len(heard) == MOST_WAITING - 1
