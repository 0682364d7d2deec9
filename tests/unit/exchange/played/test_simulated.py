from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from market_stage import SleeperClock, take

from analytics.candles import resample, timeframe_ms
from config.markets import MarketsError, SimulatedMarket, read_markets
from services.exchange.exchange import TIMEFRAMES, Channel
from services.exchange.played.simulated import SimulatedExchange
from services.exchange.prices import to_milliseconds, to_price

MARKETS = read_markets(Path(__file__).resolve().parents[4] / "config" / "markets.yaml")
PRICES = {market.name: market.price for market in MARKETS}


def simulated(
    clock: SleeperClock, *, seed: int = 1, markets: tuple[SimulatedMarket, ...] = MARKETS
) -> SimulatedExchange:
    return SimulatedExchange(markets, rng=np.random.default_rng(seed), clock=clock, sleep=clock.sleep)


@pytest.mark.parametrize(
    "starts_at",
    [
        datetime(2026, 1, 5, 10, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
    ],
)
async def test_it_starts_with_a_thousand_candles_of_every_timeframe(starts_at: datetime) -> None:
    exchange = simulated(SleeperClock(starts_at))
    for market in MARKETS:
        for timeframe in TIMEFRAMES:
            candles = await exchange.candles(market.name, timeframe, limit=1_000)
            step = timeframe_ms(timeframe)
            assert len(candles) == 1_000
            assert np.all(np.diff(candles.time) == step)
            assert 0 <= to_milliseconds(starts_at) - candles.time[-1] - step < step


async def test_larger_candles_are_made_of_the_smaller_ones() -> None:
    exchange = simulated(SleeperClock())
    for smaller, larger in pairwise(TIMEFRAMES):
        parts = resample(await exchange.candles("ETH/USDT", smaller, limit=1_000), timeframe_ms(larger))
        whole = await exchange.candles("ETH/USDT", larger, limit=len(parts))
        for name in ("time", "open", "high", "low", "close"):
            assert getattr(whole, name).tolist() == getattr(parts, name).tolist()
        assert np.allclose(whole.volume, parts.volume)


async def test_every_candle_opens_where_the_one_before_closed() -> None:
    exchange = simulated(SleeperClock())
    for timeframe in TIMEFRAMES:
        candles = await exchange.candles("BTC/USDT:USDT", timeframe, limit=1_000)
        assert candles.open[1:].tolist() == candles.close[:-1].tolist()


async def test_it_starts_now_at_the_configured_prices() -> None:
    clock = SleeperClock(datetime(2026, 1, 5, 10, 0, tzinfo=UTC))
    for ticker in await simulated(clock).tickers():
        leader = next(market.follows or market.name for market in MARKETS if market.name == ticker.market)
        assert ticker.as_of == clock.now()
        assert ticker.nature == "simulated"
        assert float(ticker.price) == pytest.approx(float(PRICES[leader] or 0), rel=1e-4)


async def test_spot_follows_its_perpetual() -> None:
    exchange = simulated(SleeperClock())
    for timeframe in TIMEFRAMES:
        spot, perpetual = [
            await exchange.candles(market, timeframe, limit=500) for market in ("BTC/USDT", "BTC/USDT:USDT")
        ]
        assert np.max(np.abs(np.log(spot.close / perpetual.close))) < 0.002


async def test_prices_stand_on_the_tick_of_their_market() -> None:
    exchange = simulated(SleeperClock())
    for market in MARKETS:
        candles = await exchange.candles(market.name, "1h", limit=200)
        for price in (*candles.high.tolist(), *candles.low.tolist()):
            assert float(to_price(price, market.tick)) == price


async def test_the_same_seed_makes_the_same_market_and_another_makes_another() -> None:
    names = [market.name for market in MARKETS]
    for channel in get_args(Channel):
        one, same, other = [
            await take(simulated(SleeperClock(), seed=seed).watch(channel, names), 60) for seed in (1, 1, 2)
        ]
        assert one == same
        assert one != other


LINE = '- {{ name: "{name}", tick: "0.1", turnover: 1, {rest} }}\n'
OWN = 'price: "100", volatility: 0.02, coupling: 0.5'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- [", "markets.yaml"),
        ("[]", "every market once"),
        (LINE.format(name="btc", rest=OWN), "name"),
        (LINE.format(name="A/B", rest="price: 1"), "expected price, volatility and coupling, or follows"),
        (LINE.format(name="A/B", rest=f'{OWN}, follows: "C/B"'), "follows takes its price"),
        (LINE.format(name="A/B", rest='follows: "C/B"'), "C/B"),
        (LINE.format(name="A/B", rest=OWN) * 2, "every market once"),
        (LINE.format(name="A/B", rest=f"{OWN}, colour: red"), "colour"),
    ],
)
def test_a_list_of_markets_that_makes_no_sense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "markets.yaml"
    path.write_text(text)
    with pytest.raises(MarketsError, match=message):
        read_markets(path)


def test_a_list_of_markets_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MarketsError, match="absent"):
        read_markets(tmp_path / "absent.yaml")


async def test_markets_can_be_others_than_ours() -> None:
    alone = SimulatedMarket(
        name="A/B", tick=Decimal("0.5"), turnover=1, price=Decimal(7), volatility=0.1, coupling=0
    )
    exchange = simulated(SleeperClock(), markets=(alone,))
    assert [market.name for market in await exchange.markets()] == ["A/B"]
