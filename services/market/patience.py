"""How long the market process waits for a venue."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from services.errors import ExchangeBusy, ExchangeUnavailable, Misconfigured, NotOffered, OmegaError

T = TypeVar("T")

PATIENCE_SECONDS = 15.0
"""For whatever nobody waits for."""
_PAUSES = 1.0, 30.0
_REFUSED_PAUSES = 15.0, 600.0
"""The first and the longest."""


async def within(asked: Awaitable[T], *, venue: str, seconds: float = PATIENCE_SECONDS) -> T:
    """Return what `venue` answers. Raises `ExchangeUnavailable` when it takes longer than `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await asked
    except TimeoutError as error:
        raise ExchangeUnavailable(
            f"{venue} did not answer within {seconds:.0f} s.",
            hint="Ask again in a minute.",
            facts={"venue": venue},
        ) from error


def pause_after(failures: int, error: OmegaError | None = None) -> float:
    """Return the seconds to wait after so many failures in a row, at least what a busy venue asks for.

    A venue that is away is tried soon. One that refuses will seldom do otherwise a minute later, and may.
    """
    is_refused = isinstance(error, Misconfigured | NotOffered)
    first, longest = _REFUSED_PAUSES if is_refused else _PAUSES
    pause = min(longest, first * 2.0 ** max(0, min(failures, 10) - 1))
    asked = error.facts.get("retry_after") if isinstance(error, ExchangeBusy) else None
    return max(pause, float(asked)) if isinstance(asked, int | float) else pause
