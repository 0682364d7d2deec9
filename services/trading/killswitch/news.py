"""What the kill switch has to say, sent when those who carry it are there: nothing waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal

import structlog

from services.alerts.trading_posts import DeskTold, Event
from services.bus.guard import Failed, attempt
from services.errors import Unavailable
from services.loops import Loops
from services.members.messages import AUDIT, AuditEntry
from services.store.trading_rows import AccountRow
from services.trading.killswitch.messages import HALTS, Halted
from services.trading.killswitch.report_file import Firing
from services.trading.killswitch.within import within
from services.trading.messages import TradingState
from services.trading.ports import DeskBus, Journal, Teller

_AGAIN_SECONDS: Final = 2.0
_WITHIN_SECONDS: Final = 5.0

FIRED_WORDS: Final = "The kill switch was fired: no order is sent, and everything is being closed."
FLAT_WORDS: Final = "No order and no position is left, as the venue says twice."
RESUMED_WORDS: Final = (
    "Trading goes on. Nothing that was closed or canceled is opened again, and stopped plans stay stopped."
)
_WORDS: Final = {"halted": FIRED_WORDS, "flat": FLAT_WORDS, "resumed": RESUMED_WORDS}
Told = Literal["halted", "flat", "resumed"]

log = structlog.get_logger(__name__)


class _Lane:
    """What waits for one of those who carry it. The first goes first; what has the same name goes once."""

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
                if not await _is_sent(send):
                    await asyncio.sleep(_AGAIN_SECONDS)
                elif self._waiting[name] is send:
                    del self._waiting[name]


class News:
    """Tells owners, the journal, the audit log and whoever listens to halts; none of them waits for another.

    Args:
        bus: for halts and the audit log.
        teller: brings news to members.
        journal: of every account.
    """

    def __init__(self, bus: DeskBus, teller: Teller, journal: Journal) -> None:
        self._bus = bus
        self._teller = teller
        self._journal = journal
        self._told, self._written, self._said = _Lane(), _Lane(), _Lane()

    def tell(self, told: Told, firing: Firing, rows: Sequence[AccountRow], at: datetime) -> None:
        """Tell the owners of accounts, once each, and write it into the accounts' journals."""
        for owner in dict.fromkeys(row.user_id for row in rows if row.user_id):
            own = next(row for row in rows if row.user_id == owner)
            event = _event(told, firing, own, at)
            self._told.later(event.id, partial(self._teller.tell, event))
        for row in rows:
            name = f"{firing.id}:{told}:{row.id}"
            self._written.later(name, partial(self._write, told, firing, row))

    def publish(self, scope: str, state: TradingState, why: str, at: datetime) -> None:
        """Let everybody know within a second; of what is late, only the newest of a scope."""
        halted = Halted(scope=scope, state=state, why=why, at=at)
        self._said.later(scope, partial(self._bus.publish, HALTS, halted))

    def audit(self, entry: AuditEntry) -> None:
        """Have an entry written into the audit log."""
        self._said.later(entry.id, partial(self._bus.append, AUDIT, entry))

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        async with Loops(self._told.run(), self._written.run()):
            await self._said.run()

    async def _write(self, told: Told, firing: Firing, row: AccountRow) -> None:
        facts = {"why": firing.why, "by": firing.by}
        key = f"killswitch:{firing.id}:{told}"
        await self._journal.write(row, "state", _WORDS[told], facts=facts, key=key)


async def _is_sent(send: Callable[[], Awaitable[object]]) -> bool:
    """Return whether it is done with: sent, or never to be sent."""
    ended = await attempt(within(_WITHIN_SECONDS, send()))
    if isinstance(ended, Failed):
        is_away = isinstance(ended.error, Unavailable | TimeoutError)
        log.warning("switch_news_unsent", reason=str(ended.error), is_away=is_away)
        return not is_away
    return True


def _event(told: Told, firing: Firing, row: AccountRow, at: datetime) -> Event:
    thread = f"killswitch:{firing.id}:{row.user_id}"
    body = DeskTold(
        news=told,
        owner=row.user_id,
        about=firing.id,
        mode="live" if row.mode == "live" else "paper",
        account_name=row.name if firing.scope == "me" else "",
        words=_WORDS[told],
        facts={"why": firing.why},
        at=at,
    )
    return Event(
        id=f"{thread}:{told}",
        thread=thread,
        user_id=row.user_id,
        guild_id=row.guild_id,
        body=body,
        is_urgent=True,
        at=at,
    )
