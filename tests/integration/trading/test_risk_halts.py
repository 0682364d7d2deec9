"""What the desk halts by itself, how it tells, and that it never lets go of what a person has set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from risk_cases import NOON, ROW, holding, intent, picture
from risk_stage import RiskStage, StagedSessions, away, lost, risk_store

from services.trading.ports import EquityPoint
from services.trading.risk.gate import AWAY, DEFECT
from services.trading.risk.halts import DAY, DRAWDOWN, STREAK, Halts

MIDNIGHT = NOON.replace(hour=0)


def halts_of(stage: RiskStage) -> Halts:
    return Halts(
        store=stage.store,
        sessions=StagedSessions(ROW),
        latch=stage.latch,
        pictures=stage.pictures,
        ledger=stage.ledger,
        teller=stage.teller,
        section=stage.section,
        clock=stage.clock,
    )


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[RiskStage]:
    async with risk_store(tmp_path) as store:
        made = RiskStage(store)
        made.ledger.marks = [mark(MIDNIGHT, "1000")]
        yield made


def mark(at: datetime, equity: str) -> EquityPoint:
    return EquityPoint(at=at, equity=Decimal(equity))


async def worth(stage: RiskStage, equity: str, halts: Halts | None = None) -> tuple[str, str]:
    """Look once while the account is worth so much."""
    stage.pictures.now = picture(holding(), equity=equity)
    await (halts or halts_of(stage)).look()
    return stage.latch.account


async def test_a_loss_of_the_day_warns_twice_and_then_halts_until_midnight(stage: RiskStage) -> None:
    halts = halts_of(stage)
    for equity in ("971", "970", "969", "960", "959"):
        assert await worth(stage, equity, halts) == ("ACTIVE", "")
    told = [(news, words.partition(" %")[0]) for news, words in stage.teller.told]
    assert told == [("warning", "3"), ("warning", "4")]
    assert await worth(stage, "950", halts) == ("HALTED", DAY)
    assert stage.teller.told[-1] == (
        "halted",
        "5 % were lost since midnight UTC, 5 % is the limit: halted until the next midnight.",
    )
    assert await worth(stage, "990", halts) == ("HALTED", DAY), "the day is over for this account"
    assert await worth(stage, "990") == ("HALTED", DAY), "a restart does not let it go"
    stage.clock.wall = MIDNIGHT + timedelta(days=1, seconds=5)
    stage.ledger.marks.append(mark(MIDNIGHT + timedelta(days=1), "990"))
    assert (await worth(stage, "990"))[0] == "ACTIVE"
    assert stage.teller.told[-1] == ("resumed", "Trading goes on.")


async def test_each_news_of_a_day_is_told_once_even_after_a_restart(stage: RiskStage) -> None:
    for _ in range(2):
        halts = halts_of(stage)
        await worth(stage, "970", halts)
        await worth(stage, "970", halts)
    assert len(stage.teller.events) == 2
    assert len({one.id for one in stage.teller.events}) == 1, "the same id is brought once"


async def test_a_drawdown_reduces_until_it_is_smaller_or_a_person_resumes(stage: RiskStage) -> None:
    stage.ledger.marks = [mark(MIDNIGHT - timedelta(days=3), "1250"), mark(MIDNIGHT, "1000")]
    assert await worth(stage, "1000") == ("REDUCING", DRAWDOWN)
    assert (await worth(stage, "1001"))[0] == "ACTIVE"
    assert await worth(stage, "1000") == ("REDUCING", DRAWDOWN)
    stage.clock.turn(minutes=1)
    await stage.latch.set("risk:account:acc", "ACTIVE", why="", by="7")
    assert await worth(stage, "999") == ("ACTIVE", "7"), "the peak begins anew"


async def test_resuming_from_the_kill_switch_forgets_neither_peak_nor_losses(stage: RiskStage) -> None:
    stage.ledger.marks = [mark(MIDNIGHT - timedelta(days=3), "1250"), mark(MIDNIGHT, "1000")]
    await stage.latch.set("killswitch:account:acc", "HALTED", why="", by="7")
    await stage.latch.set("killswitch:account:acc", "ACTIVE", why="", by="7")
    assert await worth(stage, "1000") == ("REDUCING", DRAWDOWN)


async def test_a_losing_streak_pauses_for_an_hour(stage: RiskStage) -> None:
    stage.ledger.closed = [lost(NOON - timedelta(minutes=number)) for number in range(5, 0, -1)]
    assert await worth(stage, "1000") == ("REDUCING", STREAK)
    stage.clock.turn(minutes=58)
    assert await worth(stage, "1000") == ("REDUCING", STREAK)
    stage.clock.turn(minutes=2)
    assert (await worth(stage, "1000"))[0] == "ACTIVE"


@pytest.mark.parametrize("state", ["HALTED", "REDUCING"])
async def test_what_a_person_has_set_is_never_let_go(stage: RiskStage, state: str) -> None:
    await stage.latch.set("account:acc", state, why="Mine.", by="7")  # type: ignore[arg-type]  # a state
    assert await worth(stage, "1000") == (state, "7")
    assert (await worth(stage, "900"))[0] == "HALTED"
    stage.clock.wall = MIDNIGHT + timedelta(days=1, minutes=1)
    stage.ledger.marks.append(mark(MIDNIGHT + timedelta(days=1), "900"))
    assert await worth(stage, "900") == (state, "7"), "a bad day neither loosens nor outlives it"


async def test_what_is_held_may_be_closed_and_protected_while_a_limit_halts(stage: RiskStage) -> None:
    assert await worth(stage, "940") == ("HALTED", DAY)
    closing: dict[str, Any] = {"side": "sell", "is_reduce_only": True, "exempt": True}
    wanted = [
        intent("1", id_="a", **closing),
        intent("1", id_="b", origin="plan:p1", **closing),
        intent("1", id_="c", kind="stop", trigger_price=Decimal(95), **closing),
    ]
    assert all([(await stage.judge(one)).is_passed for one in wanted])
    assert not (await stage.judge(intent(id_="d"))).is_passed
    await stage.latch.set("account:acc", "HALTED", why="Mine.", by="7")
    assert not any([(await stage.judge(one)).is_passed for one in wanted]), "a person's halt is whole"


async def test_an_absence_during_a_pause_of_the_gate_ends_by_itself(stage: RiskStage) -> None:
    stage.ledger.closed = [lost(NOON - timedelta(minutes=number)) for number in range(5, 0, -1)]
    assert await worth(stage, "1000") == ("REDUCING", STREAK)
    stage.pictures.fails = away()
    await stage.judge(intent())
    assert stage.latch.account == ("HALTED", AWAY)
    stage.pictures.fails = None
    assert await worth(stage, "1000") == ("REDUCING", STREAK)
    stage.clock.turn(hours=2)
    assert (await worth(stage, "1000"))[0] == "ACTIVE"


async def test_a_halt_by_an_absence_ends_with_it_and_one_by_a_defect_does_not(stage: RiskStage) -> None:
    stage.pictures.fails = away()
    await stage.judge(intent())
    await halts_of(stage).look()
    assert stage.latch.account == ("HALTED", AWAY)
    stage.pictures.fails = None
    assert (await worth(stage, "1000"))[0] == "ACTIVE"
    stage.latch.states.clear()
    stage.ledger.fails = ZeroDivisionError()
    await stage.judge(intent(id_="b"))
    stage.ledger.fails = None
    assert await worth(stage, "1000") == ("HALTED", DEFECT)


async def test_an_account_that_has_just_ordered_is_looked_at_at_once(stage: RiskStage) -> None:
    halts = halts_of(stage)
    stage.pictures.now = picture()
    await halts.look()
    await stage.keep(intent())
    assert await worth(stage, "950", halts) == ("HALTED", DAY)


async def test_an_account_that_cannot_be_seen_stays_as_it_is(stage: RiskStage) -> None:
    await worth(stage, "900")
    stage.pictures.fails = away()
    await halts_of(stage).look()
    assert stage.latch.account == ("HALTED", DAY)
