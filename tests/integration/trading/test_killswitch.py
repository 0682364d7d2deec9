"""The kill switch over real accounts at a local exchange, through every way in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from persona_fakes import FakeBus
from sandbox_exchange_stage import Stage, running_exchange, settled, until
from switch_stage import ETH, KeyedSessions, Others, Staged, account_row, an_order, switch_at

from bots.cli.resume import resume
from services.bus.messages import Entry
from services.clock import SystemClock
from services.errors import NotAllowed, UserMistake
from services.exchange.exchange import Market
from services.loops import Loops
from services.members.messages import Caller
from services.trading.intents.intent import Intent
from services.trading.killswitch.flat_order import FlatOrder, write_order
from services.trading.killswitch.kept_firings import KeptFirings
from services.trading.killswitch.messages import Drill, Fire, GetSwitch, Resume, Switch
from services.trading.killswitch.operator import Operator

ADA, BOB = Caller(user_id="user-ada"), Caller(user_id="user-bob")


@dataclass(frozen=True)
class Scene:
    stage: Stage
    sessions: KeyedSessions
    folder: Path

    async def fill(self, *names: str) -> None:
        """Give accounts a long and a short position, and an order that waits."""
        for name in names:
            orders = self.stage.paper.open(name).orders
            await orders.place(an_order(f"{name}-long"))
            await orders.place(an_order(f"{name}-short", "sell", "0.1", market=ETH))
            await orders.place(an_order(f"{name}-waits", price=Decimal(49_000)))

    async def left(self, name: str) -> tuple[int, int]:
        """Return how many positions and orders the venue has."""
        account = self.stage.paper.open(name)
        return len(await account.positions()), len(await account.orders.open_orders())

    async def flat(self, staged: Staged, caller: Caller = ADA, **asked: Any) -> Switch:
        """Ask until it is flat."""

        async def is_flat() -> bool:
            return (await staged.service.process(GetSwitch(caller=caller, **asked))).is_flat

        await settled(is_flat)
        return await staged.service.process(GetSwitch(caller=caller, **asked))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with running_exchange() as stage, AsyncExitStack() as opened:
        rows = [account_row("ada"), account_row("bob")]
        sessions = KeyedSessions(stage.url, tmp_path / "markets", rows, opened)
        yield Scene(stage, sessions, tmp_path)


async def test_a_member_halts_and_closes_their_own_accounts_and_nobody_elses(scene: Scene) -> None:
    await scene.fill("ada", "bob")
    async with switch_at(scene.folder, scene.sessions) as staged:
        fired = await staged.service.process(Fire(id="f1", caller=ADA, why="enough"))
        assert (fired.state, fired.why) == ("HALTED", "enough")
        assert fired.halted_after_ms is not None
        assert fired.halted_after_ms <= 1_000
        switch = await scene.flat(staged)
        assert await scene.left("ada") == (0, 0)
        assert await scene.left("bob") == (2, 1)
        assert {line.account for line in switch.lines} == {"ada"}
        assert (switch.lines[0].orders, switch.lines[0].closed) == (1, 2)
        assert staged.latch.state(account_row("bob")) == "ACTIVE"
        assert staged.others.plans == ["ada"]
        news = staged.others.events
        await until(lambda: [one.body.news for one in news] == ["halted", "flat"])
        assert {one.user_id for one in news} == {"user-ada"}
        await staged.switch._flatten("f1", [account_row("ada")])
        looked = await scene.flat(staged)
        assert looked.lines == switch.lines, "a later look that finds nothing keeps what was counted"


async def test_the_same_firing_again_halts_nothing_that_was_resumed_since(scene: Scene) -> None:
    async with switch_at(scene.folder, scene.sessions) as staged:
        await staged.service.process(Fire(id="f1", caller=ADA))
        await scene.flat(staged)
        await staged.service.process(Resume(id="r1", caller=ADA, code="resume"))
        again = await staged.service.process(Fire(id="f1", caller=ADA))
        assert again.state == "ACTIVE"


async def test_a_kept_firing_is_carried_out_once_and_one_that_is_not_allowed_is_over(scene: Scene) -> None:
    async with switch_at(scene.folder, scene.sessions) as staged:
        kept = KeptFirings(FakeBus(SystemClock()), staged.service, clock=SystemClock())
        fire = Fire(id="f1", caller=ADA)
        entry = Entry(id="1-0", message=fire, deliveries=1, appended_at=SystemClock().now())
        await kept.take(replace(entry, message=Fire(id="f0", caller=ADA, scope="all")))
        assert staged.latch.state(account_row("ada")) == "ACTIVE"
        await kept.take(entry)
        assert staged.latch.state(account_row("ada")) == "HALTED"
        await scene.flat(staged)
        await staged.service.process(Resume(id="r1", caller=ADA, code="resume"))
        await kept.take(entry)
        assert staged.latch.state(account_row("ada")) == "ACTIVE", "delivered twice, it halts nothing anew"


async def test_an_account_that_cannot_be_reached_holds_up_no_other_and_is_flattened_once_it_can(
    scene: Scene,
) -> None:
    await scene.fill("ada", "bob")
    scene.sessions.away.add("bob")
    async with switch_at(scene.folder, scene.sessions, others=Others(right="admin")) as staged:
        await staged.service.process(Fire(id="f1", caller=ADA, scope="all"))
        await settled(lambda: is_left(scene, "ada", (0, 0)))
        switch = await staged.service.process(GetSwitch(caller=ADA, scope="all"))
        assert not switch.is_flat
        assert {line.state for line in switch.lines if line.account == "bob"} == {"failed"}
        scene.sessions.away.clear()
        await scene.flat(staged, scope="all")
        assert await scene.left("bob") == (0, 0)


async def is_left(scene: Scene, name: str, wanted: tuple[int, int]) -> bool:
    return await scene.left(name) == wanted


async def test_only_an_admin_fires_at_everything_or_sees_it(scene: Scene) -> None:
    async with switch_at(scene.folder, scene.sessions) as staged:
        for request in (Fire(id="f1", caller=ADA, scope="all"), GetSwitch(caller=ADA, scope="all")):
            with pytest.raises(NotAllowed):
                await staged.service.process(request)
        assert staged.latch.state(account_row("ada")) == "ACTIVE"


async def test_an_empty_file_flattens_everything_and_a_hedged_account_too(scene: Scene) -> None:
    hedged = scene.stage.paper.open("ada")
    await hedged.set_hedged(is_hedged=True)
    await hedged.orders.place(an_order("long", position_side="long"))
    await hedged.orders.place(an_order("short", "sell", position_side="short"))
    await scene.fill("bob")
    async with switch_at(
        scene.folder, scene.sessions, others=Others(is_broken=True, right="admin")
    ) as staged:
        staged.folder.flat.touch()
        switch = await scene.flat(staged, scope="all")
        assert await scene.left("ada") == await scene.left("bob") == (0, 0)
        assert not staged.folder.flat.exists()
        assert switch.halted_after_ms is not None
        assert switch.halted_after_ms <= 1_000


async def test_the_file_names_one_account_and_a_name_that_nobody_has_halts_nothing(scene: Scene) -> None:
    async with switch_at(scene.folder, scene.sessions) as staged:
        write_order(staged.folder.flat, FlatOrder(id="x", accounts=["carol"]))
        await until(lambda: not staged.folder.flat.exists())
        assert not staged.latch.held()
        write_order(staged.folder.flat, FlatOrder(id="y", accounts=["Bob"], why="his"))
        await scene.flat(staged, BOB)
        assert [*staged.latch.held()] == ["killswitch:account:bob"]


async def test_a_firing_that_an_earlier_life_did_not_finish_is_taken_up_again(scene: Scene) -> None:
    await scene.fill("ada")
    scene.sessions.away.add("ada")
    async with switch_at(scene.folder, scene.sessions) as staged:
        await staged.service.process(Fire(id="f1", caller=ADA))
        await until(lambda: "failed" in [line.state for line in staged.switch.firings()[0].lines])
    scene.sessions.away.clear()
    async with switch_at(scene.folder, scene.sessions) as staged:
        assert staged.latch.state(account_row("ada")) == "HALTED"
        await scene.flat(staged)
    assert await scene.left("ada") == (0, 0)


async def test_resuming_needs_a_code_and_an_account_that_is_flat_and_opens_nothing(scene: Scene) -> None:
    others = Others(code="123456")
    scene.sessions.away.add("ada")
    async with switch_at(scene.folder, scene.sessions, others=others) as staged:
        await staged.service.process(Fire(id="f1", caller=ADA, why="enough"))
        with pytest.raises(UserMistake, match="flat"):
            await staged.service.process(Resume(id="r0", caller=ADA, code="123456"))
        with pytest.raises(UserMistake, match="code"):
            await staged.service.process(Resume(id="r1", caller=ADA, code="RESUME not flat"))
        forced = await staged.service.process(Resume(id="r2", caller=ADA, code="123456 Not Flat"))
        assert forced.state == "ACTIVE"
        assert forced.why == "enough", "why it was halted stays to be read"
        assert forced.resumed_at is not None
        again = await staged.service.process(Resume(id="r2", caller=ADA, code="123456 Not Flat"))
        assert again == forced
        await until(lambda: "killswitch resume" in [getattr(one, "action", "") for one in others.said])


async def test_without_a_second_factor_paper_is_resumed_by_a_word_and_live_or_the_farm_is_not(
    scene: Scene,
) -> None:
    scene.sessions.rows["live"] = account_row("live", "user-bob", mode="live")
    async with switch_at(scene.folder, scene.sessions, others=Others(right="admin")) as staged:
        await staged.latch.set("account:ada", "REDUCING", why="drawdown", by="risk:day")
        await staged.latch.set("market:ada:X", "HALTED", why="a difference", by="reconciliation")
        await staged.service.process(Resume(id="r1", caller=ADA, code="RESUME"))
        assert [*staged.latch.held()] == ["account:ada"], "what the risk gate holds stays"
        for request in (
            Resume(id="r2", caller=BOB, code="RESUME"),
            Resume(id="r3", caller=ADA, scope="all", code="RESUME"),
        ):
            with pytest.raises(UserMistake, match="second factor"):
                await staged.service.process(request)


class PlainDesk:
    """Sends what it is told."""

    def __init__(self, sessions: Any) -> None:
        self._sessions = sessions

    async def submit(self, intent: Intent) -> Any:
        session = await self._sessions.of(intent.account)
        await session.orders.place(intent.request)
        return SimpleNamespace(reason="")


class Marketed:
    """A session that knows its markets."""

    def __init__(self, session: Any) -> None:
        self.account, self.orders = session.account, session.orders

    def market(self, name: str) -> Market:
        return Market(name=name, tick=Decimal("0.1"), min_amount=Decimal("0.0001"))


class DrillSessions(KeyedSessions):
    async def of(self, account_id: str) -> Any:
        self.rows.setdefault(account_id, account_row(account_id, ""))
        return Marketed(await super().of(account_id))


async def test_a_drill_goes_the_whole_way_on_its_own_account_and_tells_the_times(scene: Scene) -> None:
    await scene.fill("ada")
    async with AsyncExitStack() as opened:
        rows = [account_row("ada"), account_row("drill", "")]
        sessions = DrillSessions(scene.stage.url, scene.folder / "markets", rows, opened)
        others = Others(right="admin")
        async with switch_at(scene.folder, sessions, others=others, desk=PlainDesk(sessions)) as staged:
            drilled = await staged.service.process(Drill(id="d1", caller=ADA))
            assert drilled.is_drill
            assert drilled.is_flat
            assert (drilled.lines[0].orders, drilled.lines[0].closed) == (1, 1)
            assert drilled.halted_after_ms is not None
            assert drilled.flat_after_ms is not None
            assert not staged.latch.held()
            assert await scene.left("ada") == (2, 1)
        assert await scene.left("drill") == (0, 0)


async def test_a_drill_without_a_local_exchange_is_refused_with_the_reason(scene: Scene) -> None:
    others = Others(right="admin")
    async with switch_at(scene.folder, scene.sessions, others=others, has_sandbox=False) as staged:
        with pytest.raises(UserMistake, match="local exchange"):
            await staged.service.process(Drill(id="d1", caller=ADA))


async def test_the_operators_file_resumes_the_farm_once_it_is_flat(scene: Scene) -> None:
    async with switch_at(scene.folder, scene.sessions, others=Others(right="admin")) as staged:
        await staged.service.process(Fire(id="f1", caller=ADA, scope="all"))
        await scene.flat(staged, scope="all")
        clock = SystemClock()
        operator = Operator(staged.folder, staged.switch, staged.resuming, staged.roster, clock=clock)
        async with Loops(operator.run()):
            code = await asyncio.to_thread(resume, scene.folder, lambda _: "RESUME\n", clock=clock)
        assert code == 0
        assert staged.latch.state(account_row("ada")) == "ACTIVE"
