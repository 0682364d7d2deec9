"""Takes back the subscriptions that nobody reads any more, and what ccxt keeps for them.

A while after the last reader has left, since an iteration that fails is often begun again at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from ccxt.async_support import Exchange as CcxtBase

from services.errors import OmegaError
from services.exchange.exchange import Channel
from services.exchange.venues.client import VenueClient

LINGER_SECONDS = 2.0
"""How long a subscription is kept without a reader."""
CONFIRM_SECONDS = 5.0
"""How long the venue may take to confirm that it ended one."""
PACE_SECONDS = 0.15
"""Between two frames: Bitget hears ten a second of one connection."""

log = structlog.get_logger(__name__)

_METHODS: Mapping[Channel, tuple[str, str, str, str]] = {
    "ticker": ("unWatchTickers", "un_watch_tickers", "unWatchTicker", "un_watch_ticker"),
    "trade": ("unWatchTradesForSymbols", "un_watch_trades_for_symbols", "unWatchTrades", "un_watch_trades"),
    "book": (
        "unWatchOrderBookForSymbols",
        "un_watch_order_book_for_symbols",
        "unWatchOrderBook",
        "un_watch_order_book",
    ),
}
"""For many markets and for one: the feature in ccxt's tables, and the method."""

Key = tuple[Channel, str]


class _Left(NamedTuple):
    channel: Channel
    group: Sequence[str]
    carriers: Sequence[Any]
    at: float
    """On the loop's clock."""


class Unsubscriber:
    """Ends the subscriptions of one client."""

    def __init__(
        self,
        client: VenueClient,
        *,
        is_read: Callable[[Channel, Sequence[str]], bool],
        linger_seconds: float = LINGER_SECONDS,
    ) -> None:
        """`is_read` tells whether anybody reads a channel through a subscription to these markets."""
        self._client = client
        self._is_read = is_read
        self._linger = linger_seconds
        self._left: asyncio.Queue[_Left] = asyncio.Queue()
        self._ending: dict[Key, asyncio.Event] = {}

    async def run(self) -> None:
        """End what was left long enough ago, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            left = await self._left.get()
            await asyncio.sleep(left.at + self._linger - loop.time())
            await self._end(left.channel, left.group, left.carriers)

    def leave(self, channel: Channel, group: Sequence[str]) -> None:
        """End, in a while, what nobody reads then of `group`, which was subscribed together."""
        at = asyncio.get_running_loop().time()
        self._left.put_nowait(_Left(channel, group, self._carriers(group), at))

    async def until_ended(self, channel: Channel, markets: Sequence[str]) -> None:
        """Wait while a subscription to one of `markets` is being ended: it would take a new one with it."""
        while ending := {self._ending[channel, name] for name in markets if (channel, name) in self._ending}:
            await ending.pop().wait()

    def _carriers(self, group: Sequence[str]) -> Sequence[Any]:
        """Return the connections that carry something of `group`."""
        connections = self._client.exchange.clients.values()
        return [one for one in connections if any(name in key for key in one.subscriptions for name in group)]

    async def _end(self, channel: Channel, group: Sequence[str], carriers: Sequence[Any]) -> None:
        if self._client.quirks.streams_by_group:
            await self._end_some(channel, group, carriers)
        elif self._is_offered(*_METHODS[channel][:2]):
            await self._end_some(
                channel, [name for name in group if not self._is_read(channel, [name])], carriers
            )
        else:
            for name in group:
                if not self._is_read(channel, [name]):
                    await self._end_some(channel, [name], carriers)
                    await asyncio.sleep(PACE_SECONDS)

    async def _end_some(self, channel: Channel, markets: Sequence[str], carriers: Sequence[Any]) -> None:
        """End the subscription to all of `markets` together, if none is read."""
        if not markets or self._is_read(channel, markets):
            return
        keys: list[Key] = [(channel, name) for name in markets]
        over = asyncio.Event()
        self._ending.update(dict.fromkeys(keys, over))
        try:
            if await self._is_over(channel, markets, carriers):
                self._forget(channel, markets)
        finally:
            for key in keys:
                del self._ending[key]
            over.set()

    async def _is_over(self, channel: Channel, markets: Sequence[str], carriers: Sequence[Any]) -> bool:
        """Unsubscribe where that connection is still there; a new one knows nothing of the subscription.

        Returns:
            Whether nothing comes any more, so that ccxt may forget what it knows.
        """
        clients = self._client.exchange.clients
        if not any(clients.get(one.url) is one for one in carriers):
            return bool(carriers) or not clients
        many, un_watch_many, one, un_watch_one = _METHODS[channel]
        depth = self._client.quirks.stream_depth if channel == "book" else None
        params = {"limit": depth} if depth and self._client.quirks.has_channel_by_depth else {}
        try:
            if self._is_offered(many, un_watch_many):
                await self._client.call(un_watch_many, list(markets), params, seconds=CONFIRM_SECONDS)
            elif self._is_offered(one, un_watch_one):
                await self._client.call(un_watch_one, markets[0], params, seconds=CONFIRM_SECONDS)
            else:
                return False
        except OmegaError as error:
            log.info("not_unsubscribed", venue=self._client.venue, channel=channel, reason=error.message)
            return False
        return True

    def _is_offered(self, feature: str, method: str) -> bool:
        """Return whether ccxt can; its table is silent about some methods that there are."""
        exchange = self._client.exchange
        is_there = getattr(type(exchange), method, None) is not getattr(CcxtBase, method, None)
        return is_there and exchange.has.get(feature) is not False

    def _forget(self, channel: Channel, markets: Sequence[str]) -> None:
        exchange = self._client.exchange
        kept = {"trade": exchange.trades, "book": exchange.orderbooks}.get(channel, {})
        for market in markets:
            kept.pop(market, None)
