"""The kill switch where something around it is away, torn, late or said twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from sandbox_exchange_stage import until
from switch_stage import BTC, SWIFT, Others, Staged, account_row, opened_latch, switch_at

from services.clock import SystemClock
from services.errors import NoAnswer, StoreUnavailable
from services.exchange.orders import Position
from services.loops import Loops
from services.members.messages import Caller
from services.store.trading_rows import AccountRow
from services.trading.killswitch.flat_order import FlatOrder, write_order
from services.trading.killswitch.flattening import Flattening
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.latch_file import Held
from services.trading.killswitch.messages import Fire, FlatLine, GetSwitch, Resume
from services.trading.killswitch.news import News
from services.trading.killswitch.operator import Operator, ResumeOrder
from services.trading.killswitch.reach import Pace, Target
from services.trading.killswitch.report_file import Firing, ReportFile
from services.trading.killswitch.roster import Roster
from services.trading.killswitch.switch import KillSwitch, SwitchParts
from services.trading.killswitch.view import SwitchView
from services.trading.watchdog.heartbeat import BeatAccount
from services.trading.watchdog.wanted import Wanted

NOW = datetime.now(UTC)
ADA = Caller(user_id="user-ada")
TARGET = Target(id="ada", name="ada", mode="live")


class Venue:
    """Holds positions until they are closed, and lists its orders only where it does not hang."""

    def __init__(self, *, positions: int = 0, is_hanging: bool = False) -> None:
        self.left = positions
        self.is_hanging = is_hanging
        self.asked: list[str] = []
        self.closed: list[str] = []
        self.is_away = False
        self.account = SimpleNamespace(positions=self._positions, modes=self._modes)
        self.orders = SimpleNamespace(cancel_all=self._cancel_all, place=self._place)

    async def of(self, account_id: str) -> Any:
        if self.is_away:
            raise ConnectionResetError
        self.asked.append(account_id)
        return self

    async def all_active(self) -> Sequence[AccountRow]:
        return [account_row("bob"), account_row("ada")]

    def is_open(self, account_id: str) -> bool:
        return account_id == "ada"

    async def close(self, account_id: str) -> None:
        self.closed.append(account_id)

    async def _modes(self) -> Any:
        return SimpleNamespace(is_hedged=False)

    async def _cancel_all(self) -> Sequence[str]:
        if self.is_hanging:
            await asyncio.Event().wait()
        return []

    async def _positions(self) -> Sequence[Position]:
        return [Position(market=BTC, side="long", amount=Decimal(1), entry=Decimal(1), as_of=NOW)] * self.left

    async def _place(self, request: Any) -> Any:
        del request
        self.left = 0
        return SimpleNamespace(status="filled")


def a_firing(name: str = "f", *accounts: str, **more: Any) -> Firing:
    told = {"why": "", "by": "op", "at": NOW, "updated_at": NOW, **more}
    return Firing(id=name, scope="me" if accounts else "all", accounts=[*accounts], **told)


def line(account: str, state: Any = "flat") -> FlatLine:
    return FlatLine(account=account, name=account, mode="paper", state=state)


def switch_on(folder: Path, latch: FileLatch, all_active: Any, venue: Venue | None = None) -> KillSwitch:
    others, reaches = Others(), venue or Venue()
    parts = SwitchParts(
        folder=DeskFolder.below(folder),
        latch=latch,
        roster=Roster(all_active),
        flattening=Flattening(reaches, pace=SWIFT),
        news=News(others, others, others),  # type: ignore[arg-type]  # of all verbs two are used
        clock=SystemClock(),
        openings=reaches,
    )
    return KillSwitch(parts)


async def away() -> Sequence[AccountRow]:
    raise StoreUnavailable("The database is away.")


async def test_a_venue_that_says_nothing_of_orders_is_sent_the_close() -> None:
    venue, pace = Venue(positions=1, is_hanging=True), Pace(look=0.01, again=(0.01,), round=0.2)
    async with Loops(Flattening(venue, pace=pace).flatten(TARGET, "f", lambda _: None)):
        await until(lambda: venue.left == 0)


async def test_an_account_is_flat_once_its_plans_are_ended_although_one_try_failed() -> None:
    tries: list[int] = []

    async def cancel_all(account_id: str) -> None:
        tries.append(len(account_id))
        await asyncio.sleep(0.05)
        if len(tries) == 1:
            raise StoreUnavailable("The database is away.")

    plans, pace = SimpleNamespace(cancel_all=cancel_all), Pace(look=0.01, again=(0.01,))
    await Flattening(Venue(), plans=plans, pace=pace).flatten(TARGET, "f", lambda _: None)
    assert len(tries) == 2


async def test_a_file_that_names_accounts_waits_until_they_can_be_read(tmp_path: Path) -> None:
    async with opened_latch(tmp_path) as (latch, _):
        switch = switch_on(tmp_path, latch, away)
        flat = DeskFolder.below(tmp_path).flat
        write_order(flat, FlatOrder(id="op", accounts=["ada"]))
        await switch.take_up()
        beat = BeatAccount(id="ada", name="ada", venue="sandbox", mode="paper")
        (wanted,) = Wanted(DeskFolder.below(tmp_path), clock=SystemClock()).firings([beat])
        assert wanted.accounts == ["ada"], "the watchdog still sees it"


async def test_a_name_that_nobody_has_is_told_beside_those_that_somebody_has(tmp_path: Path) -> None:
    async with switch_at(tmp_path, Venue()) as staged:
        write_order(staged.folder.flat, FlatOrder(id="op", accounts=["ada", "bbo"]))
        await until(lambda: (found := staged.switch.firing("op")) is not None and found.is_flat)
        told = {one.name: one.state for one in staged.switch.firings()[0].lines}
        assert told == {"ada": "flat", "bbo": "failed"}


async def test_a_file_is_obeyed_again_although_its_name_was_used_before(tmp_path: Path) -> None:
    async with switch_at(tmp_path, Venue()) as staged:
        for _ in range(2):
            staged.folder.flat.write_text('{"id":"emergency"}')
            await until(lambda: bool(staged.latch.held()) and not staged.folder.flat.exists())
            await staged.resuming.release("r", "all", staged.roster.known, "op")
            assert not staged.latch.held()


async def test_a_firing_that_only_the_latch_knows_is_carried_out(tmp_path: Path) -> None:
    held = Held(state="HALTED", why="enough", by="u", at=NOW, firing="f1")
    async with opened_latch(tmp_path) as (latch, _):
        latch.tighten({"killswitch:account:ada": held})
    async with switch_at(tmp_path, Venue()) as staged:
        await until(lambda: (found := staged.switch.firing("f1")) is not None and found.is_flat)


def test_nobody_is_shown_flat_for_the_newest_firing_while_an_older_one_is_at_work() -> None:
    old = a_firing("all", lines=[line("bob", "unreachable"), line("ada")])
    new = a_firing("mine", "ada", at=NOW + timedelta(seconds=1), is_flat=True, lines=[line("ada")])
    halted: Any = SimpleNamespace(state=lambda *_: "HALTED", why=lambda *_: "fired")
    view = SwitchView(SimpleNamespace(firings=lambda: [new, old]), halted)  # type: ignore[arg-type]  # all it asks
    ada, bob = account_row("ada"), account_row("bob")
    farm = view.of("all", [ada, bob])
    assert not farm.is_flat
    assert {one.account: one.state for one in farm.lines} == {"ada": "flat", "bob": "unreachable"}
    assert not view.is_flat("all", [ada, bob])
    assert view.is_flat("me", [ada])
    assert not view.is_flat("me", [bob])


async def test_every_owner_is_told_however_many_they_are_and_whatever_else_is_away() -> None:
    others, broken = Others(), Others(is_broken=True)
    news = News(broken, others, others)  # type: ignore[arg-type]  # of all verbs two are used
    await news.tell("halted", a_firing(), [account_row(f"m{number}") for number in range(600)], NOW)
    assert len(others.events) == 600


async def test_an_account_that_was_opened_only_to_look_is_closed_again(tmp_path: Path) -> None:
    venue = Venue()
    async with opened_latch(tmp_path) as (latch, _):
        switch = switch_on(tmp_path, latch, venue.all_active, venue)
        async with Loops(switch.run()):
            await switch.fire(a_firing())
            await until(lambda: venue.closed == ["bob"])
        assert venue.asked[0] == "ada", "those in use come first"


async def test_an_admin_fires_while_nobody_can_be_asked_for_rights(tmp_path: Path) -> None:
    class Members(Others):
        is_away = True

        async def right_of(self, caller: Caller) -> Any:
            if self.is_away:
                raise NoAnswer("Nobody answers.")
            return await super().right_of(caller)

    members = Members(right="admin")
    async with switch_at(tmp_path, Venue(), others=members) as staged:
        with pytest.raises(NoAnswer, match="Your own accounts are halted"):
            await fire(staged, "f1")
        assert [*staged.latch.held()] == ["killswitch:account:ada"]
        members.is_away = False
        await staged.service.process(GetSwitch(caller=ADA, scope="all"))
        members.is_away = True
        assert (await fire(staged, "f1")).state == "HALTED"
        assert "killswitch:farm" in staged.latch.held()
        with pytest.raises(NoAnswer):
            await staged.service.process(Resume(id="r", caller=ADA, scope="all", code="RESUME"))


async def fire(staged: Staged, name: str) -> Any:
    return await staged.service.process(Fire(id=name, caller=ADA, scope="all"))


async def test_a_member_who_is_forgotten_stands_in_no_file_and_comes_back_in_no_row(tmp_path: Path) -> None:
    async with switch_at(tmp_path, Venue()) as staged:
        await staged.service.process(Fire(id="f1", caller=ADA, why="my own words"))
        await until(lambda: staged.switch.firings()[0].is_flat)
        await staged.latch.set("farm", "REDUCING", why="a pause", by=ADA.user_id)
        staged.latch.forget(ADA.user_id, ["ada"])
        staged.switch.forget(ADA.user_id, ["ada"])
        report = staged.folder.report
        await until(lambda: b"own words" not in report.read_bytes())
        for file in (report, staged.folder.latch):
            assert b"ada" not in file.read_bytes()
        assert staged.latch.state(None) == "REDUCING"
        async with staged.store.write() as rows:
            await rows.trading.states.delete(scope="killswitch:account:ada")
    async with opened_latch(tmp_path) as (latch, _):
        assert [*latch.held()] == ["farm"]


async def test_lines_are_written_together_and_what_is_new_at_once(tmp_path: Path) -> None:
    report = ReportFile(tmp_path / "report")
    for number in range(3):
        report.note(a_firing(lines=[line(f"a{number}")]))
    assert not (tmp_path / "report").exists()
    assert report.of("f") is not None, "who reads here sees it all the same"
    await until(lambda: [one.lines for one in ReportFile(tmp_path / "report").read()] == [[line("a2")]])
    report.put(a_firing("g"))
    assert {one.id for one in ReportFile(tmp_path / "report").read()} == {"f", "g"}


async def test_an_operators_file_that_cannot_be_removed_ends_nothing_and_resumes_once(tmp_path: Path) -> None:
    released: list[str] = []

    async def release(name: str, *_: object) -> None:
        released.append(name)
        folder.resume.unlink()
        folder.resume.mkdir()

    folder = DeskFolder.below(tmp_path)
    order = ResumeOrder(id="r1", by="op", at=datetime.now(UTC), is_forced=True)
    folder.resume.write_bytes(msgspec.json.encode(order))
    known: Any = SimpleNamespace(known=(), firings=list, release=release)
    async with Loops(Operator(folder, known, known, known, clock=SystemClock()).run()):
        await asyncio.sleep(0.5)
    assert released == ["r1"]
