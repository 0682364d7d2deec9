"""What the venue lists: our names of markets and its own, and the steps and limits that it enforces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from sandbox.exchange.refusal import Refused
from services.exchange.exchange import Market
from services.exchange.paper.terms import Terms

Product = Literal["SPOT", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES"]
PRODUCTS: tuple[Product, ...] = get_args(Product)
FUTURES = PRODUCTS[1:]
DEMO = frozenset({"SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES"})
"""Products that exist and list nothing here."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One market as the venue lists it, and on what terms it is traded."""

    terms: Terms
    id: str
    product: Product

    @property
    def market(self) -> Market:
        """Return what is listed."""
        return self.terms.market

    @property
    def name(self) -> str:
        """Return our name of it."""
        return self.terms.market.name

    @property
    def tick(self) -> Decimal:
        """Return the smallest price step."""
        return self.terms.tick

    @property
    def step(self) -> Decimal:
        """Return the smallest step of an amount."""
        return self.terms.step

    @property
    def is_swap(self) -> bool:
        """Return whether it is a contract."""
        return self.product != "SPOT"

    @property
    def margin_coin(self) -> str:
        """Return what it is settled in, or priced in if it is spot."""
        return self.market.settle or self.market.quote


class Catalogue:
    """Everything that is listed at one moment."""

    def __init__(self, terms: Iterable[Terms]) -> None:
        self.listings = tuple(_listing(one) for one in terms)
        self._by_id: dict[tuple[str, str], Listing] = {(one.product, one.id): one for one in self.listings}
        self._by_name = {one.name: one for one in self.listings}

    def find(self, product: str, symbol: str) -> Listing | None:
        """Return what the venue calls `symbol`, or None where it is not listed."""
        return self._by_id.get((product.upper(), symbol))

    def of(self, product: str, symbol: str) -> Listing:
        """Return what the venue calls `symbol`.

        Raises:
            Refused: there is no such product, or it is not listed.
        """
        found = self._by_id.get((as_product(product), symbol))
        if found is None:
            raise Refused("40034", f"Parameter {symbol} does not exist")
        return found

    def named(self, name: str) -> Listing | None:
        """Return the listing of one of our names, or None if it has been taken off."""
        return self._by_name.get(name)

    def within(self, product: str) -> Sequence[Listing]:
        """Return all of one product. Raises `Refused` as `of` does."""
        if product.upper() in DEMO:
            return ()
        wanted = as_product(product)
        return [one for one in self.listings if one.product == wanted]

    def coins(self) -> Sequence[str]:
        """Return every coin that a listed market has to do with, in order."""
        found = {coin for one in self.listings for coin in (one.market.base, one.market.quote)}
        return sorted(found)


def as_product(said: str) -> Product:
    """Return the product that a client means, whatever the case it writes it in.

    Raises:
        Refused: there is none of that name.
    """
    for product in PRODUCTS:
        if said.upper() == product:
            return product
    raise Refused("40034", f"Parameter {said} does not exist")


def _listing(terms: Terms) -> Listing:
    market = terms.market
    if market.settle is None:
        return Listing(terms, f"{market.base}{market.quote}", "SPOT")
    if market.settle == "USDT":
        return Listing(terms, f"{market.base}{market.quote}", "USDT-FUTURES")
    if market.settle == "USDC":
        return Listing(terms, f"{market.base}PERP", "USDC-FUTURES")
    return Listing(terms, f"{market.base}{market.quote}", "COIN-FUTURES")
