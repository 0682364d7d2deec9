"""What every adapter of the `Exchange` port says when it is asked; `conftest` lists the adapters."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from exchange_stage import Staged

from services.errors import NotOffered, UnknownMarket
from services.exchange.exchange import Capability, Exchange, OrderBook

NOWHERE = "NOPE/USDT"

ASKED: dict[Capability, Callable[[Exchange, str], Awaitable[object]]] = {
    "candles": lambda exchange, market: exchange.candles(market, "1m", limit=1),
    "trades": lambda exchange, market: exchange.trades(market, limit=1),
    "order_book": lambda exchange, market: exchange.order_book(market, depth=1),
    "funding": lambda exchange, market: exchange.funding(market),
    "open_interest": lambda exchange, market: exchange.open_interest(market),
}


def only_with(staged: Staged, capability: Capability) -> Exchange:
    if capability not in staged.exchange.capabilities:
        pytest.skip(f"it has no {capability}, which another test is about")
    return staged.exchange


async def test_markets_have_a_name_a_base_a_quote_and_a_tick(staged: Staged) -> None:
    markets = await staged.exchange.markets()
    assert len({market.name for market in markets}) == len(markets) > 0
    for market in markets:
        spot = f"{market.base}/{market.quote}"
        assert market.name == (spot if market.settle is None else f"{spot}:{market.settle}")
        assert market.tick > 0
    assert staged.exchange.venue


async def test_amounts_fees_and_leverage_are_known_and_possible_or_none(staged: Staged) -> None:
    for market in await staged.exchange.markets():
        for least in (market.step, market.min_amount, market.min_cost):
            assert least is None or least > 0
        for fee in (market.maker_fee, market.taker_fee):
            assert fee is None or abs(fee) < Decimal("0.05")
        assert market.max_leverage is None or market.max_leverage >= 1
        assert market.is_swap or market.funding_hours is None


async def test_without_names_there_is_one_ticker_of_each_market(staged: Staged) -> None:
    tickers = await staged.exchange.tickers()
    names = [ticker.market for ticker in tickers]
    assert sorted(names) == sorted(market.name for market in await staged.exchange.markets())


async def test_with_names_there_are_the_tickers_of_these(staged: Staged) -> None:
    names = await staged.some()
    assert {ticker.market for ticker in await staged.exchange.tickers(names)} == set(names)
    (one,) = await staged.exchange.tickers(names[:1])
    assert one.market == names[0]


async def test_every_price_of_a_ticker_is_a_positive_multiple_of_its_tick(staged: Staged) -> None:
    ticks = {market.name: market.tick for market in await staged.exchange.markets()}
    for _ in range(5):
        for ticker in await staged.exchange.tickers():
            for price in (ticker.price, ticker.bid, ticker.ask):
                assert price is None or (price > 0 and price % ticks[ticker.market] == 0)
            assert ticker.bid is None or ticker.ask is None or ticker.bid < ticker.ask
        await staged.let_pass(17)


async def test_a_perpetual_has_a_mark_price_and_spot_has_none(staged: Staged) -> None:
    swaps = {market.name for market in await staged.swaps()}
    for ticker in await staged.exchange.tickers():
        assert (ticker.mark is not None) == (ticker.market in swaps)


async def test_times_are_utc_and_never_run_backwards(staged: Staged) -> None:
    before = {ticker.market: ticker.as_of for ticker in await staged.exchange.tickers()}
    for _ in range(5):
        await staged.let_pass(13)
        for ticker in await staged.exchange.tickers():
            assert ticker.as_of.tzinfo is UTC
            assert ticker.as_of >= before[ticker.market]
            before[ticker.market] = ticker.as_of


async def test_the_price_is_inside_its_day_and_the_day_is_known_or_none(staged: Staged) -> None:
    for _ in range(5):
        for ticker in await staged.exchange.tickers():
            if ticker.day is not None:
                assert ticker.day.low <= ticker.price <= ticker.day.high
                assert ticker.day.low <= ticker.day.open <= ticker.day.high
                assert ticker.day.volume > 0
        await staged.let_pass(23)


async def test_the_nature_of_the_newest_ticker_is_that_of_the_exchange(staged: Staged) -> None:
    (ticker,) = await staged.exchange.tickers((await staged.some())[:1])
    assert ticker.nature == staged.exchange.nature


async def test_trades_are_the_newest_and_oldest_first(staged: Staged) -> None:
    exchange = only_with(staged, "trades")
    await staged.let_pass(90)
    for market in await staged.some():
        trades = await exchange.trades(market, limit=60)
        assert 0 < len(trades) <= 60
        assert {trade.market for trade in trades} == {market}
        assert len({trade.id for trade in trades}) == len(trades)
        moments = [trade.as_of for trade in trades]
        assert moments == sorted(moments)
        (ticker,) = await exchange.tickers([market])
        assert abs(ticker.as_of - moments[-1]) < timedelta(minutes=1)


async def test_fewer_trades_are_the_newest_of_more(staged: Staged) -> None:
    exchange = only_with(staged, "trades")
    await staged.let_pass(30)
    (market, *_) = await staged.some()
    many, few = await exchange.trades(market, limit=20), await exchange.trades(market, limit=5)
    assert [trade.id for trade in few] == [trade.id for trade in many][-5:]
    assert len(await exchange.trades(market, limit=0)) == 0


async def test_prices_and_amounts_of_trades_stand_on_the_steps_of_their_market(staged: Staged) -> None:
    exchange = only_with(staged, "trades")
    await staged.let_pass(30)
    terms = {market.name: market for market in await exchange.markets()}
    for market in await staged.some():
        for trade in await exchange.trades(market, limit=50):
            assert trade.price > 0
            assert trade.amount > 0
            assert trade.price % terms[market].tick == 0
            step = terms[market].step
            assert step is None or trade.amount % step == 0
            assert trade.side in {"buy", "sell"}


def assert_is_a_book(book: OrderBook, tick: Decimal, step: Decimal | None) -> None:
    bids, asks = [level.price for level in book.bids], [level.price for level in book.asks]
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert 0 < bids[0] < asks[0]
    for level in (*book.bids, *book.asks):
        assert level.price % tick == 0
        assert level.amount > 0
        assert step is None or level.amount % step == 0


async def test_a_book_has_its_best_levels_first_on_their_tick_and_is_never_crossed(staged: Staged) -> None:
    exchange = only_with(staged, "order_book")
    terms = {market.name: market for market in await exchange.markets()}
    for _ in range(5):
        for market in await staged.some():
            book = await exchange.order_book(market, depth=50)
            assert book.market == market
            assert_is_a_book(book, terms[market].tick, terms[market].step)
        await staged.let_pass(7)


@pytest.mark.parametrize("depth", [1, 7, 20])
async def test_a_book_is_no_deeper_than_it_was_asked_for(staged: Staged, depth: int) -> None:
    exchange = only_with(staged, "order_book")
    (market, *_) = await staged.some()
    book = await exchange.order_book(market, depth=depth)
    assert 0 < len(book.bids) <= depth
    assert 0 < len(book.asks) <= depth


async def test_a_perpetual_has_a_funding_rate_that_is_paid_next(staged: Staged) -> None:
    exchange = only_with(staged, "funding")
    for market in await staged.swaps():
        funding = await exchange.funding(market.name)
        assert funding.market == market.name
        assert abs(funding.rate) < Decimal("0.05")
        assert funding.as_of.tzinfo is UTC
        if funding.next_at is not None and funding.interval_hours is not None:
            assert timedelta(0) < funding.next_at - funding.as_of <= timedelta(hours=funding.interval_hours)
            assert funding.interval_hours == market.funding_hours


async def test_a_perpetual_has_an_open_interest(staged: Staged) -> None:
    exchange = only_with(staged, "open_interest")
    for market in await staged.swaps():
        interest = await exchange.open_interest(market.name)
        assert interest.market == market.name
        assert interest.amount > 0
        assert interest.as_of.tzinfo is UTC
        if interest.cost is not None:
            (ticker,) = await exchange.tickers([market.name])
            assert float(interest.cost / interest.amount) == pytest.approx(float(ticker.price), rel=0.05)


@pytest.mark.parametrize("what", ["funding", "open_interest"])
async def test_spot_has_neither_funding_nor_open_interest(staged: Staged, what: Capability) -> None:
    for market in (await staged.spots())[:2]:
        with pytest.raises(NotOffered) as caught:
            await ASKED[what](staged.exchange, market.name)
        assert caught.value.facts["venue"] == staged.exchange.venue


@pytest.mark.parametrize("what", ASKED)
async def test_what_is_not_among_the_capabilities_is_not_offered(staged: Staged, what: Capability) -> None:
    (market, *_) = await staged.some()
    if what in staged.exchange.capabilities:
        await ASKED[what](staged.exchange, market)
    else:
        with pytest.raises(NotOffered):
            await ASKED[what](staged.exchange, market)


@pytest.mark.parametrize("what", ASKED)
async def test_a_market_that_is_not_there_is_unknown(staged: Staged, what: Capability) -> None:
    exchange = only_with(staged, what)
    with pytest.raises(UnknownMarket) as caught:
        await ASKED[what](exchange, NOWHERE)
    assert caught.value.facts["asked"] == NOWHERE


async def test_a_ticker_of_a_market_that_is_not_there_is_unknown(staged: Staged) -> None:
    with pytest.raises(UnknownMarket) as caught:
        await staged.exchange.tickers([*(await staged.some()), NOWHERE])
    assert caught.value.facts["asked"] == NOWHERE


async def test_a_name_that_is_almost_right_is_not_that_market(staged: Staged) -> None:
    (name, *_) = await staged.some()
    for almost in (name.lower(), f" {name}", name.replace("/", "")):
        with pytest.raises(UnknownMarket):
            await staged.exchange.tickers([almost])


async def test_asking_twice_at_one_moment_gives_the_same(staged: Staged) -> None:
    """Where time passes by itself, nothing older comes second."""
    names = await staged.some()
    first, second = await staged.exchange.tickers(names), await staged.exchange.tickers(names)
    for one, other in itertools.zip_longest(first, second):
        assert one.market == other.market
        assert one.as_of <= other.as_of
        assert one.as_of < other.as_of or one == other
