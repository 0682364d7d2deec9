from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import ccxt
import pytest
from market_stage import SleeperClock
from raw_frames import a_market

from services.errors import ExchangeUnavailable, Misconfigured
from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import VenueClient
from services.exchange.venues.labels import Label
from services.exchange.venues.prices import Prices
from services.exchange.venues.quirks import quirks_of
from services.exchange.venues.translate import Translator

SPOT = "BTC/USDT"
Answer = Callable[[Mapping[str, str]], dict[str, Any]]


class Rest:
    """Stands where ccxt stands, and lists the tickers of a product as `answer` says."""

    def __init__(self, answer: Answer, *markets: dict[str, Any]) -> None:
        self._answer = answer
        self.markets = {row["symbol"]: row for row in markets}

    async def fetch_tickers(self, names: None, params: Mapping[str, str]) -> dict[str, Any]:
        del names
        return self._answer(params)


def prices_of(rest: Rest) -> Prices:
    clock = SleeperClock()
    client = VenueClient(Connection(venue="binance"), rest, clock=clock)
    translator = Translator(quirks=quirks_of("binance"), label=Label(venue="binance"), clock=clock)
    return Prices(client, translator, clock=clock)


def a_row(market: str) -> dict[str, Any]:
    return {"symbol": market, "last": 100.0, "timestamp": 1_750_000_000_000, "info": {}}


async def test_an_address_that_is_not_let_in_is_for_the_operator_and_not_a_venue_without_prices() -> None:
    def answer(params: Mapping[str, str]) -> dict[str, Any]:
        raise ccxt.PermissionDenied(str(params))

    with pytest.raises(Misconfigured):
        await prices_of(Rest(answer)).all()


async def test_a_product_that_is_refused_is_left_out_and_the_others_are_not() -> None:
    def answer(params: Mapping[str, str]) -> dict[str, Any]:
        if params["type"] != "spot":
            raise ccxt.BadRequest("no")
        return {SPOT: a_row(SPOT)}

    rest = Rest(answer, a_market("BTCUSDT", "BTC", "USDT"))
    assert [ticker.market for ticker in await prices_of(rest).all()] == [SPOT]


async def test_a_venue_that_lists_no_product_is_unavailable_and_not_empty() -> None:
    def answer(params: Mapping[str, str]) -> dict[str, Any]:
        raise ccxt.BadRequest(str(params))

    with pytest.raises(ExchangeUnavailable):
        await prices_of(Rest(answer)).all()


async def test_others_go_on_while_the_prices_of_a_thousand_markets_are_read() -> None:
    rows = [a_market(f"M{number}USDT", f"M{number}", "USDT") for number in range(1_000)]
    rest = Rest(lambda _: {row["symbol"]: a_row(row["symbol"]) for row in rows}, *rows)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    assert len(await prices_of(rest).all()) == 1_000
    counting.cancel()
    assert turns >= 10
