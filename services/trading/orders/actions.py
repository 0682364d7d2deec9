"""What a ticket does when it is confirmed, as it is kept in its row, and the orders and plans it is made of.

Belongs here: turning a wish into orders or a plan. Doing it belongs to `doing`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypedDict

import msgspec

from services.exchange.orders import OrderKind, OrderRequest, PositionSide, TimeInForce, Trigger
from services.store.trading_rows import AccountRow
from services.trading.intents.intent import Intent, client_id_of
from services.trading.messages import Side
from services.trading.orders.estimating import Estimate, ladder_of
from services.trading.orders.looking import Look
from services.trading.orders.messages import DraftOrder, Ticket
from services.trading.orders.plans.bracket import Bracket
from services.trading.orders.plans.dca import Dca
from services.trading.orders.plans.iceberg import Iceberg
from services.trading.orders.plans.kinds import AnyPlan
from services.trading.orders.plans.oco import Oco
from services.trading.orders.plans.trailing import Trailing
from services.trading.orders.plans.twap import Twap
from services.trading.orders.sizing import step_of
from services.trading.orders.wishes import Wish

_NOTHING: Final = Decimal(0)
_JUDGED_AS: Final[dict[str, OrderKind]] = {
    "oco": "limit",
    "iceberg": "limit",
    "dca": "limit",
    "twap": "market",
    "trailing": "market",
}
_ENTRY_KINDS: Final = ("market", "limit", "stop", "stop_limit", "take_profit", "bracket")


class Place(msgspec.Struct, frozen=True, kw_only=True, tag="place"):
    """Send orders, each with an id that follows from the ticket's."""

    requests: tuple[OrderRequest, ...]
    leverage: Decimal | None = None
    is_exempt: bool = False
    reference: Decimal | None = None


class Begin(msgspec.Struct, frozen=True, kw_only=True, tag="begin"):
    """Begin a plan, whose id is the ticket's."""

    plan: AnyPlan


class Cancel(msgspec.Struct, frozen=True, kw_only=True, tag="cancel"):
    """Cancel orders, ours or placed elsewhere, and end plans."""

    orders: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()


class Protect(msgspec.Struct, frozen=True, kw_only=True, tag="protect"):
    """Send what protects a position, then cancel what it replaces."""

    requests: tuple[OrderRequest, ...] = ()
    trailing: Trailing | None = None
    """Where the venue has no trailing orders; the plan has the ticket's id."""
    orders: tuple[str, ...] = ()
    """Canceled once the new ones are there."""
    plans: tuple[str, ...] = ()


Action = Place | Begin | Cancel | Protect


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What the row of a ticket keeps."""

    ticket: Ticket
    action: Action
    draft: DraftOrder | None = None
    """What it was drafted from, for a new one at a new price."""


def sends(action: Action) -> bool:
    """Return whether an order may come of it: what only cancels is never kept from its owner."""
    match action:
        case Cancel():
            return False
        case Protect():
            return bool(action.requests) or action.trailing is not None
    return True


def intent_id_of(ticket_id: str, number: int) -> str:
    """Return the id of an order of a ticket: always the same, so that it is found again after a crash."""
    return f"{ticket_id}-{number}"


def intents_of(ticket_id: str, action: Place | Protect, account: AccountRow) -> tuple[Intent, ...]:
    """Return the intents of a ticket's orders."""
    return tuple(
        Intent(
            id=intent_id_of(ticket_id, number),
            account=account.id,
            user_id=account.user_id,
            request=request,
            leverage=action.leverage if isinstance(action, Place) else None,
            is_exempt=action.is_exempt if isinstance(action, Place) else True,
            reference=action.reference if isinstance(action, Place) else None,
        )
        for number, request in enumerate(action.requests, 1)
    )


def trigger_by(look: Look) -> Trigger:
    """Return the price that triggers: the mark of a contract, the last of spot, which has no mark."""
    return "mark" if look.market.is_swap else "last"


def action_of(ticket_id: str, wish: Wish, look: Look, found: Estimate) -> Place | Begin:
    """Return what an order does: sent as it is where the venue can, else carried out as a plan."""
    plan = plan_of(wish, look, found, seed=ticket_id)
    if plan is not None:
        return Begin(plan=plan)
    request = request_of(intent_id_of(ticket_id, 1), wish, look, found)
    return Place(
        requests=(request,),
        leverage=wish.leverage,
        is_exempt=wish.is_reducing,
        reference=look.quote.price,
    )


