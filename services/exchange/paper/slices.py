"""Orders that are sent in slices over time; each slice takes from the book and rests never."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from services.exchange.orders import Twap
from services.exchange.paper.holder import Holder, floor
from services.exchange.paper.pit import Pit
from services.exchange.paper.reserves import NOTHING
from services.exchange.paper.state import OrderState, Slicing
from services.exchange.paper.taking import take

_SPREAD = 0.2
"""A slice comes early or late by up to half this share of the time between two: nobody sees it coming."""


def begin(order: OrderState, twap: Twap, pit: Pit, seed: int) -> None:
    """Plan the slices of an order that has arrived; the first is sent at once."""
    chance = np.random.default_rng([seed, int(order.id)]).uniform(-_SPREAD / 2, _SPREAD / 2, twap.slices)
    pause = twap.seconds / twap.slices
    moments = [0.0, *((place + float(chance[place])) * pause for place in range(1, twap.slices))]
    order.slicing = Slicing(
        due=[order.arrives_at + timedelta(seconds=moment) for moment in moments],
        amount=floor(order.amount / twap.slices, pit.terms.step),
    )


def send_slice(holder: Holder, order: OrderState, pit: Pit, at: datetime) -> None:
    """Send the slice that is due, with what earlier ones did not get; after the last the rest is canceled.

    An order whose market is closed or stale ends: nobody watches what it would buy blindly. So does one whose
    slice is overdue, because nothing ran when it was due: making up for it would send several at once.
    """
    slicing, twap = order.slicing, order.request.twap
    if slicing is None or twap is None or not slicing.due:
        return
    limit = holder.settings.stale_after
    late = (at - slicing.due[0]).total_seconds()
    is_overdue = late > min(limit, twap.seconds / twap.slices)
    why_not = f"overdue: a slice is {late:.0f} s late" if is_overdue else pit.why_shut(at, limit)
    if why_not:
        holder.finish(order, "canceled", why_not, at)
        return
    slicing.due.pop(0)
    holder.is_changed = True
    sent = twap.slices - len(slicing.due)
    planned = order.amount if not slicing.due else slicing.amount * sent
    why_no_more = take(holder, order, pit, at, most=max(NOTHING, planned - order.filled))
    if order.is_live and not slicing.due:
        holder.finish(order, "canceled", why_no_more or "its time is over", at)
