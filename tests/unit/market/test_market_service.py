from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from market_fakes import (
    BTC,
    ETH,
    MARKET_TIME,
    SPOT,
    book,
    ticker,
)
from market_service_stage import Stage

from services.bus.messages import Request
from services.errors import (
    ExchangeUnavailable,
    NotOffered,
    StalePrice,
    UnknownMarket,
    UserMistake,
)
from services.exchange.exchange import Funding, Market
from services.market.messages import (
    Convert,
    FindMarkets,
    GetBook,
    GetFunding,
    GetInterest,
    GetMovers,
    GetQuote,
    ListMarkets,
    ListVenues,
)
from services.omega import ServiceConfig


@pytest.fixture
def unlisted() -> Stage:
    return Stage()


@pytest.fixture
def stage() -> Stage:
    """A stage that knows its markets and no price yet."""
    stage = Stage()
    stage.listed()
    return stage


async def test_a_quote_says_the_price_where_it_came_from_and_when(stage: Stage) -> None:
    stage.board.show(ticker(turnover="5000000"))
    quote = await stage.service.process(GetQuote(market="btcusdtp"))
    assert (quote.market, quote.price, quote.tick) == (BTC, Decimal("104506.2"), Decimal("0.1"))
    assert (quote.origin.venue, quote.origin.nature) == ("binance", "replay")
    assert (quote.origin.as_of, quote.origin.received_at) == (MARKET_TIME, stage.clock.now())
    assert quote.volume_24h == Decimal(5_000_000)


async def test_an_unknown_day_stays_unknown(stage: Stage) -> None:
    stage.board.show(ticker())
    quote = await stage.service.process(GetQuote(market=BTC))
    assert (quote.open_24h, quote.high_24h, quote.low_24h, quote.volume_24h) == (None, None, None, None)


async def test_a_fresh_price_is_given_without_asking_the_venue(stage: Stage) -> None:
    stage.board.show(ticker())
    await stage.service.process(GetQuote(market=BTC))
    assert not stage.exchange.asked


async def test_an_older_price_of_a_market_that_is_not_watched_is_asked_for_anew(stage: Stage) -> None:
    stage.board.show(ticker())
    stage.exchange.known[BTC] = ticker(price="2.0", after=3)
    stage.clock.step(3)
    assert (await stage.service.process(GetQuote(market=BTC))).price == Decimal("2.0")


async def test_a_quiet_price_of_a_watched_market_is_not_asked_for(stage: Stage) -> None:
    stage.parts.watched.rank([BTC])
    stage.parts.watched.current()
    stage.board.show(ticker())
    stage.clock.step(3)
    await stage.service.process(GetQuote(market=BTC))
    assert not stage.exchange.asked


async def test_many_who_ask_at_once_cost_one_question(stage: Stage) -> None:
    stage.exchange.known[BTC] = ticker()
    async with asyncio.TaskGroup() as asking:
        for _ in range(50):
            asking.create_task(stage.service.process(GetQuote(market=BTC)))
    assert stage.exchange.asked["ticker"] == 1


async def test_many_who_ask_a_venue_that_is_silent_wait_together(stage: Stage) -> None:
    stage.board.show(ticker())
    stage.clock.step(3)
    stage.exchange.is_silent = True
    async with asyncio.timeout(2.5), asyncio.TaskGroup() as asking:
        for _ in range(5):
            asking.create_task(stage.service.process(GetQuote(market=BTC)))


async def test_whoever_asks_for_a_market_has_it_watched(stage: Stage) -> None:
    stage.parts.watched.rank([ETH, BTC, SPOT])
    stage.board.show(ticker(SPOT))
    await stage.service.process(GetQuote(market=SPOT))
    assert SPOT in stage.parts.watched.current()


async def test_while_the_venue_is_down_the_last_price_is_given_until_it_is_too_old(stage: Stage) -> None:
    stage.board.show(ticker())
    stage.exchange.fails = ExchangeUnavailable("The venue is down.")
    stage.clock.step(30)
    assert (await stage.service.process(GetQuote(market=BTC))).price == Decimal("104506.2")
    stage.clock.step(0.1)
    with pytest.raises(StalePrice) as caught:
        await stage.service.process(GetQuote(market=BTC))
    assert caught.value.facts == {"market": BTC, "age": 30.1, "limit": 30.0}


async def test_one_stale_market_leaves_the_others_alone(stage: Stage) -> None:
    stage.board.show(ticker())
    stage.clock.step(60)
    stage.board.show(ticker(ETH, "2515.35"))
    assert (await stage.service.process(GetQuote(market="eth"))).price == Decimal("2515.35")
    with pytest.raises(StalePrice):
        await stage.service.process(GetQuote(market=BTC))


