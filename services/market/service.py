"""The market service: answers what members and other processes ask about markets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, cast

from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import ExchangeUnavailable, StalePrice, UnknownMarket, UnknownVenue
from services.market.board import age_of
from services.market.comparing import compare
from services.market.conversion import convert, currency, ways_through
from services.market.messages import (
    Compare,
    Comparison,
    Conversion,
    Convert,
    FindMarkets,
    FundingRates,
    GetBook,
    GetCandles,
    GetFunding,
    GetInterest,
    GetMovers,
    GetQuote,
    ListMarkets,
    ListVenues,
    MarketNames,
    Movers,
    Quote,
    Venues,
)
from services.market.others import OtherVenues
from services.market.ranking import movers
from services.market.series import Series
from services.market.terms import list_of
from services.market.venue import Venue
from services.omega import OmegaService, ServiceConfig

_MOST_NAMES = 25
"""What Discord shows of an autocomplete."""
_MOST_LEVELS = 200
_FUNDING_OLD = timedelta(minutes=10)


class MarketService(OmegaService):
    """Answers about the farm's own venue, and about others that are asked by name.

    A figure older than `stale_after` is an error, not a number.
    """

    name: ClassVar[str] = "market"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        *(GetQuote, GetBook, GetFunding, GetInterest, Compare, GetMovers),
        *(Convert, GetCandles, ListVenues, ListMarkets, FindMarkets),
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        own: Venue,
        others: OtherVenues,
        series: Series,
        clock: Clock,
        stale_after: timedelta,
        name: str = "",
    ) -> None:
        """`name` is what the configuration calls the farm's own venue, whose prices may be another's."""
        super().__init__(config)
        self._name = name
        self._own = own
        self._others = others
        self._series = series
        self._clock = clock
        self._stale_after = stale_after

    async def process(self, request: Request[R]) -> R:
        """Answer a request.

        Raises:
            UserMistake: no such market or venue, or the venue does not have what is asked for.
            StalePrice: the newest figure is older than its limit.
            ExchangeUnavailable: the venue does not answer, and nothing is known of what is asked for.
        """
        return cast("R", await self._answer(request))

    def update_metrics(self) -> None:
        """Show the age of the quote that was longest without a new price, once there is one."""
        kept = self._own.board.quotes.all()
        if kept:
            oldest = min(one.received_at for one in kept)
            age = (self._clock.now() - oldest).total_seconds()
            self.config.metrics.measured(self.name, "oldest_quote_age_seconds", age)

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case GetQuote():
                return await (await self._venue(request.venue)).quote(request.market)
            case GetBook():
                depth = max(1, min(request.depth, _MOST_LEVELS))
                return await (await self._venue(request.venue)).book(request.market, depth)
            case GetInterest():
                return await self._own.interest(request.market)
            case GetCandles():
                return await self._series.last(
                    request.market, request.timeframe, request.limit, until=request.until
                )
            case Compare():
                return await self._compare(request)
            case _:
                return await self._answer_about_many(request)

    async def _answer_about_many(self, request: Request[Any]) -> Message:
        match request:
            case GetFunding():
                return await self._fundings(request.market)
            case GetMovers():
                return await self._movers(request)
            case Convert():
                return await self._convert(request)
            case ListMarkets():
                await self._own.names()
                return list_of(self._own.board, self._own.exchange.nature)
            case ListVenues():
                return Venues(names=[self._own.board.venue, *self._others.names])
            case FindMarkets():
                names = await self._own.names()
                limit = min(request.limit, _MOST_NAMES)
                return MarketNames(names=names.find(request.typed, limit, first=request.first))
            case _:
                raise TypeError(f"{self.name} does not handle {type(request).__name__}")

    async def _venue(self, name: str) -> Venue:
        if name in ("", self._name, self._own.board.venue):
            return self._own
        if name not in self._others.names:
            raise UnknownVenue.of(name, (self._own.board.venue, *self._others.names))
        return await self._others.venue(name)

    async def _compare(self, request: Compare) -> Comparison:
        there = (self._own.board.venue, *self._others.names)
        own = {self._name: self._own.board.venue} if self._name else {}
        venues = list(dict.fromkeys(own.get(venue, venue) for venue in request.venues)) or there
        for venue in venues:
            if venue not in there:
                raise UnknownVenue.of(venue, there)
        market = (await self._own.market(request.market)).name

        async def quote_at(venue: str) -> Quote:
            quote = await (await self._venue(venue)).quote(market)
            if quote.market != market:  # a perpetual is none of the prices of spot
                raise UnknownMarket.of(market, [quote.market])
            return quote

        return await compare(market, venues, quote_at)

    async def _fundings(self, asked: str) -> FundingRates:
        if asked:
            return FundingRates(rates=[await self._own.funding(asked)])
        await self._own.names()
        kept = [one.figure for one in self._own.board.fundings.all()]
        fresh = [rate for rate in kept if age_of(rate.origin, self._clock.now()) <= _FUNDING_OLD]
        if not fresh:
            raise ExchangeUnavailable(
                "No funding rate is known yet.",
                hint="Ask again in a minute, or name a market.",
                facts={"venue": self._own.board.venue},
            )
        return FundingRates(rates=sorted(fresh, key=lambda rate: rate.rate, reverse=True))

    async def _movers(self, request: GetMovers) -> Movers:
        limit = min(request.limit, _MOST_NAMES)
        return Movers(quotes=movers(await self._fresh(), is_up=request.direction == "up", limit=limit))

    async def _convert(self, request: Convert) -> Conversion:
        fresh = await self._fresh()
        markets = self._own.board.markets
        ways = ways_through((markets[quote.market], quote) for quote in fresh)
        return convert(request.amount, currency(request.source), currency(request.target), ways=ways)

    async def _fresh(self) -> list[Quote]:
        """Return the quotes of open markets that are not too old, the most traded market first."""
        names = await self._own.names()
        now = self._clock.now()
        board = self._own.board
        quotes = [quote for name in names.ranked if (quote := board.latest(name)) is not None]
        fresh = [
            quote
            for quote in quotes
            if age_of(quote.origin, now) <= self._stale_after and board.markets[quote.market].is_open
        ]
        if quotes and not fresh:
            age = min(age_of(quote.origin, now) for quote in quotes).total_seconds()
            raise StalePrice(
                f"The newest price is {age:.0f} s old.",
                hint="Prices stopped arriving; ask again in a minute.",
                facts={
                    "market": quotes[0].market,
                    "age": round(age, 1),
                    "limit": self._stale_after.total_seconds(),
                },
            )
        if not fresh:
            raise ExchangeUnavailable(
                "There are no prices yet.",
                hint="Ask again in a few seconds.",
                facts={"venue": board.venue},
            )
        return fresh
