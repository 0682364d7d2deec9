from __future__ import annotations

import pytest
from builder_stage import TICK, fed, figures, heard_from_the_start, of, supply_from
from market_fakes import candles_of, moment, trade

from services.exchange.exchange import TIMEFRAMES
from services.exchange.prices import to_milliseconds
from services.market.candles.bar import STEP_MS, filled_bars
from services.market.candles.builder import Builder, Closed, Need, Place


def test_trades_of_a_second_make_its_candle_once_it_has_ended() -> None:
    builder = fed(trade(1.0, "5"), trade(1.2, "9"), trade(1.5, "3"), trade(1.9, "4"))
    assert builder.close(moment(1.999)) == []
    (closed,) = builder.close(moment(2))
    assert (closed.timeframe, closed.bar.opens_at) == ("1s", moment(1))
    assert figures(closed.bar) == ("5", "9", "3", "4", "4")
    assert builder.close(moment(3)) == []


def test_a_second_without_a_trade_has_no_candle() -> None:
    closed = fed(trade(1), trade(5)).close(moment(10))
    assert [bar.opens_at for bar in of(closed, "1s")] == [moment(1), moment(5)]


def test_a_minute_closes_after_its_last_second() -> None:
    closed = fed(trade(1, "5"), trade(59.9, "7")).close(moment(60))
    assert [timeframe for timeframe, _ in closed] == ["1s", "1s", "1m"]
    assert figures(closed[-1].bar) == ("5", "7", "5", "7", "2")


def test_candles_that_end_together_close_with_the_smaller_first() -> None:
    minutes = [trade(minute * 60) for minute in range(60 * 14)]
    midnight = 48_480  # market time began at 10:32
    builder = heard_from_the_start()
    closed: list[Closed] = []
    for one in minutes:
        builder.take(one)
        closed += builder.close(moment((one.as_of - minutes[0].as_of).total_seconds()))
        while builder.need is not None:
            supply_from(builder, builder.need, minutes)
            closed += builder.close(moment((one.as_of - minutes[0].as_of).total_seconds()))
    ends = [timeframe for timeframe, bar in closed if bar.opens_at + STEP_MS[timeframe] == moment(midnight)]
    assert ends == ["1m", "5m", "15m", "1h", "4h", "1d"]


def test_a_larger_candle_is_wanted_from_the_venue_until_it_was_heard_whole() -> None:
    builder = fed(*(trade(minute * 60) for minute in range(9)))
    closed = builder.close(moment(540))
    assert [timeframe for timeframe, _ in closed if timeframe != "1s"] == ["1m"] * 3
    assert builder.need == Need(timeframe="5m", opens_at=moment(-120), until=moment(180))
    builder.supply(builder.need, [])
    closed = builder.close(moment(540))
    assert [timeframe for timeframe, _ in closed if timeframe != "1s"] == ["1m"] * 5 + ["5m", "1m"]
    assert not any(bar.is_filled for _, bar in closed)


def test_with_the_minutes_before_it_began_every_larger_candle_is_made_of_trades() -> None:
    trades = [trade(minute * 60, number=str(1_000 + minute)) for minute in range(-700, 60 * 14)]
    builder = Builder(moment(0))
    builder.regain(trades[690:701], moment(0))
    before = builder.before
    assert before == Need(timeframe="1m", opens_at=moment(-37_920), until=moment(0))
    minutes = candles_of(trades, "1m").between(before.opens_at, before.until)
    builder.begin_with(filled_bars(minutes, tick=TICK, nature="replay"))
    closed: list[Closed] = []
    for one in trades[701:]:
        builder.take(one)
        closed += builder.close(to_milliseconds(one.as_of))
        assert builder.need is None
    for timeframe in TIMEFRAMES:
        whole = candles_of(trades, timeframe).between(moment(0) - STEP_MS[timeframe] + 1, builder.reached)
        assert [bar.opens_at for bar in of(closed, timeframe)] == whole.time.tolist()
        assert [float(bar.volume) for bar in of(closed, timeframe)] == whole.volume.tolist()
    assert [bar.is_filled for bar in of(closed, "5m")[:3]] == [True, False, False]


def test_minutes_that_come_after_a_larger_candle_was_closed_change_only_what_is_open() -> None:
    trades = [trade(minute * 60, number=str(1_000 + minute)) for minute in range(-700, 60)]
    builder = Builder(moment(0))
    builder.regain(trades[690:701], moment(0))
    for one in trades[701:705]:
        builder.take(one)
    before = builder.before
    assert before is not None
    closed = builder.close(moment(200))
    supply_from(builder, builder.need, trades)  # type: ignore[arg-type]  # the 5m that was forming
    closed += builder.close(moment(200))
    minutes = candles_of(trades, "1m").between(before.opens_at, before.until)
    builder.begin_with(filled_bars(minutes, tick=TICK, nature="replay"))
    for one in trades[705:]:
        builder.take(one)
    closed += builder.close(moment(1_700))
    assert builder.need is None
    assert [int(bar.volume) for bar in of(closed, "5m")] == [5] * 6
    assert [int(bar.volume) for bar in of(closed, "15m")] == [15, 15]


