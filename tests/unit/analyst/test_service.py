from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from analyst_stage import BTC, MarketOnCall, StillClock, series

from services.analyst.messages import (
    Analyze,
    DrawChart,
    FindFib,
    FindLevels,
    FindPatterns,
    FindPivots,
    ListIndicators,
    Overlay,
    Picture,
)
from services.analyst.service import AnalystService
from services.analyst.sight import Sights
from services.bus.messages import Request
from services.charts.pool import Charts, open_charts
from services.errors import ExchangeUnavailable, UserMistake
from services.omega import ServiceConfig

PNG = b"\x89PNG\r\n\x1a\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def charts() -> AsyncIterator[Charts]:
    async with open_charts() as opened:
        yield opened


@pytest.fixture
def market() -> MarketOnCall:
    return MarketOnCall()


@pytest.fixture
def analyst(charts: Charts, market: MarketOnCall) -> AnalystService:
    clock = StillClock()
    sights = Sights(market.ask, clock=clock)
    return AnalystService(ServiceConfig(), sights=sights, charts=charts, outlet=market, clock=clock)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_answers_whatever_it_lists(analyst: AnalystService) -> None:
    asked: list[Request[Any]] = [
        FindFib(market="BTC", timeframe="4h"),
        FindLevels(market="BTC", timeframe="4h"),
        FindPivots(market="BTC"),
        FindPatterns(market="BTC", timeframe="4h"),
        Analyze(market="BTC", timeframe="4h"),
        ListIndicators(),
        DrawChart(market="BTC", timeframe="4h"),
    ]
    assert {type(request) for request in asked} == set(analyst.requests)
    for request in asked:
        await analyst.process(request)


@pytest.mark.parametrize("overlay", ["none", "fib", "levels", "pivots", "patterns"])
async def test_a_chart_is_kept_under_its_digest_with_words_for_whoever_does_not_see_it(
    analyst: AnalystService, market: MarketOnCall, overlay: Overlay
) -> None:
    chart = await analyst.process(DrawChart(market="BTC", timeframe="4h", overlay=overlay, locale="pt-BR"))
    picture = market.kept[f"chart:{chart.digest}"]
    assert isinstance(picture, Picture)
    assert picture.png.startswith(PNG)
    assert BTC in chart.alt
    assert chart.scene.timeframe == "4h"


async def test_the_same_chart_asked_for_twice_is_one_picture(
    analyst: AnalystService, market: MarketOnCall
) -> None:
    wanted = DrawChart(market="BTC", timeframe="1h", indicators=["ema:50", "rsi", "bbands:20,2"])
    first, second = await analyst.process(wanted), await analyst.process(wanted)
    assert first.digest == second.digest
    assert first.indicators == ["EMA 50", "RSI 14", "Bollinger Bands 20, 2"]
    assert len(market.kept) == 1


async def test_the_lines_of_a_chart_are_named_in_its_language(analyst: AnalystService) -> None:
    named = ["bbands", "stoch", "macd"]
    chart = await analyst.process(DrawChart(market="BTC", timeframe="1h", indicators=named, locale="pt-BR"))
    assert "Bandas de Bollinger 20, 2 " in chart.alt
    assert "Estocástico 14, 3, 3 k " in chart.alt
    assert all(f"MACD 12, 26, 9{name} " in chart.alt for name in ("", " sinal", " histograma"))


async def test_a_beginning_cuts_the_picture(analyst: AnalystService) -> None:
    whole = await analyst.process(DrawChart(market="BTC", timeframe="4h"))
    part = await analyst.process(DrawChart(market="BTC", timeframe="4h", since="2d"))
    assert part.shown == 12 < whole.shown


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (DrawChart(market="BTC", timeframe="4h", indicators=["emma"]), "no indicator emma"),
        (DrawChart(market="BTC", timeframe="4h", indicators=["ema:0"]), "expected 2 to 500"),
        (DrawChart(market="BTC", timeframe="4h", indicators=["rsi", "macd", "cci"]), "room for two panels"),
        (DrawChart(market="BTC", timeframe="4h", indicators=[f"ema:{n}" for n in range(2, 9)]), "too many"),
        (DrawChart(market="BTC", timeframe="4h", indicators=["sma:400"]), "needs 399 .* there are 300"),
        (DrawChart(market="BTC", timeframe="4h", since="1990-01-01"), "begin at"),
        (DrawChart(market="BTC", timeframe="4h", since="1m"), "Fewer than two"),
    ],
)
async def test_a_chart_that_cannot_be_is_refused_with_the_reason(
    analyst: AnalystService, wanted: DrawChart, why: str
) -> None:
    with pytest.raises(UserMistake, match=why):
        await analyst.process(wanted)


async def test_a_finding_and_its_chart_look_at_the_same_candles_once(
    analyst: AnalystService, market: MarketOnCall
) -> None:
    await analyst.process(FindLevels(market="BTC", timeframe="4h"))
    await analyst.process(DrawChart(market="BTC", timeframe="4h", overlay="levels"))
    assert [one.timeframe for one in market.asked] == ["4h", "1m"]


async def test_timeframes_that_have_no_candles_yet_are_missing_from_a_confluence_only(
    analyst: AnalystService, market: MarketOnCall
) -> None:
    market.counts = {"1d": 0, "1m": 5}
    finding = await analyst.process(FindFib(market="BTC", timeframe="4h"))
    frames = {member.timeframe for one in finding.confluences for member in one.members}
    assert frames
    assert frames.isdisjoint({"1d", "1m"})


async def test_too_few_candles_are_said_with_how_many_there_are(
    analyst: AnalystService, market: MarketOnCall
) -> None:
    market.counts = {"4h": 12}
    with pytest.raises(UserMistake, match="only 12 candles of 4h"):
        await analyst.process(FindFib(market="BTC", timeframe="4h"))


async def test_a_venue_that_is_away_is_said_as_it_is(analyst: AnalystService, market: MarketOnCall) -> None:
    market.refuses = ExchangeUnavailable("binance does not answer.", facts={"venue": "binance"})
    with pytest.raises(ExchangeUnavailable):
        await analyst.process(Analyze(market="BTC", timeframe="4h"))


async def test_pivots_are_of_the_last_whole_period(analyst: AnalystService) -> None:
    daily = await analyst.process(FindPivots(market="BTC"))
    weekly = await analyst.process(FindPivots(market="BTC", period="1w"))
    assert daily.opened_at == datetime(2025, 6, 17, tzinfo=UTC)
    assert weekly.opened_at == datetime(2025, 6, 9, tzinfo=UTC)
    assert [one.method for one in daily.sets] == ["standard", "fibonacci", "camarilla", "woodie", "demark"]


async def test_the_standard_pivot_is_the_mean_of_high_low_and_close(analyst: AnalystService) -> None:
    """Source: https://www.tradingview.com/support/solutions/43000521824/, Traditional."""
    daily, days = await analyst.process(FindPivots(market="BTC")), series("1d")
    mean = (days.high[-1] + days.low[-1] + days.close[-1]) / 3
    assert abs(float(daily.sets[0].pivot) - mean) <= 0.05


async def test_another_period_is_no_period(analyst: AnalystService) -> None:
    with pytest.raises(UserMistake, match="no period"):
        await analyst.process(FindPivots(market="BTC", period="3h"))
