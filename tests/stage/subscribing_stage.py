"""A database with subscriptions, quiet hours and deliveries, and alerts of feeds and members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import insert, select

from services.alerts.conditions import PriceLevel
from services.alerts.firing import Firing
from services.alerts.messages import Options
from services.alerts.posts import Delivery, Severity, Told
from services.store.rows import DeliveryRow, QuietRow, SubscriptionRow
from services.store.store import Rows
from services.store.tables import DELIVERIES

BTC = "BTC/USDT:USDT"
EVENING = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
TRUE = PriceLevel(market=BTC, way="above", level=Decimal(70_000))


def told(severity: Severity = "normal", **other: Any) -> Told:
    """Return an alert as it is told."""
    parts: dict[str, Any] = {
        "alert": "a1",
        "rule": "r1",
        "condition": TRUE,
        "state": "fired",
        "at": EVENING,
        "seen_at": EVENING,
        "values": [],
        "price": Decimal("70000.5"),
        "tick": Decimal("0.1"),
        "severity": severity,
    }
    return Told(**{**parts, **other})


def of_feed(severity: Severity = "normal", feed: str = "moves") -> Firing:
    """Return an alert of a feed."""
    return Firing(told=told(severity, feed=feed), options=Options(), user_id=None, market=BTC)


def of_member(severity: Severity = "normal", **options: Any) -> Firing:
    """Return the alert of the member 7."""
    return Firing(told=told(severity, owner="7"), options=Options(**options), user_id="7", market=BTC)


def subscription(place: str, **other: Any) -> SubscriptionRow:
    """Return a subscription to moves."""
    parts: dict[str, Any] = {
        "id": f"s-{place}-{other.get('feed')}",
        "user_id": place.partition(":")[2] if place.startswith("user:") else "9",
        "guild_id": "1",
        "feed": "moves",
        "place": place,
        "min_severity": "normal",
        "digest": "none",
        "persona": "",
        "locale": "en",
        "created_at": EVENING,
    }
    return SubscriptionRow(**{**parts, **other})


def night(user_id: str, *, is_urgent_let_through: bool = True, zone: str = "UTC") -> QuietRow:
    """Return quiet hours from ten to seven."""
    return QuietRow(
        user_id=user_id,
        from_minute=22 * 60,
        until_minute=7 * 60,
        timezone=zone,
        is_urgent_let_through=is_urgent_let_through,
    )


def delivery(
    name: str, place: str, *, at: datetime = EVENING, severity: Severity = "normal", **other: Any
) -> DeliveryRow:
    """Return the post of an alert for a place, made `at`, waiting if nothing else is said."""
    kind, _, id_ = place.partition(":")
    rule = other.pop("rule", f"r-{name}")
    body = Delivery(
        id=name,
        persona="biel",
        locale="en",
        body=told(severity, alert=f"a-{name}", rule=rule, at=at),
        channel_id=id_ if kind == "channel" else "",
        user_id=id_ if kind == "user" else "",
        is_silent=severity == "low",
        created_at=at,
    )
    parts: dict[str, Any] = {
        "id": name,
        "alert_id": f"a-{name}",
        "user_id": id_ if kind == "user" else None,
        "place": place,
        "kind": "post",
        "persona": "biel",
        "status": "waiting",
        "body": msgspec.json.encode(body).decode(),
        "is_urgent": severity == "urgent",
        "due_at": at,
        "created_at": at,
        "updated_at": at,
    }
    return DeliveryRow(**{**parts, **other})


def held(name: str, place: str, *, due_at: datetime, why: str = "quiet hours", **other: Any) -> DeliveryRow:
    """Return the same, held until `due_at`."""
    at = other.pop("at", EVENING)
    return delivery(name, place, at=at, status="held", due_at=due_at, reason=why, **other)


async def made_of(rows: Rows, kind: str) -> list[DeliveryRow]:
    """Return all deliveries of a kind, by place."""
    columns = [DELIVERIES.c[field.name] for field in fields(DeliveryRow)]
    wanted = select(*columns).where(DELIVERIES.c.kind == kind).order_by(DELIVERIES.c.place, DELIVERIES.c.id)
    found = await rows.held._connection.execute(wanted)
    return [DeliveryRow(**values) for values in found.mappings()]


async def put_deliveries(rows: Rows, made: Iterable[DeliveryRow]) -> None:
    """Add deliveries in their order."""
    values = [{**asdict(row), "position": number} for number, row in enumerate(made)]
    await rows.held._connection.execute(insert(DELIVERIES), values)


def minutes(count: float) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=count)
