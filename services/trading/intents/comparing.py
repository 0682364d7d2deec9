"""Compares what an account holds with what its fills explain. Pure: nothing is asked or kept elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from services.exchange.orders import Fill, Position, signed

_NOTHING = Decimal(0)
_SLACK = timedelta(seconds=5)
"""How far the venue's clock may be behind ours: of a market that is new, fills before that are old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What was read of an account between two equal looks at its positions."""

    positions: Sequence[Position]
    fills: Mapping[str, Sequence[Fill]]
    """The newest of each market, oldest first."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A position that is not what the last look and the fills since then make it."""

    market: str
    expected: Decimal
    found: Decimal


def nets(positions: Iterable[Position]) -> dict[str, Decimal]:
    """Return what is held of each market: above 0 long, below 0 short, both of a hedged one together."""
    held: dict[str, Decimal] = {}
    for one in positions:
        held[one.market] = held.get(one.market, _NOTHING) + one.amount * one.sign
    return held


@dataclass(slots=True)
class Baseline:
    """What an account was last seen to hold, and which of its fills that includes."""

    held: dict[str, Decimal] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    """Ids of fills, by market."""
    at: datetime | None = None
    """None before the first look."""

    def news(self, now: Holdings) -> dict[str, list[Fill]]:
        """Return the fills that were not seen, by market; at the first look there are none."""
        if self.at is None:
            return {}
        return {market: self._unseen(market, fills) for market, fills in now.fills.items()}

    def _unseen(self, market: str, fills: Sequence[Fill]) -> list[Fill]:
        known, at = self.seen.get(market), self.at
        if known is not None:
            return [fill for fill in fills if fill.id not in known]
        return [fill for fill in fills if at is None or fill.at >= at - _SLACK]

    def differences(self, now: Holdings) -> list[Difference]:
        """Return what fills do not explain, of contracts; at the first look nothing has to be explained."""
        if self.at is None:
            return []
        news, found = self.news(now), nets(now.positions)
        differences = []
        for market in sorted({*self.held, *found, *news}):
            since = sum((signed(fill) for fill in news.get(market, ())), _NOTHING)
            expected = self.held.get(market, _NOTHING) + since
            if ":" in market and expected != found.get(market, _NOTHING):
                one = Difference(market=market, expected=expected, found=found.get(market, _NOTHING))
                differences.append(one)
        return differences

    def is_reduced_by(self, fill: Fill) -> bool:
        """Return whether a fill makes what was last held smaller, as a liquidation does."""
        held = self.held.get(fill.market, _NOTHING)
        return abs(held + signed(fill)) < abs(held)

    def take(self, now: Holdings, markets: Collection[str] | None = None) -> None:
        """Take what was found as what is known from now on, of `markets` alone where they are given."""
        self.held, self.at = nets(now.positions), now.at
        for market, fills in now.fills.items():
            self.seen[market] = {fill.id for fill in fills}
        if markets is not None:
            self.seen = {market: ids for market, ids in self.seen.items() if market in markets}
