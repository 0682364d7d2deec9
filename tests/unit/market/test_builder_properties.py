from __future__ import annotations

from itertools import pairwise

import numpy as np
from builder_stage import fed, heard_from_the_start, of, supply_from
from hypothesis import given
from hypothesis import strategies as st
from market_fakes import candles_of, moment, trade

from services.exchange.exchange import TIMEFRAMES, Trade
from services.exchange.prices import to_milliseconds
from services.market.candles.bar import STEP_MS
from services.market.candles.builder import Closed, Need, Place

times = st.integers(0, 400_000).map(lambda after: after / 1_000)
lists_of_trades = st.lists(
    st.tuples(times, st.integers(1, 50), st.integers(1, 9)), min_size=1, max_size=80
).map(
    lambda rows: [
        trade(after, f"{price / 10}", str(amount), number=str(number))
        for number, (after, price, amount) in enumerate(sorted(rows), 1)
    ]
)


@given(trades=lists_of_trades, cuts=st.lists(st.integers(0, 420), max_size=12), lag=st.integers(0, 20))
def test_however_it_is_closed_it_gives_the_candles_of_the_trades(
    trades: list[Trade], cuts: list[int], lag: int
) -> None:
    builder = heard_from_the_start()
    waiting = list(trades)
    closed: list[Closed] = []
    for now in (*sorted(cuts), 420 + lag):
        while waiting and to_milliseconds(waiting[0].as_of) < moment(now + lag):
            builder.take(waiting.pop(0))
        closed += builder.close(moment(now))
        if builder.need is not None:
            supply_from(builder, builder.need, trades)
            closed += builder.close(moment(now))
    assert not waiting
    for timeframe in ("1s", *TIMEFRAMES):
        step = STEP_MS[timeframe]
        whole = candles_of(trades, timeframe).between(0, builder.reached)
        bars = of(closed, timeframe)
        assert [bar.opens_at for bar in bars] == whole.time.tolist()
        for name in ("open", "high", "low", "close", "volume"):
            assert np.allclose([float(getattr(bar, name)) for bar in bars], getattr(whole, name), atol=1e-8)
        assert all(bar.opens_at % step == 0 for bar in bars)


@given(
    trades=lists_of_trades,
    lost=st.integers(0, 350),
    away=st.integers(0, 60),
    kept=st.integers(0, 90),
)
def test_whatever_a_stream_misses_the_minutes_are_those_of_all_trades(
    trades: list[Trade], lost: int, away: int, kept: int
) -> None:
    builder = heard_from_the_start()
    heard = [one for one in trades if to_milliseconds(one.as_of) < moment(lost)]
    missed = [one for one in trades if moment(lost) <= to_milliseconds(one.as_of) < moment(lost + away)]
    later = [one for one in trades if to_milliseconds(one.as_of) >= moment(lost + away)]
    closed: list[Closed] = []

    def close(now: float) -> None:
        closed.extend(builder.close(moment(now)))
        while builder.need is not None:
            supply_from(builder, builder.need, trades)
            closed.extend(builder.close(moment(now)))

    for one in heard:
        builder.take(one)
    close(lost - 2)
    builder.lose()
    close(lost + away)
    known = [*heard, *missed]
    builder.regain(known[len(known) - min(kept, len(known)) :], moment(lost + away))
    for one in later:
        builder.take(one)
    close(420)
    for timeframe in TIMEFRAMES[:2]:
        whole = candles_of(trades, timeframe).between(0, moment(420))
        bars = of(closed, timeframe)
        assert [bar.opens_at for bar in bars] == whole.time.tolist()
        assert np.allclose([float(bar.volume) for bar in bars], whole.volume)
        assert [float(bar.close) for bar in bars] == whole.close.tolist()
    opened = [(bar.opens_at + STEP_MS[timeframe], STEP_MS[timeframe]) for timeframe, bar in closed]
    assert all(one < other for one, other in pairwise(opened))


def test_a_trade_of_the_millisecond_in_which_hearing_ended_may_be_missing() -> None:
    builder = fed(trade(1, number="1"))
    builder.lose()
    builder.regain([trade(1, number="2"), trade(2, number="3")], moment(2))
    builder.close(moment(60))
    assert builder.need == Need(timeframe="1m", opens_at=moment(0), until=moment(60))


def test_what_a_silent_stream_missed_before_it_was_found_out_is_counted_in_closed_candles() -> None:
    trades = [trade(second) for second in range(80)]
    builder = fed(*trades[:6])
    (minute,) = of(builder.close(moment(70)), "1m")
    assert int(minute.volume) == 6
    builder.lose()
    late = builder.regain(trades, moment(80))
    assert Place("1m", moment(0)) in late
    put_right = builder.corrected(Place("1m", moment(0)))
    assert put_right is not None
    assert int(put_right.volume) == 60
    assert builder.take_doubted() == []


def test_closed_candles_that_no_trades_put_right_are_to_be_had_from_the_venue() -> None:
    trades = [trade(second) for second in range(400)]
    builder = fed(*trades[:6])
    builder.close(moment(185))
    builder.supply(builder.need, [])  # type: ignore[arg-type]  # the 5m of which the beginning is unknown
    builder.close(moment(185))
    builder.lose()
    builder.regain(trades[190:200], moment(190))
    assert builder.take_doubted() == [
        Need(timeframe="1m", opens_at=moment(0), until=moment(180)),
        Need(timeframe="5m", opens_at=moment(-120), until=moment(180)),
    ]
    assert builder.take_doubted() == []


@given(
    trades=lists_of_trades,
    lost=st.integers(0, 350),
    unnoticed=st.integers(0, 200),
    kept=st.integers(0, 90),
)
def test_however_late_a_loss_is_noticed_the_candles_are_put_right(
    trades: list[Trade], lost: int, unnoticed: int, kept: int
) -> None:
    builder = heard_from_the_start()
    noticed = moment(lost + unnoticed)
    heard = [one for one in trades if to_milliseconds(one.as_of) < moment(lost)]
    known = [one for one in trades if to_milliseconds(one.as_of) < noticed]
    told: dict[Place, float] = {}

    def close(until: int) -> None:
        closed = builder.close(until)
        told.update({Place(frame, bar.opens_at): float(bar.volume) for frame, bar in closed})
        if builder.need is not None:
            supply_from(builder, builder.need, trades)
            close(until)

    for one in heard:
        builder.take(one)
    close(noticed)
    builder.lose()
    late = builder.regain(known[len(known) - min(kept, len(known)) :], noticed)
    for one in trades[len(known) :]:
        builder.take(one)
    close(moment(560))
    told.update({place: float(bar.volume) for place in late if (bar := builder.corrected(place))})
    for need in builder.take_doubted():
        filled = candles_of(trades, need.timeframe).between(need.opens_at, need.until)
        told.update(
            {
                Place(need.timeframe, at): float(one)
                for at, one in zip(filled.time, filled.volume, strict=True)
            }
        )
    for timeframe in TIMEFRAMES[:2]:
        whole = candles_of(trades, timeframe).between(0, moment(560))
        found = {at: volume for (frame, at), volume in told.items() if frame == timeframe}
        assert found == dict(zip(whole.time.tolist(), whole.volume.tolist(), strict=True))
