"""What plain ccxt does to public data, and that the adapter does not: each test shows the bite first."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import ccxt.pro
import pytest
from bitget_stage import contract, staged_bitget, ticker
from raw_frames import a_market
from sandbox_exchange_stage import Stage, ccxt_client, pointed_at, running_exchange
from venue_stage import BTC, ETH, is_over_in, reading, venue_over

from services.clock import SystemClock
from services.errors import ExchangeBusy, ExchangeUnavailable, Misconfigured, UnknownMarket
from services.exchange.exchange import OrderBook, Trade
from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import open_client
from services.exchange.venues.exchange import CcxtExchange, open_venue

LONG_ENOUGH_TO_BE_SURE = 1.5


@asynccontextmanager
async def both(**options: Any) -> AsyncIterator[tuple[Stage, Any, CcxtExchange]]:
    """The sandbox, plain ccxt on it, and the adapter on it."""
    async with (
        running_exchange() as stage,
        ccxt_client(stage.url) as plain,
        venue_over(stage.url, **options) as ours,
    ):
        await plain.load_markets()
        yield stage, plain, ours


async def test_a_truncated_reply_is_an_error_and_not_a_market_without_trades() -> None:
    async with both() as (stage, plain, ours):
        await stage.stir(http={"kind": "truncated", "count": 2, "path": "fills-history"})
        assert await plain.fetch_trades(BTC) == []
        with pytest.raises(ExchangeUnavailable):
            await ours.trades(BTC, limit=10)
        assert await ours.trades(BTC, limit=10) == []


async def test_json_that_is_not_the_venues_is_an_error_and_not_an_empty_answer(tmp_path: Path) -> None:
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        path = "/api/v2/mix/market/fills-history"
        staged.answers[path] = "{}"
        plain = pointed_at(staged.url, ccxt.pro.bitget({"options": {"uta": False, "defaultType": "swap"}}))
        plain.set_markets(list(ours.client.exchange.markets.values()))
        assert await plain.fetch_trades(BTC) == []
        await plain.close()
        with pytest.raises(ExchangeUnavailable):
            await ours.trades(BTC, limit=10)


async def test_an_order_book_has_no_stale_best_price_after_a_reconnect() -> None:
    async with both() as (stage, plain, ours), reading(ours, "book") as reader:
        await plain.watch_order_book(BTC)
        await reader.until(bool)
        await stage.stir(wsabort=True)
        stage.source.set_book(BTC, bids=[("49990", "1")], asks=[("49991", "1")])
        with pytest.raises(ccxt.NetworkError):
            await plain.watch_order_book(BTC)
        stale = await plain.watch_order_book(BTC)
        assert stale["bids"][0][0] > stale["asks"][0][0]
        assert isinstance(await reader.ends(), ExchangeUnavailable)
        async with reading(ours, "book") as again:
            await again.until(bool)
            book = again.updates[-1]
            assert isinstance(book, OrderBook)
            assert (book.bids[0].price, book.asks[0].price) == (Decimal(49990), Decimal(49991))


async def test_a_crossed_book_is_refused_and_not_shown() -> None:
    async with both() as (stage, _, ours), reading(ours, "book") as reader:
        await reader.until(bool)
        stage.source.set_book(BTC, bids=[("50001", "1")], asks=[("50000", "1")])
        assert isinstance(await reader.ends(), ExchangeUnavailable)
        assert all(update.bids[0].price < update.asks[0].price for update in reader.updates)  # type: ignore[union-attr]
        with pytest.raises(ExchangeUnavailable):
            await ours.order_book(BTC, depth=5)


async def test_one_malformed_frame_does_not_silence_the_prices() -> None:
    async with both() as (stage, plain, ours), reading(ours, "ticker") as reader:
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, _context: None
        )  # plain ccxt's callback
        await plain.watch_ticker(BTC)
        await reader.until(lambda updates: len(updates) > 1)
        await stage.stir(wsraw='{"action":"snapshot","arg":{"inst')
        stage.source.set_price(BTC, "50100")
        assert not await is_over_in(LONG_ENOUGH_TO_BE_SURE, plain.watch_ticker(BTC))
        assert isinstance(await reader.ends(1.0), ExchangeUnavailable)
        async with reading(ours, "ticker") as again:
            await again.until(lambda updates: bool(updates) and updates[-1].price == 50_100)  # type: ignore[union-attr]


async def test_a_frame_without_data_costs_nothing_but_itself() -> None:
    frame = {"action": "update", "data": None, "arg": {"instType": "USDT-FUTURES", "channel": "ticker"}}
    async with both() as (stage, plain, ours), reading(ours, "ticker") as reader:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        await plain.watch_ticker(BTC)
        await reader.until(lambda updates: len(updates) > 1)
        await stage.stir(wsraw=json.dumps(frame))
        stage.source.set_price(BTC, "50100")
        assert not await is_over_in(LONG_ENOUGH_TO_BE_SURE, plain.watch_ticker(BTC))
        await reader.until(lambda updates: updates[-1].price == 50_100)  # type: ignore[union-attr]


async def test_a_stream_that_answers_pings_and_says_nothing_is_found_out() -> None:
    async with both(quiet_seconds=1.0) as (stage, plain, ours), reading(ours, "ticker") as reader:
        await plain.watch_ticker(BTC)
        await reader.until(lambda updates: len(updates) > 1)
        await stage.stir(wsstall=True)
        stage.source.set_price(BTC, "50100")
        error = await reader.ends(5.0)
        assert isinstance(error, ExchangeUnavailable)
        assert not await is_over_in(LONG_ENOUGH_TO_BE_SURE, plain.watch_ticker(BTC))
        await stage.stir(wsstall=False)
        async with reading(ours, "ticker") as again:
            await again.until(lambda updates: bool(updates) and updates[-1].price == 50_100)  # type: ignore[union-attr]


async def test_a_market_in_which_nothing_happens_is_not_called_dead() -> None:
    async with (
        both(quiet_seconds=0.4) as (_, _, ours),
        reading(ours, "ticker") as tickers,
        reading(ours, "trade") as trades,
        reading(ours, "book") as books,
    ):
        await asyncio.sleep(2.5)
        assert [reader.error for reader in (tickers, trades, books)] == [None, None, None]


async def test_trades_that_come_while_nobody_waits_are_not_late() -> None:
    async with both() as (stage, plain, ours), reading(ours, "trade", [BTC, ETH]) as reader:
        markets = [BTC, ETH]
        waiting = asyncio.ensure_future(plain.watch_trades_for_symbols(markets))
        await asyncio.sleep(0.5)
        for number in range(5):
            stage.source.print(BTC, "50000", f"0.{number + 1}")
            stage.source.print(ETH, "2500", f"0.{number + 1}")
        await waiting
        await asyncio.sleep(0.2)
        seen = [waiting.result()]
        while await is_over_in(0.5, later := asyncio.ensure_future(plain.watch_trades_for_symbols(markets))):
            seen.append(later.result())
        assert sum(len(trades) for trades in seen) < 10
        await reader.until(lambda updates: len(updates) == 10)
        for market in markets:
            mine = [one for one in reader.updates if one.market == market]
            assert [one.amount for one in mine if isinstance(one, Trade)] == [
                Decimal(f"0.{number + 1}") for number in range(5)
            ]


async def test_a_spot_price_is_never_taken_for_that_of_the_contract(tmp_path: Path) -> None:
    """Ccxt finds the contract for a spot market that it does not know, such as one listed a minute ago."""
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        path = "/api/v2/spot/market/tickers"
        row = {**ticker("ETHUSDT", "9.99"), "markPrice": None}
        staged.answers[path] = {"code": "00000", "msg": "success", "requestTime": 1, "data": [row]}
        plain = pointed_at(staged.url, ccxt.pro.bitget({"options": {"uta": False}}))
        plain.set_markets(list(ours.client.exchange.markets.values()))
        assert (await plain.fetch_tickers(None, {"type": "spot"}))[ETH]["last"] == 9.99
        await plain.close()
        prices = {one.market: one.price for one in await ours.tickers()}
        assert prices[ETH] == 3_000


async def test_a_spot_market_of_binance_stays_spot() -> None:
    rows = [a_market("BTCUSDT", "BTC", "USDT"), a_market("BTCUSDT", "BTC", "USDT", is_swap=True)]
    plain = ccxt.pro.binance({"options": {"defaultType": "swap"}})
    plain.set_markets(rows)
    assert plain.market("BTC/USDT")["symbol"] == BTC
    async with open_client(Connection(venue="binance"), clock=SystemClock()) as client:
        client.exchange.set_markets(rows)
        assert client.exchange.market("BTC/USDT")["symbol"] == "BTC/USDT"


async def test_a_price_of_zero_is_left_out_and_never_shown() -> None:
    async with both() as (stage, plain, ours):
        await stage.stir(prices_zero=[BTC])
        assert (await plain.fetch_ticker(BTC))["last"] in {0, None}
        assert await ours.tickers([BTC]) == []
        assert {one.market for one in await ours.tickers()} == {
            market.name for market in await ours.markets() if market.name != BTC
        }


async def test_one_bad_row_does_not_hide_the_other_markets(tmp_path: Path) -> None:
    async with staged_bitget() as staged:
        staged.tickers["ETHUSDT"] = ticker("ETHUSDT", "not a number")
        async with ccxt_client(staged.url) as plain, venue_over(staged.url, cache=tmp_path) as ours:
            with pytest.raises(ValueError, match="invalid literal"):
                await plain.fetch_tickers(None, {"productType": "USDT-FUTURES"})
            assert {one.market for one in await ours.tickers()} == {"BTC/USDT", BTC}


async def test_a_market_under_maintenance_is_closed(tmp_path: Path) -> None:
    async with staged_bitget() as staged:
        staged.contracts[1] = contract("ETHUSDT", symbolStatus="maintain")
        async with venue_over(staged.url, cache=tmp_path) as ours:
            assert {market.name: market.is_open for market in await ours.markets() if market.is_swap} == {
                BTC: True,
                ETH: False,
            }


async def test_a_market_that_vanished_ends_its_own_stream_and_no_other(tmp_path: Path) -> None:
    async with (
        staged_bitget() as staged,
        venue_over(staged.url, cache=tmp_path) as ours,
        reading(ours, "ticker", [BTC]) as kept,
        reading(ours, "ticker", [ETH]) as gone,
    ):
        await staged.until_subscribed("ticker", 2)
        staged.contracts = [contract("BTCUSDT")]
        await refresh(ours)
        error = await gone.ends()
        assert isinstance(error, UnknownMarket)
        assert error.facts["asked"] == ETH
        await staged.push("ticker", "BTCUSDT", ticker("BTCUSDT", "50123"))
        await kept.until(lambda updates: updates[-1].price == 50_123)  # type: ignore[union-attr]


async def refresh(exchange: CcxtExchange) -> None:
    await exchange._markets.refresh()


async def test_a_symbol_that_the_stream_refuses_ends_its_own_stream_and_no_other(tmp_path: Path) -> None:
    """Ccxt gives one refusal to everybody on the connection."""
    async with staged_bitget() as staged:
        staged.refused.add("ETHUSDT")
        async with venue_over(staged.url, cache=tmp_path) as ours, reading(ours, "trade", [BTC]) as kept:
            await staged.until_subscribed("trade")
            del staged.tickers["ETHUSDT"]
            async with reading(ours, "trade", [ETH]) as refused:
                error = await refused.ends()
            assert isinstance(error, UnknownMarket)
            assert error.facts["asked"] == ETH
            await staged.push(
                "trade", "BTCUSDT", {"tradeId": "7", "price": "1", "size": "1", "side": "buy", "ts": "1"}
            )
            await kept.until(lambda updates: [one.id for one in updates] == ["7"])  # type: ignore[union-attr]


async def test_a_market_that_the_venue_does_not_know_any_more_leaves_the_list_at_once(tmp_path: Path) -> None:
    """And not after the hour for which the list is good: it would be tried again and again until then."""
    async with staged_bitget() as staged:
        staged.refused.add("ETHUSDT")
        async with venue_over(staged.url, cache=tmp_path) as ours:
            del staged.tickers["ETHUSDT"]
            staged.contracts = [contract("BTCUSDT")]
            ours._markets._at = SystemClock().now() - timedelta(minutes=2)
            async with reading(ours, "trade", [ETH]) as refused:
                assert isinstance(await refused.ends(), UnknownMarket)
            assert ETH not in {market.name for market in await ours.markets()}
            with pytest.raises(UnknownMarket):
                await ours.trades(ETH, limit=1)


async def test_a_refused_question_is_no_market_that_is_gone(tmp_path: Path) -> None:
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        said = {"code": "99999", "msg": "not now", "requestTime": 1, "data": None}
        refusal = (400, {"Content-Type": "application/json"}, json.dumps(said))
        staged.answers["/api/v2/mix/market/fills-history"] = refusal
        with pytest.raises(ExchangeUnavailable, match="99999"):
            await ours.trades(BTC, limit=10)


async def test_a_rate_limit_says_when_to_come_back_and_nothing_is_asked_before() -> None:
    async with both() as (stage, _, ours):
        await stage.stir(http={"kind": "429", "count": 1, "path": "fills-history", "retry_after": 30})
        with pytest.raises(ExchangeBusy) as caught:
            await ours.trades(BTC, limit=1)
        assert caught.value.facts["retry_after"] == 30
        asked = stage.journal.count
        with pytest.raises(ExchangeBusy):
            await ours.order_book(BTC, depth=5)
        assert stage.journal.count == asked


@pytest.mark.parametrize("kind", ["500", "502", "maint"])
async def test_a_venue_that_fails_is_unavailable_and_its_page_is_not_in_the_message(kind: str) -> None:
    async with both() as (stage, _, ours):
        await stage.stir(http={"kind": kind, "count": 1, "path": "merge-depth"})
        with pytest.raises(ExchangeUnavailable) as caught:
            await ours.order_book(BTC, depth=5)
        said = f"{caught.value.message} {caught.value.hint} {caught.value.__cause__}"
        assert "html" not in said.lower()
        assert "127.0.0.1" not in said


async def test_a_question_whose_connection_drops_is_asked_once_more_by_itself() -> None:
    """Aiohttp does that for a GET on a connection that was kept, which is safe: nothing is changed by one."""
    async with both() as (stage, _, ours):
        await ours.order_book(BTC, depth=5)
        await stage.stir(drop={"count": 1, "path": "merge-depth"})
        before = stage.journal.count
        assert (await ours.order_book(BTC, depth=5)).bids
        assert stage.journal.count - before == 2


async def test_a_venue_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ExchangeUnavailable):
        async with venue_over("http://127.0.0.1:9", cache=tmp_path):
            pass


async def test_the_sandbox_without_an_address_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        async with open_venue(Connection(venue="sandbox"), cache=tmp_path, clock=SystemClock()):
            pass
