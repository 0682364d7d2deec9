"""What an alert rule is shown, made up: one market, its price, its candles, and whatever else is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from analytics.candles import Candles
from services.alerts.rules.declare import Memory, Met, Span, rule_of

NOON = datetime(2025, 6, 16, 12, tzinfo=UTC)
MARKET = "BTC/USDT:USDT"
Prices = tuple[float, float, float, float]
"""Open, high, low, close."""


def span_of(prices: Prices, *, opens_at: datetime = NOON, seconds: float = 0.0) -> Span:
    """What a price did, from a moment on."""
    return Span(opens_at, opens_at + timedelta(seconds=seconds), *prices)


def tick(price: float, *, at: datetime = NOON) -> Span:
    """A single price."""
    return Span(at, at, price, price, price, price)


@dataclass(kw_only=True)
class Shown:
    """A `Seen` of one market."""

    at: datetime = NOON
    price: Span | None = None
    history: Mapping[str, Candles] = field(default_factory=dict)
    closing: frozenset[str] = frozenset()
    rate: float | None = None
    apart: float | None = None
    silent: float | None = None
    events: frozenset[str] = frozenset()

    def span(self, market: str) -> Span | None:
        return self.price if market == MARKET else None

    def candles(self, market: str, timeframe: str) -> Candles | None:
        return self.history.get(timeframe) if market == MARKET else None

    def is_closing(self, market: str, timeframe: str) -> bool:
        return market == MARKET and timeframe in self.closing

    def funding(self, market: str) -> float | None:
        return self.rate if market == MARKET else None

    def spread(self, market: str) -> float | None:
        return self.apart if market == MARKET else None

    def silence(self, market: str) -> float | None:
        return self.silent if market == MARKET else None

    def sky(self) -> frozenset[str]:
        return self.events


def decided(leaf: object, seen: Shown, memory: Memory | None = None) -> Met:
    """What the rule of a leaf says of one look."""
    met: Met = rule_of(leaf).decide(leaf, seen, memory or {})  # type: ignore[arg-type]  # any leaf
    return met


def run(leaf: object, spans: Iterable[Span]) -> list[Met]:
    """What the rule of a leaf says of spans that follow each other, remembering what it wants to."""
    mets: list[Met] = []
    for span in spans:
        memory = mets[-1].memory if mets else {}
        mets.append(decided(leaf, Shown(at=span.closes_at, price=span), memory))
    return mets
