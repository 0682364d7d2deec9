"""Things done at once, on a test's word, to connections, prices, books and orders; they leave no fault on."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.staged import StagedMarket
from sandbox.exchange.stream.feeds import Feeds
from sandbox.exchange.stream.hub import Hub
from sandbox.exchange.venue import Venue
from sandbox.exchange.wire import Json
from services.errors import UnknownMarket, UserMistake
from services.exchange.exchange import Level, Side
from services.exchange.paper.exchange import PaperExchange

_DEEPEST = 1_000


class MovedPrice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The price and the book move to `price`, and a trade is printed there. Markets have our names."""

    market: str
    price: Decimal


class LaidBook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One or both sides of a book are replaced; without either, it is pushed as it stands."""

    market: str
    bids: list[tuple[Decimal, Decimal]] | None = None
    asks: list[tuple[Decimal, Decimal]] | None = None
    is_silent: bool = False
    """Nothing is pushed of it."""
    is_bad: bool = False
    """It is pushed with a wrong checksum."""


class Print(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trade that nobody here made."""

    market: str
    price: Decimal
    amount: Decimal
    side: Side = "buy"


class FilledOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order is filled by hand."""

    id: str
    amount: Decimal
    price: Decimal


class Commotion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done now."""

    wsraw: str | None = None
    """Sent to every WebSocket as it is."""
    wsclose: Annotated[int, msgspec.Meta(ge=1000, le=4999)] | None = None
    wsabort: bool = False
    price: MovedPrice | None = None
    book: LaidBook | None = None
    print: Print | None = None
    fillorder: FilledOrder | None = None
    release: bool = False
    """Prices and books are as the market has them again."""


ACTIONS = frozenset(Commotion.__struct_fields__)


class Stirrer:
    """Switches faults and does what is to be done at once."""

    def __init__(self, venue: Venue, hub: Hub, feeds: Feeds) -> None:
        self._venue = venue
        self._hub = hub
        self._feeds = feeds

    async def stir(self, wanted: Json) -> None:
        """Take faults and actions from one object.

        Raises:
            msgspec.ValidationError: something in it is unknown or not allowed; nothing is done then.
            OmegaError: an action cannot be done here, or its market or order does not exist.
        """
        actions = {name: value for name, value in wanted.items() if name in ACTIONS}
        commotion = msgspec.convert(actions, Commotion)
        self._venue.faults.set({name: value for name, value in wanted.items() if name not in ACTIONS})
        self._apply_to_the_engine()
        await self._connections(commotion)
        await self._market(commotion)
        if commotion.fillorder is not None:
            order = commotion.fillorder
            self._paper().fill_by_hand(order.id, order.amount, order.price)

    def calm(self) -> None:
        """Behave well again; prices and books are as the market has them."""
        self._venue.faults.clear()
        self._apply_to_the_engine()
        if self._venue.staged is not None:
            self._venue.staged.release()

    def _apply_to_the_engine(self) -> None:
        if self._venue.paper is not None:
            self._venue.paper.fill_in_pieces(is_on=self._venue.faults.now.partial)

    async def _connections(self, commotion: Commotion) -> None:
        if commotion.wsraw is not None:
            self._hub.raw(commotion.wsraw)
        for connection in self._hub.connections:
            if commotion.wsclose is not None:
                await connection.close(commotion.wsclose)
            if commotion.wsabort:
                connection.abort()

    async def _market(self, commotion: Commotion) -> None:
        if commotion.release:
            self._staged().release()
        if commotion.price is not None:
            await self._staged().move(commotion.price.market, commotion.price.price)
        if commotion.book is not None:
            await self._book(commotion.book)
        if commotion.print is not None:
            said = commotion.print
            await self._staged().print(said.market, said.price, said.amount, said.side)

    async def _book(self, said: LaidBook) -> None:
        bids = None if said.bids is None else [Level(*pair) for pair in said.bids]
        asks = None if said.asks is None else [Level(*pair) for pair in said.asks]
        is_told = not (said.is_silent or said.is_bad)
        if bids is not None or asks is not None:
            await self._staged().lay(said.market, bids=bids, asks=asks, is_told=is_told)
        if said.is_bad or (bids is None and asks is None):
            one = await self._listing(said.market)
            book = await self._venue.exchange.order_book(one.name, depth=_DEEPEST)
            self._feeds.show(one, book, spoil=1 if said.is_bad else 0)

    async def _listing(self, market: str) -> Listing:
        await self._venue.catalogue()
        one = self._venue.listed_as(market)
        if one is None:
            raise UnknownMarket.of(market, ())
        return one

    def _staged(self) -> StagedMarket:
        if self._venue.staged is None:
            raise UserMistake("This venue's market cannot be moved.", hint="Serve it with a StagedMarket.")
        return self._venue.staged

    def _paper(self) -> PaperExchange:
        if self._venue.paper is None:
            raise UserMistake("This venue has no accounts.", hint="Serve it with a PaperExchange.")
        return self._venue.paper
