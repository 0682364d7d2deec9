"""What the kill switch has to say, sent when those who carry it are there: nothing waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal

import structlog

from services.alerts.trading_posts import DeskTold, Event
from services.bus.guard import Failed, attempt, trace_of, within
from services.loops import Loops
from services.members.messages import AUDIT, AuditEntry, Caller
from services.store.trading_rows import AccountRow
from services.trading.killswitch.report_file import Firing
from services.trading.ports import DeskBus, Journal, Teller
from services.trading.telling import event_of, mode_of

_AGAIN_SECONDS: Final = 2.0
_WITHIN_SECONDS: Final = 5.0

FIRED_WORDS: Final = "The kill switch was fired: no order is sent, and everything is being closed."
FLAT_WORDS: Final = "No order and no position is left, as the venue says twice."
RESUMED_WORDS: Final = (
    "Trading goes on. Nothing that was closed or canceled is opened again, and stopped plans stay stopped."
)
UNFIRED_WORDS: Final = (
    "The kill switch was not fired at every account: nobody could say in time whether you are an admin."
)
_WORDS: Final = {"halted": FIRED_WORDS, "flat": FLAT_WORDS, "resumed": RESUMED_WORDS}
Told = Literal["halted", "flat", "resumed"]

log = structlog.get_logger(__name__)


class _Lane:
    """What waits for one of those who carry it. The first goes first; what has the same name goes once.

    What a defect keeps from being sent goes behind the others, and is not given up.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Callable[[], Awaitable[object]]] = {}
        self._woken = asyncio.Event()

    def later(self, name: str, send: Callable[[], Awaitable[object]]) -> None:
        self._waiting[name] = send
        self._woken.set()

    async def run(self) -> None:
        """Send what waits, and again what could not be sent, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._waiting:
                name, send = next(iter(self._waiting.items()))
                ended = await attempt(within(_WITHIN_SECONDS, send()))
                is_newest = self._waiting[name] is send
                if isinstance(ended, Failed):
                    self._put_off(name, ended.error)
                    await asyncio.sleep(_AGAIN_SECONDS)
                elif is_newest:
                    del self._waiting[name]

    def _put_off(self, name: str, error: Exception) -> None:
        log.warning("switch_news_unsent", news=name, reason=str(error), exc_info=trace_of(error))
        if trace_of(error) is not None:
            self._waiting[name] = self._waiting.pop(name)


class News:
    """Tells owners, the journal and the audit log; none of them waits for another.

    Args:
        bus: for the audit log.
        teller: brings news to members.
        journal: of every account.
    """

    def __init__(self, bus: DeskBus, teller: Teller, journal: Journal) -> None:
        self._bus = bus
        self._teller = teller
        self._journal = journal
        self._written, self._said = _Lane(), _Lane()

    async def tell(self, told: Told, firing: Firing, rows: Sequence[AccountRow], at: datetime) -> None:
        """Tell the owners of accounts, once each, and write it into the accounts' journals."""
        for owner in dict.fromkeys(row.user_id for row in rows if row.user_id):
            own = next(row for row in rows if row.user_id == owner)
            await self._hand_over(_event(told, firing, own, at))
        for row in rows:
            name = f"{firing.id}:{told}:{row.id}"
            self._written.later(name, partial(self._write, told, firing, row))

    async def tell_unfired(self, firing: str, caller: Caller, at: datetime) -> None:
        """Tell who fired at everything that it was given up."""
        body = DeskTold(news="warning", owner=caller.user_id, about=firing, words=UNFIRED_WORDS, at=at)
        await self._hand_over(
            Event(
                id=f"killswitch:{firing}:unfired",
                thread=f"killswitch:{firing}:unfired",
                user_id=caller.user_id,
                guild_id=caller.guild_id or "",
                body=body,
                is_urgent=True,
                at=at,
            )
        )

    async def _hand_over(self, event: Event) -> None:
        """Give it to the teller, which keeps it; a defect there keeps nothing from being flattened."""
        ended = await attempt(self._teller.tell(event))
        if isinstance(ended, Failed):
            log.error("switch_news_lost", told=event.id, reason=str(ended.error), exc_info=ended.error)

    def audit(self, entry: AuditEntry) -> None:
        """Have an entry written into the audit log."""
        self._said.later(entry.id, partial(self._bus.append, AUDIT, entry))

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        async with Loops(self._written.run()):
            await self._said.run()

    async def _write(self, told: Told, firing: Firing, row: AccountRow) -> None:
        facts = {"why": firing.why, "by": firing.by}
        key = f"killswitch:{firing.id}:{told}"
        await self._journal.write(row, "state", _WORDS[told], facts=facts, key=key)


def _event(told: Told, firing: Firing, row: AccountRow, at: datetime) -> Event:
    thread = f"killswitch:{firing.id}:{row.user_id}"
    body = DeskTold(
        news=told,
        owner=row.user_id,
        about=firing.id,
        mode=mode_of(row),
        account_name=row.name if firing.scope == "me" else "",
        words=_WORDS[told],
        facts={"why": firing.why},
        at=at,
    )
    return event_of(row, body, id_=f"{thread}:{told}", thread=thread, is_urgent=True)
