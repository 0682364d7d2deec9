"""Delivers an alert for a try, by the way that a real one takes. Nothing of its rule changes."""

from __future__ import annotations

from datetime import datetime

from services.alerts.conditions import from_text
from services.alerts.firing import Firing, Step
from services.alerts.ids import id_of
from services.alerts.own.views import options_of
from services.alerts.posts import Told, Value
from services.market.messages import Quote
from services.store.rows import RuleRow


def tried(
    row: RuleRow, values: list[Value], quote: Quote | None, *, seen_at: datetime, request_id: str
) -> Step:
    """Return the step that brings the alert of `row` to its place, marked as a test.

    The same request makes the same alert. `seen_at` is wall time; so is `at` where there is no quote.
    """
    options = options_of(row)
    told = Told(
        alert=id_of("test", row.id, request_id),
        rule=row.id,
        condition=from_text(row.condition),
        state="test",
        at=seen_at if quote is None else quote.origin.as_of,
        seen_at=seen_at,
        values=values,
        origin=None if quote is None else quote.origin,
        price=None if quote is None else quote.price,
        tick=None if quote is None else quote.tick,
        severity="urgent" if options.is_urgent else "normal",
        owner=row.user_id or "",
        note=options.note,
        role=options.role,
        repeats=options.repeats,
    )
    firing = Firing(told=told, options=options, user_id=row.user_id, guild_id=row.guild_id, market=row.market)
    return Step(firings=(firing,))
