"""After a firing nothing that the farm carries out by itself places anything anew, whatever is restarted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio
from desk_intents_stage import Others, open_house
from desk_trader_stage import ADA, ROW, Trader, trader_at
from sandbox_exchange_stage import Stage, settled
from switch_stage import SWIFT, opened_latch

from bots.desk_parts import PlansOfAccounts
from services.clock import SystemClock
from services.loops import Loops
from services.trading.intents.intent import Intent, Judged
from services.trading.killswitch.flattening import Flattening
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.news import News
from services.trading.killswitch.report_file import Firing
from services.trading.killswitch.roster import Roster
from services.trading.killswitch.switch import KillSwitch, SwitchParts
from services.trading.messages import Verdict
from services.trading.ports import Session
from services.trading.scopes import account_scope, switched

WATCHED_S = 1.2
"""Plans are asked every half second."""


class Latched(Others):
    """A gate of one rule: what is halted sends nothing."""

    latch: FileLatch

    async def judge(self, intent: Intent, session: Session) -> Judged:
        state = self.latch.state(session.row, intent.request.market)
        self.judged.append(intent.id)
        verdict = Verdict(rule="state", words="Trading", is_passed=state == "ACTIVE")
        return Judged(state=state, verdicts=(verdict,))

    async def append(self, log: object, message: object) -> str:
        del log, message
        return ""


@asynccontextmanager
async def switched_trader(house: Stage, folder: Path) -> AsyncIterator[tuple[Trader, KillSwitch, Latched]]:
    """Run a member's orders together with a kill switch, on what there is in `folder`."""
    gate = Latched()
    async with opened_latch(folder) as (gate.latch, _), trader_at(house, folder, others=gate) as trader:
        plans = PlansOfAccounts(trader.service.keeper)
        switch = KillSwitch(
            SwitchParts(
                folder=DeskFolder.below(folder),
                latch=gate.latch,
                roster=Roster(trader.desk.sessions.all_active),
                flattening=Flattening(trader.desk.sessions, plans=plans, pace=SWIFT),
                news=News(gate, gate, gate),  # type: ignore[arg-type]  # of all verbs two are used
                clock=SystemClock(),
                openings=trader.desk.sessions,
            )
        )
        async with Loops(gate.latch.run(), switch.run()):
            yield trader, switch, gate


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


async def begin_everything(trader: Trader) -> int:
    """Begin plans of every kind; return how many."""
    far = {"size": "0.3", "slices": 3}
    for terms in (
        {"stop": "49000", "target": "52000"},
        {"type": "limit", "price": "48000", "stop": "47000"},
        {"type": "stop", "trigger": "51000", "stop": "49000", "target": "53000"},
        {"type": "twap", "size": "0.3", "slices": 20, "minutes": 10, "stop": "45000"},
        {"type": "dca", "price": "48000", **far},
        {"type": "iceberg", "price": "48500", **far},
        {"type": "oco", "side": "sell", "price": "53000", "trigger": "47000"},
    ):
        assert (await trader.order(**terms)).state == "done", terms
    return 7


async def active_plans(trader: Trader) -> int:
    async with trader.desk.store.read() as rows:
        return await rows.trading.plans.count(status="active")


async def is_flat(trader: Trader) -> bool:
    return not await trader.open() and not await trader.position()


def placed(house: Stage) -> int:
    return len(house.journal.of("order/place-", "POST"))


def a_firing() -> Firing:
    at = SystemClock().now()
    return Firing(id="f1", scope="me", accounts=[ROW.id], why="enough", by=ADA.user_id, at=at, updated_at=at)


async def test_a_firing_ends_plans_of_every_kind_and_the_account_stays_flat(
    house: Stage, tmp_path: Path
) -> None:
    async with switched_trader(house, tmp_path) as (trader, switch, _):
        begun = await begin_everything(trader)
        await settled(lambda: has_begun(trader))
        assert await active_plans(trader) >= begun - 2
        await switch.fire(a_firing())
        await settled(lambda: is_done(switch))
        assert await is_flat(trader)
        sent = placed(house)
        await asyncio.sleep(WATCHED_S)
        assert await is_flat(trader)
        assert placed(house) == sent
        await settled(lambda: has_none_active(trader))
    async with switched_trader(house, tmp_path) as (again, _, gate):
        await asyncio.sleep(WATCHED_S)
        assert gate.latch.state(ROW) == "HALTED"
        await gate.latch.set(switched(account_scope(ROW.id)), "ACTIVE", why="", by="ada")
        assert gate.latch.state(ROW) == "ACTIVE"
        await asyncio.sleep(WATCHED_S)
        assert await is_flat(again)
        assert placed(house) == sent


async def has_begun(trader: Trader) -> bool:
    return len(await trader.open()) >= 8 and bool(await trader.position())


async def has_none_active(trader: Trader) -> bool:
    return await active_plans(trader) == 0


async def is_done(switch: KillSwitch) -> bool:
    firing = switch.firing("f1")
    return firing is not None and firing.is_flat
