from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from market_fakes import BTC, ETH, MARKET_TIME, FakeBus, FakeExchange, candle, ticker
from market_stage import SleeperClock
from structlog.testing import capture_logs

from services.market.board import Board
from services.market.feed import Feed
from services.market.messages import ClosedCandle, Quote


class Stage:
    """A feed between a fake exchange and a fake bus, on time that passes a hundred times faster."""

    def __init__(self) -> None:
        self.exchange = FakeExchange()
        self.bus = FakeBus()
        self.clock = SleeperClock()
        self.board = Board(venue="binance", clock=self.clock)
        self.health: list[tuple[bool, str]] = []

    async def _sleep(self, seconds: float) -> None:
        self.clock.step(seconds)
        await asyncio.sleep(seconds / 100)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        feed = Feed(
            exchange=self.exchange,
            outlet=self.bus,
            board=self.board,
            clock=self.clock,
            on_health=lambda is_up, reason: self.health.append((is_up, reason)),
            sleep=self._sleep,
        )
        async with asyncio.TaskGroup() as group:
            task = group.create_task(feed.run())
            yield
            task.cancel()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for is seen from outside only
            await asyncio.sleep(0.001)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def quotes(stage: Stage) -> list[Quote]:
    return [message for message in stage.bus.published if isinstance(message, Quote)]


async def test_a_ticker_reaches_the_board_the_topic_and_the_newest_values(stage: Stage) -> None:
    async with stage.running():
        stage.exchange.coming.put_nowait(ticker())
        await until(lambda: len(stage.bus.newest) == 1)
    quote = stage.board.latest(BTC)
    assert stage.bus.published == [quote]
    assert stage.bus.newest == {f"quote:{BTC}": (quote, MARKET_TIME)}


async def test_many_tickers_become_one_quote_of_each_market(stage: Stage) -> None:
    async with stage.running():
        await until(lambda: stage.board.names() is not None)
        for number in range(100):
            stage.exchange.coming.put_nowait(ticker(price=f"{number + 1}.0"))
            stage.exchange.coming.put_nowait(ticker(ETH, f"{number + 1}.00"))
        await until(lambda: len(stage.bus.newest) == 2)
    assert [(quote.market, str(quote.price)) for quote in quotes(stage)] == [(BTC, "100.0"), (ETH, "100.00")]


async def test_a_quote_is_published_once(stage: Stage) -> None:
    async with stage.running():
        stage.exchange.coming.put_nowait(ticker())
        await until(lambda: len(stage.bus.published) == 1)
        await asyncio.sleep(0.02)
    assert len(stage.bus.published) == 1


async def test_while_the_bus_is_away_quotes_are_skipped_and_the_board_stays_fresh(stage: Stage) -> None:
    stage.bus.is_away = True
    with capture_logs() as logs:
        async with stage.running():
            stage.exchange.coming.put_nowait(ticker(price="1.0"))
            await until(lambda: stage.bus.times_refused == 1)
            stage.exchange.coming.put_nowait(ticker(price="2.0"))
            await until(lambda: stage.bus.times_refused == 2)
            newest = stage.board.latest(BTC)
            stage.bus.is_away = False
            stage.exchange.coming.put_nowait(ticker(price="3.0"))
            await until(lambda: len(stage.bus.published) == 1)
    assert str(newest and newest.price) == "2.0"
    assert [str(quote.price) for quote in quotes(stage)] == ["3.0"]
    said = [entry["event"] for entry in logs if entry.get("link") == "bus"]
    assert said == ["link_lost", "link_established"]


async def test_a_closed_candle_is_appended_with_where_it_came_from(stage: Stage) -> None:
    async with stage.running():
        stage.exchange.closing.put_nowait(candle())
        await until(lambda: len(stage.bus.appended) == 1)
    (closed,) = stage.bus.appended
    assert isinstance(closed, ClosedCandle)
    assert (closed.market, closed.timeframe, closed.opens_at) == (BTC, "1m", MARKET_TIME)
    assert (closed.origin.venue, closed.origin.nature) == ("binance", "replay")
    assert closed.origin.as_of == candle().closes_at


async def test_no_candle_is_lost_or_swapped_while_the_bus_is_away(stage: Stage) -> None:
    stage.bus.is_away = True
    async with stage.running():
        for number in range(20):
            stage.exchange.closing.put_nowait(candle(number))
        await until(lambda: stage.bus.times_refused >= 3)
        stage.bus.is_away = False
        await until(lambda: len(stage.bus.appended) == 20)
    opened = [message.opens_at for message in stage.bus.appended if isinstance(message, ClosedCandle)]
    assert opened == [candle(number).opens_at for number in range(20)]


async def test_a_candle_that_is_appended_again_after_a_restart_has_the_same_id() -> None:
    ids = []
    for _ in range(2):
        stage = Stage()
        async with stage.running():
            for number in range(3):
                stage.exchange.closing.put_nowait(candle(number))
            await until(lambda stage=stage: len(stage.bus.appended) == 3)  # type: ignore[misc]  # bound early
        ids.append([message.id for message in stage.bus.appended if isinstance(message, ClosedCandle)])
        stage.clock.step(3_600)
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


async def test_an_exchange_that_goes_away_is_opened_again(stage: Stage) -> None:
    async with stage.running():
        stage.exchange.coming.put_nowait(ticker(price="1.0"))
        stage.exchange.goes_away()
        stage.exchange.coming.put_nowait(ticker(price="2.0"))
        await until(lambda: stage.exchange.times_opened == 2)
        await until(lambda: stage.health == [(True, ""), (False, "The venue hung up."), (True, "")])
    newest = stage.board.latest(BTC)
    assert str(newest and newest.price) == "2.0"


async def test_a_feed_that_is_stopped_ends(stage: Stage) -> None:
    async with asyncio.timeout(1), stage.running():
        await until(lambda: stage.exchange.times_opened == 1)


async def test_the_names_of_the_markets_are_on_the_bus_and_again_after_it_was_away(stage: Stage) -> None:
    async with stage.running():
        await until(lambda: sorted(stage.bus.names) == [BTC, ETH])
        stage.bus.is_away, stage.bus.names = True, []
        await until(lambda: stage.bus.times_names_refused > 0)
        stage.bus.is_away = False
        await until(lambda: sorted(stage.bus.names) == [BTC, ETH])
