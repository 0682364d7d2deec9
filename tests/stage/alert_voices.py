"""A guide who can set alerts, with templates of our own, and alerts as the alerts process tells of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from persona_folders import few_lines

from services.alerts.conditions import PriceLevel
from services.alerts.messages import AlertView, Options
from services.market.messages import Origin

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
ABOVE = PriceLevel(market=BTC, way="above", level=Decimal(70_000))
ORIGIN = Origin(
    venue="binance", nature="live", as_of=NOW - timedelta(seconds=2), received_at=NOW - timedelta(seconds=2)
)
_LINES = {
    "alert_set": "Set: {{ what }}, here {{ is_here }}, repeats {{ repeats }}, armed {{ is_armed }}.",
    "alert_question": "Asked {{ why }}: {{ written }}, {{ what }}.",
    "alert_preview": "{{ what }}: {{ times }} in {{ days }}, noisy {{ is_noisy }}.",
    "alert_fired": "{{ what }} at {{ price }}, {{ late }}, {{ note }}, {{ count }}, test {{ is_test }}.",
    "alerts_listed": "Listed {{ count }}, active {{ active }}.",
    "alert_changed": "{{ what }}: {{ done }} until {{ until }}.",
    "alert_why": "{{ what }}: {{ times }} times, {{ price }}.",
    "subscribed": "{{ feed }}: on {{ is_on }}, here {{ is_here }}.",
    "subscriptions": "{{ count }} feeds.",
    "quiet_saved": "Quiet {{ begins }} to {{ ends }}, urgent {{ is_urgent_let_through }}.",
    "schedule_saved": "{{ kind }}: on {{ is_on }}, at {{ at }}.",
    "schedules": "{{ count }} posts.",
    "deadletters": "{{ count }} dead.",
}


def guide_with_alerts(folder: Path) -> Path:
    """Copy the guide with the lines of alerts in our own words; return the folder of personas."""
    few_lines(folder, "waze")
    for voice in (folder / "waze" / "voice").iterdir():
        for name, text in _LINES.items():
            (voice / f"{name}.j2").write_text(text, "utf-8")
    return folder


def alert_view(**other: Any) -> AlertView:
    """Return an alert on Bitcoin above 70,000, set at 64,210.5."""
    given: dict[str, Any] = {
        "id": "a1b2c3d4e5f6",
        "kind": "price",
        "status": "active",
        "condition": ABOVE,
        "options": Options(),
        "set_at": NOW,
        "price": Decimal("64210.5"),
        "tick": Decimal("0.1"),
        "origin": ORIGIN,
    }
    return AlertView(**{**given, **other})
