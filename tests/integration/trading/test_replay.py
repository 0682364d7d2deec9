"""Replays: the same every time, without a look ahead, and as honest as the paper engine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from strategy_stage import BEGINS_MS, HOUR_MS, PlaysAll, drawn, plan_of, replayed, stage_of

from analytics.candles import Candles
from config.farm_file import RiskSection
from services.exchange.played.funding import FundingHistory
from services.exchange.prices import to_moment
from services.trading.strategies.replay.broker import LATENCY, Broker
from services.trading.strategies.replay.figures import outcome_of
from services.trading.strategies.replay.limits import Past, refusal
from services.trading.strategies.replay.run import Played, Replay
from services.trading.strategies.strategy import Decision, Settings, Sight, Wish
from services.trading.strategies.temperament import most_leverage

ROOT = Path(__file__).resolve().parents[3]
CANDLES = drawn(320, seed=1)
DIGEST = """
import sys
sys.path.insert(0, "tests/stage")
from strategy_stage import drawn, replayed
print(replayed("breakout", drawn(150, seed=1), profile="newbie").digest)
"""


@cache
def played(name: str = "breakout") -> Played:
    return replayed(name, CANDLES)


def with_later(candles: Candles, place: int) -> Candles:
    """The same candles up to `place`, and after it a market that has doubled."""
    times = np.where(np.arange(len(candles)) < place, 1.0, 2.0)
    columns = {name: getattr(candles, name) * times for name in ("open", "high", "low", "close")}
    return Candles(step_ms=candles.step_ms, time=candles.time, volume=candles.volume, **columns)


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_the_same_replay_decides_the_same_whatever_the_seed_of_hashing(times: int) -> None:
    digests = set()
    for seed in map(str, range(times)):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        found = subprocess.run(
            [sys.executable, "-c", DIGEST], cwd=ROOT, env=environment, capture_output=True, check=True
        )
        digests.add(found.stdout)
    assert len(digests) == 1


def test_what_happens_later_changes_no_trade_that_was_over_before() -> None:
    place = 200
    until = BEGINS_MS + place * HOUR_MS
    before = [one for one in played().trades if one.closed_at.timestamp() * 1000 < until]
    other = replayed("breakout", with_later(CANDLES, place))
    assert before
    assert list(other.trades[: len(before)]) == before


def test_an_order_meets_the_book_after_its_candle_has_closed() -> None:
    assert played().trades
    for trade in played().trades:
        if trade.ending == "left":
            seconds = trade.closed_at.timestamp() % 3600
            assert seconds == pytest.approx(LATENCY)
        assert trade.opened_at.timestamp() % 3600 == pytest.approx(LATENCY)
        place = int(trade.opened_at.timestamp() * 1000 - BEGINS_MS) // HOUR_MS
        assert float(trade.entry) == pytest.approx(float(CANDLES.open[place]), rel=1e-4)


def test_candles_that_are_not_played_would_have_changed_nothing() -> None:
    candles = CANDLES.slice(0, 130)
    plan, stage = plan_of("breakout", candles), stage_of(candles)
    whole = PlaysAll(stage, equity=plan.equity, leverage=most_leverage(plan.temperament), seed=plan.seed)
    thorough = Replay(plan, stage, whole).run()
    usual = replayed("breakout", candles)
    assert thorough.trades
    assert thorough.trades == usual.trades
    assert np.allclose(thorough.curve, usual.curve)


def test_what_an_account_gained_is_what_its_trades_brought() -> None:
    for name in ("breakout", "fibonacci", "mean_reversion"):
        assert played(name).trades
        net = sum((one.net for one in played(name).trades), Decimal(0))
        assert played(name).curve[-1] == pytest.approx(10_000 + float(net))


def test_a_stop_loses_about_what_was_risked_and_the_fees() -> None:
    stopped = [one for one in played().trades if one.ending == "stop"]
    assert stopped
    for trade in stopped:
        assert float(-trade.realised) == pytest.approx(float(trade.risk), rel=0.15)
        assert trade.fees == pytest.approx(
            trade.amount * (trade.entry + trade.exit) * Decimal("0.0006"), rel=Decimal("1e-6")
        )


def test_funding_is_paid_as_it_was_recorded() -> None:
    """A long pays a positive rate of its notional at each boundary of eight hours that it lives through."""
    boundaries = BEGINS_MS + 8 * HOUR_MS * np.arange(60, dtype=np.int64)
    funding = FundingHistory(time=boundaries, rate=np.full(60, 0.001))
    trades = Replay(plan_of("breakout", CANDLES), stage_of(CANDLES, funding=funding)).run().trades
    assert any(trade.funding for trade in trades)
    for trade in trades:
        first = trade.opened_at.timestamp() * 1000
        last = trade.closed_at.timestamp() * 1000
        times = int(((boundaries > first) & (boundaries <= last)).sum())
        sign = -1 if trade.side == "long" else 1
        assert float(trade.funding) == pytest.approx(
            sign * times * 0.001 * float(trade.amount * trade.entry), rel=0.1, abs=1e-9
        )


def test_a_result_has_its_sample_its_drawdown_and_buying_and_holding_beside_it() -> None:
    outcome = outcome_of(played())
    assert outcome.trades == len(played().trades) > 0
    assert outcome.decided == 320 - 30
    assert outcome.hold_share == pytest.approx(
        float(CANDLES.close[-1] / CANDLES.close[30]) * 0.9994 / 1.0006 - 1
    )
    assert outcome.drawdown_share is not None
    assert 0 < outcome.drawdown_share < 1


def test_who_has_another_temper_trades_other_amounts_on_the_same_signals() -> None:
    calm, wild = played(), replayed("breakout", CANDLES, profile="aggressive")
    assert calm.trades[0].opened_at == wild.trades[0].opened_at
    assert calm.trades[0].amount < wild.trades[0].amount


def test_a_period_without_enough_candles_before_it_decides_nothing() -> None:
    plan = replace(plan_of("breakout", CANDLES), until_ms=BEGINS_MS + 20 * HOUR_MS)
    assert Replay(plan, stage_of(CANDLES)).run().decided == 0


@pytest.mark.parametrize("close", [59_900.0, 60_100.0])
@pytest.mark.parametrize(("side", "stop", "target"), [("long", 58_000, 62_000), ("short", 62_000, 58_000)])
def test_a_candle_with_stop_and_target_inside_is_stopped(
    close: float, side: str, stop: int, target: int
) -> None:
    candles = Candles(
        step_ms=HOUR_MS,
        time=BEGINS_MS + np.arange(3, dtype=np.int64) * HOUR_MS,
        open=np.array([60_000.0, 60_000.0, close]),
        high=np.array([60_200.0, 63_000.0, close + 10]),
        low=np.array([59_800.0, 57_000.0, close - 10]),
        close=np.array([60_000.0, close, close]),
        volume=np.full(3, 1e5),
    )
    broker = Broker(stage_of(candles), equity=Decimal(10_000), leverage=3, seed=1)
    broker.play(0)
    broker.face(1)
    broker.enter(
        side,  # type: ignore[arg-type]  # one of two
        Decimal("0.1"),
        at=to_moment(BEGINS_MS + HOUR_MS),
        stop=Decimal(stop),
        target=Decimal(target),
        risk=Decimal(200),
    )
    broker.play(1)
    assert [one.ending for one in broker.book.trades] == ["stop"]


class Buys:
    """Buys at the first candle, and never leaves."""

    name: ClassVar[str] = "buys"
    title: ClassVar[str] = ""
    about: ClassVar[str] = ""
    timeframes: ClassVar[tuple[str, ...]] = ("1h",)
    higher: ClassVar[tuple[str, ...]] = ()
    warm_up: ClassVar[int] = 1
    usual: ClassVar[Mapping[str, float]] = {}

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        del settings
        stop = float(sight.candles.close[-1]) * 0.98
        return Decision(wishes=() if sight.position else (Wish(kind="enter", side="long", stop=stop),))


@pytest.mark.parametrize("equity", [10_000, 10_000_000])
def test_a_last_position_larger_than_the_book_is_closed_in_parts(equity: int) -> None:
    candles = drawn(12, seed=3)
    plan = replace(plan_of("breakout", candles), strategy=Buys(), equity=Decimal(equity))
    replay = Replay(plan, stage_of(candles)).run()
    outcome = outcome_of(replay)
    assert (outcome.left, outcome.trades) == (Decimal(0), 1)
    assert float(outcome.net) == pytest.approx(replay.curve[-1] - equity, abs=0.01)


def test_a_replay_opens_nothing_that_the_limits_of_an_account_refuse() -> None:
    at = to_moment(BEGINS_MS + 30 * HOUR_MS)
    closed = BEGINS_MS + HOUR_MS * np.arange(1, 31, dtype=np.int64)

    def past(worth: float, losses: int = 0) -> Past:
        curve = np.full(30, 1000.0)
        curve[-1] = worth
        return Past(
            start=1000.0, curve=curve, closed_ms=closed, equity=worth, losses=losses, last_closed_at=at
        )

    assert refusal(past(960.0), at, RiskSection()) == ""
    assert "loss of the day" in refusal(past(950.0), at, RiskSection())
    assert "drawdown" in refusal(past(800.0), at, RiskSection(daily_loss=0.9))
    assert "in a row" in refusal(past(999.0, losses=5), at, RiskSection())
