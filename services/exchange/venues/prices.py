"""The current prices of a venue by REST: of all markets, of some, and the time that it is there."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, OmegaError, UnknownMarket
from services.exchange.exchange import Ticker
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.errors import is_refusal
from services.exchange.venues.translate import Translator

_ONE_BY_ONE = 5
"""Up to how many markets are asked for one by one rather than all at once."""
_AT_ONCE = 100
"""Rows that are translated while nothing else runs."""
_FRESH_SECONDS = 0.25
"""How old what was heard may be and still tell the market's time."""

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
            ExchangeUnavailable: the venue does not answer, or lists no product at all.
            Misconfigured: the venue does not let this machine or key in.
        """
        found: list[Ticker] = []
        refusal: OmegaError | None = None
        is_answered = False
        for group in self._client.quirks.ticker_groups:
            try:
                rows = await self._client.call("fetch_tickers", None, dict(group))
            except OmegaError as error:
                if not is_refusal(error):
                    raise
                log.warning("product_not_listed", venue=self._client.venue, product=group, why=error.message)
                refusal = error
                continue
            is_answered = True
            mine = [row for row in rows.values() if self._is_of(row, group.get("type"))]
            found.extend([ticker async for ticker in self._in_slices(mine)])
        if refusal is not None and not is_answered:
            raise self._without_prices() from refusal
        return found

    def _without_prices(self) -> ExchangeUnavailable:
        venue = self._client.venue
        return ExchangeUnavailable(
            f"{venue} lists the prices of none of its products.",
            hint="Ask for the price of one market, or try again later.",
            facts={"venue": venue},
        )

    async def _in_slices(self, rows: Sequence[Json]) -> AsyncIterator[Ticker]:
        """Yield the tickers that `rows` become, and let others go on between: 1,500 take 30 ms."""
        for start in range(0, len(rows), _AT_ONCE):
            for ticker in self._translated(rows[start : start + _AT_ONCE]):
                yield ticker
            await asyncio.sleep(0)

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
        heard = self._translator.heard_within(_FRESH_SECONDS)
        if heard is not None:
            return heard
        tickers = await self.of([market])
        return max((ticker.as_of for ticker in tickers), default=self._translator.newest or self._clock.now())
