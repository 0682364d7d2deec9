"""A market as it is now, for one account: price, book, terms, and how the account stands and trades."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.errors import NotOffered, StalePrice, Unavailable
from services.exchange.exchange import Market
from services.exchange.orders import AccountModes, PositionSide
from services.exchange.venues.limits import ahead_of_reads
from services.exchange.venues.private_quirks import PrivateQuirks, private_quirks_of
from services.exchange.venues.quirks import quirks_of
from services.market.messages import Book, BookLevel, GetBook, GetQuote, Quote
from services.store.trading_rows import AccountRow
from services.trading.messages import Side
from services.trading.ports import DeskBus, Picture, Pictures, Session, Sessions

_PICTURE_AGE: Final = 5.0
_ONE_WAY: Final = AccountModes(is_hedged=False, is_unified=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One market and one account at one moment."""

    account: AccountRow
    session: Session
    market: Market
    quote: Quote
    book: Book | None
    picture: Picture
    modes: AccountModes

    @property
    def abilities(self) -> PrivateQuirks:
        """Return what the venue can do with orders."""
        return abilities_of(self.account, self.modes)

    def position_side(self, side: Side, *, is_reducing: bool) -> PositionSide | None:
        """Return which position an order is for; None in one-way mode and on spot."""
        return side_of_position(self.modes, self.market, side, is_reducing=is_reducing)

    def expected(self, side: Side, amount: Decimal) -> tuple[Decimal, Decimal | None]:
        """Return the average price of taking `amount`, and the share by which the book moves it.

        Depth is never made up: what the visible book does not hold is priced at its last level, and the
        share is None then, as without a book.
        """
        found = taken(self.book, side, amount)
        if found is None:
            best = self.quote.ask if side == "buy" else self.quote.bid
            return best or self.quote.price, None
        return found


def taken(book: Book | None, side: Side, amount: Decimal) -> tuple[Decimal, Decimal | None] | None:
    """Return what taking `amount` from a book costs, as `Look.expected`; None without a book."""
    levels = [] if book is None else book.asks if side == "buy" else book.bids
    if not levels:
        return None
    average, is_enough = _walk(levels, amount)
    best = levels[0].price
    return average, abs(average - best) / best if is_enough else None


def _walk(levels: Sequence[BookLevel], amount: Decimal) -> tuple[Decimal, bool]:
    left, cost = amount, Decimal(0)
    for level in levels:
        taken = min(left, level.amount)
        left, cost = left - taken, cost + taken * level.price
        if left <= 0:
            break
    if not amount:
        return levels[0].price, True
    return (cost + left * levels[-1].price) / amount, left <= 0


def abilities_of(account: AccountRow, modes: AccountModes) -> PrivateQuirks:
    """Return what a venue can do with orders of such an account."""
    return private_quirks_of(quirks_of(account.venue).exchange_id, is_unified=modes.is_unified)


def side_of_position(
    modes: AccountModes, market: Market, side: Side, *, is_reducing: bool
) -> PositionSide | None:
    """Return which position an order is for; None in one-way mode and on spot."""
    if not (modes.is_hedged and market.is_swap):
        return None
    return "long" if (side == "buy") != is_reducing else "short"


class Looking:
    """Looks at markets for accounts."""

    def __init__(self, *, bus: DeskBus, sessions: Sessions, pictures: Pictures) -> None:
        self._bus = bus
        self._sessions = sessions
        self._pictures = pictures

    async def quote(self, market: str, account: AccountRow) -> Quote:
        """Return the price of now. Raises as `GetQuote`."""
        venue = account.venue if account.mode == "live" else ""
        return await self._bus.ask(GetQuote(market=market, venue=venue))

    async def price(self, market: str, account: AccountRow) -> Quote | None:
        """Return the price of now, or None where there is none that is fresh."""
        try:
            return await self.quote(market, account)
        except (StalePrice, Unavailable):
            return None

    async def look(self, market: str, account: AccountRow) -> Look:
        """Look at a market as people write it. Raises as `GetQuote`, `Sessions.of` and `Pictures.of`."""
        with ahead_of_reads():
            quote, session, picture = await asyncio.gather(
                self.quote(market, account),
                self._sessions.of(account.id),
                self._pictures.of(account.id, max_age=_PICTURE_AGE),
            )
        terms = session.market(quote.market)
        modes, book = await asyncio.gather(self._modes(session, terms), self.book(quote.market, account))
        return Look(
            account=account,
            session=session,
            market=terms,
            quote=quote,
            book=book,
            picture=picture,
            modes=modes,
        )

    async def _modes(self, session: Session, market: Market) -> AccountModes:
        return await session.account.modes() if market.is_swap else _ONE_WAY

    async def book(self, market: str, account: AccountRow) -> Book | None:
        """Return the visible book; None where there is none now."""
        venue = account.venue if account.mode == "live" else ""
        try:
            return await self._bus.ask(GetBook(market=market, venue=venue))
        except (NotOffered, Unavailable):
            return None
