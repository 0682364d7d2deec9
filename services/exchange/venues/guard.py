"""Tells a dead stream from a quiet market, and a market that is gone from a subscription that failed.

A stream that is dead is silent, and so is a market in which nothing happens. The difference is what REST says
meanwhile, so that is asked before a connection is closed.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence

import structlog

from services.clock import Clock
from services.errors import ExchangeBusy, ExchangeUnavailable, OmegaError, UnknownMarket
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.errors import is_refusal
from services.exchange.venues.inbox import Inbox

CONFIRM_SECONDS = 1.0
"""How long a stream gets to bring what REST already knows."""
MOST_FAILURES = 3
"""So often in a row REST may fail to answer before a silent stream is given up."""

log = structlog.get_logger(__name__)

Mark = tuple[float, ...]


class Guard:
    """Watches over the iterations of one client."""

    def __init__(self, client: VenueClient, *, clock: Clock, quiet_seconds: float) -> None:
        """`quiet_seconds` is how long a market may be silent unquestioned."""
        self._client = client
        self._clock = clock
        self._quiet = quiet_seconds

    async def watch_over(self, inbox: Inbox) -> None:
        """Fail `inbox` when its stream is dead, and close the connection; runs until then or cancelled.

        Of the silent markets the one asked about longest ago is asked about, so that one in which nothing
        happens does not stand before the others for ever.
        """
        seen: dict[str, Mark] = {}
        asked_at: dict[str, float] = {}
        failures = 0
        while failures < MOST_FAILURES:
            await asyncio.sleep(self._quiet / 4)
            silent = inbox.silent_since(self._clock.monotonic() - self._quiet)
            if not silent:
                continue
            market = min(silent, key=lambda name: asked_at.get(name, -math.inf))
            try:
                is_dead = await self._is_dead_or_incomparable(inbox, market, seen)
            except ExchangeBusy:
                continue  # it was not asked, and says nothing about the stream
            except ExchangeUnavailable as error:
                failures += 1
                if failures == MOST_FAILURES:
                    inbox.fail(error)
                continue
            if is_dead:
                self._end(inbox, market)
                return
            failures = 0
            asked_at[market] = self._clock.monotonic()
            inbox.excuse(silent, asked_at[market])

    async def _is_dead_or_incomparable(self, inbox: Inbox, market: str, seen: dict[str, Mark]) -> bool:
        """Return `_is_dead`, and False where REST refuses to say anything of `market`."""
        try:
            return await self._is_dead(inbox, market, seen)
        except OmegaError as error:
            if isinstance(error, ExchangeUnavailable) and not is_refusal(error):
                raise
            return False

    async def _is_dead(self, inbox: Inbox, market: str, seen: dict[str, Mark]) -> bool:
        """Return whether REST knows of a change in `market` that the stream does not bring even later."""
        heard_at = inbox.heard_at[market]
        heard = inbox.heard.get(market)
        known = seen.get(market) if heard is None else _MARKS[inbox.channel](heard)
        now = await self._ask(inbox.channel, market)
        seen[market] = now
        if known is None or now == known or (inbox.channel == "trade" and now < known):
            return False
        await asyncio.sleep(CONFIRM_SECONDS)
        return inbox.heard_at[market] == heard_at

    async def _ask(self, channel: str, market: str) -> Mark:
        if channel == "ticker":
            return _ticker_mark(await self._client.call("fetch_ticker", market))
        if channel == "book":
            depths = self._client.quirks.book_depths
            depth = depths[min(1, len(depths) - 1)] if depths else None
            return _book_mark(await self._client.call("fetch_order_book", market, depth))
        rows = await self._client.call("fetch_trades", market, None, 20)
        return max((_trade_mark(row) for row in rows), default=(0.0,))

    def _end(self, inbox: Inbox, market: str) -> None:
        venue = self._client.venue
        log.warning("stream_stalled", venue=venue, channel=inbox.channel, market=market)
        for url in tuple(inbox.urls or self._client.exchange.clients):
            self._client.drop(url, "silent although the market moves")
        inbox.fail(
            ExchangeUnavailable(
                f"{venue} streams nothing although its market moves.",
                hint="The stream is opened again.",
                facts={"venue": venue, "channel": inbox.channel},
            )
        )

    async def goes_on(self, inbox: Inbox, group: Sequence[str], error: OmegaError) -> bool:
        """Return whether to watch `group` on after the venue refused something on its connection.

        ccxt gives a refusal to everybody on the connection, so it need not be about `group`. What has not
        been heard of is asked for by REST; a market that is not there ends its own iteration and no other.
        """
        for market in group:
            if market not in inbox.heard and not await self._exists(market):
                inbox.fail(UnknownMarket.of(market, []))
                return False
        log.info("refusal_is_not_ours", venue=self._client.venue, channel=inbox.channel, reason=error.message)
        return True

    async def _exists(self, market: str) -> bool:
        if market not in self._client.exchange.markets:
            return False
        try:
            row = await self._client.call("fetch_ticker", market)
        except ExchangeUnavailable as error:
            return not is_refusal(error)  # not known, and the pump will find out
        except OmegaError:
            return False
        return bool(row.get("last"))


def _ticker_mark(row: Json) -> Mark:
    return (float(row.get("last") or 0.0),)


def _trade_mark(row: Json) -> Mark:
    return (float(row.get("timestamp") or 0.0),)


def _book_mark(row: Json) -> Mark:
    best = [side[0][0] for side in (row["bids"], row["asks"]) if side]
    return tuple(float(price) for price in best)


_MARKS: dict[str, Callable[[Json], Mark]] = {
    "ticker": _ticker_mark,
    "trade": _trade_mark,
    "book": _book_mark,
}
