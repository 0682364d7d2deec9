from __future__ import annotations

from pathlib import Path

import pytest

from services.exchange.recorded.names import Guess, guess, is_something_else


@pytest.mark.parametrize(
    ("path", "venue", "market", "timeframe"),
    [
        ("binance_perp_1m/BTC_USDT_USDT-1m-futures.feather", "binance", "BTC/USDT:USDT", "1m"),
        ("bybit/futures/BTC_USDT-5m-futures.feather", "bybit", "BTC/USDT:USDT", "5m"),
        ("data/kraken/ETH_USDT-1h.feather", "kraken", "ETH/USDT", "1h"),
        ("cross_exchange/binance_btcusdt.parquet", "binance", "BTC/USDT", None),
        ("cross_exchange/kraken_usdtusd.parquet", "kraken", "USDT/USD", None),
        ("daily/Coinbase_BTCUSD_d.csv", "coinbase", "BTC/USD", "1d"),
        ("daily/btc_usdt_1d.csv", None, "BTC/USDT", "1d"),
        ("forex/EURUSD_M5.csv", None, "EUR/USD", "5m"),
        ("forex/EURUSD_D1.csv", None, "EUR/USD", "1d"),
        ("daily/bitstamp_(BTC,ETH,LTC)USD_d.csv", "bitstamp", None, "1d"),
        ("x/1000PEPE_USDC_USDC-4h-futures.parquet", None, "1000PEPE/USDC:USDC", "4h"),
        ("x/candles.csv", None, None, None),
        ("x/2025-06-16.csv", None, None, None),
        ("x/usdt.csv", None, None, None),
    ],
)
def test_a_name_says_what_its_words_say(
    path: str, venue: str | None, market: str | None, timeframe: str | None
) -> None:
    assert guess(Path("/data") / path) == Guess(venue=venue, market=market, timeframe=timeframe)


@pytest.mark.parametrize(
    ("name", "is_other"),
    [
        ("BTC_USDT_USDT-8h-funding_rate.feather", True),
        ("BTC_USDT_USDT-8h-mark.feather", True),
        ("BTC_USDT-trades.feather", True),
        ("20180403_quote.csv", True),
        ("BTC_USDT-1m.feather", False),
        ("Coinbase_BTCUSD_d.csv", False),
    ],
)
def test_funding_marks_and_trades_are_told_from_candles(name: str, *, is_other: bool) -> None:
    assert is_something_else(Path(name)) is is_other