async def test_before_the_first_price_the_exchange_is_unavailable(stage: Stage) -> None:
    with pytest.raises(ExchangeUnavailable) as caught:
        await stage.service.process(GetQuote(market="btc"))
    assert caught.value.facts == {"venue": "binance"}


async def test_before_the_markets_are_known_nothing_is_called_unknown(unlisted: Stage) -> None:
    requests: tuple[Request[Any], ...] = (GetQuote(market="btc"), FindMarkets(), GetMovers(direction="up"))
    for request in requests:
        with pytest.raises(ExchangeUnavailable):
            await unlisted.service.process(request)


async def test_a_delisted_market_is_unknown_and_the_others_go_on(stage: Stage) -> None:
    stage.board.show(ticker())
    stage.board.show(ticker(ETH, "2515.35"))
    stage.exchange.listed = [one for one in stage.exchange.listed if one.name != BTC]
    stage.listed()
    with pytest.raises(UnknownMarket):
        await stage.service.process(GetQuote(market=BTC))
    assert (await stage.service.process(GetQuote(market=ETH))).market == ETH


async def test_an_unknown_market_is_answered_with_suggestions(stage: Stage) -> None:
    with pytest.raises(UnknownMarket) as caught:
        await stage.service.process(GetQuote(market="bct"))
    assert caught.value.facts["asked"] == "bct"
    assert set(caught.value.facts["suggestions"]) <= {BTC, SPOT}  # type: ignore[arg-type]  # a list


async def test_markets_are_found_with_the_most_traded_first(stage: Stage) -> None:
    stage.board.show(ticker(ETH, "2515.35", turnover="1000"))
    stage.board.show(ticker(BTC, turnover="3000"))
    stage.clock.step(61)
    assert (await stage.service.process(FindMarkets())).names == [BTC, ETH, SPOT]
    stage.board.show(ticker(ETH, "2515.35", turnover="9000", after=1))
    stage.clock.step(61)
    assert (await stage.service.process(FindMarkets())).names == [ETH, BTC, SPOT]


async def test_favourites_are_found_before_what_is_traded_more(stage: Stage) -> None:
    found = await stage.service.process(FindMarkets(typed="b", first=[ETH, "GONE/USDT", SPOT]))
    assert found.names == [SPOT, BTC]


@pytest.mark.parametrize(("limit", "found"), [(1, 1), (2, 2), (500, 3), (0, 0), (-3, 0)])
async def test_no_more_names_are_given_than_asked_for(stage: Stage, limit: int, found: int) -> None:
    assert len((await stage.service.process(FindMarkets(limit=limit))).names) == found


async def test_no_more_names_are_given_than_discord_shows(stage: Stage) -> None:
    stage.board.list_markets([Market(name=f"A{number}/USDT", tick=Decimal(1)) for number in range(60)])
    assert len((await stage.service.process(FindMarkets(typed="a", limit=100))).names) == 25


async def test_a_streamed_book_is_given_while_it_is_fresh_and_deep_enough(stage: Stage) -> None:
    stage.board.show(book(levels=20))
    told = await stage.service.process(GetBook(market=BTC, depth=5))
    assert [str(level.price) for level in told.bids] == ["99.9", "99.8", "99.7", "99.6", "99.5"]
    assert (len(told.asks), told.is_depth_simulated, told.tick) == (5, True, Decimal("0.1"))
    assert not stage.exchange.asked


async def test_a_deeper_or_a_fresher_book_is_asked_for(stage: Stage) -> None:
    stage.board.show(book(levels=5))
    stage.exchange.books[BTC] = book(levels=40)
    assert len((await stage.service.process(GetBook(market=BTC, depth=30))).bids) == 30
    stage.board.show(book(levels=40, after=1))
    stage.clock.step(5)
    await stage.service.process(GetBook(market=BTC, depth=30))
    assert stage.exchange.asked["order_book"] == 2


async def test_the_funding_rate_of_a_market_is_asked_for_and_kept_a_while(stage: Stage) -> None:
    stage.exchange.rates[BTC] = Decimal("0.0001")
    for _ in range(2):
        told = await stage.service.process(GetFunding(market=BTC))
        assert [rate.rate for rate in told.rates] == [Decimal("0.0001")]
    assert stage.exchange.asked["funding"] == 1


