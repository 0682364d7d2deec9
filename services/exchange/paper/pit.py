"""One market as it stands: its terms, its last and mark price, its book, and when each was heard of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from services.exchange.exchange import Funding, OrderBook, Ticker, Trade
from services.exchange.orders import Trigger
from services.exchange.paper.depth import Depth
from services.exchange.paper.terms import Terms

_KNOWN_PRINTS = 1_000


@dataclass(slots=True, kw_only=True)
class Pit:
    """What orders of one market are matched against. Where the venue gives no mark, the last price is it."""

    terms: Terms
    is_open: bool = True
    last: Decimal | None = None
    as_of: datetime | None = None
    """Market time of the last price."""
    seen_until: datetime | None = None
    """The newest market time of anything that was heard."""
    began_at: datetime | None = None
    """Market time when a price and a book had been heard: what was traded before is no news."""
    gone_since: datetime | None = None
    """Since when the venue does not list it any more."""
    priced_at: datetime | None = None
    booked_at: datetime | None = None
    depth: Depth = field(default_factory=Depth)
    funding: Funding | None = None
    _seen_at: datetime | None = None
    """When that was heard, in wall time."""
    _first: tuple[datetime, datetime] | None = None
    """The market time of what was heard first, and the wall time of it."""
    _mark: Decimal | None = None
    _prints: dict[str, None] = field(default_factory=dict)
    """The ids of the newest trades, oldest first."""

    @property
    def market(self) -> str:
        """Return the name of the market."""
        return self.terms.market.name

    @property
    def mark(self) -> Decimal | None:
        """Return what margin and liquidation go by; None before the first price."""
        return self.last if self._mark is None else self._mark

    def price_by(self, trigger: Trigger) -> Decimal | None:
        """Return the price that a trigger of this kind looks at; nobody tells the index."""
        return {"mark": self.mark, "last": self.last, "index": None}[trigger]

    def hear_ticker(self, ticker: Ticker, at: datetime) -> None:
        """Take the newest prices."""
        self._mark = ticker.mark if ticker.mark is not None and ticker.mark > 0 else None
        self._hear_price(ticker.price, ticker.as_of, at)
        self._pass_time(ticker.as_of, at)

    def hear_trade(self, trade: Trade, at: datetime) -> bool:
        """Take a price that was traded; return whether it is news, and not a trade heard before."""
        is_news = self.began_at is not None and trade.id not in self._prints
        if trade.id:
            self._prints[trade.id] = None
        if len(self._prints) > _KNOWN_PRINTS:
            del self._prints[next(iter(self._prints))]
        self._hear_price(trade.price, trade.as_of, at)
        self._pass_time(trade.as_of, at)
        return is_news

    def hear_book(self, book: OrderBook, at: datetime) -> None:
        """Take a picture of the book."""
        self.depth.show(book)
        self.booked_at = at
        self._pass_time(book.as_of, at)

    def market_time(self, at: datetime) -> datetime | None:
        """Return what time it is in the market: that of the newest, and what has passed since.

        A market may be played more slowly than time passes, or stand still: it goes on as fast as it has so
        far, or as time does.
        """
        if self.seen_until is None or self._seen_at is None or self._first is None:
            return self.seen_until
        moved, passed = self.seen_until - self._first[0], self._seen_at - self._first[1]
        speed = min(1.0, moved / passed) if passed > timedelta(0) else 0.0
        return self.seen_until + max(at - self._seen_at, timedelta(0)) * speed

    def stand_in(self, mark: Decimal) -> None:
        """Take a mark that was known before, until another is heard."""
        self._mark = mark

    @property
    def has_begun(self) -> bool:
        """Return whether a price and a book have been heard since the engine was started."""
        return self.priced_at is not None and self.booked_at is not None

    def why_stale(self, at: datetime, limit: float) -> str:
        """Return in words what is too old to match against, or nothing if all is fresh."""
        for what, heard in (("price", self.priced_at), ("order book", self.booked_at)):
            if heard is None:
                return f"there is no {what} of {self.market} yet"
            age = (at - heard).total_seconds()
            if age > limit:
                return f"the last {what} of {self.market} is {age:.1f} s old"
        return ""

    def why_shut(self, at: datetime, limit: float) -> str:
        """Return with its reason why nothing can be matched now, or nothing if something can."""
        if not self.is_open:
            return f"market_closed: {self.market} is closed"
        stale = self.why_stale(at, limit)
        return stale and f"stale_market: {stale}"

    def _pass_time(self, as_of: datetime, at: datetime) -> None:
        if self.seen_until is None or as_of > self.seen_until:
            self.seen_until, self._seen_at = as_of, at
            self._first = self._first or (as_of, at)
        if self.began_at is None and self.has_begun:
            self.began_at = self.seen_until

    def _hear_price(self, price: Decimal, as_of: datetime, at: datetime) -> None:
        if price <= 0:  # a venue that delists says so; nothing is worth nothing because of it
            return
        self.priced_at = at
        # Tickers and trades come by different streams: an older one may be heard later.
        if self.as_of is None or as_of >= self.as_of:
            self.last, self.as_of = price, as_of
