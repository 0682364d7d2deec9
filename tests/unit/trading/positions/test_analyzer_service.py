"""What the position analyzer answers: positions read, their market's figures, and a chart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from analyzer_stage import (
    ACCOUNT,
    AT,
    BTC,
    Analyzer,
    a_position,
    open_analyzer,
    series_of,
    watched,
    zigzag_of,
)

from services.analyst.messages import ChartDrawn, DrawChart
from services.analyst.sight import sight_of
from services.errors import ExchangeUnavailable, NoAnswer, UserMistake
from services.market.messages import GetCandles
from services.members.messages import Caller
from services.omega import ServiceConfig
from services.trading.ledger.messages import GetPnl, Performance, Pnl
from services.trading.messages import Positions, PositionView
from services.trading.positions.messages import (
    AnalysePositions,
    ListPositions,
    MuteLevels,
    SharePosition,
    WatchPositions,
)
from services.trading.positions.reading.reading import AGAINST
from services.trading.positions.reading.service import AnalyzerService

ANN = Caller(user_id="7")
SWING = series_of(zigzag_of(52_000, 50_000, 66_000, 60_000, 61_000))
"""A leg from 50,000 to 66,000, of which about 0.37 is given back at 60,000."""


@pytest.fixture
async def analyzer(tmp_path: Path) -> AsyncIterator[Analyzer]:
    async with open_analyzer(tmp_path) as found:
        found.bus.answers[GetCandles] = SWING
        found.bus.answers[GetPnl] = NoAnswer("The ledger does not answer.")
        yield found


def service_of(analyzer: Analyzer, *positions: PositionView) -> AnalyzerService:
    held = Positions(account=ACCOUNT, positions=list(positions), equity=Decimal(10_000), as_of=AT)
    analyzer.bus.answers[ListPositions] = held
    return AnalyzerService(
        ServiceConfig(), ask=analyzer.bus.ask, grounds=analyzer.grounds, living=analyzer.living
    )


def a_pnl(trades: int) -> Pnl:
    one = Decimal(1)
    return Pnl(
        account=ACCOUNT,
        window="all",
        method="fifo",
        realised=one,
        fees=one,
        funding=one,
        net=one,
        unrealised=one,
        parts=[],
        performance=Performance(trades=trades),
    )


async def test_every_price_of_a_position_is_told_by_its_level(analyzer: Analyzer) -> None:
    service = service_of(analyzer, a_position(liquidation=Decimal(40_000)))
    (found,) = (await service.process(AnalysePositions(caller=ANN))).analyses

    assert [one.what for one in found.alignments] == ["entry", "stop", "target", "liquidation"]
    entry, stop = found.alignments[:2]
    assert (entry.ratio, stop.ratio) == (Decimal("0.382"), Decimal("0.5"))
    assert stop.is_beyond == (stop.price < stop.level)
    assert found.golden_score is not None
    assert found.health.parts["protection"] == 60
    assert found.reason == ""


async def test_a_position_against_the_last_swing_has_levels_and_no_score(analyzer: Analyzer) -> None:
    short = a_position(side="short", stop=Decimal(62_000), target=None, liquidation=None)
    (found,) = (await service_of(analyzer, short).process(AnalysePositions(caller=ANN))).analyses
    assert (found.golden_score, found.reason) == (None, AGAINST)
    assert found.alignments


async def test_where_there_are_no_candles_health_is_told_without_levels(analyzer: Analyzer) -> None:
    analyzer.bus.answers[GetCandles] = NoAnswer("The market does not answer.")
    service = service_of(analyzer, a_position(stop=None))
    (found,) = (await service.process(AnalysePositions(caller=ANN))).analyses
    assert (found.alignments, found.golden_score) == ([], None)
    assert found.reason == "The market does not answer."
    assert found.health.words[0] == "Nothing limits its loss: it has no stop."


async def test_a_market_is_told_with_its_chart_and_its_own_figures(analyzer: Analyzer) -> None:
    drawn = ChartDrawn(
        scene=sight_of(SWING).scene,
        digest="d1",
        alt="A chart",
        shown=3,
        first_open=Decimal(1),
        indicators=[],
    )
    analyzer.bus.answers[DrawChart] = drawn
    analyzer.bus.answers[GetPnl] = a_pnl(4)
    service = service_of(analyzer, a_position(), a_position(market="ETH/USDT:USDT"))
    found = await service.process(AnalysePositions(caller=ANN, market="btc"))

    assert [one.position.market for one in found.analyses] == [BTC]
    assert (found.digest, found.alt, found.missing) == ("d1", "A chart", "")
    assert found.performance == Performance(trades=4)
    asked = {type(one): one for one in analyzer.bus.asked}
    chart, pnl = asked[DrawChart], asked[GetPnl]
    assert isinstance(chart, DrawChart)
    assert isinstance(pnl, GetPnl)
    assert {one.label: one.price for one in chart.levels} == {
        "Entry": 60_000,
        "Stop": 58_000,
        "Target": 66_000,
        "Liquidation": 30_000,
    }
    assert pnl.market == BTC


async def test_what_cannot_be_had_in_time_is_left_out_and_said(analyzer: Analyzer) -> None:
    found = await service_of(analyzer, a_position()).process(AnalysePositions(caller=ANN, market=BTC))
    assert (found.performance, found.digest) == (None, "")
    assert found.missing == "The chart could not be drawn this time."


async def test_a_venue_that_does_not_answer_is_not_an_empty_account(analyzer: Analyzer) -> None:
    service = service_of(analyzer)
    analyzer.bus.answers[ListPositions] = ExchangeUnavailable("Bitget does not answer.")
    with pytest.raises(ExchangeUnavailable):
        await service.process(AnalysePositions(caller=ANN))


async def test_sharing_makes_the_card_where_there_is_none_yet(analyzer: Analyzer) -> None:
    service = service_of(analyzer, a_position())
    analyzer.bus.answers[WatchPositions] = watched(a_position())
    found = await service.process(SharePosition(id="i1", caller=ANN, market="BTC", channel_id="42"))
    (one,) = found.analyses
    assert one.is_shared
    assert one.card == analyzer.told.last("channel:42").thread

    with pytest.raises(UserMistake):
        await service.process(SharePosition(id="i2", caller=ANN, market="SOL", channel_id="42"))


async def test_levels_of_a_card_are_muted_by_its_owner_alone(analyzer: Analyzer) -> None:
    service = service_of(analyzer, a_position())
    await analyzer.look(a_position())
    card = analyzer.told.last().thread
    muted = await service.process(MuteLevels(id="m1", caller=ANN, card=card))
    assert (muted.market, muted.is_muted) == (BTC, True)
    for caller, wrong in ((Caller(user_id="8"), card), (ANN, card[:8])):
        with pytest.raises(UserMistake, match="no open position"):
            await service.process(MuteLevels(id="m2", caller=caller, card=wrong))


async def test_grounds_are_found_once_for_many_positions(analyzer: Analyzer) -> None:
    many = [a_position(opened_at=AT + timedelta(minutes=number)) for number in range(20)]
    await service_of(analyzer, *many).process(AnalysePositions(caller=ANN))
    assert sum(isinstance(one, GetCandles) for one in analyzer.bus.asked) == 1
