"""What the perpetuals of a tape have beside prices: funding and open interest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from services.errors import NotOffered
from services.exchange.exchange import Funding, Market, OpenInterest
from services.exchange.played.funding import (
    FundingHistory,
    Rate,
    boundaries,
    interest_at,
    next_boundary,
    rate_at,
)
from services.exchange.played.minutes import step_of
from services.exchange.played.noise import key_of
from services.exchange.played.tape import Tape
from services.exchange.prices import to_milliseconds, to_moment


class Contracts:
    """The perpetuals of one venue; `history` has recorded funding rates by market."""

    def __init__(
        self, tape: Tape, *, venue: str, seed: int, history: Mapping[str, FundingHistory] | None
    ) -> None:
        self._tape = tape
        self._venue = venue
        self._seed = seed
        self._history = history or {}

    def funding(self, market: Market, now_ms: float, mark: Decimal | None) -> Funding:
        """Return the rate that is paid next. Raises `NotOffered` for spot."""
        hours = self._hours(market, "funding rates")
        return _told(self._rate(market, next_boundary(now_ms, hours), hours), market, now_ms, mark)

    def paid(self, market: Market, since: datetime, until: datetime) -> Sequence[Funding]:
        """Return what was paid after `since` and up to `until`, oldest first. Raises as `funding`."""
        hours = self._hours(market, "funding rates")
        rates = (
            self._rate(market, boundary, hours)
            for boundary in boundaries(to_milliseconds(since), to_milliseconds(until), hours)
        )
        return [_told(rate, market, rate.boundary_ms, None) for rate in rates]

    def interest(self, market: Market, now_ms: float, mark: Decimal | None) -> OpenInterest:
        """Return how much is held open, which is always simulated. Raises `NotOffered` for spot."""
        self._hours(market, "open interest")
        turnover, step = self._tape.turnover(market.name), step_of(market)
        held = interest_at(now_ms, turnover=turnover, key=self._key("interest", market))
        amount = round(held / float(step)) * step
        return OpenInterest(
            market=market.name,
            amount=amount,
            as_of=to_moment(now_ms),
            nature="simulated",
            cost=None if mark is None else round(amount * mark, 2),
        )

    def _hours(self, market: Market, what: str) -> int:
        if market.funding_hours is None:
            raise NotOffered.by(self._venue, f"{what} of {market.name}")
        return market.funding_hours

    def _rate(self, market: Market, boundary_ms: int, hours: int) -> Rate:
        return rate_at(
            boundary_ms,
            history=self._history.get(market.name),
            key=self._key("funding", market),
            hours=hours,
            simulated_from_ms=self._tape.simulated_from_ms(market.name),
        )

    def _key(self, what: str, market: Market) -> int:
        return key_of(what, self._venue, self._seed, market.name)


def _told(rate: Rate, market: Market, as_of_ms: float, mark: Decimal | None) -> Funding:
    hours = market.funding_hours
    is_paid = as_of_ms == rate.boundary_ms
    return Funding(
        market=market.name,
        rate=rate.rate,
        as_of=to_moment(as_of_ms),
        nature=rate.nature,
        next_at=None if is_paid else to_moment(rate.boundary_ms),
        interval_hours=hours,
        mark=mark,
    )
