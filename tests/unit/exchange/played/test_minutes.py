from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS, MINUTE_MS

from analytics.candles import Candles
from services.exchange.exchange import Market, Trade
from services.exchange.played.minutes import Minute, Minutes, touch_at
from services.exchange.played.shown import trade_at
from services.exchange.played.stochastic import StochasticMarket, Temper
from services.exchange.played.strips import Strip, StripTape, last_closes
from services.exchange.prices import to_amount

STEPS = 240
MARKET = Market(name="A/USDT:USDT", tick=Decimal("0.1"), step=Decimal("0.001"))


@st.composite
def minutes(draw: st.DrawFn) -> Candles:
    """One minute on the tick and the step of `MARKET`, whose volume allows its four prices."""
    low = draw(st.integers(1, 10**6))
    high = low + draw(st.integers(0, 500))
    open_, close = draw(st.integers(low, high)), draw(st.integers(low, high))
    steps = draw(st.integers(4, 10**9) | st.integers(4, 300))
    columns = {"open": open_ / 10, "high": high / 10, "low": low / 10, "close": close / 10}
    return Candles(
        step_ms=MINUTE_MS,
        time=np.array([MIDNIGHT_MS]),
        volume=np.array([steps / 1000]),
        **{name: np.array([value]) for name, value in columns.items()},
    )


def made(candles: Candles, *, seed: int = 1, market: Market = MARKET) -> Minute | None:
    source = StochasticMarket([Temper(volatility=0.02, turnover=1.0, coupling=0.5)], np.random.default_rng(1))
    strip = Strip(market=market, minutes=candles, turnover=1.0)
    source.rebase(last_closes([strip]))
    end_ms = MIDNIGHT_MS + MINUTE_MS
    tape = StripTape([strip], source=source, end_ms=end_ms, simulated_from_ms=end_ms)
    return Minutes(tape, seed=seed, steps=STEPS).at(market, MIDNIGHT_MS)


def printed(minute: Minute, market: Market = MARKET) -> list[Trade]:
    trades = (trade_at(market, minute, step, "replay") for step in range(STEPS))
    return [trade for trade in trades if trade is not None]


def rebuilt(trades: Sequence[Trade]) -> Mapping[str, Decimal]:
    prices = [trade.price for trade in trades]
    return {
        "open": prices[0],
        "high": max(prices),
        "low": min(prices),
        "close": prices[-1],
        "volume": sum((trade.amount for trade in trades), Decimal(0)),
    }


@given(candles=minutes(), seed=st.integers(0, 2**32))
def test_the_trades_of_a_minute_rebuild_it_exactly(candles: Candles, seed: int) -> None:
    minute = made(candles, seed=seed)
    assert minute is not None
    trades = printed(minute)
    found = rebuilt(trades)
    for name in ("open", "high", "low", "close"):
        assert float(found[name]) == getattr(candles, name)[0]
    assert found["volume"] == to_amount(candles.volume[0])
    assert all(trade.amount % Decimal("0.001") == 0 for trade in trades)
    assert len({trade.id for trade in trades}) == len(trades)


@given(candles=minutes())
def test_there_is_a_trade_each_step_unless_the_volume_is_too_small_for_that(candles: Candles) -> None:
    minute = made(candles)
    assert minute is not None
    assert len(printed(minute)) == min(STEPS, round(candles.volume[0] * 1000))


@given(candles=minutes())
def test_between_two_trades_the_price_and_the_newest_step_are_those_of_the_first(candles: Candles) -> None:
    minute = made(candles)
    assert minute is not None
    for step in range(STEPS):
        newest = int(minute.newest[step])
        assert newest <= step
        assert minute.amounts[newest] > 0
        assert not minute.amounts[newest + 1 : step + 1].any()
        assert minute.prices[step] == minute.prices[newest]


@given(candles=minutes())
def test_buyers_take_the_ask_and_sellers_the_bid_which_is_below_it(candles: Candles) -> None:
    minute = made(candles)
    assert minute is not None
    for step in range(STEPS):
        touch = touch_at(minute, step, MARKET.tick)
        price = round(float(minute.prices[step]) * 10)
        assert 0 < touch.bid < touch.ask
        assert price in touch
        if touch.bid != price:
            assert minute.is_buy[step]


@given(candles=minutes())
def test_a_rising_price_is_bought_and_a_falling_one_sold(candles: Candles) -> None:
    minute = made(candles)
    assert minute is not None
    moves = np.diff(minute.prices)
    assert minute.is_buy[1:][moves > 0].all()
    assert not minute.is_buy[1:][moves < 0].any()


@given(candles=minutes())
def test_the_mark_price_follows_the_price_and_stays_inside_the_minute(candles: Candles) -> None:
    minute = made(candles)
    assert minute is not None
    assert minute.marks[0] == candles.open[0]
    assert candles.low[0] <= minute.marks.min() <= minute.marks.max() <= candles.high[0]
    assert np.abs(np.diff(minute.marks)).max() <= np.ptp(minute.prices)


def one_minute(volume: float) -> Candles:
    price = np.array([10.0])
    return Candles(
        step_ms=MINUTE_MS,
        time=np.array([MIDNIGHT_MS]),
        open=price,
        high=price,
        low=price,
        close=price,
        volume=np.array([volume]),
    )


def test_a_minute_without_volume_is_one_without_trades() -> None:
    assert made(one_minute(0.0)) is None


def test_the_smallest_volume_is_one_trade_at_the_open() -> None:
    minute = made(one_minute(0.001))
    assert minute is not None
    (trade,) = printed(minute)
    assert (trade.price, trade.amount) == (Decimal("10.0"), Decimal("0.001"))
    assert minute.newest.max() == 0


def test_a_volume_of_no_known_step_is_shared_out_to_eight_decimals() -> None:
    market = Market(name="A/USDT", tick=Decimal("0.1"))
    minute = made(one_minute(12.345678), market=market)
    assert minute is not None
    trades = printed(minute, market)
    assert len(trades) == STEPS
    assert sum((trade.amount for trade in trades), Decimal(0)) == Decimal("12.345678")


def test_amounts_are_of_all_sizes() -> None:
    minute = made(one_minute(100.0))
    assert minute is not None
    assert minute.amounts.max() > 20 * np.median(minute.amounts) > 0
