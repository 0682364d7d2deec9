"""What trading tells, for tests: positions, orders, and the events that bring them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.alerts.trading_posts import DeskTold, Event, NearLevel, PositionTold, PostMortem
from services.bus.messages import Entry
from services.market.messages import Origin

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
ORIGIN = Origin(venue="sandbox", nature="simulated", as_of=AT, received_at=AT)


def position(**other: Any) -> PositionTold:
    """Return a long position of the member 7 that is up by 2 %, with all that can be known of it."""
    parts: dict[str, Any] = {
        "card": "card1234567",
        "owner": "7",
        "news": "changed",
        "market": BTC,
        "side": "long",
        "mode": "paper",
        "account": "acct56789012",
        "account_name": "savings",
        "entry": Decimal(60_000),
        "tick": Decimal("0.1"),
        "mark": Decimal(61_200),
        "amount": Decimal("0.25"),
        "unrealised": Decimal("300.25"),
        "share": Decimal("0.02"),
        "r": Decimal("0.5"),
        "leverage": Decimal(10),
        "liquidation": Decimal(55_000),
        "liquidation_distance": Decimal("0.1013"),
        "stop": Decimal(58_000),
        "target": Decimal(66_000),
        "funding": Decimal("-1.5"),
        "near": [
            NearLevel(what="entry", ratio=Decimal("0.618"), level=Decimal(60_010)),
            NearLevel(what="stop", ratio=Decimal("0.786"), level=Decimal(58_050)),
        ],
        "golden_score": 72,
        "health": 64,
        "at": AT,
        "seen_at": AT,
        "origin": ORIGIN,
    }
    return PositionTold(**{**parts, **other})


def ended(**other: Any) -> PositionTold:
    """Return the same position at its end."""
    after = PostMortem(
        exit=Decimal(62_520),
        share=Decimal("0.042"),
        net_share=Decimal("0.0413"),
        amount=Decimal("0.35"),
        net=Decimal("620.85"),
        realised=Decimal("630.75"),
        fees=Decimal("7.65"),
        funding=Decimal("-2.25"),
        r=Decimal("1.05"),
        best_share=Decimal("0.061"),
        worst_share=Decimal("-0.011"),
        seconds=7_260,
        words=["More than half of the best was left."],
    )
    return position(**{"news": "closed", "after": after, **other})


def order(**other: Any) -> DeskTold:
    """Return an order of the member 7 that was filled."""
    parts: dict[str, Any] = {
        "news": "filled",
        "owner": "7",
        "about": "order1234567",
        "account_name": "savings",
        "market": BTC,
        "side": "buy",
        "kind": "limit",
        "tick": Decimal("0.1"),
        "amount": Decimal("0.01"),
        "filled": Decimal("0.01"),
        "price": Decimal(60_000),
        "fee": Decimal("0.12"),
        "at": AT,
        "assumption": "a trade printed through its price",
    }
    return DeskTold(**{**parts, **other})


def event(id_: str, body: PositionTold | DeskTold | None = None, **other: Any) -> Event:
    """Return an event of the thread ``t1`` for the member 7."""
    parts: dict[str, Any] = {"thread": "t1", "user_id": "7", "body": body or order(), "at": AT}
    return Event(id=id_, **{**parts, **other})


def entries(*events: Event) -> list[Entry[Event]]:
    """Return events as their log brings them."""
    return [Entry(id=f"{n}-0", message=one, deliveries=1, appended_at=AT) for n, one in enumerate(events)]
