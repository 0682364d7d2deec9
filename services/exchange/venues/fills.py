"""The fills of one account: read page by page from a moment on, oldest first, each once.

Where a venue answers with its newest fills only, the pages go back until they reach that moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.exchange.orders import Fill
from services.exchange.prices import to_milliseconds
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.pages import A_PAGE, newest
from services.exchange.venues.private_quirks import PrivateQuirks
from services.exchange.venues.private_translate import to_fill


class Fills:
    """The fills of one account."""

    def __init__(self, client: VenueClient, quirks: PrivateQuirks, contracts: Contracts) -> None:
        self._client = client
        self._quirks = quirks
        self._contracts = contracts

    async def read(self, market: str, *, since: datetime | None, limit: int) -> Sequence[Fill]:
        """Return the newest `limit` fills of `market`, of those since a moment where one is given."""
        size, category = min(A_PAGE, limit), dict(self._category(market))
        start = None if since is None else to_milliseconds(since)

        async def page(asked: dict[str, Any]) -> tuple[Sequence[Fill], bool]:
            rows = await self._page(market, start, size, asked)
            fills = (fill for fill in map(self.translate, rows) if fill is not None)
            return [fill for fill in fills if fill.market == market], len(rows) < size and not category

        return await newest(page, asked=category, older_than=self._quirks.older_than_param, limit=limit)

    def translate(self, row: Json) -> Fill | None:
        """Return ccxt's trade as a fill; None for a row that is none."""
        return to_fill(
            row,
            in_base=self._contracts.to_base,
            read=self._quirks.read_fill,
            venue=self._client.venue,
            fee_sign=self._quirks.fee_sign,
            has_rebate=self._contracts.has_rebate,
        )

    def _category(self, market: str) -> Mapping[str, str]:
        """Return what keeps a unified account's fills of contracts and of spot apart.

        The venue is asked for those of all markets, and ccxt takes a row of ``BTCUSDT`` for the market that
        it was asked about, spot or contract. A page is then cut down to that market: a short one is no end.
        """
        if self._quirks.protocol != "bitget_unified":
            return {}
        if not self._contracts.row(market).get("swap"):
            return {"category": "SPOT"}
        return {"category": str(self._contracts.product_of(market).params["productType"])}

    async def _page(self, market: str, start: int | None, limit: int, asked: dict[str, Any]) -> list[Json]:
        rows: list[Json] = await self._client.call(
            "fetch_my_trades", market, start, limit, dict(asked), doing="read_account"
        )
        return rows
