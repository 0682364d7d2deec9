"""The places that deliveries go to, as rows name them, and who stands at their ends.

Who gets an alert is decided in `subscribing`; what a delivery is made of stands in `making`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Protocol

from services.alerts.firing import Firing
from services.alerts.posts import Delivery

CHANNEL: Final = "channel:"
USER: Final = "user:"
WAY: Final = "way:"
GIVEN_UP_AFTER: Final = timedelta(hours=24)
"""What a way out of Discord has not taken by then is given up."""

DropRule = Callable[[str], Awaitable[None]]
"""Tells the engine that a rule is over."""


class Charts(Protocol):
    """Whoever draws the charts of alerts. Neither call waits for one."""

    def fired(self, firing: Firing) -> None:
        """Hear that an alert was kept."""
        ...

    def posted(self, alert_id: str) -> None:
        """Hear that a message of an alert is there."""
        ...


class Ways(Protocol):
    """The ways out of Discord."""

    async def send(self, name: str, delivery: Delivery) -> None:
        """Send by the way of that name.

        Raises:
            Unavailable: it may be tried again; ``retry_after`` in the facts says when, where it is known.
            OmegaError: any other one is for good.
        """
        ...


class Bell:
    """Rung by whoever has added a delivery that waits; who sends them hears it."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Say that there is something to be sent."""
        self._rung.set()

    async def heard(self, within: float) -> None:
        """Wait until it rings, at most `within` seconds."""
        try:
            async with asyncio.timeout(within):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()


def member_of(place: str) -> str:
    """Return the member that a place is the direct messages of; empty for any other place."""
    return place.removeprefix(USER) if place.startswith(USER) else ""


def channel_of(place: str) -> str:
    """Return the channel that a place is; empty for any other place."""
    return place.removeprefix(CHANNEL) if place.startswith(CHANNEL) else ""


def is_outside(place: str) -> bool:
    """Return whether a place is not in Discord."""
    return place.startswith(WAY)
