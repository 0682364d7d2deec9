"""Asks for all tickers every few seconds: for what is not streamed, and for what a stream fails to tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from services.errors import ExchangeUnavailable, Misconfigured, UserMistake
from services.exchange.exchange import Exchange, Ticker, Update
from services.market.links import Link
from services.market.patience import pause_after, within

SNAPSHOT_SECONDS = 3.0
SECONDS_PER_TICKER = 0.005
"""Added to the pause: a large snapshot takes a tenth of a second to read, which holds up what is streamed."""
_AT_ONCE = 25
"""Tickers taken before others of this process have their turn."""


class Snapshots:
    """Hands every ticker to `hear`. The pause grows while the venue does not answer."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        hear: Callable[[Update], None],
        taken: Callable[[], None],
        link: Link,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`taken` is called after each snapshot."""
        self._exchange = exchange
        self._hear = hear
        self._taken = taken
        self._link = link
        self._sleep = sleep

    async def run(self) -> None:
        """Ask until cancelled."""
        failures = 0
        while True:
            try:
                count = await self._take()
            except (ExchangeUnavailable, Misconfigured, UserMistake) as error:
                failures += 1
                self._link.fails(error.message)
                await self._sleep(max(SNAPSHOT_SECONDS, pause_after(failures, error)))
            else:
                failures = 0
                self._link.works()
                self._taken()
                await self._sleep(SNAPSHOT_SECONDS + count * SECONDS_PER_TICKER)

    async def _take(self) -> int:
        tickers = await self._ask()
        for start in range(0, len(tickers), _AT_ONCE):
            for ticker in tickers[start : start + _AT_ONCE]:
                self._hear(ticker)
            await asyncio.sleep(0)
        return len(tickers)

    async def _ask(self) -> Sequence[Ticker]:
        venue = self._exchange.venue
        tickers = await within(self._exchange.tickers(), venue=venue)
        if not tickers:
            raise ExchangeUnavailable(
                f"{venue} has markets and no price of any.",
                hint="Ask again in a minute.",
                facts={"venue": venue},
            )
        return tickers
