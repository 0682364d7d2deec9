"""Recorded trades make the candles that were recorded beside them, where OMEGA_DATA has both."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from pyarrow import feather

from config.settings import read_settings
from services.exchange.exchange import TIMEFRAMES, Trade
from services.exchange.prices import to_milliseconds, to_moment
from services.market.candles.bar import STEP_MS, Bar
from services.market.candles.builder import Builder

GRACE_MS = 500


@pytest.fixture
def ticks(lacking: Callable[[str], NoReturn]) -> Path:
    folder = read_settings().data / "market" / "ticks"
    if not folder.is_dir():
        lacking(f"no recorded trades in {folder}; set OMEGA_DATA")
    return folder


def built(trades: Iterable[Trade]) -> dict[str, list[Bar]]:
    """Build candles as they come; the larger ones whose beginning was not heard are done without."""
    closed: dict[str, list[Bar]] = {timeframe: [] for timeframe in STEP_MS}
    builder: Builder | None = None
    newest = 0

    def close(until: int) -> None:
        assert builder is not None
        while True:
            for timeframe, bar in builder.close(until):
                closed[timeframe].append(bar)
            if builder.need is None:
                return
            builder.supply(builder.need, ())

    for trade in trades:
        newest = to_milliseconds(trade.as_of)
        if builder is None:
            builder = Builder(newest)
            builder.regain([replace(trade, id="before", as_of=to_moment(0))], newest)
        assert builder.take(trade) == ()
        close(newest - GRACE_MS)
    close(newest + 86_400_000)
    return closed


def kraken_trades(path: Path) -> list[Trade]:
    return [
        Trade(
            market="BTC/USDT",
            id=row["id"],
            price=Decimal(repr(row["price"])),
            amount=Decimal(repr(row["amount"])),
            side=row["side"],
            as_of=to_moment(row["timestamp"]),
            nature="replay",
        )
        for row in feather.read_table(str(path)).to_pylist()
    ]


def test_krakens_trades_make_krakens_minutes_exactly(ticks: Path) -> None:
    trades = kraken_trades(ticks / "BTC_USDT-trades.feather")
    recorded = feather.read_table(str(ticks / "BTC_USDT-1m.feather")).to_pylist()
    bars = built(trades)["1m"]
    assert len(bars) == len(recorded) == 5_388
    for bar, row in zip(bars, recorded, strict=True):
        assert to_moment(bar.opens_at) == row["date"]
        prices = [row[name] for name in ("open", "high", "low", "close")]
        assert [float(price) for price in (bar.open, bar.high, bar.low, bar.close)] == prices
        assert bar.volume == Decimal(repr(row["volume"])).quantize(Decimal("1e-8"))


def test_every_trade_is_in_one_candle_of_each_timeframe(ticks: Path) -> None:
    trades = kraken_trades(ticks / "BTC_USDT-trades.feather")
    bars = built(trades)
    traded = sum((trade.amount for trade in trades), Decimal(0))
    assert sum((bar.volume for bar in bars["1s"]), Decimal(0)) == traded
    assert sum((bar.volume for bar in bars["1m"]), Decimal(0)) == traded
    assert len(bars["1s"]) == len({to_milliseconds(trade.as_of) // 1000 for trade in trades})


def pepe_trades(path: Path) -> list[Trade]:
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        rows = list(csv.reader(io.StringIO(archive.read(name).decode())))
    return [
        Trade(
            market="PEPE/USDT",
            id=number,
            price=Decimal(price),
            amount=Decimal(amount),
            side="sell" if is_buyer_maker == "True" else "buy",
            as_of=to_moment(int(moment)),
            nature="replay",
        )
        for number, price, amount, _, _, moment, is_buyer_maker, _ in rows
    ]


@pytest.mark.slow
def test_a_day_of_binances_trades_makes_its_candles(ticks: Path) -> None:
    trades = pepe_trades(ticks / "spot-PEPEUSDT-aggTrades-2024-10-27.zip")
    bars = built(trades)
    times = np.array([to_milliseconds(trade.as_of) for trade in trades])
    prices = np.array([float(trade.price) for trade in trades])
    for timeframe in ("1s", *TIMEFRAMES):
        opens_at, first = np.unique(times // STEP_MS[timeframe] * STEP_MS[timeframe], return_index=True)
        made = {bar.opens_at: bar for bar in bars[timeframe]}
        assert list(made) == opens_at.tolist()
        highs = np.maximum.reduceat(prices, first)
        lows = np.minimum.reduceat(prices, first)
        assert [float(bar.high) for bar in made.values()] == highs.tolist()
        assert [float(bar.low) for bar in made.values()] == lows.tolist()
        assert [float(bar.open) for bar in made.values()] == prices[first].tolist()
    assert sum((bar.volume for bar in bars["1m"]), Decimal(0)) == sum(
        (trade.amount for trade in trades), Decimal(0)
    )
