"""Trades have the same ids by REST and by stream, or nobody could tell which of them were missed."""

from __future__ import annotations

import pytest
from binance_stage import AGGREGATED, staged_binance
from raw_frames import a_market

from services.clock import SystemClock
from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import open_client

MARKETS = {
    "binance": a_market("BTCUSDT", "BTC", "USDT", lowercaseId="btcusdt"),
    "binanceusdm": a_market("BTCUSDT", "BTC", "USDT", is_swap=True, lowercaseId="btcusdt"),
}


@pytest.mark.parametrize("venue", sorted(MARKETS))
async def test_a_streamed_trade_of_binance_has_the_id_that_rest_gives_it(venue: str) -> None:
    market = MARKETS[venue]
    name = market["symbol"]
    for method, asked in (("watch_trades_for_symbols", [name]), ("watch_trades", name)):
        async with (
            staged_binance() as staged,
            open_client(Connection(venue=venue, base_url=staged.url), clock=SystemClock()) as client,
        ):
            client.exchange.set_markets([market])
            (told,) = await client.call("fetch_trades", name, None, 1)
            streamed = await client.call(method, asked, seconds=5)
        assert told["id"] == streamed[-1]["id"] == str(AGGREGATED)
