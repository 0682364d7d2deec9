from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from quiet_market import perpetual, spot

from sandbox.exchange.burst import Burst
from sandbox.exchange.catalogue import Catalogue
from sandbox.exchange.faults import Faults, FaultSwitch
from sandbox.exchange.journal import NO_PATH, Entry, Journal
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rows import listings
from sandbox.exchange.wire import at_tick, plain
from services.exchange.exchange import Market
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.terms import terms_of


def catalogue(*markets: Market) -> Catalogue:
    return Catalogue(terms_of(market, PaperSettings()) for market in markets)


@pytest.mark.parametrize(
    ("name", "product", "symbol", "coin"),
    [
        ("BTC/USDT:USDT", "USDT-FUTURES", "BTCUSDT", "USDT"),
        ("BTC/USDC:USDC", "USDC-FUTURES", "BTCPERP", "USDC"),
        ("BTC/USD:BTC", "COIN-FUTURES", "BTCUSD", "BTC"),
        ("BTC/USDT", "SPOT", "BTCUSDT", "USDT"),
    ],
)
def test_markets_are_listed_under_the_venues_names(name: str, product: str, symbol: str, coin: str) -> None:
    one = catalogue(Market(name=name, tick=Decimal("0.1"))).of(product.lower(), symbol)
    assert (one.name, one.margin_coin) == (name, coin)


def test_a_market_that_is_not_listed_is_refused_with_the_venues_code() -> None:
    with pytest.raises(Refused) as refused:
        catalogue(perpetual("BTC/USDT:USDT")).of("USDT-FUTURES", "DOGEUSDT")
    assert refused.value.code == "40034"


@pytest.mark.parametrize(
    ("tick", "place", "end_step"),
    [("0.1", "1", "1"), ("0.5", "1", "5"), ("5", "0", "5"), ("0.00025", "5", "25")],
)
def test_a_contract_tells_its_tick_in_decimals_and_steps(tick: str, place: str, end_step: str) -> None:
    (one,) = catalogue(perpetual("BTC/USDT:USDT", tick=tick)).listings
    row = listings.contract(one)
    assert (row["pricePlace"], row["priceEndStep"]) == (place, end_step)
    assert Decimal(row["priceEndStep"]).scaleb(-int(row["pricePlace"])) == Decimal(tick)


def test_a_closed_market_is_listed_as_off() -> None:
    found = catalogue(
        perpetual("BTC/USDT:USDT", is_open=False), spot("BTC/USDT", is_open=False), spot("ETH/USDT")
    ).listings
    contract, shut, open_ = found
    assert listings.contract(contract)["symbolStatus"] == "off"
    assert listings.spot(shut)["status"] == "halt"
    assert (listings.instrument(contract)["status"], listings.instrument(open_)["status"]) == (
        "offline",
        "online",
    )


def test_numbers_are_written_without_exponents_and_what_is_not_known_is_empty() -> None:
    told = (Decimal("1E+3"), Decimal("0.00000001"), Decimal("1.500"), Decimal("0E-8"), Decimal("-0.30"))
    assert [plain(one) for one in told] == ["1000", "0.00000001", "1.5", "0", "-0.3"]
    assert plain(None) == ""
    assert at_tick(Decimal(50_000), Decimal("0.10")) == "50000.0"
    assert at_tick(Decimal(50_000), Decimal(10)) == "50000"


def test_a_counted_fault_strikes_as_often_as_it_says_and_only_where_it_says() -> None:
    switch = FaultSwitch()
    switch.set({"http": {"kind": "502", "count": 2, "path": "place-order"}})
    assert switch.take_http("/api/v2/mix/market/ticker") is None
    assert [switch.take_http("/api/v2/mix/order/place-order") is not None for _ in range(3)] == [
        True,
        True,
        False,
    ]
    assert switch.now == Faults()


def test_a_fault_that_is_not_known_is_refused_and_changes_nothing() -> None:
    switch = FaultSwitch()
    for wrong in ({"htpp": None}, {"http": {"kind": "418"}}, {"drop_push": -1}):
        with pytest.raises(msgspec.ValidationError):
            switch.set(wrong)
    assert switch.now == Faults()


def test_faults_add_up_until_they_are_cleared() -> None:
    switch = FaultSwitch()
    switch.set({"nopong": True})
    switch.set({"drop_push": 1})
    assert (switch.now.nopong, switch.take_push(), switch.take_push()) == (True, True, False)
    switch.clear()
    assert switch.now == Faults()


@pytest.mark.parametrize("tick", ["1E-7", "0.0000001", "1E+1", "2.5"])
def test_ticks_and_steps_of_any_size_are_written_without_an_exponent(tick: str) -> None:
    found = catalogue(
        perpetual("PEPE/USDT:USDT", tick=tick, step="1E+3"), spot("PEPE/USDT", tick=tick)
    ).listings
    rows = [listings.contract(found[0]), listings.spot(found[1]), *map(listings.instrument, found)]
    texts = [value for row in rows for value in row.values() if isinstance(value, str)]
    assert not [text for text in texts if "E+" in text or "E-" in text]
    assert rows[0]["sizeMultiplier"] == "1000"
    price = Decimal(tick) * 3
    written = at_tick(price, Decimal(tick))
    assert "E" not in written
    assert Decimal(written) == price


def test_requests_for_paths_that_there_are_not_are_counted_together() -> None:
    journal = Journal()
    for number in range(100):
        journal.note(Entry(at_ms=1, method="GET", path=f"/api/{number}", query="", body=""), is_known=False)
    journal.note(Entry(at_ms=1, method="GET", path="/api/v2/public/time", query="", body=""))
    assert journal.counts() == {NO_PATH: 100, "/api/v2/public/time": 1}


def test_a_burst_of_no_market_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"markets": [], "per_second": 1, "seconds": 1}', type=Burst)
