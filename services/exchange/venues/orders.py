"""The orders of one account at one venue: placed, changed, canceled and found.

Every order is checked before it is sent and sent at most once. After a send that was not answered it is
looked for by its client id; what is not found then is unknown, never absent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from services.clock import Clock
from services.errors import ExchangeUnavailable, OrderNotFound, OrderRejected, OrderUnknown
from services.exchange.orders import Order, OrderRequest
from services.exchange.venues.addresses import Json
from services.exchange.venues.aftermath import Aftermath, Find, accepted, anything, has_changed, is_done
from services.exchange.venues.cancelling import was_canceled, write_cancel
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.limits import ahead_of_reads
from services.exchange.venues.memory import OrderMemory
from services.exchange.venues.modes import Modes
from services.exchange.venues.order_lists import OrderLists
from services.exchange.venues.placing import check, check_amount, check_price, has_trigger, refused
from services.exchange.venues.preparation import Preparation
from services.exchange.venues.private_quirks import Params, PrivateQuirks
from services.exchange.venues.sending import Sending, text, write
from services.exchange.venues.sweep import Sweep


class CcxtOrders:
    """`Orders` of one account, through ccxt."""

    def __init__(
        self,
        client: VenueClient,
        quirks: PrivateQuirks,
        contracts: Contracts,
        *,
        modes: Modes,
        aftermath: Aftermath,
        clock: Clock,
    ) -> None:
        """Stand on a client whose markets are loaded and whose account type is known."""
        self._client = client
        self._quirks = quirks
        self._contracts = contracts
        self._modes = modes
        self._preparation = Preparation(client, quirks, contracts, modes)
        self._aftermath = aftermath
        self._clock = clock
        self._memory = OrderMemory()
        self.tell: Callable[[Order], None] = _nobody
        """Hears of every order that was placed, changed or canceled here."""
        self._sweep = Sweep(client, self._memory)
        self.lists = OrderLists(client, quirks, contracts, self._memory)

    async def place(self, request: OrderRequest) -> Order:
        """Send an order and return what the venue made of it; see `Orders.place`."""
        with ahead_of_reads():
            return self._told(await self._place(request))

    async def amend(
        self, market: str, order_id: str, *, price: Decimal | None = None, amount: Decimal | None = None
    ) -> Order:
        """Change an open order; see `Orders.amend`. One that waits for a trigger is refused."""
        with ahead_of_reads():
            return self._told(await self._amend(market, order_id, price=price, amount=amount))

    async def cancel(self, market: str, order_id: str) -> Order:
        """Cancel an order and return its last state; see `Orders.cancel`."""
        with ahead_of_reads():
            return self._told(await self._cancel(market, order_id))

    def _told(self, order: Order) -> Order:
        self.tell(order)
        return order

    async def _place(self, request: OrderRequest) -> Order:
        check(request, self._contracts.market(request.market), self._quirks, self._client.venue)
        sending = write(request, await self._preparation.setting(request), self._quirks)
        self._memory.sent(request)
        by_client_id = partial(self.find, request.market, client_id=request.client_id)
        try:
            order_id = await self._send(sending)
        except OrderUnknown as error:
            return await self._aftermath.cleared_up(by_client_id, anything, request.client_id, error)
        if order_id is None:  # an order of this client id was placed before
            unknown = self._aftermath.unknown(request.client_id)
            known = await self._aftermath.cleared_up(by_client_id, anything, request.client_id, unknown)
            return self._same(known, request)
        self._memory.seen(order_id, _words(request, sending))
        find = partial(self.find, request.market, order_id=order_id)
        order = await self._aftermath.settled(find, anything)
        return order or accepted(request, order_id, self._clock.now())

    async def _amend(
        self, market: str, order_id: str, *, price: Decimal | None, amount: Decimal | None
    ) -> Order:
        order = await self.find(market, order_id=order_id)
        self._check_change(order, price, amount)
        sending = self._amendment(order, price or order.price, amount or order.amount)
        ids = {"client_id": order.client_id} if order.client_id else {"order_id": order_id}
        find = partial(self.find, market, **ids)
        is_so = has_changed(price, amount)
        try:
            await self._client.call(sending.name, *sending.arguments, doing="change")
        except OrderUnknown as error:
            return await self._aftermath.cleared_up(find, is_so, order.client_id, error)
        changed = await self._aftermath.settled(find, is_so)
        if changed is None or not is_so(changed):
            raise self._aftermath.unknown(order.client_id)
        return changed

    async def _cancel(self, market: str, order_id: str) -> Order:
        find = partial(self.find, market, order_id=order_id)
        if not self._memory.knows(order_id):
            self._refuse_if_done(await find())
        words = self._memory.words(order_id)
        sending = write_cancel(market, order_id, words, self._contracts, self._quirks)
        try:
            reply = await self._client.call(sending.name, *sending.arguments, doing="change")
        except OrderUnknown as error:
            order = await self._aftermath.cleared_up(find, is_done, None, error)
            return order if order.status == "canceled" else self._refuse_if_done(order)
        except (OrderRejected, OrderNotFound) as error:
            raise await self._why_not_canceled(find, error) from error
        if not was_canceled(reply, order_id, words):
            raise await self._why_not_canceled(find, None)
        settled = await self._aftermath.settled(find, is_done)
        if settled is None:
            raise self._aftermath.unknown(None)
        return settled

    async def cancel_all(self, market: str | None = None) -> Sequence[str]:
        """Cancel every order, those that wait for a trigger too; see `Orders.cancel_all`."""
        with ahead_of_reads():
            return await self._cancel_all(market)

    async def _cancel_all(self, market: str | None) -> Sequence[str]:
        canceled: dict[str, None] = {}
        for _ in range(2):
            left = await self.open_orders(market)
            if not left:
                return list(canceled)
            canceled |= dict.fromkeys(await self._sweep.cancel(left, self.cancel))
        if await self.open_orders(market):
            raise self._aftermath.unknown(None)
        return list(canceled)

    async def find(self, market: str, *, order_id: str | None = None, client_id: str | None = None) -> Order:
        """Return one order by one of its ids; see `Orders.find`."""
        return await self.lists.find(market, order_id=order_id, client_id=client_id)

    async def open_orders(self, market: str | None = None) -> Sequence[Order]:
        """Return every order that is open or waits for its trigger, from every list the venue keeps."""
        return await self.lists.open_orders(market)

    async def _send(self, sending: Sending) -> str | None:
        """Send once and return the order's id; None where the venue already has an order of that client id.

        A venue that refuses the clock has not read the order: with its clock compared it is sent again.

        Raises:
            OrderUnknown: no answer, or one without an id.
        """
        try:
            try:
                reply = await self._client.call(sending.name, *sending.arguments, doing="place")
            except ExchangeUnavailable as error:
                if error.facts.get("kind") != "clock":
                    raise
                reply = await self._client.call(sending.name, *sending.arguments, doing="place")
        except OrderRejected as error:
            if error.facts.get("reason") == "position_mode":
                self._modes.forget()
            if error.facts.get("reason") == "duplicate_id":
                return None
            raise
        order_id = _id_in(reply)
        if order_id is None:
            raise self._aftermath.unknown(None)
        return order_id

    def _same(self, order: Order, request: OrderRequest) -> Order:
        """Let an order pass that was placed before under the same client id, if it is the same."""
        if (order.side, order.amount) == (request.side, request.amount):
            return order
        raise refused(
            self._client.venue,
            "duplicate_id",
            f"There is another order of the client id {request.client_id}.",
            hint="Give every order a client id of its own.",
        )

    def _check_change(self, order: Order, price: Decimal | None, amount: Decimal | None) -> None:
        venue, market = self._client.venue, self._contracts.market(order.market)
        self._refuse_if_done(order)
        if order.kind != "limit":
            raise refused(
                venue,
                "unsupported",
                f"Only a limit order can be changed at {venue}.",
                hint="Cancel it and place another.",
            )
        if price is not None:
            check_price(price, market, venue)
        if amount is not None:
            check_amount(amount, market, venue)

    def _amendment(self, order: Order, price: Decimal | None, amount: Decimal) -> Sending:
        """Write a change; without ``newClientOid`` ccxt gives the order a client id that nobody knows."""
        params = {"newClientOid": order.client_id} if self._quirks.protocol == "bitget_classic" else {}
        units = text(self._contracts.to_units(order.market, amount))
        limit = None if price is None else text(price)
        arguments = (order.id, order.market, "limit", order.side, units, limit, params)
        return Sending(name="edit_order", arguments=arguments)

    async def _why_not_canceled(
        self, find: Find, error: OrderRejected | OrderNotFound | None
    ) -> OrderRejected | OrderNotFound | OrderUnknown:
        """Return the error that says how an order stands which the venue would not cancel."""
        try:
            order = await find()
        except OrderNotFound as missing:
            return missing
        if is_done(order):
            return self._done(order)
        return error if isinstance(error, OrderRejected) else self._aftermath.unknown(order.client_id)

    def _refuse_if_done(self, order: Order) -> Order:
        if is_done(order):
            raise self._done(order)
        return order

    def _done(self, order: Order) -> OrderRejected:
        return refused(
            self._client.venue,
            "already_done",
            f"The order is already {order.status}.",
            hint="Nothing needs to be done.",
        )


def _nobody(_order: Order) -> None:
    """Tell nobody: nobody listens to this account."""


def _id_in(reply: Json) -> str | None:
    found = reply.get("id") or (reply.get("data") or {}).get("orderId")
    return str(found) if found else None


def _words(request: OrderRequest, sending: Sending) -> Params | None:
    if not has_trigger(request):
        return None
    params = sending.arguments[-1]
    plan = params.get("planType") if isinstance(params, dict) else None
    if request.kind == "trailing":
        plan = "track_plan"
    return {"trigger": True, "planType": plan or "normal_plan"}
