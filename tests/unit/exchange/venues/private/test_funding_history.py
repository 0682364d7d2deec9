from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import pytest

from services.errors import ExchangeUnavailable, NotOffered
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.fundings import Fundings
from services.exchange.venues.private_quirks import private_quirks_of

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
MARKETS = {SWAP: {"swap": True, "settle": "USDT"}, SPOT: {"swap": False}}


class ToldClient:
    """Answers with the rows that a test laid down, as ccxt would, the newest page first."""

    venue = "somewhere"

    def __init__(self, rows: list[dict[str, Any]], *, tells: bool = True) -> None:
        self.exchange = self
        self.markets = MARKETS
        self.has = {"fetchFundingHistory": tells}
        self.rows = rows
        self.asked: list[dict[str, str]] = []

    async def call(self, *arguments: Any, doing: str) -> list[dict[str, Any]]:
        _, _, _, limit, params = arguments
        assert doing == "read_account"
        self.asked.append(params)
        last = int(params.get("idLessThan", 1 << 60))
        return [one for one in self.rows if int(one["id"]) < last][-limit:]


def fundings(client: ToldClient, exchange_id: str) -> Fundings:
    given, quirks = cast("VenueClient", client), private_quirks_of(exchange_id, is_unified=False)
    return Fundings(given, quirks, Contracts(given, quirks, lambda _: pytest.fail("nobody asks")))


def a_row(number: int, amount: float | None = 0.5, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "timestamp": 1_750_000_000_000 + number, "amount": amount, "info": {}, **more}


async def test_payments_of_several_pages_come_oldest_first_and_each_once() -> None:
    client = ToldClient([a_row(number) for number in range(1, 251)])
    told = await fundings(client, "bitget").read(SWAP, since=None, limit=1_000)
    assert [one.id for one in told] == [str(number) for number in range(1, 251)]
    assert {one.currency for one in told} == {"USDT"}
    assert len(client.asked) == 4


async def test_a_venue_that_tells_funding_as_a_fee_is_turned_round() -> None:
    rows = [a_row(1, 0.25, rate=0.0001, code="BTC")]
    (paid,) = await fundings(ToldClient(rows), "bybit").read(SWAP, since=None, limit=10)
    (got,) = await fundings(ToldClient(rows), "binance").read(SWAP, since=None, limit=10)
    assert (paid.amount, got.amount, got.currency) == (Decimal("-0.25"), Decimal("0.25"), "USDT")
    assert got.rate == Decimal("0.0001")


async def test_spot_has_none_and_a_venue_that_tells_none_says_so() -> None:
    silent = ToldClient([], tells=False)
    assert await fundings(silent, "bitget").read(SPOT, since=None, limit=10) == []
    with pytest.raises(NotOffered):
        await fundings(silent, "bitget").read(SWAP, since=None, limit=10)


async def test_a_payment_without_an_amount_is_an_error_and_never_nought() -> None:
    with pytest.raises(ExchangeUnavailable):
        await fundings(ToldClient([a_row(1, None)]), "bitget").read(SWAP, since=None, limit=10)
