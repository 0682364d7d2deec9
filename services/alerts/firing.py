"""What the engine hands to delivery: what fired or went on, and the state of rules, to be kept together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.alerts.messages import Options
from services.alerts.posts import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert in a new state. The same one comes again with each state: pending, then confirmed or failed.

    `told.alert` is its id, made of the rule's and the number of its firing, so that deciding the same candle
    again makes the same alert.
    """

    told: Told
    options: Options
    user_id: str | None
    """The member whose alert it is; None for that of a feed."""
    guild_id: str | None = None
    market: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a rule stands after a step: what of its row has changed."""

    rule: str
    state: str
    """JSON that `engine` alone reads."""
    status: str
    fired: int
    last_fired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step of the engine came to. All of it is kept, or nothing."""

    firings: tuple[Firing, ...] = ()
    standings: tuple[Standing, ...] = ()
    marks: tuple[tuple[str, datetime], ...] = ()
    """Markets, and up to which market time they have been decided."""


class Outbox(Protocol):
    """Keeps a step in one transaction, with a delivery for everybody it concerns, and sends them out."""

    async def commit(self, step: Step) -> None:
        """Keep it. A step that was kept before changes nothing.

        Raises:
            StoreUnavailable: nothing was kept; it may be tried again.
        """
        ...
