"""Orders as classic accounts write them for contracts, read into our own `OrderRequest`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest.call import Call
from services.exchange.exchange import Side
from services.exchange.orders import MarginMode, OrderKind, OrderRequest, PositionSide, TimeInForce, Trigger

FORCES: dict[str, TimeInForce] = {"gtc": "gtc", "ioc": "ioc", "fok": "fok", "post_only": "post_only"}
MARGINS: dict[str, MarginMode] = {"crossed": "cross", "isolated": "isolated"}
TRIGGERS: dict[str, Trigger] = {"mark_price": "mark", "fill_price": "last", "index_price": "index"}
_SIDES: dict[str, Side] = {"buy": "buy", "sell": "sell"}
_HELD: dict[str, PositionSide] = {"buy": "long", "long": "long", "sell": "short", "short": "short"}
_STOPS = frozenset({"pos_loss", "loss_plan"})
_PROFITS = frozenset({"pos_profit", "profit_plan"})


@dataclass(frozen=True, slots=True)
class Sides:
    """The side of an order, and in hedge mode which position it opens or closes."""

    side: Side
    held: PositionSide | None
    is_closing: bool


def client_id(call: Call) -> str:
    """Return the client's id of an order, or one of our own where it gives none."""
    said = call.get("clientOid")
    return call.venue.next_client_id() if said is None else said


def side_of(call: Call) -> Side:
    """Return the side. Raises `Refused`."""
    side = _SIDES.get(call.need("side").lower())
    if side is None:
        raise Refused("40017", "Parameter side error")
    return side


def force_of(call: Call, name: str = "force") -> TimeInForce:
    """Return the time in force, good till cancelled where none is given. Raises `Refused`."""
    force = FORCES.get((call.get(name) or "gtc").lower())
    if force is None:
        raise Refused("40017", f"Parameter {name} error")
    return force


def is_yes(call: Call, name: str) -> bool:
    """Return whether a flag is set; the venue writes YES and NO."""
    return (call.get(name) or "no").lower() == "yes"


def trigger_source(call: Call) -> Trigger:
    """Return what triggers it, the mark price where that is not said. Raises `Refused`."""
    source = TRIGGERS.get(call.get("triggerType") or "mark_price")
    if source is None:
        raise Refused("40017", "Parameter triggerType error")
    return source


def needed(call: Call, name: str) -> Decimal:
    """Return a number that must be there. Raises `Refused`."""
    value = call.number(name)
    if value is None:
        raise Refused("40019", f"Parameter {name} cannot be empty")
    return value


def sides(call: Call) -> Sides:
    """Read side, trade side and reduce-only; in hedge mode a close carries the side that opened."""
    side, trade = side_of(call), (call.get("tradeSide") or "").lower()
    if not trade:
        return Sides(side, None, is_yes(call, "reduceOnly"))
    if trade not in {"open", "close"}:
        raise Refused("40017", "Parameter tradeSide error")
    held: PositionSide = "long" if side == "buy" else "short"
    if trade == "open":
        return Sides(side, held, is_closing=False)
    return Sides("sell" if held == "long" else "buy", held, is_closing=True)


def margin_of(call: Call) -> MarginMode | None:
    """Return the margin mode, None for the account's own. Raises `Refused`."""
    said = call.get("marginMode")
    if said is None:
        return None
    if said not in MARGINS:
        raise Refused("40017", "Parameter marginMode error")
    return MARGINS[said]


def order(call: Call, one: Listing) -> OrderRequest:
    """Read a market or limit order."""
    told = sides(call)
    is_limit = _is_limit(call)
    return OrderRequest(
        market=one.name,
        side=told.side,
        kind="limit" if is_limit else "market",
        amount=needed(call, "size"),
        client_id=client_id(call),
        price=needed(call, "price") if is_limit else None,
        time_in_force=force_of(call) if is_limit else "gtc",
        is_reduce_only=told.is_closing,
        position_side=told.held,
        margin_mode=margin_of(call),
        stop_loss=call.number("presetStopLossPrice"),
        take_profit=call.number("presetStopSurplusPrice"),
    )


async def plan(call: Call, one: Listing) -> OrderRequest:
    """Read an order that waits for a trigger: a plan of the account's own, or a trailing one."""
    told = sides(call)
    trigger = needed(call, "triggerPrice")
    is_trailing = call.need("planType") == "track_plan"
    if not is_trailing and call.get("planType") != "normal_plan":
        raise Refused("40017", "Parameter planType error")
    limit = None if is_trailing else _execute_price(call)
    source = trigger_source(call)
    kind: OrderKind = "trailing"
    if not is_trailing:
        kind = await kind_of(call, one, told.side, trigger=trigger, source=source, limit=limit)
    return OrderRequest(
        market=one.name,
        side=told.side,
        kind=kind,
        amount=needed(call, "size"),
        client_id=client_id(call),
        price=limit,
        trigger_price=trigger,
        trigger_by=source,
        trailing_percent=needed(call, "callbackRatio") if is_trailing else None,
        is_reduce_only=told.is_closing,
        position_side=told.held,
        margin_mode=margin_of(call),
        stop_loss=call.number("stopLossTriggerPrice"),
        take_profit=call.number("stopSurplusTriggerPrice"),
    )


async def tpsl(call: Call, one: Listing) -> OrderRequest:
    """Read an order that takes the profit or stops the loss of a position."""
    held = _HELD.get(call.need("holdSide"))
    if held is None:
        raise Refused("40017", "Parameter holdSide error")
    named = call.need("planType")
    if named not in _STOPS | _PROFITS:
        raise Refused("40017", "Parameter planType error")
    limit = _execute_price(call)
    size = call.number("size")
    modes = await call.seat.account.modes()
    return OrderRequest(
        market=one.name,
        side="sell" if held == "long" else "buy",
        kind=kind_named(is_profit=named in _PROFITS, is_limit=limit is not None),
        amount=await held_amount(call, one, held) if size is None else size,
        client_id=client_id(call),
        price=limit,
        trigger_price=needed(call, "triggerPrice"),
        trigger_by=trigger_source(call),
        is_reduce_only=True,
        position_side=held if modes.is_hedged else None,
    )


async def kind_of(
    call: Call, one: Listing, side: Side, *, trigger: Decimal, source: Trigger, limit: Decimal | None
) -> OrderKind:
    """Return what a trigger at this price is: a stop beyond the market, or a target before it."""
    (ticker,) = await call.venue.exchange.tickers([one.name])
    price = ticker.price if source == "last" or ticker.mark is None else ticker.mark
    is_profit = trigger < price if side == "buy" else trigger > price
    return kind_named(is_profit=is_profit, is_limit=limit is not None)


async def held_amount(call: Call, one: Listing, held: PositionSide) -> Decimal:
    """Return how much of a position there is. Raises `Refused` where there is none."""
    for position in await call.seat.account.positions():
        if position.market == one.name and position.side == held:
            return position.amount
    raise Refused.because("no_position", is_unified=call.seat.account.is_unified)


def kind_named(*, is_profit: bool, is_limit: bool) -> OrderKind:
    """Return the kind of an order with a trigger."""
    if is_profit:
        return "take_profit_limit" if is_limit else "take_profit"
    return "stop_limit" if is_limit else "stop"


def _execute_price(call: Call) -> Decimal | None:
    """Return the limit that it becomes; absent or 0 is a market order."""
    return call.number("executePrice") or None


def _is_limit(call: Call) -> bool:
    kind = call.need("orderType")
    if kind not in {"limit", "market"}:
        raise Refused("40017", "Parameter orderType error")
    return kind == "limit"
