"""`/subscribe` and `/quiet`: which feeds come where, and when nothing may ring."""

from __future__ import annotations

from typing import Final

from cogs._host import Host
from services.personas.lines import Line

LINES: Final = (
    Line(name="subscribed", sample={"feed": "patterns", "is_on": True, "is_here": True}, must=("feed",)),
    Line(name="subscribed", sample={"feed": "patterns", "is_on": False, "is_here": False}, must=("feed",)),
    Line(name="subscriptions", sample={"count": 3}, must=("count",)),
    Line(name="subscriptions", sample={"count": 0}),
    Line(
        name="quiet_saved",
        sample={"begins": "22:00", "ends": "07:00", "is_urgent_let_through": True},
        must=("begins", "ends"),
    ),
    Line(name="quiet_saved", sample={"begins": None, "ends": None, "is_urgent_let_through": False}),
)
"""is_here: into the channel, else as a direct message. None: there are no quiet hours any more."""


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    del host
