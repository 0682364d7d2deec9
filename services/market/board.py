"""The newest quote of each market, as this process knows it, with where it came from and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.clock import Clock
from services.exchange.exchange import Market, Ticker
from services.market.messages import Origin, Quote
from services.market.names import Names

_RANK_FOR_SECONDS = 60.0


class Board:
    """Written by the feed, read by the service. Without markets until `list_markets` was called."""

    def __init__(self, *, venue: str, clock: Clock) -> None:
        self._venue = venue
        self._clock = clock
        self._markets: dict[str, Market] = {}
        self._quotes: dict[str, Quote] = {}
        self._names = Names([])
        self._ranked_at = clock.monotonic()

    @property
    def venue(self) -> str:
        """Return whose prices these are."""
        return self._venue

    def list_markets(self, markets: Sequence[Market]) -> None:
        """Say which markets there are; quotes of others are refused from now on."""
        self._markets = {market.name: market for market in markets}
        self._rank()

    def show(self, ticker: Ticker) -> Quote:
        """Make a quote of `ticker`, received now, and keep it as the newest of its market."""
        day = ticker.day
        quote = Quote(
            market=ticker.market,
            price=ticker.price,
            tick=self._markets[ticker.market].tick,
            origin=Origin(
                venue=self._venue, nature=ticker.nature, as_of=ticker.as_of, received_at=self._clock.now()
            ),
            open_24h=None if day is None else day.open,
            high_24h=None if day is None else day.high,
            low_24h=None if day is None else day.low,
            volume_24h=None if day is None else day.volume,
        )
        is_new = ticker.market not in self._quotes
        self._quotes[ticker.market] = quote
        if is_new or self._clock.monotonic() - self._ranked_at > _RANK_FOR_SECONDS:
            self._rank()
        return quote

    def latest(self, market: str) -> Quote | None:
        """Return the newest quote, however old it is, or None when there was none yet."""
        return self._quotes.get(market)

    def oldest_receipt(self) -> datetime | None:
        """Return when the market that has waited longest was last heard of; None before the first quote."""
        return min((quote.origin.received_at for quote in self._quotes.values()), default=None)

    def names(self) -> Names | None:
        """Return the names of the markets, ranked by turnover, or None while the markets are not known."""
        return self._names if self._markets else None

    def _rank(self) -> None:
        ranked = sorted(self._markets.values(), key=self._turnover, reverse=True)
        self._names = Names(ranked)
        self._ranked_at = self._clock.monotonic()

    def _turnover(self, market: Market) -> float:
        quote = self._quotes.get(market.name)
        return -1.0 if quote is None or quote.volume_24h is None else float(quote.volume_24h)
