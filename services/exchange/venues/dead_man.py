"""A venue's own dead man's switch: it cancels every order of an account that it is not told of in time.

Belongs here: which venues have one, and how it is wound up. When it may be, is decided in `services.trading`:
it cancels what protects a position, too.
"""

from __future__ import annotations

from typing import Final

from services.errors import NotOffered
from services.exchange.venues.client import VenueClient
from services.exchange.venues.private_quirks import PrivateQuirks

_CCXT: Final = "cancelAllOrdersAfter"
_UNIFIED: Final = "privateUtaPostV3TradeCountdownCancelAll"
"""5 to 60 s, 0 ends it. Source: Bitget's unified API, ``POST /api/v3/trade/countdown-cancel-all``."""


class CcxtDeadMan:
    """The switch of one account, through ccxt."""

    def __init__(self, client: VenueClient, quirks: PrivateQuirks) -> None:
        self._client = client
        self._is_unified = quirks.protocol == "bitget_unified"

    @property
    def is_offered(self) -> bool:
        """Return whether the venue has one for such an account."""
        return self._is_unified or self._client.has(_CCXT)

    async def wind(self, seconds: int) -> None:
        """Let the venue cancel every order unless this is called again within so many seconds; 0 ends it.

        Raises:
            NotOffered: the venue has none.
            ExchangeUnavailable: the venue does not answer; what was wound up before runs on.
        """
        if self._is_unified:
            await self._client.call(_UNIFIED, {"countdown": str(seconds)}, doing="change")
        elif self._client.has(_CCXT):
            await self._client.call("cancel_all_orders_after", seconds * 1_000, doing="change")
        else:
            raise NotOffered.by(self._client.venue, "a switch that cancels orders by itself")
