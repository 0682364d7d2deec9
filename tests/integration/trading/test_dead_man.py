"""The dead man's switch of a unified account at a local exchange."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from account_stage import sandbox_account
from desk_intents_stage import an_intent
from sandbox_exchange_stage import CLASSIC, UNIFIED, Stage, running_exchange, settled, until
from switch_stage import opened_latch

from services.clock import SystemClock
from services.errors import NotOffered
from services.exchange.venues.account import CcxtAccount
from services.loops import Loops
from services.store.store import Store
from services.trading.intents.rows import row_of
from services.trading.killswitch.dead_man import Beat, DeadManSwitches, Switched

COUNTDOWN = "countdown-cancel-all"
FAR = Decimal(45_000)
QUICK = Beat(every=0.2, seconds=5)
"""The shortest that the venue has, so that a test need not wait for a minute."""


@dataclass(frozen=True)
class Scene:
    venue: Stage
    account: CcxtAccount
    store: Store

    @property
    def switches(self) -> DeadManSwitches:
        async def reach(account_id: str) -> Switched:
            assert account_id == "ada"
            return Switched(dead_man=self.account.dead_man, open_orders=self.account.orders.open_orders)

        return DeadManSwitches(reach, self.store, beat=QUICK)

    async def order(self, intent_id: str, **asked: Any) -> None:
        """Place an order as the desk does: its intent is kept first."""
        intent = an_intent(intent_id, **asked)
        async with self.store.write() as rows:
            await rows.trading.intents.add(row_of(intent, SystemClock().now()))
        await self.account.orders.place(intent.request)

    def wound(self) -> list[str]:
        """Return the seconds that the venue was told, in order."""
        asked = self.venue.journal.of(COUNTDOWN)
        return [json.loads(entry.body)["countdown"] for entry in asked]


@asynccontextmanager
async def scene_of(folder: Path, name: str) -> AsyncIterator[Scene]:
    async with (
        running_exchange() as venue,
        opened_latch(folder) as (_, store),
        sandbox_account(venue.url, name, folder / "markets") as account,
    ):
        yield Scene(venue, account, store)


@pytest.mark.slow
async def test_orders_of_a_desk_that_has_died_are_canceled_by_the_venue(tmp_path: Path) -> None:
    async with scene_of(tmp_path, UNIFIED) as scene:
        await scene.order("i1", price=FAR)
        async with Loops(scene.switches.run()):
            await until(lambda: len(scene.wound()) > 1)

        async def is_gone() -> bool:
            return not await scene.account.orders.open_orders()

        assert not await is_gone()
        await settled(is_gone)


async def test_the_switch_is_off_while_anything_protects_or_will(tmp_path: Path) -> None:
    async with scene_of(tmp_path, UNIFIED) as scene:
        switches = scene.switches
        await switches.look("ada")
        await scene.order("i1", price=FAR)
        await switches.look("ada")
        assert scene.wound() == ["5"]
        await scene.order("i2", price=FAR, stop_loss=Decimal(44_000))
        await switches.look("ada")
        await switches.look("ada")
        assert scene.wound() == ["5", "0"]


async def test_the_switch_is_off_where_somebody_trades_by_hand(tmp_path: Path) -> None:
    async with scene_of(tmp_path, UNIFIED) as scene:
        await scene.order("i1", price=FAR)
        await scene.account.orders.place(replace(an_intent("i2", price=FAR).request, client_id="by-hand"))
        await scene.switches.look("ada")
        assert scene.wound() == []


async def test_what_comes_to_protect_ends_the_switch_at_once(tmp_path: Path) -> None:
    async with scene_of(tmp_path, UNIFIED) as scene:
        switches = scene.switches
        await scene.order("i1", price=FAR)
        await switches.look("ada")
        stop = an_intent("i2", stop_loss=Decimal(44_000))
        row = row_of(stop, SystemClock().now())
        async with scene.store.write() as rows:
            await rows.trading.intents.add(row)
        running = asyncio.create_task(switches._nap())
        await asyncio.sleep(0)
        await switches.changed(row, "new")
        await running
        await switches.look("ada")
        assert scene.wound() == ["5", "0"]


async def test_a_venue_without_a_switch_is_left_alone_and_says_so(tmp_path: Path) -> None:
    async with scene_of(tmp_path, CLASSIC) as scene:
        await scene.order("i1", price=FAR)
        await scene.switches.look("ada")
        assert scene.wound() == []
        with pytest.raises(NotOffered):
            await scene.account.dead_man.wind(60)
