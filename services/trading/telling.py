"""News on their way to the alerts process: the frame around them, and a file that keeps them for the bus.

Belongs here: that nothing told is lost while the bus is away or when the process dies. What is told, and to
whom, is decided by the parts.
"""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path
from typing import Final, Literal

import msgspec
import structlog

from services.alerts.trading_posts import EVENTS, DeskTold, Event
from services.errors import BusUnavailable, Misconfigured
from services.store.trading_rows import AccountRow, RunRow
from services.trading.messages import AccountMode
from services.trading.ports import DeskBus
from services.trading.seasons.messages import HOUSE

_AGAIN_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


def mode_of(account: AccountRow) -> AccountMode:
    """Return whether an account is of paper or real."""
    return "live" if account.mode == "live" else "paper"


def event_of(
    whose: AccountRow | RunRow,
    body: DeskTold,
    *,
    id_: str,
    thread: str = "",
    is_new: bool = False,
    is_urgent: bool = False,
) -> Event:
    """Return the event that brings news to its owner; without a `thread` it stands alone."""
    return Event(
        id=id_,
        thread=thread or id_,
        user_id=body.owner,
        guild_id=whose.guild_id,
        body=body,
        is_new=is_new,
        is_urgent=is_urgent,
        at=body.at,
    )


class KeptNews:
    """The `Teller`. Hands events to the bus in the order in which they were told, each at least once."""

    def __init__(self, bus: DeskBus, file: Path, *, again: float = _AGAIN_SECONDS) -> None:
        """Take up what an earlier life left in `file`; `again` is how long a try waits for the next.

        Raises:
            Misconfigured: the file is there and cannot be read; it would be lost.
        """
        self._bus = bus
        self._file = file
        self._again = again
        self._waiting = deque(_read(file))
        self._has_news = asyncio.Event()
        if self._waiting:
            self._has_news.set()

    async def tell(self, event: Event) -> None:
        """Keep an event; it is on its way when this returns. What befalls the farm's own has no reader."""
        if event.user_id.startswith(HOUSE) or not (event.user_id or event.place):
            return
        self._write("ab", b"\n" + msgspec.json.encode(event) + b"\n")
        self._waiting.append(event)
        self._has_news.set()

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._waiting:
                await self._send(self._waiting[0])
            self._write("wb", b"")

    async def _send(self, event: Event) -> None:
        try:
            await self._bus.append(EVENTS, event)
        except BusUnavailable as error:
            log.warning("news_wait", waiting=len(self._waiting), reason=error.message)
            await asyncio.sleep(self._again)
        else:
            self._waiting.popleft()

    def _write(self, how: Literal["ab", "wb"], lines: bytes) -> None:
        """Write lines; what cannot be written is still sent, unless the process dies before."""
        try:
            with self._file.open(how) as file:
                file.write(lines)
        except OSError as error:
            log.warning("news_not_kept", waiting=len(self._waiting), reason=error.strerror)


def _read(file: Path) -> list[Event]:
    """Return the events in a file; each begins a line, so that what was torn costs no other."""
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Misconfigured(
            f"News for members cannot be read from {file}: {error.strerror}.",
            hint="Let the desk read and write that file.",
        ) from error
    found = [_event_in(line) for line in lines if line.strip()]
    return [event for event in found if event is not None]


def _event_in(line: bytes) -> Event | None:
    try:
        return msgspec.json.decode(line, type=Event)
    except msgspec.DecodeError as error:
        log.warning("news_torn", length=len(line), reason=str(error))
        return None
