"""One connection after the other, for loops that block on the server and need a wire of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from services.bus.connection import LOST, Dial, Wire
from services.bus.lane import pause
from services.errors import BusUnavailable

log = structlog.get_logger(__name__)


async def use_for_ever(dial: Dial, use: Callable[[Wire], Awaitable[None]], *, of: str) -> NoReturn:
    """Give `use` a wire, and a new one after a pause each time it is lost, until cancelled.

    `of` names who uses it in the log.
    """
    failures = 0
    while True:
        try:
            async with dial.open() as wire:
                failures = 0
                await use(wire)
        except (*LOST, BusUnavailable) as error:
            log.debug("bus_lost", of=of, reason=str(error))
        await asyncio.sleep(pause(failures))
        failures += 1
