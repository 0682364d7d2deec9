"""Lets everybody know that what an account holds, or what protects it, may be different now."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog

from services.clock import Clock
from services.errors import Unavailable
from services.store.trading_rows import AccountRow
from services.trading.intents.turns import Turns
from services.trading.ports import DeskBus
from services.trading.positions.messages import POSITIONS_CHANGED, PositionsChanged

log = structlog.get_logger(__name__)


class Publishing:
    """Of all accounts. What is published says nothing of what changed, so one that waits stands for all."""

    def __init__(self, bus: DeskBus, turns: Turns, clock: Clock, forget: Callable[[str], None]) -> None:
        self._bus = bus
        self._forget = forget
        self._turns = turns
        self._clock = clock
        self._waiting: set[str] = set()

    def changed(self, account: AccountRow) -> None:
        """Publish it when its turn comes."""
        if account.id in self._waiting:
            return
        self._waiting.add(account.id)
        self._turns.put(f"positions:{account.id}", partial(self._publish, account))

    def found(self, account: AccountRow) -> None:
        """Publish what no stream may have told, so that whoever looks then is shown it."""
        self._forget(account.id)
        self.changed(account)

    async def _publish(self, account: AccountRow) -> None:
        self._waiting.discard(account.id)
        changed = PositionsChanged(account=account.id, user_id=account.user_id, at=self._clock.now())
        try:
            await self._bus.publish(POSITIONS_CHANGED, changed)
        except Unavailable as error:
            log.info("positions_not_published", account=account.id, error=error.message)
