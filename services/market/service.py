"""The market service: answers questions about prices and names of markets from its board."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, cast

from services.bus.messages import R, Request
from services.clock import Clock
from services.errors import ExchangeUnavailable, StalePrice
from services.market.board import Board
from services.market.messages import FindMarkets, GetQuote, MarketNames, Quote
from services.market.names import Names
from services.omega import OmegaService, ServiceConfig

_MOST_NAMES = 25
"""What Discord shows of an autocomplete."""


class MarketService(OmegaService):
    """Answers `GetQuote` and `FindMarkets`. A price older than `stale_after` is an error, not a number."""

    name: ClassVar[str] = "market"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (GetQuote, FindMarkets)

    def __init__(self, config: ServiceConfig, *, board: Board, clock: Clock, stale_after: timedelta) -> None:
        super().__init__(config)
        self._board = board
        self._clock = clock
        self._stale_after = stale_after

    async def process(self, request: Request[R]) -> R:
        """Answer a request.

        Raises:
            UnknownMarket: no market of that name.
            StalePrice: the newest price is older than its limit.
            ExchangeUnavailable: there is no price, or no list of markets, yet.
        """
        match request:
            case GetQuote():
                return cast("R", self._quote(request))
            case FindMarkets():
                found = self._names().find(request.typed, min(request.limit, _MOST_NAMES))
                return cast("R", MarketNames(names=found))
            case _:
                raise TypeError(f"{self.name} does not handle {type(request).__name__}")

    def update_metrics(self) -> None:
        """Show the age of the quote that was longest without a new price, once there is one."""
        oldest = self._board.oldest_receipt()
        if oldest is not None:
            age = (self._clock.now() - oldest).total_seconds()
            self.config.metrics.measured(self.name, "oldest_quote_age_seconds", age)

    def _quote(self, request: GetQuote) -> Quote:
        market = self._names().resolve(request.market)
        quote = self._board.latest(market)
        if quote is None:
            raise self._nothing_yet(f"There is no price of {market} yet.")
        self._refuse_stale(quote)
        return quote

    def _refuse_stale(self, quote: Quote) -> None:
        age = max(timedelta(0), self._clock.now() - quote.origin.received_at)
        if age <= self._stale_after:
            return
        seconds, limit = age.total_seconds(), self._stale_after.total_seconds()
        raise StalePrice(
            f"The last price of {quote.market} is {seconds:.0f} s old.",
            hint="Prices stopped arriving; ask again in a minute.",
            facts={"market": quote.market, "age": round(seconds, 1), "limit": limit},
        )

    def _names(self) -> Names:
        names = self._board.names()
        if names is None:
            raise self._nothing_yet("The markets are not known yet.")
        return names

    def _nothing_yet(self, message: str) -> ExchangeUnavailable:
        return ExchangeUnavailable(
            message, hint="Ask again in a few seconds.", facts={"venue": self._board.venue}
        )
