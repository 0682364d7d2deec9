from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from feed_stage import Stage, play, until
from market_fakes import (
    BTC,
    ETH,
    MARKET_TIME,
    MARKETS,
    SPOT,
    at,
    book,
    ticker,
    trade,
)
from structlog.testing import capture_logs

from services.errors import ExchangeUnavailable, UnknownMarket
from services.exchange.exchange import Market
from services.market.messages import Book, FundingRate


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_snapshot_reaches_the_board_the_topic_and_the_newest_values(stage: Stage) -> None:
    stage.exchange.known[BTC] = ticker()
    async with stage.running():
        await until(lambda: len(stage.bus.published) == 1)
    (quote,) = stage.bus.quotes
    assert (quote.market, quote.price, quote.origin.as_of) == (BTC, Decimal("104506.2"), MARKET_TIME)
    kept, as_of = stage.bus.newest[f"quote:{BTC}"]
    assert (kept, as_of) == (stage.board.latest(BTC), MARKET_TIME)


async def test_a_streamed_ticker_is_written_at_once(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.says(ticker(price="1.0", after=1))
        await until(lambda: stage.bus.newest[f"quote:{BTC}"][1] == at(1))


async def test_the_price_follows_the_trades(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.says(trade(1, "104500.0"), trade(0.5, "104400.0", number="older"))
        await until(lambda: stage.newest_price() == "104500.0")
        await asyncio.sleep(0.01)
        assert stage.newest_price() == "104500.0"


async def test_many_tickers_become_one_quote_of_each_market(stage: Stage) -> None:
    async with stage.streaming():
        await until(lambda: len(stage.bus.published) == 2)
        for number in range(100):
            stage.exchange.says(ticker(price=f"{number + 1}.0", after=number + 1))
            stage.exchange.says(ticker(ETH, f"{number + 1}.00", after=number + 1))
        await until(lambda: len(stage.bus.published) == 4)
    found = [(quote.market, str(quote.price)) for quote in stage.bus.quotes[2:]]
    assert sorted(found) == [(BTC, "100.0"), (ETH, "100.00")]


async def test_a_quote_that_did_not_move_is_published_once_and_kept_fresh(stage: Stage) -> None:
    stage.exchange.known[BTC] = ticker()
    async with stage.running():
        await until(lambda: len(stage.bus.published) == 1)
        await until(lambda: stage.bus.times_put > 2)
    assert len(stage.bus.published) == 1


async def test_an_older_price_never_replaces_a_newer_one(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.says(ticker(price="2.0", after=60))
        await until(lambda: stage.newest_price() == "2.0")
        asked = stage.exchange.asked["tickers"]
        await until(lambda: stage.exchange.asked["tickers"] == asked + 1)
        assert stage.newest_price() == "2.0"


async def test_a_price_that_a_stream_stopped_telling_is_replaced_by_the_next_snapshot(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.says(ticker(price="2.0", after=1))
        stage.exchange.known[BTC] = ticker(price="3.0", after=2)
        await until(lambda: stage.newest_price() == "3.0")


async def test_a_price_of_an_earlier_time_is_believed_when_the_later_one_is_not_told_any_more(
    stage: Stage,
) -> None:
    async with stage.streaming():
        stage.exchange.says(ticker(price="2.0", after=600))
        await until(lambda: stage.newest_price() == "2.0")
        await until(lambda: stage.newest_price() == "104506.2")


async def test_while_the_bus_is_away_the_board_stays_fresh_and_the_newest_price_is_written_later(
    stage: Stage,
) -> None:
    with capture_logs() as logs:
        async with stage.streaming():
            stage.bus.is_away = True
            stage.exchange.says(ticker(price="1.0", after=1))
            await until(lambda: stage.bus.times_refused > 0)
            stage.exchange.says(ticker(price="2.0", after=2))
            await until(lambda: stage.newest_price() == "2.0")
            stage.bus.is_away = False
            await until(lambda: stage.bus.newest[f"quote:{BTC}"][1] == at(2))
    said = [entry["event"] for entry in logs if entry.get("link") == "bus"]
    assert said.count("link_lost") >= 1
    assert said[-1] == "link_established"


async def test_the_top_of_a_streamed_book_and_its_pictures_are_on_the_bus(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.says(book(after=1))
        await until(lambda: f"book_top:{BTC}" in stage.bus.newest)
        await until(lambda: any(isinstance(message, Book) for message in stage.bus.appended))
    top, as_of = stage.bus.newest[f"book_top:{BTC}"]
    assert isinstance(top, Book)
    assert (len(top.bids), len(top.asks), as_of) == (10, 10, at(1))
    assert (top.tick, top.is_depth_simulated) == (Decimal("0.1"), True)
    picture = next(message for message in stage.bus.appended if isinstance(message, Book))
    assert len(picture.bids) == 20


async def test_funding_rates_of_watched_perpetuals_are_on_the_bus(stage: Stage) -> None:
    stage.exchange.rates[BTC] = Decimal("0.0001")
    async with stage.streaming():
        await until(lambda: f"funding:{BTC}" in stage.bus.newest)
    rate, _ = stage.bus.newest[f"funding:{BTC}"]
    assert isinstance(rate, FundingRate)
    assert rate.rate == Decimal("0.0001")
    assert f"funding:{ETH}" not in stage.bus.newest


async def test_a_stream_that_breaks_is_opened_again_and_prices_go_on_meanwhile(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.hangs_up()
        await until(lambda: not stage.exchange.watched("ticker"))
        stage.exchange.known[BTC] = ticker(price="5.0", after=5)
        await until(lambda: stage.newest_price() == "5.0")
        await until(lambda: stage.exchange.watched("ticker") == {BTC, ETH})
    assert stage.health == [(True, "")]


async def test_a_venue_that_goes_away_and_comes_back_is_told_once_each(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.fails = ExchangeUnavailable("The venue is down.")
        stage.exchange.hangs_up()
        await until(lambda: len(stage.health) == 2)
        stage.exchange.fails = None
        await until(lambda: len(stage.health) == 3)
    assert [is_up for is_up, _ in stage.health] == [True, False, True]


async def test_one_market_that_is_gone_leaves_the_others_streaming(stage: Stage) -> None:
    async with stage.streaming():
        stage.exchange.listed = [one for one in stage.exchange.listed if one.name != ETH]
        stage.exchange.hangs_up(UnknownMarket.of(ETH, []))
        await until(lambda: stage.exchange.watched("trade") == {BTC})
        await until(lambda: list(stage.board.markets) == [BTC])
        assert stage.board.latest(ETH) is None
        stage.exchange.says(ticker(price="7.0", after=7))
        await until(lambda: stage.newest_price() == "7.0")


async def test_markets_that_come_go_and_close_are_events_of_the_log(stage: Stage) -> None:
    with capture_logs() as logs:
        async with stage.streaming():
            eth, btc = MARKETS
            stage.exchange.listed = [replace(btc, is_open=False), Market(name=SPOT, tick=Decimal("0.01"))]
            del eth
            stage.exchange.hangs_up(UnknownMarket.of(ETH, []))
            await until(lambda: SPOT in stage.board.markets)
    said = {(entry["event"], entry.get("market")) for entry in logs}
    assert {("market_delisted", ETH), ("market_listed", SPOT), ("market_closed", BTC)} <= said


async def test_a_market_that_a_member_asked_for_is_streamed_within_a_second(stage: Stage) -> None:
    stage.exchange.listed += [Market(name=SPOT, tick=Decimal("0.01"))]
    async with stage.streaming():
        assert SPOT not in stage.exchange.watched("trade")
        stage.watched.want(SPOT)
        async with asyncio.timeout(1):
            await until(lambda: SPOT in stage.exchange.watched("trade"))
        assert stage.exchange.watched("ticker") == {BTC, ETH, SPOT}


async def test_a_venue_without_streams_is_asked_instead(stage: Stage) -> None:
    stage.exchange.capabilities = frozenset(("candles",))
    stage.exchange.known[BTC] = ticker()
    async with stage.running():
        await until(lambda: stage.newest_price() == "104506.2")
        await until(lambda: stage.exchange.asked["tickers"] > 2)
    assert stage.exchange.watching == []


async def test_a_feed_that_is_stopped_ends(stage: Stage) -> None:
    async with asyncio.timeout(2), stage.streaming():
        pass


async def test_the_names_of_the_markets_are_on_the_bus_and_again_after_it_was_away(stage: Stage) -> None:
    async with stage.running():
        await until(lambda: sorted(stage.bus.names) == [BTC, ETH])
        stage.bus.is_away, stage.bus.names = True, []
        await until(lambda: stage.bus.times_names_refused > 0)
        stage.bus.is_away = False
        await until(lambda: sorted(stage.bus.names) == [BTC, ETH])


async def test_a_venue_that_claims_to_have_no_market_is_not_believed(stage: Stage) -> None:
    listed, stage.exchange.listed = stage.exchange.listed, []
    async with stage.running():
        await until(lambda: stage.exchange.asked["markets"] > 1)
        assert stage.health[0][0] is False
        stage.exchange.listed = listed
        await until(lambda: stage.board.names() is not None)


async def test_streamed_trades_are_told_together_in_their_order(stage: Stage) -> None:
    async with stage.streaming():
        await play(stage, 1, 2, 3)
        await play(stage, 4, market=ETH)
        await until(lambda: sum(len(told.prints) for told in stage.bus.prints) == 4)
    told = [one for prints in stage.bus.prints for one in prints.prints]
    assert [(one.market, one.as_of) for one in told] == [(BTC, at(n)) for n in (1, 2, 3)] + [(ETH, at(4))]
    assert len(stage.bus.prints) < 4
    assert (stage.bus.prints[0].venue, stage.bus.prints[0].nature) == ("binance", "replay")
