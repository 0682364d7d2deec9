"""The repository of pictures: which posts of an alert have none yet, and what is told of it with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.rows import AlertRow, DeliveryRow
from services.store.tables import ALERTS, DELIVERIES, OUTSIDE


class PictureRows:
    """Posts without a picture and what is told of alerts, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def bare_posts(self, alert_id: str) -> Sequence[DeliveryRow]:
        """Return the posts of an alert that can be edited and have had no picture, the first one first."""
        pictured = select(DELIVERIES.c.place).where(
            DELIVERIES.c.alert_id == alert_id, DELIVERIES.c.kind == "chart"
        )
        wanted = (
            select(*(DELIVERIES.c[field.name] for field in fields(DeliveryRow)))
            .where(
                DELIVERIES.c.alert_id == alert_id,
                DELIVERIES.c.kind == "post",
                DELIVERIES.c.status == "sent",
                DELIVERIES.c.message_id != "",
                DELIVERIES.c.place.not_in(pictured),
                DELIVERIES.c.place.not_like(OUTSIDE),
            )
            .order_by(DELIVERIES.c.position)
        )
        found = await self._connection.execute(wanted)
        return [DeliveryRow(**values) for values in found.mappings()]

    async def alert(self, alert_id: str) -> AlertRow | None:
        """Return the alert of that id, to be changed: until this transaction ends nobody else changes it."""
        wanted = select(*(ALERTS.c[field.name] for field in fields(AlertRow))).where(ALERTS.c.id == alert_id)
        found = (await self._connection.execute(wanted.with_for_update())).mappings().one_or_none()
        return None if found is None else AlertRow(**found)

    async def tell(self, alert_id: str, told: str) -> None:
        """Replace what is told of an alert."""
        await self._connection.execute(update(ALERTS).where(ALERTS.c.id == alert_id).values(told=told))
