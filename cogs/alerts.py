"""`/alerts`: a member's own alerts, and what became of them."""

from __future__ import annotations

from typing import Final

from cogs._host import Host
from services.personas.lines import Line

_WHAT = "BTC/USDT:USDT above 70,000"
LINES: Final = (
    Line(name="alerts_listed", sample={"count": 12, "active": 9}, must=("count",)),
    Line(name="alerts_listed", sample={"count": 0, "active": 0}),
    *(
        Line(name="alert_changed", sample={"what": _WHAT, "done": done, "until": None}, must=("what",))
        for done in ("paused", "resumed", "deleted", "tested", "repeating", "once")
    ),
    Line(
        name="alert_changed",
        sample={"what": _WHAT, "done": "snoozed", "until": "14:05"},
        must=("what", "until"),
    ),
    Line(name="alert_why", sample={"what": _WHAT, "times": 3, "price": "70,010.5"}, must=("what", "price")),
    Line(name="alert_why", sample={"what": _WHAT, "times": 0, "price": None}, must=("what",)),
)
"""times: how often it fired. price: at its last firing; None while it has not fired."""


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    del host