async def test_spot_has_neither_funding_nor_open_interest(stage: Stage) -> None:
    requests: tuple[Request[Any], ...] = (GetFunding(market="BTC/USDT"), GetInterest(market="BTC/USDT"))
    for request in requests:
        with pytest.raises(NotOffered):
            await stage.service.process(request)


async def test_the_funding_rates_of_all_watched_markets_come_with_the_highest_first(stage: Stage) -> None:
    for market, rate in ((BTC, "0.0001"), (ETH, "0.0005")):
        stage.board.show_funding(
            Funding(market=market, rate=Decimal(rate), as_of=MARKET_TIME, nature="replay")
        )
    told = await stage.service.process(GetFunding())
    assert [rate.market for rate in told.rates] == [ETH, BTC]


async def test_open_interest_is_valued_at_the_last_price_where_the_venue_does_not(stage: Stage) -> None:
    unpriced = await stage.service.process(GetInterest(market=BTC))
    assert (unpriced.amount, unpriced.cost) == (Decimal(5), None)
    stage.board.show(ticker(price="100.0"))
    assert (await stage.service.process(GetInterest(market=BTC))).cost == Decimal(500)


async def test_open_interest_is_not_valued_at_a_price_that_is_too_old(stage: Stage) -> None:
    stage.board.show(ticker(price="100.0"))
    stage.clock.step(30)
    assert (await stage.service.process(GetInterest(market=BTC))).cost == Decimal(500)
    stage.clock.step(1)
    assert (await stage.service.process(GetInterest(market=BTC))).cost is None


async def test_what_rose_and_what_fell_most_come_first_once_for_each_coin(stage: Stage) -> None:
    stage.board.show(ticker(BTC, "110.0", turnover="9", opened="100"))
    stage.board.show(ticker(SPOT, "150.00", turnover="1", opened="100"))
    stage.board.show(ticker(ETH, "90.00", turnover="5", opened="100"))
    stage.board.rank()
    up = await stage.service.process(GetMovers(direction="up"))
    down = await stage.service.process(GetMovers(direction="down"))
    assert [quote.market for quote in up.quotes] == [BTC]
    assert [quote.market for quote in down.quotes] == [ETH]


async def test_money_is_converted_at_the_last_price(stage: Stage) -> None:
    stage.board.show(ticker(SPOT, "50000.00"))
    told = await stage.service.process(Convert(amount=Decimal(2), source="$btc", target="usdt"))
    assert (told.result, told.rate, told.path) == (Decimal(100_000), Decimal(50_000), [SPOT])
    assert told.origin is not None


async def test_a_currency_that_is_not_traded_is_the_members_mistake(stage: Stage) -> None:
    stage.board.show(ticker(SPOT, "50000.00"))
    with pytest.raises(UserMistake):
        await stage.service.process(Convert(amount=Decimal(2), source="BTC", target="XYZ"))


async def test_stale_prices_convert_nothing(stage: Stage) -> None:
    stage.board.show(ticker(SPOT, "50000.00"))
    stage.clock.step(31)
    with pytest.raises(StalePrice):
        await stage.service.process(Convert(amount=Decimal(2), source="BTC", target="USDT"))


async def test_the_farms_own_venue_is_listed_first(stage: Stage) -> None:
    assert (await stage.service.process(ListVenues())).names == ["binance", "twin"]


async def test_every_market_is_listed_with_its_terms(stage: Stage) -> None:
    told = await stage.service.process(ListMarkets())
    assert [(one.name, one.tick, one.is_open) for one in told.markets] == [
        (one.name, one.tick, True) for one in stage.exchange.listed
    ]
    assert (told.venue, told.nature) == ("binance", "replay")


class Gauges:
    """Metrics that remember what was measured."""

    def __init__(self) -> None:
        self.values: list[tuple[str, str, float]] = []

    def answered(self, service: str, request: str, *, outcome: str, seconds: float) -> None:
        raise AssertionError((service, request, outcome, seconds))

    def measured(self, service: str, name: str, value: float) -> None:
        self.values.append((service, name, value))


async def test_the_age_of_the_oldest_quote_is_measured_once_there_is_one(stage: Stage) -> None:
    gauges = Gauges()
    parts = stage.assembled(ServiceConfig(metrics=gauges))
    parts.service.update_metrics()
    parts.feed._board.list_markets(stage.exchange.listed)
    parts.feed._board.show(ticker())
    stage.clock.step(5)
    parts.feed._board.show(ticker(ETH, "2515.35"))
    parts.service.update_metrics()
    assert gauges.values == [("market", "oldest_quote_age_seconds", 5.0)]
