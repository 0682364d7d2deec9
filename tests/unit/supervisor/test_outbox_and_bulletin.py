from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import cast

from bots.supervisor.bulletin import BY_FILE, Bulletin, Severity
from bots.supervisor.fleet import Change
from bots.supervisor.outbox import Outbox
from services.bus.bus import Bus
from services.bus.messages import Log, Message
from services.clock import SystemClock
from services.errors import BusUnavailable
from services.farm.messages import BotStatus, FarmNotice
from services.members.messages import AuditEntry


class FlakyBus:
    """Takes nothing until it is up."""

    def __init__(self) -> None:
        self.is_up = False
        self.taken: list[tuple[str, Message]] = []

    async def append(self, log: Log[Message], message: Message) -> str:
        await asyncio.sleep(0)
        if not self.is_up:
            raise BusUnavailable("Redis does not answer.")
        self.taken.append((log.name, message))
        return str(len(self.taken))


class Screen:
    def __init__(self) -> None:
        self.bots: list[tuple[str, str]] = []
        self.said: list[tuple[Severity, str, str]] = []

    def bot(self, status: BotStatus) -> None:
        self.bots.append((status.name, status.state))

    def say(self, severity: Severity, title: str, detail: str) -> None:
        self.said.append((severity, title, detail))


def a_notice(number: int) -> FarmNotice:
    return FarmNotice(id=str(number), at=datetime.now(UTC), severity="info", title="t", detail="d")


NOTES: Log[FarmNotice] = Log("notes", FarmNotice)


async def sent(outbox: Outbox, bus: FlakyBus, count: int) -> list[Message]:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(outbox.run(cast("Bus", bus)))
        async with asyncio.timeout(5):
            while len(bus.taken) < count:
                await asyncio.sleep(0.01)
                bus.is_up = True
        running.cancel()
    return [message for _, message in bus.taken]


async def test_what_was_put_while_the_bus_was_away_arrives_in_its_order_once_it_is_back() -> None:
    outbox, notices = Outbox(), [a_notice(number) for number in range(5)]
    for notice in notices:
        outbox.put(NOTES, notice)
    assert await sent(outbox, FlakyBus(), 5) == notices


async def test_the_oldest_is_given_up_when_the_bus_stays_away_too_long() -> None:
    outbox, notices = Outbox(), [a_notice(number) for number in range(250)]
    for notice in notices:
        outbox.put(NOTES, notice)
    assert await sent(outbox, FlakyBus(), 200) == notices[-200:]


def told(outbox: Outbox) -> Bulletin:
    return Bulletin(outbox=outbox, clock=SystemClock(), screen=Screen())


async def test_changes_made_in_the_file_are_audited_and_those_asked_for_are_left_to_who_answered() -> None:
    outbox = Outbox()
    bulletin = told(outbox)
    changes = [Change("xyko", "stopped"), Change("market", "restarted")]
    bulletin.config_taken("abc", changes, actor="1", is_mended=False)
    bulletin.config_taken("abc", changes, actor=BY_FILE, is_mended=False)
    entries = await sent(outbox, FlakyBus(), 2)
    assert [
        (entry.actor, entry.action, entry.subject) for entry in entries if isinstance(entry, AuditEntry)
    ] == [
        (BY_FILE, "stopped", "xyko"),
        (BY_FILE, "restarted", "market"),
    ]
    assert len({entry.id for entry in entries if isinstance(entry, AuditEntry)}) == 2


async def test_a_bot_that_is_given_up_and_a_refused_config_are_told_to_the_admins() -> None:
    outbox = Outbox()
    bulletin = told(outbox)
    bulletin.gave_up("xyko", "The token is refused.")
    bulletin.config_refused("farm.yaml:3:bots: expected more")
    notices = [notice for notice in await sent(outbox, FlakyBus(), 2) if isinstance(notice, FarmNotice)]
    assert [(notice.severity, notice.detail) for notice in notices] == [
        ("error", "The token is refused."),
        ("error", "farm.yaml:3:bots: expected more"),
    ]
