"""Orders as unified accounts write them, read into our own `OrderRequest`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest import requests_v2
from sandbox.exchange.rest.call import Call
from sandbox.exchange.rest.private_spot import bought_for
from services.exchange.orders import OrderRequest, PositionSide, Trigger

DECLARED = frozenset(
    {"category", "symbol", "qty", "price", "side", "orderType", "timeInForce", "posSide", "clientOid"}
    | {"reduceOnly", "marginMode", "stpMode", "tpTriggerBy", "slTriggerBy", "takeProfit", "stopLoss"}
    | {"tpOrderType", "slOrderType", "tpLimitPrice", "slLimitPrice"}
)
"""The fields of an order. Source: PlaceOrderRequestV3 of the npm package bitget-api 3.2.3."""
_TRIGGERS: dict[str, Trigger] = {"mark": "mark", "market": "last"}


@dataclass(frozen=True, slots=True)
class Strategy:
    """An order that waits for a trigger, and the plan type it is listed under."""

    request: OrderRequest
    plan: str


def _failed(words: str) -> Refused:
    return Refused("400172", words)


def check_fields(call: Call) -> None:
    """Refuse what an order must have and lacks, and what it does not declare. Raises `Refused`."""
    for name in ("category", "symbol", "side", "orderType", "qty"):
        if call.get(name) is None:
            raise _failed(f"{name} is required")
    unknown = sorted(set(call.body) - DECLARED)
    if unknown and not call.venue.faults.now.ignore_unknown_fields:
        raise _failed(f"{', '.join(unknown)} is not a parameter of this request")


async def order(call: Call, one: Listing) -> tuple[OrderRequest, Decimal | None]:
    """Read a market or limit order, and the size in quote currency of a spot market buy.

    What the venue takes the quantity of such a buy for is not known; here it is quote currency, as it is for
    classic accounts.
    """
    side, size = requests_v2.side_of(call), requests_v2.needed(call, "qty")
    is_limit = call.need("orderType") == "limit"
    quote = size if not one.is_swap and side == "buy" and not is_limit else None
    held, is_closing = _position(call)
    request = OrderRequest(
        market=one.name,
        side=side,
        kind="limit" if is_limit else "market",
        amount=size if quote is None else await bought_for(call, one, quote),
        client_id=requests_v2.client_id(call),
        price=requests_v2.needed(call, "price") if is_limit else None,
        time_in_force=requests_v2.force_of(call, "timeInForce") if is_limit else "gtc",
        is_reduce_only=is_closing or requests_v2.is_yes(call, "reduceOnly"),
        position_side=held,
        margin_mode=requests_v2.margin_of(call) if one.is_swap else None,
        stop_loss=call.number("stopLoss"),
        take_profit=call.number("takeProfit"),
    )
    return request, quote


async def strategy(call: Call, one: Listing) -> Strategy:
    """Read an order that waits for a trigger: one that protects a position, or one of its own."""
    if call.get("type") == "trigger":
        return Strategy(await _trigger(call, one), "trigger")
    stop, profit = call.number("stopLoss"), call.number("takeProfit")
    if (stop is None) == (profit is None):
        raise _failed("give either stopLoss or takeProfit")
    prefix, trigger = ("sl", stop) if profit is None else ("tp", profit)
    limit = call.number(f"{prefix}LimitPrice") if call.get(f"{prefix}OrderType") == "limit" else None
    held = _held(call) or ("long" if requests_v2.side_of(call) == "sell" else "short")
    size = call.number("qty")
    modes = await call.seat.account.modes()
    request = OrderRequest(
        market=one.name,
        side="sell" if held == "long" else "buy",
        kind=requests_v2.kind_named(is_profit=profit is not None, is_limit=limit is not None),
        amount=await requests_v2.held_amount(call, one, held) if size is None else size,
        client_id=requests_v2.client_id(call),
        price=limit,
        trigger_price=trigger,
        trigger_by=_source(call, f"{prefix}TriggerBy"),
        is_reduce_only=True,
        position_side=held if modes.is_hedged else None,
    )
    return Strategy(request, "tpsl")


async def _trigger(call: Call, one: Listing) -> OrderRequest:
    side, trigger = requests_v2.side_of(call), requests_v2.needed(call, "triggerPrice")
    limit = call.number("triggerOrderPrice") if call.get("triggerOrderType") == "limit" else None
    source = _source(call, "triggerBy")
    held, is_closing = _position(call)
    return OrderRequest(
        market=one.name,
        side=side,
        kind=await requests_v2.kind_of(call, one, side, trigger=trigger, source=source, limit=limit),
        amount=requests_v2.needed(call, "qty"),
        client_id=requests_v2.client_id(call),
        price=limit,
        trigger_price=trigger,
        trigger_by=source,
        is_reduce_only=is_closing or requests_v2.is_yes(call, "reduceOnly"),
        position_side=held,
    )


def _held(call: Call) -> PositionSide | None:
    said = call.get("posSide")
    if said not in {None, "long", "short"}:
        raise _failed("posSide is long or short")
    return None if said is None else ("long" if said == "long" else "short")


def _position(call: Call) -> tuple[PositionSide | None, bool]:
    """Return which position an order is of, and whether it closes it: its side is then the other one."""
    held = _held(call)
    return held, held is not None and (held == "long") != (requests_v2.side_of(call) == "buy")


def _source(call: Call, name: str) -> Trigger:
    source = _TRIGGERS.get(call.get(name) or "mark")
    if source is None:
        raise _failed(f"{name} is mark or market")
    return source
