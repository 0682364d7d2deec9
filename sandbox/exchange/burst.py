"""Many made-up messages in little time, for tests of whoever reads them: prices step up and down in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Annotated, Literal

import msgspec

from sandbox.exchange.stream.feeds import Feeds
from sandbox.exchange.venue import Venue
from services.errors import ExchangeUnavailable, UnknownMarket
from services.exchange.exchange import Ticker, Trade, Update

_PAUSE_SECONDS = 0.005
_AMOUNT = Decimal("0.01")
_SWING = (0, 1, 2, 1, 0, -1, -2, -1)
"""In ticks from where the price stood."""


class Burst(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`per_second` messages over all of `markets` together, for `seconds`."""

    markets: Annotated[list[str], msgspec.Meta(min_length=1)]
    per_second: Annotated[float, msgspec.Meta(gt=0)]
    seconds: Annotated[float, msgspec.Meta(gt=0, le=600)]
    channel: Literal["ticker", "trade"] = "ticker"
    is_wall_time: bool = False
    """Whether messages carry the time they are sent at instead of market time."""


class Bursts:
    """Pushes bursts into the feeds of one venue, as if its market had made them."""

    def __init__(self, venue: Venue, feeds: Feeds) -> None:
        self._venue = venue
        self._feeds = feeds

    async def run(self, wanted: Burst) -> int:
        """Push all of it and return how many messages that were.

        Raises:
            UnknownMarket: a market does not exist.
            ExchangeUnavailable: none of them has a price.
        """
        await self._venue.catalogue()
        begun = await self._venue.exchange.tickers(wanted.markets)
        if not begun:
            raise ExchangeUnavailable(
                f"There is no price of {', '.join(wanted.markets)} to start from.", hint="Try again later."
            )
        ticks = {name: self._tick(name) for name in wanted.markets}
        clock, total = self._venue.clock, round(wanted.per_second * wanted.seconds)
        made, start, sent = self._made(wanted, list(begun), ticks), clock.monotonic(), 0
        while sent < total:
            due = min(total, int((clock.monotonic() - start) * wanted.per_second))
            for _ in range(due - sent):
                await self._feeds.take(next(made))
            sent = max(sent, due)
            await asyncio.sleep(_PAUSE_SECONDS)
        return sent

    def _tick(self, name: str) -> Decimal:
        one = self._venue.listed_as(name)
        if one is None:
            raise UnknownMarket.of(name, ())
        return one.tick

    def _made(self, wanted: Burst, begun: list[Ticker], ticks: dict[str, Decimal]) -> Iterator[Update]:
        for number in count():
            ticker = begun[number % len(begun)]
            price = ticker.price + _SWING[number // len(begun) % len(_SWING)] * ticks[ticker.market]
            passed = timedelta(seconds=number / wanted.per_second)
            as_of = self._venue.clock.now() if wanted.is_wall_time else ticker.as_of + passed
            if wanted.channel == "ticker":
                yield replace(ticker, price=price, as_of=as_of)
            else:
                yield Trade(
                    market=ticker.market,
                    id=f"burst-{number}",
                    price=price,
                    amount=_AMOUNT,
                    side="buy" if number % 2 else "sell",
                    as_of=as_of,
                    nature=ticker.nature,
                )
