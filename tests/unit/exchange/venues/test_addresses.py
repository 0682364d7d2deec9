from __future__ import annotations

from typing import Any

import ccxt.async_support
import pytest

from services.errors import Misconfigured
from services.exchange.venues.addresses import Connection, Credentials, _addresses, class_of, point
from services.exchange.venues.quirks import quirks_of

EVERY_ID = ccxt.async_support.exchanges
HEADERS_AT_THE_LIVE_ADDRESS = {"bitget", "okx"}


def built(exchange_id: str) -> Any:
    return class_of(exchange_id)()


@pytest.mark.parametrize("exchange_id", EVERY_ID)
def test_a_test_order_is_never_a_real_one(exchange_id: str) -> None:
    """Either every live address is replaced, or the venue marks test orders itself, or it is refused."""
    live = _addresses(built(exchange_id).urls.get("api"))
    exchange = built(exchange_id)
    try:
        point(exchange, Connection(venue=exchange_id, is_testnet=True))
    except Misconfigured:
        return
    left = live & _addresses(exchange.urls["api"])
    assert not left or exchange_id in HEADERS_AT_THE_LIVE_ADDRESS


def test_plain_ccxt_keeps_the_live_addresses_of_55_venues_when_told_to_test() -> None:
    kept = []
    for exchange_id in EVERY_ID:
        exchange = built(exchange_id)
        live = _addresses(exchange.urls.get("api"))
        try:
            exchange.set_sandbox_mode(True)
        except TypeError:
            kept.append(_addresses(exchange.urls.get("api")) == live)
    assert kept == [True] * 55


def test_most_venues_have_no_whole_test_environment() -> None:
    refused = []
    for exchange_id in EVERY_ID:
        try:
            point(built(exchange_id), Connection(venue=exchange_id, is_testnet=True))
        except Misconfigured:
            refused.append(exchange_id)
    assert {"kraken", "coinbase", "kucoin", "gemini", "alpaca"} <= set(refused)
    assert not {"binance", "bybit", "bitget", "okx"} & set(refused)
    assert len(refused) >= 55


def test_an_id_that_is_almost_right_is_answered_with_the_right_one() -> None:
    with pytest.raises(Misconfigured) as caught:
        class_of("binanc")
    assert "binance" in caught.value.hint


def test_everything_the_sandbox_is_asked_stays_on_this_machine() -> None:
    for venue, path in (("sandbox", ""), ("sandbox_twin", "/twin")):
        exchange = built("bitget")
        point(exchange, Connection(venue=venue, base_url="http://127.0.0.1:8798/"))
        addresses = _addresses(exchange.urls["api"])
        assert addresses == {
            f"http://127.0.0.1:8798{path}",
            *(
                f"ws://127.0.0.1:8798{path}/{version}/ws/{who}"
                for version in ("v2", "v3")
                for who in ("public", "private")
            ),
        }


@pytest.mark.parametrize("exchange_id", ["binance", "bybit", "kraken", "okx", "coinbase", "kucoin"])
def test_a_stand_in_for_a_venue_gets_every_request_behind_the_name_of_its_host(exchange_id: str) -> None:
    exchange = built(exchange_id)
    hosts = {
        url.partition("://")[2].partition("/")[0].partition(":")[0]
        for url in _addresses(exchange.urls["api"])
    }
    point(exchange, Connection(venue=exchange_id, base_url="http://127.0.0.1:1"))
    for address in _addresses(exchange.urls["api"]):
        scheme, _, rest = address.partition("://")
        assert scheme in {"http", "ws"}
        local, host = rest.split("/")[:2]
        assert (local, host in hosts) == ("127.0.0.1:1", True)


def test_keys_are_not_shown() -> None:
    shown = repr(
        Connection(venue="binance", credentials=Credentials(key="abc", secret="def", passphrase="ghi"))
    )
    assert all(secret not in shown for secret in ("abc", "def", "ghi"))


def test_the_sandbox_and_its_twin_count_on_one_address() -> None:
    main, twin = (
        Connection(venue=venue, base_url="http://127.0.0.1:8798") for venue in ("sandbox", "sandbox_twin")
    )
    assert main.place == twin.place == "bitget@127.0.0.1:8798"
    assert Connection(venue="bitget").place == "bitget"


def test_test_orders_at_the_live_address_count_with_the_real_ones() -> None:
    for venue in sorted(HEADERS_AT_THE_LIVE_ADDRESS):
        assert Connection(venue=venue, is_testnet=True).place == venue
    assert Connection(venue="binance", is_testnet=True).place == "binance-test"


def test_a_venue_without_an_entry_is_taken_as_ccxt_has_it() -> None:
    assert quirks_of("bitstamp").exchange_id == "bitstamp"
    assert quirks_of("bitstamp").default_type is None
