"""What the positions of one account have paid and got in funding: read page by page, each payment once.

Rates and boundaries are public, and not of here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.errors import NotOffered
from services.exchange.orders import FundingPayment
from services.exchange.prices import to_milliseconds, to_moment
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.numbers import money
from services.exchange.venues.pages import A_PAGE, newest
from services.exchange.venues.private_quirks import PrivateQuirks
from services.exchange.venues.private_translate import unreadable


class Fundings:
    """The payments of funding of one account."""

    def __init__(self, client: VenueClient, quirks: PrivateQuirks, contracts: Contracts) -> None:
        self._client = client
        self._quirks = quirks
        self._contracts = contracts

    async def read(self, market: str, *, since: datetime | None, limit: int) -> Sequence[FundingPayment]:
        """Return the newest `limit` payments of `market`, of those since a moment where one is given.

        Raises:
            NotOffered: the venue does not tell them.
        """
        if not self._contracts.row(market).get("swap"):
            return []
        if not self._client.exchange.has.get("fetchFundingHistory"):
            raise NotOffered.by(self._client.venue, "payments of funding")
        start = None if since is None else to_milliseconds(since)

        async def page(asked: dict[str, Any]) -> tuple[Sequence[FundingPayment], bool]:
            rows = await self._page(market, start, min(A_PAGE, limit), asked)
            return [self._payment(row, market) for row in rows], False

        return await newest(page, asked={}, older_than=self._quirks.older_than_param, limit=limit)

    async def _page(self, market: str, start: int | None, limit: int, asked: dict[str, Any]) -> list[Json]:
        rows: list[Json] = await self._client.call(
            "fetch_funding_history", market, start, limit, dict(asked), doing="read_account"
        )
        return rows

    def _payment(self, row: Json, market: str) -> FundingPayment:
        """Translate a row of ccxt's, which at some venues guesses what a contract is settled in."""
        info, stamp, settle = row.get("info"), row.get("timestamp"), self._contracts.row(market).get("settle")
        amount = money(row.get("amount"), info)
        if amount is None or not stamp or not settle:
            raise unreadable(self._client.venue, "a payment of funding")
        return FundingPayment(
            id=str(row.get("id") or stamp),
            market=market,
            at=to_moment(float(stamp)),
            amount=-amount if self._quirks.is_funding_told_as_fee else amount,
            currency=str(settle),
            rate=money(row.get("rate"), info),
        )
