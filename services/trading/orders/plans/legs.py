"""Orders that share one amount: what one of them fills the others must give up.

Belongs here: keeping each leg as large as what is left, and a stop and a target for what a plan has filled.
A leg that only reduces is replaced before the old one goes, so that a position is never bare; one that opens
is canceled first, so that never more is open than is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from operator import attrgetter
from typing import Final, Literal

import msgspec

from services.exchange.prices import on_step
from services.trading.orders.plans.plan import (
    MOST_LOST,
    NOTHING,
    ORDER_CANCELED,
    POSITION_GONE,
    Child,
    Ended,
    Known,
    Plan,
    Step,
    Todo,
    added,
    canceled_elsewhere,
    found_until,
    rests_until,
)

Guard = Literal["stop", "target"]
GUARDS: Final[tuple[Guard, ...]] = ("stop", "target")
_TRIES: Final = 2
_DOUBTS: Final = 3
"""So many stops in a row are lost before it is asked whether there is a position at all."""
_NOT_PLACED: Final = {
    "stop": "Its stop could not be placed: {why}",
    "target": "Its target could not be placed: {why}",
}


@dataclass(frozen=True, slots=True)
class Arranged:
    """What a leg has to send and to cancel."""

    send: tuple[Step, ...] = ()
    cancel: tuple[Child, ...] = ()
    wake_at: datetime | None = None
    """When what was refused may be sent again."""


def arrange(plan: Plan, children: Sequence[Child], whole: Step) -> Arranged:
    """Bring the open orders of a leg to the amount of `whole`: what is left of what it shares."""
    kept, gone = _fitting(children, whole.amount)
    lacks = on_step(whole.amount - added(child.left for child in kept), plan.step)
    if 0 < lacks < plan.min_amount <= whole.amount and whole.is_reduce_only:
        gone, lacks = tuple(children), whole.amount
    is_free = whole.is_reduce_only or not gone
    may_send = lacks >= plan.min_amount and lacks > 0 and is_free
    return Arranged(send=(replace(whole, amount=lacks),) if may_send else (), cancel=gone)


def _fitting(children: Sequence[Child], amount: Decimal) -> tuple[tuple[Child, ...], tuple[Child, ...]]:
    """Return the newest orders that fit into the amount together, and the others."""
    kept: list[Child] = []
    gone: list[Child] = []
    for child in reversed(children):
        fits = added(one.left for one in kept) + child.left <= amount
        (kept if fits else gone).append(child)
    return tuple(kept), tuple(gone)


def protect(plan: Plan, known: Known, entered: Todo, *, filled: Decimal) -> Todo:
    """Add to what a plan does the stop and the target of what it has filled.

    Args:
        plan: has the stop, the target, or neither.
        known: what is known.
        entered: what the plan does to enter; where that has ended, the plan ends once its guards are over.
        filled: what it has entered.
    """
    if plan.stop is None and plan.target is None:
        return entered
    entered = patient(plan, known, entered)
    left = max(filled - known.filled(*GUARDS), NOTHING)
    if _is_doubtful(plan, known, left) and entered.ended is not None:
        if "picture" not in known.was_asked:
            return Todo(look="picture")
        if known.picture is not None and known.held(plan.market, plan.way) is None:
            open_ = known.open(*GUARDS)
            return Todo(cancel=open_) if open_ else replace(entered, ended=POSITION_GONE)
    arranged = [_leg(plan, known, guard, left) for guard in GUARDS]
    send = (*entered.send, *(step for one in arranged for step in one.send))
    cancel = (*entered.cancel, *(child for one in arranged for child in one.cancel))
    wakes = [at for at in (entered.wake_at, *(one.wake_at for one in arranged)) if at is not None]
    todo = replace(entered, send=send, cancel=cancel, wake_at=min(wakes, default=None))
    todo = replace(todo, ended=_ended(plan, known, todo, left))
    return _with_warning(plan, known, todo, left)


def patient(plan: Plan, known: Known, entered: Todo) -> Todo:
    """Let a plan not end yet where an entering order may turn up late: it needs its stop then."""
    until = found_until(child for child in known.children if child.role not in GUARDS)
    if entered.ended is None or plan.is_ending or until is None or known.now >= until:
        return entered
    return replace(entered, ended=None, wake_at=until)


def _is_doubtful(plan: Plan, known: Known, left: Decimal) -> bool:
    """Return whether a stop that was lost several times is due again, perhaps of a position that is gone."""
    stops = known.of("stop")
    lost, rests = list(takewhile(attrgetter("is_lost"), reversed(stops))), rests_until(stops)
    return plan.is_swap and left > 0 and len(lost) >= _DOUBTS and rests is not None and known.now >= rests


def _leg(plan: Plan, known: Known, guard: Guard, left: Decimal) -> Arranged:
    if _price_of(plan, guard) is None:
        return Arranged()
    if _is_given_up(plan, guard, known.of(guard)):
        return Arranged(cancel=known.open(guard) if left <= 0 else ())
    arranged = arrange(plan, known.open(guard), guarding(plan, guard, left))
    rests = rests_until(known.of(guard))
    if arranged.send and rests is not None and known.now < rests:
        return Arranged(wake_at=rests)
    return arranged


def _price_of(plan: Plan, guard: Guard) -> Decimal | None:
    return plan.stop if guard == "stop" else plan.target


def _is_given_up(plan: Plan, guard: Guard, leg: Sequence[Child]) -> bool:
    """Return whether a leg is not sent again.

    Others canceled it, or it is refused and nobody wants it any more. A stop is never given up by the plan
    itself, nor is what could not be sent.
    """
    is_wanted = guard == "stop" and not plan.is_ending
    return bool(canceled_elsewhere(plan, leg)) or (not is_wanted and _is_refused(leg))


def _is_refused(leg: Sequence[Child]) -> bool:
    """Return whether the venue refused it twice."""
    return sum(child.is_lost and not child.was_never_sent for child in leg) >= _TRIES


def _is_lost(leg: Sequence[Child]) -> bool:
    """Return whether the venue refused it twice, or it could not be sent several times."""
    return _is_refused(leg) or sum(child.is_lost for child in leg) >= MOST_LOST


def guarding(plan: Plan, guard: Guard, amount: Decimal) -> Step:
    """Return the stop or the target of an amount."""
    return Step(
        role=guard,
        side=plan.opposite,
        kind="stop" if guard == "stop" else "take_profit",
        amount=amount,
        trigger=_price_of(plan, guard),
        is_reduce_only=plan.is_swap,
        position_side=plan.position_side,
    )


def _with_warning(plan: Plan, known: Known, todo: Todo, left: Decimal) -> Todo:
    """Say once that a stop, which was wanted, is not there."""
    lost = [child for child in known.of("stop") if child.is_lost]
    is_bare = left > 0 and _is_lost(known.of("stop")) and not known.open("stop")
    if not is_bare or plan.is_told_unprotected:
        return todo
    changed = msgspec.structs.replace(todo.plan or plan, is_told_unprotected=True)
    return replace(todo, plan=changed, unprotected=lost[-1].row.reason)


def _ended(plan: Plan, known: Known, todo: Todo, left: Decimal) -> Ended | None:
    if todo.ended is None or todo.is_busy or todo.wake_at is not None or known.open(*GUARDS):
        return None
    if left <= 0 or left < plan.min_amount:
        return todo.ended
    return _why_bare(plan, known)


def _why_bare(plan: Plan, known: Known) -> Ended:
    """Return how a plan ends that leaves a part of what it has filled without its guards."""
    if canceled_elsewhere(plan, known.of(*GUARDS)):
        return ORDER_CANCELED
    for guard in GUARDS:
        lost = [child for child in known.of(guard) if child.is_lost]
        if lost:
            facts = (("why", lost[-1].row.reason),)
            return Ended(status="failed", words=_NOT_PLACED[guard], facts=facts)
    return ORDER_CANCELED