def test_nothing_closes_before_what_is_wanted_is_supplied() -> None:
    builder = fed(*(trade(minute * 60) for minute in range(9)))
    builder.close(moment(540))
    assert builder.close(moment(540)) == []
    assert builder.need is not None


def test_a_trade_that_is_told_twice_is_counted_once() -> None:
    builder = fed(trade(1), trade(1), trade(1, number="other"))
    (second,) = builder.close(moment(2))
    assert second.bar.volume == 2


def test_trades_of_a_millisecond_are_put_in_the_order_of_their_numbers() -> None:
    builder = fed(
        *(trade(1, price, number=number) for number, price in (("12", "3"), ("10", "1"), ("11", "2")))
    )
    (second,) = builder.close(moment(2))
    assert (int(second.bar.open), int(second.bar.close)) == (1, 3)


def test_a_trade_that_overtook_another_does_not_become_the_open() -> None:
    (second,) = fed(trade(1.8, "8"), trade(1.2, "2"), trade(1.5, "5")).close(moment(2))
    assert (int(second.bar.open), int(second.bar.close)) == (2, 8)


def test_a_candle_is_as_real_as_its_least_real_trade() -> None:
    (second,) = fed(trade(1), trade(1.1, nature="simulated"), trade(1.2)).close(moment(2))
    assert second.bar.nature == "simulated"


def test_a_late_trade_counts_in_what_is_open_and_names_what_is_closed() -> None:
    builder = fed(trade(1, "5"), trade(30, "5"))
    builder.close(moment(31))
    assert builder.take(trade(10, "9", number="late")) == [Place("1s", moment(10))]
    closed = builder.close(moment(60))
    assert figures(of(closed, "1m")[0]) == ("5", "9", "5", "5", "3")


def test_a_trade_later_than_its_minute_counts_in_the_larger_candle() -> None:
    builder = heard_from_the_start()
    for minute in range(3, 8):
        builder.take(trade(minute * 60, "5"))
    builder.close(moment(250))
    builder.supply(builder.need, [])  # type: ignore[arg-type]  # the 5m of which the beginning is unknown
    builder.close(moment(250))
    late = builder.take(trade(190, "9", number="late"))
    assert late == [Place("1s", moment(190)), Place("1m", moment(180))]
    closed = builder.close(moment(480))
    (five,) = of(closed, "5m")
    assert (five.opens_at, int(five.high), int(five.volume)) == (moment(180), 9, 6)


def test_the_minute_in_which_hearing_began_is_filled_by_the_venue() -> None:
    builder = Builder(moment(20))
    trades = [trade(second) for second in range(60)]
    builder.regain(trades[15:30], moment(30))
    for one in trades[30:]:
        builder.take(one)
    closed = builder.close(moment(60.5))
    assert [bar.opens_at for bar in of(closed, "1s")] == [moment(second) for second in range(15, 60)]
    assert builder.need == Need(timeframe="1m", opens_at=moment(0), until=moment(60))
    supply_from(builder, builder.need, trades)
    ((timeframe, minute),) = builder.close(moment(60.5))
    assert (timeframe, int(minute.volume), minute.is_filled) == ("1m", 60, True)


def test_trades_that_reach_back_far_enough_leave_nothing_to_fill() -> None:
    builder = Builder(moment(20))
    builder.regain([trade(second) for second in range(-5, 30)], moment(30))
    closed = builder.close(moment(60))
    assert (len(of(closed, "1s")), builder.need) == (30, None)
    assert [bar.is_filled for bar in of(closed, "1m")] == [False]


def test_a_gap_that_the_venue_can_tell_leaves_no_trace() -> None:
    trades = [trade(second / 4) for second in range(240)]
    builder = fed(*trades[:80])
    builder.close(moment(19))
    builder.lose()
    for one in trades[120:]:
        builder.take(one)
    assert builder.close(moment(40)) == []
    builder.regain(trades[40:160], moment(40))
    closed = builder.close(moment(60))
    assert len(of(closed, "1s")) == 41
    assert [(int(bar.volume), bar.is_filled) for bar in of(closed, "1m")] == [(240, False)]


