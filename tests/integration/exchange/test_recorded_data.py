"""The recorded data of this project, where OMEGA_DATA has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from market_stage import SleeperClock
from pyarrow import feather

from analytics.candles import Candles
from config.settings import read_settings
from services.clock import SystemClock
from services.exchange.history.history import open_history
from services.exchange.history.parquet import Database, connect
from services.exchange.history.rows import FIGURES
from services.exchange.history.series import Series, series_in, venues_in
from services.exchange.history.verify import disagreements, flaws_of
from services.exchange.played.replay import ReplayExchange
from services.exchange.played.stochastic import StochasticMarket, Temper
from services.exchange.prices import to_milliseconds, to_moment, to_price
from services.exchange.recorded.history import read_funding, read_history
from services.exchange.recorded.importing import put_in, read_import
from services.exchange.recorded.names import Guess
from services.exchange.recorded.recording import recordings_in

ROOT = Path(__file__).resolve().parents[3]
EIGHT_HOURS_MS = 28_800_000
NOTHING_TOLD = Guess()


PERPETUALS = ("BTC", "DOGE", "ETH", "SOL", "XRP")
CROSS = {
    "binance_btcusdt": ("BTC/USDT", 30_240, 0),
    "coinbase_btcusd": ("BTC/USD", 29_950, 290),
    "coinbase_usdtusd": ("USDT/USD", 29_927, 313),
    "kraken_btcusd": ("BTC/USD", 30_179, 60),
    "kraken_btcusdt": ("BTC/USDT", 20_442, 9_796),
    "kraken_usdtusd": ("USDT/USD", 29_959, 280),
    "kraken_usdcusd": ("USDC/USD", 20_934, 9_305),
}
"""Rows and missing minutes as they were counted when the files were collected."""


@pytest.fixture(scope="module")
def market_data(lacking: Callable[[str], NoReturn]) -> Path:
    folder = read_settings().data / "market"
    if not folder.is_dir():
        lacking(f"no recorded data in {folder}; set OMEGA_DATA")
    return folder


@pytest.fixture
def database() -> Iterator[Database]:
    with connect(memory_mb=512) as opened:
        yield opened


def take_in(root: Path, path: Path, database: Database, told: Guess = NOTHING_TOLD) -> Series:
    """Import one file and return what it was of."""
    one = read_import(path, told, database, clock=SystemClock())
    for _ in put_in(root, one, database):
        pass
    return one.series


def flaws(root: Path, database: Database) -> list[str]:
    found = [series for venue in venues_in(root) for series in series_in(root, venue)]
    told = [flaw for series in found for flaw in flaws_of(root, series, database)]
    for venue in venues_in(root):
        told += disagreements(root, [series for series in found if series.venue == venue], database)
    return [f"{flaw.series}: {flaw.kind}" for flaw in told]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, market_data: Path) -> dict[str, Candles]:
    folder = market_data / "binance_perp_1m"
    minutes = [one for one in recordings_in(folder) if one.timeframe == "1m"]
    return asyncio.run(read_history(minutes, tmp_path_factory.mktemp("history"), root=ROOT))


async def test_the_recorded_perpetuals_replay_with_the_ticks_of_their_venue(
    history: dict[str, Candles],
) -> None:
    clock = SleeperClock()
    exchange = ReplayExchange(history, venue="binance", seed=1, clock=clock, sleep=clock.sleep)
    ticks = {market.name: str(market.tick) for market in await exchange.markets()}
    assert ticks == {
        "BTC/USDT:USDT": "0.1",
        "ETH/USDT:USDT": "0.01",
        "SOL/USDT:USDT": "0.001",
        "XRP/USDT:USDT": "0.0001",
        "DOGE/USDT:USDT": "0.00001",
    }
    for ticker in await exchange.tickers():
        assert (ticker.nature, ticker.day is not None) == ("replay", True)


async def test_every_recorded_price_survives_the_way_into_a_decimal(history: dict[str, Candles]) -> None:
    clock = SleeperClock()
    exchange = ReplayExchange(history, venue="binance", seed=1, clock=clock)
    for market in await exchange.markets():
        candles = history[market.name]
        for column in (candles.open, candles.high, candles.low, candles.close):
            prices = column[::50].tolist()
            assert [float(to_price(price, market.tick)) for price in prices] == prices


def correlation(values: np.ndarray, lag: int) -> float:
    return float(np.corrcoef(values[:-lag], values[lag:])[0, 1])


async def test_the_simulated_market_clusters_and_jumps_like_the_recorded_one(
    history: dict[str, Candles],
) -> None:
    """The recording is the authority: the same figures of both lie within the spread of its five markets."""
    temper = Temper(volatility=0.03, turnover=1.0, coupling=0.87)
    bars = StochasticMarket([temper] * 5, np.random.default_rng(1)).grow(20_000, 60_000)
    start, end = max(c.time[0] for c in history.values()), min(c.time[-1] for c in history.values())
    recorded = [np.diff(np.log(c.between(int(start), int(end)).close)) for c in history.values()]
    simulated = list((bars.close - bars.open).T)
    for lag in (1, 5, 20):
        real = [correlation(np.abs(returns), lag) for returns in recorded]
        made = [correlation(np.abs(returns), lag) for returns in simulated]
        assert 0.5 * min(real) < np.mean(made) < 1.6 * max(real)
    tails = [[float(np.mean(((r - r.mean()) / r.std()) ** 4)) for r in rs] for rs in (recorded, simulated)]
    assert 0.5 * min(tails[0]) < np.mean(tails[1]) < max(tails[0])
    assert np.corrcoef(simulated)[0, 2] == pytest.approx(np.corrcoef(recorded)[0, 2], abs=0.15)


async def test_the_recorded_funding_is_there_for_every_boundary_of_the_recorded_perpetuals(
    market_data: Path, tmp_path: Path
) -> None:
    funding = await read_funding(market_data / "binance_perp_1m", tmp_path, root=ROOT)
    assert set(funding) == {f"{base}/USDT:USDT" for base in PERPETUALS}
    first = to_milliseconds(datetime(2025, 5, 25, 16, tzinfo=UTC))
    for rates in funding.values():
        paid = [rates.at(first + place * EIGHT_HOURS_MS) for place in range(89)]
        assert None not in paid
        assert all(abs(rate) < 0.01 for rate in paid if rate is not None)
    assert funding["BTC/USDT:USDT"].at(first) == 3.651e-05


async def test_four_years_of_funding_have_the_drift_that_a_minute_allows_for(
    market_data: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source" / "BTC_USDT_USDT-8h-funding_rate.feather"
    source.parent.mkdir()
    long = market_data / "binance_perp_1h" / "kalievil_BTC_USDT_USDT-8h-funding_rate.feather"
    source.symlink_to(long)
    (rates,) = (await read_funding(source.parent, tmp_path / "copies", root=ROOT)).values()
    boundaries = [round(moment / EIGHT_HOURS_MS) * EIGHT_HOURS_MS for moment in rates.time.tolist()]
    assert (len(boundaries), len(set(boundaries))) == (4_188, 4_188)
    assert None not in [rates.at(boundary) for boundary in boundaries]


@pytest.mark.parametrize("name", CROSS)
async def test_the_parquet_files_of_the_depeg_weekend_come_back_with_every_row_and_gap(
    market_data: Path, tmp_path: Path, database: Database, name: str
) -> None:
    market, rows, missing = CROSS[name]
    series = take_in(tmp_path, market_data / "cross_exchange_2023_03" / f"{name}.parquet", database)
    assert series == Series(venue=name.partition("_")[0], market=market, timeframe="1m")
    async with open_history(tmp_path, series.venue) as kept:
        (extent,) = await kept.listing()
    assert (extent.candles, extent.missing) == (rows, missing)


async def test_a_feather_file_comes_back_bit_for_bit_and_importing_it_again_adds_nothing(
    market_data: Path, tmp_path: Path, database: Database
) -> None:
    path = market_data / "binance_spot_1m" / "BTC_USDT-1m.feather"
    one = read_import(path, NOTHING_TOLD, database, clock=SystemClock())
    assert sum(put.news for put in put_in(tmp_path, one, database)) == len(one.rows) == 130_708
    assert sum(put.news for put in put_in(tmp_path, one, database)) == 0
    async with open_history(tmp_path, "binance") as kept:
        candles = await kept.last("BTC/USDT", "1m", 200_000)
    for name in ("time", *FIGURES):
        assert np.array_equal(getattr(candles, name), getattr(one.rows, name))
    table = feather.read_table(path)
    assert np.array_equal(candles.close, table["close"].to_numpy())


async def test_minutes_five_minutes_and_days_of_one_venue_agree_and_a_wrong_label_is_found(
    market_data: Path, tmp_path: Path, database: Database
) -> None:
    """Binance.US minutes under the name of Binance are the counter-example: two venues are not one."""
    for path in ("binance_spot_1m/BTC_USDT-1m", "binance_spot_5m/BTC_USDT-5m", "binance_spot_1h/BTC_USDT-1h"):
        take_in(tmp_path, market_data / f"{path}.feather", database)
    take_in(tmp_path, market_data / "daily" / "btc_usdt_1d.csv", database, Guess(venue="binance"))
    assert flaws(tmp_path, database) == ["binance BTC/USDT 1h: gap"]
    take_in(tmp_path, market_data / "cross_exchange_2023_03" / "binance_btcusdt.parquet", database)
    assert [flaw for flaw in flaws(tmp_path, database) if flaw.endswith("disagreement")] == [
        "binance BTC/USDT 1h: disagreement",
        "binance BTC/USDT 1d: disagreement",
    ]


@pytest.mark.parametrize(
    ("file", "told", "series", "rows", "first", "close"),
    [
        ("daily/Coinbase_BTCUSD_d.csv", Guess(), "coinbase BTC/USD 1d", 1_770, "2014-12-01", 370.0),
        (
            "daily/btc_usdt_1d.csv",
            Guess(venue="binance"),
            "binance BTC/USDT 1d",
            2_542,
            "2019-01-01",
            3797.14,
        ),
        ("forex/EURUSD_D1.csv", Guess(venue="oanda"), "oanda EUR/USD 1d", 5_015, "2009-11-25", 1.51252),
        ("forex/EURUSD_H1.csv", Guess(venue="oanda"), "oanda EUR/USD 1h", 10_000, "2024-04-30", 1.07003),
        ("forex/EURUSD_M5.csv", Guess(venue="oanda"), "oanda EUR/USD 5m", 10_000, "2025-10-20", 1.1662),
        (
            "daily/bitstamp_(BTC,ETH,LTC)USD_d.csv",
            Guess(market="BTC/USD"),
            "bitstamp BTC/USD 1d",
            1_865,
            "2014-11-28",
            376.28,
        ),
    ],
)
async def test_each_dialect_of_csv_is_read_whole(
    market_data: Path,
    database: Database,
    *,
    file: str,
    told: Guess,
    series: str,
    rows: int,
    first: str,
    close: float,
) -> None:
    one = read_import(market_data / file, told, database, clock=SystemClock())
    assert (str(one.series), len(one.rows)) == (series, rows)
    assert f"{to_moment(one.rows.time[0]):%Y-%m-%d}" == first
    assert one.rows.close[0] == close
