from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from alert_engine_stage import BTC, NOON, Answering, level, minutes_of

from services.alerts.conditions import (
    AllOf,
    CandleClosed,
    Compared,
    Condition,
    FeedStale,
    FibMeeting,
    FundingRate,
    SkyShows,
    VenueSpread,
)
from services.alerts.engine.preview import preview
from services.alerts.messages import Options
from services.errors import ExchangeUnavailable
from services.market.messages import GetCandles

DAY = timedelta(days=1)


def market(*, days: int = 3, every: int = 240) -> Answering:
    """A market at 99 that is at 101 for one minute in so many, and whose last minute closes at noon."""
    closes = [101.0 if minute % every == every - 1 else 99.0 for minute in range(days * 1_440)]
    return Answering({BTC: minutes_of(closes, begin=NOON - days * DAY)})


async def test_a_preview_tells_every_time_it_would_have_fired() -> None:
    told = await preview(level("100"), Options(), days=1, ask=market())
    assert [one.at for one in told.times] == [
        NOON - DAY + timedelta(minutes=240 * one) for one in range(1, 7)
    ]
    assert (told.timeframe, told.since, told.until, told.is_noisy, told.why_not) == (
        "1m",
        NOON - DAY,
        NOON,
        False,
        "",
    )
    assert (told.times[0].price, told.times[0].values[1].value) == (Decimal("101.0"), Decimal("100.0"))


async def test_a_rule_that_would_fire_too_often_is_noisy() -> None:
    told = await preview(level("100"), Options(cooldown=0), days=2, ask=market(every=60))
    assert (len(told.times), told.is_noisy) == (48, True)


async def test_what_would_wait_for_its_confirmation_in_vain_is_noise_as_well() -> None:
    in_vain = Options(cooldown=0, confirming="seconds", confirm_seconds=300)
    told = await preview(level("100"), in_vain, days=2, ask=market(every=60))
    assert (told.times, told.met, told.is_noisy) == ([], 48, True)


async def test_the_cooldown_counts() -> None:
    told = await preview(level("100"), Options(cooldown=5 * 3_600), days=1, ask=market())
    assert len(told.times) == 3


async def test_a_confirmation_counts() -> None:
    confirmed = Options(confirming="close", confirm_timeframe="1h", cooldown=0)
    told = await preview(level("100"), confirmed, days=1, ask=market())
    assert [one.at.minute for one in told.times] == [0] * 6
    held = Options(confirming="seconds", confirm_seconds=120, cooldown=0)
    assert (await preview(level("100"), held, days=1, ask=market())).times == []


async def test_older_candles_come_page_by_page() -> None:
    ask = market()
    await preview(level("100"), Options(), days=3, ask=ask)
    pages = [one for one in ask.asked if isinstance(one, GetCandles) and one.limit == 1_000]
    assert len(pages) == 5
    assert [one.until for one in pages[:2]] == [None, NOON - timedelta(minutes=1_000)]


async def test_where_there_is_less_than_asked_for_it_says_since_when() -> None:
    told = await preview(level("100"), Options(), days=7, ask=market(days=2))
    assert (told.since, told.until, told.days, len(told.times)) == (NOON - 2 * DAY, NOON, 7, 12)


async def test_of_a_longer_time_larger_candles_are_looked_at() -> None:
    told = await preview(level("100"), Options(cooldown=0), days=20, ask=market(days=20))
    assert (told.timeframe, len(told.times)) == ("5m", 120)


async def test_a_rule_on_closes_looks_at_those_alone() -> None:
    ask = market()
    told = await preview(CandleClosed(market=BTC, timeframe="1h", closing="any"), Options(), days=1, ask=ask)
    assert (told.timeframe, len(told.times)) == ("1h", 24)
    assert {one.timeframe for one in ask.asked if isinstance(one, GetCandles)} == {"1h"}


async def test_an_indicator_has_its_candles_from_before_the_beginning() -> None:
    average = Compared(market=BTC, timeframe="15m", left="close", side="above", right="sma:20")
    told = await preview(average, Options(cooldown=0), days=1, ask=market())
    assert len(told.times) == 6


@pytest.mark.parametrize(
    ("condition", "options"),
    [
        (FundingRate(market=BTC, side="above", rate=Decimal("0.0001")), Options()),
        (VenueSpread(market=BTC, percent=Decimal(1)), Options()),
        (FeedStale(market=BTC, seconds=60), Options()),
        (AllOf(parts=[level("100"), SkyShows(event="full_moon")]), Options()),
        (level("100"), Options(confirming="venues")),
    ],
)
async def test_what_is_not_recorded_cannot_be_told(condition: Condition, options: Options) -> None:
    told = await preview(condition, options, days=1, ask=market())
    assert told.why_not
    assert told.times == []


async def test_a_market_without_candles_is_an_error_and_no_empty_preview() -> None:
    with pytest.raises(ExchangeUnavailable):
        await preview(level("100", market="X/USDT"), Options(), days=1, ask=market())


async def test_a_preview_that_nobody_waits_for_any_longer_ends_and_keeps_no_thread() -> None:
    ask = market(days=7)
    touch = FibMeeting(market=BTC, timeframe="1m", meeting="touch")

    async def abandoned() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await preview(touch, Options(), days=7, ask=ask)

    await asyncio.gather(*(abandoned() for _ in range(4)))
    begun = time.perf_counter()
    await asyncio.to_thread(lambda: None)
    await preview(CandleClosed(market=BTC, timeframe="1d", closing="any"), Options(), days=1, ask=ask)
    assert time.perf_counter() - begun < 8
