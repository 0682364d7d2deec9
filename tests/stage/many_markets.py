"""As many markets as a large venue has, in which nothing happens by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from quiet_market import QuietMarket, perpetual, spot

from services.exchange.exchange import Market, Ticker


class ManyMarkets(QuietMarket):
    """A quiet market of the given names at `time`, whose tickers are made once."""

    def __init__(self, names: Sequence[str], *, time: datetime) -> None:
        super().__init__([perpetual(name) if ":" in name else spot(name) for name in names])
        self.time = time
        self._by_name = {one.name: one for one in self.listed}
        self._standing = {one.name: self._ticker(one) for one in self.listed}

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        """Return the tickers as they were made."""
        return [self._standing[name] for name in (self._standing if markets is None else markets)]

    def _market(self, name: str) -> Market:
        return self._by_name.get(name) or super()._market(name)
