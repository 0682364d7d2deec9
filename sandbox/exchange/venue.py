"""One played venue: the exchange behind it, what it lists, what it is called, and what goes wrong with it.

Nothing of the protocol stands here; `rest` and `stream` speak it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from sandbox.exchange.catalogue import Catalogue, Listing
from sandbox.exchange.faults import FaultSwitch
from sandbox.exchange.journal import KEPT, Journal
from sandbox.exchange.staged import StagedMarket
from sandbox.exchange.wire import Json
from services.clock import Clock
from services.errors import ExchangeUnavailable, NotOffered, UnknownMarket
from services.exchange.exchange import Exchange, Funding, Market, Nature, OpenInterest, Ticker
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.terms import Terms, terms_of
from services.exchange.prices import to_milliseconds

_KEPT_SECONDS = 5.0
"""How long a funding rate and an open interest are told again before they are asked for anew."""

_Told = TypeVar("_Told", Funding, OpenInterest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What the venue's prices are, as ``/sim/market`` tells it.

    Whatever happens at or after `simulated_from_ms` of market time is simulated, before it `nature_before`;
    None: nothing ever is.
    """

    venue: str
    simulated_from_ms: int | None
    is_depth_simulated: bool
    nature_before: Nature = "replay"
    is_interest_simulated: bool = False
    """Whether what is held open is made up at every moment, as no recording has it."""

    def to_json(self) -> Json:
        """Return it as the control plane shows it."""
        return {
            "venue": self.venue,
            "simulated_from_ms": self.simulated_from_ms,
            "is_depth_simulated": self.is_depth_simulated,
            "nature_before": self.nature_before,
            "is_interest_simulated": self.is_interest_simulated,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """What a venue is made of. With `paper` it has accounts; `exchange` is then that one, too.

    `staged`, where there is one, is what the exchange reads its market through: tests move prices with it.
    """

    exchange: Exchange
    label: Label
    paper: PaperExchange | None = None
    staged: StagedMarket | None = None
    kept: int = KEPT
    """So many requests stand in its journal."""


class Venue:
    """Answers what the protocol asks, in our own words."""

    def __init__(self, playing: Playing, clock: Clock) -> None:
        self.exchange = playing.exchange
        self.paper = playing.paper
        self.staged = playing.staged
        self.label = playing.label
        self.faults = FaultSwitch()
        self.journal = Journal(playing.kept)
        self.clock = clock
        self._numbered = 0
        self._markets: tuple[Market, ...] = ()
        self._changed: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._catalogue = self._everything = Catalogue(())
        self._fundings: dict[str, tuple[float, Funding | None]] = {}
        self._interests: dict[str, tuple[float, OpenInterest | None]] = {}

    def now(self) -> datetime:
        """Return wall time as this venue tells it."""
        return self.clock.now() + timedelta(milliseconds=self.faults.now.clockskew)

    def now_ms(self) -> int:
        """Return the same in milliseconds since 1970."""
        return to_milliseconds(self.now())

    def next_client_id(self) -> str:
        """Return a client id for an order that came without one; none is given twice."""
        self._numbered += 1
        return f"{to_milliseconds(self.clock.now())}{self._numbered:06d}"

    async def catalogue(self) -> Catalogue:
        """Return what is listed now. Raises `ExchangeUnavailable`.

        A market is listed once the matching engine has heard of it, too, and as the engine knows it.
        """
        markets = tuple(await self.exchange.markets())
        changed = (self.faults.now.symbols_off, self.faults.now.symbols_gone)
        if markets != self._markets or changed != self._changed:
            off, gone = changed
            found = [await self._terms(market) for market in markets]
            terms = [one for one in found if one is not None]
            self._everything = Catalogue(terms)
            self._catalogue = Catalogue(_shut(one, off) for one in terms if one.market.name not in gone)
            self._markets, self._changed = tuple(one.market for one in terms), changed
        return self._catalogue

    def listed(self, product: str, symbol: str) -> Listing | None:
        """Return what the venue called `symbol` when `catalogue` was asked last, or None."""
        return self._catalogue.find(product, symbol)

    def listed_as(self, name: str) -> Listing | None:
        """Return the same by our own name."""
        return self._catalogue.named(name)

    def ever_listed(self, name: str) -> Listing | None:
        """Return the same of a market that may have been taken off while somebody holds it."""
        return self._everything.named(name)

    def told(self, ticker: Ticker) -> Ticker:
        """Return a ticker as it is told: with a price of 0 where a fault says so."""
        if ticker.market not in self.faults.now.prices_zero:
            return ticker
        nothing = Decimal(0)
        return replace(ticker, price=nothing, bid=nothing, ask=nothing, mark=nothing if ticker.mark else None)

    async def funding(self, one: Listing) -> Funding | None:
        """Return the funding rate, at most some seconds old; None where it is not known."""
        return await _kept(self._fundings, one, self.exchange.funding, self.clock.monotonic())

    async def interest(self, one: Listing) -> OpenInterest | None:
        """Return the open interest, at most some seconds old; None where it is not known."""
        return await _kept(self._interests, one, self.exchange.open_interest, self.clock.monotonic())

    async def _terms(self, market: Market) -> Terms | None:
        if self.paper is None:
            return terms_of(market, PaperSettings())
        try:
            return await self.paper.terms(market.name)
        except UnknownMarket:
            return None


def _shut(terms: Terms, off: tuple[str, ...]) -> Terms:
    if terms.market.name not in off:
        return terms
    return replace(terms, market=replace(terms.market, is_open=False))


async def _kept(
    kept: dict[str, tuple[float, _Told | None]],
    one: Listing,
    ask: Callable[[str], Awaitable[_Told]],
    now: float,
) -> _Told | None:
    until, found = kept.get(one.name, (-1.0, None))
    if now < until or not one.is_swap:
        return found
    try:
        found = await ask(one.name)
    except (NotOffered, ExchangeUnavailable):
        found = None
    kept[one.name] = (now + _KEPT_SECONDS, found)
    return found
