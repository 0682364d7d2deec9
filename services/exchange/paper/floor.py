"""Where it all takes place: the markets, the accounts, and what is due at which time."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np

from services.errors import UnknownMarket
from services.exchange.paper.holder import Holder
from services.exchange.paper.pit import Pit
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.state import OrderState


class Due(NamedTuple):
    """An order that must be looked after at a time; those of one time in the order they were noted."""

    at: datetime
    place: int
    account: str
    order_id: str


class Agenda:
    """What is due, the earliest first."""

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._noted = 0

    @property
    def next_at(self) -> datetime | None:
        """Return when the next thing is due."""
        return self._heap[0].at if self._heap else None

    def note(self, at: datetime, account: str, order: OrderState) -> None:
        """Look after an order at a time."""
        self._noted += 1
        heapq.heappush(self._heap, Due(at, self._noted, account, order.id))

    def pop(self, until: datetime) -> Due | None:
        """Return the earliest thing that is due by `until`, and forget it."""
        return heapq.heappop(self._heap) if self._heap and self._heap[0].at <= until else None


@dataclass(slots=True, kw_only=True)
class Floor:
    """The markets by name and the accounts by name, in the order they came."""

    venue: str
    settings: PaperSettings
    pits: dict[str, Pit] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    agenda: Agenda = field(default_factory=Agenda)
    gone: set[str] = field(default_factory=set)
    """Markets that are not listed any more and whose positions are not settled yet."""
    is_in_pieces: bool = False
    """Whether market orders take in two halves."""

    def pit(self, market: str) -> Pit:
        """Return one market.

        Raises:
            UnknownMarket: there is none of that name.
        """
        found = self.pits.get(market)
        if found is None:
            raise UnknownMarket.of(market, ())
        return found

    def latency(self, order_id: str) -> float:
        """Return how long the order takes to the book, in seconds."""
        settings = self.settings
        if not settings.jitter:
            return settings.entry_latency
        chance = np.random.default_rng([settings.seed, int(order_id)]).uniform()
        return settings.entry_latency * (1 + settings.jitter * float(chance))
