"""Drafts tickets about positions: closing one, or a part of it, and the stop and the target of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from services.errors import StalePrice, UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import AccountModes, Order, OrderRequest, Position
from services.exchange.venues.limits import ahead_of_reads
from services.market.messages import Quote
from services.store.trading_rows import AccountRow
from services.trading.intents.intent import client_id_of
from services.trading.messages import Side
from services.trading.orders.looking import Looking, taken
from services.trading.ports import Picture, Pictures, Session, Sessions

HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One position, and what is known around it."""

    account: AccountRow
    session: Session
    picture: Picture
    position: Position
    market: Market
    modes: AccountModes
    price: Decimal
    quote: Quote | None

    @property
    def side(self) -> Side:
        """Return the side that closes it."""
        return self.position.closes

    @property
    def sign(self) -> int:
        """Return 1 for a long and -1 for a short position."""
        return self.position.sign

    def reducing(self, intent_id: str, request: OrderRequest) -> OrderRequest:
        """Return a request as an order that may only reduce this position."""
        return replace(
            request,
            client_id=client_id_of(intent_id),
            is_reduce_only=True,
            position_side=self.position.side if self.modes.is_hedged else None,
        )

    def guards(self, kinds: frozenset[str]) -> Sequence[Order]:
        """Return the open orders of some kinds that only reduce this position."""
        return [order for order in self.picture.orders if self._guards(order) and order.kind in kinds]

    def _guards(self, order: Order) -> bool:
        is_its = order.position_side in {None, self.position.side}
        is_there = order.market == self.market.name and order.side == self.side
        return is_there and is_its and order.is_reduce_only


class Holdings:
    """Finds positions as members name them."""

    def __init__(self, *, looking: Looking, sessions: Sessions, pictures: Pictures) -> None:
        self._looking = looking
        self._sessions = sessions
        self._pictures = pictures

    async def held(self, market: str, account: AccountRow) -> Held:
        """Return the position of a market, priced by its quote, or by its mark where there is none.

        Raises:
            UserMistake: there is none, or there are two.
            StalePrice: neither is known.
        """
        with ahead_of_reads():
            picture = await self._pictures.of(account.id)
        session = await self._sessions.of(account.id)
        position = await self._position(market, account, picture)
        quote = await self._looking.price(position.market, account)
        price = quote.price if quote is not None else position.mark
        if price is None:
            raise StalePrice(f"There is no fresh price of {position.market}.", hint="Try again in a moment.")
        return Held(
            account=account,
            session=session,
            picture=picture,
            position=position,
            market=session.market(position.market),
            modes=await session.account.modes(),
            price=price,
            quote=quote,
        )

    async def slippage(self, held: Held, amount: Decimal) -> Decimal | None:
        """Return the share by which the book would move the price of closing `amount`; None if not known.

        Where there is no quote nobody is asked for a book: a close does not wait for it.
        """
        if held.quote is None:
            return None
        found = taken(await self._looking.book(held.market.name, held.account), held.side, amount)
        return None if found is None else found[1]

    async def _position(self, market: str, account: AccountRow, picture: Picture) -> Position:
        name = market.strip()
        found = _of_market(picture, name)
        if not found:
            name = (await self._looking.quote(name, account)).market
            found = _of_market(picture, name)
        if not found:
            raise UserMistake(f"There is no open position of {name}.", hint="See /positions.")
        if len(found) > 1:
            raise UserMistake(
                f"There is a long and a short position of {name}.",
                hint="Place a reduce-only order for one of them.",
            )
        return found[0]


def _of_market(picture: Picture, name: str) -> list[Position]:
    return [one.position for one in picture.holdings if one.position.market == name]
