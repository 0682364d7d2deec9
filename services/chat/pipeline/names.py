"""The names that a question may hold: of markets and of venues, kept at hand for a moment."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Final, TypeVar

import structlog

from services.chat.pipeline.farm import Farm
from services.clock import Clock
from services.errors import OmegaError
from services.market.messages import MARKET_NAMES, ListVenues
from services.memory import Remembered

_LOOKED_AT_EVERY: Final = 5.0
_VENUES_KEPT: Final = 60.0
_QUICK: Final = 1.0

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Names:
    """Names as they were said last. Where they cannot be had, those known before count, or none."""

    def __init__(self, farm: Farm, *, clock: Clock) -> None:
        self._farm = farm
        self._markets: tuple[str, ...] = ()
        self._venues: tuple[str, ...] = ()
        self._is_fresh: Remembered[str, bool] = Remembered(clock)

    async def markets(self) -> Sequence[str]:
        """Return every market there is; the same object while nothing changes."""
        if self._is_fresh.get("markets") is None:
            found = await _if_there(self._farm.latest(MARKET_NAMES), "markets")
            if found is not None and (names := tuple(found.value.names)) != self._markets:
                self._markets = names
            self._is_fresh.keep("markets", value=True, seconds=_LOOKED_AT_EVERY)
        return self._markets

    async def venues(self) -> Sequence[str]:
        """Return the venues that can be asked, the farm's own first."""
        if self._is_fresh.get("venues") is None:
            asking = self._farm.ask(ListVenues(), timeout=_QUICK, remember=_VENUES_KEPT)
            found = await _if_there(asking, "venues")
            seconds = _LOOKED_AT_EVERY if found is None else _VENUES_KEPT
            self._venues = self._venues if found is None else tuple(found.names)
            self._is_fresh.keep("venues", value=True, seconds=seconds)
        return self._venues


async def _if_there(asking: Awaitable[T], what: str) -> T | None:
    try:
        return await asking
    except OmegaError as error:
        log.warning("names_missed", lacking=what, reason=error.message)
        return None
