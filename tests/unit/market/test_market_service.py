from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from market_fakes import BTC, ETH, MARKET_TIME, MARKETS, ticker
from market_stage import SleeperClock

from services.errors import ExchangeUnavailable, StalePrice, UnknownMarket
from services.exchange.exchange import Market
from services.market.board import Board
from services.market.messages import FindMarkets, GetQuote
from services.market.service import MarketService
from services.omega import ServiceConfig


@pytest.fixture
def clock() -> SleeperClock:
    return SleeperClock()


@pytest.fixture
def board(clock: SleeperClock) -> Board:
    """A board that knows its markets and no price yet."""
    board = Board(venue="binance", clock=clock)
    board.list_markets(MARKETS)
    return board


@pytest.fixture
def service(board: Board, clock: SleeperClock) -> MarketService:
    return MarketService(ServiceConfig(), board=board, clock=clock, stale_after=timedelta(seconds=30))


async def test_a_quote_says_the_price_where_it_came_from_and_when(
    service: MarketService, board: Board, clock: SleeperClock
) -> None:
    board.show(ticker(turnover="5000000"))
    quote = await service.process(GetQuote(market="btc"))
    assert (quote.market, quote.price, quote.tick) == (BTC, Decimal("104506.2"), Decimal("0.1"))
    assert (quote.origin.venue, quote.origin.nature) == ("binance", "replay")
    assert (quote.origin.as_of, quote.origin.received_at) == (MARKET_TIME, clock.now())
    assert quote.volume_24h == Decimal(5_000_000)


async def test_an_unknown_day_stays_unknown(service: MarketService, board: Board) -> None:
    board.show(ticker())
    quote = await service.process(GetQuote(market=BTC))
    assert (quote.open_24h, quote.high_24h, quote.low_24h, quote.volume_24h) == (None, None, None, None)


async def test_the_newest_price_is_the_one_that_is_given(service: MarketService, board: Board) -> None:
    board.show(ticker(price="1.0"))
    board.show(ticker(price="2.0"))
    assert (await service.process(GetQuote(market=BTC))).price == Decimal("2.0")


async def test_a_price_as_old_as_its_limit_is_still_given(
    service: MarketService, board: Board, clock: SleeperClock
) -> None:
    board.show(ticker())
    clock.step(30)
    assert (await service.process(GetQuote(market=BTC))).price == Decimal("104506.2")


@pytest.mark.parametrize("seconds", [30.1, 4_000.0])
async def test_a_price_older_than_its_limit_is_an_error(
    service: MarketService, board: Board, clock: SleeperClock, seconds: float
) -> None:
    board.show(ticker())
    clock.step(seconds)
    with pytest.raises(StalePrice) as caught:
        await service.process(GetQuote(market=BTC))
    assert caught.value.facts == {"market": BTC, "age": round(seconds, 1), "limit": 30.0}


async def test_one_stale_market_leaves_the_others_alone(
    service: MarketService, board: Board, clock: SleeperClock
) -> None:
    board.show(ticker())
    clock.step(60)
    board.show(ticker(ETH, "2515.35"))
    assert (await service.process(GetQuote(market="eth"))).price == Decimal("2515.35")
    with pytest.raises(StalePrice):
        await service.process(GetQuote(market="btc"))


async def test_before_the_first_price_the_exchange_is_unavailable(service: MarketService) -> None:
    with pytest.raises(ExchangeUnavailable) as caught:
        await service.process(GetQuote(market="btc"))
    assert caught.value.facts == {"venue": "binance"}


async def test_before_the_markets_are_known_nothing_is_called_unknown(clock: SleeperClock) -> None:
    service = MarketService(
        ServiceConfig(),
        board=Board(venue="binance", clock=clock),
        clock=clock,
        stale_after=timedelta(seconds=30),
    )
    with pytest.raises(ExchangeUnavailable):
        await service.process(GetQuote(market="btc"))
    with pytest.raises(ExchangeUnavailable):
        await service.process(FindMarkets())


async def test_an_unknown_market_is_answered_with_suggestions(service: MarketService) -> None:
    with pytest.raises(UnknownMarket) as caught:
        await service.process(GetQuote(market="bct"))
    assert caught.value.facts == {"asked": "bct", "suggestions": [BTC]}


async def test_markets_are_found_with_the_most_traded_first(service: MarketService, board: Board) -> None:
    assert (await service.process(FindMarkets())).names == [ETH, BTC]
    board.show(ticker(ETH, "2515.35", turnover="1000"))
    board.show(ticker(BTC, turnover="3000"))
    assert (await service.process(FindMarkets())).names == [BTC, ETH]


async def test_the_order_of_markets_follows_what_is_traded(
    service: MarketService, board: Board, clock: SleeperClock
) -> None:
    board.show(ticker(ETH, "2515.35", turnover="1000"))
    board.show(ticker(BTC, turnover="3000"))
    clock.step(61)
    board.show(ticker(ETH, "2515.35", turnover="9000"))
    assert (await service.process(FindMarkets())).names == [ETH, BTC]


@pytest.mark.parametrize(("limit", "found"), [(1, 1), (2, 2), (500, 2), (0, 0), (-3, 0)])
async def test_no_more_names_are_given_than_asked_for(service: MarketService, limit: int, found: int) -> None:
    assert len((await service.process(FindMarkets(limit=limit))).names) == found


async def test_no_more_names_are_given_than_discord_shows(clock: SleeperClock) -> None:
    board = Board(venue="binance", clock=clock)
    board.list_markets([Market(name=f"A{number}/USDT", tick=Decimal(1)) for number in range(60)])
    service = MarketService(ServiceConfig(), board=board, clock=clock, stale_after=timedelta(seconds=30))
    assert len((await service.process(FindMarkets(typed="a", limit=100))).names) == 25


class Gauges:
    """Metrics that remember what was measured."""

    def __init__(self) -> None:
        self.values: list[tuple[str, str, float]] = []

    def answered(self, service: str, request: str, *, outcome: str, seconds: float) -> None:
        raise AssertionError((service, request, outcome, seconds))

    def measured(self, service: str, name: str, value: float) -> None:
        self.values.append((service, name, value))


def test_the_age_of_the_oldest_quote_is_measured_once_there_is_one(board: Board, clock: SleeperClock) -> None:
    gauges = Gauges()
    config = ServiceConfig(metrics=gauges)
    service = MarketService(config, board=board, clock=clock, stale_after=timedelta(seconds=30))
    service.update_metrics()
    board.show(ticker())
    clock.step(5)
    board.show(ticker(ETH, "2515.35"))
    service.update_metrics()
    assert gauges.values == [("market", "oldest_quote_age_seconds", 5.0)]
