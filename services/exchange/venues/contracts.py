"""What an account needs to know of markets: how a venue counts amounts, and which calls tell of which market.

Reads ccxt's table of markets, which the public half has loaded. Prices and books are not of here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from services.errors import UnknownMarket
from services.exchange.exchange import Market
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.numbers import money
from services.exchange.venues.private_quirks import PrivateQuirks, Product
from services.exchange.venues.private_translate import unreadable

MarketOf = Callable[[str], Market]
"""Gives a market of the port by name; raises `UnknownMarket`."""


class Contracts:
    """The markets of one venue as its accounts see them."""

    def __init__(self, client: VenueClient, quirks: PrivateQuirks, market_of: MarketOf) -> None:
        """`client` has its markets loaded."""
        self._venue = client.venue
        self._exchange = client.exchange
        self._quirks = quirks
        self._market_of = market_of

    def market(self, name: str) -> Market:
        """Return a market. Raises `UnknownMarket`."""
        return self._market_of(name)

    def row(self, name: str) -> Json:
        """Return ccxt's row of a market. Raises `UnknownMarket`."""
        row: Json = (self._exchange.markets or {}).get(name)
        if row is None:
            raise UnknownMarket.of(name, [])
        return row

    def to_base(self, name: str, amount: Decimal, price: Decimal | None) -> Decimal:
        """Return an amount as the venue counts it in base currency.

        Raises:
            ExchangeUnavailable: contracts of this market are worth quote currency, and no price is known.
        """
        worth = amount * self._size(name)
        if self._counts_base(name):
            return worth
        if not price:
            raise unreadable(self._venue, f"an amount of {name}")
        return worth / price

    def to_units(self, name: str, amount: Decimal) -> Decimal:
        """Return an amount of base currency as the venue counts it."""
        return amount / self._size(name)

    def _size(self, name: str) -> Decimal:
        return money(self.row(name).get("contractSize")) or Decimal(1)

    def _counts_base(self, name: str) -> bool:
        return not self.row(name).get("inverse") or self._quirks.inverse_counts_base

    def has_rebate(self, name: str) -> bool:
        """Return whether the market is known to pay its makers."""
        fee = money(self.row(name).get("maker"))
        return fee is not None and fee < 0

    def product_of(self, name: str) -> Product:
        """Return the product that a contract belongs to."""
        settle = self.row(name).get("settle")
        rest = [product for product in self._quirks.products if product.settles is None]
        return next((one for one in self._quirks.products if settle in (one.settles or ())), rest[0])

    def products(self) -> Sequence[Product]:
        """Return the products of which the venue lists a contract."""
        settles = {row.get("settle") for row in (self._exchange.markets or {}).values() if row.get("swap")}
        named = frozenset().union(*(product.settles or frozenset() for product in self._quirks.products))
        return [
            product
            for product in self._quirks.products
            if (settles & product.settles if product.settles is not None else settles - named - {None})
        ]

    def has_spot(self) -> bool:
        """Return whether the venue lists spot markets."""
        return any(row.get("spot") for row in (self._exchange.markets or {}).values())

    def one_of_each(self) -> Sequence[tuple[str, Product]]:
        """Return a contract of each product, by which the product's streams are named."""
        found: dict[str, tuple[str, Product]] = {}
        for name, row in (self._exchange.markets or {}).items():
            if row.get("swap") and row.get("active") is not False:
                product = self.product_of(name)
                found.setdefault(str(product.params), (name, product))
        return list(found.values())
