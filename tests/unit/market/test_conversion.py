from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_fakes import MARKET_TIME

from services.errors import UserMistake
from services.exchange.exchange import Market
from services.market.conversion import convert, ways_through
from services.market.messages import Origin, Quote
from services.market.ranking import by_turnover, change_of

PRICES = {
    "BTC/USDT": "50000",
    "ETH/USDT": "2500",
    "ETH/BTC": "0.05",
    "EUR/USDT": "1.25",
    "PEPE/ETH": "0.000000004",
    "BTC/USDT:USDT": "50010",
    "SOL/USDT:USDT": "150",
    "ADA/USD:ADA": "0.5",
}


def quote(market: str, price: str, *, turnover: str | None = None, age: float = 0.0) -> Quote:
    received = MARKET_TIME - timedelta(seconds=age)
    return Quote(
        market=market,
        price=Decimal(price),
        tick=Decimal("0.01"),
        origin=Origin(venue="binance", nature="live", as_of=received, received_at=received),
        volume_24h=None if turnover is None else Decimal(turnover),
    )


WAYS = ways_through(
    (Market(name=name, tick=Decimal("0.01")), quote(name, price)) for name, price in PRICES.items()
)


@pytest.mark.parametrize(
    ("source", "target", "rate", "path"),
    [
        ("BTC", "USDT", "50000", ["BTC/USDT"]),
        ("USDT", "BTC", "0.00002", ["BTC/USDT"]),
        ("ETH", "BTC", "0.05", ["ETH/BTC"]),
        ("BTC", "EUR", "40000", ["BTC/USDT", "EUR/USDT"]),
        ("SOL", "EUR", "120", ["SOL/USDT:USDT", "EUR/USDT"]),
        ("EUR", "EUR", "1", []),
    ],
)
def test_the_shortest_way_gives_the_rate(source: str, target: str, rate: str, path: list[str]) -> None:
    told = convert(Decimal(3), source, target, ways=WAYS)
    assert (told.rate, told.result, told.path) == (Decimal(rate), 3 * Decimal(rate), path)
    assert (told.origin is None) is (not path)


def test_three_markets_are_as_far_as_a_way_goes() -> None:
    told = convert(Decimal(1), "PEPE", "EUR", ways=WAYS)
    assert told.path == ["PEPE/ETH", "ETH/USDT", "EUR/USDT"]
    further = ways_through(
        (Market(name=name, tick=Decimal(1)), quote(name, "2")) for name in ("A/B", "B/C", "C/D", "D/E")
    )
    with pytest.raises(UserMistake, match="No 3 markets lead from A to E"):
        convert(Decimal(1), "A", "E", ways=further)


def test_an_inverse_contract_is_no_purchase() -> None:
    with pytest.raises(UserMistake):
        convert(Decimal(1), "ADA", "USD", ways=WAYS)


def test_a_conversion_is_as_old_as_the_oldest_price_on_its_way() -> None:
    ways = ways_through(
        [
            (Market(name="BTC/USDT", tick=Decimal(1)), quote("BTC/USDT", "2", age=20)),
            (Market(name="EUR/USDT", tick=Decimal(1)), quote("EUR/USDT", "2", age=3)),
        ]
    )
    told = convert(Decimal(1), "BTC", "EUR", ways=ways)
    assert told.origin is not None
    assert told.origin.received_at == MARKET_TIME - timedelta(seconds=20)


currencies = st.sampled_from(sorted(WAYS.keys() - {"ADA", "USD"}))


@given(source=currencies, target=currencies, amount=st.decimals("0.0001", "1000000", places=4))
def test_there_and_back_again_is_what_one_had(source: str, target: str, amount: Decimal) -> None:
    there = convert(amount, source, target, ways=WAYS)
    back = convert(there.result, target, source, ways=WAYS)
    assert abs(back.result / amount - 1) < Decimal("1e-20")
    assert back.path == there.path[::-1]


def test_turnover_is_compared_in_dollars() -> None:
    quotes = {
        "BTC/USDT": quote("BTC/USDT", "50000", turnover="2000000"),
        "BTC/KRW": quote("BTC/KRW", "70000000", turnover="1400000000"),
        "USDT/KRW": quote("USDT/KRW", "1400", turnover="2100000000"),
        "ETH/BTC": quote("ETH/BTC", "0.05", turnover="30"),
        "ODD/XYZ": quote("ODD/XYZ", "1", turnover="99999999999"),
    }
    markets = [Market(name=name, tick=Decimal(1)) for name in (*quotes, "SILENT/USDT")]
    ranked = [market.name for market in by_turnover(markets, quotes.get)]
    assert ranked == ["BTC/USDT", "USDT/KRW", "ETH/BTC", "BTC/KRW", "ODD/XYZ", "SILENT/USDT"]


def test_a_change_against_nothing_is_not_known() -> None:
    assert change_of(quote("BTC/USDT", "5")) is None
