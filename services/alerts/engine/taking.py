"""From the row of a rule to the rule as the engine holds it.

A hundred thousand of them fit into a process because what many have in common is there once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, product
from typing import Final

import msgspec

from services.alerts.conditions import AllOf, AnyOf, Condition, Leaf, from_text, markets_of
from services.alerts.engine.held import NO_TIMES, NOTHING_LEARNT, Conjunction, Held, State, shared_armed
from services.alerts.messages import Options
from services.alerts.posts import SEVERITIES, Severity
from services.alerts.rules.declare import Memory
from services.errors import UserMistake
from services.store.rows import RuleRow

MOST_WAYS: Final = 16
_ZERO: Final = Decimal(0)
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
    held.tried_at, held.armed = state.tried_at, shared_armed(state.armed)
    held.learnt, held.closed = state.learnt or NO_TIMES, state.closed or NO_TIMES
    held.memory = tuple(state.memory.get(number, NOTHING_LEARNT) for number in range(len(held.leaves)))


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
    """Put values in place that many alerts have in common."""
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


@lru_cache(maxsize=64)
def _nothing(count: int) -> tuple[Memory, ...]:
    return (NOTHING_LEARNT,) * count
