"""Lets go of what is over: alerts, their deliveries, and rules that will not fire any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final, NoReturn

import structlog

from services.alerts.delivery.ledger import Ledger
from services.clock import Clock
from services.errors import StoreUnavailable

KEPT_FOR: Final = timedelta(days=90)
_EVERY: Final = 3_600.0
_AT_ONCE: Final = 500
_BREATH: Final = 0.05

log = structlog.get_logger(__name__)


class Forgetting:
    """Looks every hour for what ended `KEPT_FOR` ago."""

    def __init__(self, ledger: Ledger, *, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def run(self) -> NoReturn:
        """Forget until cancelled."""
        while True:
            try:
                await self.forget()
            except StoreUnavailable as error:
                log.info("nothing_forgotten", reason=error.message)
            await asyncio.sleep(_EVERY)

    async def forget(self) -> None:
        """Delete all that is old enough, a little at a time. Raises `StoreUnavailable`."""
        before = self._clock.now() - KEPT_FOR
        gone = _AT_ONCE
        while gone == _AT_ONCE:
            async with self._ledger.write() as rows:
                gone = await rows.old.forget(before, most=_AT_ONCE)
            await asyncio.sleep(_BREATH)
