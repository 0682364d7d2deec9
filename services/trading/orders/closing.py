"""Drafts tickets that close a position, or a part of it, at the market."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from services.exchange.orders import OrderRequest
from services.exchange.prices import on_step
from services.trading.orders.actions import Place, intent_id_of, intents_of
from services.trading.orders.drafting import Desk, Issued
from services.trading.orders.messages import DraftClose, Preview, Ticket
from services.trading.orders.positions import HUNDRED, Held, Holdings
from services.trading.orders.reading import Reader
from services.trading.orders.sizing import check_least, step_of


class Closing:
    """Drafts closes."""

    def __init__(self, desk: Desk, holdings: Holdings) -> None:
        self._desk = desk
        self._holdings = holdings

    async def draft(self, request: DraftClose) -> Ticket:
        """Draft a ticket. Raises as `DraftClose`."""
        account = await self._desk.account(request.caller, request.account)
        percent = Reader.of(request.locale).percent("percent", request.percent) or HUNDRED
        held = await self._holdings.held(request.market, account)
        amount = _part(held, percent)
        ticket_id = self._desk.new_id()
        order = held.reducing(
            intent_id_of(ticket_id, 1),
            OrderRequest(market=held.market.name, side=held.side, kind="market", amount=amount, client_id=""),
        )
        place = Place(requests=(order,), is_exempt=True, reference=held.price)
        intent = intents_of(ticket_id, place, account)[0]
        issued = Issued(
            id=ticket_id,
            kind="close" if amount == held.position.amount else "reduce",
            preview=_preview(held, amount, slippage=await self._holdings.slippage(held, amount)),
            judgement=await self._desk.judged(intent, held.session),
            action=place,
        )
        return await self._desk.issue(account, request.caller, issued)


def _part(held: Held, percent: Decimal) -> Decimal:
    """Return the part of a position, rounded down to the step; all of it is never rounded."""
    whole = held.position.amount
    amount = whole if percent == HUNDRED else on_step(whole * percent / HUNDRED, step_of(held.market))
    check_least(amount, held.price, replace(held.market, min_cost=None), closes_all=amount == whole)
    return amount


def _preview(held: Held, amount: Decimal, *, slippage: Decimal | None) -> Preview:
    cost, rate = amount * held.price, held.market.taker_fee
    return Preview(
        market=held.market.name,
        side=held.side,
        type="market",
        amount=amount,
        price=held.price,
        tick=held.market.tick,
        cost=cost,
        fee=None if rate is None else cost * rate,
        slippage=slippage,
        leverage=held.position.leverage,
        is_reducing=True,
        position=held.position.side,
        share=amount / held.position.amount,
        origin=None if held.quote is None else held.quote.origin,
    )
