"""Opening the bus. It connects for ever in the background; that Redis is away at the start is no error."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.bus.asks import Asker
from services.bus.bus import Bus
from services.bus.connection import Timing, dial
from services.bus.lane import Lane
from services.bus.latest import Values
from services.bus.live import Listener, Live
from services.bus.streams import Logs
from services.clock import Clock
from services.loops import Loops

if TYPE_CHECKING:
    from pydantic import SecretStr

_USUAL = Timing()


def _nobody(is_well: bool, reason: str) -> None:  # noqa: FBT001 - the shape of on_health
    del is_well, reason


class _Health:
    """Two connections, one verdict; tells only what changed."""

    def __init__(self, tell: Callable[[bool, str], None]) -> None:
        self._tell = tell
        self._reasons = {"commands": "not connected yet", "live": "not connected yet"}
        self._told: str | None = None

    def of(self, part: str) -> Callable[[str], None]:
        def learn(reason: str) -> None:
            self._reasons[part] = reason
            worst = next(filter(None, self._reasons.values()), "")
            if worst != self._told:
                self._told = worst
                self._tell(not worst, worst)

        return learn


@asynccontextmanager
async def open_bus(
    url: SecretStr,
    *,
    name: str,
    clock: Clock,
    on_health: Callable[[bool, str], None] = _nobody,
    timing: Timing = _USUAL,
) -> AsyncIterator[Bus]:
    """Give a process its bus, named `name` to the server and to consumer groups.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, with an ACL user where there is one.
        name: unlike that of every other process; the same again after a restart, so that it takes up its own.
        clock: wall time for stamps and deadlines, monotonic time for gaps.
        on_health: hears ``(True, "")`` when the bus is there and ``(False, reason)`` when it is lost.
        timing: how long each thing may take.

    Raises:
        Misconfigured: the URL cannot be read. Never because Redis is away: the verbs say so when called.
    """
    address = dial(url, name=name, timing=timing)
    nonce = f"{name}-{secrets.token_hex(6)}"
    health = _Health(on_health)
    lane = Lane(address, clock=clock, tell=health.of("commands"))
    listener = Listener(address, clock=clock, tell=health.of("live"))
    asker = Asker(lane, listener, clock=clock, nonce=nonce, patience=timing.verb)
    bus = Bus(
        name=name,
        dial=address,
        lane=lane,
        live=Live(lane, listener, clock=clock),
        logs=Logs(lane, clock=clock, nonce=nonce),
        asker=asker,
        values=Values(lane, clock=clock),
        clock=clock,
    )
    await asker.start()
    async with Loops(lane.run(), listener.run()):
        yield bus