def request_of(intent_id: str, wish: Wish, look: Look, found: Estimate) -> OrderRequest:
    """Return the one order that a wish is, or, of a plan, an order that asks for as much."""
    kind = entry_kind(wish)
    return OrderRequest(
        market=look.market.name,
        side=wish.side,
        kind=kind,
        amount=found.amount,
        client_id=client_id_of(intent_id),
        price=(wish.price or found.price) if kind in {"limit", "stop_limit"} else None,
        trigger_price=wish.trigger if kind in {"stop", "stop_limit", "take_profit", "trailing"} else None,
        trigger_by=trigger_by(look),
        trailing_percent=wish.trail if kind == "trailing" else None,
        time_in_force=_force(wish),
        is_reduce_only=wish.is_reducing,
        position_side=look.position_side(wish.side, is_reducing=wish.is_reducing),
        stop_loss=wish.stop,
        take_profit=wish.target,
    )


def entry_kind(wish: Wish) -> OrderKind:
    """Return the kind of order that a wish enters with."""
    if wish.type == "bracket":
        return "market" if wish.price is None else "limit"
    match wish.type:
        case "market" | "limit" | "stop" | "stop_limit" | "take_profit" | "trailing" as kind:
            return kind
    return _JUDGED_AS[wish.type]


def _force(wish: Wish) -> TimeInForce:
    return "post_only" if wish.terms.is_post_only else wish.terms.time_in_force


def plan_of(wish: Wish, look: Look, found: Estimate, *, seed: str) -> AnyPlan | None:
    """Return the plan that carries a wish out; None where it is one order of the venue's."""
    if wish.type in _ENTRY_KINDS:
        return _bracket(wish, look, found) if wish.stop is not None or wish.target is not None else None
    if wish.type == "trailing":
        return None if look.abilities.has_trailing and look.market.is_swap else _trailing(wish, look, found)
    return _sliced(wish, look, found, seed)


def _bracket(wish: Wish, look: Look, found: Estimate) -> Bracket:
    kind = entry_kind(wish)
    is_plain = kind in {"market", "limit"} and look.market.is_swap
    return Bracket(
        **_common(wish, look, found),
        entry=kind,
        price=wish.price,
        trigger=wish.trigger,
        time_in_force=_force(wish),
        is_attached=look.abilities.has_attached_stops and is_plain,
    )


def _trailing(wish: Wish, look: Look, found: Estimate) -> Trailing:
    return Trailing(**_common(wish, look, found), trail=wish.trail or _NOTHING, trigger=wish.trigger)


def _sliced(wish: Wish, look: Look, found: Estimate, seed: str) -> AnyPlan:
    common, terms = _common(wish, look, found), wish.terms
    price, trigger = wish.price or found.price, wish.trigger or found.price
    match wish.type:
        case "oco":
            return Oco(**common, price=price, trigger=trigger)
        case "iceberg":
            return Iceberg(**common, price=price, slices=terms.slices, time_in_force=_force(wish))
        case "dca":
            return Dca(**common, prices=ladder_of(wish, look), time_in_force=_force(wish))
    return Twap(
        **common, slices=terms.slices, seconds=terms.minutes * 60, seed=seed, arrival=look.quote.price
    )


class _Common(TypedDict):
    """What every plan is given."""

    market: str
    side: Side
    amount: Decimal
    step: Decimal
    tick: Decimal
    min_amount: Decimal
    min_cost: Decimal
    is_reduce_only: bool
    position_side: PositionSide | None
    leverage: Decimal | None
    trigger_by: Trigger
    stop: Decimal | None
    target: Decimal | None
    is_swap: bool


def _common(wish: Wish, look: Look, found: Estimate) -> _Common:
    market = look.market
    return {
        "market": market.name,
        "side": wish.side,
        "amount": found.amount,
        "step": step_of(market),
        "tick": market.tick,
        "min_amount": max(market.min_amount or step_of(market), step_of(market)),
        "min_cost": _NOTHING if wish.is_reducing else market.min_cost or _NOTHING,
        "is_reduce_only": wish.is_reducing,
        "position_side": look.position_side(wish.side, is_reducing=wish.is_reducing),
        "leverage": wish.leverage,
        "trigger_by": trigger_by(look),
        "stop": wish.stop,
        "target": wish.target,
        "is_swap": market.is_swap,
    }
