"""What a resource is given and what it is: one admitted request, and one line of the table of routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from sandbox.exchange.catalogue import Catalogue, Listing
from sandbox.exchange.refusal import Refused
from sandbox.exchange.seats import Seat
from sandbox.exchange.venue import Venue
from sandbox.exchange.wire import Json

_LONGEST = 20
"""Digits of a number; more than that nobody means."""
_DIGITS = 14

Answer = Callable[["Call"], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that may be carried out."""

    venue: Venue
    catalogue: Catalogue
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    sitting: Seat | None = None

    @property
    def seat(self) -> Seat:
        """Return whose account it is about. Raises `Refused` where nobody signed."""
        if self.sitting is None:
            raise Refused("40037")
        return self.sitting

    def get(self, name: str) -> str | None:
        """Return a parameter of the query or the body as text; one that is empty is absent."""
        value = self.query.get(name) or self.body.get(name)
        return None if value is None or value == "" else str(value)

    def need(self, name: str) -> str:
        """Return a parameter that must be there. Raises `Refused`."""
        value = self.get(name)
        if value is None:
            raise Refused("40019", f"Parameter {name} cannot be empty")
        return value

    def number(self, name: str) -> Decimal | None:
        """Return a parameter as a number. Raises `Refused` where it is none."""
        value = self.get(name)
        return None if value is None else as_number(name, value)

    def whole(self, name: str, usual: int, *, most: int) -> int:
        """Return a parameter as a whole number, `usual` where it is absent, and never above `most`."""
        value = self.get(name)
        if value is None or value == "max":
            return most if value else usual
        wanted = as_whole(name, value)
        if wanted < 1:
            raise Refused("40017", f"Parameter {name} error")
        return min(wanted, most)

    def moment(self, name: str) -> int | None:
        """Return a parameter that is a time in milliseconds since 1970."""
        value = self.get(name)
        return None if value is None else as_whole(name, value)

    def listing(self) -> Listing:
        """Return the market that a request is about: its product and its symbol."""
        product = self.get("productType") or self.get("category") or "SPOT"
        return self.catalogue.of(product, self.need("symbol"))


def as_number(name: str, value: str) -> Decimal:
    """Return `value` as a finite number. Raises `Refused`."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Refused("40017", f"Parameter {name} error") from None
    if not number.is_finite() or number.adjusted() >= _LONGEST or len(number.as_tuple().digits) > _LONGEST:
        raise Refused("40017", f"Parameter {name} error")
    return number


def as_whole(name: str, value: str) -> int:
    """Return `value` as a whole number of at most 14 digits; a time has 13. Raises `Refused`."""
    if not value.isascii() or not value.isdecimal() or len(value) > _DIGITS:
        raise Refused("40017", f"Parameter {name} error")
    return int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One resource: `weight` of 20 units may be spent on it in a second."""

    method: str
    path: str
    answer: Answer
    weight: float = 1.0
    is_private: bool = False
    needs_trading: bool = False


def get(path: str, answer: Answer, weight: float = 1.0) -> Route:
    """Return a public resource."""
    return Route(method="GET", path=path, answer=answer, weight=weight)


def read(path: str, answer: Answer, weight: float = 1.0) -> Route:
    """Return a private resource that changes nothing."""
    return Route(method="GET", path=path, answer=answer, weight=weight, is_private=True)


def post(path: str, answer: Answer, weight: float = 1.0) -> Route:
    """Return a private resource that changes something."""
    return Route(method="POST", path=path, answer=answer, weight=weight, is_private=True, needs_trading=True)
