"""Sends an order to the matching engine, and keeps what the client said of it beside."""

from __future__ import annotations

from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.notes import Note
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest.call import Call
from sandbox.exchange.wire import Json
from services.exchange.orders import OrderRequest

_LONGEST_ID = 64


async def place(
    call: Call,
    one: Listing,
    request: OrderRequest,
    *,
    plan: str | None = None,
    quote_size: Decimal | None = None,
) -> Json:
    """Place an order and answer with its ids.

    Raises:
        Refused: the market is shut, or the client id is too long.
        OrderRejected: the engine refuses it.
        ExchangeUnavailable: it is placed, and what was said of it could not be kept.
    """
    if not one.market.is_open:
        raise Refused.because("market_closed", is_unified=call.seat.account.is_unified)
    if len(request.client_id) > _LONGEST_ID:
        raise Refused("40017", "Parameter clientOid error")
    order = await call.seat.account.orders.place(request)
    if plan is not None or quote_size is not None:
        await call.seat.notes.keep(order.id, Note(plan=plan or "", quote_size=quote_size))
    return {"clientOid": request.client_id, "orderId": order.id}
