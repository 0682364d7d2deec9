from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from market_stage import SleeperClock
from raw_frames import a_market

from services.exchange.exchange import Day, Level
from services.exchange.prices import to_milliseconds, to_moment
from services.exchange.venues.labels import Label
from services.exchange.venues.quirks import quirks_of
from services.exchange.venues.translate import Translator, Unusable

NOW_MS = 1_750_000_000_000
SPOT = a_market("BTCUSDT", "BTC", "USDT")
TEN_CONTRACTS_A_COIN = a_market("BTC-USDT-SWAP", "BTC", "USDT", is_swap=True, contractSize=0.1)
INVERSE = a_market(
    "BTCUSD", "BTC", "USD", is_swap=True, linear=False, inverse=True, contractSize=100.0, symbol="BTC/USD:BTC"
)


def translator(venue: str = "binance", label: Label | None = None) -> Translator:
    return Translator(quirks=quirks_of(venue), label=label or Label(venue=venue), clock=SleeperClock())


def a_ticker(**changes: Any) -> dict[str, Any]:
    row = {
        "symbol": "BTC/USDT", "timestamp": NOW_MS, "last": 50_000.5, "open": 49_000.0, "high": 51_000.0,
        "low": 48_000.0, "bid": 50_000.0, "ask": 50_001.0, "baseVolume": 10.0, "quoteVolume": 500_000.25,
        "info": {},
    }  # fmt: skip
    return {**row, **changes}


def test_a_ticker_keeps_every_figure() -> None:
    made = translator().ticker(a_ticker())
    assert made is not None
    assert (made.price, made.bid, made.ask) == (Decimal("50000.5"), Decimal(50_000), Decimal(50_001))
    assert made.day == Day(
        open=Decimal(49_000), high=Decimal(51_000), low=Decimal(48_000), volume=Decimal("500000.25")
    )
    assert (made.as_of, made.nature, made.mark) == (to_moment(NOW_MS), "live", None)


@pytest.mark.parametrize("last", [None, 0, 0.0, "0"])
def test_without_a_price_there_is_no_ticker(last: object) -> None:
    assert translator().ticker(a_ticker(last=last)) is None


@pytest.mark.parametrize("name", ["open", "high", "low"])
def test_a_day_that_is_not_whole_is_not_known(name: str) -> None:
    made = translator().ticker(a_ticker(**{name: 0.0}))
    assert made is not None
    assert made.day is None


def test_without_quote_volume_it_is_estimated_from_the_base_volume() -> None:
    made = translator().ticker(a_ticker(quoteVolume=None))
    assert made is not None
    assert made.day is not None
    assert made.day.volume == Decimal("500005.0")


def test_the_mark_price_comes_from_the_venues_own_row() -> None:
    row = a_ticker(symbol="BTC/USDT:USDT", info={"markPrice": "50000.123456"}, markPrice=50_000.12)
    made = translator().ticker(row)
    assert made is not None
    assert made.mark == Decimal("50000.123456")


def test_without_the_venues_time_that_of_receipt_stands() -> None:
    made = translator().ticker(a_ticker(timestamp=None))
    assert made is not None
    assert made.as_of == SleeperClock().now()


@pytest.mark.parametrize(
    "symbol",
    ["<@1>/USDT", "[BTC](https://evil.example)/USDT", "@everyone/USDT", "BTC\u200b/USDT", "A B/USDT"],
)
def test_a_market_whose_name_discord_would_read_as_something_else_is_not_listed(symbol: str) -> None:
    made = translator()
    rows = [{**SPOT, "symbol": symbol}, SPOT, {**SPOT, "symbol": "币安人生/USDT"}]
    assert [one.name for one in made.each(rows, made.market, "market")] == [SPOT["symbol"], "币安人生/USDT"]


def test_a_ticker_without_the_venues_time_says_so_and_does_not_move_the_market_on() -> None:
    maker = translator(label=Label(venue="kraken", nature_before="replay", simulated_from_ms=NOW_MS + 1))
    timed, untimed = (maker.ticker(a_ticker(timestamp=moment)) for moment in (NOW_MS, None))
    assert timed is not None
    assert untimed is not None
    assert (timed.is_timed, untimed.is_timed) == (True, False)
    assert maker.newest == to_moment(NOW_MS)


def test_what_is_simulated_follows_from_market_time() -> None:
    label = Label(venue="binance", is_ours=True, nature_before="replay", simulated_from_ms=NOW_MS)
    before, after = (
        translator(label=label).ticker(a_ticker(timestamp=moment)) for moment in (NOW_MS - 1, NOW_MS)
    )
    assert before is not None
    assert after is not None
    assert (before.nature, after.nature) == ("replay", "simulated")


