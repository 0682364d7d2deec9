"""What is kept of one member by the alerts process, to be read or deleted by the member."""

from __future__ import annotations

import msgspec

from services.alerts.messages import AlertsForgotten, AlertsKept
from services.store.store import Rows


async def all_kept(rows: Rows, user_id: str) -> AlertsKept:
    """Return everything about the member: alerts, what came of them, subscriptions, posts by the clock."""
    kept = await rows.personal.kept_of(user_id)
    texts = {table: [msgspec.json.encode(row).decode() for row in found] for table, found in kept.items()}
    return AlertsKept(rows=texts)


async def forget(rows: Rows, user_id: str) -> AlertsForgotten:
    """Delete what is the member's own, and take the name off what they let come to a channel."""
    gone = await rows.personal.delete_of(user_id) + await rows.subscriptions.delete_of(user_id)
    return AlertsForgotten(rows=gone)
