"""What `omega doctor` finds out about the venues that the farm file names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bots.cli.findings import Finding, fail, ok
from config.farm_file import FarmFile
from services.clock import SystemClock
from services.errors import ExchangeUnavailable, Misconfigured
from services.exchange.venues.quirks import quirks_of

_PATIENCE = 8.0


def venue_findings(file: FarmFile, *, base_url: str | None = None) -> Iterator[Finding]:
    """Ask every venue that is not the farm's own whether it is there; none of them needs a key for that.

    `base_url` is of a server that stands in for all of them; None asks the venues themselves.
    """
    section = file.exchange
    live = [name for name in (section.id, *section.compare) if not quirks_of(name).is_ours]
    if not live:
        yield ok("venue", "prices come from the local exchange")
    for name in live:
        is_testnet = section.testnet and name == section.id
        yield asyncio.run(_asked(name, base_url, is_testnet=is_testnet))


async def _asked(name: str, base_url: str | None, *, is_testnet: bool) -> Finding:
    from services.exchange.venues.addresses import Connection  # noqa: PLC0415 - ccxt takes half a second
    from services.exchange.venues.client import open_client  # noqa: PLC0415 - the same

    connection = Connection(venue=name, base_url=base_url, is_testnet=is_testnet)
    try:
        async with asyncio.timeout(_PATIENCE), open_client(connection, clock=SystemClock()) as client:
            if client.has("fetchTime"):
                await client.call("fetch_time")
                return ok("venue", f"{name} answers")
            return ok("venue", f"{name} is known; it has no clock to ask")
    except Misconfigured as error:
        return fail("venue", error.message, error.hint)
    except (ExchangeUnavailable, TimeoutError):
        return fail(
            "venue", f"{name} does not answer", "See that this machine reaches it, or name another venue."
        )