def test_amounts_in_contracts_become_base_currency() -> None:
    row = {"id": "1", "price": 50_000.0, "amount": 3.0, "side": "buy", "timestamp": NOW_MS, "info": {}}
    assert translator().trade(row, SPOT).amount == 3
    assert translator().trade(row, TEN_CONTRACTS_A_COIN).amount == Decimal("0.3")
    assert translator().trade(row, INVERSE).amount == Decimal("0.006")


def test_levels_of_a_book_in_contracts_become_base_currency() -> None:
    row = {"bids": [[100.0, 5.0], [99.0, 0.0]], "asks": [[101.0, 7.0]], "timestamp": NOW_MS}
    book = translator().book(row, TEN_CONTRACTS_A_COIN, 10)
    assert book.bids == (Level(Decimal(100), Decimal("0.5")),)
    assert book.asks == (Level(Decimal(101), Decimal("0.7")),)


@pytest.mark.parametrize("bid", [100.0, 101.0])
def test_a_book_whose_best_bid_is_not_below_its_best_ask_is_refused(bid: float) -> None:
    with pytest.raises(Unusable):
        translator().book({"bids": [[bid, 1.0]], "asks": [[100.0, 1.0]], "timestamp": NOW_MS}, SPOT, 10)


def test_one_bad_row_is_left_out_and_the_others_are_not() -> None:
    rows = [a_ticker(symbol="A/B"), a_ticker(timestamp="yesterday"), {}, None, a_ticker(symbol="C/D")]
    maker = translator()
    assert [one.market for one in maker.each(rows, maker.ticker, "ticker")] == ["A/B", "C/D"]


def test_steps_are_read_in_the_way_that_the_venue_counts_them() -> None:
    ticks = translator()
    places = translator()
    places.precision_mode = 2
    assert ticks._step(0.0001) == Decimal("0.0001")
    assert places._step(4) == Decimal("0.0001")
    assert (ticks._step(None), ticks._step(0), places._step(None)) == (None, None, None)


def test_steps_of_contracts_are_in_base_currency_and_those_of_inverse_ones_unknown() -> None:
    limits = {"amount": {"min": 1.0}, "leverage": {"max": 100.0}}
    row = {**TEN_CONTRACTS_A_COIN, "precision": {"price": 0.1, "amount": 1.0}, "limits": limits}
    made = translator().market(row)
    assert made is not None
    assert (made.tick, made.step, made.min_amount) == (Decimal("0.1"), Decimal("0.1"), Decimal("0.1"))
    assert made.max_leverage == 100
    inverse = translator().market({**INVERSE, "precision": {"price": 0.1, "amount": 1.0}, "limits": limits})
    assert inverse is not None
    assert (inverse.step, inverse.min_amount, inverse.base) == (None, None, "BTC")


def test_options_are_no_markets_of_ours_and_a_market_without_a_price_step_is_of_no_use() -> None:
    assert translator().market({**SPOT, "option": True}) is None
    with pytest.raises(Unusable):
        translator().market({**SPOT, "precision": {"price": None, "amount": 1.0}})


def test_funding_intervals_are_hours_whatever_the_venue_counts_in() -> None:
    row = {**TEN_CONTRACTS_A_COIN, "info": {"fundingInterval": 480}}
    assert translator("bybit")._funding_hours(row) == 8
    assert translator("bitget")._funding_hours({**row, "info": {"fundInterval": "4"}}) == 4
    assert translator("binance")._funding_hours(row) is None


def test_a_funding_rate_says_when_it_is_paid() -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    row = {"fundingRate": 0.0001, "fundingTimestamp": to_milliseconds(now), "interval": "8h", "info": {}}
    made = translator().funding(row, TEN_CONTRACTS_A_COIN, now)
    assert (made.rate, made.next_at, made.interval_hours) == (Decimal("0.0001"), now, 8)
    with pytest.raises(Unusable):
        translator().funding({"fundingRate": None}, TEN_CONTRACTS_A_COIN, now)


def test_open_interest_in_contracts_becomes_base_currency() -> None:
    row = {"openInterestAmount": 1_000.0, "openInterestValue": 5_000_000.0, "timestamp": NOW_MS, "info": {}}
    made = translator().open_interest(row, TEN_CONTRACTS_A_COIN, to_moment(NOW_MS))
    assert (made.amount, made.cost) == (Decimal(100), Decimal(5_000_000))
