from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from strategy_stage import BTC, TICK, drawn

from services.exchange.prices import to_moment
from services.trading.strategies.messages import Assignment
from services.trading.strategies.profiles import read_profiles
from services.trading.strategies.strategy import Decision, Settings, Sight, Wish
from services.trading.strategies.wanting import Kept
from services.trading.strategies.working import MOST_MISSED, History, Step, steps_of

CANDLES = drawn(300, seed=1)
HISTORY = History(candles=CANDLES, higher={}, tick=TICK)
CALM = read_profiles()["strategist"]
HOUR = timedelta(hours=1)
ENDS_AT = to_moment(int(CANDLES.time[-1]) + CANDLES.step_ms)


class Eager:
    """Wants in at every candle while it is flat, out while it is not, and counts candles in its state."""

    name: ClassVar[str] = "eager"
    title: ClassVar[str] = "Eager"
    about: ClassVar[str] = "Eager."
    timeframes: ClassVar[tuple[str, ...]] = ("1h",)
    higher: ClassVar[tuple[str, ...]] = ()
    warm_up: ClassVar[int] = 5
    usual: ClassVar[Mapping[str, float]] = {}

    def __init__(self) -> None:
        self.seen: list[Sight] = []

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        del settings
        self.seen.append(sight)
        state = str(int(sight.state or 0) + 1)
        if sight.position:
            return Decision(wishes=(Wish(kind="leave"),), state=state)
        stop = float(sight.candles.close[-1]) * 0.98
        return Decision(wishes=(Wish(kind="enter", side="long", stop=stop),), state=state)


def assigned(missed: int | None, *, state: str = "", position: str | None = None) -> Assignment:
    """A run that has decided all but the last `missed` candles, or none at all."""
    through = None if missed is None else ENDS_AT - missed * HOUR
    return Assignment(
        run="r",
        strategy="eager",
        market=BTC,
        timeframe="1h",
        profile="strategist",
        state=state,
        through=through,
        position=position,  # type: ignore[arg-type]  # buy or none
        entry=None if position is None else Decimal(60_000),
    )


def steps(one: Assignment, eager: Eager | None = None) -> list[Step]:
    return list(steps_of(one, HISTORY, eager or Eager(), CALM))


def test_a_run_that_begins_decides_the_newest_candle_alone() -> None:
    (step,) = steps(assigned(None))
    assert step.through == ENDS_AT
    assert len(step.wanted) == 1


def test_a_run_that_has_decided_all_decides_nothing() -> None:
    assert steps(assigned(0)) == []


def test_of_candles_missed_all_move_the_state_and_only_the_last_two_are_proposed_on() -> None:
    done = steps(assigned(5))
    assert [step.through for step in done] == [ENDS_AT - n * HOUR for n in (4, 3, 2, 1)]
    assert [len(step.wanted) for step in done] == [0, 0, 0, 1]  # then its position must be looked at first
    assert Kept.read(done[-1].state).own == "4"


def test_what_was_missed_too_long_ago_is_passed_over() -> None:
    done = steps(assigned(250))
    assert done[0].through == to_moment(int(CANDLES.time[-MOST_MISSED]) + CANDLES.step_ms)


def test_the_state_remembers_when_it_entered_so_that_bars_are_counted_in_market_time() -> None:
    entered = Kept(own="7", entered_ms=int(CANDLES.time[-4]) + CANDLES.step_ms, stop=58_000.0)
    eager = Eager()
    (step,) = steps(assigned(1, state=entered.written(), position="buy"), eager)
    (sight,) = eager.seen
    assert (sight.position, sight.bars_held, sight.stop, sight.entry) == ("long", 3, 58_000.0, 60_000.0)
    assert [(one.kind, one.side) for one in step.wanted] == [("leave", "sell")]


def test_an_entry_is_on_the_tick_with_the_risk_of_its_profile() -> None:
    (step,) = steps(assigned(None))
    (wanted,) = step.wanted
    assert wanted.stop is not None
    assert wanted.stop % TICK == 0
    assert wanted.risk_share == Decimal("0.0095")
    assert Kept.read(step.state).stop == float(wanted.stop)
