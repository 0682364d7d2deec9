"""What is asked of the venue before an order is written: how the account trades, and the price of now."""

from __future__ import annotations

from decimal import Decimal

from services.exchange.exchange import Market
from services.exchange.orders import AccountModes, OrderRequest
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.modes import Modes
from services.exchange.venues.numbers import above_zero
from services.exchange.venues.placing import check_direction, check_modes, has_trigger, refused
from services.exchange.venues.private_quirks import PrivateQuirks
from services.exchange.venues.sending import Setting


class Preparation:
    """Prepares the orders of one account."""

    def __init__(
        self, client: VenueClient, quirks: PrivateQuirks, contracts: Contracts, modes: Modes
    ) -> None:
        self._client = client
        self._quirks = quirks
        self._contracts = contracts
        self._modes = modes

    async def setting(self, request: OrderRequest) -> Setting:
        """Return what stands around an order.

        Raises:
            OrderRejected: it does not fit the position mode, or its trigger is already reached.
            ExchangeUnavailable: the venue does not answer; nothing was sent.
        """
        market = self._contracts.market(request.market)
        row = self._contracts.row(request.market)
        is_swap = bool(row.get("swap"))
        modes = await self._modes.of(request.market) if is_swap else None
        if modes is not None:
            check_modes(
                request, AccountModes(is_hedged=modes.is_hedged, is_unified=False), self._client.venue
            )
        return Setting(
            row=row,
            amount=self._contracts.to_units(request.market, request.amount),
            is_hedged=modes is not None and modes.is_hedged,
            margin_mode=request.margin_mode or (modes.margin_mode if modes is not None else None),
            product=self._contracts.product_of(request.market).params if is_swap else {},
            activation=await self._activation(request, market),
        )

    async def _activation(self, request: OrderRequest, market: Market) -> Decimal | None:
        """Return where a trailing order starts; refuse a trigger that is reached and would be misread."""
        needs_price = self._quirks.protocol != "ccxt" and not request.is_reduce_only
        if request.kind == "trailing" and request.trigger_price is None:
            price = await self._price(request)
            return price - price % market.tick
        if has_trigger(request) and request.kind != "trailing" and needs_price:
            check_direction(request, await self._price(request), self._client.venue)
        return request.trigger_price

    async def _price(self, request: OrderRequest) -> Decimal:
        row = await self._client.call("fetch_ticker", request.market)
        info = row.get("info") or {}
        marks = [info.get(name) for name in self._client.quirks.mark_fields] + [row.get("markPrice")]
        wanted = marks if request.trigger_by == "mark" and ":" in request.market else []
        price = next((one for one in map(above_zero, [*wanted, row.get("last")]) if one is not None), None)
        if price is None:
            raise refused(
                self._client.venue, "stale_market", f"{self._client.venue} has no price of {request.market}."
            )
        return price
