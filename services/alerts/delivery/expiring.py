"""Tells members that an alert of theirs will expire without having fired: once, where the alert would go.

That it does expire is the engine's business.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final, NoReturn

import msgspec
import structlog

from config.semantics import GUIDE
from services.alerts.conditions import from_text
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.making import expiry_of
from services.alerts.delivery.places import USER, Bell
from services.alerts.own.views import options_of
from services.alerts.posts import Notice
from services.alerts.subscribing.quiet import quiet_until
from services.clock import Clock
from services.errors import OmegaError, StoreUnavailable
from services.ids import id_of
from services.store.rows import DeliveryRow, RuleRow
from services.store.store import Rows

LONGEST: Final = timedelta(days=1)
"""So long before it expires an alert's owner is told; of a shorter life, at its half."""
_EVERY: Final = 60.0
_UNREADABLE: Final = (msgspec.MsgspecError, LookupError, TypeError, ValueError, OmegaError)

log = structlog.get_logger(__name__)


class Expiring:
    """Looks every minute for what expires soon."""

    def __init__(self, ledger: Ledger, *, bell: Bell, clock: Clock) -> None:
        self._ledger = ledger
        self._bell = bell
        self._clock = clock
        self._told: dict[str, datetime] = {}
        """By delivery, when what it is about expires: those that need not be looked for again."""

    async def run(self) -> NoReturn:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                log.info("expiring_not_looked_for", reason=error.message)
            await asyncio.sleep(_EVERY)

    async def look(self) -> None:
        """Tell what expires soon and was not told before. Raises `StoreUnavailable`."""
        now = self._clock.now()
        self._told = {id_: at for id_, at in self._told.items() if at > now}
        async with self._ledger.read() as rows:
            ending = await rows.outbox.expiring(now, now + LONGEST)
        due = {id_: row for row in ending if is_due(row, now) and (id_ := _id(row)) not in self._told}
        if not due:
            return
        async with self._ledger.write() as rows:
            made = [await _notice(rows, id_, row, now) for id_, row in due.items()]
            added = await rows.deliveries.add([one for one in made if one is not None])
        self._told |= {id_: row.expires_at for id_, row in due.items() if row.expires_at is not None}
        if added:
            self._bell.ring()


def is_due(row: RuleRow, now: datetime) -> bool:
    """Return whether it is time to tell the owner of an alert that it expires."""
    if row.expires_at is None or row.user_id is None:
        return False
    return row.expires_at - now <= min(LONGEST, (row.expires_at - row.set_at) / 2)


def _id(row: RuleRow) -> str:
    """Return the id of the notice: the same whoever makes it, and another one where the end is put off."""
    return id_of(row.id, "expiring", "" if row.expires_at is None else row.expires_at.isoformat())


async def _notice(rows: Rows, id_: str, row: RuleRow, now: datetime) -> DeliveryRow | None:
    """Return the delivery of the notice; it waits for quiet hours to end if the alert lasts as long."""
    try:
        options, condition = options_of(row), from_text(row.condition)
    except _UNREADABLE as error:
        log.warning("expiring_unreadable", rule=row.id, reason=str(error))
        return None
    place = options.place or f"{USER}{row.user_id}"
    quiet = await rows.quiet.get(row.user_id or "") if place.startswith(USER) else None
    end = None if quiet is None else quiet_until(quiet, now)
    return expiry_of(
        id_,
        Notice(what="expiring", condition=condition, rule=row.id),
        place=place,
        persona=options.persona or GUIDE,
        locale=options.locale,
        user_id=row.user_id,
        due_at=now if end is None or row.expires_at is None or end >= row.expires_at else end,
        now=now,
    )
