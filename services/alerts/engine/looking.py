"""What is known of the markets, and one look at them: what a rule function is given.

How it comes to be known belongs to `engine`, `asking` and `tending`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from analytics.candles import Candles
from services.alerts.engine.windows import Window
from services.alerts.rules.declare import Span
from services.exchange.prices import to_milliseconds
from services.market.messages import Origin


@dataclass(slots=True, kw_only=True, eq=False)
class Known:
    """One market. What is not known is None."""

    name: str
    heard: float | None = None
    """Since when no price has come, by the monotonic clock."""
    at: datetime | None = None
    """The newest market time."""
    heard_at: datetime | None = None
    """The newest market time of a price that was heard, not seen in a candle; None where none was."""
    come_to: datetime | None = None
    """A market time that has come; what it brought may not be decided yet."""
    price: float | None = None
    """The price then."""
    told: Decimal | None = None
    """The same price, as money."""
    tick: Decimal | None = None
    origin: Origin | None = None
    funding: float | None = None
    spread: float | None = None
    windows: dict[str, Window] = field(default_factory=dict)

    def note(self, price: Decimal, at: datetime, origin: Origin) -> None:
        """Take a price, unless a newer one is known."""
        if self.at is None or at >= self.at:
            self.at, self.told, self.origin = at, price, origin
            self.price = float(price)

    def comes_to(self, at: datetime) -> None:
        """Learn that market time is no earlier than this."""
        if self.come_to is None or at > self.come_to:
            self.come_to = at

    def forget(self) -> None:
        """Take nothing for known: it was of another market of that name."""
        self.at = self.price = self.told = self.tick = self.origin = self.funding = self.spread = None
        self.heard_at = self.come_to = None


@dataclass(frozen=True, slots=True)
class Closing:
    """A candle that closes."""

    market: str
    timeframe: str

    @property
    def name(self) -> str:
        """Return it as one text."""
        return f"{self.market} {self.timeframe}"


class Look:
    """One look at the markets; `services.alerts.rules.declare.Seen` says what rules may ask it.

    Args:
        markets: what is known of each.
        at: market time of the look.
        market: the one that moved, with the `span` that it moved in.
        cut_ms: candles that closed later are not seen; None for the end of the look.
        closing: the candle whose close this look is.
        sky: what happened in the sky since the last look.
        now: monotonic time, for how long a market has been silent; None where nobody waits.
        came_at: of a tick, when the price was still the one before.
        received_at: of a candle, the wall time at which it closed.
    """

    __slots__ = (
        *("_closing", "_cut_ms", "_market", "_markets", "_now", "_sky", "_span"),
        *("at", "came_at", "received_at"),
    )

    def __init__(
        self,
        markets: Mapping[str, Known],
        at: datetime,
        *,
        market: str = "",
        span: Span | None = None,
        cut_ms: int | None = None,
        closing: Closing | None = None,
        sky: frozenset[str] = frozenset(),
        now: float | None = None,
        came_at: datetime | None = None,
        received_at: datetime | None = None,
    ) -> None:
        self.at = at
        self.came_at = came_at
        self.received_at = received_at
        self._markets = markets
        self._market = market
        self._span = span
        self._cut_ms = cut_ms
        self._closing = closing
        self._sky = sky
        self._now = now

    @property
    def opens_at(self) -> datetime:
        """Return when what it looks at began."""
        return self.at if self._span is None else self._span.opens_at

    @property
    def closing(self) -> Closing | None:
        """Return the candle whose close it is."""
        return self._closing

    @property
    def market(self) -> str:
        """Return the market that moved; empty for none."""
        return self._market

    @property
    def moved(self) -> Span | None:
        """Return what the market that moved did."""
        return self._span

    def at_its_end(self) -> Look:
        """Return a look in which only the last price of this one is there."""
        return self if self._span is None else self.still(self._span.close)

    def still(self, price: float, at: datetime | None = None) -> Look:
        """Return a look in which the price only is there, at no close, before anything closed in this one."""
        moment = self.at if at is None else at
        cut = self._cut_ms
        if self._closing is not None and cut is None:
            cut = to_milliseconds(self.at) - 1
        span = Span(moment, moment, price, price, price, price)
        return Look(self._markets, moment, market=self._market, span=span, cut_ms=cut, now=self._now)

    def span(self, market: str) -> Span | None:
        """Return what the price did; of a market that did not move, its last price."""
        if market == self._market and self._span is not None:
            return self._span
        known = self._markets.get(market)
        if known is None or known.price is None or known.at is None:
            return None
        price = known.price
        return Span(known.at, known.at, price, price, price, price)

    def candles(self, market: str, timeframe: str) -> Candles | None:
        """Return the candles that had closed by then."""
        known = self._markets.get(market)
        window = None if known is None else known.windows.get(timeframe)
        if window is None:
            return None
        if self._cut_ms is None:
            self._cut_ms = to_milliseconds(self.at)
        seen = window.until(self._cut_ms)
        return seen if len(seen) else None

    def is_closing(self, market: str, timeframe: str) -> bool:
        """Return whether this is the close of a candle of that market and timeframe."""
        closing = self._closing
        return closing is not None and (closing.market, closing.timeframe) == (market, timeframe)

    def funding(self, market: str) -> float | None:
        """Return the funding rate as a share."""
        known = self._markets.get(market)
        return None if known is None else known.funding

    def spread(self, market: str) -> float | None:
        """Return the spread between venues in percent."""
        known = self._markets.get(market)
        return None if known is None else known.spread

    def silence(self, market: str) -> float | None:
        """Return the seconds since the last price came."""
        known = self._markets.get(market)
        if known is None or known.heard is None or self._now is None:
            return None
        return self._now - known.heard

    def sky(self) -> frozenset[str]:
        """Return what happened in the sky since the last look."""
        return self._sky
