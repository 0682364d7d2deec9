"""Tells the admins of what is dead: deliveries that could not be made, and entries nobody could handle.

What dies together is told together. After a start the last minute is told again; the noticeboard knows a
notice that it has posted.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final, NoReturn, Protocol

import structlog

from services.alerts.delivery.ledger import Ledger
from services.bus.messages import Log, M
from services.clock import Clock
from services.errors import Unavailable
from services.farm.messages import FARM_NOTICES, FarmNotice
from services.store.deliveries import Sought

EVERY: Final = 4.0
OF_BOTS: Final = ("deliveries:", "urgent:")
"""Logs whose entries have rows: a burial there comes as a receipt."""
_BEFORE: Final = timedelta(minutes=1)
_WHERE: Final = "/farm deadletters lists them and can try again."

log = structlog.get_logger(__name__)


class DeadLogs(Protocol):
    """The part of the bus that counts dead letters."""

    async def dead_logs(self) -> dict[str, int]:
        """Return how many dead letters each log has. Raises `BusUnavailable`."""
        ...


class NoticeBus(Protocol):
    """The part of the bus that tells admins."""

    @property
    def shelf(self) -> DeadLogs:
        """Return the logs as seen from outside."""
        ...

    async def append(self, log: Log[M], message: M) -> str:
        """Append a message. Raises `BusUnavailable`."""
        ...


class DeadNotices:
    """Looks every few seconds for what has died since."""

    def __init__(self, bus: NoticeBus, ledger: Ledger, *, clock: Clock) -> None:
        self._bus = bus
        self._ledger = ledger
        self._clock = clock
        self._since = clock.now() - _BEFORE
        self._told = ""
        self._dead_letters: dict[str, int] | None = None

    async def run(self) -> NoReturn:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("dead_not_told", reason=error.message)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Tell what has died since the last look. Raises `Unavailable`; it is then told at the next one."""
        now = self._clock.now()
        async with self._ledger.read() as rows:
            newest, count = await rows.deliveries.newest(
                Sought(status="dead", touched_since=self._since, limit=1)
            )
        if newest and newest[0].id != self._told:
            last = newest[0]
            detail = f"{count}, the last one for {last.place}. {last.reason} {_WHERE}"
            await self._tell(f"dead-{last.id}-{last.tries}", "Alerts could not be delivered", detail)
            self._told = last.id
        self._since = now
        await self._tell_of_logs()

    async def _tell_of_logs(self) -> None:
        counts = await self._bus.shelf.dead_logs()
        before, self._dead_letters = self._dead_letters, counts
        for name, count in counts.items():
            if before is not None and count > before.get(name, 0) and not name.startswith(OF_BOTS):
                title = f"Entries of {name} could not be handled"
                await self._tell(f"dead-log-{name}-{count}", title, f"{count} in all. {_WHERE}")

    async def _tell(self, id_: str, title: str, detail: str) -> None:
        notice = FarmNotice(id=id_, at=self._clock.now(), severity="error", title=title, detail=detail)
        await self._bus.append(FARM_NOTICES, notice)
