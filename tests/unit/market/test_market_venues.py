from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from market_fakes import (
    BTC,
    ETH,
    SPOT,
    ticker,
)
from market_service_stage import Stage

from services.bus.messages import Request
from services.errors import (
    ExchangeUnavailable,
    Misconfigured,
    UnknownVenue,
)
from services.exchange.exchange import Market
from services.market.messages import (
    Compare,
    GetQuote,
)


@pytest.fixture
def stage() -> Stage:
    """A stage that knows its markets and no price yet."""
    stage = Stage()
    stage.listed()
    return stage


async def test_another_venue_is_opened_when_it_is_first_asked_and_kept(stage: Stage) -> None:
    stage.twin.known[BTC] = ticker(price="7.0")
    async with stage.keeping_others():
        assert stage.times_opened == 0
        for _ in range(2):
            quote = await stage.service.process(GetQuote(market="btc", venue="twin"))
            assert (quote.price, quote.origin.venue) == (Decimal("7.0"), "twin")
    assert stage.times_opened == 1
    assert not stage.exchange.asked


async def test_a_venue_that_nobody_configured_is_unknown(stage: Stage) -> None:
    requests: tuple[Request[Any], ...] = (
        GetQuote(market=BTC, venue="kraken"),
        Compare(market=BTC, venues=["twin", "kraken"]),
    )
    for request in requests:
        with pytest.raises(UnknownVenue) as caught:
            await stage.service.process(request)
        assert caught.value.facts["venues"] == ["binance", "twin"]


async def test_the_farms_own_venue_goes_by_its_configured_name_too_and_is_compared_once(stage: Stage) -> None:
    stage.board.show(ticker(price="100.0"))
    stage.twin.known[BTC] = ticker(price="102.0")
    async with stage.keeping_others():
        quote = await stage.service.process(GetQuote(market=BTC, venue="sandbox"))
        assert quote.origin.venue == "binance"
        both = await stage.service.process(Compare(market=BTC, venues=["sandbox", "binance", "twin"]))
        assert [one.venue for one in both.quotes] == ["binance", "twin"]


async def test_venues_are_compared_and_one_that_fails_says_why(stage: Stage) -> None:
    stage.board.show(ticker(price="100.0"))
    stage.twin.known[BTC] = ticker(price="102.0")
    async with stage.keeping_others():
        both = await stage.service.process(Compare(market=BTC))
        assert (both.median, both.spread) == (Decimal(101), Decimal("2.0"))
        stage.twin.fails = ExchangeUnavailable("The twin is down.")
        stage.clock.step(31)
        stage.board.show(ticker(price="100.0", after=1))
        one = await stage.service.process(Compare(market=BTC))
    assert [(said.venue, said.quote is None) for said in one.quotes] == [("binance", False), ("twin", True)]
    assert "31 s old" in one.quotes[1].why_not
    assert (one.median, one.spread) == (None, None)


async def test_a_venue_that_cannot_be_opened_says_why_and_is_tried_again(stage: Stage) -> None:
    stage.board.show(ticker())
    stage.refuses = Misconfigured("The twin wants a key.")
    async with stage.keeping_others():
        compared = await stage.service.process(Compare(market=BTC))
        assert "The twin wants a key." in compared.quotes[1].why_not
        with pytest.raises(ExchangeUnavailable):
            await stage.service.process(GetQuote(market=BTC, venue="twin"))


async def test_a_market_that_another_venue_lacks_is_a_reason_and_no_error(stage: Stage) -> None:
    stage.board.show(ticker())
    stage.twin.listed = [Market(name=ETH, tick=Decimal("0.01"))]
    async with stage.keeping_others():
        compared = await stage.service.process(Compare(market=BTC))
    assert "no market called" in compared.quotes[1].why_not


async def test_a_venue_that_has_only_the_perpetual_is_no_witness_of_the_price_of_spot(stage: Stage) -> None:
    stage.board.show(ticker(SPOT, "100.00"))
    stage.twin.listed = [Market(name=BTC, tick=Decimal("0.1"))]
    stage.twin.known[BTC] = ticker(BTC, "107.0")
    async with stage.keeping_others():
        compared = await stage.service.process(Compare(market=SPOT))
    assert [said.quote is None for said in compared.quotes] == [False, True]
    assert f"no market called {SPOT}" in compared.quotes[1].why_not
    assert (compared.median, compared.spread) == (None, None)
