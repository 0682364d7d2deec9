"""What one account holds: the balances of every wallet, and the positions of every product.

An account is only called flat on two answers: the list that was empty, and a wallet that has nothing set
aside, or the list once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from decimal import Decimal

from services.clock import Clock
from services.exchange.orders import Balance, Position
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.private_quirks import Params, PrivateQuirks, Product, WalletCall
from services.exchange.venues.private_translate import to_balances, to_position


class Holdings:
    """Reads what one account holds."""

    def __init__(
        self, client: VenueClient, quirks: PrivateQuirks, contracts: Contracts, *, clock: Clock
    ) -> None:
        self._client = client
        self._quirks = quirks
        self._contracts = contracts
        self._clock = clock

    async def balances(self) -> Sequence[Balance]:
        """Return every currency of every wallet."""
        calls = [part for call in self._quirks.wallets for part in self._parts(call)]
        answers = await asyncio.gather(*(self._wallet(call) for call in calls))
        return _added(one for answer in answers for one in answer)

    async def positions(self) -> Sequence[Position]:
        """Return every open position."""
        products = self._contracts.products()
        answers = await asyncio.gather(*(self._of_product(product) for product in products))
        found = [position for answer in answers for position in answer]
        return found or await self._second_source(products)

    async def _second_source(self, products: Sequence[Product]) -> Sequence[Position]:
        margin = [call for call in self._quirks.wallets if call.wallet != "spot"]
        calls = [part for call in margin for part in self._parts(call)]
        answers = await asyncio.gather(*(self._wallet(call) for call in calls))
        if not any(one.used for answer in answers for one in answer):
            return []
        again = await asyncio.gather(*(self._of_product(product) for product in products))
        return [position for answer in again for position in answer]

    async def _of_product(self, product: Product) -> list[Position]:
        answers = await asyncio.gather(*(self._list(params) for params in await self._scopes(product)))
        return [position for answer in answers for position in answer]

    async def _list(self, params: Params) -> list[Position]:
        rows = await self._client.call("fetch_positions", None, dict(params), doing="read_account")
        read_at = self._clock.now()
        made = (
            to_position(row, in_base=self._contracts.to_base, venue=self._client.venue, read_at=read_at)
            for row in rows
        )
        return [position for position in made if position is not None]

    async def _scopes(self, product: Product) -> list[Params]:
        """Return what to ask with for a product: for the margin coin it has, or for each that is held."""
        if product.coin_param is None:
            return [product.params]
        if product.settles is not None:
            return [{**product.params, product.coin_param: coin} for coin in product.settles]
        wallet = next(call for call in self._quirks.wallets if call.is_per_product)
        held = await self._wallet(_part(wallet, product))
        return [{**product.params, product.coin_param: one.currency} for one in held]

    async def _wallet(self, call: WalletCall) -> list[Balance]:
        reply = await self._client.call("fetch_balance", dict(call.params), doing="read_account")
        rows = self._quirks.balance_rows(reply)
        return to_balances(reply, wallet=call.wallet, rows=rows, venue=self._client.venue)

    def _parts(self, call: WalletCall) -> list[WalletCall]:
        if call.wallet == "spot" and not self._contracts.has_spot():
            return []
        return [_part(call, one) for one in self._contracts.products()] if call.is_per_product else [call]


def _part(call: WalletCall, product: Product) -> WalletCall:
    return WalletCall(wallet=call.wallet, params={**call.params, **product.params})


def _added(balances: Iterable[Balance]) -> list[Balance]:
    """Add up what one wallet keeps of one currency in several places."""
    found: dict[tuple[str, str], Balance] = {}
    for one in balances:
        key = one.wallet, one.currency
        found[key] = one if key not in found else _sum(found[key], one)
    return list(found.values())


def _sum(one: Balance, other: Balance) -> Balance:
    return Balance(
        currency=one.currency,
        wallet=one.wallet,
        total=one.total + other.total,
        free=_plus(one.free, other.free),
        used=_plus(one.used, other.used),
    )


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
