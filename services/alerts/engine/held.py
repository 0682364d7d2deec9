"""A rule as the engine holds it, and how it is written back as a `Standing`.

How it comes from its row belongs to `taking`, what moves it from one state to the next to `machine`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Final

import msgspec

import services.alerts.rules.catalogue  # noqa: F401 - it declares the rules
from services.alerts.conditions import Condition, Leaf, SkyShows
from services.alerts.firing import Standing
from services.alerts.messages import Options
from services.alerts.posts import Severity
from services.alerts.rules.declare import Memory, rule_of

_SEVERAL: Final = 2
NOTHING_LEARNT: Final[Memory] = {}
NO_TIMES: Final[Mapping[str, datetime]] = {}

Conjunction = tuple[Leaf, ...]
Armed = tuple[bool | None, ...]
"""For each way to be met: whether it waits. None: it has not been looked at since it was set."""


class Pending(msgspec.Struct, frozen=True):
    """What waits for its confirmation: which way it was met, and when."""

    way: int
    at: datetime


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a rule in the database between two looks."""

    since: datetime | None = None
    """Market time of the last change. What a longer span did before that is not known apart."""
    learnt: dict[str, datetime] = msgspec.field(default_factory=dict)
    """By market, when something was last learnt there, of a rule that looks at several."""
    closed: dict[str, datetime] = msgspec.field(default_factory=dict)
    """By market and timeframe, the newest close that changed something: it must not do so twice."""
    armed: Armed = ()
    memory: dict[int, dict[str, float]] = msgspec.field(default_factory=dict)
    """By the number of the leaf."""
    number: int = 0
    """How often it was met, whether that was confirmed or not; alerts are numbered by it."""
    told: int = 0
    """The number of the alert that will be told when it is armed again; 0 for none."""
    pending: Pending | None = None
    tried_at: datetime | None = None
    """When it last began to wait for a confirmation; the cooldown counts from then as well."""


@dataclass(slots=True, kw_only=True, eq=False)
class Held:
    """One rule. `leaves` are those of all its ways, each once; `ways` name them by their numbers."""

    id: str
    user_id: str | None
    guild_id: str | None
    feed: str
    severity: Severity
    condition: Condition
    options: Options
    leaves: tuple[Leaf, ...]
    ways: tuple[tuple[int, ...], ...]
    markets: tuple[str, ...]
    snoozed_until: datetime | None
    expires_at: datetime | None
    status: str
    fired: int
    last_fired_at: datetime | None
    set_at: datetime | None
    """Market time when it was set; no close before that counts."""
    since: datetime | None
    armed: Armed
    memory: tuple[Memory, ...]
    number: int = 0
    told: int = 0
    pending: Pending | None = None
    tried_at: datetime | None = None
    learnt: Mapping[str, datetime] = field(default_factory=lambda: NO_TIMES)
    closed: Mapping[str, datetime] = field(default_factory=lambda: NO_TIMES)

    @property
    def is_unset(self) -> bool:
        """Return whether a way of it has not been looked at since it was set."""
        return None in self.armed

    @property
    def is_armed(self) -> bool | None:
        """Return whether a way of it waits; None where nothing is known."""
        known = [armed for armed in self.armed if armed is not None]
        return any(known) if known else None

    def market_of(self, way: int) -> str:
        """Return the first market that a way looks at; empty for none."""
        named = (self.leaves[number] for number in self.ways[way])
        found = next((leaf.market for leaf in named if not isinstance(leaf, SkyShows)), "")
        return found or next(iter(self.markets), "")

    def closers(self) -> frozenset[tuple[str, str]]:
        """Return the markets and timeframes whose closes it must see."""
        confirming = self.options.confirming == "close"
        waited = ((market, self.options.confirm_timeframe) for market in self.markets if confirming)
        return frozenset(chain(self.windows(), waited))

    def windows(self) -> frozenset[tuple[str, str]]:
        """Return the markets and timeframes whose candles it looks at."""
        return frozenset(chain.from_iterable(rule_of(leaf).closes(leaf) for leaf in self.leaves))

    def thresholds(self, market: str) -> tuple[float, ...] | None:
        """Return the prices of `market` at which its answer may change; None for every second."""
        if self.pending is not None and self.options.confirming == "seconds":
            return None
        if len(self.leaves) == 1:
            return rule_of(self.leaves[0]).thresholds(self.leaves[0], self.memory[0])
        found: list[float] = []
        for leaf, memory in zip(self.leaves, self.memory, strict=True):
            if isinstance(leaf, SkyShows) or leaf.market != market:
                continue
            prices = rule_of(leaf).thresholds(leaf, memory)
            if prices is None:
                return None
            found += prices
        return tuple(sorted(set(found)))

    def is_timely(self) -> bool:
        """Return whether it must be asked every few seconds."""
        return any(rule_of(leaf).is_timely for leaf in self.leaves)

    def since_in(self, market: str) -> datetime | None:
        """Return from when on what a market did can be told apart from the last change."""
        learnt = self.learnt.get(market)
        return learnt if self.since is None or (learnt is not None and learnt > self.since) else self.since

    def learns(self, market: str, at: datetime) -> None:
        """Note that a look at a market taught it something."""
        if len(self.markets) < _SEVERAL:
            self.since = at
        else:
            self.learnt = {**self.learnt, market: at}

    def begin_anew(self, since: datetime | None) -> None:
        """Forget what it remembers: it is armed by the next look, and fires for nothing before it."""
        self.set_at, self.since, self.pending, self.told = since, since, None, 0
        self.tried_at = None
        self.learnt, self.closed = NO_TIMES, NO_TIMES
        self.armed, self.memory = (None,) * len(self.ways), (NOTHING_LEARNT,) * len(self.leaves)

    def standing(self) -> Standing:
        """Return how it stands, for its row."""
        memory = {number: dict(one) for number, one in enumerate(self.memory) if one}
        state = State(
            since=self.since,
            learnt=dict(self.learnt),
            closed=dict(self.closed),
            armed=self.armed,
            memory=memory,
            number=self.number,
            told=self.told,
            pending=self.pending,
            tried_at=self.tried_at,
        )
        return Standing(
            rule=self.id,
            state=msgspec.json.encode(state).decode(),
            status=self.status,
            fired=self.fired,
            last_fired_at=self.last_fired_at,
        )


@lru_cache(maxsize=1_024)
def shared_armed(armed: Armed) -> Armed:
    """Return an equal value of which there is one only."""
    return armed
