"""What every adapter of the `Exchange` port tells by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from exchange_stage import Staged, by
from market_stage import take

from services.errors import NotOffered, UnknownMarket
from services.exchange.exchange import Capability, Channel, Exchange, OrderBook, Ticker, Trade, Update

CHANNELS: dict[Channel, tuple[Capability, type[Update]]] = {
    "ticker": ("watch_ticker", Ticker),
    "trade": ("watch_trade", Trade),
    "book": ("watch_book", OrderBook),
}
SHORTLY = timedelta(minutes=2)


def only_with(staged: Staged, channel: Channel) -> Exchange:
    if CHANNELS[channel][0] not in staged.exchange.capabilities:
        pytest.skip(f"it does not stream {channel}s, which another test is about")
    return staged.exchange


@pytest.mark.parametrize("channel", ["ticker", "book"])
async def test_tickers_and_books_begin_with_how_they_stand(staged: Staged, channel: Channel) -> None:
    exchange = only_with(staged, channel)
    names = await staged.some()
    stands = {ticker.market: ticker.as_of for ticker in await exchange.tickers(names)}
    first = await take(exchange.watch(channel, names), len(names))
    assert {update.market for update in first} == set(names)
    for update in first:
        assert isinstance(update, CHANNELS[channel][1])
        assert update.as_of >= stands[update.market] - timedelta(seconds=1)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_only_what_is_watched_comes(staged: Staged, channel: Channel) -> None:
    exchange = only_with(staged, channel)
    (market, *_) = await staged.some()
    seen = await take(exchange.watch(channel, [market]), 5)
    assert {update.market for update in seen} == {market}
    assert {type(update) for update in seen} == {CHANNELS[channel][1]}


@pytest.mark.parametrize("channel", CHANNELS)
async def test_updates_of_a_market_come_in_order(staged: Staged, channel: Channel) -> None:
    only_with(staged, channel)
    for updates in (await staged.watched(channel, staged.many)).values():
        moments = [update.as_of for update in updates]
        assert moments == sorted(moments)


@pytest.mark.parametrize("channel", ["ticker", "book"])
async def test_who_reads_slowly_gets_the_newest_of_each_market(staged: Staged, channel: Channel) -> None:
    exchange = only_with(staged, channel)
    names = await staged.some()
    stream = exchange.watch(channel, names)
    await take(stream, len(names))
    await staged.let_pass(2 * SHORTLY.total_seconds())
    stands = {ticker.market: ticker.as_of for ticker in await exchange.tickers(names)}
    late: dict[str, Update] = {}
    async for update in stream:
        late.setdefault(update.market, update)
        if len(late) == len(names):
            break
    for market, update in late.items():
        assert update.as_of >= stands[market] - SHORTLY


async def test_no_trade_is_left_out_however_slowly_one_reads(staged: Staged) -> None:
    exchange = only_with(staged, "trade")
    names = await staged.some()
    seen: list[Update] = []
    async for trade in exchange.watch("trade", names):
        seen.append(trade)
        if len(seen) % 20 == 0:
            await staged.let_pass(9)
        if len(seen) >= staged.many:
            break
    for market, watched in by(seen, lambda trade: trade.market).items():
        printed = [trade.id for trade in await exchange.trades(market, limit=1_000)]
        ids = [trade.id for trade in watched if isinstance(trade, Trade)]
        first = printed.index(ids[0])
        assert printed[first : first + len(ids)] == ids


async def test_a_trade_that_is_watched_is_the_one_that_is_told_when_asked(staged: Staged) -> None:
    exchange = only_with(staged, "trade")
    (market, *_) = await staged.some()
    watched = await take(exchange.watch("trade", [market]), 20)
    assert set(watched) <= set(await exchange.trades(market, limit=1_000))


@pytest.mark.parametrize("channel", CHANNELS)
async def test_two_who_watch_do_not_take_from_each_other(staged: Staged, channel: Channel) -> None:
    exchange = only_with(staged, channel)
    (market, *_) = await staged.some()
    one, other = exchange.watch(channel, [market]), exchange.watch(channel, [market])
    mine, yours = await take(one, 3), await take(other, 3)
    assert len(mine) == len(yours) == 3
    await take(one, 3)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_market_that_is_not_there_is_named(staged: Staged, channel: Channel) -> None:
    exchange = only_with(staged, channel)
    with pytest.raises(UnknownMarket) as caught:
        await take(exchange.watch(channel, [*(await staged.some()), "NOPE/USDT"]), 1)
    assert caught.value.facts["asked"] == "NOPE/USDT"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_is_not_streamed_is_not_offered(staged: Staged, channel: Channel) -> None:
    names = await staged.some()
    if CHANNELS[channel][0] in staged.exchange.capabilities:
        await take(staged.exchange.watch(channel, names), 1)
    else:
        with pytest.raises(NotOffered):
            await take(staged.exchange.watch(channel, names), 1)


async def test_the_book_stands_round_the_price(staged: Staged) -> None:
    exchange = only_with(staged, "book")
    for book in await take(exchange.watch("book", await staged.some()), staged.many // 2):
        assert isinstance(book, OrderBook)
        middle = float(book.bids[0].price + book.asks[0].price) / 2
        (ticker,) = await exchange.tickers([book.market])
        assert middle == pytest.approx(float(ticker.price), rel=0.02)
