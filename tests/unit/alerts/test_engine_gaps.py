from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from alert_engine_stage import (
    BTC,
    NOON,
    Answering,
    EngineStage,
    Remembering,
    candle,
    entry_of,
    level,
    minutes_of,
    quote,
    row,
)

from services.alerts.conditions import AllOf, AnyOf, CandleClosed, Compared, Trailing
from services.alerts.engine.course import Past, in_order
from services.errors import NoAnswer
from services.exchange.prices import to_milliseconds, to_moment

MINUTE = timedelta(minutes=1)
RULES = (
    row(level("100"), id="level", repeats=True, cooldown=0),
    row(level("98", "touch", margin="0.5"), id="touch", repeats=True, cooldown=120),
    row(Trailing(market=BTC, percent=Decimal(2)), id="trail", repeats=True, cooldown=0),
    row(level("101"), id="close", repeats=True, cooldown=0, confirming="close", confirm_timeframe="5m"),
    row(
        level("99", "below"),
        id="seconds",
        repeats=True,
        cooldown=0,
        confirming="seconds",
        confirm_seconds=120,
    ),
    row(CandleClosed(market=BTC, timeframe="5m", closing="up"), id="up", repeats=True, cooldown=0),
    row(
        AnyOf(
            parts=[
                AllOf(parts=[level("99"), CandleClosed(market=BTC, timeframe="5m", closing="down")]),
                Compared(market=BTC, timeframe="5m", left="close", side="above", right="sma:3"),
            ]
        ),
        id="combo",
        repeats=True,
        cooldown=0,
    ),
)


def walk(count: int, *, seed: int = 3, start: float = 100.0) -> list[float]:
    random = Random(seed)  # noqa: S311 - a repeatable walk
    prices = [start]
    for _ in range(count - 1):
        prices.append(round(prices[-1] + random.choice((-0.6, -0.3, 0.3, 0.6)), 1))
    return prices


def recorded(prices: list[float], *, before: int = 60) -> Answering:
    """Minutes with an hour before noon, of which the last closes at noon."""
    return Answering({BTC: minutes_of([prices[0]] * before + prices, begin=NOON - before * MINUTE, wick=0.2)})


def log_of(ask: Answering, count: int) -> list[Past]:
    series = {(BTC, name): ask.candles(BTC, name) for name in ("1m", "5m")}
    end = to_milliseconds(NOON + count * MINUTE)
    return list(in_order(series, after_ms=to_milliseconds(NOON), until_ms=end))


async def delivered(stage: EngineStage, entries: list[Past]) -> None:
    for past in entries:
        stage.ask.until = to_moment(past.closes_ms)
        await stage.engine.see(entry_of(past))


def fired(outbox: Remembering) -> list[tuple[str, str, str, str]]:
    """Every alert and state once, in the order in which they were kept first."""
    told = [
        (one.told.rule, one.told.alert, one.told.state, str(one.told.at))
        for one in outbox.firings
        if one.told.state != "armed"
    ]
    return list(dict.fromkeys(told))


async def undisturbed(count: int) -> Remembering:
    stage = EngineStage(ask=recorded(walk(count)))
    await stage.engine.load(RULES, {BTC: NOON})
    await stage.engine.tending.care()
    await delivered(stage, log_of(stage.ask, count))
    return stage.outbox


@pytest.mark.parametrize("seed", range(4))
async def test_an_engine_that_is_killed_again_and_again_fires_what_one_that_was_not_does(seed: int) -> None:
    count, random = 90, Random(seed)  # noqa: S311 - a repeatable choice
    expected = fired(await undisturbed(count))
    assert len(expected) > 30
    stage = EngineStage(ask=recorded(walk(count)))
    await stage.engine.load(RULES, {BTC: NOON})
    await stage.engine.tending.care()
    log, place = log_of(stage.ask, count), 0
    while place < len(log):
        upto = min(len(log), place + random.randint(1, 12))
        await delivered(stage, log[place:upto])
        stage.ask.until = to_moment(log[min(len(log), upto + random.randint(0, 3)) - 1].closes_ms)
        stage = await stage.again(*RULES)
        await stage.engine.tending.care()
        place = upto if upto == len(log) else max(0, upto - random.randint(0, 2))
    assert sorted(fired(stage.outbox)) == sorted(expected)


async def test_what_happened_while_it_was_down_fires_late_and_says_so() -> None:
    stage = EngineStage(ask=recorded([99, 99, 101, 99, 99, 99]))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    log = log_of(stage.ask, 6)
    await delivered(stage, log[:1])
    stage = await stage.again(row(level("100")))
    await stage.engine.hear(quote("99", NOON + 6 * MINUTE))
    assert stage.outbox.told() == []
    await delivered(stage, log[1:])
    (firing,) = stage.outbox.firings
    assert (firing.told.at, firing.told.span, firing.told.late) == (NOON + 3 * MINUTE, 60, 180)


async def test_what_the_log_has_lost_is_asked_for() -> None:
    stage = EngineStage(ask=recorded([99, 99, 101, 99, 99, 99]))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    stage.ask.until = NOON + 6 * MINUTE
    await stage.engine.see(entry_of(log_of(stage.ask, 6)[-1]))
    (firing,) = stage.outbox.firings
    assert (firing.told.at, firing.told.span) == (NOON + 3 * MINUTE, 60)
    assert stage.outbox.marks[BTC] == NOON + 6 * MINUTE


