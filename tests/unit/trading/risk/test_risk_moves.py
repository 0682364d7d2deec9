"""A day's loss and a drawdown are told in spite of money that was paid in or out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from risk_cases import NOON, ROW, HandClock, intent, picture
from risk_stage import StagedLedger

from services.trading.ports import EquityPoint
from services.trading.risk.passing import Passing
from services.trading.risk.standing import Standings

D = Decimal
LIVE = replace(ROW, mode="live")
MIDNIGHT = NOON.replace(hour=0)


def mark(hours: float, equity: str, moved: str = "0") -> EquityPoint:
    return EquityPoint(at=MIDNIGHT + timedelta(hours=hours), equity=D(equity), moved=D(moved))


def standings(*marks: EquityPoint) -> tuple[Standings, StagedLedger]:
    ledger = StagedLedger(marks=list(marks))
    return Standings(ledger, clock=HandClock()), ledger


async def test_a_deposit_does_not_hide_a_loss() -> None:
    found, _ = standings(mark(0, "1000"), mark(6, "1600", "1000"))
    standing = await found.of(ROW, picture(equity="1600"))
    assert (standing.day_start, standing.peak, standing.day_share) == (D(2000), D(2000), D("-0.2"))


async def test_a_withdrawal_is_neither_a_loss_of_the_day_nor_a_drawdown() -> None:
    found, _ = standings(mark(0, "1000"), mark(6, "900", "-100"))
    standing = await found.of(ROW, picture(equity="900"))
    assert (standing.day_share, standing.drawdown_share) == (D(0), D(0))


async def test_a_profit_of_which_more_was_taken_out_than_the_day_began_with_is_no_loss() -> None:
    found, _ = standings(mark(0, "1000"), mark(6, "3000"), mark(7, "500", "-2500"))
    assert (await found.of(ROW, picture(equity="500"))).day_share == 0


async def test_a_withdrawal_is_known_at_the_first_look_after_it_and_counts_once() -> None:
    found, ledger = standings(mark(0, "1000"))
    assert (await found.of(LIVE, picture(equity="1000"))).day_share == 0
    ledger.marks.append(mark(6, "900", "-100"))
    for _ in range(2):
        assert (await found.of(LIVE, picture(equity="900"))).day_share == 0


async def test_a_deposit_that_the_picture_does_not_show_yet_is_no_loss() -> None:
    found, _ = standings(mark(0, "1000"), mark(12.1, "2000", "1000"))
    assert (await found.of(LIVE, picture(equity="1000"))).day_share == 0


def test_what_was_let_through_long_ago_is_remembered_of_no_account() -> None:
    passing = Passing()
    passing.note(replace(intent("1"), account="gone"), NOON, None)
    passing.note(intent("1"), NOON + timedelta(minutes=2), None)
    assert (passing.ids("gone"), passing.ids("acc")) == (frozenset(), frozenset({intent("1").id}))
