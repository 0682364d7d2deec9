"""The cosmic service: answers for the sky by wall time, and tests its factors by market time.

Nothing here sizes or triggers a trade, and nothing may be built on it that does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Protocol, cast

import numpy as np
import structlog
from msgspec.structs import replace

from analytics.cosmic.factors import Factor
from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.cosmic.findings import aspects_at, calendar_at, moon_at, retrogrades_at, sky_at
from services.cosmic.messages import (
    DailyCloses,
    FactorTested,
    GetAspects,
    GetCalendar,
    GetMoon,
    GetRetrogrades,
    GetSky,
    Lack,
    ListFactors,
    Measured,
    Sky,
    TestFactor,
)
from services.cosmic.readings import Readings
from services.cosmic.trials import factor_called, known_factors, tested
from services.errors import Misconfigured, UserMistake
from services.memory import Remembered, Shared
from services.omega import OmegaService, ServiceConfig

FIRST: Final = datetime(1800, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
LONGEST_CALENDAR: Final = 366
_TESTED_FOR: Final = 3_600.0
"""Seconds for which the same test over the same days is not made again: it takes some of them."""
_Trial = tuple[object, ...]
"""The factor, and what tells one series of days from another."""
_FINDINGS: Final[dict[type[Request[Any]], Callable[[datetime], Message]]] = {
    GetMoon: moon_at,
    GetRetrogrades: retrogrades_at,
    GetAspects: aspects_at,
}


log = structlog.get_logger(__name__)


class Returns(Protocol):
    """Where the days of a market come from."""

    async def daily(self, market: str) -> DailyCloses:
        """Return the daily closes of `market`, which is as people write it. Raises `OmegaError`."""
        ...


class CosmicService(OmegaService):
    """What the sky shows, and whether it ever told anything about a market.

    Args:
        config: what every service is told.
        returns: the days that factors are tested on.
        clock: what "now" is.
        seed: of the rearrangements; the same question over the same days has the same answer.
        schumann: readings of the Schumann resonance's fundamental in Hz; None where no source is configured.
        sunspots: readings of the sunspot number, likewise.
    """

    name: ClassVar[str] = "cosmic"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        GetSky,
        GetMoon,
        GetRetrogrades,
        GetAspects,
        GetCalendar,
        ListFactors,
        TestFactor,
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        returns: Returns,
        clock: Clock,
        seed: int = 0,
        schumann: Readings | None = None,
        sunspots: Readings | None = None,
    ) -> None:
        super().__init__(config)
        self._returns = returns
        self._clock = clock
        self._seed = seed
        self._schumann = schumann
        self._sunspots = sunspots
        self._tested: Remembered[_Trial, FactorTested] = Remembered(clock)
        self._testing: Shared[_Trial, FactorTested] = Shared()

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case GetSky(at=at):
                return await self._sky(self._moment(at))
            case GetMoon(at=at) | GetRetrogrades(at=at) | GetAspects(at=at):
                return await asyncio.to_thread(_FINDINGS[type(request)], self._moment(at))
            case GetCalendar(at=at, days=days):
                return await asyncio.to_thread(calendar_at, self._moment(at), _length(days))
            case ListFactors():
                return known_factors()
            case TestFactor(factor=factor, market=market):
                return await self._test(factor, market)
        raise TypeError(f"cosmic does not answer {type(request).__name__}")

    async def _sky(self, at: datetime) -> Sky:
        schumann, schumann_lack = await _newest(self._schumann, at)
        sunspots, sunspots_lack = await _newest(self._sunspots, at)
        return replace(
            await asyncio.to_thread(sky_at, at),
            schumann=schumann,
            schumann_lack=schumann_lack,
            sunspots=sunspots,
            sunspots_lack=sunspots_lack,
        )

    async def _test(self, name: str, market: str) -> FactorTested:
        factor = factor_called(name)
        closes = await self._returns.daily(market)
        key = (
            factor.name,
            closes.market,
            closes.origin.venue,
            tuple(closes.time[:1]),
            tuple(closes.time[-1:]),
            len(closes.time),
        )
        known = self._tested.get(key)
        if known is None:
            known = await self._testing.once(key, lambda: self._tried(factor, closes))
            self._tested.keep(key, known, seconds=_TESTED_FOR)
        return replace(known, origin=closes.origin)

    async def _tried(self, factor: Factor, closes: DailyCloses) -> FactorTested:
        return await asyncio.to_thread(tested, factor, closes, np.random.default_rng(self._seed))

    def _moment(self, at: datetime | None) -> datetime:
        """Return the moment that is asked about, now where none is."""
        moment = self._clock.now() if at is None else at
        if not FIRST <= moment < LAST:
            raise UserMistake(
                f"The sky is known here from {FIRST.year} to {LAST.year}.", hint="Ask for a day between."
            )
        return moment


async def _newest(readings: Readings | None, by: datetime) -> tuple[Measured | None, Lack]:
    """Return the last reading, or why there is none; a source that is wrong takes nothing else away."""
    if readings is None:
        return None, "no source"
    try:
        reading = await readings.newest(by)
    except Misconfigured as error:
        log.warning("readings_not_read", why=error.message, hint="Put sky in farm.yaml right, or the file.")
        return None, "its source cannot be read"
    if reading is None:
        return None, "no reading yet"
    return Measured(value=reading.value, at=reading.at, source=reading.source), "no reading yet"


def _length(days: int) -> int:
    if not 1 <= days <= LONGEST_CALENDAR:
        raise UserMistake(f"{days} days cannot be shown.", hint=f"Ask for 1 to {LONGEST_CALENDAR}.")
    return days
