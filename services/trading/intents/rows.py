"""What an intent is as a row, and how what the venue says moves it. Pure: nothing is read or written here.

A row only goes forward: what comes late or twice changes nothing. The venue is believed where it says that
an order exists, whatever was thought before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from services.exchange.orders import Fill, Order
from services.store.trading_rows import IntentRow
from services.trading.intents.intent import LIVE, Intent

AT_VENUE: Final = ("sending", "unknown", "open")
"""The venue may have an order of it."""
_BEFORE_SEND: Final = ("new", "sending")
_RANKS: Final = {"open": 1, "canceled": 2, "rejected": 2, "filled": 3}
_NOTHING: Final = Decimal(0)


def row_of(intent: Intent, now: datetime) -> IntentRow:
    """Return the row of an intent of which nothing has happened yet."""
    request = intent.request
    return IntentRow(
        id=intent.id,
        account_id=intent.account,
        user_id=intent.user_id,
        client_id=request.client_id,
        status="new",
        origin=intent.origin,
        group_id=intent.group,
        market=request.market,
        side=request.side,
        kind=request.kind,
        amount=request.amount,
        request=msgspec.json.encode(request).decode(),
        created_at=now,
        updated_at=now,
        is_reducing=intent.is_exempt or request.is_reduce_only,
    )


def settled(row: IntentRow, status: str, now: datetime, *, reason: str = "") -> IntentRow | None:
    """Return the row in a status of our own finding, or None where it has got beyond that already."""
    if row.status == status or row.order_id or row.status not in LIVE:
        return None
    return replace(row, status=status, reason=reason, updated_at=now)


def unsent(row: IntentRow, now: datetime, *, reason: str) -> IntentRow | None:
    """Return the row as one whose order certainly never left, or None where it may have."""
    moved = settled(row, "abandoned", now, reason=reason) if row.status in _BEFORE_SEND else None
    return None if moved is None else replace(moved, sent_at=None)


def sent_at(row: IntentRow, now: datetime) -> IntentRow:
    """Return the row with the moment from which the venue may have its order."""
    return replace(row, sent_at=now)


def moved_by_order(row: IntentRow, order: Order, now: datetime) -> IntentRow | None:
    """Return the row as the venue's order makes it, or None where that is no news."""
    said = "open" if order.status in {"waiting", "open"} else order.status
    status = said if _RANKS[said] >= _rank(row) else row.status
    filled = max((one for one in (row.filled, order.filled) if one is not None), default=None)
    is_newest = order.average is not None and filled is not None and order.filled == filled
    moved = replace(
        row,
        status=status,
        order_id=order.id,
        filled=filled,
        average=order.average if is_newest else row.average,
        reason=order.why if said in {"canceled", "rejected"} and status == said else _kept_reason(row),
        looks=0,
    )
    return None if moved == row else replace(moved, updated_at=now)


def moved_by_fills(row: IntentRow, fills: Collection[Fill], now: datetime) -> IntentRow | None:
    """Return the row as these fills of its order, each given once, make it, or None for no news."""
    amount = sum((fill.amount for fill in fills), _NOTHING)
    if amount <= (row.filled or _NOTHING):
        return None
    cost = sum((fill.amount * fill.price for fill in fills), _NOTHING)
    status = "filled" if amount >= row.amount else "open"
    return replace(
        row,
        status=status if _RANKS[status] >= _rank(row) else row.status,
        order_id=next(iter(fills)).order_id,
        filled=amount,
        average=cost / amount,
        reason=_kept_reason(row),
        looks=0,
        updated_at=now,
    )


def looked(row: IntentRow) -> IntentRow | None:
    """Return an unknown row after one more look that did not find it."""
    return replace(row, looks=row.looks + 1) if row.status == "unknown" else None


def _rank(row: IntentRow) -> int:
    """Return how far the venue has said that the order is; what only we thought counts nothing."""
    return _RANKS.get(row.status, 0) if row.order_id else 0


def _kept_reason(row: IntentRow) -> str:
    return row.reason if row.order_id else ""
