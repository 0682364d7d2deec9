"""A rule as the engine holds it: read from its row once, and written back as a `Standing`.

What moves it from one state to the next belongs to `machine`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, product
from typing import Final

import msgspec

import services.alerts.rules.catalogue  # noqa: F401 - it declares the rules
from services.alerts.conditions import AllOf, AnyOf, Condition, Leaf, SkyShows, from_text, markets_of
from services.alerts.firing import Standing
from services.alerts.messages import Options
from services.alerts.posts import SEVERITIES, Severity
from services.alerts.rules.declare import Memory, rule_of
from services.errors import UserMistake
from services.store.rows import RuleRow

MOST_WAYS: Final = 16
_SEVERAL: Final = 2
_NOTHING: Final[Memory] = {}
_ZERO: Final = Decimal(0)
_NO_TIMES: Final[Mapping[str, datetime]] = {}

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


_STATE: Final = msgspec.json.Decoder(State)
_OPTIONS: Final = msgspec.json.Decoder(Options)
_GIVEN: Final = msgspec.json.Decoder(dict[str, str])


def ways_of(condition: Condition) -> tuple[Conjunction, ...]:
    """Return the ways in which a condition can be met, each of leaves that must be met together.

    Raises:
        UserMistake: there are more than 16.
    """
    ways = tuple(dict.fromkeys(tuple(dict.fromkeys(way)) for way in _ways(condition)))
    if len(ways) > MOST_WAYS:
        raise UserMistake(
            f"This can be met in more than {MOST_WAYS} ways.", hint="Set it as several alerts instead."
        )
    return ways


def _ways(condition: Condition) -> list[Conjunction]:
    if isinstance(condition, AnyOf):
        return [way for part in condition.parts for way in _ways(part)][: MOST_WAYS + 1]
    if isinstance(condition, AllOf):
        mixed = product(*(_ways(part) for part in condition.parts))
        return [
            tuple(chain.from_iterable(ways)) for ways, _ in zip(mixed, range(MOST_WAYS + 1), strict=False)
        ]
    return [(condition,)]


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
    learnt: Mapping[str, datetime] = field(default_factory=lambda: _NO_TIMES)
    closed: Mapping[str, datetime] = field(default_factory=lambda: _NO_TIMES)

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
        self.learnt, self.closed = _NO_TIMES, _NO_TIMES
        self.armed, self.memory = (None,) * len(self.ways), (_NOTHING,) * len(self.leaves)

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
        )
        return Standing(
            rule=self.id,
            state=msgspec.json.encode(state).decode(),
            status=self.status,
            fired=self.fired,
            last_fired_at=self.last_fired_at,
        )


def held_of(row: RuleRow) -> Held:
    """Return the rule of a row.

    Raises:
        msgspec.DecodeError: the row is none that was written here.
    """
    condition = from_text(row.condition)
    held = newly_held(condition, _options(row.options), id=row.id, since=row.market_at)
    held.user_id, held.guild_id = _interned(row.user_id), _interned(row.guild_id)
    held.feed = sys.intern(row.feed)
    held.severity = _severity(row, is_urgent=held.options.is_urgent)
    held.snoozed_until, held.expires_at = row.snoozed_until, row.expires_at
    held.status, held.fired, held.last_fired_at = row.status, row.fired, row.last_fired_at
    held.number = row.fired
    if row.state:
        _remember(held, _STATE.decode(row.state))
    return held


def newly_held(condition: Condition, options: Options, *, id: str, since: datetime | None) -> Held:  # noqa: A002 - the row's own word
    """Return a rule that has not been looked at."""
    ways = ways_of(condition)
    for leaf in chain.from_iterable(ways):
        _share(leaf)
    leaves = tuple(dict.fromkeys(chain.from_iterable(ways)))
    return Held(
        id=id,
        user_id=None,
        guild_id=None,
        feed="",
        severity="normal",
        condition=condition,
        options=options,
        leaves=leaves,
        ways=_shared(tuple(tuple(leaves.index(leaf) for leaf in way) for way in ways)),
        markets=_shared_markets(markets_of(condition)),
        snoozed_until=None,
        expires_at=None,
        status="active",
        fired=0,
        last_fired_at=None,
        set_at=since,
        since=since,
        armed=shared_armed((None,) * len(ways)),
        memory=_nothing(len(leaves)),
    )


def _remember(held: Held, state: State) -> None:
    """Take up what the database kept; of other ways than the rule has now it is worth nothing."""
    held.number = max(state.number, held.number)
    if len(state.armed) != len(held.ways):
        return
    held.since, held.told, held.pending = state.since, state.told, state.pending
    held.armed = shared_armed(state.armed)
    held.learnt, held.closed = state.learnt or _NO_TIMES, state.closed or _NO_TIMES
    held.memory = tuple(state.memory.get(number, _NOTHING) for number in range(len(held.leaves)))


def goes_on(row: RuleRow) -> bool:
    """Return whether a row has the state of a rule that was looked at, and does not begin anew."""
    return bool(row.state) and bool(_STATE.decode(row.state).armed)


def taken_over(held: Held, row: RuleRow) -> None:
    """Take what a member may change of a rule that goes on."""
    held.options, held.snoozed_until = _options(row.options), row.snoozed_until
    held.expires_at, held.status = row.expires_at, row.status
    held.severity = _severity(row, is_urgent=held.options.is_urgent)
    if held.options.confirming == "touch" and held.pending is not None:
        held.pending = None


def _severity(row: RuleRow, *, is_urgent: bool) -> Severity:
    """Return how urgent it is; a rule of a feed says so in what is given."""
    if not row.feed:
        return "urgent" if is_urgent else "normal"
    given: Mapping[str, str] = _GIVEN.decode(row.given) if row.given else {}
    return next((name for name in SEVERITIES if name == given.get("severity")), "normal")


def _interned(name: str | None) -> str | None:
    return None if name is None else sys.intern(name)


def _share(leaf: Leaf) -> None:
    """Put values in place that many alerts have in common: a hundred thousand of each would be many megabytes."""
    for name in leaf.__struct_fields__:
        value = getattr(leaf, name)
        if isinstance(value, str):
            msgspec.structs.force_setattr(leaf, name, sys.intern(value))
        elif value == 0 and isinstance(value, Decimal):
            msgspec.structs.force_setattr(leaf, name, _ZERO)


@lru_cache(maxsize=4_096)
def _options(text: str) -> Options:
    """Return options; many rules have the same ones."""
    return _OPTIONS.decode(text)


@lru_cache(maxsize=1_024)
def _shared(ways: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """Return an equal value of which there is one only: most rules have one way of one leaf."""
    return ways


@lru_cache(maxsize=1_024)
def _shared_markets(markets: tuple[str, ...]) -> tuple[str, ...]:
    return markets


@lru_cache(maxsize=1_024)
def shared_armed(armed: Armed) -> Armed:
    """Return an equal value of which there is one only."""
    return armed


@lru_cache(maxsize=64)
def _nothing(count: int) -> tuple[Memory, ...]:
    return (_NOTHING,) * count
