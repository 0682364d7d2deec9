"""Tells the admins of what is dead: deliveries that could not be made, and entries nobody could handle.

What dies together is told together. After a start the last ten minutes are told, lest something died while
nobody looked; the noticeboard knows a notice by its id, and posts none a second time.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final, NoReturn, Protocol

import structlog

from services.alerts.delivery.ledger import Ledger
from services.bus.messages import DeadLetter, Log, M
from services.clock import Clock
from services.errors import Unavailable
from services.farm.messages import FARM_NOTICES, FarmNotice
from services.store.deliveries import Sought
from services.store.rows import DeliveryRow

EVERY: Final = 4.0
OF_BOTS: Final = ("deliveries:", "urgent:")
"""Logs whose entries have rows: a burial there comes as a receipt."""
_AT_FIRST: Final = timedelta(minutes=10)
"""How far back the first look goes."""
_BACK: Final = timedelta(minutes=1)
"""How far back every later one goes: what was marked before the last look may have been kept after it."""
_MOST: Final = 500
_WHERE: Final = "/farm deadletters lists them and can try again."

log = structlog.get_logger(__name__)


class DeadLogs(Protocol):
    """The part of the bus that knows dead letters."""

    async def dead_logs(self) -> dict[str, int]:
        """Return how many dead letters each log has. Raises `BusUnavailable`."""
        ...

    async def dead(self, log_name: str, *, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters of a log. Raises `BusUnavailable`."""
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
        self._since = clock.now() - _AT_FIRST
        self._known: frozenset[str] = frozenset()
        self._first = (self._since, "")
        self._newest: dict[str, tuple[datetime, str]] = {}

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
        sought = Sought(status="dead", touched_since=self._since, limit=_MOST)
        async with self._ledger.read() as rows:
            found, total = await rows.deliveries.newest(sought)
        fresh = [row for row in found if _id_of(row) not in self._known]
        if fresh:
            last, count = fresh[0], total - len(found) + len(fresh)
            detail = f"{count}, the last one for {last.place}. {last.reason} {_WHERE}"
            await self._tell(_id_of(last), "Alerts could not be delivered", detail)
        self._known = frozenset(map(_id_of, found))
        self._since = now - _BACK
        await self._tell_of_logs()

    async def _tell_of_logs(self) -> None:
        counts = await self._bus.shelf.dead_logs()
        for name, count in counts.items():
            if name.startswith(OF_BOTS):
                continue
            for letter in await self._bus.shelf.dead(name, limit=1):
                await self._tell_of_letter(letter, count)

    async def _tell_of_letter(self, letter: DeadLetter, count: int) -> None:
        """Tell of the newest letter of a log where it is newer than the last one that was told."""
        age = (letter.at, letter.id)
        if age > self._newest.get(letter.log, self._first):
            title = f"Entries of {letter.log} could not be handled"
            await self._tell(f"dead-log-{letter.log}-{letter.id}", title, f"{count} in all. {_WHERE}")
            self._newest[letter.log] = age

    async def _tell(self, id_: str, title: str, detail: str) -> None:
        notice = FarmNotice(id=id_, at=self._clock.now(), severity="error", title=title, detail=detail)
        await self._bus.append(FARM_NOTICES, notice)


def _id_of(row: DeliveryRow) -> str:
    """Return the id of the notice whose last row this is; one that dies again after a new try has another."""
    return f"dead-{row.id}-{row.tries}"
