"""A local exchange that mirrors a venue is there before anybody has told it a market."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import ccxt
import pytest
from quiet_market import QuietMarket, perpetual
from sandbox_exchange_stage import CLASSIC, LABEL, SETTINGS, ccxt_client, keys_of, settled, until

from sandbox.exchange.app import Options, Running, serve
from sandbox.exchange.venue import Playing
from services.clock import SystemClock
from services.errors import ExchangeUnavailable, UnknownMarket
from services.exchange.exchange import Channel, Level, Market, OrderBook, Ticker, Update
from services.exchange.paper.exchange import PaperExchange
from services.exchange.played.mirror import MirrorExchange
from services.loops import Loops

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
BTC_TICKER = {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "BTCUSDT"}


@dataclass(frozen=True)
class Mirrored:
    """A served mirror that nothing was shown to yet."""

    mirror: MirrorExchange
    running: Running

    def show(self, market: str = BTC) -> None:
        price, moment = Decimal(50_000), datetime.now(UTC)
        self.mirror.show(Ticker(market=market, price=price, as_of=moment, nature="live", mark=price))
        self.mirror.show(
            OrderBook(
                market=market,
                bids=(Level(price - 1, Decimal(5)),),
                asks=(Level(price + 1, Decimal(5)),),
                as_of=moment,
                nature="live",
            )
        )


@pytest.fixture
async def mirrored() -> AsyncIterator[Mirrored]:
    clock = SystemClock()
    mirror = MirrorExchange(venue="bitget", clock=clock)
    paper = PaperExchange(mirror, clock=clock, settings=SETTINGS)
    playing = Playing(exchange=paper, label=LABEL, paper=paper)
    options = Options(main=playing, clock=clock, keys=keys_of(paper), is_limited=False)
    async with serve(options) as running, Loops(_matching(paper)):
        yield Mirrored(mirror, running)


async def _matching(paper: PaperExchange) -> None:
    while True:
        try:
            await paper.run()
        except ExchangeUnavailable:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def socket(running: Running) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    url = f"{running.url}/v2/ws/public"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as opened:
        yield opened


async def said_of(ticker: dict[str, str], to: aiohttp.ClientWebSocketResponse) -> Any:
    await to.send_json({"op": "subscribe", "args": [ticker]})
    return await to.receive_json(timeout=5)


async def test_it_stays_up_while_there_is_nothing_to_list_and_works_once_there_is(mirrored: Mirrored) -> None:
    await asyncio.sleep(0.3)
    async with ccxt_client(mirrored.running.url, key=CLASSIC) as client:
        with pytest.raises(ccxt.ExchangeError, match="40015"):
            await client.load_markets()
        mirrored.mirror.list_markets([perpetual(BTC)])
        mirrored.show()
        await client.load_markets()
        listening = asyncio.create_task(client.watch_orders(BTC))
        await until(lambda: mirrored.running.main.hub.hears(CLASSIC))

        async def is_taken() -> bool:
            try:
                await client.create_order(BTC, "market", "buy", 0.01)
            except (ccxt.ExchangeError, ccxt.NetworkError):  # the engine has no fresh book yet
                return False
            return True

        await settled(is_taken)
        (position,) = await client.fetch_positions()
        assert (position["contracts"], position["entryPrice"]) == (0.01, 50_001.0)
        async with asyncio.timeout(5):
            assert [order["symbol"] for order in await listening][:1] == [BTC]


async def test_a_subscription_before_the_first_list_is_refused_on_a_connection_that_stays(
    mirrored: Mirrored,
) -> None:
    async with socket(mirrored.running) as opened:
        refused = await said_of(BTC_TICKER, opened)
        assert (refused["event"], refused["code"], refused["arg"]) == ("error", 40015, BTC_TICKER)
        mirrored.mirror.list_markets([perpetual(BTC)])
        mirrored.show()

        async def is_heard() -> bool:
            return bool((await said_of(BTC_TICKER, opened))["event"] == "subscribe")

        await settled(is_heard)
        row = await opened.receive_json(timeout=5)
        assert row["data"][0]["lastPr"] == "50000.0"


class Forgetful(QuietMarket):
    """Its first stream breaks off for a market that is gone; asked what is left, it does not answer once."""

    def __init__(self) -> None:
        super().__init__()
        self.has_lost_one = self.is_away = False

    async def markets(self) -> Sequence[Market]:
        if self.is_away:
            self.is_away = False
            raise ExchangeUnavailable("The markets cannot be told now.")
        return await super().markets()

    async def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        if not self.has_lost_one:
            self.has_lost_one = self.is_away = True
            raise UnknownMarket.of(ETH, ())
        async for update in super().watch(channel, markets):
            yield update


async def test_a_feed_that_cannot_learn_which_markets_are_left_goes_on_with_those_it_had() -> None:
    source = Forgetful()
    options = Options(main=Playing(exchange=source, label=LABEL), clock=SystemClock(), is_limited=False)
    async with serve(options) as running, socket(running) as opened:
        assert (await said_of(BTC_TICKER, opened))["event"] == "subscribe"
        row = await opened.receive_json(timeout=5)
        assert row["data"][0]["lastPr"] == "50000.0"
        assert (source.has_lost_one, source.is_away) == (True, False)


async def test_a_market_that_is_new_is_listed_when_the_engine_has_heard_of_it_too(mirrored: Mirrored) -> None:
    mirrored.mirror.list_markets([perpetual(BTC)])
    mirrored.show()
    catalogue = mirrored.running.main.venue.catalogue

    async def is_listed() -> bool:
        return (await catalogue()).named(BTC) is not None

    await settled(is_listed)
    mirrored.mirror.list_markets([perpetual(BTC, is_open=False), perpetual(ETH)])
    assert [one.name for one in (await catalogue()).listings] == [BTC]

    async def is_up_to_date() -> bool:
        found = await catalogue()
        btc = found.named(BTC)
        return found.named(ETH) is not None and btc is not None and not btc.market.is_open

    await settled(is_up_to_date, within=15)
