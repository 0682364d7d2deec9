"""Drafts tickets that set or take away the stop, the target and the trailing stop of a position.

What protects already goes only once the new order is there, so that the position is never bare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import msgspec

from services.errors import UserMistake
from services.exchange.orders import STOPS, TARGETS, TRAILING, OrderRequest
from services.trading.losses import risk_of_one
from services.trading.messages import Judgement
from services.trading.orders.actions import Protect, intent_id_of, intents_of
from services.trading.orders.drafting import Desk, Issued
from services.trading.orders.looking import abilities_of
from services.trading.orders.messages import DraftProtection, OrderTerms, OrderType, Preview, Ticket
from services.trading.orders.plans.kinds import read_plan
from services.trading.orders.plans.shelf import PlanShelf
from services.trading.orders.plans.trailing import Trailing
from services.trading.orders.positions import Held, Holdings
from services.trading.orders.reading import Reader
from services.trading.orders.sizing import step_of
from services.trading.orders.wishes import MOST_TRAIL, Wish, on_tick

_NONE: Final = "none"
_TRAILS: Final = frozenset({TRAILING})
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guards:
    """What is to protect a position, and the kinds of orders that go."""

    stop: Decimal | None
    target: Decimal | None
    trail: Decimal | None
    gone: frozenset[str]
    rounded: tuple[str, ...] = ()

    @property
    def is_any(self) -> bool:
        """Return whether anything is to protect it; else only orders go."""
        return (self.stop, self.target, self.trail) != (None, None, None)

    @property
    def type(self) -> OrderType:
        """Return the type that the card is headed with."""
        if self.trail is not None:
            return "trailing"
        return "take_profit" if self.stop is None and self.target is not None else "stop"


class Protecting:
    """Drafts protection."""

    def __init__(self, desk: Desk, holdings: Holdings, shelf: PlanShelf) -> None:
        self._desk = desk
        self._holdings = holdings
        self._shelf = shelf

    async def draft(self, request: DraftProtection) -> Ticket:
        """Draft a ticket. Raises as `DraftProtection`."""
        wanted = _read(request)
        account = await self._desk.account(request.caller, request.account, is_to_send=wanted.is_any)
        held = await self._holdings.held(request.market, account)
        guards = _checked(wanted, held)
        ticket_id = self._desk.new_id()
        action = await self._action(ticket_id, guards, held)
        issued = Issued(
            id=ticket_id,
            kind="protect",
            preview=_preview(guards, held, action),
            judgement=await self._judged(ticket_id, action, held),
            action=action,
        )
        return await self._desk.issue(account, request.caller, issued)

    async def _action(self, ticket_id: str, guards: _Guards, held: Held) -> Protect:
        can_trail = abilities_of(held.account, held.modes).has_trailing
        is_ours = guards.trail is not None and not can_trail
        plans = await self._trailing_plans(held) if guards.gone & _TRAILS else ()
        action = Protect(
            requests=_requests(ticket_id, replace(guards, trail=None) if is_ours else guards, held),
            trailing=_trailing(guards.trail, held) if is_ours and guards.trail is not None else None,
            orders=tuple(order.id for order in held.guards(guards.gone)),
            plans=tuple(plans),
        )
        if not (action.requests or action.trailing or action.orders or action.plans):
            raise UserMistake("There is nothing to take away.", hint="See /orders for what is open.")
        return action

    async def _trailing_plans(self, held: Held) -> Sequence[str]:
        plans = await self._shelf.of_account(held.account.id)
        return [
            row.id for row, _ in plans if row.kind == "trailing" and read_plan(row).market == held.market.name
        ]

    async def _judged(self, ticket_id: str, action: Protect, held: Held) -> Judgement:
        intents = intents_of(ticket_id, action, held.account)
        if not intents:
            return Judgement(is_passed=True, state="ACTIVE")
        return await self._desk.judged(intents[0], held.session)


def _read(request: DraftProtection) -> _Guards:
    reader = Reader.of(request.locale)
    said = {"stop": request.stop, "target": request.target, "trail": request.trail}
    given = {name: text.strip() for name, text in said.items() if text.strip()}
    if not given:
        raise UserMistake("Say which stop, target or trail it is to be.", hint="Write none to take it away.")
    kept = {name: text for name, text in given.items() if text.casefold() != _NONE}
    gone: set[str] = set(TARGETS if "target" in given else ())
    if "stop" in given:
        gone |= STOPS | (_TRAILS if "stop" in kept else frozenset())
    if "trail" in given:
        gone |= _TRAILS | (STOPS if "trail" in kept else frozenset())
    return _Guards(
        stop=reader.number("stop", kept.get("stop", "")),
        target=reader.number("target", kept.get("target", "")),
        trail=reader.percent("trail", kept.get("trail", "")),
        gone=frozenset(gone),
    )


def _checked(wanted: _Guards, held: Held) -> _Guards:
    """Move the prices to the tick, and check that they lie on the side on which they protect."""
    terms = OrderTerms(market=held.market.name, side="buy" if held.sign == 1 else "sell")
    wish = on_tick(
        Wish(terms=terms, size=held.position.amount, stop=wanted.stop, target=wanted.target), held.market
    )
    now = held.position.mark or held.price
    if wish.stop is not None and held.sign * (now - wish.stop) <= 0:
        raise UserMistake(
            f"The price is {now:f}, already beyond a stop at {wish.stop:f}.",
            hint="A stop lies below the price of a long position, above that of a short one.",
        )
    if wish.target is not None and held.sign * (wish.target - now) <= 0:
        raise UserMistake(
            f"The price is {now:f}, already beyond a target at {wish.target:f}.",
            hint="A target lies above the price of a long position, below that of a short one.",
        )
    if wanted.trail is not None and wanted.trail > MOST_TRAIL:
        raise UserMistake(f"The trail is at most {MOST_TRAIL} %.", hint="Ask for less.")
    return replace(wanted, stop=wish.stop, target=wish.target, rounded=wish.rounded)


def _requests(ticket_id: str, guards: _Guards, held: Held) -> tuple[OrderRequest, ...]:
    order = OrderRequest(
        market=held.market.name, side=held.side, kind="stop", amount=held.position.amount, client_id=""
    )
    orders = (
        replace(order, trigger_price=guards.stop) if guards.stop is not None else None,
        replace(order, kind="take_profit", trigger_price=guards.target)
        if guards.target is not None
        else None,
        replace(order, kind="trailing", trailing_percent=guards.trail) if guards.trail is not None else None,
    )
    wanted = [one for one in orders if one is not None]
    return tuple(held.reducing(intent_id_of(ticket_id, number), one) for number, one in enumerate(wanted, 1))


def _trailing(trail: Decimal, held: Held) -> Trailing:
    step = step_of(held.market)
    return Trailing(
        market=held.market.name,
        side=held.side,
        amount=held.position.amount,
        step=step,
        tick=held.market.tick,
        min_amount=max(held.market.min_amount or step, step),
        is_reduce_only=True,
        position_side=held.position.side if held.modes.is_hedged else None,
        trail=trail,
    )


def _preview(guards: _Guards, held: Held, action: Protect) -> Preview:
    amount, fee = held.position.amount, held.market.taker_fee
    price = guards.stop or guards.target or held.price
    risk = None
    if guards.stop is not None and fee is not None:
        lost = held.sign * (held.position.entry - guards.stop)
        risk = amount * risk_of_one(held.position.entry, guards.stop, fee) if lost > 0 else _NOTHING
    equity = held.picture.equity if held.picture.currency == held.market.quote else None
    shown = Preview(
        market=held.market.name,
        side=held.side,
        type=guards.type,
        amount=amount,
        price=price,
        tick=held.market.tick,
        cost=amount * price,
        fee=None if fee is None else amount * price * fee,
        risk=risk,
        risk_share=risk / equity if risk is not None and equity else None,
        stop=guards.stop,
        target=guards.target,
        trail=guards.trail,
        leverage=held.position.leverage,
        is_reducing=True,
        is_kept_by_farm=action.trailing is not None,
        position=held.position.side,
        orders=len(action.orders) + len(action.plans),
        rounded=list(guards.rounded),
    )
    return msgspec.structs.replace(shown, origin=None if held.quote is None else held.quote.origin)
