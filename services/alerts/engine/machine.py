"""The state machine of one rule: waits, is met, is confirmed, waits again. Pure: it is told every time.

A way that is armed and hit triggers; it is armed again once it holds no more. So nothing fires for what was
so when it was set. Which looks are taken belongs to `engine`; how a firing is told belongs to `telling`.

Spans overlap: a price is seen as a tick, in the candle of its second and in that of its minute. A rule takes
a candle only if it has not changed since that opened: what came before the change and what after cannot be
told apart within it. So each price counts once, and what a tick missed is found by the second, what that
missed by the minute, and what a change hid inside one candle only by the next price. For the same reason a
price that leaves and comes back within one candle is not met anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final, Literal

from services.alerts.engine.conjunction import meets_at_once
from services.alerts.engine.held import Held, Pending, shared_armed
from services.alerts.engine.looking import Closing, Look
from services.alerts.posts import State, Value
from services.alerts.rules.declare import Memory, Met, rule_of

Change = Literal["none", "memory", "state"]


@dataclass(frozen=True, slots=True)
class Happened:
    """An alert comes to a state; `at` is when it was met, in market time."""

    state: State
    number: int
    at: datetime
    values: tuple[Value, ...]
    is_first: bool = True
    """Whether nothing of this alert was told before."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the rule functions said of a look, by leaf, and what they had remembered before it."""

    look: Look
    mets: tuple[Met, ...]
    before: tuple[Memory, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed from one look."""

    happened: tuple[Happened, ...] = ()
    change: Change = "none"


NOTHING: Final = Outcome()
_BEFORE: Final = timedelta(milliseconds=1)
"""Of a close: what was there just before it."""


def alert_id(rule: str, number: int) -> str:
    """Return the id of a firing: the same for the same, whoever decides it and however often."""
    return blake2b(f"{rule}:{number}".encode(), digest_size=8).hexdigest()


def decide(held: Held, look: Look, *, now: datetime) -> Outcome:
    """Let a rule look; `now` is wall time.

    A tick that came from a price before the rule's last change counts as the new price alone.
    """
    if look.closing is not None and _is_decided(held, look.closing, look.at):
        return NOTHING
    settled = _settle(held, look, now) if held.is_unset else NOTHING
    since = held.since_in(look.market)
    if since is not None and look.came_at is not None and look.came_at < since <= look.at:
        return _and_then(settled, step(held, look.at_its_end(), now=now))
    if since is not None and look.closing is None and look.opens_at < since:
        return settled
    outcome = step(held, look, now=now)
    if look.closing is not None and outcome.change == "state":
        held.closed = {**held.closed, look.closing.name: look.at}
    return _and_then(settled, outcome)


def _is_decided(held: Held, closing: Closing, at: datetime) -> bool:
    """Return whether a close was before the rule was set, or has had its consequence already."""
    last = held.closed.get(closing.name)
    return (held.set_at is not None and at <= held.set_at) or (last is not None and at <= last)


def _settle(held: Held, look: Look, now: datetime) -> Outcome:
    """Arm a rule by the price at which `look` begins, unless that was before it was set."""
    span, since = look.moved, held.since
    if span is None or (since is not None and look.opens_at < since):
        return NOTHING
    is_known = since is None or look.came_at is None or look.came_at >= since
    price = span.open if is_known else span.close
    at = span.opens_at if look.closing is None else span.opens_at - _BEFORE
    return step(held, look.still(price, at), now=now)


def _and_then(first: Outcome, second: Outcome) -> Outcome:
    if first is NOTHING:
        return second
    change = first.change if second.change == "none" else second.change
    return Outcome(first.happened + second.happened, "state" if first.change == "state" else change)


def step(held: Held, look: Look, *, now: datetime) -> Outcome:
    """Ask the rule functions once, and follow."""
    before = (held.armed, held.pending, held.number, held.status)
    mets = tuple(
        rule_of(leaf).decide(leaf, look, memory)
        for leaf, memory in zip(held.leaves, held.memory, strict=True)
    )
    answers = Answers(look, mets, held.memory)
    has_learnt = _learn(held, mets)
    happened = _confirm(held, answers) if held.pending is not None else []
    happened += _arm(held, answers, now)
    if (held.armed, held.pending, held.number, held.status) != before:
        held.since = look.at
        return Outcome(tuple(happened), "state")
    if has_learnt:
        held.learns(look.market, look.at)
    return Outcome(tuple(happened), "memory" if has_learnt else "none")


def _learn(held: Held, mets: tuple[Met, ...]) -> bool:
    """Take what the functions remember; one that knows nothing and gives nothing back changes nothing."""
    memory = tuple(
        old if met.memory == old or (met.hit is None and not met.memory) else met.memory
        for met, old in zip(mets, held.memory, strict=True)
    )
    if all(new is old for new, old in zip(memory, held.memory, strict=True)):
        return False
    held.memory = memory
    return True


def _together(held: Held, way: int, answers: Answers) -> tuple[bool, bool] | None:
    """Return whether a way was hit and whether it holds; None where a part of it is not known.

    Several parts that one price decides are hit together only where one price of the look hits them all.
    """
    hit = holds = True
    for number in held.ways[way]:
        met = answers.mets[number]
        if met.hit is None or met.holds is None:
            return None
        hit, holds = hit and met.hit, holds and met.holds
    return hit and _meets_at_once(held, way, answers), holds


def _meets_at_once(held: Held, way: int, answers: Answers) -> bool:
    numbers = held.ways[way]
    if len(numbers) == 1:
        return True
    parts = [(held.leaves[number], answers.before[number], answers.mets[number]) for number in numbers]
    return meets_at_once(parts, answers.look)


def _values(held: Held, way: int, answers: Answers) -> tuple[Value, ...]:
    return tuple(value for number in held.ways[way] for value in answers.mets[number].values)


def _arm(held: Held, answers: Answers, now: datetime) -> list[Happened]:
    """Move every way on; the first that triggers counts."""
    look, armed, happened = answers.look, list(held.armed), list[Happened]()
    for way, was_armed in enumerate(held.armed):
        found = _together(held, way, answers)
        if found is None:
            continue
        hit, holds = found
        armed[way] = not hit if was_armed is None else not holds if not was_armed or hit else True
        if was_armed and hit and not happened and _may_fire(held, look.at, now):
            happened = [_trigger(held, look, way, _values(held, way, answers))]
    has_ceased = any(is_so and was is False for was, is_so in zip(held.armed, armed, strict=True))
    held.armed = shared_armed(tuple(armed))
    if has_ceased and not happened:
        happened += _tell_armed(held, look.at)
    return happened


def _may_fire(held: Held, at: datetime, now: datetime) -> bool:
    """Return whether a firing is wanted: not while snoozed, waiting, or too soon after the last.

    One that waited for its confirmation counts as a last one, whether it came to be confirmed or not.
    """
    if held.pending is not None or held.status != "active":
        return False
    if held.snoozed_until is not None and now < held.snoozed_until:
        return False
    fired_at = held.last_fired_at if held.options.repeats else None
    cooldown = timedelta(seconds=held.options.cooldown)
    lasts = (last for last in (fired_at, held.tried_at) if last is not None)
    return not any(timedelta(0) <= at - last < cooldown for last in lasts)


def _trigger(held: Held, look: Look, way: int, values: tuple[Value, ...]) -> Happened:
    held.number += 1
    options = held.options
    if options.confirming == "touch":
        return _fire(held, look.at, look.at, values, "fired")
    if options.confirming == "close" and look.is_closing(held.market_of(way), options.confirm_timeframe):
        return _fire(held, look.at, look.at, values, "confirmed")
    held.pending, held.tried_at, held.told = Pending(way, look.at), look.at, 0
    return Happened("pending", held.number, look.at, values)


def _fire(held: Held, met_at: datetime, at: datetime, values: tuple[Value, ...], state: State) -> Happened:
    held.fired, held.last_fired_at, held.pending = held.fired + 1, at, None
    held.told = held.number if held.options.repeats else 0
    if not held.options.repeats:
        held.status = "done"
    return Happened(state, held.number, met_at, values)


def _tell_armed(held: Held, at: datetime) -> list[Happened]:
    if not held.told or held.pending is not None or held.status != "active":
        return []
    told, held.told = held.told, 0
    return [Happened("armed", told, at, (), is_first=False)]


def _confirm(held: Held, answers: Answers) -> list[Happened]:
    """Look whether what waits is confirmed, has failed, or goes on waiting."""
    look, pending = answers.look, held.pending
    if pending is None or look.at < pending.at:
        return []
    found = _together(held, pending.way, answers)
    if found is None:
        return []
    is_confirmed: bool | None = None
    if held.options.confirming == "close":
        closing = look.is_closing(held.market_of(pending.way), held.options.confirm_timeframe)
        is_confirmed = found[0] if closing else None
    elif held.options.confirming == "seconds":
        is_confirmed = _has_held(held, look, pending, holds=found[1])
    if is_confirmed is None:
        return []
    return [settle(held, is_confirmed=is_confirmed, at=look.at, values=_values(held, pending.way, answers))]


def _has_held(held: Held, look: Look, pending: Pending, *, holds: bool) -> bool | None:
    """Return whether it held for its time; None while that is not over.

    A price between the outer ones of a span cannot end what neither of them ends.
    """
    span = look.moved
    prices = () if span is None or span.low == span.high else (span.low, span.high)
    if not holds or not all(_holds_at(held, look.still(price), pending.way) for price in prices):
        return False
    return True if look.at - pending.at >= timedelta(seconds=held.options.confirm_seconds) else None


def _holds_at(held: Held, look: Look, way: int) -> bool:
    return all(
        rule_of(held.leaves[number]).decide(held.leaves[number], look, held.memory[number]).holds is not False
        for number in held.ways[way]
    )


def hits_at(held: Held, look: Look, way: int) -> bool:
    """Return whether a way would be met in a look, without any consequence."""
    return all(
        rule_of(held.leaves[number]).decide(held.leaves[number], look, held.memory[number]).hit is True
        for number in held.ways[way]
    )


def settle(held: Held, *, is_confirmed: bool, at: datetime, values: tuple[Value, ...]) -> Happened:
    """End the wait for a confirmation. It must be waited for."""
    pending = held.pending
    met_at = at if pending is None else pending.at
    if is_confirmed:
        return replace(_fire(held, met_at, at, values, "confirmed"), is_first=False)
    held.pending = None
    return Happened("failed", held.number, met_at, values, is_first=False)


def values_of(held: Held, look: Look) -> tuple[Value, ...]:
    """Return what a rule sees in a look, without any consequence."""
    asked = (
        rule_of(leaf).decide(leaf, look, memory)
        for leaf, memory in zip(held.leaves, held.memory, strict=True)
    )
    return tuple(value for met in asked for value in met.values)
