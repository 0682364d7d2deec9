from __future__ import annotations

import pytest
from market_fakes import (
    BTC,
    at,
    moment,
    trade,
)
from market_service_stage import Stage

from services.errors import (
    ExchangeUnavailable,
    NotOffered,
    UserMistake,
)
from services.market.candles.bar import Bar
from services.market.candles.builder import Closed
from services.market.messages import (
    GetCandles,
)


@pytest.fixture
def stage() -> Stage:
    """A stage that knows its markets and no price yet."""
    stage = Stage()
    stage.listed()
    return stage


def minute(number: int, price: str = "5") -> Closed:
    bar = Bar.of(trade(number * 60, price), (moment(number * 60), 0), moment(number * 60))
    return Closed("1m", bar)


async def keep_minutes(stage: Stage, *numbers: int) -> None:
    for number in numbers:
        await stage.history.write(stage.parts.feed._told(BTC, minute(number)))


async def test_candles_come_from_the_history_where_that_is_whole(stage: Stage) -> None:
    await keep_minutes(stage, *range(10))
    stage.parts.feed.market_time.hear(BTC, moment(600))
    told = await stage.service.process(GetCandles(market=BTC, timeframe="1m", limit=5))
    assert told.time == [moment(minute * 60) for minute in range(5, 10)]
    assert (told.open, told.origin.as_of, told.origin.received_at) == ([5.0] * 5, at(600), at(600))
    assert not stage.exchange.asked


@pytest.mark.parametrize(("kept", "now"), [((0, 1, 2, 4), 300), ((1, 2), 180), ((0, 1, 2, 3), 900)])
async def test_candles_come_from_the_venue_where_the_history_has_a_gap_or_ends(
    stage: Stage, kept: tuple[int, ...], now: int
) -> None:
    await keep_minutes(stage, *kept)
    stage.exchange.happens(*(trade(second) for second in range(0, now + 1, 10)))
    stage.parts.feed.market_time.hear(BTC, moment(now))
    told = await stage.service.process(GetCandles(market=BTC, timeframe="1m", limit=4))
    assert (told.time[-1], told.origin.received_at) == (moment(now - 60), stage.clock.now())
    assert stage.exchange.asked["candles 1m"] == 1


async def test_while_the_venue_is_down_a_whole_history_is_better_than_nothing(stage: Stage) -> None:
    await keep_minutes(stage, *range(4))
    stage.parts.feed.market_time.hear(BTC, moment(900))
    stage.exchange.fails = ExchangeUnavailable("The venue is down.")
    told = await stage.service.process(GetCandles(market=BTC, timeframe="1m", limit=4))
    assert (told.origin.as_of, told.origin.received_at) == (at(240), at(240))
    with pytest.raises(ExchangeUnavailable):
        await stage.service.process(GetCandles(market=BTC, timeframe="1m", limit=5))


async def test_a_timeframe_that_is_none_of_ours_is_the_members_mistake(stage: Stage) -> None:
    with pytest.raises(UserMistake):
        await stage.service.process(GetCandles(market=BTC, timeframe="7m"))


async def test_older_candles_come_from_the_history_where_that_is_whole(stage: Stage) -> None:
    await keep_minutes(stage, *range(10))
    told = await stage.service.process(GetCandles(market=BTC, timeframe="1m", limit=3, until=at(299)))
    assert told.time == [moment(minute * 60) for minute in (1, 2, 3)]
    assert not stage.exchange.asked


async def test_older_candles_come_from_the_venue_where_the_history_begins_later(stage: Stage) -> None:
    await keep_minutes(stage, 8, 9)
    stage.exchange.happens(*(trade(second) for second in range(0, 601, 10)))
    told = await stage.service.process(GetCandles(market=BTC, timeframe="1m", limit=3, until=at(480)))
    assert told.time == [moment(minute * 60) for minute in (5, 6, 7)]


async def test_candles_older_than_the_market_are_not_offered(stage: Stage) -> None:
    stage.exchange.happens(*(trade(second) for second in range(0, 601, 10)))
    with pytest.raises(NotOffered):
        await stage.service.process(GetCandles(market=BTC, timeframe="1m", limit=3, until=at(30)))
