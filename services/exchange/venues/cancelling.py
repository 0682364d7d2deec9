"""How an order is canceled at its venue, and whether the answer says that it was.

ccxt passes over the list of failures where an order with a trigger is canceled; such answers are read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.exchange.venues.addresses import Json
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.private_quirks import Params, PrivateQuirks
from services.exchange.venues.sending import Sending


def write_cancel(
    market: str, order_id: str, words: Params | None, contracts: Contracts, quirks: PrivateQuirks
) -> Sending:
    """Return the call that cancels an order; `words` name one with a trigger."""
    row = contracts.row(market)
    if words is not None and quirks.protocol == "bitget_classic" and row.get("swap"):
        request: dict[str, Any] = {
            "symbol": row["id"],
            "marginCoin": row["settleId"],
            **contracts.product_of(market).params,
            "orderIdList": [{"orderId": order_id}],
        }
        if "planType" in words:
            request["planType"] = words["planType"]
        return Sending(name="privateMixPostV2MixOrderCancelPlanOrder", arguments=(request,))
    params = {} if words is None else {"trigger": True}
    return Sending(name="cancel_order", arguments=(order_id, market, params))


def was_canceled(reply: Json, order_id: str, words: Params | None) -> bool:
    """Tell whether the venue took the cancellation of an order.

    An answer without the order's id is a refusal, except where the venue gives none for a trigger.
    """
    if not isinstance(reply, Mapping):
        return False
    data = reply.get("data")
    if isinstance(data, Mapping) and "successList" in data:
        return any(str(one.get("orderId")) == order_id for one in data["successList"] or [])
    return bool(reply.get("id")) or (words is not None and "failureList" not in (reply.get("info") or {}))
