from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from feed_stage import Stage, play, until
from market_fakes import BTC, ETH, FakeExchange, at, moment, ticker, trade

from services.errors import ExchangeUnavailable, Misconfigured, NotOffered, OmegaError
from services.exchange.exchange import Channel, Funding, Update
from services.market.patience import pause_after


class OddExchange(FakeExchange):
    """Raises `odd` in place of the first streams of a channel and of the first funding rates."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: dict[str, list[OmegaError]] = {}

    def _refuse(self, what: str) -> None:
        if self.odd.get(what):
            raise self.odd[what].pop()

    async def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        self._refuse(channel)
        async for update in super().watch(channel, markets):
            yield update

    async def funding(self, market: str) -> Funding:
        self._refuse("funding")
        return await super().funding(market)


@pytest.fixture
def odd() -> OddExchange:
    return OddExchange()


@pytest.fixture
def stage(odd: OddExchange) -> Stage:
    stage = Stage()
    stage.exchange = odd
    return stage


@pytest.mark.parametrize(
    "error", [NotOffered.by("binance", "what was asked for"), Misconfigured("The key is not accepted.")]
)
async def test_a_channel_that_was_refused_is_tried_again(
    stage: Stage, odd: OddExchange, error: OmegaError
) -> None:
    odd.odd["trade"] = [error]
    async with stage.streaming():
        await play(stage, 1)
        await until(lambda: stage.bus.prints)


async def test_while_a_venue_refuses_everything_the_feed_says_why_and_goes_on(
    stage: Stage, odd: OddExchange
) -> None:
    async with stage.streaming():
        odd.fails = Misconfigured("The key is not accepted.")
        odd.odd["ticker"] = odd.odd["trade"] = odd.odd["book"] = [odd.fails] * 3
        odd.hangs_up(odd.fails)
        await until(lambda: stage.health[-1] == (False, "The key is not accepted."))
        odd.fails = None
        odd.odd.clear()
        await until(lambda: stage.health[-1] == (True, ""))
        await until(lambda: odd.watched("ticker") == {BTC, ETH})


async def test_a_market_whose_funding_rate_was_refused_once_is_asked_again(
    stage: Stage, odd: OddExchange
) -> None:
    odd.odd["funding"] = [NotOffered.by("binance", "that"), Misconfigured("The key is not accepted.")]
    odd.rates |= {BTC: Decimal("0.0001"), ETH: Decimal("0.0002")}
    async with stage.streaming():
        await until(lambda: {f"funding:{BTC}", f"funding:{ETH}"} <= stage.bus.newest.keys())


async def test_a_venue_that_has_markets_and_tells_no_price_does_not_work(stage: Stage) -> None:
    async with stage.running():
        await until(lambda: stage.exchange.asked["tickers"] > 1)
        assert [is_up for is_up, _ in stage.health] == [False]
        stage.exchange.known[BTC] = ticker()
        await until(lambda: stage.health[-1] == (True, ""))


async def test_a_ticker_without_a_time_of_the_venue_does_not_tell_the_time(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.says(replace(ticker(price="2.0", after=9), is_timed=False))
        await until(lambda: stage.newest_price() == "2.0")
        assert stage.market_time_ms == moment(0)
        stage.exchange.says(ticker(price="3.0", after=9))
        await until(lambda: stage.market_time_ms == moment(9))


async def test_closed_candles_are_put_right_when_a_silent_stream_is_found_out(stage: Stage) -> None:
    async with stage.streaming():
        await play(stage, *range(5))
        stage.exchange.happens(*(trade(second) for second in range(5, 80)))
        await play(stage, *range(5, 80), market=ETH)
        await until(lambda: stage.bus.candles("1m"))
        (minute,) = stage.bus.candles("1m")
        assert int(minute.volume) == 5
        stage.exchange.hangs_up(channel="trade")
        await until(lambda: not stage.exchange.watched("trade"))
        await until(lambda: stage.exchange.watched("trade"))
        await play(stage, 81)
        await until(lambda: [int(one.volume) for one in stage.kept("1m") if one.opens_at == at(0)] == [60])


def test_a_venue_that_is_away_is_asked_again_soon_and_one_that_refuses_seldom() -> None:
    away, refusal = ExchangeUnavailable("It is down."), NotOffered.by("binance", "that")
    assert [pause_after(times, away) for times in (1, 2, 3, 99)] == [1.0, 2.0, 4.0, 30.0]
    assert [pause_after(times, refusal) for times in (1, 2, 3, 99)] == [15.0, 30.0, 60.0, 600.0]
