"""How an order is written for its venue: the call of ccxt's and its arguments.

Pure: everything asked for was checked in `placing`, and the account's modes have been read. Numbers travel
as text, so that none is rounded on its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.exchange.orders import MarginMode, OrderRequest, TimeInForce
from services.exchange.venues.addresses import Json
from services.exchange.venues.placing import has_limit, has_trigger
from services.exchange.venues.private_quirks import Params, PrivateQuirks

_FORCES: dict[TimeInForce, dict[str, Any]] = {
    "gtc": {},
    "ioc": {"timeInForce": "IOC"},
    "fok": {"timeInForce": "FOK"},
    "post_only": {"postOnly": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What stands around an order: its market's row, how the account trades, and the price now."""

    row: Json
    amount: Decimal
    """In the venue's units."""
    is_hedged: bool
    margin_mode: MarginMode | None
    product: Params
    activation: Decimal | None = None
    """Where a trailing order starts to follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One call that places an order."""

    name: str
    arguments: tuple[object, ...]


def text(value: Decimal) -> str:
    """Return a number without an exponent."""
    return format(value, "f")


def write(request: OrderRequest, setting: Setting, quirks: PrivateQuirks) -> Sending:
    """Return the call that places `request`."""
    if quirks.protocol == "bitget_unified" and has_trigger(request) and not request.is_reduce_only:
        return _strategy(request, setting, quirks)
    params: dict[str, Any] = {"clientOrderId": request.client_id, **_FORCES[request.time_in_force]}
    if setting.row.get("swap"):
        params |= _of_a_contract(request, setting, quirks)
    params |= _attached(request)
    if has_trigger(request):
        params |= _trigger(request, setting, quirks)
    kind = "limit" if has_limit(request) else "market"
    price = text(request.price) if has_limit(request) and request.price is not None else None
    arguments = (request.market, kind, request.side, text(setting.amount), price, params)
    return Sending(name="create_order", arguments=arguments)


def _of_a_contract(request: OrderRequest, setting: Setting, quirks: PrivateQuirks) -> dict[str, Any]:
    params: dict[str, Any] = {"hedged": setting.is_hedged} if setting.is_hedged else {}
    if request.is_reduce_only:
        params["reduceOnly"] = True
    if setting.margin_mode is not None and quirks.has_margin_mode_per_order:
        params["marginMode"] = quirks.margin_words.get(setting.margin_mode, setting.margin_mode)
    return params


def _attached(request: OrderRequest) -> dict[str, Any]:
    wanted = {"stopLoss": request.stop_loss, "takeProfit": request.take_profit}
    return {name: {"triggerPrice": text(price)} for name, price in wanted.items() if price is not None}


def _trigger(request: OrderRequest, setting: Setting, quirks: PrivateQuirks) -> dict[str, Any]:
    words = quirks.trigger_words.get(request.trigger_by, {})
    if request.kind == "trailing":
        start = setting.activation
        following = {"trailingPercent": text(request.trailing_percent or Decimal(0))}
        return {**following, **({"trailingTriggerPrice": text(start)} if start is not None else {}), **words}
    trigger = text(request.trigger_price or Decimal(0))
    is_stop = request.kind.startswith("stop")
    if quirks.protocol == "bitget_classic":
        return {**words, **_classic_trigger(request, trigger, is_stop=is_stop)}
    if quirks.protocol == "bitget_unified":
        return _unified_trigger(str(words["triggerBy"]), trigger, is_stop=is_stop)
    return {**words, ("stopLossPrice" if is_stop else "takeProfitPrice"): trigger}


def _classic_trigger(request: OrderRequest, trigger: str, *, is_stop: bool) -> dict[str, Any]:
    """Say the direction where the venue has words for it: for what closes a part of a position."""
    if not request.is_reduce_only:
        return {"triggerPrice": trigger}
    if is_stop:
        return {"stopLossPrice": trigger, "planType": "loss_plan"}
    return {"takeProfitPrice": trigger, "planType": "profit_plan"}


def _unified_trigger(source: str, trigger: str, *, is_stop: bool) -> dict[str, Any]:
    """Ask for a stop of the amount given; without ``partial`` the venue may close the whole position."""
    if is_stop:
        return {"stopLossPrice": trigger, "slTriggerBy": source, "tpslMode": "partial"}
    return {"takeProfitPrice": trigger, "tpTriggerBy": source, "tpslMode": "partial"}


def _strategy(request: OrderRequest, setting: Setting, quirks: PrivateQuirks) -> Sending:
    """Write the body ourselves: what ccxt would send becomes a market order at once."""
    body: dict[str, Any] = {
        "category": setting.product["productType"],
        "symbol": setting.row["id"],
        "clientOid": request.client_id,
        "type": "trigger",
        "qty": text(setting.amount),
        "side": request.side,
        **quirks.trigger_words.get(request.trigger_by, {}),
        "triggerPrice": text(request.trigger_price or Decimal(0)),
        "triggerOrderType": "limit" if has_limit(request) else "market",
    }
    if has_limit(request) and request.price is not None:
        body["triggerOrderPrice"] = text(request.price)
    if setting.is_hedged:
        body["posSide"] = request.position_side
    return Sending(name="privateUtaPostV3TradePlaceStrategyOrder", arguments=(body,))
