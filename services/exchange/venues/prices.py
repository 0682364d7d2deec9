"""The current prices of a venue by REST: of all markets, of some, and the time that it is there."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, OmegaError, UnknownMarket
from services.exchange.exchange import Ticker
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.translate import Translator

_ONE_BY_ONE = 5
"""Up to how many markets are asked for one by one rather than all at once."""

log = structlog.get_logger(__name__)


async def ask(client: VenueClient, market: str, method: str, *arguments: object) -> Json:
    """Call one of ccxt's methods that is about `market`.

    Raises:
        UnknownMarket: the venue does not know it any more; names it.
        OmegaError: as `VenueClient.call`.
    """
    try:
        return await client.call(method, market, *arguments)
    except UnknownMarket as error:
        raise UnknownMarket.of(market, []) from error


class Prices:
    """Asks one client for tickers."""

    def __init__(self, client: VenueClient, translator: Translator, *, clock: Clock) -> None:
        self._client = client
        self._translator = translator
        self._clock = clock

    async def all(self) -> list[Ticker]:
        """Return the price of every market that has one.

        One call for each product; a product that the venue refuses to list is left out.

        Raises:
            ExchangeUnavailable: the venue does not answer.
        """
        found: list[Ticker] = []
        for group in self._client.quirks.ticker_groups:
            try:
                rows = await self._client.call("fetch_tickers", None, dict(group))
            except ExchangeUnavailable:
                raise
            except OmegaError as error:
                log.warning("product_not_listed", venue=self._client.venue, product=group, why=error.message)
                continue
            mine = [row for row in rows.values() if self._is_of(row, group.get("type"))]
            found.extend(self._translated(mine))
        return found

    def _is_of(self, row: Json, product: str | None) -> bool:
        """Return whether ccxt found the market: it takes a contract for a spot market it does not know."""
        market = self._client.exchange.markets.get(row.get("symbol"))
        return market is not None and product in {None, market["type"]}

    async def of(self, markets: Sequence[str]) -> list[Ticker]:
        """Return the prices of `markets`, each of which exists. Raises as `all`."""
        if len(markets) <= _ONE_BY_ONE or not self._client.has("fetchTickers"):
            rows = await asyncio.gather(*(ask(self._client, market, "fetch_ticker") for market in markets))
            return list(self._translated(rows))
        found: list[Ticker] = []
        for names in self._products(markets).values():
            tickers: Mapping[str, Json] = await self._client.call("fetch_tickers", names)
            found.extend(self._translated(tickers[name] for name in names if name in tickers))
        return found

    def _products(self, markets: Sequence[str]) -> Mapping[tuple[str, str, str], list[str]]:
        products: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for name in markets:
            row = self._client.exchange.markets[name]
            settle, quote = (
                (str(row.get("settle")), str(row.get("quote"))) if row.get("contract") else ("", "")
            )
            products[str(row["type"]), settle, quote].append(name)
        return products

    def _translated(self, rows: Iterable[Json]) -> Iterable[Ticker]:
        table = self._client.exchange.markets
        tickers = self._translator.each(rows, self._translator.ticker, "ticker")
        return (ticker for ticker in tickers if ticker.market in table)

    async def now(self, market: str) -> datetime:
        """Return the market's time: wall time at a real venue, that of the newest price at the sandbox.

        Raises:
            ExchangeUnavailable: the sandbox does not answer.
        """
        if not self._translator.label.is_ours:
            return self._clock.now()
        tickers = await self.of([market])
        return max((ticker.as_of for ticker in tickers), default=self._translator.newest or self._clock.now())