async def test_of_a_long_time_only_longer_candles_are_left_and_their_length_is_told() -> None:
    prices = [99.0] * 3_000
    prices[100] = 101.0
    stage = EngineStage(ask=recorded(prices))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    stage.ask.until = NOON + 2_990 * MINUTE
    at = NOON + 2_990 * MINUTE
    await stage.engine.see(candle(at, "99", "99", "99", "99", timeframe="1m"))
    (firing,) = stage.outbox.firings
    assert (firing.told.at, firing.told.span) == (NOON + 105 * MINUTE, 300)


async def test_seconds_that_stop_for_long_are_a_gap_too() -> None:
    stage = EngineStage(ask=recorded([99, 101, 99, 99, 99, 99]))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    stage.ask.until = NOON + 5 * MINUTE
    await stage.engine.see(candle(NOON + 5 * MINUTE, "99", "99", "99", "99"))
    assert stage.outbox.when() == [NOON + 2 * MINUTE]


async def test_where_nobody_answers_the_entry_comes_again() -> None:
    stage = EngineStage(ask=recorded([99, 99, 101, 99, 99, 99]))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    stage.ask.fails = NoAnswer("The market process is away.")
    last = entry_of(log_of(stage.ask, 6)[-1])
    with pytest.raises(NoAnswer):
        await stage.engine.see(last)
    stage.ask.fails, stage.ask.until = None, NOON + 6 * MINUTE
    await stage.engine.see(last)
    assert stage.outbox.when() == [NOON + 3 * MINUTE]


async def test_prices_of_now_wait_until_what_was_before_is_decided() -> None:
    stage = EngineStage(ask=recorded([99, 99, 101, 99, 99, 99, 99, 99]))
    await stage.engine.load([row(level("100"), repeats=True, cooldown=0)], {BTC: NOON})
    now = NOON + 6 * MINUTE + timedelta(seconds=2)
    await stage.engine.hear(quote("101", now))
    assert stage.outbox.told() == []
    await delivered(stage, log_of(stage.ask, 6))
    assert stage.outbox.when() == [NOON + 3 * MINUTE, now]


async def test_a_candle_that_waited_for_the_bus_fires_late_though_no_newer_price_is_known() -> None:
    stage = EngineStage(ask=recorded([99] * 6))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    await stage.engine.see(candle(NOON, "99", "99", "99", "99"))
    stage.clock.wall += timedelta(seconds=20)
    await stage.engine.see(candle(NOON + timedelta(seconds=1), "99", "101", "99", "101"))
    (firing,) = stage.outbox.firings
    assert (firing.told.at, firing.told.late) == (NOON + timedelta(seconds=2), 20)


async def test_a_price_after_the_bus_was_away_waits_for_the_candles_of_that_time() -> None:
    stage = EngineStage(ask=recorded([99] * 6))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    await stage.engine.see(candle(NOON, "99", "99", "99", "99"))
    stage.engine.tending.miss(20.0)
    await stage.hear("101", seconds=21)
    assert stage.outbox.told() == []
    for second in range(1, 21):
        price = "101" if second > 5 else "99"
        await stage.engine.see(candle(NOON + timedelta(seconds=second), price, price, price, price))
    (firing,) = stage.outbox.firings
    assert (firing.told.at, firing.told.late) == (NOON + timedelta(seconds=7), 14)
    await stage.hear("99", "101", seconds=22)
    assert stage.outbox.told() == ["fired"]


async def test_a_price_after_a_short_silence_is_decided_at_once() -> None:
    stage = EngineStage(ask=recorded([99] * 6))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    await stage.engine.see(candle(NOON, "99", "99", "99", "99"))
    stage.engine.tending.miss(2.0)
    await stage.hear("101", seconds=3)
    assert stage.outbox.told() == ["fired"]


async def test_the_logs_are_not_waited_for_longer_than_some_seconds() -> None:
    stage = EngineStage(ask=recorded([99, 99, 101, 99, 99, 99]))
    await stage.engine.load([row(level("100"))], {BTC: NOON})
    stage.ask.until = NOON + 6 * MINUTE
    await stage.engine.hear(quote("99", NOON + 6 * MINUTE))
    await stage.engine.tending.care()
    assert stage.outbox.told() == []
    stage.clock.seconds += 11
    await stage.engine.tending.care()
    assert stage.outbox.when() == [NOON + 3 * MINUTE]


async def test_a_rule_set_while_the_engine_was_starting_fires_for_nothing_before_it() -> None:
    stage = EngineStage(ask=recorded([99, 101, 99, 99, 101, 99]))
    await stage.engine.load([row(level("100"), market_at=NOON + 3 * MINUTE)], {BTC: NOON})
    await delivered(stage, log_of(stage.ask, 6))
    assert stage.outbox.when() == [NOON + 5 * MINUTE]


async def test_a_market_that_was_never_looked_at_begins_where_its_rules_were_set() -> None:
    stage = EngineStage(ask=recorded([99, 99, 101, 99, 99, 99]))
    await stage.engine.load([row(level("100"))], {})
    stage.ask.until = NOON + 6 * MINUTE
    await stage.engine.see(entry_of(log_of(stage.ask, 6)[-1]))
    assert stage.outbox.when() == [NOON + 3 * MINUTE]