def test_a_gap_that_nobody_can_tell_costs_its_seconds_and_marks_the_minute() -> None:
    trades = [trade(second / 4) for second in range(480)]
    builder = fed(*trades[:80])
    builder.lose()
    for one in trades[120:]:
        builder.take(one)
    builder.regain(None, moment(30))
    closed = builder.close(moment(61))
    seconds = [bar.opens_at for bar in of(closed, "1s")]
    assert seconds == [moment(second) for second in (*range(19), *range(30, 60))]
    assert builder.need is not None
    supply_from(builder, builder.need, trades)
    closed = builder.close(moment(120))
    minutes = [(int(bar.volume), bar.is_filled) for bar in of(closed, "1m")]
    assert minutes == [(240, True), (240, False)]


def test_a_larger_candle_with_a_filled_minute_says_so() -> None:
    trades = [trade(180 + second, number=str(second)) for second in range(400)]
    builder = heard_from_the_start()
    for one in trades[:100]:
        builder.take(one)
    builder.close(moment(182))
    builder.supply(builder.need, [])  # type: ignore[arg-type]  # the 5m of which the beginning is unknown
    builder.lose()
    for one in trades[150:]:
        builder.take(one)
    builder.regain(None, moment(330))
    closed: list[Closed] = []
    while closed.extend(builder.close(moment(485))) or builder.need is not None:  # type: ignore[func-returns-value]
        supply_from(builder, builder.need, trades)
    filled = [bar.is_filled for bar in of(closed, "1m")]
    assert filled == [False, True, True, False, False]
    assert [(int(bar.volume), bar.is_filled) for bar in of(closed, "5m")] == [(300, True)]


def test_while_a_stream_is_away_every_minute_comes_from_the_venue() -> None:
    trades = [trade(second) for second in range(600)]
    builder = Builder(moment(0))
    closed: list[Closed] = []
    for now in range(0, 300, 7):
        closed += builder.close(moment(now))
        if builder.need is not None:
            supply_from(
                builder, builder.need, [one for one in trades if one.as_of.timestamp() * 1000 < moment(now)]
            )
    assert [bar.opens_at for bar in of(closed, "1m")] == [moment(minute * 60) for minute in range(4)]
    assert all(bar.is_filled and bar.volume == 60 for bar in of(closed, "1m"))


def test_after_a_short_loss_a_stream_has_a_few_seconds_to_come_back_before_the_venue_is_asked() -> None:
    builder = fed(trade(1))
    builder.lose()
    builder.close(moment(64.9))
    assert builder.need is None
    builder.close(moment(65))
    assert builder.need is not None


def test_a_long_gap_is_asked_for_at_once() -> None:
    builder = fed(trade(1))
    builder.lose()
    builder.close(moment(60 * 90 + 30))
    assert builder.need == Need(timeframe="1m", opens_at=moment(0), until=moment(60 * 90))


def test_trades_of_a_minute_that_the_venue_filled_are_not_counted_again() -> None:
    trades = [trade(second) for second in range(120)]
    builder = Builder(moment(0))
    builder.close(moment(70))
    supply_from(builder, builder.need, trades)  # type: ignore[arg-type]  # it is wanted
    builder.close(moment(70))
    assert list(builder.regain(trades, moment(120))) == []
    closed = builder.close(moment(120))
    assert [(int(bar.volume), bar.is_filled) for bar in of(closed, "1m")] == [(60, False)]


def test_a_minute_that_cannot_be_had_is_left_out_and_the_next_ones_go_on() -> None:
    builder = Builder(moment(0))
    builder.close(moment(70))
    builder.abandon(builder.need)  # type: ignore[arg-type]  # it is wanted
    builder.regain([trade(second) for second in range(60, 120)], moment(120))
    assert [bar.opens_at for bar in of(builder.close(moment(120)), "1m")] == [moment(60)]


def test_a_builder_holds_no_more_seconds_than_its_limit_and_asks_the_venue_for_the_rest() -> None:
    builder = Builder(moment(0))
    trades = [trade(second) for second in range(2_000)]
    builder.regain(trades[:1], moment(0))
    for one in trades:
        builder.take(one)
    assert len(builder._seconds) <= 900
    builder.close(moment(2_000))
    assert builder.need is not None
    assert builder.need.timeframe == "1m"


@pytest.mark.parametrize("numbers", [("7", "8"), ("a", "b")])
def test_an_id_may_be_a_number_or_any_text(numbers: tuple[str, str]) -> None:
    builder = fed(*(trade(1, price, number=number) for price, number in zip("12", numbers, strict=True)))
    (second,) = builder.close(moment(2))
    assert (int(second.bar.open), int(second.bar.close)) == (1, 2)
