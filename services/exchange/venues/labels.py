"""How real a venue's prices are: live for a real one, and for the farm's own sandbox what it says itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import msgspec

from services.errors import ExchangeUnavailable
from services.exchange.exchange import Nature
from services.exchange.prices import to_milliseconds
from services.exchange.venues.addresses import Connection

LABEL_SECONDS = 5.0


class _Said(msgspec.Struct, frozen=True):
    """What ``GET /sim/market`` answers."""

    venue: str
    simulated_from_ms: int | None = None
    is_depth_simulated: bool = False
    nature_before: Nature = "live"
    is_interest_simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Whose prices these are, and how real they are at each moment of market time."""

    venue: str
    is_ours: bool = False
    """Whether it is the sandbox, whose market time need not be wall time."""
    nature_before: Nature = "live"
    simulated_from_ms: int | None = None
    """From when on, in market time, prices are made up; None for never."""
    is_depth_simulated: bool = False
    is_interest_simulated: bool = False
    """Whether open interest is made up at every moment, prices or not."""

    def nature_at(self, moment: datetime) -> Nature:
        """Return how real what happens at `moment`, in market time, is."""
        is_simulated = (
            self.simulated_from_ms is not None and to_milliseconds(moment) >= self.simulated_from_ms
        )
        return "simulated" if is_simulated else self.nature_before


async def read_label(connection: Connection, exchange: Any) -> Label:
    """Return the label of `connection`; the sandbox is asked over the session of ccxt's `exchange`.

    Raises:
        ExchangeUnavailable: the sandbox does not answer.
    """
    if not connection.quirks.is_ours:
        return Label(venue=connection.venue)
    exchange.open()
    url = f"{(connection.base_url or '').rstrip('/')}{connection.quirks.path}/sim/market"
    try:
        async with asyncio.timeout(LABEL_SECONDS), exchange.session.get(url) as reply:
            reply.raise_for_status()
            said = msgspec.json.decode(await reply.read(), type=_Said)
    except (aiohttp.ClientError, OSError, msgspec.MsgspecError) as error:
        raise ExchangeUnavailable(
            f"The sandbox exchange does not say what it plays for {connection.venue}.",
            hint="It may still be starting.",
            facts={"venue": connection.venue},
        ) from error
    return Label(
        venue=said.venue,
        is_ours=True,
        nature_before=said.nature_before,
        simulated_from_ms=said.simulated_from_ms,
        is_depth_simulated=said.is_depth_simulated,
        is_interest_simulated=said.is_interest_simulated,
    )
