"""The visible order book of one market, less what was taken from it here."""

from __future__ import annotations

from decimal import Decimal

from services.exchange.exchange import Level, OrderBook, Side

_NOTHING = Decimal(0)


class Depth:
    """What can be taken. A level stays short of what was taken until its displayed amount changes."""

    def __init__(self) -> None:
        self.book: OrderBook | None = None
        self._taken: dict[Side, dict[Decimal, Decimal]] = {"buy": {}, "sell": {}}

    def show(self, book: OrderBook) -> None:
        """Take a new picture; levels with another amount than before are whole again."""
        before, self.book = self.book, book
        for side in self._taken:
            old = {} if before is None else dict(_facing(before, side))
            new = dict(_facing(book, side))
            self._taken[side] = {
                price: taken for price, taken in self._taken[side].items() if new.get(price) == old.get(price)
            }

    def facing(self, side: Side) -> list[Level]:
        """Return the levels that an order of `side` takes, best first, with what is left of each."""
        if self.book is None:
            return []
        taken = self._taken[side]
        levels = (
            Level(price, amount - taken.get(price, _NOTHING)) for price, amount in _facing(self.book, side)
        )
        return [level for level in levels if level.amount > 0]

    def take(self, side: Side, price: Decimal, amount: Decimal) -> None:
        """Remember that an order of `side` took `amount` at `price`."""
        self._taken[side][price] = self._taken[side].get(price, _NOTHING) + amount

    def standing(self, side: Side, price: Decimal) -> Decimal | None:
        """Return what the book shows at `price` on the order's own side; None beyond what it shows at all."""
        if self.book is None:
            return None
        levels = self.book.bids if side == "buy" else self.book.asks
        if not levels:
            return None
        is_deeper = price < levels[-1].price if side == "buy" else price > levels[-1].price
        return None if is_deeper else dict(levels).get(price, _NOTHING)

    def cost(self, side: Side, amount: Decimal) -> tuple[Decimal, Decimal]:
        """Return what an order of `side` over `amount` would cost, and how much of it there is."""
        left, cost = amount, _NOTHING
        for level in self.facing(side):
            part = min(left, level.amount)
            left, cost = left - part, cost + part * level.price
        return cost, amount - left

    @property
    def mid(self) -> Decimal | None:
        """Return the middle of the best two prices, None while one side is empty."""
        if self.book is None or not self.book.bids or not self.book.asks:
            return None
        return (self.book.bids[0].price + self.book.asks[0].price) / 2


def _facing(book: OrderBook, side: Side) -> tuple[Level, ...]:
    return book.asks if side == "buy" else book.bids
