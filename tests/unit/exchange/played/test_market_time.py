from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.exchange.played.market_time import MarketTime

BEGAN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


class TwoClocks:
    """A wall clock and a monotonic one that a test moves apart."""

    def __init__(self) -> None:
        self.wall = BEGAN
        self.awake = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.awake

    def step(self, seconds: float, *, wall: float | None = None) -> None:
        self.awake += seconds
        self.wall += timedelta(seconds=seconds if wall is None else wall)


def test_market_time_goes_on_while_the_machine_sleeps() -> None:
    clock = TwoClocks()
    time = MarketTime(0, clock=clock)
    clock.step(1)
    assert time.now_ms() == 1_000
    clock.step(1, wall=8 * 3600)
    assert time.now_ms() == 1_000 + 8 * 3600 * 1_000
    clock.step(10)
    assert time.now_ms() == 11_000 + 8 * 3600 * 1_000


def test_a_faster_market_sleeps_as_fast() -> None:
    clock = TwoClocks()
    time = MarketTime(0, clock=clock, speed=60.0)
    clock.step(1, wall=3600)
    assert time.now_ms() == 60 * 3600 * 1_000


def test_a_wall_clock_that_is_put_right_by_a_little_moves_no_market() -> None:
    clock = TwoClocks()
    time = MarketTime(0, clock=clock)
    for wall in (1.4, 0.7, 1.3):
        clock.step(1, wall=wall)
    assert time.now_ms() == 3_000


def test_market_time_never_goes_back_with_the_wall_clock() -> None:
    clock = TwoClocks()
    time = MarketTime(0, clock=clock)
    clock.step(1, wall=3600)
    before = time.now_ms()
    clock.step(1, wall=-7200)
    assert time.now_ms() == before + 1_000
